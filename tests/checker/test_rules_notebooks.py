"""EDA, BAS and MOD on small cases, written after what real repositories hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coursekit.assets import asset
from coursekit.checker import check_path, load_profile
from coursekit.checker.engine import check
from coursekit.errors import InputError
from coursekit.evidence.meanings import meanings
from coursekit.submission import Entry, Submission, open_submission
from coursekit.submission.source import FolderSource
from tests.building import BASELINE, DATA, MODEL, code, complete, markdown, notebook, sections, write
from tests.checker.judging import Case, Files, comes_to_an_end, finding, table, try_case, without

E = "1_DatasetCharacteristics/exploratory_data_analysis.ipynb"
B = "2_BaselineModel/baseline_model.ipynb"
M = "3_Model/model_definition_evaluation.ipynb"
OWN = "The answer is 42."
TEMPLATE = json.loads(
    next(asset("templates").glob("blank/*/1_DatasetCharacteristics/*.ipynb")).read_text(encoding="utf-8")
)["cells"]
TITLE, PROMPT = next("".join(c["source"]) for c in TEMPLATE if "Missing values" in c["source"][0]).split(
    "\n\n"
)[:2]
SAMPLE = next(
    "".join(c["source"])
    for c in TEMPLATE
    if "missing values" in "".join(c["source"]) and c["cell_type"] == "code"
)
RAN = {"output_type": "stream", "name": "stdout", "text": ["1"]}
ERROR = {"output_type": "error", "ename": "NameError", "evalue": "df", "traceback": []}
GERMAN = (
    "1. Überblick über den Datensatz", "2. Fehlende Werte", "3. Verteilung der Merkmale", "4. Mögliche Verzerrungen",
    "5. Korrelationsanalyse",
)  # fmt: skip


def data(*cells: dict[str, Any]) -> dict[str, str | bytes]:
    return {**complete(), E: notebook(*cells)}


def baseline(*cells: dict[str, Any]) -> dict[str, str | bytes]:
    return {**complete(), B: notebook(*cells)}


def model(*cells: dict[str, Any]) -> dict[str, str | bytes]:
    return {**complete(), M: notebook(*cells)}


def headed(*lines: str) -> dict[str, Any]:
    return markdown("\n\n".join(f"{line}\n\n{OWN}" for line in lines))


def old(*cells: dict[str, Any]) -> str:
    """Return a notebook of format 3."""
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": list(cells)}]}
    )


OLD = old(
    *({"cell_type": "heading", "level": 2, "source": [title]} for title in DATA),
    {"cell_type": "code", "input": ["print(1)"], "prompt_number": 3, "outputs": [], "language": "python"},
)
TOC = markdown("# Baseline Model\n\n## Table of Contents\n" + "\n".join(f"1. [{t}](#x)" for t in BASELINE))
TOC_HEADED = markdown("# Contents\n" + "\n".join(f"## {t}" for t in BASELINE))
TOC_LINKED = markdown("\n".join(f"### [{t}](#x)" for t in BASELINE))

CASES: list[Case] = [
    # -- there
    ("EDA301", "met", complete()),
    ("EDA301", "met", {**without(E), "1_DatasetCharacteristics/a/b/c.IPYNB": notebook()}),
    ("EDA301", "met", {**without(E), "01 - dataset_characteristics/x.ipynb": OLD}),
    ("EDA301", "not_met", without(E)),
    ("EDA301", "not_met", {**without(E), "1_DatasetCharacteristics/README.md": "# x"}),
    ("EDA301", "not_met", {**without(E), "1_DatasetCharacteristics/x.ipynb": "<<<<<<< HEAD\n{}\n>>>>>>> x"}),
    ("EDA301", "not_met", {**without(E), "1_DatasetCharacteristics/.ipynb_checkpoints/x.ipynb": notebook()}),
    ("BAS401", "met", complete()),
    ("BAS401", "not_met", {**without(B), "2_BaselineModel/baseline.py": "x = 1"}),
    ("MOD501", "met", {**without(M), "2_Model/x.ipynb": notebook()}),
    ("MOD501", "not_met", without(M)),
    # -- sections
    ("EDA302", "met", complete()),
    ("EDA302", "met", {**complete(), E: OLD}),
    ("EDA302", "met", {**complete(), E: sections(*GERMAN)}),
    ("EDA302", "met", {**complete(), E: sections(*DATA[:3]), "1_DatasetCharacteristics/b.ipynb": sections(*DATA[3:])}),
    ("EDA302", "met", data(headed("**Dataset Overview**", "**2. Missing Data:**", "__Distributions__", "**Class imbalance**", "**Correlation**"))),
    ("EDA302", "met", data(headed("<h2>Data description</h2>", "<h3 align='center'>NaN values</h3>", "Distribution of features\n---", "#### Bias",
                                  "<b>Correlation matrix</b>"))),
    ("EDA302", "met", data(headed("##Data Overview", "1. ## Missing values", "#Feature Distribution", "## *Possible biases*", "## Corelations"))),
    ("EDA302", "met", data(headed("**Dataset:**", "## Missing values and distributions", "## Biases / correlations"))),
    ("EDA302", "not_met", data(headed("## Dataset overview", "## Missing values", "## Distributions", "## Correlations"))),
    ("EDA302", "not_met", data(code("# ## Correlations\n# ## Biases"))),
    ("EDA302", "not_judged", without(E)),
    ("BAS402", "met", complete()),
    ("BAS402", "met", {**complete(), B: sections("Modellwahl", "Merkmalsauswahl", "Implementierung", "Auswertung")}),
    ("BAS402", "met", {**complete(), B: sections("Why a baseline model", "Selected features", "Implementing it", "Model Evaluation")}),
    ("BAS402", "met", {**complete(), B: sections("Choice of the model", "Features", "Implementation and evaluation")}),
    ("BAS402", "not_met", baseline(TOC, headed("## Model choice", "## Feature selection", "## Evaluation"))),
    ("BAS402", "not_met", baseline(TOC_HEADED)),
    ("BAS402", "not_met", baseline(TOC_LINKED)),
    ("BAS402", "not_met", baseline(headed("## Model choice", "## Feature selection", "## Training the baseline model", "## Evaluation"))),
    ("BAS402", "not_judged", without(B)),
    ("MOD502", "met", complete()),
    ("MOD502", "met", {**complete(), M: sections(*MODEL[:4], "Evaluation Metrics and Comparative Analysis")}),
    ("MOD502", "met", {**complete(), M: sections("Modellauswahl", "Feature-Engineering", "Hyperparameter", "Umsetzung", "Metriken",
                                                 "Vergleich mit dem Basismodell")}),
    ("MOD502", "not_met", model(markdown("# Model Definition and Evaluation"), headed(*(f"## {t}" for t in MODEL if "metrics" not in t)))),
    ("MOD502", "not_met", {**complete(), M: sections(*MODEL[:5])}),
    ("MOD502", "not_judged", without(M)),
    # -- written
    ("EDA303", "met", complete()),
    ("EDA303", "met", data(markdown("## Missing values"), code("df.isna().sum().plot()"))),
    ("EDA303", "met", data(markdown("## Missing values"), code(""), code(SAMPLE), markdown("### Numbers"), markdown(OWN))),
    ("EDA303", "met", data(markdown(f"## Missing values\n\n[{OWN}]"))),
    ("EDA303", "met", data(markdown("## Missing values\n\n![plot](attachment:a.png)"))),
    ("EDA303", "met", data(markdown("## Missing values\n\n**There are no missing values**"))),
    ("EDA303", "met", data(markdown("**Missing values:** none of the rows lacks anything"))),
    ("EDA303", "met", data(markdown("## Missing values\n\n| a | b |\n|---|---|\n| 1 | 2 |"))),
    ("EDA303", "met", data(markdown("## Missing values"), {"cell_type": "raw", "metadata": {}, "source": OWN})),
    ("EDA303", "met", data(markdown("## Missing values\n\n## Missing values in the test set\n\n" + OWN))),
    ("EDA303", "not_met", data(markdown(f"## Missing values\n\n{PROMPT}\n\n{OWN}"))),
    ("EDA303", "not_met", data(markdown(f"## Missing values\n\n{PROMPT[1:-1]}"))),
    ("EDA303", "not_met", data(markdown(f"## Missing values\n\n\\{PROMPT[:-1]}\\]\n\n{OWN}"))),
    ("EDA303", "not_met", {**complete(), "1_DatasetCharacteristics/z.ipynb": notebook(markdown(PROMPT))}),
    ("EDA303", "not_met", data(markdown("## Missing values"), code(SAMPLE, RAN, count=1))),
    ("EDA303", "not_met", data(markdown("## Missing values"), code("\n\n" + SAMPLE.split("\n")[0] + "\n", RAN, count=1))),
    ("EDA303", "not_met", data(markdown("## Missing values\n\n---\n\n[Back to the top](#top)"))),
    ("EDA303", "not_met", data(markdown("## Missing values"), markdown("## Correlations"), code("df.corr()"))),
    ("EDA303", "not_judged", data(markdown(f"# Exploratory Data Analysis\n\n{OWN}"))),
    ("EDA303", "not_judged", without(E)),
    ("BAS403", "met", complete()),
    ("BAS403", "not_met", baseline(markdown("## Implementation\n\n[Implement your baseline model here.]"), code("fit()"))),
    ("BAS403", "not_judged", baseline(code("fit()"))),
    ("MOD503", "met", complete()),
    ("MOD503", "met", model(headed("# Model selection", "## Prepare the data", "# Implementation"))),
    ("MOD503", "not_met", model(markdown("# Implementation\n# Evaluation metrics\n" + OWN))),
    ("MOD503", "not_judged", model(markdown("# Model Definition and Evaluation"))),
    # -- executed
    ("EDA304", "met", complete()),
    ("EDA304", "met", {**complete(), E: OLD}),
    ("EDA304", "met", data(code("a", RAN), code("b", count=4), code("c"), code("d"), code(""), code(" \n"))),
    ("EDA304", "met", data(code("a", {"output_type": "stream", "name": "stderr", "text": ["Error: a warning"]}))),
    ("EDA304", "met", {**complete(), "1_DatasetCharacteristics/other.ipynb": notebook(code("x" * 9999, ERROR))}),
    ("EDA304", "not_met", data(code("a", RAN), code("b"), code("c"))),
    ("EDA304", "not_met", data(code("a", RAN), code("df", ERROR, count=2))),
    ("EDA304", "not_met", {**without(E), "1_DatasetCharacteristics/a.ipynb": sections(*DATA),
                           "1_DatasetCharacteristics/b.ipynb": notebook(code("x" * 9999))}),
    ("EDA304", "not_met", {**complete(), E: old({"cell_type": "code", "input": "df", "outputs": [{"output_type": "pyerr"}]})}),
    ("EDA304", "not_judged", data(markdown("# Text alone"), code(""))),
    ("EDA304", "not_judged", without(E)),
    ("BAS404", "met", complete()),
    ("BAS404", "not_met", baseline(code("fit()"))),
    ("BAS404", "not_judged", without(B)),
    ("MOD504", "met", complete()),
    ("MOD504", "not_met", model(code("fit()"))),
    ("MOD504", "not_judged", model()),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    try_case(tmp_path, code, status, files)


@pytest.mark.parametrize(
    ("milestone", "title", "wanted"),
    [
        ("data", "Exploratory Data Analysis (EDA)", ""),
        ("data", "Dataset Characteristics", "overview"),
        ("data", "1.1 About the data", "overview"),
        ("data", "Datenübersicht", "overview"),
        ("data", "Load the data", ""),
        ("data", "Data loading and initial overview", "overview"),
        ("data", "Data preprocessing", ""),
        ("data", "Umgang mit fehlenden Werten", "missing"),
        ("data", "Handling of NaNs", "missing"),
        ("data", "Häufigkeitsverteilungen", "distributions"),
        ("data", "Feature distrubtions", "distributions"),
        ("data", "Contributions of the members", ""),
        ("data", "Zusammenhänge zwischen den Merkmalen", "correlations"),
        ("baseline", "Baseline Model", ""),
        ("baseline", "Feature Selection for the Baseline Model", "features"),
        ("baseline", "Model and feature selection", "choice features"),
        ("baseline", "Model Choice & Justification", "choice"),
        ("baseline", "Wahl des Modells", "choice"),
        ("baseline", "Building the baseline model", "implementation"),
        ("baseline", "Metrics", "evaluation"),
        ("baseline", "Train and test split", ""),
        ("model", "Model Definition and Evaluation", ""),
        ("model", "Hyper-Parameter-Tuning mit Optuna", "tuning"),
        ("model", "Feature extraction", "features"),
        ("model", "Comparison of all models", "comparison"),
        ("model", "Das Vergleichsmodell", ""),
        ("model", "Modellvergleich", "comparison"),
        ("model", "Model architecture", ""),
        ("model", "x" * 300, ""),
    ],
)
def test_headings_count_by_meaning(milestone: str, title: str, wanted: str) -> None:
    assert meanings(title, milestone) == set(wanted.split())


def test_findings_name_what_is_missing_and_where(tmp_path: Path) -> None:
    files = data(
        headed("## Dataset overview", "## Missing values"), markdown("## Correlations"), code(SAMPLE)
    )
    missing = finding(tmp_path, "EDA302", files)
    assert missing.message == "no heading for: Feature distributions, Possible biases"
    empty = finding(tmp_path, "EDA303", files)
    assert empty.message == "nothing of your own in: Correlations (only the template's code)"
    assert [(place.path, place.line, place.cell) for place in empty.locations] == [(E, 1, 2)]


def test_a_profile_may_ask_for_fewer_sections_and_more_cells(tmp_path: Path) -> None:
    head = 'name = "own"\ntitle = "x"\nmilestones = ["a"]\n'
    rule = '[[requirements]]\ncode = "{}"\nmilestone = "a"\nparameters = {{ {} }}\n'
    own = tmp_path / "own.toml"
    files = data(headed("## Missing values"), code("a", RAN), code("b"))
    submission = open_submission(write(tmp_path / "p", files))
    own.write_text(
        head + rule.format("EDA302", 'sections = ["missing"]') + rule.format("EDA304", "percent = 51")
    )
    assert [f.status.value for f in check(submission, load_profile(str(own))).findings] == ["met", "not_met"]
    own.write_text(head + rule.format("EDA303", 'sections = ["mising"]'))
    with pytest.raises(InputError, match="mising"):
        check(submission, load_profile(str(own)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        [markdown("[" * 3000 + "x" * 500_000 + "]" * 3000)],
        [markdown("**a" * 50_000), markdown("<b>" * 50_000), markdown("# " + "model " * 50_000)],
        [markdown(f"## Correlations {n}") for n in range(9_000)],
        [code("x = 1\n" * 300_000), markdown("## Correlations"), code("\n" * 500_000)],
        [
            {"cell_type": None, "source": None},
            {"cell_type": "markdown", "source": [1, None]},
            {"source": {}},
            {},
        ],
    ],
    ids=["brackets", "marks", "sections", "code", "odd"],
)
def test_hostile_notebooks_come_to_an_end(tmp_path: Path, cells: list[dict[str, Any]]) -> None:
    assert comes_to_an_end(write(tmp_path, data(*cells)))
    assert check_path(tmp_path).problems == ()


class LeftOut(FolderSource):
    """A folder whose notebooks were left out, as a clone leaves out large files."""

    def entries(self) -> Iterator[Entry]:
        for entry in super().entries():
            yield replace(entry, size=None) if entry.path.endswith(".ipynb") else entry


def test_notebooks_that_a_clone_left_out_are_not_judged(tmp_path: Path) -> None:
    write(tmp_path, complete())
    found = {f.code: f for f in check(Submission(LeftOut(tmp_path)), load_profile("opencampus-ml")).findings}
    assert {found[code].status.value for code in found if code[:3] in {"EDA", "BAS", "MOD"}} == {"not_judged"}
    assert "left out" in found["EDA301"].message
    assert found["REP801"].status == "not_met"
    assert "> 10 MB" in found["REP801"].message
