"""Merging notebooks by their cells, since lines of JSON are nothing that people can merge.

A notebook that a group has run differs from the template's in nearly every line of the file, but in no cell's
source. So sources are what is compared: a cell that only the template changed is taken from it, every other one
stays as the group has it, with its output. Where both changed one cell, nothing is merged at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Cell = dict[str, Any]


class NotMergedError(Exception):
    """The notebook has to stay as the group has it; the message says why."""


@dataclass(frozen=True, slots=True)
class _Change:
    """The cells from `start` to `stop` of the base became those from `first` to `last`."""

    start: int
    stop: int
    first: int
    last: int


def merge_notebooks(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Bring the changes from `base` to `theirs` into `ours`.

    Parameters
    ----------
    base, ours, theirs : bytes
        The template's notebook then, the group's, the template's now.

    Raises
    ------
    NotMergedError
        If both sides changed one cell, or one of them is no notebook.
    """
    documents = [_read(data) for data in (base, ours, theirs)]
    then, mine, now = (document["cells"] for document in documents)
    keys = [[_key(cell) for cell in cells] for cells in (then, mine, now)]
    my_changes, new_changes = _changes(keys[0], keys[1]), _changes(keys[0], keys[2])
    to_take: list[_Change] = []
    for new in new_changes:
        meeting = [change for change in my_changes if _meet(change, new)]
        same = [
            change
            for change in meeting
            if (change.start, change.stop) == (new.start, new.stop)
            and keys[1][change.first : change.last] == keys[2][new.first : new.last]
        ]
        if meeting and not same:
            numbers = ", ".join(str(change.first + 1) for change in meeting)
            raise NotMergedError(f"you and the template both changed cell {numbers}")
        if not same:
            to_take.append(new)
    return _write(documents[1], _joined(mine, now, len(then), my_changes, to_take))


def _joined(
    mine: Sequence[Cell],
    now: Sequence[Cell],
    length: int,
    my_changes: Sequence[_Change],
    new_changes: Sequence[_Change],
) -> list[Cell]:
    """Go through the base's cells; where nobody changed one, it is taken from ours, for its output."""
    result: list[Cell] = []
    where = 0  # in ours
    for place in range(length + 1):
        for inserted in (one for one in my_changes if one.start == one.stop == place):
            result += mine[inserted.first : inserted.last]
            where = inserted.last
        for new in (one for one in new_changes if one.start == place):
            result += now[new.first : new.last]
        if place == length:
            break
        my = next((one for one in my_changes if one.start <= place < one.stop), None)
        if my is not None:
            if my.start == place:
                result += mine[my.first : my.last]
                where = my.last
            continue
        if not any(one.start <= place < one.stop for one in new_changes):
            result.append(mine[where])
        where += 1
    return result


def _changes(then: Sequence[str], now: Sequence[str]) -> list[_Change]:
    found = []
    for kind, start, stop, first, last in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if stop - start == last - first:
            # As many as before: each cell for itself, so that a neighbor's change is no conflict.
            found += [
                _Change(start + n, start + n + 1, first + n, first + n + 1) for n in range(stop - start)
            ]
        else:
            found.append(_Change(start, stop, first, last))
    return found


def _meet(one: _Change, other: _Change) -> bool:
    if one.start == one.stop or other.start == other.stop:
        # Something put between two cells only meets what changed on both sides of it.
        return one.start < other.start < one.stop or other.start < one.start < other.stop
    return max(one.start, other.start) < min(one.stop, other.stop)


def _key(cell: Cell) -> str:
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(map(str, source))
    return f"{cell.get('cell_type')}\0{text.strip()}"


def _read(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotMergedError("it cannot be read as a notebook") from None
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotMergedError("it cannot be read as a notebook")
    return found  # type: ignore[no-any-return]


def _write(document: dict[str, Any], cells: Sequence[Cell]) -> bytes:
    """Write a notebook as Jupyter does."""
    minor = document.get("nbformat_minor")
    with_ids = isinstance(minor, int) and minor >= 5
    taken: set[str] = set()
    made = []
    for number, cell in enumerate(cells):
        # From this version on each cell has an id of its own, before it there are none.
        plain = {key: value for key, value in cell.items() if key != "id"}
        if with_ids:
            name = str(cell.get("id") or "")
            if not name or name in taken:
                name = hashlib.sha256(f"{number}\0{_key(cell)}".encode("utf-8", "replace")).hexdigest()[:8]
            taken.add(name)
            plain["id"] = name
        made.append(dict(sorted(plain.items())))
    text = json.dumps({**document, "cells": made}, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "surrogatepass")
