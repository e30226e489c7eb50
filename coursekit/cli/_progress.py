"""How far bulk work is, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coursekit.jobs import Progress

PARTS = 10
SECONDS = 0.1


def show_progress(what: str) -> Callable[[Progress], None]:
    """Return what a job tells its progress to.

    In a terminal one line is kept up to date; elsewhere (a log) every tenth of the work gets a line.

    Parameters
    ----------
    what : str
        What is counted, such as ``"repositories"``.
    """
    terminal = sys.stderr.isatty()
    shown, part = 0.0, 0

    def show(progress: Progress) -> None:
        nonlocal shown, part
        so_far = progress.done + progress.skipped + progress.failed
        line = f"{so_far} of {progress.of} {what}" + (
            f", {progress.failed} failed" if progress.failed else ""
        )
        last = so_far == progress.of
        if terminal:
            now = time.monotonic()
            if last or now - shown >= SECONDS:
                shown = now
                click.echo(f"\r\x1b[K… {line}", err=True, nl=last)
        elif progress.of and so_far * PARTS // progress.of > part:
            part = so_far * PARTS // progress.of
            click.echo(f"… {line}", err=True)

    return show
