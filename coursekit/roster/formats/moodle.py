"""Moodle, in English and German: the list of participants, and exports of the gradebook."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.roster.format import Cells, Format
from coursekit.text import one_line

# What the column of groups says of who is in none.
_NO_GROUP = {"no groups", "keine gruppen", "keine gruppe"}


def _refine(cells: Cells, note: Callable[[str], None]) -> Cells:
    group = cells.get("group", "")
    if group.casefold() in _NO_GROUP:
        return cells | {"group": ""}
    if ", " in group:
        note(f"group {one_line(group, 60)!r}: these are several; none is taken")
        return cells | {"group": ""}
    return cells


FORMAT = Format(
    title="Moodle",
    columns={
        "first_name": ("first name", "firstname", "vorname"),
        "last_name": ("last name", "lastname", "surname", "nachname"),
        "id_number": ("id number", "idnumber", "id nummer", "matrikelnummer"),
        "email": ("email address", "e mail adresse", "email", "e mail"),
        "group": ("groups", "gruppen", "group", "gruppe"),
        "role": ("roles", "rollen", "role", "rolle"),
        "status": ("status",),
    },
    needs=(("first_name",), ("last_name",), ("email", "id_number")),
    refine=_refine,
)
