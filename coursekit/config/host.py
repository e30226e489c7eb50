"""The table ``[host]`` of `course.toml`: the git host to which the groups' repositories go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coursekit.text import one_line
from coursekit.tomlread import Table

VISIBILITIES = ("private", "internal", "public")

_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Where repositories are published.

    Attributes
    ----------
    kind : str
        A module of `coursekit.hosts.kinds`, which says what else it needs.
    path : str
        For a folder of bare repositories: the folder, relative to the course's.
    address : str
        For a machine that is reached by ssh: ``git@example.org:courses/dl``.
    namespace : str
        For a web host: the organization, user or group that owns the repositories.
    api : str
        For a web host of one's own: the address of its programming interface.
    prefix : str
        Stands before every repository's name: ``dl26-``.
    visibility : str
        Who may read a repository on a web host.
    """

    kind: str
    path: str = ""
    address: str = ""
    namespace: str = ""
    api: str = ""
    prefix: str = ""
    visibility: str = "private"


def host_of(table: Table) -> HostSettings | None:
    """Read the table ``[host]``; None when the course has none.

    Raises
    ------
    InputError
        If it does not hold what it should; with the line.
    """
    if not table.values:
        return None
    settings = HostSettings(
        kind=table.text("kind", required=True),
        path=table.text("path"),
        address=table.text("address"),
        namespace=table.text("namespace").strip("/ "),
        api=table.text("api").rstrip("/ "),
        prefix=table.text("prefix"),
        visibility=table.text("visibility", "private"),
    )
    table.done()
    if settings.prefix and not _PREFIX.fullmatch(settings.prefix):
        raise table.error(
            "prefix",
            f"expected letters, digits, '.', '_' and '-', but found {one_line(settings.prefix, 60)!r}",
            'For example:  prefix = "dl26-"',
        )
    if settings.visibility not in VISIBILITIES:
        raise table.error(
            "visibility",
            f"expected one of {', '.join(VISIBILITIES)}, but found {one_line(settings.visibility, 40)!r}",
        )
    return settings
