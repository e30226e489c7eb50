"""Every template, baked and run as it is: it runs to the end, and nothing of it is taken for a group's own work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from tests.templates.test_templates import NAMES, bake, notebooks, run

from coursekit.checker import check_path
from coursekit.checker.rule import all_rules
from coursekit.checker.rules.notebooks import _Written
from coursekit.evidence.starter import starter_results
from coursekit.report import build_report
from coursekit.submission import open_submission
from coursekit.submission.results import results

pytestmark = pytest.mark.slow

WRITTEN = {rule.code for rule in all_rules().values() if isinstance(rule, _Written)}
COUNT_USE = '\nwith open(__file__ + ".used", "a") as file:\n    file.write("x")\n'


@pytest.fixture(scope="module", params=NAMES)
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which nothing was done but to run its notebooks, beside an installed coursekit."""
    project = bake(tmp_path_factory.mktemp("executed") / "project", request.param)
    core = project / "core_lib" / "__init__.py"
    used = project / "core_lib" / "__init__.py.used"
    before = core.read_bytes()
    core.write_bytes(before + COUNT_USE.encode())
    run("train.py", "--all", cwd=project)
    assert used.read_text() == "xxx", "each notebook uses the group's own core_lib"
    core.write_bytes(before)
    used.unlink()
    return project


def test_every_cell_was_run_and_drew_what_it_should(executed: Path) -> None:
    for path in notebooks(executed):
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in cells), path
        outputs = [output for cell in cells for output in cell.outputs]
        assert any("image/png" in output.get("data", {}) for output in outputs), path
        warned = [output.text for output in outputs if output.get("name") == "stderr"]
        assert not warned, "a student who reads a warning thinks that something is broken"


def test_results_are_written_where_the_data_are_real(executed: Path) -> None:
    data_are_real = any(path.name != "README.md" for path in (executed / "data").iterdir())
    found = {path.name for path in (executed / "results").glob("*.json")}
    assert found == ({"metrics.json", "history.json", "network.json"} if data_are_real else set())
    submission = open_submission(executed)
    read = submission.once(results)
    assert not submission.problems
    if read.metrics:
        assert read.history
        assert read.network
        assert read.metrics.search
        assert len(read.network.layers) > 1
        assert read.metrics.value is not None
        assert read.metrics.baseline_value is not None


def test_nothing_of_it_meets_a_requirement_on_own_work(executed: Path) -> None:
    assert len(WRITTEN) == 3
    found = {finding.code: finding for finding in check_path(executed).findings}
    for code in ("DOC103", "DOC105", "DOC106", "DOC107", "LIT201", "PRE601", *WRITTEN):
        assert found[code].status == "not_met", found[code]
    for code in ("LIT202", "LIT203"):
        assert found[code].status == "not_judged", found[code]


def test_without_the_prompts_the_template_alone_is_still_not_written(executed: Path, tmp_path: Path) -> None:
    """Who only deletes what stands in brackets has written nothing: the explanations and the code are the template's."""
    project = tmp_path / "project"
    shutil.copytree(executed, project, ignore=shutil.ignore_patterns(".git", "core_lib"))
    for path in notebooks(project):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                lines = [line for line in cell.source.split("\n") if not line.startswith("[")]
                cell.source = "\n".join(lines)
        nbformat.write(notebook, path)
    found = {finding.code: finding for finding in check_path(project).findings}
    for code in WRITTEN:
        assert found[code].status == "not_met", found[code]


def test_the_report_claims_nothing_of_it(executed: Path, tmp_path: Path) -> None:
    report = build_report(executed, output=tmp_path / "slides", to="html")
    missing = {section.key for section in report.deck.outline if section.missing}
    assert {"literature", "dataset", "baseline", "model", "results", "discussion", "conclusion"} <= missing
    there = (executed / "results" / "metrics.json").is_file()
    assert any("left out" in remark for remark in report.remarks) == there
    if there:
        numbers = json.loads((executed / "results" / "metrics.json").read_text())
        assert numbers["best_model"] not in (tmp_path / "slides" / "presentation.html").read_text()


def test_one_change_of_the_code_makes_the_numbers_the_groups(executed: Path, tmp_path: Path) -> None:
    if not (executed / "results" / "metrics.json").is_file():
        pytest.skip("it starts on made-up data and writes none")
    project = tmp_path / "project"
    shutil.copytree(executed, project, ignore=shutil.ignore_patterns(".git", "core_lib"))
    assert open_submission(project).once(starter_results)
    path = notebooks(project)[-1]
    path.write_text(path.read_text(encoding="utf-8").replace("SEED = 0", "SEED = 7"), encoding="utf-8")
    assert not open_submission(project).once(starter_results)
    report = build_report(project, output=tmp_path / "slides", to="html")
    assert not any("left out" in remark for remark in report.remarks)
    assert "results" not in {section.key for section in report.deck.outline if section.missing}
