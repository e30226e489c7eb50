"""RES: what the training wrote down, and what people say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.claims import claims
from coursekit.model import Location, Text
from coursekit.submission import Document, Submission
from coursekit.submission.markdown import plain
from coursekit.submission.results import Results, results, results_paths
from coursekit.submission.results_schema import schema_problem
from coursekit.text import one_line


class ResultsFiles(Rule):
    """The training leaves results files, in the form that the report reads."""

    code = "RES101"
    title = Text("Results files", "Ergebnisdateien")
    what = Text(
        "The training leaves results files (parameter files) in a folder results, in the form that core_lib writes.",
        "Das Training hinterlässt Ergebnisdateien (Parameter files) in einem Ordner results, in der Form, in der core_lib "
        "sie schreibt.",
    )
    why = Text(
        "Numbers that a program wrote down can be checked and drawn; numbers that were copied by hand cannot.",
        "Zahlen, die ein Programm geschrieben hat, lassen sich prüfen und zeichnen; von Hand abgeschriebene nicht.",
    )
    hint = Text(
        "Call write_metrics, write_history and write_network of core_lib at the end of the training, run it, and commit "
        "results/; do not edit the files by hand.",
        "Ruft am Ende des Trainings write_metrics, write_history und write_network von core_lib auf, lasst es laufen und "
        "committet results/; ändert die Dateien nicht von Hand.",
    )
    example = 'results/metrics.json: {"accuracy": "98 %"}'
    parameters = {"files": ["metrics.json", "history.json", "network.json"]}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for the files, and read them strictly."""
        names = [str(name) for name in parameters["files"]]
        paths = results_paths(submission)
        missing = [name for name in names if name not in paths]
        wrong = [problem for name in names if (problem := schema_problem(submission, name))]
        if wrong:
            path, said = wrong[0]
            shown = one_line(path, 80)
            return not_met(
                Text(f"{shown}: {said.en}", f"{shown}: {said.de}"), *(Location(one) for one, _ in wrong)
            )
        if missing:
            text = Text("missing: {names}", "es fehlt: {names}")
            return not_met(text.format(names=", ".join(f"results/{name}" for name in missing)))
        places = [paths[name] for name in names]
        shown = ", ".join(one_line(path, 60) for path in places)
        return met(Text(shown, shown), *(Location(path) for path in places))


_BASELINE = re.compile(r"base ?line|basis ?modell|referenz ?modell", re.IGNORECASE)
_NUMBER = re.compile(r"\d")


class Compared(Rule):
    """The best model is compared with the baseline."""

    code = "RES103"
    title = Text("Compared with the baseline", "Vergleich mit dem Basismodell")
    what = Text(
        "The best model is compared with the baseline: both have a value in results/metrics.json or project.toml, or stand "
        "in one table.",
        "Das beste Modell wird mit dem Basismodell verglichen: beide haben einen Wert in results/metrics.json oder "
        "project.toml, oder stehen in einer Tabelle.",
    )
    why = Text(
        "A figure alone says little: 90 % are much where guessing gets 10 %, and nothing where it gets 90 %.",
        "Eine Zahl allein sagt wenig: 90 % sind viel, wo Raten 10 % bringt, und nichts, wo es 90 % bringt.",
    )
    hint = Text(
        "Evaluate the baseline on the same test set, and give both to write_metrics (best=…, baseline=…), or make a table.",
        "Wertet das Basismodell auf denselben Testdaten aus, und gebt beide an write_metrics (best=…, baseline=…), oder macht "
        "eine Tabelle.",
    )
    example = Text("results/metrics.json with one model only", "results/metrics.json mit nur einem Modell")

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Ask the results files first, then project.toml, then the tables in texts."""
        found: Results = submission.once(results)
        paths = results_paths(submission)
        metrics = found.metrics
        if metrics and metrics.value is not None and metrics.baseline_value is not None:
            same = metrics.best_model == metrics.baseline_model and metrics.value == metrics.baseline_value
            if not same:
                text = Text(
                    "{metric}: {best}, and {baseline} for the baseline",
                    "{metric}: {best}, und {baseline} beim Basismodell",
                )
                return met(
                    text.format(
                        metric=one_line(metrics.metric, 40) or "value",
                        best=f"{metrics.value:.4g}",
                        baseline=f"{metrics.baseline_value:.4g}",
                    ),
                    Location(paths["metrics.json"]),
                )
        claimed = submission.project.results if submission.project else None
        if claimed and claimed.value is not None and claimed.baseline_value is not None:
            shown = f"{claimed.value:.4g} / {claimed.baseline_value:.4g}"
            return met(Text(shown, shown), Location("project.toml"))
        for place, rows in _tables(submission):
            if _compares(rows):
                text = Text("a table has both", "eine Tabelle enthält beide")
                return met(text, place)
        if metrics and metrics.value is not None:
            text = Text(
                "results/metrics.json has no value of a baseline, and no table compares",
                "results/metrics.json enthält keinen Wert eines Basismodells, und keine Tabelle vergleicht",
            )
            return not_met(text, Location(paths["metrics.json"]))
        text = Text(
            "neither results/metrics.json nor project.toml nor a table has both",
            "weder results/metrics.json noch project.toml noch eine Tabelle enthält beide",
        )
        return not_met(text)


def _tables(submission: Submission) -> Iterator[tuple[Location, list[list[str]]]]:
    """Give the tables of the READMEs and of the model's notebooks."""
    folders = [
        "", *submission.milestone_folders("model"), *submission.milestone_folders("baseline"),
        *submission.milestone_folders("presentation"),
    ]  # fmt: skip
    documents: list[tuple[Document, int | None, str]] = []
    for folder in folders:
        readme = submission.readme(folder)
        if readme:
            documents.append((readme, None, readme.path))
    for key in ("model", "baseline"):
        for book in submission.notebooks(key):
            documents += [
                (cell.document, cell.number, book.path) for cell in book.cells if cell.kind == "markdown"
            ]
    for document, cell, path in documents:
        for section in document.sections:
            for block in section.blocks:
                if block.kind == "table":
                    rows = [[plain(part) for part in row] for row in block.rows]
                    yield Location(path, block.line, cell), rows


