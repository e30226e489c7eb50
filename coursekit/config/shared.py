"""What both files share."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from tomlkit.items import String, StringType, Trivia

from coursekit.errors import InputError
from coursekit.model import Milestone
from coursekit.text import clean, one_line, printable
from coursekit.tomlread import Table


def language_of(table: Table) -> str:
    """Return the language, which must be one that the tool speaks."""
    language = table.text("language", "en")
    if language not in ("en", "de"):
        raise table.error("language", f"expected 'en' or 'de', but found {one_line(language, 20)!r}")
    return language


def milestones_of(check: Table, zone: dt.tzinfo | None) -> tuple[Milestone, ...]:
    """Return the milestones; a deadline without an offset of its own is in `zone`."""
    found: list[Milestone] = []
    for table in check.tables("milestones"):
        milestone = Milestone(table.text("name", required=True), table.moment("deadline", zone))
        table.done()
        if milestone.name in {other.name for other in found}:
            raise table.error(
                "name", f"expected each milestone once, but {one_line(milestone.name, 60)!r} is twice"
            )
        found.append(milestone)
    return tuple(found)


def beside(table: Table, key: str) -> str:
    """Return the name of a file in the course's folder, which it must not leave; empty where none is named."""
    name = table.text(key)
    if name and (name.startswith(("/", "~", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)):
        raise table.error(
            key,
            f"expected a file in the course's folder, but found {one_line(name, 80)!r}",
            f'For example:  {key} = "logo.png"',
        )
    return name


def read_file(path: Path, name: str) -> bytes:
    """Read the file `path`, or the one called `name` in the folder `path`."""
    file = path / name if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"expected a file {name}, but there is none at {one_line(str(file))}",
            f"Give the path to a {name}, or to the folder that holds it.",
        )
    return file.read_bytes()


_SOURCE = re.compile(
    r"(?:git\+(?:https|ssh|file)://[\w.~:/@%+-]+@[\w./-]+|https://[\w.~:/@%+-]+\.(?:whl|tar\.gz|zip))(?:#[\w=&.-]+)?",
    re.ASCII,
)


def source_of(table: Table) -> str:
    """Return where a workflow installs coursekit from: a pinned source, which stands in a shell's line."""
    source = table.text("coursekit_source")
    if source and not _SOURCE.fullmatch(source):
        raise table.error(
            "coursekit_source",
            "expected an address that names one version (git+https://…@version, or https://….whl), "
            f"but found {one_line(source, 80)!r}",
            "The name alone is not enough: on the public package index it belongs to somebody else's package.",
        )
    return source


def toml_string(value: str) -> String:
    """Quote a text so that what reorders or hides text is seen as an escape in the file."""
    value = clean(value)
    raw = json.dumps(value, ensure_ascii=False)[1:-1]
    raw = re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", printable(raw)) if printable(raw) != raw else raw
    return String(StringType.SLB, value, raw, Trivia())
