"""Divides students into groups so that as many wishes as possible are met.

The obvious program (a variable for each student and group) is symmetric: groups can be renumbered, and its
relaxation says little. After a minute it was 29 % away from its bound with 48 students, and had met no wish with 200.
Here a variable stands for a whole group, and the solver chooses groups that hold every student once; what a group
is worth may then be any function of its members. Where there are few enough, all possible groups are variables, and
the result is the best there is. Else they are the good ones that a search came across, and the result is at least as
good as the search's.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import random
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.errors import InputError, MissingExtraError
from coursekit.grouping.search import Search, even_split
from coursekit.grouping.value import Value, Wish
from coursekit.text import plural

ALL_GROUPS = 13_000  # so many possible groups at most are all given to the solver
# Else of each student the best that were found: so many at most, and fewer where there are many students.
GROUPS_PER_STUDENT, GROUPS_TOGETHER = 30, 6000
# When the solver may stop: near enough, after so many nodes (the same on every machine), or when it takes too long.
GAP = {True: 1e-6, False: 1e-3}
NODES = 100
SECONDS = 20.0
# What the solver says of its end.
_DONE, _TOO_LATE = 0, 1


@dataclass(frozen=True, slots=True)
class Proposed:
    """A group that is proposed, by the students' ids, and the topic that suits it best."""

    members: tuple[int, ...]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """Groups, and how good they are.

    Attributes
    ----------
    proved : bool
        Whether it was proved that no others are worth more.
    in_time : bool
        Whether the solver came to its end; else a faster machine might find other groups.
    """

    groups: tuple[Proposed, ...]
    proved: bool
    worth: float
    in_time: bool = True


def form_groups(
    students: Collection[int], wishes: Mapping[int, Wish], *, least: int, most: int, seed: int = 0
) -> Solution:
    """Place every student in one group.

    Parameters
    ----------
    students : collection of int
        Their ids; the order is of no effect.
    wishes : mapping
        By student; those that name somebody else than `students` are of no effect.
    least, most : int
        The smallest and the largest group.
    seed : int, optional
        The same seed, students and wishes give the same groups.

    Raises
    ------
    InputError
        If the students cannot be divided into groups of these sizes; with the numbers.
    MissingExtraError
        If SciPy is not installed.
    """
    check_sizes(len(students), least, most)
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    by_chance = {student: rng.random() for student in sorted(students)}
    order = sorted(by_chance, key=lambda student: (by_chance[student], student))
    mine = set(order)
    wishes = {student: _among(wish, mine, student) for student, wish in wishes.items() if student in mine}
    value = Value(wishes, len(order) / math.ceil(len(order) / most))
    if not any(wish.people or wish.avoid or wish.topics for wish in wishes.values()):
        return _solution(even_split(order, least, most), value, proved=True)
    milp = _milp()
    start = Search(order, wishes, least, most, value, rng).run()
    exact = count_groups(len(order), least, most) <= ALL_GROUPS
    if exact:
        for size in range(least, most + 1):
            for members in itertools.combinations(order, size):
                value(members)
    groups = list(value.known.items()) if exact else _best_known(order, value, start)
    found, status = _choose(order, groups, milp, exact=exact)
    better = max((start, found or start), key=lambda one: sum(map(value, one)))
    return _solution(better, value, proved=exact and status == _DONE, in_time=status != _TOO_LATE)


