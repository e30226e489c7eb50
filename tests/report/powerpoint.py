"""Decks written as PowerPoint files and opened again, and what must hold of every one."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from coursekit.report import Report
from coursekit.report.deck import (
    Bullets,
    Code,
    Deck,
    LineChart,
    Math,
    Matrix,
    Network,
    Outline,
    Paragraph,
    Series,
    Slide,
    Table,
)
from coursekit.report.fit import fit
from coursekit.report.mark import marked
from coursekit.report.measure import lines_of
from coursekit.report.renderers.pptx import RENDERER
from coursekit.report.renderers.pptx._place import lettered
from coursekit.report.theme import DEFAULT
from coursekit.submission import Span
from coursekit.submission.markdown import plain
from tests.report import EPOCH

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


# -- what stands on slides -------------------------------------------------------------------------


def chart(
    *values: float | None, x: tuple[float, ...] = (), names: tuple[str, ...] = ("train loss",)
) -> LineChart:
    series = tuple(Series(name, values) for name in names)
    return LineChart("Loss", "epoch", x or tuple(range(1, len(values) + 1)), series, "Loss by epoch.")


def matrix(count: int, *, label: str = "") -> Matrix:
    counts = tuple(tuple(90 if i == j else (i * j) % 3 for j in range(count)) for i in range(count))
    names = tuple(label or f"class {n}" for n in range(count))
    return Matrix("", "true class", "predicted class", names, counts, f"Confusion matrix of {count} classes.")


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
