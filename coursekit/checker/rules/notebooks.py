"""EDA, BAS and MOD: the notebooks of the data exploration, the baseline and the model. One implementation for the three."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.errors import InputError
from coursekit.evidence.meanings import SECTIONS
from coursekit.evidence.notebooks import Book, books, main_notebook, run_of
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

_MOST_PLACES = 20
_FOLDERS = {"data": "1_DatasetCharacteristics", "baseline": "2_BaselineModel", "model": "3_Model"}


class _NotebookRule(Rule):
    """A rule about the notebooks of a milestone. A requirement is a subclass that says its code and the milestone."""

    milestone: ClassVar[str]

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Judge the milestone's notebooks where there are some."""
        book = submission.once(books)[self.milestone]
        if not book.notebooks:
            return self._without(book)
        return self._judge(submission, book, parameters)

    def _without(self, book: Book) -> Outcome:
        there = self.code[:-1] + "1"
        return not_judged(
            Text(
                f"there is no notebook that can be read ({there})",
                f"es gibt kein lesbares Notebook ({there})",
            )
        )

    def _judge(self, submission: Submission, book: Book, parameters: Mapping[str, Any]) -> Outcome:
        raise NotImplementedError

    def _wanted(self, parameters: Mapping[str, Any]) -> dict[str, Text]:
        """Return the sections that the profile asks for: all of the milestone's, or those of its parameter."""
        known = {key: name for key, (name, _) in SECTIONS[self.milestone].items()}
        chosen = [str(key) for key in parameters["sections"]] or list(known)
        wrong = [key for key in chosen if key not in known]
        if wrong:
            raise InputError(
                f"expected the sections of {self.code} to be among {', '.join(known)}, found {wrong[0]!r}",
                "Correct the parameter 'sections' in the requirement profile.",
            )
        return {key: known[key] for key in chosen}


class _There(_NotebookRule):
    why = Text(
        "The notebook is where the work of this milestone can be read and repeated.",
        "Im Notebook lässt sich die Arbeit an diesem Meilenstein lesen und wiederholen.",
    )

    def _judge(self, submission: Submission, book: Book, parameters: Mapping[str, Any]) -> Outcome:
        names = one_line(", ".join(notebook.path.rsplit("/", 1)[-1] for notebook in book.notebooks), 120)
        return met(
            Text(names, names), *(Location(notebook.path) for notebook in book.notebooks[:_MOST_PLACES])
        )

    def _without(self, book: Book) -> Outcome:
        folder = _FOLDERS[self.milestone]
        if not book.folders:
            return not_met(Text(f"there is no folder {folder}", f"der Ordner {folder} fehlt"))
        if book.left_out:
            text = Text(
                "{path} was left out of the clone because of its size",
                "{path} wurde wegen der Größe beim Klonen ausgelassen",
            )
            return not_judged(text.format(path=one_line(book.left_out[0], 80)), Location(book.left_out[0]))
        if book.paths:
            text = Text("{path} cannot be read", "{path} ist nicht lesbar").format(
                path=one_line(book.paths[0], 80)
            )
            return not_met(text, *(Location(path) for path in book.paths[:_MOST_PLACES]))
        text = Text("{folder} holds no notebook", "{folder} enthält kein Notebook")
        return not_met(text.format(folder=one_line(book.folders[0], 60)), Location(book.folders[0]))


class _Sections(_NotebookRule):
    why = Text(
        "The headings lead a reader, and whoever gives feedback, to the questions that every project answers.",
        "Die Überschriften führen Lesende, und wer Rückmeldung gibt, zu den Fragen, die jedes Projekt beantwortet.",
    )
    hint = Text(
        "Give each of the missing sections a heading in the notebook ('## …'), and answer there what it asks; "
        "that there is nothing to do is an answer, too.",
        "Gebt jedem fehlenden Abschnitt eine Überschrift im Notebook ('## …') und beantwortet dort, worum es geht; "
        "dass nichts zu tun ist, ist auch eine Antwort.",
    )
    parameters = {"sections": []}

    def _judge(self, submission: Submission, book: Book, parameters: Mapping[str, Any]) -> Outcome:
        wanted = self._wanted(parameters)
        missing = [name for key, name in wanted.items() if not book.of(key)]
        if not missing:
            count = len(wanted)
            return met(Text(f"all {count} sections are there", f"alle {count} Abschnitte sind da"))
        text = Text("no heading for: {names}", "keine Überschrift für: {names}")
        message = Text(
            text.en.format(names=", ".join(name.en for name in missing)),
            text.de.format(names=", ".join(name.de for name in missing)),
        )
        return not_met(message, *(Location(notebook.path) for notebook in book.notebooks[:_MOST_PLACES]))


