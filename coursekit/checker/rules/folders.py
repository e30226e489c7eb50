"""FOL: the folders in which projects were handed in until 2022, and what may be in them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.datafiles import DATA_ENDINGS
from coursekit.evidence.prompts import known
from coursekit.model import Location, Text
from coursekit.submission import Submission, UnreadableError
from coursekit.submission.image import IMAGE_ENDINGS
from coursekit.text import one_line

MB = 1_000_000


def _folder(submission: Submission, name: str) -> str | None:
    """Return the top-level folder of this name, whatever its case."""
    return next((f for f in submission.folders if "/" not in f and f.casefold() == name), None)


def _no_folder(name: str) -> Outcome:
    return not_met(Text(f"there is no folder {name}", f"der Ordner {name} fehlt"))


class Code(Rule):
    """The folder `code` holds a notebook or Python files."""

    code = "FOL201"
    title = Text("Folder code", "Ordner code")
    what = Text(
        "The folder code holds a notebook or Python files.",
        "Der Ordner code enthält ein Notebook oder Python-Dateien.",
    )
    why = Text(
        "Without the code nobody can repeat or judge the work.",
        "Ohne den Code kann niemand die Arbeit wiederholen oder beurteilen.",
    )
    hint = Text(
        "Put your notebooks (.ipynb) or Python files (.py) into the folder code.",
        "Legt eure Notebooks (.ipynb) oder Python-Dateien (.py) in den Ordner code.",
    )
    example = Text("code/ with nothing but a README.md", "code/ mit nichts als einem README.md")

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for the endings, in sub-folders too."""
        folder = _folder(submission, "code")
        if folder is None:
            return _no_folder("code")
        found = [
            path
            for path in submission.in_folders([folder])
            if path.lower().endswith((".ipynb", ".py")) and ".ipynb_checkpoints" not in path.split("/")
        ]
        if found:
            return met(Text(one_line(found[0], 80), one_line(found[0], 80)), Location(found[0]))
        text = Text(
            "{folder} holds neither a notebook nor Python files",
            "{folder} enthält weder Notebooks noch Python-Dateien",
        )
        return not_met(text.format(folder=folder), Location(folder))


def _previews(submission: Submission) -> tuple[list[str], list[str]]:
    """Give the preview's own images, and the placeholders."""
    own: list[str] = []
    left: list[str] = []
    folder = _folder(submission, "preview")
    for path in submission.in_folders([folder]) if folder else []:
        stem, ending = posixpath.splitext(posixpath.basename(path).casefold())
        if ending in IMAGE_ENDINGS:
            (left if stem.startswith("placeholder") or _is_template(submission, path) else own).append(path)
    return own, left


def _is_template(submission: Submission, path: str) -> bool:
    try:
        return known().is_file(submission.read(path, 50 * MB))
    except UnreadableError:
        return False


class Preview(Rule):
    """The folder `preview` holds an image of the group's own."""

    code = "FOL202"
    title = Text("Preview image", "Vorschaubild")
    what = Text(
        "The folder preview holds an image of the group's own.",
        "Der Ordner preview enthält ein eigenes Bild der Gruppe.",
    )
    why = Text(
        "The image stands for the project on the web page.",
        "Das Bild steht auf der Webseite für das Projekt.",
    )
    hint = Text(
        "Put an image of your own into the folder preview, and remove the placeholder.",
        "Legt ein eigenes Bild in den Ordner preview und entfernt den Platzhalter.",
    )
    example = "preview/placeholder.png"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Tell own images from placeholders by name and content."""
        if _folder(submission, "preview") is None:
            return _no_folder("preview")
        own, left = submission.once(_previews)
        if own:
            return met(Text(one_line(own[0], 80), one_line(own[0], 80)), Location(own[0]))
        if left:
            text = Text("{path} is the template's placeholder", "{path} ist der Platzhalter der Vorlage")
            return not_met(text.format(path=one_line(left[0], 60)), Location(left[0]))
        return not_met(Text("preview holds no image", "preview enthält kein Bild"), Location("preview"))


class PreviewSize(Rule):
    """The preview image is not too high."""

    code = "FOL203"
    title = Text("Size of the preview image", "Größe des Vorschaubilds")
    what = Text(
        "The preview image is not too high.",
        "Das Vorschaubild ist nicht zu hoch.",
    )
    why = Text(
        "Higher images are loaded slowly and cut off on the web page.",
        "Höhere Bilder laden langsam und werden auf der Webseite abgeschnitten.",
    )
    hint = Text("Make the image at most 720 pixels high.", "Macht das Bild höchstens 720 Pixel hoch.")
    example = Text("preview/photo.jpg of 4032 × 3024 pixels", "preview/photo.jpg mit 4032 × 3024 Pixeln")
    parameters = {"height": 720}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Read the images' headers; every one of them is shown."""
        own, _ = submission.once(_previews)
        if not own:
            return not_judged(
                Text("there is no preview image (FOL202)", "es gibt kein Vorschaubild (FOL202)")
            )
        sizes = {path: submission.image(path) for path in own}
        high = [path for path, size in sizes.items() if size and size.height > parameters["height"]]
        if high:
            text = Text(
                "{path} is {height} pixels high, more than {most}",
                "{path} ist {height} Pixel hoch, mehr als {most}",
            )
            size = sizes[high[0]]
            return not_met(
                text.format(
                    path=one_line(high[0], 60), height=size.height if size else 0, most=parameters["height"]
                ),
                *(Location(path) for path in high),
            )
        unread = [path for path, size in sizes.items() if size is None]
        if len(unread) == len(own):
            text = Text("{path} is not an image that can be read", "{path} ist kein lesbares Bild")
            return not_judged(text.format(path=one_line(unread[0], 60)), Location(unread[0]))
        height = max(size.height for size in sizes.values() if size)
        return met(Text(f"{height} pixels high", f"{height} Pixel hoch"))


