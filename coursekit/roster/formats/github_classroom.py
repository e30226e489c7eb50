"""GitHub Classroom, which is retired; its rosters are still around."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.roster.format import Cells, Format


def _refine(cells: Cells, _: Callable[[str], None]) -> Cells:
    """Tell what the identifier is: the instructor chose an e-mail address, a number or the name for it."""
    identifier = cells.pop("identifier", "").strip()
    if "@" in identifier and " " not in identifier:
        cells["email"] = cells.get("email") or identifier
    elif " " not in identifier and any(char.isdigit() for char in identifier):
        cells["id_number"] = cells.get("id_number") or identifier
    elif identifier:
        # The other name is the one of the account, which need not be the person's.
        cells["name"] = identifier
        return cells
    return cells | {"nickname": "yes"}


FORMAT = Format(
    title="GitHub Classroom",
    columns={
        "identifier": ("identifier",),
        "account": ("github username",),
        "account_id": ("github id",),
        "name": ("name",),
    },
    needs=(("identifier",), ("account",), ("account_id", "name")),
    refine=_refine,
)
