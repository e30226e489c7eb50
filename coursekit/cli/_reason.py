"""The option for the reason of a change that the audit keeps, and asking for it in a terminal."""

from __future__ import annotations

import sys

import click

REASON = click.option("--reason", metavar="TEXT", help="Why; the audit keeps it, without names of students.")


def ask_reason(question: str) -> str | None:
    """Ask for a reason; None where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from coursekit.text import printable

    answer: str = click.prompt(printable(question), default="", show_default=False, err=True)
    return answer
