"""What a format of participants' lists is, and which one a row of headings belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pkgutil import iter_modules

from coursekit.csvread import comparable_heading
from coursekit.errors import InputError
from coursekit.text import nearest, one_line

#: What a list may say of a person, and how messages call it.
FIELDS = {
    "name": "name",
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail",
    "joined": "joined",
    "left": "left",
    "duration": "duration",
    "present": "present",
    "waiting": "in waiting room",
}

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of a row of headings with their headings, and of each row below it the line and the cells by field."""

    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, Cells], ...]


@dataclass(frozen=True)
class Format:
    """How a place writes down who took part in a meeting, in `coursekit/tracking/attendance/formats/`.

    Attributes
    ----------
    title : str
        What people call the place.
    columns : mapping
        A field of `FIELDS`, and its headings: in lower case, with a space for whatever is no letter or digit.
    needs : sequence of sequences of str
        Headings are those of the format if, of each inner sequence, there is a column.
    own : collection of str
        Headings that no other place has; of two formats that fit, the one with more of these is taken.
    start, end : collection of str
        What the meeting's own beginning and end are called, above the table.
    choose : callable, optional
        Takes all tables of a file, and gives those that count.
    """

    title: str
    columns: Mapping[str, Sequence[str]]
    needs: Sequence[Sequence[str]]
    own: frozenset[str] = frozenset()
    start: frozenset[str] = frozenset()
    end: frozenset[str] = frozenset()
    choose: Callable[[list[Table]], list[Table]] = field(default=lambda tables: tables)

    @cached_property
    def headings(self) -> Mapping[str, str]:
        """The field of every heading."""
        return {heading: name for name, headings in self.columns.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class Layout:
    """A format, and the column of each field; columns count from 0."""

    format: Format
    columns: Mapping[str, int]


@lru_cache(maxsize=1)
def all_formats() -> tuple[Format, ...]:
    """Return every format."""
    from coursekit.tracking.attendance import formats as package

    names = sorted(info.name for info in iter_modules(package.__path__))
    return tuple(import_module(f"{package.__name__}.{name}").FORMAT for name in names)


def layout_of(header: Sequence[str]) -> Layout | None:
    """Find the format to which a row of headings belongs, or None if it is none."""
    texts = [comparable_heading(text) for text in header]
    best: tuple[tuple[int, int], Layout] | None = None
    for one in all_formats():
        columns = _columns(one, texts)
        if columns is None:
            continue
        score = (len(one.own.intersection(texts)), len(columns))
        if best is None or score > best[0]:
            best = score, Layout(one, columns)
    return best[1] if best else None


def _columns(one: Format, texts: Sequence[str]) -> dict[str, int] | None:
    places: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        if text in one.headings:
            places.setdefault(one.headings[text], []).append(at)
    if not all(any(name in places for name in choice) for choice in one.needs):
        return None
    # Columns of the meeting stand before those of its participants, and some are called the same.
    person = min(at for name in ("name", "last_name", "first_name", "email") for at in places.get(name, ()))
    return {name: next((at for at in found if at >= person), found[0]) for name, found in places.items()}


def said_layout(header: Sequence[str], mapping: Mapping[str, str]) -> Layout | None:
    """Find the columns that the user named, and the others by their headings; None where one is not there.

    Raises
    ------
    InputError
        If a field is none.
    """
    for name in mapping:
        if name not in FIELDS:
            close = nearest(name, list(FIELDS))
            raise InputError(
                f"expected a field that a list of participants has, but found {one_line(name, 40)!r}",
                f"Did you mean {close!r}?" if close else f"Fields are: {', '.join(FIELDS)}.",
            )
    texts = [comparable_heading(text) for text in header]
    columns: dict[str, int] = {}
    for name, heading in mapping.items():
        if not heading.strip():
            continue
        if comparable_heading(heading) in texts:
            columns[name] = texts.index(comparable_heading(heading))
        elif heading.strip().isdecimal() and 0 < int(heading) <= len(header):
            columns[name] = int(heading) - 1
        else:
            return None
    known = layout_of(header)
    if known is not None:
        found = {name: at for name, at in known.columns.items() if name not in mapping}
        return Layout(known.format, found | columns)
    named = bool({"name", "first_name", "last_name", "email"} & columns.keys())
    plain = next(one for one in all_formats() if one.title == "plain")
    return Layout(plain, columns) if named else None
