"""Reads when groups and students wish to present, and when they cannot."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coursekit.csvread import Row, parse_sheet
from coursekit.errors import InputError
from coursekit.schedule.slots import Slot
from coursekit.text import one_line

EXAMPLE = (
    "For example:  group;student;wish;impossible   and below it   bees;;2027-01-27;   and   "
    ";Ada Lovelace;;2027-01-20 18:00-19:00"
)
_COLUMNS = {
    "group": ("group", "team", "gruppe"),
    "student": ("student", "name", "email", "mail", "account", "studierende", "studierender"),
    "wish": ("wish", "wishes", "wished", "prefers", "wunsch", "wünsche", "wuensche"),
    "impossible": ("impossible", "clash", "clashes", "cannot", "unmöglich", "unmoeglich", "verhindert"),
}
_WHEN = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<d2>\d\d?)\.(?P<m2>\d\d?)\.(?P<y2>\d{4}))"
    r"(?:[ T]+(?P<h>\d\d?):(?P<min>\d\d)(?:\s*[-–]\s*(?P<h2>\d\d?):(?P<min2>\d\d))?)?"
)
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class SlotWish:
    """What one row says of a group.

    Attributes
    ----------
    group_id : int
    wished : tuple of frozensets of Slot
        The dearest first: each is a session or a part of one.
    impossible : frozenset of Slot
    """

    group_id: int
    wished: tuple[frozenset[Slot], ...] = ()
    impossible: frozenset[Slot] = frozenset()


def read_slot_wishes(
    data: bytes,
    where: str,
    slots: Sequence[Slot],
    group_of: Callable[[str], int],
    group_of_student: Callable[[str], int],
) -> tuple[SlotWish, ...]:
    """Read a CSV file with a row for each group or student that wishes for something.

    A time is a session's date (``2027-01-20`` or ``20.01.2027``), and may name a time (``18:00``) or a part of it
    (``18:00-19:00``); several are separated by commas or semicolons, the dearest first.

    Parameters
    ----------
    data : bytes
    where : str
        What error messages call the file.
    slots : sequence of Slot
        All there are.
    group_of, group_of_student : callable
        Return a group's id by its name, or by a student of it; raise InputError where there is none.

    Raises
    ------
    InputError
        If anything cannot be understood, with the lines: a clash that were passed over would be planned into.
    """
    sheet = parse_sheet(data, where)
    if not sheet.rows:
        raise InputError(f"{where}: expected a header and rows, found none", EXAMPLE)
    columns = _columns(sheet.rows[0], where)
    found, wrong = [], [(one.line, one.message, "") for one in sheet.unreadable]
    for row in sheet.rows[1:]:
        try:
            found.append(_wish(row, columns, slots, group_of, group_of_student))
        except InputError as error:
            wrong.append((row.line, error.message, error.hint))
    if wrong:
        wrong.sort()
        told = "\n".join(f"{where}, line {line}: {message}" for line, message, _ in wrong[:_MOST_TOLD])
        more = f"\nand {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise InputError(told + more, next((hint for _, _, hint in wrong if hint), EXAMPLE))
    return tuple(found)


def _columns(header: Row, where: str) -> list[str]:
    kinds = [
        next((kind for kind, names in _COLUMNS.items() if cell.strip().casefold() in names), "")
        for cell in header.cells
    ]
    if not {"group", "student"} & set(kinds) or not {"wish", "impossible"} & set(kinds):
        shown = ", ".join(one_line(cell, 40) for cell in header.cells[:10] if cell.strip())
        raise InputError(
            f"{where}, line {header.line}: expected a column called group or student, and one called wish or "
            f"impossible, but found {shown}",
            EXAMPLE,
        )
    return kinds


def _wish(
    row: Row,
    columns: Sequence[str],
    slots: Sequence[Slot],
    group_of: Callable[[str], int],
    group_of_student: Callable[[str], int],
) -> SlotWish:
    cells: dict[str, list[str]] = {kind: [] for kind in _COLUMNS}
    for kind, cell in zip(columns, row.cells, strict=False):
        if kind and cell.strip():
            cells[kind].append(cell.strip())
    ids = {group_of(name) for name in cells["group"]}
    if not ids:
        if not cells["student"]:
            raise InputError("expected a group or a student in this row, found none")
        # The address tells for sure who is meant, where a name may not.
        ids = {group_of_student(min(cells["student"], key=lambda text: "@" not in text))}
    (group_id,) = ids if len(ids) == 1 else (_several(),)
    wished = tuple(slots_at(text, slots) for text in _times(cells["wish"]))
    impossible = frozenset(slot for text in _times(cells["impossible"]) for slot in slots_at(text, slots))
    return SlotWish(group_id, wished, impossible)


def _several() -> int:
    raise InputError("expected one group in a row, but found several", "Give each group a row of its own.")


def _times(cells: Sequence[str]) -> list[str]:
    return [part.strip() for cell in cells for part in re.split(r"[,;|\n]", cell) if part.strip()]


def slots_at(text: str, slots: Sequence[Slot]) -> frozenset[Slot]:
    """Return the slots that somebody named.

    Raises
    ------
    InputError
        If it is no time, or there is no slot then.
    """
    shown = repr(one_line(text, 60))
    match = _WHEN.fullmatch(" ".join(text.split()))
    days = sorted({slot.start.date() for slot in slots})
    hint = "Groups present on: " + ", ".join(map(str, days[:12])) + " ."
    try:
        if match is None:
            raise ValueError
        day = dt.date(*(int(match[part] or match[part + "2"]) for part in "ymd"))
        begin = dt.time(int(match["h"]), int(match["min"])) if match["h"] else None
        end = dt.time(int(match["h2"]), int(match["min2"])) if match["h2"] else begin
    except ValueError:
        raise InputError(f"expected a date such as {days[0]}, but found {shown}", hint) from None
    found = frozenset(
        slot
        for slot in slots
        if slot.start.date() == day
        and (
            begin is None
            or end is None
            or (slot.start.time() <= begin < slot.end.time())
            or (begin <= slot.start.time() < end)
        )
    )
    if not found:
        raise InputError(f"expected a time at which groups present, but {shown} is none", hint)
    return found
