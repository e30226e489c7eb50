"""Whose row a row of somebody else's table is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from coursekit.store.people import comparable
from coursekit.text import plural
from coursekit.tracking.exports.export import Result

#: In this order: what is given to one person only comes before names.
KEYS = ("email", "id_number", "username", "name")


def match_rows(rows: Sequence[Mapping[str, str]], results: Sequence[Result]) -> list[Result | str]:
    """Give the student of each row, or why there is none.

    Parameters
    ----------
    rows : sequence of mapping
        With some of `KEYS`.
    results : sequence of Result
    """
    known: dict[str, dict[str, list[Result]]] = {key: {} for key in KEYS}
    for result in results:
        of = result.student
        values = {"email": of.email, "id_number": of.id_number, "username": of.account, "name": of.name}
        for key, value in values.items():
            if value:
                known[key].setdefault(_folded(key, value), []).append(result)
    found = [_of_row(row, known) for row in rows]
    times = Counter(one.student.id for one in found if isinstance(one, Result))
    return [
        f"{plural(times[one.student.id], 'row')} are the same student's"
        if isinstance(one, Result) and times[one.student.id] > 1
        else one
        for one in found
    ]


def _of_row(row: Mapping[str, str], known: Mapping[str, Mapping[str, list[Result]]]) -> Result | str:
    for key in KEYS:
        value = row.get(key, "").strip()
        same = known[key].get(_folded(key, value), []) if value else []
        if len(same) > 1:
            return f"{len(same)} students of the course are called so"
        if same:
            return same[0]
    return "nobody of the course"


def _folded(key: str, value: str) -> str:
    folded = comparable(value)
    if key == "name":
        # 'Lovelace, Ada' and 'Ada Lovelace' are one.
        return " ".join(sorted(folded.replace(",", " ").split()))
    return folded
