"""Puts a list of groups that an instructor wrote into the store, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.course.groups.find import name_for_group, people_of, refuse_full, same_folder
from coursekit.course.groups.follow import Followed, follow_members
from coursekit.errors import InputError
from coursekit.grouping import GroupList, Listed, Unclear, read_groups
from coursekit.store import Reader, Transaction, open_store
from coursekit.store.people import (
    add_group,
    comparable,
    find_group,
    join_group,
    list_groups,
    list_memberships,
)
from coursekit.text import one_line, slug

LIMIT = 11 * 1024 * 1024  # bytes; what is more, the reader refuses


@dataclass(frozen=True, slots=True)
class Joining:
    """A student who comes into a group; `before` is the group that he or she leaves for it."""

    student_id: int
    name: str
    group: str
    line: int
    before: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A group of the list: who comes into it, and how many are there already; no id for a new one."""

    name: str
    line: int
    group_id: int | None
    joining: list[Joining]
    there: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list of groups changed, or would have.

    Attributes
    ----------
    made : tuple of str
        Groups that are new.
    joined : tuple of Joining
    there : int
        How many members of the list were in their group already.
    unclear : tuple of Unclear
        What was left aside, with the line.
    warnings : tuple of str
    followed : tuple of Followed
        What became of `project.toml` in the groups' folders.
    """

    made: tuple[str, ...]
    joined: tuple[Joining, ...]
    there: int
    unclear: tuple[Unclear, ...]
    warnings: tuple[str, ...]
    followed: tuple[Followed, ...] = ()


def import_groups(
    course: Course,
    file: Path,
    *,
    move: bool = False,
    force: bool = False,
    reason: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Make the groups of a file and put their members into them: all that is clear, or nothing.

    Parameters
    ----------
    course : Course
    file : Path
        See `coursekit.grouping.read_groups`.
    move : bool, optional
        Whether students who are in another group may leave it.
    force, reason : optional
        Allow more members than the course does; with a reason, which the audit keeps.
    dry_run : bool, optional
        Whether only to say what would be changed.

    Raises
    ------
    InputError
        If the file cannot be read as such a list.
    """
    data = read_bytes(file)
    if force:
        refuse_full("", 0, 0, None, force=True, reason=reason or "")
    with open_store(course.store) as store:
        if dry_run:
            with store.read() as view:
                return _plan(course, view, data, one_line(file.name, 80), move=move, force=force)
        with store.transaction("groups import") as tx:
            plan = _plan(course, tx, data, one_line(file.name, 80), move=move, force=force)
            _store(tx, plan, reason)
            keys = {comparable(name) for one in plan.joined for name in (one.group, one.before) if name}
            affected = {group.id for group in list_groups(tx) if comparable(group.name) in keys}
    followed = tuple(follow_members(course, affected))
    return Imported(plan.made, plan.joined, plan.there, plan.unclear, plan.warnings, followed)


def read_bytes(file: Path) -> bytes:
    """Read a file that somebody named.

    Raises
    ------
    InputError
        If there is none.
    """
    if not file.is_file():
        what = "a folder" if file.is_dir() else "nothing"
        raise InputError(
            f"expected a file at {one_line(str(file))}, but found {what}", "Give the path to the file."
        )
    with file.open("rb") as stream:
        return stream.read(LIMIT)


def _plan(course: Course, view: Reader, data: bytes, where: str, *, move: bool, force: bool) -> Imported:
    found: GroupList = read_groups(data, where, people_of(view))
    groups = {group.id: group.name for group in list_groups(view)}
    inside = {one.student_id: one.group_id for one in list_memberships(view)}
    unclear, warnings = list(found.unclear), []
    candidates: list[_Candidate] = []
    folders: dict[str, str] = {}
    for listed in found.groups:
        try:
            name = name_for_group(listed.name)
        except InputError as error:
            unclear.append(Unclear(listed.line, error.message, error.hint))
            continue
        group = find_group(view, name)
        if group is None and listed.named and not listed.members:
            continue  # nobody of it was understood, as was said: rather no group than one by mistake
        key = group.id if group else None
        joining, there = _joining(listed, name, key, groups, inside, unclear, move=move)
        candidates.append(_Candidate(name, listed.line, key, joining, there))
        if group is None:
            warning = same_folder(view, name) or _same_folder(folders, name)
            warnings += [warning] if warning else []
    if not force:
        candidates = _with_room(candidates, Counter(inside.values()), groups, course.max_group_size, unclear)
    return Imported(
        tuple(one.name for one in candidates if one.group_id is None),
        tuple(joining for one in candidates for joining in one.joining),
        sum(one.there for one in candidates),
        tuple(sorted(unclear, key=lambda one: one.line)),
        tuple(warnings),
    )


def _with_room(
    candidates: list[_Candidate],
    sizes: Counter[int],
    groups: Mapping[int, str],
    most: int | None,
    unclear: list[Unclear],
) -> list[_Candidate]:
    """Leave out the groups that would be too large, one after the other: who stays takes room elsewhere."""
    ids = {name: key for key, name in groups.items()}
    while True:
        leaving = Counter(ids[one.before] for each in candidates for one in each.joining if one.before)
        for candidate in candidates:
            key = candidate.group_id
            size = sizes[key] - leaving[key] if key is not None else 0
            try:
                refuse_full(candidate.name, size, len(candidate.joining), most)
            except InputError as error:
                if not candidate.joining:
                    continue  # it was too large before, and nobody comes
                hint = "Nobody was put into it; with a reason, --force does."
                unclear.append(Unclear(candidate.line, error.message, hint))
                candidates = [one for one in candidates if one is not candidate]
                break
        else:
            return candidates


def _joining(
    listed: Listed,
    name: str,
    group_id: int | None,
    groups: Mapping[int, str],
    inside: Mapping[int, int],
    unclear: list[Unclear],
    *,
    move: bool,
) -> tuple[list[Joining], int]:
    """Return who of a group of the list comes into it, and how many are there already."""
    joining, already = [], 0
    for person, line in zip(listed.members, listed.lines, strict=True):
        present = inside.get(person.id)
        if present is not None and present == group_id:
            already += 1
        elif present is not None and not move:
            unclear.append(
                Unclear(
                    line,
                    f"expected a student without a group, but {person.shown} is in {one_line(groups[present], 60)!r}",
                    "To let students change their group, add  --move .",
                )
            )
        else:
            before = groups[present] if present is not None else None
            joining.append(Joining(person.id, person.name, name, line, before))
    return joining, already


def _same_folder(folders: dict[str, str], name: str) -> str:
    folder = slug(name, default="group")
    other = folders.setdefault(folder, name)
    if other == name:
        return ""
    return (
        f"{one_line(other, 60)!r} and {one_line(name, 60)!r} make the same folder name {folder!r}; "
        "the later group's gets its number"
    )


def _store(tx: Transaction, plan: Imported, reason: str | None) -> None:
    for name in plan.made:
        add_group(tx, name)
    for one in plan.joined:
        group = find_group(tx, one.group)
        assert group is not None
        join_group(tx, one.student_id, group.id, reason=reason)
