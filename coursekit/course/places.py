"""Where each group's work lies on this machine: the one place that decides it for all commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.store import Reader
from coursekit.store.people import find_group, list_groups
from coursekit.store.records import Group, Repository
from coursekit.store.repositories import list_repositories
from coursekit.text import nearest, one_line, slug


@dataclass(frozen=True, slots=True)
class Place:
    """A group, and where its work lies or would lie.

    Attributes
    ----------
    group : Group
    name : str
        The group's name as that of a folder; unique in the course, also on a disk that ignores case.
    repository : Repository or None
        The present one, if any is registered.
    folder : Path
        The work tree that ``new-project`` makes for the group, or made.
    clone : Path
        The bare clone that ``fetch`` keeps.
    """

    group: Group
    name: str
    repository: Repository | None
    folder: Path
    clone: Path

    @property
    def work(self) -> Path | None:
        """What commands read: the bare clone, else the folder on this machine; None when there is neither."""
        return next((path for path in (self.clone, self.folder) if path.is_dir()), None)


def group_places(course: Course, view: Reader) -> list[Place]:
    """Give the place of every group, in the order in which the groups were made."""
    groups = list_groups(view)
    names = folder_names(groups)
    present = {repository.group_id: repository for repository in list_repositories(view)}
    found = []
    for group in groups:
        name, repository = names[group.id], present.get(group.id)
        made = repository.path if repository and repository.path else f"{course.repositories}/{name}"
        found.append(
            Place(
                group, name, repository, course.folder / made, course.folder / course.clones / f"{name}.git"
            )
        )
    return found


def folder_names(groups: Sequence[Group]) -> dict[int, str]:
    """Give each group's folder name by its id.

    Two names may differ and still make one folder (``Team A!`` and ``team-a``): the later group's gets its
    number, so that a name never changes because another group came.
    """
    taken: set[str] = set()
    names: dict[int, str] = {}
    for group in sorted(groups, key=lambda group: group.id):
        name = slug(group.name, default="group")
        while name in taken:
            name = f"{name}-{group.id}"
        taken.add(name)
        names[group.id] = name
    return names


def choose_groups(view: Reader, names: Sequence[str]) -> list[Group]:
    """Give the groups of these names, or all.

    Raises
    ------
    InputError
        If there is none of a name.
    """
    known = list_groups(view)
    if not names:
        return known
    chosen = []
    for name in names:
        found = find_group(view, name)
        if found is None:
            close = nearest(name, [group.name for group in known])
            raise InputError(
                f"expected a group of the course, found none called {one_line(name, 60)!r}",
                f"Did you mean {one_line(close, 60)!r}?" if close else "'coursekit groups list' names them.",
            )
        chosen.append(found)
    return chosen
