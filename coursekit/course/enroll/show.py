"""What an import understood and changes, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from coursekit.course.enroll.plan import Plan, StudentChange
from coursekit.course.enroll.run import Imported
from coursekit.roster import Remark
from coursekit.text import one_line, plural

#: What is more than this is counted.
MOST = 20


def text_of(plan: Plan, name: str) -> str:
    """Say what a roster called `name` holds, and what it changes."""
    return "\n".join(_lines(plan, name)) + "\n"


def _lines(plan: Plan, name: str) -> Iterator[str]:
    reading = plan.reading
    rows = len(reading.entries) + len(reading.left_out) + len(reading.rejected)
    encoding = reading.encoding.removesuffix("-sig").upper()
    yield f"{one_line(name)}: {reading.format} roster, {plural(rows, 'row')} ({reading.separated_by}, {encoding})"
    room = max(len(field) for field, _ in reading.columns)
    yield from (f"  {field:<{room}}  ← {heading}" for field, heading in reading.columns)
    if reading.unused:
        yield f"  not used: {', '.join(reading.unused)}"
    yield ""
    counts = ", ".join(f"{len(plan.of(kind))} {kind}" for kind in ("new", "changed", "unchanged"))
    yield f"{plural(len(plan.students), 'student')}: {counts}"
    yield from _block("New", map(_new, plan.of("new")))
    yield from _block("Changed", map(_changed, plan.of("changed")))
    yield from _block("New groups", (one_line(group) for group in plan.new_groups))
    yield from _block(
        "Repositories",
        (
            f"{one_line(link.group)}: {one_line(link.before)} → {one_line(link.url)}"
            if link.before
            else f"{one_line(link.group)}: {one_line(link.url)}"
            for link in plan.links
        ),
    )
    head = (
        "Drop out"
        if plan.drop_missing
        else "In the course, but not here; --drop-missing notes that they dropped out"
    )
    yield from _block(head, (f"{one_line(student.name)}  ({why})" for student, why in plan.missing))
    yield from _block("Do not take part", _remarks(reading.left_out))
    yield from _block("Please look at", _remarks(plan.warnings))
    yield from _block("Cannot be used", _remarks(plan.rejected))


def _block(head: str, items: Iterable[str]) -> Iterator[str]:
    listed = list(items)
    if listed:
        yield f"\n{head} ({len(listed)})"
        yield from (f"  {item}" for item in listed[:MOST])
        if len(listed) > MOST:
            yield f"  … and {len(listed) - MOST} more; --format json lists all"


def _new(change: StudentChange) -> str:
    values = [change.values.email, change.values.account, change.values.id_number]
    told = [one_line(value) for value in values if value]
    if change.group:
        told.append(f"group {one_line(change.group.name)}")
    return "  ".join([one_line(change.values.name), *told])


def _changed(change: StudentChange) -> str:
    told = [
        f"{words} {one_line(old)} → {one_line(new)}" if old else f"{words} {one_line(new)}"
        for words, old, new in change.fields
    ]
    if change.returns:
        told.append("takes part again")
    if change.group:
        before = f"{one_line(change.group.before)} → " if change.group.before else ""
        told.append(f"group {before}{one_line(change.group.name)}")
    assert change.student is not None
    return f"{one_line(change.student.name)}: {'; '.join(told)}"


def _remarks(remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in remarks:
        whose = f" ({one_line(remark.entry.called, 60)})" if remark.entry and remark.entry.called else ""
        yield f"line {remark.line}{whose}: {remark.message}"


def summary(imported: Imported, *, dry_run: bool) -> str:
    """Say on one line what was stored."""
    plan = imported.plan
    if not plan.changes:
        done = "Nothing to store: the course has all of it." if not plan.rejected else "Nothing new to store."
    elif not imported.stored:
        done = "Nothing was stored." + (" Without --dry-run it is." if dry_run else "")
    else:
        parts = [f"{len(plan.of('new'))} new", f"{len(plan.of('changed'))} changed"]
        parts.append(f"{len(plan.of('unchanged'))} unchanged")
        if plan.drop_missing:
            parts.append(f"{len(plan.missing)} dropped out")
        done = f"Stored: {', '.join(parts)}."
    unused = f" {plural(len(plan.rejected), 'row')} could not be used." if plan.rejected else ""
    return done + unused


def json_of(imported: Imported) -> str:
    """Give an import as JSON."""
    plan, reading = imported.plan, imported.plan.reading
    result = {
        "stored": imported.stored,
        "format": reading.format,
        "encoding": reading.encoding,
        "separated_by": reading.separated_by,
        "columns": dict(reading.columns),
        "unused_columns": list(reading.unused),
        "new": [_plain(change) for change in plan.of("new")],
        "changed": [_plain(change) for change in plan.of("changed")],
        "unchanged": len(plan.of("unchanged")),
        "new_groups": list(plan.new_groups),
        "repositories": [
            {"line": link.line, "group": link.group, "url": link.url, "before": link.before}
            for link in plan.links
        ],
        "missing": [{"name": one.name, "email": one.email, "reason": why} for one, why in plan.missing],
        "missing_drop_out": plan.drop_missing,
        "left_out": _plain_remarks(reading.left_out),
        "warnings": _plain_remarks(plan.warnings),
        "rejected": _plain_remarks(plan.rejected),
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _plain(change: StudentChange) -> dict[str, object]:
    return {
        "line": change.entry.line,
        "name": change.values.name,
        "changes": {words: {"before": old or None, "after": new} for words, old, new in change.fields},
        "group": change.group.name if change.group else None,
        "group_before": change.group.before if change.group else None,
        "takes_part_again": change.returns,
    }


def _plain_remarks(remarks: Sequence[Remark]) -> list[dict[str, object]]:
    return [
        {"line": one.line, "name": one.entry.called if one.entry else None, "message": one.message}
        for one in remarks
    ]
