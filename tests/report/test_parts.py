"""The parts: sections and renderers found, charts, tables, sources, digests, numbers."""

from __future__ import annotations

import re
import types
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from coursekit.evidence.literature import literature
from coursekit.model import Text
from coursekit.report.charts import chart, tick_label, ticks
from coursekit.report.convert import html_table
from coursekit.report.deck import Layer, LineChart, Matrix, Network, Series
from coursekit.report.digest import first_words, sentences
from coursekit.report.material import read_material
from coursekit.report.numbers import count, difference, number
from coursekit.report.rendering import find_renderers
from coursekit.report.section import find_sections
from coursekit.report.theme import DEFAULT
from coursekit.submission import Span, open_submission
from coursekit.submission.markdown import plain
from tests.building import markdown, notebook, write
from tests.report import FRAME, LITERATURE


def test_sections_and_renderers_are_found_by_looking() -> None:
    sections = find_sections()
    assert [s.key for s in sections] == [
        "title", "introduction", "literature", "dataset", "baseline", "model", "results", "challenges", "discussion",
        "conclusion", "questions",
    ]  # fmt: skip
    assert sum(section.seconds for section in sections) == 900
    for section in sections:
        assert section.slides[0] <= section.slides[1]
        assert isinstance(section.title, Text)
        assert bool(section.missing.en) == bool(section.missing.de)
    assert list(find_renderers()) == ["pdf", "pptx", "html", "paper-html", "paper-pdf"]


def test_a_folder_is_all_that_a_section_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "from coursekit.model import Text\nfrom coursekit.report.deck import Slide\nfrom coursekit.report.section import Section\n"
        "SECTION = Section('thanks', 95, Text('Thanks', 'Dank'), (1, 1), 10, lambda context: [Slide('Thanks')])\n"
    )
    write(
        tmp_path, {"extra/__init__.py": "", "extra/thanks/__init__.py": source, "extra/empty/__init__.py": ""}
    )
    monkeypatch.syspath_prepend(tmp_path)
    import extra  # type: ignore[import-not-found]

    assert isinstance(extra, types.ModuleType)
    with pytest.raises(TypeError, match="no SECTION"):
        find_sections(extra)
    (tmp_path / "extra/empty/__init__.py").unlink()
    (tmp_path / "extra/empty").rename(tmp_path / "elsewhere")
    assert [s.key for s in find_sections(extra)] == ["thanks"]
    write(tmp_path, {"extra/again/__init__.py": source})
    with pytest.raises(TypeError, match="two sections"):
        find_sections(extra)


# -- charts ----------------------------------------------------------------------------------------


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_learning_curves() -> None:
    block = LineChart(
        "Loss <b>", "epoch", (1, 2, 3, 4), (Series("train", (3, 2, None, 1)), Series("validation", (3, 2.5, 2, 1.5))), "alt",
        (400, 300),
    )  # fmt: skip
    svg = chart(block, DEFAULT)
    assert {"Loss <b>", "train", "validation", "epoch", "3.0"} <= set(texts(svg))
    assert "style=" not in svg
    assert "2,5" in " ".join(texts(chart(block, DEFAULT, language="de")))


@pytest.mark.parametrize("values", [(0.5,), (1.0, 1.0), (-5.0, 1e9), (1e-9, 2e-9), (None, 2.0)])
def test_curves_of_odd_values_are_drawn(values: tuple[float | None, ...]) -> None:
    x = tuple(float(n) for n in range(len(values)))
    svg = chart(LineChart("t", "x", x, (Series("s", values),), "alt", (300, 200)), DEFAULT)
    assert "nan" not in svg
    assert "inf" not in svg


def test_ten_thousand_epochs_are_thinned() -> None:
    x = tuple(float(n) for n in range(10_000))
    assert len(chart(LineChart("t", "x", x, (Series("s", x),), "alt", (400, 300)), DEFAULT)) < 20_000


@pytest.mark.parametrize("classes", [2, 10, 40])
def test_a_confusion_matrix(classes: int) -> None:
    labels = tuple(f"class number {n} & <more>" for n in range(classes))
    counts = tuple(
        tuple(100 if i == j else n % 3 for j, n in enumerate(range(classes))) for i in range(classes)
    )
    svg = chart(Matrix("", "true", "predicted", labels, counts, "alt", (480, 380)), DEFAULT)
    shown = texts(svg)
    assert "true" in shown
    if classes == 2:
        assert "100" in shown
    for x, y in re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)"', svg):
        assert 0 <= float(x) <= 480
        assert 0 <= float(y) <= 380


