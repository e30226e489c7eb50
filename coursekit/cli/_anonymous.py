"""The option for screens that others see, the same in every command that names students."""

from __future__ import annotations

import click

ANONYMOUS = click.option(
    "--anonymous",
    is_flag=True,
    help='Numbers in place of names ("Student 12", "Group 3"), for a screen that others see.',
)
