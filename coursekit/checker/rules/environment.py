"""ENV: whether somebody else can install what the project needs."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_met
from coursekit.model import Location, Text
from coursekit.submission import Submission, UnreadableError
from coursekit.text import one_line

_MOST_FILES = 50
_MAX_SIZE = 2_000_000
# What an installed package or a virtual environment brings along is none of the group's.
_FOREIGN = {"site-packages", "node_modules", "venv", ".venv", "__pycache__", ".ipynb_checkpoints"}
_ANYTHING = r"\S"
#: Names of files that list packages, with what one that lists some has in it.
_KINDS = (
    ("*requirement*.txt", r"^[ \t\ufeff]*[^#\s]"),
    ("requirements*.in", r"^[ \t\ufeff]*[^#\s]"),
    ("pyproject.toml", r"^\s*(?:dependencies|optional-dependencies|dynamic)\s*=|^\s*\[[^\]\n]*dependenc"),
    ("pipfile", r"^\s*\[(?:dev-)?packages\]"),
    ("setup.py", r"\b(?:install_requires|requires|requirements)\b"),
    ("setup.cfg", r"^\s*install_requires\s*="),
    ("environment*.yml", _ANYTHING),
    ("environment*.yaml", _ANYTHING),
    ("uv.lock", _ANYTHING),
    ("poetry.lock", _ANYTHING),
    ("pipfile.lock", _ANYTHING),
    ("pdm.lock", _ANYTHING),
    ("pixi.lock", _ANYTHING),
    ("pixi.toml", _ANYTHING),
    ("conda-lock.yml", _ANYTHING),
    ("conda-*.lock", _ANYTHING),
    # Another conda environment: a list of dependencies.
    ("*.yml", r"^dependencies:[ \t]*(?:#.*)?\r?\n\s*-[ \t]*\S"),
    ("*.yaml", r"^dependencies:[ \t]*(?:#.*)?\r?\n\s*-[ \t]*\S"),
)


class Environment(Rule):
    """The packages that the project needs are listed in a file."""

    code = "ENV701"
    title = Text("Environment file", "Datei mit den Paketen")
    what = Text(
        "The packages that the project needs are listed in a file.",
        "Die Pakete, die das Projekt braucht, stehen in einer Datei.",
    )
    why = Text(
        "Without the list of packages nobody can run your notebooks, you on another computer included.",
        "Ohne die Liste der Pakete kann niemand eure Notebooks ausführen, auch ihr selbst nicht auf einem anderen Rechner.",
    )
    hint = Text(
        "List the packages that you import in requirements.txt at the root, one a line; 'pip freeze' tells their versions.",
        "Schreibt die Pakete, die ihr importiert, in requirements.txt im Wurzelordner, eines je Zeile; "
        "'pip freeze' nennt die Versionen.",
    )
    example = Text(
        "'!pip install ta' in a notebook, and no requirements.txt",
        "'!pip install ta' in einem Notebook, und keine requirements.txt",
    )

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for a file that lists packages, anywhere."""
        candidates = [
            (path, patterns)
            for path in submission.files
            if (patterns := _patterns(path)) and not _FOREIGN.intersection(path.split("/")[:-1])
        ]
        candidates.sort(key=lambda candidate: (candidate[0].count("/"), candidate[0]))
        empty = ""
        for path, patterns in candidates[:_MOST_FILES]:
            text = _content(submission, path)
            if text is None or any(re.search(pattern, text, re.MULTILINE) for pattern in patterns):
                name = one_line(path, 100)
                return met(Text(name, name), Location(path))
            if not path.lower().endswith((".yml", ".yaml")):
                empty = empty or path
        if empty:
            text_ = Text("{path} lists no packages", "{path} nennt keine Pakete")
            return not_met(text_.format(path=one_line(empty, 100)), Location(empty))
        return not_met(
            Text(
                "no file lists the packages (requirements.txt, environment.yml, pyproject.toml, …)",
                "keine Datei nennt die Pakete (requirements.txt, environment.yml, pyproject.toml, …)",
            )
        )


def _patterns(path: str) -> list[str]:
    name = posixpath.basename(path).casefold()
    found = [pattern for names, pattern in _KINDS if fnmatch.fnmatchcase(name, names)]
    if not found and name.endswith(".txt") and posixpath.basename(posixpath.dirname(path)) == "requirements":
        found = [_KINDS[0][1]]
    return found


def _content(submission: Submission, path: str) -> str | None:
    """Return a small file's text, or None where it is not read: its name says enough."""
    try:
        data = submission.read(path, _MAX_SIZE)
    except UnreadableError:
        return None
    # Windows' PowerShell writes UTF-16, which pip reads.
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return data.decode(encoding, "replace")