class _Written(_NotebookRule):
    why = Text(
        "The template asks; only your own answers say something about your data and your model.",
        "Die Vorlage fragt; erst eure eigenen Antworten sagen etwas über eure Daten und euer Modell.",
    )
    hint = Text(
        "Answer in each section in your own words or with your own code, and delete the template's text in brackets.",
        "Antwortet in jedem Abschnitt mit eigenen Worten oder eigenem Code, und löscht den Text der Vorlage in Klammern.",
    )
    parameters = {"sections": []}

    def _judge(self, submission: Submission, book: Book, parameters: Mapping[str, Any]) -> Outcome:
        wanted = self._wanted(parameters)
        if book.prompts:
            count, prompt = len(book.prompts), one_line(book.prompts[0][0], 60)
            message = Text(
                f"the template's text is still there{f', {count} times' if count > 1 else ''}: [{prompt}]",
                f"der Text der Vorlage steht noch da{f', {count}-mal' if count > 1 else ''}: [{prompt}]",
            )
            return not_met(message, *(where for _, where in book.prompts[:_MOST_PLACES]))
        there = {key: parts for key in wanted if (parts := book.of(key))}
        if not there:
            other = self.code[:-1] + "2"
            return not_judged(
                Text(f"none of the sections is there ({other})", f"keiner der Abschnitte ist da ({other})")
            )
        empty = {key: parts for key, parts in there.items() if not any(part.written for part in parts)}
        if not empty:
            return met(
                Text(
                    f"own text or code in {len(there)} sections",
                    f"eigener Text oder Code in {len(there)} Abschnitten",
                )
            )
        sample = any(part.sample for parts in empty.values() for part in parts)
        text = Text("nothing of your own in: {names}", "nichts Eigenes in: {names}")
        message = Text(
            text.en.format(names=", ".join(wanted[key].en for key in empty))
            + (" (only the template's code)" if sample else ""),
            text.de.format(names=", ".join(wanted[key].de for key in empty))
            + (" (nur der Code der Vorlage)" if sample else ""),
        )
        return not_met(message, *[part.location for parts in empty.values() for part in parts][:_MOST_PLACES])


class _Executed(_NotebookRule):
    why = Text(
        "A notebook that was not run shows no results; one with an error shows that it cannot be repeated.",
        "Ein Notebook, das nicht ausgeführt wurde, zeigt keine Ergebnisse; eines mit Fehler zeigt, dass es sich nicht wiederholen lässt.",
    )
    hint = Text(
        "Run it from top to bottom (Restart Kernel and Run All Cells), mend what fails, and save it with its outputs.",
        "Führt es von oben bis unten aus (Kernel neu starten und alle Zellen ausführen), behebt Fehler und speichert es mit den Ausgaben.",
    )
    parameters = {"percent": 50}

    def _judge(self, submission: Submission, book: Book, parameters: Mapping[str, Any]) -> Outcome:
        notebook = main_notebook(submission, self.milestone)
        if notebook is None:  # book.notebooks holds one at least
            return self._without(book)
        run = run_of(notebook)
        name = one_line(notebook.path, 80)
        if not run.cells:
            text = Text("{name} has no code", "{name} enthält keinen Code")
            return not_judged(text.format(name=name), Location(notebook.path))
        if run.errors:
            text = Text(
                "{name}: cell {cell} ended with an error", "{name}: Zelle {cell} endete mit einem Fehler"
            )
            places = [Location(notebook.path, cell=number) for number in run.errors[:_MOST_PLACES]]
            return not_met(text.format(name=name, cell=run.errors[0]), *places)
        text = Text(
            "{name}: {executed} of {cells} code cells were run",
            "{name}: {executed} von {cells} Codezellen wurden ausgeführt",
        ).format(name=name, executed=run.executed, cells=run.cells)
        if run.executed * 100 < run.cells * parameters["percent"]:
            return not_met(text, Location(notebook.path))
        return met(text, Location(notebook.path))


class DataNotebook(_There):
    """The data exploration has a notebook that can be read."""

    code = "EDA301"
    milestone = "data"
    title = Text("Data exploration: notebook", "Datenanalyse: Notebook")
    what = Text(
        "The data exploration has a notebook that can be read.",
        "Zur Datenanalyse gibt es ein lesbares Notebook.",
    )
    hint = Text(
        "Put a notebook into 1_DatasetCharacteristics and push it; it must open in Jupyter.",
        "Legt ein Notebook in 1_DatasetCharacteristics und pusht es; es muss sich in Jupyter öffnen lassen.",
    )
    example = Text(
        "1_DatasetCharacteristics/ with nothing but its README.md",
        "1_DatasetCharacteristics/ mit nichts als seinem README.md",
    )


class DataSections(_Sections):
    """The notebooks of the data exploration have the sections that the course names."""

    code = "EDA302"
    milestone = "data"
    title = Text("Data exploration: sections", "Datenanalyse: Abschnitte")
    what = Text(
        "The notebooks of the data exploration have the sections that the course names.",
        "Die Notebooks der Datenanalyse haben die Abschnitte, die der Kurs nennt.",
    )
    example = "## Dataset Overview\n## Correlations"


