"""For people, many submissions at a glance: a line each."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.checker.engine import Check
from coursekit.model import Level, Status, Text
from coursekit.text import one_line, width

_HEAD = (
    Text("group", "Gruppe"),
    Text("met", "erfüllt"),
    Text("not met", "nicht erfüllt"),
    Text("not judged", "nicht beurteilt"),
    Text("required and not met", "verlangt, nicht erfüllt"),
    Text("advised and not met", "empfohlen, nicht erfüllt"),
)
_WAIVED = Text("waived", "erlassen")
_UNSELECTED = Text("not selected", "nicht ausgewählt")
_READY = Text("nothing", "nichts")


def render(checks: Sequence[Check]) -> str:
    """Return a table with the codes of what is not met."""
    if not checks:
        return ""
    language = checks[0].language
    waived = any(check.count(Status.WAIVED) for check in checks)
    heads = (*_HEAD[:4], _WAIVED, *_HEAD[4:]) if waived else _HEAD
    rows = [[head.in_(language) for head in heads]]
    for check in checks:
        missing = [f for f in check.findings if f.status is Status.NOT_MET]
        required = [f.code for f in missing if f.level is Level.REQUIRED and f.due]
        others = [f.code for f in missing if f.code not in required]
        name = one_line(check.name, 32) + (" !" if check.problems else "")
        rows.append(
            [
                name,
                str(check.count(Status.MET)),
                str(len(missing)),
                str(check.count(Status.NOT_JUDGED)),
                *([str(check.count(Status.WAIVED))] if waived else []),
                _short(required) or _READY.in_(language),
                _short(others),
            ]
        )
    widths = [max(width(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(
            (" " * (widths[i] - width(cell)) + cell)
            if 1 <= i < len(heads) - 2
            else (cell + " " * (widths[i] - width(cell)))
            for i, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * min(sum(widths) + 2 * (len(widths) - 1), 120))
    if any(check.not_selected for check in checks):
        counts = sorted({check.not_selected for check in checks})
        lines += [
            "",
            f"{_UNSELECTED.in_(language)}: {'–'.join(map(str, (counts[0], counts[-1])[: len(counts)]))}",
        ]
    return "\n".join(lines) + "\n"


def _short(codes: Sequence[str], most: int = 6) -> str:
    return " ".join(one_line(code, 40) for code in codes[:most]) + (
        f" +{len(codes) - most}" if len(codes) > most else ""
    )