@pytest.mark.parametrize("layers", [1, 4, 7, 12])
def test_a_network_stays_in_its_box(layers: int) -> None:
    boxes = tuple(
        Layer("Convolution2D", f"conv_{n}", "128 × 64 × 64 × N", "1,048,576 parameters")
        for n in range(layers)
    )
    svg = chart(Network(boxes, "alt", (848, 280)), DEFAULT)
    rects = re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"', svg)
    assert len(rects) == layers
    for x, y, w, h in rects:
        assert float(x) >= 0
        assert float(x) + float(w) <= 848.1
        assert float(y) + float(h) <= 280.1


def test_ticks_are_round_numbers() -> None:
    assert ticks(0, 1) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(3, 3)[0] <= 3 <= ticks(3, 3)[-1]
    assert [tick_label(v, 0.25) for v in (0, 0.25, 1)] == ["0.00", "0.25", "1.00"]
    assert tick_label(20, 5) == "20"


# -- text ------------------------------------------------------------------------------------------


def test_numbers_in_both_languages() -> None:
    assert [number(v, "en") for v in (0.975, 0.97222222, 12, 1234.5, -0.5, 1e-6, 0)] == [
        "0.975", "0.9722", "12", "1,234.5", "−0.5", "1e−06", "0"
    ]  # fmt: skip
    assert number(1234.5, "de") == "1\u202f234,5"
    assert [difference(v, "de") for v in (0.5, -0.5, 0)] == ["+0,5", "−0,5", "±0"]
    assert count(4160, "en") == "4,160"


def test_a_data_frame_loses_its_index() -> None:
    table = html_table(FRAME)
    assert table is not None
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["class", "images"],
        ["zero", "178"],
        ["one", "182"],
    ]
    assert table.numeric == (False, True)


def test_sentences_and_abbreviations() -> None:
    assert sentences("We use e.g. Adam. It works, cf. Fig. 3 and z. B. SGD! Why? So.") == [
        "We use e.g. Adam.", "It works, cf. Fig. 3 and z. B. SGD!", "Why?", "So."
    ]  # fmt: skip
    spans = (Span("First is "), Span("bold", "strong"), Span(". Second sentence is much longer than that."))
    short = first_words(spans, 4)
    assert plain(short) == "First is bold."
    assert short[1] == Span("bold", "strong")
    assert plain(first_words((Span("word " * 200),), 10)).endswith("…")


def test_sources_in_lists_and_under_headings(tmp_path: Path) -> None:
    headed = (
        "# Literature\n\n## Source 1: A paper\n\n- **Link:** <https://x.org/a>\n- **Objective:** Find out\n"
        "- **Methods:**\n  - one\n  - two\n\n## Source 2: [Title of a paper, an article or another project]\n"
    )
    for name, content in (("a", LITERATURE), ("b", headed)):
        submission = open_submission(write(tmp_path / name, {"0_LiteratureReview/README.md": content}))
        found = submission.once(literature).sources
        if name == "a":
            assert [source.title[:20] for source in found] == ["Gradient-based learn", "Methods of combining"]
            assert found[0].link == "https://doi.org/10.1109/5.726791"
            assert plain(found[0].fields["outcomes"]) == "0.8 % errors on MNIST"
        else:
            assert [(source.title, source.link) for source in found] == [("A paper", "https://x.org/a")]
            assert plain(found[0].fields["methods"]) == "one, two"


def test_prompts_contents_and_badges_are_no_text(tmp_path: Path) -> None:
    book = notebook(
        markdown("# Baseline Model\n\n## Table of Contents\n1. [Model Choice](#model-choice)"),
        markdown("[![Badge](https://x.org/b.svg)](https://x.org)"),
        markdown("## Model Choice\n\n[Our own choice is a forest]"),
        markdown("## Evaluation\n\n- **Result:**\n- **Metric:** [accuracy]"),
    )
    submission = open_submission(write(tmp_path, {"2_BaselineModel/b.ipynb": book}))
    passages = [p for p in submission.once(read_material).of("baseline") if p.blocks]
    assert [p.title for p in passages] == ["Model Choice", "Evaluation"]
    said = " ".join(str(block) for p in passages for block in p.blocks)
    assert "Our own choice is a forest" in said
    assert "[Our" not in said
    assert "Result" not in said
