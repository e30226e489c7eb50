"""The PowerPoint file as a file: the course's theme, the same bytes every time, and whose it is."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation

from coursekit.errors import MissingExtraError
from coursekit.model import Status
from coursekit.report import build_report
from coursekit.report.deck import (
    Paragraph,
    Picture,
    Slide,
)
from coursekit.report.mark import is_ours, marked
from coursekit.report.renderers.pptx import RENDERER
from coursekit.report.theme import DEFAULT, THEMES
from coursekit.submission import Span
from tests.report import bare, digits, project
from tests.report.powerpoint import (
    POINT,
    _epoch,
    chart,
    check_geometry,
    check_safe,
    check_whole,
    deck,
    file_of,
)
from tests.report.test_build import statuses

__all__ = ["_epoch"]


def logo() -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(file, "PNG")
    return Picture(file.getvalue(), "image/png", 300, 100)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_theme_s_colors_and_a_course_s_logo_are_in_the_master(tmp_path: Path, name: str) -> None:
    theme = dataclasses.replace(THEMES[name], logo=logo())
    made = build_report(project(tmp_path, digits()), to="pptx").deck
    data = marked(RENDERER.render(made, theme).data, RENDERER.comment)
    check_safe(data)
    presentation = Presentation(io.BytesIO(data))
    check_whole(made, presentation)
    master = presentation.slide_master
    colors = next(
        rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme")
    ).blob.decode()
    for color in (theme.page, theme.ink, theme.primary, theme.deep):
        assert color[1:].upper() in colors
    for layout in presentation.slide_layouts:
        logos = [shape for shape in layout.shapes if shape.name == "Logo"]
        assert len(logos) == layout.name.startswith("Title") - (
            layout.name in {"Title and content", "Title only"}
        )
        assert all(shape._element.xpath("./*/p:cNvPr/@descr") == ["The course's logo"] for shape in logos)
    title = presentation.slides[0].shapes.title
    assert title.top / POINT > 84


def test_a_long_title_with_many_names_stays_on_the_first_slide() -> None:
    body = (
        Paragraph((Span("A task that takes many words to say " * 6),), "lead"),
        Paragraph((Span("Zoë Müller-Lüdenscheid, " * 12),)),
        Paragraph((Span("Course · Winter"),), "muted"),
        Paragraph((Span("9 October 2025"),), "muted"),
    )
    made = deck(Slide("Donaudampfschifffahrtsgesellschaft " * 8, body, layout="title"))
    for theme in (DEFAULT, dataclasses.replace(DEFAULT, logo=logo())):
        data = marked(RENDERER.render(made, theme).data, RENDERER.comment)
        check_geometry(Presentation(io.BytesIO(data)).slides[0])


# -- the same bytes --------------------------------------------------------------------------------


def test_same_deck_same_bytes_on_another_day_and_with_another_seed(tmp_path: Path) -> None:
    root = project(tmp_path / "g", digits())
    script = (
        "import sys; from pathlib import Path; from coursekit.report import build_report;"
        "build_report(Path(sys.argv[1]), to='pptx', output=Path(sys.argv[2]))"
    )
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", script, str(root), str(tmp_path / seed)], env=env, check=True)
    assert (tmp_path / "1/presentation.pptx").read_bytes() == (tmp_path / "2/presentation.pptx").read_bytes()


def test_dates_in_the_archive_are_the_deck_s_and_parts_are_sorted() -> None:
    made = deck(Slide("Curves", (chart(0.9, 0.5),)))
    with zipfile.ZipFile(
        io.BytesIO(marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment))
    ) as archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        assert {info.date_time for info in infos} == {(2026, 2, 3, 14, 30, 0)}
        assert names == ["[Content_Types].xml", *sorted(names[1:])]
        assert archive.testzip() is None
        book = archive.read(next(name for name in names if name.endswith(".xlsx")))
    with zipfile.ZipFile(io.BytesIO(book)) as inner:
        assert b"2026-02-03T14:30:00Z" in inner.read("docProps/core.xml")
        assert {info.date_time for info in inner.infolist()} == {(2026, 2, 3, 14, 30, 0)}


def test_a_file_that_was_edited_is_the_group_s(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    path = file_of(build_report(root, to="pptx"))
    assert is_ours(path.read_bytes())
    assert build_report(root, to="pptx").files[0].state == "unchanged"
    presentation = Presentation(str(path))
    presentation.slides[1].shapes.title.text = "Edited"
    presentation.save(path)
    assert not is_ours(path.read_bytes())
    edited = path.read_bytes()
    report = build_report(root, to="pptx")
    assert file_of(report).name == "presentation-coursekit.pptx"
    assert path.read_bytes() == edited


# -- handing in ------------------------------------------------------------------------------------


def test_the_readme_links_to_it_and_the_checks_are_met(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    report = build_report(root, to="pptx")
    assert [path.name for path in report.written] == ["presentation.pptx"]
    assert "[Slides](presentation.pptx)" in (root / "4_Presentation/README.md").read_text()
    assert statuses(root) == [Status.MET] * 3


def test_by_default_there_is_none(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, bare()))
    assert [file.format for file in report.files] == ["pdf", "html"]


def test_without_python_pptx_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.report.renderers.pptx.find_spec", lambda _: None)
    root = project(tmp_path, bare())
    before = sorted(root.rglob("*"))
    with pytest.raises(MissingExtraError, match="python-pptx") as error:
        build_report(root, to="all")
    assert "coursekit-dl[pptx]" in error.value.hint
    assert sorted(root.rglob("*")) == before


def test_json_names_the_format(tmp_path: Path) -> None:
    found = json.loads(json.dumps(build_report(project(tmp_path, bare()), to="pptx").as_dict()))
    assert [file["format"] for file in found["files"]] == ["pptx"]
