"""Registers a repository that a group made itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.course.groups.find import group_called
from coursekit.errors import InputError
from coursekit.git.address import check_address
from coursekit.store import open_store
from coursekit.store.people import list_groups
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, list_repositories
from coursekit.submission import Submission
from coursekit.submission.source import FolderSource
from coursekit.text import one_line


@dataclass(frozen=True, slots=True)
class Linked:
    """A repository that is registered; `before` is the one whose place it takes."""

    group: str
    where: str
    before: str | None
    changed: bool


def link_repository(
    course: Course, group: str, url: str, *, replace: bool = False, reason: str | None = None
) -> Linked:
    """Register the address of a group's own repository, or a folder on this machine.

    A folder inside the course's is kept relative to it, so that the course can be moved.

    Raises
    ------
    InputError
        If there is no such group, `url` is neither an address that git may be given nor a repository here, it
        belongs to another group, or the group has one already and it is not to be replaced.
    """
    address, path = _where(course, url)
    with open_store(course.store) as store, store.transaction("groups link") as tx:
        target = group_called(tx, group)
        present = list_repositories(tx)
        names = {one.id: one.name for one in list_groups(tx)}
        for one in present:
            if one.group_id != target.id and _same(one.url, one.path, address, path):
                raise InputError(
                    f"expected a repository of the group's own, but {one_line(address or path or '', 80)} "
                    f"belongs to {one_line(names[one.group_id], 60)!r}",
                    "See  coursekit groups list .",
                )
        before = next((one for one in present if one.group_id == target.id), None)
        if before and _same(before.url, before.path, address, path):
            return Linked(target.name, address or path or "", None, changed=False)
        if before and not replace:
            raise InputError(
                f"expected no repository of {one_line(target.name, 60)!r} yet, but found "
                f"{one_line(before.url or before.path or '', 80)}",
                "To put the new one in its place, add  --replace ; the old one stays in the history.",
            )
        add_repository(
            tx,
            NewRepository(target.id, url=address, path=path, origin="linked"),
            replace=replace,
            reason=reason,
        )
    old = (before.url or before.path) if before else None
    return Linked(target.name, address or path or "", old, changed=True)


def _where(course: Course, text: str) -> tuple[str | None, str | None]:
    """Return an address, or a folder as the store keeps it."""
    folder = Path(text).expanduser()
    try:
        there = bool(text.strip()) and folder.is_dir()
    except (OSError, ValueError):  # too long, or with a NUL
        there = False
    if not there:
        try:
            return check_address(text), None
        except InputError as error:
            if "://" in text or "@" in text or text.startswith("-"):
                raise
            raise InputError(f"{error.message}, and no folder on this machine either", error.hint) from None
    resolved, home = folder.resolve(), course.folder.resolve()
    bare = (resolved / "HEAD").is_file() and (resolved / "objects").is_dir()
    if not bare and not (resolved / ".git").exists() and not Submission(FolderSource(resolved)).is_project:
        raise InputError(
            f"expected a group's repository at {one_line(str(folder))}, but the folder holds none",
            "It is a git repository (bare or not), or at least a folder with a README, project.toml or milestone folders.",
        )
    if resolved == home or resolved in home.parents:
        raise InputError(
            f"expected a group's repository, but {one_line(str(folder))} is or holds the course's folder"
        )
    inside = resolved.is_relative_to(home)
    return None, (resolved.relative_to(home) if inside else resolved).as_posix()


def _same(url: str | None, path: str | None, other_url: str | None, other_path: str | None) -> bool:
    if url and other_url:
        return _plain(url) == _plain(other_url)
    return bool(path and other_path and path == other_path)


def _plain(url: str) -> str:
    return url.removesuffix("/").removesuffix(".git").casefold()