def check_sizes(count: int, least: int, most: int) -> None:
    """Refuse sizes into which so many students cannot be divided.

    Raises
    ------
    InputError
        With the numbers, and sizes that would do.
    """
    if not 1 <= least <= most:
        raise InputError(
            f"expected group sizes from small to large, but found {least} to {most}",
            "For example:  --min-size 3 --max-size 4",
        )
    if count == 0:
        raise InputError(
            "expected students without a group, but everybody is in one", "See  coursekit groups list ."
        )
    if count < least:
        raise InputError(
            f"expected at least {plural(least, 'student')} without a group, for one group of that size, "
            f"but there {'is' if count == 1 else 'are'} {count}",
            "Put them into groups that have room:  coursekit groups move STUDENT GROUP",
        )
    fewest = math.ceil(count / most)
    if count // fewest >= least:
        return
    possible = [
        f"--min-size {a} --max-size {b}"
        for a, b in (
            (count // fewest, most),
            (least, math.ceil(count / (fewest - 1)) if fewest > 1 else most),
        )
        if 1 <= a <= b and count // math.ceil(count / b) >= a
    ]
    raise InputError(
        f"expected sizes into which {count} students can be divided, but not from {least} to {most}: "
        f"{plural(fewest - 1, 'group')} of {most} hold {(fewest - 1) * most}, "
        f"and {plural(fewest, 'group')} of at least {least} need {fewest * least}",
        f"It works with  {'  or with  '.join(possible)}.",
    )


def count_groups(count: int, least: int, most: int) -> int:
    """Return how many groups of these sizes could be made of so many students."""
    return sum(math.comb(count, size) for size in range(least, most + 1))


def _among(wish: Wish, students: set[int], own: int) -> Wish:
    people = tuple(one for one in dict.fromkeys(wish.people) if one in students and one != own)
    avoid = tuple(one for one in dict.fromkeys(wish.avoid) if one in students and one != own)
    return Wish(people, avoid, tuple(dict.fromkeys(wish.topics)))


def _best_known(
    students: Sequence[int], value: Value, start: Iterable[frozenset[int]]
) -> list[tuple[frozenset[int], float]]:
    """Return of each student the best groups that were seen, and the groups of the start."""
    by_student: dict[int, list[tuple[frozenset[int], float]]] = {student: [] for student in students}
    # Per member, or large groups would push out the small ones; the order of sets is no order.
    ranked = sorted(value.known.items(), key=lambda item: (-item[1] / len(item[0]), sorted(item[0])))
    chosen = {group: value(group) for group in start}
    each = min(GROUPS_PER_STUDENT, max(8, GROUPS_TOGETHER // len(students)))
    for group, worth in ranked:
        if any(len(by_student[student]) < each for student in group):
            chosen[group] = worth
            for student in group:
                by_student[student].append((group, worth))
    return list(chosen.items())


def _choose(
    students: Sequence[int], groups: Sequence[tuple[frozenset[int], float]], milp: Any, *, exact: bool
) -> tuple[list[frozenset[int]], int]:
    """Choose groups that hold every student once and are worth most (none if the time was too short), and say why it ended."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint
    from scipy.sparse import csc_array

    row = {student: number for number, student in enumerate(students)}
    rows = [row[student] for group, _ in groups for student in sorted(group)]
    ends = np.cumsum([0, *(len(group) for group, _ in groups)])
    once = csc_array((np.ones(len(rows)), rows, ends), shape=(len(students), len(groups)))
    nodes = {} if exact else {"node_limit": NODES}
    with _without_output():
        found = milp(
            c=[-worth for _, worth in groups],
            integrality=np.ones(len(groups)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(once, 1, 1),
            options={"time_limit": SECONDS, "mip_rel_gap": GAP[exact], **nodes},
        )
    if found.x is None:
        return [], int(found.status)
    chosen = [group for (group, _), part in zip(groups, found.x, strict=True) if part > 0.5]
    return chosen, int(found.status)


@contextlib.contextmanager
def _without_output() -> Iterator[None]:
    """Keep what the solver's C++ code prints now and then out of our results."""
    sys.stdout.flush()
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            kept = os.dup(1)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 1)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
        yield


def _solution(
    groups: Iterable[Iterable[int]], value: Value, *, proved: bool, in_time: bool = True
) -> Solution:
    ordered = sorted(tuple(sorted(group)) for group in groups)
    proposed = tuple(Proposed(group, value.topic(group)) for group in ordered)
    return Solution(proposed, proved, sum(map(value, ordered)), in_time)


def _milp() -> Any:
    try:
        from scipy.optimize import milp
    except ImportError:
        raise MissingExtraError(
            "expected the package SciPy, which finds the best groups, but it is not installed",
            'Install it:  pip install "coursekit-dl[groups]"  (from a checkout:  pip install ".[groups]").',
        ) from None
    return milp
