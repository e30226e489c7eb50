"""Git hosts: where repositories are created, who may reach them, and where feedback is written.

A kind of host is a module of `coursekit.hosts.kinds` with a class ``Kind``; nothing else names it. Which one a
course uses, and where there, is said by the table ``[host]`` of `course.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from coursekit.config import HostSettings
from coursekit.errors import InputError
from coursekit.hosts.host import Account, Host, HostError, Issue, Remote, UnknownAccountError
from coursekit.text import nearest, one_line

__all__ = [
    "Account",
    "Host",
    "HostError",
    "Issue",
    "Remote",
    "UnknownAccountError",
    "host_kinds",
    "open_host",
]


def host_kinds() -> list[str]:
    """Name every kind of host."""
    from coursekit.hosts import kinds

    return sorted(info.name for info in iter_modules(kinds.__path__))


def open_host(settings: HostSettings, folder: Path, say: Callable[[str], object] = lambda _: None) -> Host:
    """Give the host that a course states; it is not called yet.

    Parameters
    ----------
    settings : HostSettings
    folder : Path
        The course's, for relative paths.
    say : callable, optional
        Is told when the host makes us wait, and until when.

    Raises
    ------
    InputError
        If there is no such kind, or something it needs is missing.
    MissingExtraError
        If the library that it needs is not installed.
    """
    known = host_kinds()
    if settings.kind not in known:
        close = nearest(settings.kind, known)
        raise InputError(
            f"course.toml, [host]: expected a kind out of {', '.join(known)}, found {one_line(settings.kind, 40)!r}",
            f"Did you mean {close!r}?" if close else 'For example:  kind = "folder"',
        )
    kind = import_module(f"coursekit.hosts.kinds.{settings.kind}").Kind
    host: Host = kind(settings, folder, say)
    return host
