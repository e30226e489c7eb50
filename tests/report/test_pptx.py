"""The presentation as PowerPoint file: read back with python-pptx, as a group's office program would."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from coursekit.report import build_report
from tests.report import bare, digits, project
from tests.report.powerpoint import NAMES, _epoch, check_whole, file_of, words

__all__ = ["_epoch"]


# -- whole decks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("files", [digits, bare], ids=["results", "outputs"])
def test_all_of_the_deck_is_there_and_in_its_place(tmp_path: Path, files: Any, language: str) -> None:
    report = build_report(project(tmp_path, files()), to="pptx", lang=language)
    presentation = Presentation(str(file_of(report)))
    check_whole(report.deck, presentation)
    said = "\n".join(words(slide) for slide in presentation.slides)
    for part in ("Zoë Müller-Lüdenscheid", "Größe 8 × 8", "😀"):
        assert part in said or files is bare, part


def test_it_has_as_many_slides_as_the_other_formats(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()), to="all")
    assert {"pdf", "pptx", "html"} <= {file.format for file in report.files}
    page = next(f.path for f in report.files if f.format == "html").read_text("utf-8")
    sections = len(re.findall(r"<section\b", page))
    assert len(Presentation(str(file_of(report))).slides) == sections == len(report.deck.slides)


def test_titles_and_texts_are_placeholders_of_our_master(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()), to="pptx")
    presentation = Presentation(str(file_of(report)))
    assert len(presentation.slide_masters) == 1
    names = [layout.name for layout in presentation.slide_layouts]
    assert names[:4] == ["Title", "Title and content", "Two columns", "Title only"]
    assert len(names) == len(set(names))
    loose = {
        shape.name for slide in presentation.slides for shape in slide.shapes if not shape.is_placeholder
    }
    assert loose <= {"Facts", "Network", "Caption", "Rows", "Columns", "Note to the group", "Formula"}
    for slide in presentation.slides:
        known = {p.placeholder_format.idx for p in slide.slide_layout.placeholders}
        used = [shape.placeholder_format.idx for shape in slide.placeholders]
        assert set(used) <= known
        assert len(used) == len(set(used))


def test_a_slide_of_each_layout_can_be_added_and_filled(tmp_path: Path) -> None:
    presentation = Presentation(str(file_of(build_report(project(tmp_path, digits()), to="pptx"))))
    for layout in presentation.slide_layouts:
        slide = presentation.slides.add_slide(layout)
        slide.shapes.title.text = "Ours"
        for place in slide.placeholders:
            if place.has_text_frame:
                place.text_frame.text = "Ours"
    presentation.save(tmp_path / "again.pptx")
    assert "Ours" in words(Presentation(str(tmp_path / "again.pptx")).slides[-1])


def test_slides_are_numbered_and_the_sections_named(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()), to="pptx")
    presentation = Presentation(str(file_of(report)))
    for number, (slide, made) in enumerate(zip(presentation.slides, report.deck.slides, strict=True), 1):
        fields = slide._element.findall(".//a:fld", NAMES)
        if made.layout in {"title", "closing"}:
            assert not fields
        else:
            assert [field.get("type") for field in fields] == ["slidenum"]
            assert fields[0].find("a:t", NAMES).text == str(number)
    sections = presentation._element.xpath('.//*[local-name()="section"]/@name')
    assert sections == [outline.title for outline in report.deck.outline]


def test_the_notes_hold_times_that_add_up(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()), to="pptx")
    presentation = Presentation(str(file_of(report)))
    at = 0
    for slide, made in zip(presentation.slides, report.deck.slides, strict=True):
        first = slide.notes_slide.notes_text_frame.text.split("\n")[0]
        found = re.match(r"Time: (\d+:\d\d), from (\d+:\d\d) to (\d+:\d\d) of 15:00 minutes", first)
        assert bool(found) == bool(made.seconds)
        if found:
            start, end = (int(m) * 60 + int(s) for m, s in (t.split(":") for t in found.groups()[1:]))
            assert (start, end) == (at, at + made.seconds)
        at += made.seconds
    assert at == 900


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    presentation = Presentation(str(file_of(build_report(project(tmp_path, digits()), to="pptx", lang="de"))))
    properties = presentation.core_properties
    assert properties.title == "Reading handwritten digits"
    assert properties.author == "Zoë Müller-Lüdenscheid; Søren O'Brien {{ x }} #box"
    assert properties.language == "de"
    assert properties.created == properties.modified == dt.datetime(2025, 10, 9, 8, 53, 20)
    languages = {
        run.get("lang")
        for slide in presentation.slides
        for run in [*slide._element.iter("{*}rPr"), *slide.notes_slide._element.iter("{*}rPr")]
    }
    assert languages == {"de-DE"}
