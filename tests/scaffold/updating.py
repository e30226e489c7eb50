"""A small course kit of its own for tests of updates: two versions of a template and of core_lib."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from coursekit.model import Member
from coursekit.scaffold import new_project
from tests.building import code, markdown, write

FOLDER = "{{cookiecutter.slug}}"
LINES = [f"line {number}\n" for number in range(1, 21)]
PICTURE = b"\x89PNG\0\1"


def notebook(*cells: dict[str, Any]) -> str:
    """Return a notebook as Jupyter writes it, without ids."""
    document = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, indent=1) + "\n"


def starter(fixed: str = "") -> str:
    return notebook(
        markdown("# Exploring"), code(f"x = 1{fixed}"), markdown("## What\n\n[Say what]"), code("print(x)")
    )


COMMON: dict[str, str | bytes] = {
    "template.toml": 'title = "c"\n',
    f"{FOLDER}/.gitattributes": "* text=auto eol=lf\n",
    f"{FOLDER}/README.md": "# {{ cookiecutter.title }}\n\n{% if cookiecutter.description %}"
    "{{ cookiecutter.description }}{% else %}[Say what]{% endif %}\n\n" + "".join(LINES),
    f"{FOLDER}/results/README.md": "Results come here.\n",
}
OWN: dict[str, str | bytes] = {
    "template.toml": 'title = "Blank"\ndescription = "d"\ntags = ["x"]\ntasks = ["t"]\n',
    f"{FOLDER}/1_Data/explore.ipynb": starter(),
    f"{FOLDER}/Cover/cover.png": PICTURE + b"one",
    f"{FOLDER}/tools/old.py": "".join(f"old {number}\n" for number in range(30)),
}
CORE: dict[str, str | bytes] = {
    "__init__.py": "",
    "dense.py": "".join(f"def f{number}():\n    return {number}\n\n\n" for number in range(8)),
    "README.md": "# core\n",
}


class Kit:
    """Versions of templates and core_lib, each in a folder; one of them is coursekit's at a time."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self.version(1)

    def version(
        self,
        number: int,
        common: Mapping[str, str | bytes | None] | None = None,
        own: Mapping[str, str | bytes | None] | None = None,
        core: Mapping[str, str | bytes | None] | None = None,
    ) -> None:
        """Make version `number`, which differs from the first by what is given, and use it."""
        place = self.folder / f"v{number}"
        if not place.exists():
            for name, first, change in (
                ("templates/common", COMMON, common),
                ("templates/blank", OWN, own),
                ("core_lib", CORE, core),
            ):
                prefix = f"{FOLDER}/" if name.startswith("templates") else ""
                changed = {**first, **{prefix + path: data for path, data in (change or {}).items()}}
                write(place / name, {path: data for path, data in changed.items() if data is not None})
        self.use(number)

    def use(self, number: int) -> None:
        place = self.folder / f"v{number}"
        for module in ("coursekit.templates", "coursekit.scaffold.releases"):
            self._patch.setattr(f"{module}.asset", lambda name: place / name)


def project(folder: Path, **more: Any) -> Path:
    """Make a project with the kit's present version."""
    new_project(folder, "Birds", [Member("Ada")], "t", "blank", **more)
    return folder


def git(folder: Path, *args: str, ok: bool = True) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *args],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0 or not ok, done.stdout + done.stderr
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str = "work") -> None:
    """Do a group's work: write files (None: remove) and commit."""
    for name, data in files.items():
        if data is None:
            (folder / name).unlink()
        else:
            write(folder, {name: data})
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)


def changed(text: str, *replaced: tuple[str, str]) -> str:
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return text
