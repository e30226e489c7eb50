"""REP: what does not belong in a repository."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_met
from coursekit.evidence.datafiles import DATA_ENDINGS
from coursekit.evidence.slides import slides
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

MB = 1_000_000
_MOST_PLACES = 100
_SLIDES_ANYWHERE = (".ppt", ".pptx", ".odp", ".key")
_LEFT_FOLDERS = {".ipynb_checkpoints", "__pycache__", ".venv", "venv", ".idea", ".vscode"}
_LEFT_FILES = {".ds_store", "thumbs.db", "desktop.ini", ".rhistory"}
_LOCKS = ("~$", ".~lock.")


class FileSize(Rule):
    """No file is larger than the git host and everybody's clone should bear, slides aside."""

    code = "REP801"
    title = Text("File sizes", "Dateigrößen")
    what = Text(
        "No file is larger than the git host and everybody's clone should bear, slides aside.",
        "Keine Datei ist größer, als es dem Server und jedem Klon zuzumuten ist; Folien ausgenommen.",
    )
    why = Text(
        "A large file stays in the history for ever and is loaded with every clone; GitHub refuses files over 100 MB.",
        "Eine große Datei bleibt für immer in der Geschichte und wird mit jedem Klon geladen; "
        "GitHub nimmt Dateien über 100 MB nicht an.",
    )
    hint = Text(
        "Keep data and trained weights elsewhere (a link in the README is enough), add them to .gitignore, and run 'git rm --cached' on them.",
        "Legt Daten und trainierte Gewichte woanders ab (ein Link im README genügt), tragt sie in .gitignore ein und "
        "nehmt sie mit 'git rm --cached' heraus.",
    )
    example = Text("3_Model/weights.keras of 90 MB", "3_Model/weights.keras mit 90 MB")
    parameters = {"megabytes": 10}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Compare the sizes, without opening the files. One that was left out of the clone is too large."""
        limit = parameters["megabytes"] * MB
        aside = set(submission.once(slides).files)
        sizes = {
            path: entry.size
            for path, entry in submission.files.items()
            if path not in aside and not path.lower().endswith(_SLIDES_ANYWHERE)
        }
        large = [path for path, size in sizes.items() if size is None or size > limit]
        large = [path for path in large if submission.committed(path)]
        if large:
            names = ", ".join(f"{one_line(path, 60)} ({_size(sizes[path])})" for path in large[:3])
            names += f" (+ {len(large) - 3})" if len(large) > 3 else ""
            text = Text("larger than {limit} MB: {names}", "größer als {limit} MB: {names}")
            places = (Location(path) for path in large[:_MOST_PLACES])
            return not_met(text.format(limit=parameters["megabytes"], names=names), *places)
        path, size = max(
            ((p, s) for p, s in sizes.items() if s is not None and s <= limit),
            key=lambda pair: pair[1],
            default=("", 0),
        )
        if not path:
            return met(Text("no files", "keine Dateien"))
        text = Text("the largest is {path} ({size})", "die größte ist {path} ({size})")
        return met(text.format(path=one_line(path, 60), size=_size(size)))


def _size(size: int | None) -> str:
    if size is None:
        return "> 10 MB"
    return f"{size / MB:.1f} MB" if size >= MB / 10 else f"{size / 1000:.0f} kB"


class LeftOvers(Rule):
    """Nothing that tools leave behind is committed."""

    code = "REP802"
    title = Text("Left-overs", "Überbleibsel")
    what = Text(
        "Nothing that tools leave behind is committed.",
        "Nichts, was Programme hinterlassen, liegt im Repositorium.",
    )
    why = Text(
        "What editors, systems and Python leave behind hides your work, differs on every computer and causes conflicts.",
        "Was Editoren, Systeme und Python hinterlassen, verdeckt eure Arbeit, ist auf jedem Rechner anders und macht Konflikte.",
    )
    hint = Text(
        "Run 'git rm -r --cached' on each of them, add their names to .gitignore, and commit.",
        "Nehmt sie mit 'git rm -r --cached' heraus, tragt die Namen in .gitignore ein, und committet.",
    )
    example = "1_DatasetCharacteristics/.ipynb_checkpoints/exploratory_data_analysis-checkpoint.ipynb"
    parameters = {"allowed": []}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the names alone."""
        allowed = {str(name).casefold() for name in parameters["allowed"]}
        found: dict[str, str] = {}  # the topmost left-over of a path, and a path with it
        for path in submission.files:
            left = _left_over(path, allowed)
            if left and left not in found and submission.committed(path):
                found[left] = path
        if not found:
            return met(Text("none found", "keine gefunden"))
        names = ", ".join(one_line(name, 60) for name in list(found)[:5])
        names += f" (+ {len(found) - 5})" if len(found) > 5 else ""
        text = Text("{count} committed: {names}", "{count} im Repositorium: {names}")
        places = (Location(path) for path in list(found.values())[:_MOST_PLACES])
        return not_met(text.format(count=len(found), names=names), *places)


