"""What stands on a slide of a PowerPoint file: charts, tables, networks, code, lists and formulas."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from pptx.enum.shapes import MSO_SHAPE_TYPE

from coursekit.report.deck import (
    Bullet,
    Bullets,
    Code,
    Fact,
    Facts,
    Layer,
    Math,
    Network,
    Paragraph,
    Slide,
    Table,
)
from coursekit.report.renderers.pptx._linear import linear
from coursekit.submission import Span
from tests.report.powerpoint import (
    NAMES,
    _epoch,
    chart,
    check_geometry,
    check_whole,
    deck,
    matrix,
    opened,
    words,
)

__all__ = ["_epoch"]


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
