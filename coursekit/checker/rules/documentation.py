"""DOC: what the root README says, and whether its links lead anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_met
from coursekit.evidence import prompts
from coursekit.evidence.links import BrokenLink, broken_links, is_public, meant
from coursekit.evidence.summary import Stated, summary
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.submission.view import FOLDERS
from coursekit.text import one_line, plural

#: More would help nobody.
_MOST_PLACES = 100
_NO_README = Text("there is no README.md at the root of the repository", "im Wurzelordner fehlt README.md")


def _said(submission: Submission, stated: Stated, found: Text, prompt: Text, missing: Text) -> Outcome:
    """Judge something the README states: own text, the template's prompt, or nothing."""
    if submission.readme() is None:
        return not_met(_NO_README)
    if stated.own:
        return met(found.format(value=one_line(stated.own, 80)), stated.location)
    if stated.prompt:
        return not_met(prompt.format(prompt=one_line(stated.prompt, 60)), stated.location)
    return not_met(missing, stated.location)


_PROMPT = Text(
    "the template's text is still there: [{prompt}]", "der Text der Vorlage steht noch da: [{prompt}]"
)


class Title(Rule):
    """The root README has a heading with the project's own title."""

    code = "DOC101"
    title = Text("Title", "Titel")
    what = Text(
        "The root README has a heading with the project's own title.",
        "Das README im Wurzelordner hat eine Überschrift mit dem eigenen Titel des Projekts.",
    )
    why = Text(
        "The title is how the project is found: in the list of groups, on the slides, on the certificate.",
        "Unter dem Titel wird das Projekt gefunden: in der Liste der Gruppen, auf den Folien, auf dem Zertifikat.",
    )
    hint = Text(
        "Write the project's title into the first line of README.md, as '# Our title'.",
        "Schreibt den Titel des Projekts in die erste Zeile von README.md, als '# Unser Titel'.",
    )
    example = "# [Your Project Title]"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the README's first headings."""
        return _said(
            submission,
            submission.once(summary).title,
            Text("{value}", "{value}"),
            _PROMPT,
            Text("README.md has no heading with a title", "README.md hat keine Überschrift mit einem Titel"),
        )


