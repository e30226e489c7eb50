"""Reading TOML that people write by hand: every error names the file, the line, and what was expected.

`tomllib` parses; the table that it gives is wrapped in a `Table`, whose getters check types and remember which
keys were asked for. `Table.done` then names the first key that nobody asked for, and the nearest that is known.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from coursekit.errors import InputError
from coursekit.text import clean, nearest, one_line

LIMIT = (
    64 * 1024
)  # bytes: such files are written by hand, and the time to parse a hostile one grows with its square

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r""""[^"]*"|'[^']*'|[^.\s]+""")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

Path = tuple[str | int, ...]


def parse(data: bytes, where: str) -> Table:
    """Parse `data`, which error messages call `where`.

    Raises
    ------
    InputError
        If it is too large, not UTF-8, or not TOML; with the line.
    """
    if len(data) > LIMIT:
        raise InputError(
            f"{where}: expected at most {LIMIT // 1024} KB of settings, but found {len(data) // 1024} KB"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{where}, line {line}: expected UTF-8, but found the byte 0x{data[error.start]:02x}",
            "Save the file again with the encoding UTF-8 (most editors: Save with encoding).",
        ) from None
    try:
        return Table(tomllib.loads(text), where, text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        last = text.count("\n") + (not text.endswith("\n"))
        line = int(position[1]) if position and position[1] else last
        raise InputError(
            f"{where}, line {line}: this cannot be read as TOML ({_POSITION.sub('', message)})",
            'A line looks like  key = "text"  or  key = 3  or  key = true.',
        ) from None
    except (RecursionError, ValueError):
        # Both by the thousand: brackets within brackets, digits in one number.
        raise InputError(
            f"{where}: expected TOML, but it is nested too deeply or a number is too long"
        ) from None


class Table:
    """One table of a TOML file, read key by key with the types that are expected."""

    def __init__(self, values: Mapping[str, Any], where: str, text: str, path: Path = ()) -> None:
        self.values = values
        self.where = where
        self._text = text
        self._path = path
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def error(self, key: str | None, message: str, hint: str = "") -> InputError:
        """Make the error for `key` (None: the table itself), with the file and the line."""
        path = self._path if key is None else (*self._path, key)
        line = line_of(self._text, path)
        at = f", line {line}" if line else ""
        name = f"[{dotted(path)}]" if key is None and path else dotted(path)
        return InputError(f"{self.where}{at}: {name + ': ' if name else ''}{message}", hint)

    def get(self, key: str) -> Any:
        """Return the value as it is, or None, and remember that the key is known."""
        self._known.append(key)
        return self.values.get(key)

    def _wrong(self, key: str, expected: str, value: object, hint: str = "") -> InputError:
        return self.error(key, f"expected {expected}, but found {describe(value)}", hint)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return a text; `required` also refuses an empty one."""
        value = self.get(key)
        if value is None:
            if required:
                raise self.error(
                    None, f"expected the key {key!r}, but it is missing", f'Add a line  {key} = "…".'
                )
            return default
        if not isinstance(value, str):
            raise self._wrong(
                key, "a text", value, f'Write texts in quotes:  {key} = "{toml_literal(value)}"'
            )
        if required and not value.strip():
            raise self.error(key, "expected a text, but it is empty")
        return clean(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of texts", value, f'For example:  {key} = ["one", "two"]')
        return tuple(clean(item) for item in value)

    def flag(self, key: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(
                key, "true or false", value, f"Write  {key} = true  or  {key} = false, without quotes."
            )
        return value

    def number(self, key: str) -> float | None:
        """Return a finite number, or None."""
        value = self.get(key)
        if value is None:
            return None
        try:
            if not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value):
                return float(value)
        except OverflowError:
            pass
        raise self._wrong(key, "a number", value, f"For example:  {key} = 0.95  (a point, no quotes, no %).")

    def whole(self, key: str, default: int | None = None, *, least: int = 0) -> int | None:
        """Return a whole number of at least `least`."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._wrong(key, f"a whole number of at least {least}", value)
        return value

    def date(self, key: str) -> dt.date:
        """Return a date; it must be there."""
        value = self.get(key)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            raise self._wrong(key, "a date", value, f"For example:  {key} = 2026-10-21  (without quotes).")
        return value

    def dates(self, key: str) -> tuple[dt.date, ...]:
        """Return a list of dates."""
        value = self.get(key)
        if value is None:
            return ()
        fine = isinstance(value, list) and all(
            isinstance(one, dt.date) and not isinstance(one, dt.datetime) for one in value
        )
        if not fine:
            raise self._wrong(
                key,
                "a list of dates",
                value,
                f"For example:  {key} = [2027-01-20, 2027-01-27]  (without quotes).",
            )
        return tuple(value)

    def time(self, key: str) -> dt.time:
        """Return a time of day; it must be there."""
        value = self.get(key)
        if not isinstance(value, dt.time):
            raise self._wrong(
                key, "a time", value, f"For example:  {key} = 18:00:00  (with seconds, without quotes)."
            )
        return value

    def moment(self, key: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
        """Return a moment that knows its time zone; a date alone means the last minute of that day.

        Without an offset of its own it is in `zone`; where there is none either, that is an error.
        """
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, dt.date):
            raise self._wrong(
                key, "a date and time", value, f"For example:  {key} = 2026-11-30T23:59:00+01:00"
            )
        if not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time(23, 59, 59))
        if value.utcoffset() is None:
            if zone is None:
                raise self.error(
                    key,
                    f"expected a moment with its time zone, but found {describe(value)}",
                    f"Add the offset:  {key} = {value.isoformat()}+01:00",
                )
            value = value.replace(tzinfo=zone)
        return value

    def table(self, key: str) -> Table:
        """Return the table called `key` (an empty one if there is none)."""
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            raise self._wrong(key, "a table", value, f"Begin it with a line  [{dotted((*self._path, key))}].")
        return Table(value or {}, self.where, self._text, (*self._path, key))

    def tables(self, key: str) -> list[Table]:
        """Return the list of tables called `key`."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(
                key, "a list of tables", value, f"Begin each with a line  [[{dotted((*self._path, key))}]]."
            )
        return [Table(item, self.where, self._text, (*self._path, key, n)) for n, item in enumerate(value)]

    def done(self) -> None:
        """Refuse keys that no getter asked for.

        Raises
        ------
        InputError
            With the nearest key that is known.
        """
        for key in self.values:
            if key not in self._known:
                close = nearest(key, self._known)
                known = ", ".join(self._known)
                hint = f"Did you mean {close!r}?" if close else f"Known here: {known}."
                kind = "table" if isinstance(self.values[key], dict | list) and not self._path else "key"
                raise self.error(key, f"expected a known {kind}, but {one_line(key, 60)!r} is none", hint)


def describe(value: object) -> str:
    """Say what a value is, and show it."""
    if value is None:
        return "nothing"
    for kinds, noun in (
        (bool, ""),
        (str, "the text "),
        ((int, float), "the number "),
        (dt.datetime, "the moment "),
        (dt.date, "the date "),
        (dt.time, "the time "),
    ):
        if isinstance(value, kinds):
            return (
                f"{noun}{toml_literal(value)}"
                if not isinstance(value, str)
                else f"{noun}{one_line(value, 60)!r}"
            )
    return "a list" if isinstance(value, list) else "a table"


def toml_literal(value: object) -> str:
    """Write a value that is no text as TOML shows it, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 10**40:
        return "…"  # str() refuses numbers of thousands of digits
    return "…" if isinstance(value, list | dict) else one_line(str(value), 40)


