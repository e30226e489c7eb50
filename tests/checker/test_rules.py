"""Each rule on small cases, written after what real repositories hold; named by the rule's code."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from coursekit.checker import all_rules, check_path
from coursekit.model import Member
from coursekit.scaffold import new_project
from tests.building import README, complete, png
from tests.checker.judging import Case, Files, finding, table, try_case, without


def readme(old: str, new: str) -> dict[str, str | bytes]:
    assert old in README
    return {**complete(), "README.md": README.replace(old, new)}


LABELS = README[README.index("- **Best Model") :]
DESCRIPTION = README[README.index("We read") : README.index("\n\n### Task")]
SLIDES = "4_Presentation/README.md"
LONG = "word " * 20

CASES: list[Case] = [
    ("DOC101", "met", complete()),
    ("DOC101", "met", readme("# Reading handwritten digits", "# [Stock_Price_Prediction]")),
    ("DOC101", "met", readme("# Reading handwritten digits", "## Grup 8")),
    ("DOC101", "met", readme("# Reading handwritten digits", "Digits\n======")),
    ("DOC101", "met", readme("# Reading handwritten digits", "<h1 align='center'>Digits</h1>")),
    ("DOC101", "not_met", readme("# Reading handwritten digits", "# [Your Project Title Here]")),
    ("DOC101", "not_met", readme("# Reading handwritten digits\n", "")),
    ("DOC101", "not_met", {**without("README.md"), "0_LiteratureReview/x.md": "x"}),
    ("DOC102", "met", complete()),
    ("DOC102", "met", readme("https://git.example.org/group-7/digits", "[https://github.com/a/b)]")),
    ("DOC102", "met", readme("https://git.example.org/group-7/digits", "[Link](https://github.com/a/b/)")),
    ("DOC102", "met", readme("https://git.example.org/group-7/digits", "code: git@github.com:a/b.git")),
    ("DOC102", "met", readme("## Repository Link\n\n", "**GitHub:** ")),
    ("DOC102", "not_met", readme("https://git.example.org/group-7/digits", "[https://github.com/your_username/your_project_name]")),
    ("DOC102", "not_met", readme("https://git.example.org/group-7/digits", "will follow")),
    ("DOC102", "not_met", readme("## Repository Link\n\nhttps://git.example.org/group-7/digits\n", "")),
    ("DOC103", "met", complete()),
    ("DOC103", "met", readme(DESCRIPTION, f"[{LONG}]")),
    ("DOC103", "met", readme(DESCRIPTION, f"Short.\n\n#### Data\n\n- {LONG}")),
    ("DOC103", "met", readme("## Description", "## Projektbeschreibung")),
    ("DOC103", "not_met", readme(DESCRIPTION, "Time series prediction of bakery sales. Exam hand in.")),
    ("DOC103", "not_met", readme(DESCRIPTION, "[Short project description here. Briefly summarize the problem you are "
                                 "trying to solve and the approach you're taking.]")),
    ("DOC103", "not_met", readme("## Description", "## Something else")),
    ("DOC104", "met", complete()),
    ("DOC104", "met", readme("Image classification", "[Image classification]")),
    ("DOC104", "met", readme("### Task Type\n\nImage classification", "**Task Type:** Regression")),
    ("DOC104", "met", readme("### Task Type\n\nImage classification", "### Aufgabentyp\n\n- Regression\n- GAN")),
    ("DOC104", "not_met", readme("Image classification", "[Image Classification / Chatbot / Regression / Clustering / Other]")),
    ("DOC104", "not_met", readme("### Task Type\n\nImage classification\n", "")),
    ("DOC105", "met", complete()),
    ("DOC105", "met", readme("MLP 64-64-10", "A 'best' model could not be specified, all were equally weak")),
    ("DOC105", "met", readme("- **Best Model:** MLP 64-64-10\n", "#### Best Model\n\nMLP\n\n")),
    ("DOC105", "met", readme(LABELS, "The CNN performed best with an F1-score of 0.8.\n")),
    ("DOC105", "met", readme(LABELS, "| Best model | CNN |\n|---|---|\n| Metric | F1 |\n| Result | 0.8 |\n")),
    ("DOC105", "not_met", readme("MLP 64-64-10", "[Name of the best-performing model]")),
    ("DOC105", "not_met", readme("MLP 64-64-10", "")),
    ("DOC105", "not_met", readme(LABELS, "")),
    ("DOC106", "met", complete()),
    ("DOC106", "met", readme(LABELS, "Our best model, a CNN, reaches an F1-score of 0.8.\n")),
    ("DOC106", "met", readme("Evaluation Metric:** Accuracy", "Metrik:** Genauigkeit")),
    ("DOC106", "not_met", readme("Evaluation Metric:** Accuracy", "Evaluation Metric:** [e.g., Accuracy, F1-Score, MSE]")),
    ("DOC107", "met", complete()),
    ("DOC107", "met", readme("97.5 % on the test set", "\n\n| | a | b |\n|---|---|---|\n| Accuracy | 0.6 | 0.7 |")),
    ("DOC107", "met", readme("97.5 % on the test set", "weak\n    - **Model 1:** 0.4 accuracy\n    - **Model 2:** 0.3")),
    ("DOC107", "met", readme("**Result:** 97.5 % on the test set", "**Final Performance:** 0.86")),
    ("DOC107", "not_met", readme("97.5 % on the test set", "**[Boxplot](plots/boxplot.png)**")),
    ("DOC107", "not_met", readme("97.5 % on the test set", "[e.g., 95% accuracy, F1-score of 0.8]")),
    ("DOC108", "met", complete()),
    ("DOC108", "met", {**complete(), SLIDES: "[S](slides%2Epdf) [a](#top) [r](../README.md#x) [f](..) ![c](../CoverImage/cover.png)"}),
    ("DOC108", "met", {**complete(), SLIDES: "[S](<a (b) c.pdf>) [T](d_(e).pdf)", "4_Presentation/a (b) c.pdf": "",
                       "4_Presentation/d_(e).pdf": ""}),
    ("DOC108", "not_met", {**complete(), SLIDES: "[S]()"}),
    ("DOC108", "not_met", {**complete(), SLIDES: "[S](Slides.pdf)"}),
    ("DOC108", "not_met", {**complete(), SLIDES: "[S](../../etc/passwd)"}),
    ("DOC108", "not_met", {**complete(), SLIDES: "<img src='none.png'>"}),
    ("PRE601", "met", complete()),
    ("PRE601", "met", {**without("4_Presentation/slides.pdf"), SLIDES: "**[https://slides.example.org/x]**"}),
    ("PRE601", "met", {**without("4_Presentation/slides.pdf", SLIDES), "3_Presentation/a/b.PPTX": "x"}),
    ("PRE601", "not_met", {**without("4_Presentation/slides.pdf"), SLIDES: "[Slides](name_of_your_file)"}),
    ("PRE601", "not_met", {**without("4_Presentation/slides.pdf", SLIDES)}),
    ("PRE601", "not_met", {**without("4_Presentation/slides.pdf"), "4_Presentation/~$slides.pptx": "lock"}),
    ("PRE602", "met", complete()),
    ("PRE602", "not_met", {**complete(), "4_Presentation/big.pptx": b"x" * 25_000_001}),
    ("PRE602", "met", {**complete(), "4_Presentation/big.pptx": b"x" * 25_000_000}),
    ("PRE602", "not_judged", {**without("4_Presentation/slides.pdf"), SLIDES: "https://slides.example.org/x"}),
    ("PRE602", "not_judged", without("4_Presentation/slides.pdf")),
    ("PRE603", "met", complete()),
    ("PRE603", "met", {**without("4_Presentation/slides.pdf"), SLIDES: "https://slides.example.org/x"}),
    ("PRE603", "not_met", {**complete(), SLIDES: "# Presentation\n"}),
    ("PRE603", "not_met", without(SLIDES)),
    ("PRE603", "not_judged", without("4_Presentation/slides.pdf")),
    ("PRE604", "met", complete()),
    ("PRE604", "met", {**without("CoverImage/cover.png"), "Cover Image/x.SVG": "<svg/>"}),
    ("PRE604", "not_met", without("CoverImage/cover.png")),
    ("PRE604", "not_met", {**without("CoverImage/cover.png"), "CoverImage/.gitkeep": ""}),
    ("PRE605", "met", complete()),
    ("PRE605", "met", {**complete(), "CoverImage/cover.png": png(10, 10), "CoverImage/b.png": png(900, 500)}),
    ("PRE605", "not_met", {**complete(), "CoverImage/cover.png": png(800, 449)}),
    ("PRE605", "not_judged", {**complete(), "CoverImage/cover.png": b"damaged"}),
    ("PRE605", "not_judged", without("CoverImage/cover.png")),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    try_case(tmp_path, code, status, files)


#: Rules that judge every submission, notebooks that a clone left out aside.
ALWAYS = {
    "DOC101", "DOC102", "DOC103", "DOC104", "DOC105", "DOC106", "DOC107", "DOC108", "PRE601", "PRE604", "ENV701", "REP801", "REP802",
    "EDA301", "BAS401", "MOD501", "RES101", "RES103", "REP803", "SEC101",
}  # fmt: skip


#: Every module of tests that has a table of cases.
CASE_MODULES = [
    module
    for path in sorted(Path(__file__).parent.glob("test_rules_*.py"))
    if hasattr(module := import_module(f"tests.checker.{path.stem}"), "CASES")
]
# Of these, nothing is left to an instructor's eye.
NEVER_LEFT = {code for code in all_rules() if code.startswith(("INF", "FOL"))} - {"FOL203"}


def test_every_rule_has_a_case_of_each_kind() -> None:
    tables = [CASES, *(m.CASES for m in CASE_MODULES)]
    tried = {(code, status) for cases in tables for code, status, _ in cases}
    assert {(code, status) for code in all_rules() for status in ("met", "not_met")} <= tried
    assert {(code, "not_judged") for code in all_rules() if code not in ALWAYS | NEVER_LEFT} <= tried


def test_findings_say_where(tmp_path: Path) -> None:
    found = finding(tmp_path, "DOC108", {**complete(), SLIDES: "# P\n\n[S](Slides.pdf)\n"})
    assert [(place.path, place.line) for place in found.locations] == [(SLIDES, 3)]
    assert "meant: slides.pdf" in found.message


@pytest.mark.parametrize("rule", all_rules().values(), ids=all_rules())
def test_every_rule_explains_itself_in_both_languages(rule: object) -> None:
    for name in ("title", "why", "hint"):
        text = getattr(rule, name)
        assert text.en
        assert text.de
    assert getattr(rule, "example")  # noqa: B009
    assert type(rule).__doc__


@pytest.mark.parametrize("template", ["blank", "image-classification"])
@pytest.mark.parametrize("run", [False, True], ids=["untouched", "executed"])
def test_a_template_meets_nothing_that_asks_for_own_work(tmp_path: Path, template: str, run: bool) -> None:
    project = tmp_path / "p"
    new_project(
        project, title="[Your Project Title Here]", members=[Member("Ada")], task="", template=template
    )
    if run:
        for path in project.rglob("*.ipynb"):
            book = json.loads(path.read_text(encoding="utf-8"))
            for number, cell in enumerate((c for c in book["cells"] if c["cell_type"] == "code"), 1):
                cell["execution_count"] = number
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["0.97\n"]}]
            path.write_text(json.dumps(book), encoding="utf-8")
    found = {f.code: f.status for f in check_path(project).findings}
    own = {"DOC101", "DOC103", "DOC105", "DOC107", "LIT201", "EDA303", "BAS403", "MOD503", "PRE601", "PRE604"}
    assert {code for code in own if found[code] != "not_met"} == set()
    given = {"EDA301", "EDA302", "BAS401", "BAS402", "MOD501", "MOD502", "ENV701", "REP801", "REP802"}
    assert {code for code in given if found[code] != "met"} == set()
    ran = {"EDA304", "BAS404", "MOD504"}
    assert {found[code].value for code in ran} == {"met" if run else "not_met"}
