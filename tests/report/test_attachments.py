"""Pictures that a notebook's Markdown cell carries itself are shown like any other."""

from __future__ import annotations

import base64
from pathlib import Path

from coursekit.report.digest import figures_of
from coursekit.report.material import read_material
from coursekit.submission import open_submission
from tests.building import markdown, notebook, png
from tests.report import bare, project


def test_a_cell_s_attachment_is_a_figure(tmp_path: Path) -> None:
    """By its name, which may have spaces; with its alt text, and the cell it is from."""
    cell = markdown(
        "## Model choice\n\nSo:\n\n![The network we drew](attachment:our%20net.png)\n\n![](attachment:none.png)"
    )
    cell["attachments"] = {"our net.png": {"image/png": base64.b64encode(png(300, 200)).decode()}}
    files = bare() | {"3_Model/model_definition_evaluation.ipynb": notebook(markdown("# Model"), cell)}
    submission = open_submission(project(tmp_path, files))
    (figure,) = figures_of(submission.once(read_material).of("model"), 3)
    assert figure.alt == "The network we drew"
    assert (figure.picture.width, figure.picture.height) == (300, 200)
    assert figure.source is not None
    assert figure.source.cell == 2


def test_odd_attachments_are_no_pictures(tmp_path: Path) -> None:
    """Whatever stands there in their place."""
    for odd in ([], {"a": []}, {"a": {"image/svg+xml": "<svg/>"}}, {"a": {"image/png": 3}}, "x"):
        cell = markdown("![a](attachment:a)")
        cell["attachments"] = odd
        files = bare() | {"3_Model/model_definition_evaluation.ipynb": notebook(cell)}
        submission = open_submission(project(tmp_path / str(odd)[:3].replace("/", ""), files))
        assert figures_of(submission.once(read_material).of("model"), 3) == []