def _left_over(path: str, allowed: set[str]) -> str:
    parts = path.split("/")
    for depth, part in enumerate(parts[:-1], 1):
        if part in _LEFT_FOLDERS and part.casefold() not in allowed:
            return "/".join(parts[:depth])
    name = posixpath.basename(path)
    is_left = name.casefold() in _LEFT_FILES or name.startswith(_LOCKS)
    return path if is_left and name.casefold() not in allowed else ""


class DataSize(Rule):
    """No data set over the limit is committed, in one file or in many."""

    code = "REP803"
    title = Text("Size of the data", "Größe der Daten")
    what = Text(
        "No folder holds more data than the parameter megabytes, in one file or in many.",
        "Kein Ordner enthält mehr Daten, als der Parameter megabytes erlaubt, in einer Datei oder in vielen.",
    )
    why = Text(
        "A data set stays in the history for ever, is loaded with every clone, and may often not be passed on at all.",
        "Ein Datensatz bleibt für immer in der Geschichte, wird mit jedem Klon geladen, und oft darf man ihn gar nicht weitergeben.",
    )
    hint = Text(
        "Say in data/README.md where to get the data, load them in the code, and add them to .gitignore; keep a small sample "
        "if the code should run as it is.",
        "Sagt in data/README.md, woher man die Daten bekommt, ladet sie im Code und tragt sie in .gitignore ein; behaltet eine "
        "kleine Stichprobe, wenn der Code so laufen soll, wie er ist.",
    )
    example = Text("data/images.zip of 40 MB", "data/images.zip mit 40 MB")
    parameters = {"megabytes": 10}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Add up, for each folder at the top, what has an ending of data or lies in a folder called data."""
        sizes: dict[str, list[tuple[int, str]]] = {}
        for path, entry in submission.files.items():
            parts = path.split("/")
            ending = posixpath.splitext(path)[1].lower()
            in_data = any(part.casefold() in _DATA_FOLDERS for part in parts[:-1]) and ending not in _NO_DATA
            if (in_data or ending in DATA_ENDINGS) and submission.committed(path):
                # What was left out of a clone for its size counts as that.
                size = 10 * MB + 1 if entry.size is None else entry.size
                sizes.setdefault(parts[0] if len(parts) > 1 else ".", []).append((size, path))
        limit = parameters["megabytes"] * MB
        totals = {folder: sum(size for size, _ in found) for folder, found in sizes.items()}
        large = [folder for folder, total in totals.items() if total > limit]
        if large:
            names = ", ".join(f"{one_line(folder, 60)} ({_size(totals[folder])})" for folder in large[:3])
            text = Text("more than {limit} MB of data: {names}", "mehr als {limit} MB Daten: {names}")
            largest = [max(sizes[folder])[1] for folder in large]
            places = (Location(path) for path in largest[:_MOST_PLACES])
            return not_met(text.format(limit=parameters["megabytes"], names=names), *places)
        total = sum(totals.values())
        return met(Text("{size} of data", "{size} Daten").format(size=_size(total)))


_DATA_FOLDERS = {"data", "dataset", "datasets", "daten", "datensatz"}
_NO_DATA = {".md", ".py", ".ipynb"}
