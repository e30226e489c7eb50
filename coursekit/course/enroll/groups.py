"""Who comes into which group by a roster, and which repositories the groups bring along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from coursekit.roster import Entry, Remark
from coursekit.store.people import comparable
from coursekit.store.records import Group, Repository, Student
from coursekit.text import one_line, plural, slug

Pairs = Sequence[tuple[Entry, Student | None]]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """The group that a student comes into, and the one that he or she leaves for it, by their names."""

    name: str
    before: str | None


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A repository that is registered for a group, in place of another one or not."""

    line: int
    group: str
    url: str
    before: str | None


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What happens to groups: `joins` by the line of the row."""

    joins: Mapping[int, GroupChange]
    new: tuple[str, ...]
    links: tuple[LinkChange, ...]
    warnings: tuple[Remark, ...]


def plan_groups(
    pairs: Pairs,
    groups: Sequence[Group],
    repositories: Sequence[Repository],
    inside: Mapping[int, int],
    *,
    most: int | None,
    gone: AbstractSet[int],
) -> GroupPlan:
    """Find out who changes the group.

    Parameters
    ----------
    pairs : sequence of (Entry, Student or None)
    groups, repositories
        Of the course.
    inside : mapping
        The present group of each student, by their ids.
    most : int or None
        How many may be in a group.
    gone : set of int
        Students who leave the course, and make room.
    """
    warnings: list[Remark] = []
    keys = {group.id: comparable(group.name) for group in groups}
    names = {comparable(group.name): group.name for group in groups}
    known = len(names)
    present = {entry.line: keys.get(inside.get(student.id, 0)) for entry, student in pairs if student}
    _name_groups(pairs, names, warnings)
    joins = {
        entry.line: comparable(entry.group)
        for entry, _ in pairs
        if entry.group and comparable(entry.group) != present.get(entry.line)
    }
    sizes = Counter(keys[group_id] for student_id, group_id in inside.items() if student_id not in gone)
    if most is not None:
        entries = {entry.line: entry for entry, _ in pairs}
        for line, key in _without_room(joins, present, sizes, most):
            del joins[line]
            message = (
                f"expected at most {plural(most, 'member')} in a group (max_size in course.toml), but "
                f"{one_line(names[key], 60)!r} is full; {one_line(entries[line].called, 60)} is stored without it"
            )
            warnings.append(Remark(line, message, entries[line]))
    links = _plan_links(pairs, names, present, groups, repositories, warnings)
    return GroupPlan(
        joins={
            line: GroupChange(names[key], names[before] if (before := present.get(line)) else None)
            for line, key in joins.items()
        },
        new=tuple(names.values())[known:],
        links=tuple(links),
        warnings=tuple(warnings),
    )


def _name_groups(pairs: Pairs, names: dict[str, str], warnings: list[Remark]) -> None:
    """Add the groups that are new to `names`, each as it is written first."""
    folders = {slug(name, default="group"): name for name in names.values()}
    told: set[str] = set()
    for entry, _ in pairs:
        if not entry.group:
            continue
        key, text = comparable(entry.group), one_line(entry.group, 60)
        if key not in names:
            folder = slug(entry.group, default="group")
            if folder in folders:
                other = one_line(folders[folder], 60)
                message = (
                    f"the groups {other!r} and {text!r} would lie in one folder {folder!r}; "
                    "the second one's gets a number. Correct one of them if they are the same group"
                )
                warnings.append(Remark(entry.line, message, entry))
            folders.setdefault(folder, entry.group)
            names[key] = entry.group
        elif names[key] != entry.group and entry.group not in told:
            told.add(entry.group)
            message = f"the group {text!r} is taken for {one_line(names[key], 60)!r}"
            warnings.append(Remark(entry.line, message, entry))


def _without_room(
    joins: Mapping[int, str], present: Mapping[int, str | None], sizes: Counter[str], most: int
) -> list[tuple[int, str]]:
    """Give the rows whose students find no room, and the group; the last rows of a group are the first to go."""
    coming: dict[str, list[int]] = {}
    for line in sorted(joins):
        coming.setdefault(joins[line], []).append(line)
        sizes[joins[line]] += 1
        if before := present.get(line):
            sizes[before] -= 1
    refused = []
    full = [key for key in coming if sizes[key] > most]
    while full:
        key = full.pop()
        while sizes[key] > most and coming.get(key):
            line = coming[key].pop()
            refused.append((line, key))
            sizes[key] -= 1
            if before := present.get(line):
                # Who stays may take the room of somebody who was to come instead.
                sizes[before] += 1
                full.append(before)
    return sorted(refused)


def _plan_links(
    pairs: Pairs,
    names: Mapping[str, str],
    present: Mapping[int, str | None],
    groups: Sequence[Group],
    repositories: Sequence[Repository],
    warnings: list[Remark],
) -> list[LinkChange]:
    keys = {group.id: comparable(group.name) for group in groups}
    registered = {keys[one.group_id]: one for one in repositories}
    owners = {_plain(one.url): keys[one.group_id] for one in repositories if one.url}
    links: dict[str, LinkChange] = {}
    for entry, _ in pairs:
        if not entry.repository:
            continue
        key = comparable(entry.group) if entry.group else present.get(entry.line)
        url = one_line(entry.repository, 80)
        before = registered.get(key) if key else None
        given = (
            links[key].url if key in links else before.url if before and before.origin == "linked" else None
        )
        message = ""
        if key is None:
            message = f"the repository {url} belongs to no group, as the row names none; it is left out"
        elif owners.setdefault(_plain(entry.repository), key) != key:
            other = one_line(names[owners[_plain(entry.repository)]], 60)
            message = f"the repository {url} belongs to the group {other!r}; it is left out"
        elif key in links and _plain(links[key].url) != _plain(entry.repository):
            message = f"the group has the repository {one_line(given or '', 80)} in line {links[key].line}"
        elif (
            before is not None and before.origin == "made" and _plain(before.url) != _plain(entry.repository)
        ):
            message = "the group has a repository that was made for it; see 'coursekit groups link'"
        elif key not in links and (before is None or _plain(before.url) != _plain(entry.repository)):
            links[key] = LinkChange(entry.line, names[key], entry.repository, given)
        if message:
            warnings.append(Remark(entry.line, message, entry))
    return list(links.values())


def _plain(url: str | None) -> str:
    return (url or "").removesuffix(".git").casefold()
