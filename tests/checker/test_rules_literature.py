"""LIT on small cases, written after what real repositories hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.evidence.meanings import SECTIONS
from coursekit.evidence.notebooks import read_notebook
from coursekit.evidence.sources import find_sources, real_title
from coursekit.submission import Document, Notebook
from tests.building import README, REVIEW, code, complete, markdown, notebook, write
from tests.checker.judging import Case, Files, comes_to_an_end, finding, table, try_case, without

L = "0_LiteratureReview/README.md"
TEMPLATE = "# Literature Review\n\n**Summary of Each Work**:\n\n" + "\n".join(
    f"- **Source {n}**: [Title of Source {n}]\n\n  - **[Link]()**\n  - **Objective**:\n  - **Methods**:\n  - **Outcomes**:\n"
    for n in (1, 2, 3)
)
ABC = ("- **Objective**: Forecast sales", "- **Methods**: A small LSTM", "- **Outcomes**: 12 % better")
NESTED = "\n  ".join(ABC)
PROSE = (
    "The authors want to forecast the sales of a bakery. They train a recurrent network on five years of receipts "
    "and reach an error that is 12 % lower than before."
)
GERMAN_PROSE = (
    "Die Arbeit untersucht, wie sich der Umsatz einer Bäckerei vorhersagen lässt. Verwendet wird ein LSTM mit Daten aus fünf Jahren; "
    "die Ergebnisse zeigen einen um 12 % kleineren Fehler."
)


def review(text: str) -> dict[str, str | bytes]:
    return {**complete(), L: "# Literature Review\n\n" + text}


HEADED = (
    f"## Source 1: Bread with LSTM\n\nhttps://a.org/1\n\n{chr(10).join(ABC)}\n\n## Source 2: Cake with trees\n\nhttps://a.org/2\n\n"
    + "\n".join(ABC)
)
SAME_LEVEL = "".join(
    f"## Source {n}: Bread with networks {n}\n\n[Link](https://a.org/{n})\n\n## Objective\n\nForecast\n\n## Methods\n\nLSTM\n\n## Results\n\n12 %\n\n"
    for n in (1, 2)
)
FLAT = "".join(
    f"- **Paper {n}**: Bread with networks {n}\n- Link: https://a.org/{n}\n" + "\n".join(ABC) + "\n"
    for n in (1, 2)
)
TITLED = f"- **Bread with LSTM**\n  - [Link](https://a.org/1)\n  {NESTED}\n- **Cake with trees**\n  - [Link](https://a.org/2)\n  {NESTED}\n"
UNNUMBERED = f"### Bread with LSTM\n\n[DOI](https://doi.org/10.1/1)\n\n{PROSE}\n\n### Cake with trees\n\n[DOI](https://doi.org/10.1/2)\n\n{PROSE}\n"
TABLE = (
    "| Title | Link | Objective | Methods | Outcomes |\n|---|---|---|---|---|\n"
    "| Bread with LSTM | [Link](https://a.org/1) | Forecast | LSTM | 12 % |\n| Cake with trees | https://a.org/2 | Forecast | Trees | 8 % |\n"
)
LINES = "".join(
    f"**Source {n}**: Bread with networks {n}\n**Link**: https://a.org/{n}\n**Objective**: Forecast\n**Methods**: LSTM\n**Outcomes**: 12 %\n\n"
    for n in (1, 2)
)
PLAIN_LINES = "".join(
    f"Source {n}: Bread with networks {n}\nLink: https://a.org/{n}\nObjective: Forecast\nMethods: LSTM\nOutcomes: 12 %\n\n"
    for n in (1, 2)
)
GERMAN = "".join(
    f"- **Quelle {n}**: Brot mit Netzen {n}\n  - **Link**: https://a.org/{n}\n  - **Ziel**: Vorhersage\n  - **Methoden**: LSTM\n  - **Ergebnisse**: gut\n"
    for n in (1, 2)
)
LINKED = f"1. [Bread with a network](https://a.org/1): {PROSE}\n2. [Cake with many trees](https://a.org/2): {PROSE}\n"
CITED = (
    "- Baker, A., & Cook, B. (2019). Bread with a network. Journal of Bread, 3(2), 1-9. https://doi.org/10.1000/182\n"
    "- Miller, C. (2021). Cake with many trees. Proceedings of Cake, 17-25. doi:10.1000/183\n"
)
BELOW = f"- **Source 1**:\n  - **Title**: Bread with LSTM\n  - https://a.org/1\n  {NESTED}\n- **Source 2**:\n  - [Cake with many trees](https://a.org/2)\n  {NESTED}\n"
NEXT_LINE = "".join(
    f"## Source {n}: Bread with networks {n}\n\n- **[Link](https://a.org/{n})**\n- **Objective**:\nForecast\n- **Methods**:\nLSTM\n- **Outcomes**:\n12 %\n"
    for n in (1, 2)
)
OTHER_LABELS = "".join(
    f"## Paper {n} – Bread with networks {n}\nhttps://a.org/{n}\n\n**Problem**: Bread is thrown away\n\n**Approach:** LSTM\n\n**Key findings** – 12 %\n\n"
    for n in (1, 2)
)
NESTED_TABLE = "".join(
    f"- **Source {n}**: Bread with networks {n}\n  - https://a.org/{n}\n  - **Objective**: Forecast\n  - **Methods**: LSTM\n  - **Outcomes**:\n\n"
    "    | Metric | Value |\n    |---|---|\n    | MAE | 12 |\n\n"
    for n in (1, 2)
)
UNLINKED = f"### Bread with a network\n\nThis paper is nice. {PROSE}\n\n### Cake with many trees\n\nThe authors of it are nice. {PROSE}\n"
BOLD_ITEMS = f"- **Bread with a network**: {PROSE}\n- **Cake with many trees**: {PROSE}\n"
REFERENCES = "[1] A. Baker, Bread with a network, 2019. https://a.org/1\n[2] C. Miller, Cake with many trees, 2021. https://a.org/2\n"
LINE_EACH = "Bread with a network https://a.org/1\nCake with many trees https://a.org/2\n"
NO_SCHEME = TITLED.replace("https://a.org/1", "a.org/1").replace("https://a.org/2", "10.1000/182")
EMPTY_METHODS = REVIEW.replace("Convolutional networks", "")
INSIDE = f"<details><summary>x</summary></details>\n\n## Papers\n\n{TITLED}"

CASES: list[Case] = [
    ("LIT201", "met", complete()),
    *(("LIT201", "met", review(text)) for text in (
        HEADED, SAME_LEVEL, FLAT, TITLED, UNNUMBERED, TABLE, LINES, PLAIN_LINES, GERMAN, LINKED, CITED, BELOW, NEXT_LINE, OTHER_LABELS, INSIDE,
        UNLINKED, BOLD_ITEMS, REFERENCES, LINE_EACH,
    )),
    ("LIT201", "met", review("1. \"Bread with LSTM\" https://a.org/1\n2. “Cake with trees” https://a.org/2\n")),
    ("LIT201", "met", review(f"See [Bread with a network](https://a.org/1), and [Cake with many trees](https://a.org/2).\n\n{PROSE}")),
    ("LIT201", "met", {**without(L), "00_literature_review/readme.md": REVIEW}),
    ("LIT201", "met", {**without(L), L: TEMPLATE, "0_LiteratureReview/review.md": REVIEW}),
    ("LIT201", "met", {**without(L), "0_LiteratureReview/r.ipynb": notebook(markdown(REVIEW))}),
    ("LIT201", "met", {**without(L), "README.md": README + "\n## Related work\n\n" + TITLED}),
    ("LIT201", "not_met", without(L)),
    ("LIT201", "not_met", {**complete(), L: TEMPLATE}),
    ("LIT201", "not_met", {**complete(), L: TEMPLATE.replace("[Title of Source 1]", "Bread with LSTM")}),
    ("LIT201", "not_met", {**complete(), L: TEMPLATE.replace("[Title of Source 1]", "[Link](https://a.org)").replace("[Title of Source 2]", "https://a.org/2")}),
    ("LIT201", "not_met", review("- **Source 1**: TBD\n- **Source 2**: [to be added]\n")),
    ("LIT201", "not_met", review("We looked for papers but found none that fits.\n\nOur data is at https://data.org/x.\n")),
    ("LIT201", "not_met", {**without(L), "0_LiteratureReview/.gitkeep": ""}),
    ("LIT201", "not_judged", {**complete(), L: TEMPLATE, "0_LiteratureReview/review.pdf": b"%PDF-1.7"}),
    ("LIT202", "met", complete()),
    *(("LIT202", "met", review(text)) for text in (
        HEADED, SAME_LEVEL, FLAT, TITLED, UNNUMBERED, TABLE, LINES, PLAIN_LINES, GERMAN, LINKED, CITED, BELOW, NEXT_LINE, OTHER_LABELS, REFERENCES,
        LINE_EACH, NO_SCHEME,
    )),
    ("LIT202", "not_met", review(UNLINKED)),
    ("LIT202", "met", review(TITLED.replace("[Link](https://a.org/1)", "**[https://a.org/1]()**"))),
    ("LIT202", "met", review(TITLED.replace("[Link](https://a.org/1)", "<a href='https://a.org/1'>here</a>"))),
    ("LIT202", "met", {**review(TITLED.replace("https://a.org/1", "bread.pdf")), "0_LiteratureReview/bread.pdf": b"%PDF"}),
    ("LIT202", "not_met", review(TITLED.replace("https://a.org/1", ""))),
    ("LIT202", "not_met", review(HEADED.replace("https://a.org/2", "found in the library"))),
    ("LIT202", "not_met", review(TABLE.replace("https://a.org/2", "–"))),
    ("LIT202", "not_judged", {**complete(), L: TEMPLATE}),
    ("LIT203", "met", complete()),
    *(("LIT203", "met", review(text)) for text in (
        HEADED, SAME_LEVEL, FLAT, TITLED, UNNUMBERED, TABLE, LINES, PLAIN_LINES, GERMAN, LINKED, BELOW, NEXT_LINE, OTHER_LABELS, NESTED_TABLE,
        UNLINKED, BOLD_ITEMS,
    )),
    ("LIT203", "met", review(UNNUMBERED.replace(PROSE, GERMAN_PROSE))),
    ("LIT203", "met", {**complete(), L: REVIEW + "- **Source 3**: Something else\n"}),
    ("LIT203", "not_met", {**complete(), L: EMPTY_METHODS}),
    ("LIT203", "not_met", {**complete(), L: REVIEW.replace("0.8 % errors", "[…]")}),
    ("LIT203", "not_met", {**complete(), L: REVIEW.replace("0.8 % errors", "TODO")}),
    ("LIT203", "not_met", review(CITED)),
    ("LIT203", "not_met", review(LINKED.replace(PROSE, "a nice paper"))),
    ("LIT203", "not_judged", {**complete(), L: TEMPLATE}),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    try_case(tmp_path, code, status, files)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("[Title of Source 1]", ""),
        ("[Title of Source 7]", ""),
        ("Titel der Quelle", ""),
        ("[Title of a paper, an article or another project]", ""),
        ("Link", ""),
        ("[PubMed]", ""),
        ("https://doi.org/10.1000/182", ""),
        ("doi:10.1000/182", ""),
        ("…", ""),
        ("TODO", ""),
        ("COLET", "COLET"),
        ('"Bread with LSTM"', "Bread with LSTM"),
        ("[Bread with LSTM]", "Bread with LSTM"),
        ("ResNet: https://a.org/1", "ResNet"),
        ("深度学习与面包", "深度学习与面包"),
    ],
)
def test_titles_are_told_from_prompts_and_addresses(text: str, title: str) -> None:
    assert real_title(text) == title


def test_chapters_on_the_subject_are_no_sources(tmp_path: Path) -> None:
    """A review that tells what is usual, by headings, and names no work has no source."""
    text = (
        "## 3. Amount of Data Typically Used\n\nIt varies.\n\n- **Small sets**: Some academic studies had few.\n\n"
        "## 4. Pretrained Models for Detection\n\nThey are crucial.\n\n- **DenseNet**: As used in this study.\n"
    )
    assert finding(tmp_path, "LIT201", review(text)).status == "not_met"


def test_findings_name_the_source_that_lacks_something(tmp_path: Path) -> None:
    files = {**complete(), L: EMPTY_METHODS.replace("https://doi.org/10.1109/5.726791", "")}
    found = finding(tmp_path, "LIT203", files)
    assert found.message.startswith("1 of at least 2; missing: methods (Gradient-based learning")
    assert [(place.path, place.line) for place in found.locations] == [(L, 3)]
    assert finding(tmp_path, "LIT202", {}).message.startswith("1 without a link: Gradient-based learning")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * 40_000,
        "".join(" " * (2 * (n % 40)) + f"- Methods {n}: x\n" for n in range(20_000)),
        "- Source 1: x\n" + "  - Methods: y\n" * 20_000,
        "# a b\n\nhttps://a.org\n\n" * 10_000,
        "Source 1 " * 50_000,
        "[" * 20_000 + "](https://a.org)" * 20_000,
        "| Title | Methods |\n|---|---|\n" + "| a b | c |\n" * 20_000,
        " " * 500_000 + ":" + "*" * 100_000,
        "the title of the source " * 20_000,
    ],
    ids=["items", "nested", "labels", "headings", "words", "brackets", "rows", "blanks", "titles"],
)  # fmt: skip
def test_hostile_reviews_come_to_an_end(tmp_path: Path, text: str) -> None:
    assert comes_to_an_end(write(tmp_path, {**complete(), L: text}))


PIECES = [
    "- ", "  - ", "# ", "## ", "**", "__", ":", "\n", "\n\n", "[", "]", "(", ")", "|", "\n|---|---|\n", "https://a.org", "Source 1", "Title",
    "Objective", "Methods", "Outcomes", "Link", "doi:10.1000/1", "<b>", "</b>", "<h2>", "```\n", "(2019)", "et al", "a b c", "ä", "\x00", "$$", "> ",
    "Correlations", "Missing values", "1. ",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    assert all(source.title for source in find_sources(Document(text, "x.md")))
    book = Notebook(notebook(markdown(text), code(text), markdown(text)).encode(), "x.ipynb")
    for milestone in SECTIONS:
        read_notebook(book, milestone)
