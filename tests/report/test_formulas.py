"""Formulas become outlines, within bounds; what cannot be set is shown as its source."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from coursekit.report import build_report
from coursekit.report.convert import spans_of
from coursekit.report.deck import Math
from coursekit.report.formulas import formula, inline_svg
from coursekit.report.layout import height_of, math_formula
from coursekit.report.measure import lines_of
from coursekit.report.plain import parts_of
from coursekit.submission import Span
from tests.report import project

LOSS = r"\mathcal{L} = -\frac{1}{N}\sum_{i=1}^{N} y_i\log(\hat y_i)"
TEXT = f"""# Formulas

## Description

We minimize the error $\\sum_i (y_i - x_i)^2$ on paper, and $\\unheard{{of}}$ as it stands.

$${LOSS}$$
"""
HARMLESS = re.compile(
    r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="[-\d. ]+" width="[\d.]+" height="[\d.]+" '
    r'fill="#[0-9a-f]{6}">'
    r'(?:<path transform="[a-z(). \d-]+" d="[-MLQCHVZTSAe\d., ]*"/>|<rect(?: (?:x|y|width|height)="[-\d.]+"){4}/>)+</svg>'
)


@pytest.mark.parametrize(
    "source",
    [
        "x_i^2",
        LOSS,
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
        r"\text{mean of } x",
        r"\sqrt[3]{x}",
        r"a < b",
        r"100\%",
        r"E \ [Y]",
        "ä",
    ],
)
def test_a_formula_becomes_outlines_and_nothing_else(source: str) -> None:
    """Only paths and rectangles of numbers, whatever the setter writes."""
    made = formula(source)
    assert made is not None
    assert 0 < made.width < 60
    for svg in (made.svg(20, "#123456"), inline_svg(made, 20, "#123456")):
        assert HARMLESS.fullmatch(svg), svg[:300]
        ElementTree.fromstring(svg)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x" * 401,
        r"\undefined{x}",
        r"\newcommand{\x}{\x\x}\x",
        r"\def\x{y}\x",
        r"\left(" * 80 + r"\right)" * 80,
        r"\left(" * 5 + "x" + r"\right)" * 5,
        "{" * 200,
        r"\sqrt{" * 60 + "x" + "}" * 60,
        r"\hspace{100000cm}x",
        r"\rule{1em}{2em}",
        r"\href{javascript:alert(1)}{x}",
        r"\includegraphics{/etc/passwd}",
        r"\frac{1}",
        r"\begin{array}{c}" * 9,
        "^" * 30,
    ],
)
def test_what_is_no_formula_or_too_much_is_not_set(source: str) -> None:
    """None, without a long wait and without a change of the interpreter's hooks."""
    before = sys.getprofile()
    assert formula(source) is None
    assert sys.getprofile() is before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"xy12+-=_^{}&<>\"'",
                *(f"\\{w}" for w in ("frac", "sqrt", "left(", "right)", "text", "sum", "color", "\\")),
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_formula_is_set_as_outlines_or_not_at_all(source: str) -> None:
    """Nothing else gets through, and nothing raises."""
    made = formula(source)
    assert made is None or HARMLESS.fullmatch(made.svg(20.0, "#000000"))


def test_a_formula_has_its_room() -> None:
    """In a line it keeps to the line; by itself it is as wide as there is room, and not set where it gets too small."""
    made = formula(r"\frac{a}{b}")
    assert made is not None
    assert made.above * made.inline <= 0.98
    assert made.below * made.inline <= 0.4
    assert lines_of((Span("word "), Span("x^2", "math"), Span(" word")), 300.0, 20.0) == 1
    assert lines_of((Span("word " * 5),), 300.0, 20.0) == 1
    assert lines_of((Span("word " * 5), Span(LOSS, "math")), 300.0, 20.0) == 2
    block = Math("+".join(["xyz"] * 40))
    assert math_formula(block, 200.0, 20.0) is None
    found = math_formula(Math(LOSS), 300.0, 28.0)
    assert found is not None
    assert found[0].width * found[1] <= 300
    assert height_of(Math(LOSS), 300.0, 28.0) > found[0].height * found[1]


def test_a_paragraph_has_so_many_formulas() -> None:
    """The others are shown as their source: setting takes time."""
    spans = spans_of(tuple(Span(f"x_{number}", "math") for number in range(20)))
    assert [span.style for span in spans].count("math") == 12
    assert len(spans) == 20


def test_formulas_are_in_both_formats_with_their_source_as_alt_text(tmp_path: Path) -> None:
    """What can be set is a picture that says its source; what cannot stands there as its source."""
    root = project(tmp_path / "group", {"README.md": TEXT})
    report = build_report(root, output=tmp_path / "out")
    html = next(path for path in report.written if path.suffix == ".html").read_text("utf-8")
    assert 'role="img" aria-label="\\sum_i (y_i - x_i)^2"' in html
    assert f'<div class="math block" role="img" aria-label="{LOSS}">' in html
    assert "<code>\\unheard{of}</code>" in html
    pdf = next(path for path in report.written if path.suffix == ".pdf").read_bytes()
    shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "unheard" in shown
    assert "mathcal" not in shown


def test_long_words_can_be_broken() -> None:
    """A path, a hash: nothing leaves the slide, in any renderer. Others stay as they are."""
    assert parts_of("short words and Donaudampfschiff") == ["short words and Donaudampfschiff"]
    parts = parts_of("a " + "x" * 40 + " b")
    assert "".join(parts) == "a " + "x" * 40 + " b"
    assert max(map(len, parts)) <= 6


def test_a_formula_shown_as_its_source_does_not_leave_the_page(tmp_path: Path) -> None:
    """A long one without a space is broken: the PDF has it on several lines."""
    source = r"\unheard{" + "x" * 200 + "}"
    root = project(tmp_path / "group", {"README.md": f"# A\n\n## Description\n\n- One ${source}$\n"})
    report = build_report(root, output=tmp_path / "out", to="pdf")
    text = PdfReader(io.BytesIO(report.written[0].read_bytes())).pages[1].extract_text()
    lines = [line for line in text.split("\n") if "xx" in line]
    assert len(lines) > 2
    assert sum(line.count("x") for line in lines) >= 200