class RepositoryLink(Rule):
    """The README's section on the repository link holds a URL of the group's own."""

    code = "DOC102"
    title = Text("Repository link", "Link zum Repositorium")
    what = Text(
        "The README's section on the repository link holds a URL of the group's own.",
        "Der Abschnitt des README zum Link auf das Repositorium enthält eine eigene URL der Gruppe.",
    )
    why = Text(
        "Whoever reads a copy, a PDF or the gallery finds the code by this link.",
        "Wer eine Kopie, ein PDF oder die Galerie liest, findet über diesen Link den Code.",
    )
    hint = Text(
        "Copy the repository's address from the browser into the section 'Repository' of README.md.",
        "Kopiert die Adresse des Repositoriums aus dem Browser in den Abschnitt 'Repository' von README.md.",
    )
    example = "## Repository Link\n\n[https://github.com/your_username/your_project]"
    # Whether the address must be one that everybody can open in a browser.
    parameters = {"public": False}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for a URL in the section or behind the label."""
        stated = submission.once(summary).repository
        if parameters["public"] and stated.own and not is_public(stated.own):
            text = Text(
                "{url} is no address that everybody can open",
                "{url} ist keine Adresse, die alle öffnen können",
            )
            return not_met(text.format(url=one_line(stated.own, 80)), stated.location)
        return _said(
            submission,
            stated,
            Text("{value}", "{value}"),
            _PROMPT,
            Text(
                "README.md has no repository link (a section 'Repository' with a URL)",
                "README.md hat keinen Link zum Repositorium (ein Abschnitt 'Repository' mit einer URL)",
            ),
        )


class Description(Rule):
    """The README's description has enough words of own text."""

    code = "DOC103"
    title = Text("Description", "Beschreibung")
    what = Text(
        "The README's description has enough words of own text.",
        "Die Beschreibung im README hat genug Wörter eigenen Textes.",
    )
    why = Text(
        "A reader decides by the description whether to read on: which problem, which data, which approach.",
        "An der Beschreibung entscheidet sich, ob jemand weiterliest: welches Problem, welche Daten, welcher Ansatz.",
    )
    hint = Text(
        "Describe in the section 'Description' of README.md the problem and your approach, in your own words.",
        "Beschreibt im Abschnitt 'Description' von README.md das Problem und euren Ansatz, in eigenen Worten.",
    )
    example = "## Description\n\nA small neural network."
    parameters = {"words": 20}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Count the words of the section and of its sub-headings."""
        stated = submission.once(summary).description
        count, wanted = prompts.words(stated.own), parameters["words"]
        if stated.own and count < wanted:
            text = Text(
                f"the description has {plural(count, 'word')} of your own, fewer than {wanted}",
                f"die Beschreibung hat {plural(count, 'eigenes Wort', 'eigene Wörter')}, weniger als {wanted}",
            )
            return not_met(text, stated.location)
        return _said(
            submission,
            stated,
            Text(f"{count} words", f"{count} Wörter"),
            _PROMPT,
            Text(
                "README.md has no description (a section 'Description' with text)",
                "README.md hat keine Beschreibung (ein Abschnitt 'Description' mit Text)",
            ),
        )


class TaskType(Rule):
    """The task type is filled in."""

    code = "DOC104"
    title = Text("Task type", "Art der Aufgabe")
    what = Text("The task type is filled in.", "Die Art der Aufgabe ist ausgefüllt.")
    why = Text(
        "Classification or regression decides which loss, metric and baseline make sense.",
        "Ob Klassifikation oder Regression, entscheidet über Verlustfunktion, Metrik und Vergleichsmodell.",
    )
    hint = Text(
        "Name the kind of task in the section 'Task type' of README.md, for example: Image classification.",
        "Nennt die Art der Aufgabe im Abschnitt 'Task type' von README.md, zum Beispiel: Image classification.",
    )
    example = "### Task Type\n\n[Image Classification / Regression / Other]"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the section, or at a label."""
        return _said(
            submission,
            submission.once(summary).task,
            Text("{value}", "{value}"),
            _PROMPT,
            Text("README.md does not state the task type", "README.md nennt die Art der Aufgabe nicht"),
        )


class BestModel(Rule):
    """The results summary names a best model, or says why there is none."""

    code = "DOC105"
    title = Text("Best model", "Bestes Modell")
    what = Text(
        "The results summary names a best model, or says why there is none.",
        "Die Zusammenfassung der Ergebnisse nennt ein bestes Modell oder sagt, warum es keines gibt.",
    )
    why = Text(
        "The result belongs to a model; without its name nobody can look it up or repeat it.",
        "Das Ergebnis gehört zu einem Modell; ohne dessen Namen kann es niemand nachschlagen oder wiederholen.",
    )
    hint = Text(
        "Fill in '**Best model:**' in the results summary of README.md, or say there why there is none.",
        "Füllt '**Best model:**' in der Zusammenfassung der Ergebnisse in README.md aus, oder sagt, warum es keines gibt.",
    )
    example = "- **Best Model:** [Name of the best-performing model]"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the label, then at the prose of the results summary."""
        return _said(
            submission,
            submission.once(summary).best_model,
            Text("{value}", "{value}"),
            _PROMPT,
            Text("README.md names no best model", "README.md nennt kein bestes Modell"),
        )


class Metric(Rule):
    """The results summary names an evaluation metric."""

    code = "DOC106"
    title = Text("Evaluation metric", "Metrik")
    what = Text(
        "The results summary names an evaluation metric.",
        "Die Zusammenfassung der Ergebnisse nennt eine Metrik.",
    )
    why = Text(
        "A number says nothing without what it measures; accuracy and F1-score can tell opposite stories.",
        "Eine Zahl sagt nichts ohne das, was sie misst; Genauigkeit und F1-Wert können Gegenteiliges erzählen.",
    )
    hint = Text(
        "Fill in '**Evaluation metric:**' in the results summary of README.md.",
        "Füllt '**Evaluation metric:**' in der Zusammenfassung der Ergebnisse in README.md aus.",
    )
    example = "- **Evaluation Metric:** [e.g., Accuracy, F1-Score, MSE]"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the label, then for a metric's name in the results summary."""
        return _said(
            submission,
            submission.once(summary).metric,
            Text("{value}", "{value}"),
            _PROMPT,
            Text("README.md names no evaluation metric", "README.md nennt keine Metrik"),
        )