class DataWritten(_Written):
    """The sections of the data exploration are written."""

    code = "EDA303"
    milestone = "data"
    title = Text("Data exploration: written", "Datenanalyse: ausgefüllt")
    what = Text(
        "The sections of the data exploration are written.",
        "Die Abschnitte der Datenanalyse sind ausgefüllt.",
    )
    example = "## Missing values\n\n[Identify any missing values in the dataset …]"


class DataExecuted(_Executed):
    """The main notebook of the data exploration was run without an error."""

    code = "EDA304"
    milestone = "data"
    title = Text("Data exploration: executed", "Datenanalyse: ausgeführt")
    what = Text(
        "The main notebook of the data exploration was run without an error.",
        "Das wichtigste Notebook der Datenanalyse wurde ohne Fehler ausgeführt.",
    )
    example = "NameError: name 'df' is not defined"


class BaselineNotebook(_There):
    """The baseline has a notebook that can be read."""

    code = "BAS401"
    milestone = "baseline"
    title = Text("Baseline model: notebook", "Vergleichsmodell: Notebook")
    what = Text(
        "The baseline has a notebook that can be read.", "Zum Vergleichsmodell gibt es ein lesbares Notebook."
    )
    hint = Text(
        "Put the notebook of a simple model into 2_BaselineModel and push it; it must open in Jupyter.",
        "Legt das Notebook eines einfachen Modells in 2_BaselineModel und pusht es; es muss sich in Jupyter öffnen lassen.",
    )
    example = Text(
        "2_BaselineModel/ with nothing but its README.md", "2_BaselineModel/ mit nichts als seinem README.md"
    )


class BaselineSections(_Sections):
    """The notebooks of the baseline have the sections that the course names."""

    code = "BAS402"
    milestone = "baseline"
    title = Text("Baseline model: sections", "Vergleichsmodell: Abschnitte")
    what = Text(
        "The notebooks of the baseline have the sections that the course names.",
        "Die Notebooks des Vergleichsmodells haben die Abschnitte, die der Kurs nennt.",
    )
    example = "## Model Choice\n## Evaluation"


class BaselineWritten(_Written):
    """The sections of the baseline are written."""

    code = "BAS403"
    milestone = "baseline"
    title = Text("Baseline model: written", "Vergleichsmodell: ausgefüllt")
    what = Text(
        "The sections of the baseline are written.", "Die Abschnitte zum Vergleichsmodell sind ausgefüllt."
    )
    example = "## Implementation\n\n[Implement your baseline model here.]"


class BaselineExecuted(_Executed):
    """The main notebook of the baseline was run without an error."""

    code = "BAS404"
    milestone = "baseline"
    title = Text("Baseline model: executed", "Vergleichsmodell: ausgeführt")
    what = Text(
        "The main notebook of the baseline was run without an error.",
        "Das wichtigste Notebook des Vergleichsmodells wurde ohne Fehler ausgeführt.",
    )
    example = Text("a notebook without any output", "ein Notebook ohne jede Ausgabe")


class ModelNotebook(_There):
    """The model has a notebook that can be read."""

    code = "MOD501"
    milestone = "model"
    title = Text("Model: notebook", "Modell: Notebook")
    what = Text("The model has a notebook that can be read.", "Zum Modell gibt es ein lesbares Notebook.")
    hint = Text(
        "Put the notebook of your model into 3_Model and push it; it must open in Jupyter.",
        "Legt das Notebook eures Modells in 3_Model und pusht es; es muss sich in Jupyter öffnen lassen.",
    )
    example = Text("3_Model/ with Python files alone", "3_Model/ nur mit Python-Dateien")


class ModelSections(_Sections):
    """The notebooks of the model have the sections that the course names."""

    code = "MOD502"
    milestone = "model"
    title = Text("Model: sections", "Modell: Abschnitte")
    what = Text(
        "The notebooks of the model have the sections that the course names.",
        "Die Notebooks des Modells haben die Abschnitte, die der Kurs nennt.",
    )
    example = "## Model Selection\n## Implementation"


class ModelWritten(_Written):
    """The sections of the model are written."""

    code = "MOD503"
    milestone = "model"
    title = Text("Model: written", "Modell: ausgefüllt")
    what = Text("The sections of the model are written.", "Die Abschnitte zum Modell sind ausgefüllt.")
    example = "## Comparative Analysis\n\n[Compare the performance of your model(s) …]"


class ModelExecuted(_Executed):
    """The main notebook of the model was run without an error."""

    code = "MOD504"
    milestone = "model"
    title = Text("Model: executed", "Modell: ausgeführt")
    what = Text(
        "The main notebook of the model was run without an error.",
        "Das wichtigste Notebook des Modells wurde ohne Fehler ausgeführt.",
    )
    example = Text(
        "KeyboardInterrupt in the cell that trains", "KeyboardInterrupt in der Zelle, die trainiert"
    )
