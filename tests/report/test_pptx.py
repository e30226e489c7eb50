"""The presentation as PowerPoint file: read back with python-pptx, as a group's office program would."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from coursekit.errors import MissingExtraError
from coursekit.model import Status
from coursekit.report import Report, build_report
from coursekit.report.deck import (
    Bullet,
    Bullets,
    Code,
    Deck,
    Fact,
    Facts,
    Layer,
    LineChart,
    Math,
    Matrix,
    Network,
    Outline,
    Paragraph,
    Picture,
    Series,
    Slide,
    Table,
)
from coursekit.report.fit import fit
from coursekit.report.mark import is_ours, marked
from coursekit.report.measure import lines_of
from coursekit.report.renderers.pptx import RENDERER
from coursekit.report.renderers.pptx._linear import linear
from coursekit.report.renderers.pptx._place import lettered
from coursekit.report.renderers.pptx._text import web_address
from coursekit.report.theme import DEFAULT, THEMES
from coursekit.submission import Span
from coursekit.submission.markdown import plain
from tests.report import EPOCH, bare, digits, project
from tests.report.hostile import hostile
from tests.report.test_build import statuses

NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
DATE = dt.datetime(2026, 2, 3, 14, 30, tzinfo=dt.UTC)
POINT = 12700


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def deck(*slides: Slide, language: str = "en", title: str = "Cats") -> Deck:
    """Return a deck of slides that are fitted as the report fits them."""
    fitted = [one for slide in slides for one in fit(slide, more=3, language=language, final=False)]
    outline = (Outline("x", "Section", len(fitted), sum(s.seconds for s in fitted), False),)
    return Deck(title, ("Zoë",), language, DATE, False, tuple(fitted), outline)


def opened(made: Deck) -> Any:
    return Presentation(io.BytesIO(marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment)))


def file_of(report: Report) -> Path:
    return next(file.path for file in report.files if file.format == "pptx")


def every(shapes: Any) -> Iterator[Any]:
    """Yield shapes, those in groups too."""
    for shape in shapes:
        yield shape
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from every(shape.shapes)


def words(slide: Any) -> str:
    """Return all text of a slide, its tables' and charts' too."""
    parts = []
    for shape in every(slide.shapes):
        if shape.has_text_frame:
            parts.append(shape.text_frame.text)
        if shape.name == "Formula":
            parts += shape._element.xpath("./*/p:cNvPr/@descr")
        if getattr(shape, "has_table", False) and shape.has_table:
            parts += [cell.text for row in shape.table.rows for cell in row.cells]
        if getattr(shape, "has_chart", False) and shape.has_chart:
            parts.append(shape.chart.chart_title.text_frame.text if shape.chart.has_title else "")
            parts += [series.name for series in shape.chart.plots[0].series]
    return "\n".join(parts)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def texts(blocks: tuple[Any, ...]) -> Iterator[str]:
    """Yield what a slide's blocks say in letters that must all be there."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield plain(lettered(block.spans))
        elif isinstance(block, Bullets):
            yield from (plain(lettered(item.spans)) for item in block.items)
        elif isinstance(block, Table):
            yield from (plain(lettered(cell)) for row in block.rows for cell in row)
        elif isinstance(block, Code | Math):
            yield block.source
        elif isinstance(block, LineChart):
            yield from (block.title, *(series.name for series in block.series))
        elif isinstance(block, Matrix):
            yield from (*block.labels, block.row_label, block.column_label)
            yield from (str(n) for row in block.counts for n in row if n)
        elif isinstance(block, Network):
            yield from (layer.kind for layer in block.layers)


def check_whole(made: Deck, presentation: Any) -> None:
    """Check that every text, note and alternative text of a deck is there, and that nothing is outside or overlaps."""
    assert len(presentation.slides) == len(made.slides)
    for slide, shown in zip(made.slides, presentation.slides, strict=True):
        said = squeezed(words(shown))
        for text in (slide.title, *texts(slide.body), *texts(slide.aside)):
            assert squeezed(text) in said, text
        notes = squeezed(shown.notes_slide.notes_text_frame.text)
        assert squeezed(slide.notes) in notes
        if slide.seconds:
            assert f"{slide.seconds // 60}:{slide.seconds % 60:02d}" in notes
        check_geometry(shown)
        assert shown.shapes.title is not None
        for shape in shown.shapes:
            if not shape.has_text_frame:
                alt = shape._element.xpath("./*/p:cNvPr/@descr")
                assert alt, shape.name
                assert alt[0].strip(), shape.name