def _compares(rows: list[list[str]]) -> bool:
    """Whether the baseline and another model stand in the rows, or the columns, of a table with numbers."""
    for lines in (rows, [list(column) for column in zip(*rows, strict=False)]):
        valued = [line for line in lines if any(_NUMBER.search(part) for part in line[1:])]
        heads = [line[0] for line in valued if line]
        baseline = [head for head in heads if _BASELINE.search(head)]
        others = [head for head in heads if head and not _BASELINE.search(head)]
        if baseline and others:
            return True
    return False


class NumbersAgree(Rule):
    """What README, notebooks and slides say of the results is what the results files say."""

    code = "RES102"
    title = Text("Numbers agree", "Zahlen stimmen überein")
    what = Text(
        "The figures of the best model and the baseline in README, project.toml, notebooks' texts and slides are those of "
        "results/metrics.json, rounded.",
        "Die Zahlen des besten Modells und des Basismodells in README, project.toml, den Texten der Notebooks und auf den "
        "Folien sind die aus results/metrics.json, gerundet.",
    )
    why = Text(
        "A number that was copied by hand stays behind when the model is trained again; whoever reads two numbers trusts neither.",
        "Eine von Hand abgeschriebene Zahl bleibt zurück, wenn das Modell neu trainiert wird; wer zwei Zahlen liest, "
        "glaubt keiner.",
    )
    hint = Text(
        "Correct the number, or train again so that results/ is up to date; 'coursekit report' takes the numbers of its "
        "slides from there.",
        "Berichtigt die Zahl, oder trainiert neu, damit results/ aktuell ist; 'coursekit report' nimmt die Zahlen seiner "
        "Folien von dort.",
    )
    example = Text(
        "README.md says 98 %, results/metrics.json says 95.3 %",
        "README.md sagt 98 %, results/metrics.json sagt 95.3 %",
    )

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Compare every claim; numbers that may mean something else are left alone."""
        found = submission.once(claims)
        if not found.comparable:
            text = Text(
                "there is no results/metrics.json to compare with",
                "es gibt keine results/metrics.json zum Vergleichen",
            )
            return not_judged(text)
        if found.wrong:
            parts = [claim.told() for claim in found.wrong[:3]]
            more = f" (+ {len(found.wrong) - 3})" if len(found.wrong) > 3 else ""
            text = Text(
                "; ".join(part.en for part in parts) + more, "; ".join(part.de for part in parts) + more
            )
            return not_met(text, *(claim.location for claim in found.wrong[:50]))
        if not found.found:
            text = Text(
                "no figure of the best model was found in README, notebooks and slides",
                "in README, Notebooks und Folien wurde keine Zahl des besten Modells gefunden",
            )
            return not_judged(text)
        text = Text("figures that agree: {n}", "übereinstimmende Zahlen: {n}")
        return met(text.format(n=len(found.found)), *(claim.location for claim in found.found[:5]))
