"""What an import understood and changes, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from coursekit.text import columns, one_line, plural
from coursekit.tracking.attendance.listing import Remark
from coursekit.tracking.attendance.match import Match
from coursekit.tracking.attendance.plan import ListPlan, Seat, SessionPlan
from coursekit.tracking.attendance.run import Imported
from coursekit.tracking.attendance.sessions import called

#: What is more than this is counted.
MOST = 20
_HOW = {"email": "e-mail", "alias": "settled", "name": "name", "fuzzy": "similar name", "none": "not clear"}
_ORDER = ("email", "alias", "name", "fuzzy")


def text_of(imported: Imported) -> str:
    """Say what lists hold, how each person was matched, and what that changes."""
    lines: list[str] = []
    for plan in imported.plans:
        for one in plan.lists:
            lines += [*_list_lines(plan, one), ""]
        lines.append(_total(imported, plan))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _list_lines(plan: SessionPlan, one: ListPlan) -> Iterator[str]:
    listing = one.placed.listing
    rows = len(one.placed.rows) + len(one.placed.outside) + len(listing.left_out) + len(one.placed.rejected)
    encoding = listing.encoding.removesuffix("-sig").upper()
    what = "plain list" if listing.format == "plain" else f"{listing.format} list"
    yield (
        f"{one_line(listing.source)}: {what}, {plural(rows, 'row')} ({listing.separated_by}, {encoding}), "
        f"{called(plan.session)}"
    )
    room = max(len(field) for field, _ in listing.columns)
    yield from (f"  {field:<{room}}  ← {heading}" for field, heading in listing.columns)
    if one.unchanged:
        yield "  This list was read before; it counts once."
    for replaced in one.replaces:
        yield f"  It takes the place of {one_line(replaced.source)}, read on {replaced.imported_at:%Y-%m-%d}."
    for note in one.notes:
        yield f"  Note: {note}."
    known = [seat for seat in one.seats if seat.match.student is not None]
    nobody = [seat for seat in one.seats if seat.match.student is None and seat.match.how == "alias"]
    unclear = [seat for seat in one.seats if seat.match.how == "none"]
    if known:
        counts = ", ".join(
            f"{number} by {_HOW[how]}" if how != "alias" else f"{number} settled before"
            for how in _ORDER
            if (number := sum(seat.match.how == how for seat in known))
        )
        yield f"\nMatched ({len(known)} of {plural(len(one.seats), 'participant')}: {counts})"
        yield from (f"  {line}" for line in _matched(known))
    if nobody:
        yield f"\nSettled as nobody of the course ({len(nobody)})"
        yield from (f"  {_lines_of(seat)}: {_who(seat)}" for seat in nobody)
    if unclear:
        yield f"\nNot matched ({len(unclear)}); say who it is with  coursekit attendance review"
        yield from (
            f"  {_lines_of(seat)}: {_who(seat)}, {minutes(seat.seconds)} min: {explained(seat.match)}"
            for seat in unclear
        )
    yield from _block("Left out", (*listing.left_out, *one.placed.outside))
    yield from _block("Cannot be read", one.placed.rejected)


def _matched(seats: Sequence[Seat]) -> list[str]:
    table: list[tuple[str, ...]] = [("participant", "student", "how", "score", "minutes", "line")]
    for seat in sorted(seats, key=lambda one: _ORDER.index(one.match.how)):
        assert seat.match.student is not None
        table.append(
            (
                one_line(seat.name, 40),
                one_line(seat.match.student.name, 40),
                _HOW[seat.match.how],
                "" if seat.match.score is None else str(seat.match.score),
                str(minutes(seat.seconds)),
                ", ".join(map(str, seat.lines[:6])) + (" …" if len(seat.lines) > 6 else ""),
            )
        )
    return columns(table)


def _lines_of(seat: Seat) -> str:
    shown = ", ".join(map(str, seat.lines[:6])) + (" …" if len(seat.lines) > 6 else "")
    return f"line {shown}" if len(seat.lines) == 1 else f"lines {shown}"


def _who(seat: Seat) -> str:
    email = f" <{one_line(seat.email, 60)}>" if seat.email and seat.email != seat.name else ""
    return f"{one_line(seat.name, 60)!r}{email}"


def explained(match: Match) -> str:
    """Say why a match is not clear, and who may be meant."""
    if not match.candidates:
        return match.why
    same = [one_line(one.student.name) for one in match.candidates]
    shown = ", ".join(
        f"{one_line(one.student.name, 60)}"
        + (
            f" <{one_line(one.student.email, 60)}>"
            if same.count(one_line(one.student.name)) > 1 and one.student.email
            else ""
        )
        + f" ({one.score})"
        for one in match.candidates
    )
    return f"{match.why}; perhaps {shown}"


def _block(head: str, remarks: Sequence[Remark]) -> Iterator[str]:
    if remarks:
        yield f"\n{head} ({len(remarks)})"
        for one in remarks[:MOST]:
            name = f" ({one_line(one.name, 60)})" if one.name else ""
            yield f"  line {one.line}{name}: {one.message}"
        if len(remarks) > MOST:
            yield f"  … and {len(remarks) - MOST} more; --format json lists all"


def _total(imported: Imported, plan: SessionPlan) -> str:
    attended = imported.attended[plan.session.number]
    text = f"Session {plan.session.number}: {attended} of {plural(imported.students, 'student')} attended"
    if plan.changes:
        text += f"; {plural(len(plan.changes), 'row')} read before got another student"
    return f"{text}."


def summary(imported: Imported, *, dry_run: bool) -> str:
    """Say on one line what was stored."""
    new = [one for plan in imported.plans for one in plan.lists if not one.unchanged]
    unclear = sum(seat.match.how == "none" for one in new for seat in one.seats)
    rest = f" {plural(unclear, 'participant')} not matched." if unclear else ""
    if not any(plan.writes for plan in imported.plans):
        return "Nothing to store: the course has all of it."
    if not imported.stored:
        return "Nothing was stored." + (" Without --dry-run it is." if dry_run else "") + rest
    rows = sum(len(one.rows) for one in new)
    return f"Stored: {plural(len(new), 'list')}, {plural(rows, 'row')}.{rest}"


def minutes(seconds: int) -> int:
    """Give whole minutes."""
    return round(seconds / 60)


def json_of(imported: Imported) -> str:
    """Give an import as JSON."""
    result = {
        "stored": imported.stored,
        "students": imported.students,
        "sessions": [
            {
                "session": plan.session.number,
                "start": plan.session.start.isoformat(),
                "attended": imported.attended[plan.session.number],
                "matched_anew": len(plan.changes),
                "lists": [_plain_list(one) for one in plan.lists],
            }
            for plan in imported.plans
        ],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _plain_list(one: ListPlan) -> dict[str, object]:
    listing = one.placed.listing
    return {
        "file": listing.source,
        "format": listing.format,
        "encoding": listing.encoding,
        "separated_by": listing.separated_by,
        "columns": dict(listing.columns),
        "unchanged": one.unchanged,
        "replaces": [replaced.source for replaced in one.replaces],
        "notes": list(one.notes),
        "participants": [
            {
                "lines": list(seat.lines),
                "name": seat.name,
                "email": seat.email,
                "student": seat.match.student.name if seat.match.student else None,
                "how": seat.match.how,
                "score": seat.match.score,
                "seconds": seat.seconds,
                "why": seat.match.why or None,
                "candidates": plain_candidates(seat.match),
            }
            for seat in one.seats
        ],
        "left_out": _plain_remarks((*listing.left_out, *one.placed.outside)),
        "rejected": _plain_remarks(one.placed.rejected),
    }


def plain_candidates(match: Match) -> list[dict[str, object]]:
    """Give who may be meant, for JSON."""
    return [
        {"student": one.student.name, "email": one.student.email, "score": one.score}
        for one in match.candidates
    ]


def _plain_remarks(remarks: Iterable[Remark]) -> list[dict[str, object]]:
    return [{"line": one.line, "name": one.name or None, "message": one.message} for one in remarks]