def check_geometry(slide: Any) -> None:
    """Check that all shapes lie on the slide, none over another, and that text has the room that it needs."""
    boxes = []
    for shape in slide.shapes:
        x, y, w, h = (value / POINT for value in (shape.left, shape.top, shape.width, shape.height))
        assert x >= -0.1, shape.name
        assert y >= -0.1, shape.name
        assert x + w <= 960.1, shape.name
        assert y + h <= 540.1, shape.name
        boxes.append((x, y, x + w, y + h, shape.name))
        if getattr(shape, "has_table", False) and shape.has_table:
            assert sum(row.height for row in shape.table.rows) <= shape.height + POINT
            assert sum(column.width for column in shape.table.columns) <= shape.width + POINT
        elif shape.has_text_frame and shape.text_frame.text:
            assert needed(slide, shape, w) <= h + 1, (shape.name, shape.text_frame.text)
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            wide = min(one[2], other[2]) - max(one[0], other[0])
            tall = min(one[3], other[3]) - max(one[1], other[1])
            assert wide <= 0.5 or tall <= 0.5, (one, other)


def needed(slide: Any, shape: Any, width: float) -> float:
    """Return the height of a shape's text, from what the file itself says of sizes, at a line's natural height."""
    body = shape._element.find(".//a:bodyPr", NAMES)
    insets = [int(body.get(name) or 0) / POINT for name in ("lIns", "tIns")]
    height = 2 * insets[1]
    if "vert" in body.attrib:
        return 0.0
    for paragraph in shape._element.findall(".//a:p", NAMES):
        level = (
            int(paragraph.find("a:pPr", NAMES).get("lvl", 0))
            if paragraph.find("a:pPr", NAMES) is not None
            else 0
        )
        form = paragraph.find("a:pPr", NAMES)
        left = int(form.get("marL") or 0) / POINT if form is not None else 0.0
        before = paragraph.find("a:pPr/a:spcBef/a:spcPts", NAMES)
        base = inherited(slide, shape, level)
        spans, largest, drawn = [], 0.0, 0.0
        for run in paragraph:
            if run.tag.endswith("}br"):
                spans.append(Span("", "break"))
            elif run.tag.endswith(("}r", "}fld")):
                size = int(run.find("a:rPr", NAMES).get("sz") or base * 100) / 100
                mono = run.find("a:rPr/a:latin", NAMES) is not None
                largest, drawn = max(largest, size / 0.86 if mono else size), max(drawn, size)
                spans.append(Span(run.find("a:t", NAMES).text or "", "code" if mono else ""))
        size = largest or base
        lines = lines_of(tuple(spans), width - 2 * insets[0] - left, size)
        height += lines * (drawn or base) * 1.22 + (
            int(before.get("val")) / 100 if before is not None else 0.0
        )
    return height


def inherited(slide: Any, shape: Any, level: int) -> float:
    """Return the size of a shape's text: its own, its layout's, its master's."""
    places = [shape._element]
    if shape.is_placeholder:
        index, kind = shape.placeholder_format.idx, shape.placeholder_format.type
        layout = slide.slide_layout
        places += [p._element for p in layout.placeholders if p.placeholder_format.idx == index]
        places += [p._element for p in layout.slide_master.placeholders if p.placeholder_format.type == kind]
    for place in places:
        found = place.find(f".//a:lstStyle/a:lvl{level + 1}pPr/a:defRPr", NAMES)
        if found is not None and found.get("sz"):
            return int(found.get("sz")) / 100
    title = shape.is_placeholder and "TITLE" in str(shape.placeholder_format.type)
    style = "titleStyle" if title else "bodyStyle"
    found = slide.slide_layout.slide_master._element.find(f".//p:{style}/a:lvl{level + 1}pPr/a:defRPr", NAMES)
    return int(found.get("sz")) / 100


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


# -- what stands on slides -------------------------------------------------------------------------