def dotted(path: Path) -> str:
    """Write a path for people: ``project.members 2.name``."""
    return (
        ".".join(f"{{{part + 1}}}" if isinstance(part, int) else one_line(part, 60) for part in path)
        .replace(".{", " {")
        .replace("{", "")
        .replace("}", "")
    )


def line_of(text: str, path: Path) -> int | None:
    """Return the line on which `path` begins, or the nearest table around it that has one."""
    lines = _lines(text)
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _lines(text: str) -> dict[Path, int]:
    """Map each key and table to its line. `text` is known to be valid TOML, so a light reading is enough."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if (match := _HEADER.match(line)) and (match[1] or not line.lstrip().startswith("[[")):
            table = _resolve(_parts(match[2].strip("[] ")), counts, new=bool(match[1]))
            found.setdefault(table, number)
            if match[1]:
                found.setdefault(table[:-1], number)
        elif match := _KEY.match(line):
            path: Path = table
            for part in _parts(match[1]):
                path = (*path, part)
                found.setdefault(path, number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                closing = quotes
    return found


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name)]


def _resolve(parts: list[str], counts: dict[Path, int], *, new: bool) -> Path:
    """Turn a header into a path: a list of tables counts, and a later header means its last entry."""
    path: Path = ()
    for depth, part in enumerate(parts):
        path = (*path, part)
        if new and depth == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