class Resources(Rule):
    """There is a folder `resources`."""

    code = "FOL204"
    title = Text("Folder resources", "Ordner resources")
    what = Text(
        "There is a folder resources.",
        "Es gibt einen Ordner resources.",
    )
    why = Text(
        "Slides, papers and links to the data are looked for there.",
        "Dort werden Folien, Artikel und Links zu den Daten gesucht.",
    )
    hint = Text(
        "Put your slides and other material into the folder resources.",
        "Legt eure Folien und weiteres Material in den Ordner resources.",
    )
    example = Text("(no folder resources)", "(kein Ordner resources)")

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for the folder."""
        folder = _folder(submission, "resources")
        return met(Text(folder, folder), Location(folder)) if folder else _no_folder("resources")


class TotalSize(Rule):
    """The whole project is small enough to be handed in."""

    code = "FOL205"
    title = Text("Size of the project", "Größe des Projekts")
    what = Text(
        "The whole project is small enough to be handed in.",
        "Das ganze Projekt ist klein genug zum Abgeben.",
    )
    why = Text(
        "The platform takes nothing larger, and all projects of all years are kept in one repository.",
        "Die Plattform nimmt nichts Größeres an, und alle Projekte aller Jahre liegen in einem Repositorium.",
    )
    hint = Text(
        "Take out data, trained weights and large pictures; link to them instead.",
        "Nehmt Daten, trainierte Gewichte und große Bilder heraus; verlinkt sie stattdessen.",
    )
    example = Text("resources/data.zip of 80 MB", "resources/data.zip mit 80 MB")
    parameters = {"megabytes": 10}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Add the sizes of what is handed in; a file that was left out of a clone counts as too large."""
        limit = parameters["megabytes"] * MB
        handed = {path: e.size for path, e in submission.files.items() if submission.committed(path)}
        total = sum(limit + 1 if size is None else size for size in handed.values())
        if total <= limit:
            return met(Text(f"{total / MB:.1f} MB", f"{total / MB:.1f} MB"))
        largest = max(handed, key=lambda path: float("inf") if handed[path] is None else handed[path] or 0)
        text = Text(
            "more than {limit} MB in all; the largest file is {path}",
            "zusammen mehr als {limit} MB; die größte Datei ist {path}",
        )
        return not_met(
            text.format(limit=parameters["megabytes"], path=one_line(largest, 60)), Location(largest)
        )


class NoData(Rule):
    """No data set is handed in."""

    code = "FOL206"
    title = Text("No data set", "Kein Datensatz")
    what = Text(
        "No data set is handed in.",
        "Es wird kein Datensatz abgegeben.",
    )
    why = Text(
        "Data often may not be published, and make the repository large for everybody.",
        "Daten dürfen oft nicht veröffentlicht werden und machen das Repositorium für alle groß.",
    )
    hint = Text(
        "Remove the data, and say in INFO.md where to get them.",
        "Nehmt die Daten heraus und sagt in INFO.md, woher man sie bekommt.",
    )
    example = Text("data/train.csv of 3 MB", "data/train.csv mit 3 MB")
    parameters = {"kilobytes": 100}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for files with an ending of data that are larger than a small example."""
        limit = parameters["kilobytes"] * 1000
        found = [
            path
            for path, entry in submission.files.items()
            if posixpath.splitext(path)[1].lower() in DATA_ENDINGS
            and (entry.size is None or entry.size > limit)
            and submission.committed(path)
        ]
        if not found:
            return met(Text("none found", "keiner gefunden"))
        names = ", ".join(one_line(path, 60) for path in found[:3]) + (
            f" (+ {len(found) - 3})" if len(found) > 3 else ""
        )
        text = Text("data are handed in: {names}", "Daten sind dabei: {names}")
        return not_met(text.format(names=names), *(Location(path) for path in found[:100]))