def chart(
    *values: float | None, x: tuple[float, ...] = (), names: tuple[str, ...] = ("train loss",)
) -> LineChart:
    series = tuple(Series(name, values) for name in names)
    return LineChart("Loss", "epoch", x or tuple(range(1, len(values) + 1)), series, "Loss by epoch.")


def chart_of(presentation: Any) -> Any:
    return next(
        s.chart for s in presentation.slides[0].shapes if getattr(s, "has_chart", False) and s.has_chart
    )


def test_learning_curves_are_charts_with_their_numbers() -> None:
    shown = chart_of(opened(deck(Slide("Curves", (chart(0.9, None, 0.5, 0.25, names=("a", "b")),)))))
    assert [series.name for series in shown.plots[0].series] == ["a", "b"]
    assert list(shown.plots[0].series[0].values) == [0.9, None, 0.5, 0.25]
    assert list(shown.plots[0].categories) == ["1", "2", "3", "4"]
    colors = shown._chartSpace.xpath(".//c:ser/c:spPr/a:ln/a:solidFill/a:schemeClr/@val")
    assert colors == ["accent1", "accent2"]
    with zipfile.ZipFile(io.BytesIO(shown.part.chart_workbook.xlsx_part.blob)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.25</v>" in sheet


def test_epochs_that_are_not_evenly_apart_keep_their_distance() -> None:
    shown = chart_of(opened(deck(Slide("Curves", (chart(0.9, 0.5, None, 0.1, x=(1, 2, 10, 50)),)))))
    assert shown._chartSpace.findall(".//c:scatterChart", NAMES)
    assert shown._chartSpace.xpath(".//c:xVal//c:v/text()") == ["1", "2", "50"]


def test_long_training_runs_are_thinned() -> None:
    made = chart(*(1 / n for n in range(1, 5001)))
    shown = chart_of(opened(deck(Slide("Curves", (made,)))))
    count = len(shown._chartSpace.findall(".//c:yVal//c:pt", NAMES))
    assert 500 <= count <= 1001


def test_a_chart_of_one_epoch_is_a_dot() -> None:
    shown = chart_of(opened(deck(Slide("Curves", (chart(0.5),)), language="de")))
    assert list(shown.plots[0].series[0].values) == [0.5]
    assert shown._chartSpace.xpath(".//c:marker/c:symbol/@val") == ["circle"]
    assert set(shown._chartSpace.xpath(".//a:rPr/@lang")) == {"de-DE"}


def matrix(count: int, *, label: str = "") -> Matrix:
    counts = tuple(tuple(90 if i == j else (i * j) % 3 for j in range(count)) for i in range(count))
    names = tuple(label or f"class {n}" for n in range(count))
    return Matrix("", "true class", "predicted class", names, counts, f"Confusion matrix of {count} classes.")


@pytest.mark.parametrize("count", [2, 3, 10, 24])
def test_a_confusion_matrix_is_a_shaded_table(count: int) -> None:
    made = deck(Slide("Errors", (Paragraph((Span("Text"),)),), (matrix(count),), 0.56))
    presentation = opened(made)
    check_geometry(presentation.slides[0])
    table = next(
        s.table for s in presentation.slides[0].shapes if getattr(s, "has_table", False) and s.has_table
    )
    assert len(table.rows) == len(table.columns) == count + 1
    grounds = {
        (row, column): table.cell(row, column)._tc.xpath("./a:tcPr/a:solidFill/a:srgbClr/@val")
        for row in range(count)
        for column in range(1, count + 1)
    }
    assert all(grounds.values())
    assert len({tuple(color) for color in grounds.values()}) > 1
    assert grounds[0, 1] != grounds[1, 1]


def test_a_matrix_of_many_classes_is_a_picture_that_says_what_it_shows() -> None:
    made = deck(Slide("Errors", (matrix(100),)))
    presentation = opened(made)
    check_geometry(presentation.slides[0])
    shown = next(s for s in presentation.slides[0].shapes if s.name == "Confusion matrix")
    assert shown._element.xpath("./*/p:cNvPr/@descr") == ["Confusion matrix of 100 classes."]
    assert shown.image.content_type == "image/png"


@pytest.mark.parametrize("count", [1, 2, 5, 6, 8, 12])
def test_a_network_s_layers_are_tied_by_lines(count: int) -> None:
    layers = tuple(Layer("Dense", f"dense_{n}", "128 × N", "16,512 parameters") for n in range(count))
    made = deck(Slide("Network", (Facts((Fact("Layers", str(count)),)), Network(layers, "A network."))))
    presentation = opened(made)
    check_whole(made, presentation)
    group = next(s for s in presentation.slides[0].shapes if s.name == "Network")
    boxes = {shape.shape_id for shape in group.shapes if shape.has_text_frame}
    lines = [shape for shape in group.shapes if shape.shape_type != MSO_SHAPE_TYPE.AUTO_SHAPE]
    assert len(boxes) == count
    assert len(lines) == count - 1
    ends = [line._element.xpath(".//a:stCxn/@id | .//a:endCxn/@id") for line in lines]
    assert all(int(number) in boxes for pair in ends for number in pair)
    inner = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in group.shapes if s.has_text_frame]
    for number, one in enumerate(inner):
        assert one[0] >= group.left - 2
        assert one[2] <= group.left + group.width + 2
        for other in inner[number + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_code_keeps_its_lines_and_is_set_in_a_monospace_font() -> None:
    source = "def f(x):\n    # half\n    return x / 2  # <b>&amp;\n\n\n" + "y = " + "a + " * 60 + "1"
    made = deck(Slide("Code", (Code(source, "python", "layers/a.py"),)))
    presentation = opened(made)
    check_geometry(presentation.slides[0])
    shape = next(s for s in presentation.slides[0].placeholders if s.name == "Source code")
    assert "\n".join(p.text for p in shape.text_frame.paragraphs) == made.slides[0].body[0].source
    runs = [run for p in shape.text_frame.paragraphs for run in p.runs]
    assert {run.font.name for run in runs} == {"Consolas"}
    assert {run._r.rPr.get("noProof") for run in runs} == {"1"}
    colored = {run.text for run in runs if run._r.rPr.find("a:solidFill", NAMES) is not None}
    assert {"def", "return", "# half", "2"} <= colored


def test_lists_have_bullets_and_numbers_of_their_own() -> None:
    items = (
        Bullet((Span("one"),), 0, 3),
        Bullet((Span("deeper"),), 1),
        Bullet((Span("two"),), 0, 4),
        Bullet((Span("plain"),), 0),
    )
    presentation = opened(deck(Slide("List", (Bullets(items),))))
    marks = presentation.slides[0]._element.xpath(".//a:pPr/a:buAutoNum/@startAt")
    assert marks == ["3", "3"]
    assert presentation.slides[0]._element.xpath(".//a:pPr[a:buChar]/@lvl") == ["1"]
    assert "•" not in words(presentation.slides[0])


def test_text_between_objects_has_a_place_of_its_own() -> None:
    table = Table((((Span("a"),), (Span("b"),)), ((Span("1"),), (Span("2"),))))
    text = Paragraph((Span("We looked."),))
    made = deck(Slide("Mixed", (text, table, text, Code("x = 1"), Math("x^2"))))
    presentation = opened(made)
    check_whole(made, presentation)
    assert presentation.slides[0].slide_layout.name == "4 blocks"


def test_more_blocks_than_places_are_still_there() -> None:
    table = Table((((Span("a"),),), ((Span("1"),),)))
    made = deck(
        Slide("Mixed", tuple(block for n in range(6) for block in (Paragraph((Span(f"t{n}"),)), table)))
    )
    check_whole(made, opened(made))


def outlines(presentation: Any) -> list[Any]:
    return [shape for shape in presentation.slides[0].shapes if shape.name == "Formula"]


@pytest.mark.parametrize("source", [r"\frac{1}{n}\sum_{i=1}^n (y_i-\hat y_i)^2", r"\sqrt{x^2+1}", "E = mc^2"])
def test_a_formula_is_drawn_and_its_source_is_its_alternative_text(source: str) -> None:
    made = deck(
        Slide("Loss", (Paragraph((Span("We minimize"),)), Math(source), Paragraph((Span("by Adam."),))))
    )
    presentation = opened(made)
    check_whole(made, presentation)
    (shape,) = outlines(presentation)
    assert shape._element.xpath("./*/p:cNvPr/@descr") == [source]
    paths = shape._element.findall(".//a:path", NAMES)
    assert len(paths) >= 3
    for path in paths:
        wide, high = int(path.get("w")), int(path.get("h"))
        assert shape.width / shape.height == pytest.approx(wide / high, rel=0.02)
        assert path[0].tag.endswith("moveTo")
        for point in path.iter("{*}pt"):
            assert -0.02 * wide <= int(point.get("x")) <= 1.02 * wide
            assert -0.02 * high <= int(point.get("y")) <= 1.02 * high


def test_a_formula_that_cannot_be_set_is_its_source() -> None:
    presentation = opened(deck(Slide("Loss", (Math(r"\bogus{x}^{"),))))
    assert not outlines(presentation)
    assert r"\bogus{x}^{" in words(presentation.slides[0])


@pytest.mark.parametrize(
    ("source", "letters"),
    [
        (r"\sigma(Wx+b)", "σ(Wx+b)"),
        (r"\hat{y}_i = x^2", "ŷᵢ = x²"),
        (r"\frac{1}{n+1}", "1/(n+1)"),
        (r"\sqrt{x}", "√x"),
        (r"x \in \mathbb{R}^{d}", "x ∈ ℝ^d"),
        (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿxᵢ"),
        (r"\bogus{x}", r"\bogus{x}"),
        ("", ""),
    ],
)
def test_formulas_in_a_line_are_written_in_letters(source: str, letters: str) -> None:
    import unicodedata

    assert unicodedata.normalize("NFC", linear(source)) == letters


def test_long_formulas_in_a_line_make_the_text_smaller_and_no_text_leaves_its_place() -> None:
    formula = Span(r"\frac{\partial L}{\partial W_{ij}} = \sum_{k=1}^{n} \delta_k^{(l)} x_{jk}", "math")
    text = Paragraph(tuple(part for _ in range(24) for part in (Span("so that"), formula)))
    presentation = opened(
        deck(
            Slide("Gradient", (text, Bullets((Bullet((formula,)),)))),
            Slide("Table", (Table((((formula,),), ((formula,),))),)),
        )
    )
    for slide in presentation.slides:
        check_geometry(slide)
    assert "\\partial" not in words(presentation.slides[0])


def test_hints_to_the_group_and_what_is_missing() -> None:
    missing = Slide("Literature", (Paragraph((Span("Name two sources."),)),), layout="missing")
    hint = Slide("Text", (Paragraph((Span("Short."),)),), hints=("Write more.", "And soon."))
    made = deck(missing, hint)
    presentation = opened(made)
    check_whole(made, presentation)
    assert presentation.slides[0].slide_layout.name == "To be written"
    assert "Write more.  And soon." in words(presentation.slides[1])


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


# -- hostile ---------------------------------------------------------------------------------------

EVIL = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "http://127.0.0.1:9/x",
    "external:c:\\x.xlsx",
    '{ INCLUDEPICTURE "http://127.0.0.1:9/p.png" }',
    '</a:t></a:r><a:fld type="datetime"/>',
    "]]><!--&#x0;&amp;<?xml?>",
    "\x00\x01\x08\x0b\x0c\x1b\x1f\x7f\ufffe\uffff",
    "_x000D__x0041_",
    "x" * 3000,
    "Donaudampfschifffahrtsgesellschaftskapitän" * 40,
    "\u202eabc\u2066",
    "नमस्ते 你好 🇩🇪👩‍👩‍👧",
)


def check_safe(data: bytes) -> None:
    """Check that a file loads nothing, holds no fields but numbers, no macros, no objects, and safe links."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            assert re.fullmatch(
                r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|ppt/[\w/]+\.(xml|png|jpg)|"
                r"ppt/[\w/]+/_rels/\w+\.xml\.rels|ppt/_rels/presentation\.xml\.rels|ppt/embeddings/\w+\.xlsx",
                name,
            ), name
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
                assert b"<!DOCTYPE" not in content
                for element in tree.iter():
                    assert isinstance(element.tag, str), name
                    if element.get("TargetMode") == "External":
                        assert element.get("Type", "").endswith("/hyperlink")
                        assert element.get("Target", "").startswith(("https://", "http://"))
                    kind = etree.QName(element).localname
                    assert kind not in {
                        "hlinkMouseOver",
                        "oleObj",
                        "control",
                        "videoFile",
                        "audioFile",
                        "externalData1",
                    }
                    if kind == "fld":
                        assert element.get("type") == "slidenum"
                    assert not element.get("action")
                    assert not element.get(
                        "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}link"
                    )
            elif name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    sheet = book.read("xl/worksheets/sheet1.xml")
                    assert b"<f>" not in sheet
                    assert b"hyperlink" not in sheet
                    assert not any("rels" in inner and "sheet" in inner for inner in book.namelist())
                    assert not any("externalLink" in inner for inner in book.namelist())


def test_a_hostile_repository_does_nothing(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, hostile()), to="pptx", force=True)
    path = file_of(report)
    check_safe(path.read_bytes())
    presentation = Presentation(str(path))
    check_whole(report.deck, presentation)
    assert "<script>" in "\n".join(words(slide) for slide in presentation.slides)


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_text_is_text_wherever_it_stands(evil: str) -> None:
    span = (Span(evil),)
    slides = [
        Slide(evil, (Paragraph(span), Bullets((Bullet(span),))), notes=evil, eyebrow=evil, seconds=5),
        Slide(evil, (Table(((span, span), (span, span)), caption=evil),), (Code(evil, "python", evil),)),
        Slide(evil, (chart(0.5, 0.4, names=(evil,)),), (matrix(2, label=evil),)),
        Slide(evil, (Facts((Fact(evil, evil, evil),)), Network((Layer(evil, evil, evil, evil),), evil))),
        Slide(evil, (Paragraph(span, "lead"),), layout="closing"),
        Slide(evil, (Math(evil),), hints=(evil,)),
    ]
    made = dataclasses.replace(deck(*slides, title=evil), authors=(evil,), outline=())
    data = marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment)
    check_safe(data)
    presentation = Presentation(io.BytesIO(data))
    for slide in presentation.slides:
        check_geometry(slide)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://a.org", "https://a.org"),
        ("http://a.org:80/x?y=1#z", "http://a.org:80/x?y=1#z"),
        ("http://a.org/ü|{1}%zz%20#a#b", "http://a.org/%C3%BC%7C%7B1%7D%25zz%20#a%23b"),
        ("https://https://a.org", ""),
        ("https://[::1]/", ""),
        ("https://ü.de/", ""),
        ("ftp://a.org", ""),
    ],
)
def test_addresses_are_written_so_that_office_programs_read_them(address: str, written: str) -> None:
    assert web_address(address) == written


@pytest.mark.parametrize(
    "target",
    ["javascript:x", "file:///etc/passwd", "mailto:a@x.org", "ppaction://hlinkshowjump", "data:text/html,x",
     "\\\\host\\share", "ms-word:ofe|u|http://x", "http://", "https://[bad", "#slide2", "notes.docx"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(target: str) -> None:
    text = (
        Span("see", "link", target),
        Span("web", "link", "https://example.org/a?b=1&c=<"),
        Span("ok", "link", "https://example.org/a?b=1&c=2"),
    )
    presentation = opened(deck(Slide("Links", (Paragraph(text), Table(((text,), (text,)))))))
    addresses = {rel.target_ref for rel in presentation.slides[0].part.rels.values() if rel.is_external}
    assert addresses == {"https://example.org/a?b=1&c=2"}
    assert "see" in words(presentation.slides[0])


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=400), st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_makes_a_file_that_opens(title: str, text: str, items: list[str]) -> None:
    bullets = Bullets(tuple(Bullet((Span(item),), n % 3, n % 2) for n, item in enumerate(items)))
    made = deck(
        Slide(title, (Paragraph((Span(text), Span("", "break"), Span(text, "code"))), bullets), notes=text)
    )
    data = marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment)
    check_safe(data)
    assert len(Presentation(io.BytesIO(data)).slides) == len(made.slides)


def test_json_names_the_format(tmp_path: Path) -> None:
    found = json.loads(json.dumps(build_report(project(tmp_path, bare()), to="pptx").as_dict()))
    assert [file["format"] for file in found["files"]] == ["pptx"]