class Result(Rule):
    """The results summary gives a result in own text or a table."""

    code = "DOC107"
    title = Text("Result", "Ergebnis")
    what = Text(
        "The results summary gives a result in own text or a table.",
        "Die Zusammenfassung der Ergebnisse gibt ein Ergebnis in eigenem Text oder als Tabelle an.",
    )
    why = Text(
        "What was reached is the first thing that readers and examiners look for.",
        "Was erreicht wurde, suchen Lesende und Prüfende zuerst.",
    )
    hint = Text(
        "Write the figure that your best model reaches on the test set behind '**Result:**' in README.md, or a table below it.",
        "Schreibt die Zahl, die euer bestes Modell auf den Testdaten erreicht, hinter '**Result:**' in README.md, "
        "oder darunter eine Tabelle.",
    )
    example = "- **Result:** [e.g., 95% accuracy, F1-score of 0.8]"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the label with what is below it, then at tables and prose of the results summary."""
        return _said(
            submission,
            submission.once(summary).result,
            Text("{value}", "{value}"),
            _PROMPT,
            Text(
                "README.md gives no result in words, figures or a table",
                "README.md nennt kein Ergebnis in Worten, Zahlen oder einer Tabelle",
            ),
        )


class Links(Rule):
    """Every relative link in the READMEs leads to a file or folder that exists."""

    code = "DOC108"
    title = Text("Links", "Links")
    what = Text(
        "Every relative link in the READMEs leads to a file or folder that exists.",
        "Jeder relative Link in den READMEs führt zu einer Datei oder einem Ordner, die es gibt.",
    )
    why = Text(
        "A broken link looks like missing work; on the git host, letter case counts even if it does not on your laptop.",
        "Ein kaputter Link sieht aus wie fehlende Arbeit; auf dem Server zählt die Groß- und Kleinschreibung, "
        "auch wenn sie auf dem Laptop nicht zählt.",
    )
    hint = Text(
        "Correct each link to the name of the file as it is, ending and letter case included; remove links to nowhere.",
        "Berichtigt jeden Link auf den Namen der Datei, so wie sie heißt, mit Endung und Groß- und Kleinschreibung; "
        "entfernt Links ins Leere.",
    )
    example = "[Model](3_Model/model_definition_evaluation)"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Resolve the links of the root README and of those directly in the milestone folders."""
        if submission.readme() is None:
            return not_met(_NO_README)
        broken: list[BrokenLink] = []
        count = 0
        folders = [folder for key in FOLDERS for folder in submission.milestone_folders(key)]
        for folder in ["", *sorted(folders)]:
            document = submission.readme(folder)
            if document:
                count += len(document.links)
                broken += broken_links(submission, document)
        if not broken:
            return met(Text("{n} links, none broken", "{n} Links, keiner kaputt").format(n=count))
        shown = Text(
            "; ".join(_describe(submission, link, "meant", "an empty link") for link in broken[:5]),
            "; ".join(_describe(submission, link, "gemeint", "ein leerer Link") for link in broken[:5]),
        )
        more = len(broken) - 5
        text = Text(
            f"{len(broken)} broken: {shown.en}" + (f"; and {more} more" if more > 0 else ""),
            f"{len(broken)} kaputt: {shown.de}" + (f"; und {more} weitere" if more > 0 else ""),
        )
        return not_met(text, *(Location(link.path, link.line) for link in broken[:_MOST_PLACES]))


def _describe(submission: Submission, link: BrokenLink, word: str, empty: str) -> str:
    target, right = one_line(link.target, 60) or empty, meant(submission, link)
    return f"{target} ({word}: {one_line(right, 60)})" if right else target
