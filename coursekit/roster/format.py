"""What a format is, and which one a header belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from coursekit.csvread import comparable_heading
from coursekit.errors import InputError
from coursekit.text import nearest, one_line

#: What a roster may say about a person, and how messages call it.
FIELDS = {
    "name": "name",
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail",
    "account": "account",
    "account_id": "account number",
    "id_number": "ID number",
    "section": "section",
    "group": "group",
    "repository": "repository",
    "role": "role",
    "status": "status",
}

# Headings that mean the same wherever they stand; a format adds its own, which come first.
_ANYWHERE = {
    "email": ("email", "e mail", "mail", "email address", "e mail address", "e mail adresse", "mailadresse"),
    "account": ("account", "github", "github username", "github account", "gitlab", "gitlab username"),
    "account_id": ("account number", "account id", "github id", "gitlab id"),
    "id_number": ("id number", "idnumber", "student id", "student number", "id nummer", "matrikelnummer"),
    "section": ("section",),
    "group": ("group", "gruppe", "team", "groups", "gruppen", "project group", "projektgruppe"),
    "repository": ("repository", "repo", "repository url", "repository link", "repositorium"),
}

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """The columns by which a place's rosters are told, in `coursekit/roster/formats/`.

    Attributes
    ----------
    title : str
        What people call the place.
    columns : mapping
        A field of `FIELDS` (or one that `refine` knows), and its headings: in lower case, with a space for
        whatever is no letter or digit.
    needs : sequence of sequences of str
        Fields without which it is another format, of each inner sequence one; under a heading of the format's
        own.
    refine : callable, optional
        Takes a row's cells by field, and gives them as `FIELDS` has them; what is odd, it tells its second
        argument.
    """

    title: str
    columns: Mapping[str, Sequence[str]]
    needs: Sequence[Sequence[str]]
    refine: Callable[[Cells, Callable[[str], None]], Cells] = field(default=lambda cells, _: cells)

    def headings(self) -> Mapping[str, str]:
        """Give the field of every heading."""
        own = {heading: name for name, headings in self.columns.items() for heading in headings}
        rest = {
            heading: name
            for name, headings in _ANYWHERE.items()
            for heading in headings
            if heading not in own
        }
        return own | rest


@dataclass(frozen=True, slots=True)
class Layout:
    """A format, and the column of each field; columns count from 0."""

    format: Format
    columns: Mapping[str, int]


@lru_cache(maxsize=1)
def all_formats() -> tuple[Format, ...]:
    """Return every format."""
    from coursekit.roster import formats as package

    names = sorted(info.name for info in iter_modules(package.__path__))
    return tuple(import_module(f"{package.__name__}.{name}").FORMAT for name in names)


def recognize(header: Sequence[str], mapping: Mapping[str, str], where: str) -> Layout:
    """Find the format of a header.

    Parameters
    ----------
    header : sequence of str
    mapping : mapping
        What the user said: a field's heading; an empty one means that the field is not to be used.
    where : str
        Names the file in errors.

    Raises
    ------
    InputError
        If it is none that is known, a column is there twice, or what the user said is not there.
    """
    said = _said(header, mapping)
    best: tuple[tuple[int, int], Layout, dict[str, list[int]]] | None = None
    for one in all_formats():
        found = {name: at for name, at in _columns(one.headings(), header).items() if name not in mapping}
        own = {name for name, texts in one.columns.items() if _columns(dict.fromkeys(texts, name), header)}
        found |= {name: [at] for name, at in said.items()}
        if all((own & found.keys() | said.keys()) & set(choice) for choice in one.needs):
            score = (len(one.needs), len(found))
            if best is None or score > best[0]:
                best = score, Layout(one, {name: at[0] for name, at in found.items()}), found
    if best is None:
        raise _unknown(header, where)
    for name, at in best[2].items():
        if len(at) > 1:
            shown = " and ".join(f"{one_line(header[n], 40)!r} (column {n + 1})" for n in at)
            raise InputError(
                f"expected one column for the {FIELDS.get(name, name)} in {where}, but found {shown}",
                f"Say which one is meant:  --map {name}={at[0] + 1}  for column {at[0] + 1}.",
            )
    return best[1]


def _columns(headings: Mapping[str, str], header: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, text in enumerate(header):
        name = headings.get(comparable_heading(text))
        if name:
            found.setdefault(name, []).append(number)
    return found


def _said(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for name, heading in mapping.items():
        if name not in FIELDS:
            close = nearest(name, list(FIELDS))
            raise InputError(
                f"expected a field that a roster has, but found {one_line(name, 40)!r}",
                f"Did you mean {close!r}?" if close else f"Fields are: {', '.join(FIELDS)}.",
            )
        if not heading.strip():
            continue
        places = [
            n for n, text in enumerate(header) if comparable_heading(text) == comparable_heading(heading)
        ]
        if not places and heading.strip().isdecimal() and 0 < int(heading) <= len(header):
            places = [int(heading) - 1]
        if len(places) != 1:
            there = "twice" if places else "not"
            close = nearest(heading, [one_line(text) for text in header])
            raise InputError(
                f"expected a column {one_line(heading, 60)!r} for the {FIELDS[name]}, but it is {there} there",
                f"Did you mean {close!r}?"
                if close and not places
                else f"Columns are: {_shown(header)}. A number means the column at that place.",
            )
        found[name] = places[0]
    return found


def _unknown(header: Sequence[str], where: str) -> InputError:
    if any("@" in cell for cell in header):
        return InputError(
            f"expected the names of the columns in the first row of {where}, but found {_shown(header)}",
            "Put a row above it, such as  name,email,group .",
        )
    text = next(iter(_texts(header)), "…")
    return InputError(
        f"expected a roster with names in {where}, but its columns are {_shown(header)}",
        f'Say which column is what, for example:  --map name="{text}" . Fields are: {", ".join(FIELDS)}.',
    )


def _texts(header: Sequence[str]) -> Iterator[str]:
    return (one_line(text, 40) for text in header if text.strip())


def _shown(header: Sequence[str]) -> str:
    texts = list(_texts(header))
    return ", ".join(map(repr, texts[:12])) + (f" and {len(texts) - 12} more" if len(texts) > 12 else "")
