"""Searches good groups by small changes: the start for the solver, which then combines what was found."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from coursekit.grouping.value import Value, Wish

STEPS_PER_STUDENT = 600
LEAST_STEPS, MOST_STEPS = 60_000, 200_000
HOT, COLD = 2.0, 0.15


class Search:
    """Simulated annealing over partitions into groups of allowed sizes; the random numbers come from a seed."""

    def __init__(
        self,
        students: Sequence[int],
        wishes: Mapping[int, Wish],
        least: int,
        most: int,
        value: Value,
        rng: random.Random,
    ) -> None:
        self._students, self._wishes, self._least, self._most = list(students), wishes, least, most
        self._value, self._rng = value, rng
        self._fans: dict[str, list[int]] = {}
        for student in students:
            for topic in wishes.get(student, Wish()).topics:
                self._fans.setdefault(topic, []).append(student)
        # By identity: two lists may hold the same, and every group has its own.
        self._groups = {id(group): group for group in even_split(self._students, least, most)}
        self._where = {student: group for group in self._groups.values() for student in group}

    def run(self) -> list[frozenset[int]]:
        """Return the best groups that were found."""
        total = sum(map(self._value, self._groups.values()))
        best, kept = total, [frozenset(group) for group in self._groups.values()]
        steps = min(max(LEAST_STEPS, STEPS_PER_STUDENT * len(self._students)), MOST_STEPS)
        for step in range(steps):
            change = self._propose()
            if change is None:
                continue
            old, new = change
            gain = sum(map(self._value, new)) - sum(map(self._value, old))
            heat = HOT * (COLD / HOT) ** (step / steps)
            if gain >= 0 or self._rng.random() < math.exp(gain / heat):
                self._apply(old, new)
                total += gain
                if total > best + 1e-9:
                    best, kept = total, [frozenset(group) for group in self._groups.values()]
        return kept

    def _apply(self, old: list[list[int]], new: list[list[int]]) -> None:
        for group in old:
            del self._groups[id(group)]
        for group in filter(None, new):
            self._groups[id(group)] = group
            for student in group:
                self._where[student] = group

    def _propose(self) -> tuple[list[list[int]], list[list[int]]] | None:
        """Return some groups and what to put in their place, or None where the dice gave nothing possible."""
        kind = self._rng.random()
        student = self._pick(self._students)
        here = self._where[student]
        if kind < 0.04:
            return self._gather(student)
        if kind < 0.08:
            return self._dissolve(here)
        friend = self._friend(student) if kind < 0.7 else self._pick(self._students)
        there = self._where[friend]
        if here is there:
            return None
        if kind < 0.4 and len(here) > self._least and len(there) < self._most:
            return [here, there], [[one for one in here if one != student], [*there, student]]
        others = [one for one in there if one != friend] or there
        other = self._pick(others)
        return [here, there], [_swapped(here, student, other), _swapped(there, other, student)]

    def _friend(self, student: int) -> int:
        """Return somebody whom the student wants, or who wants the same topic."""
        wish = self._wishes.get(student)
        if wish and wish.people and (not wish.topics or self._rng.random() < 0.5):
            return self._pick(wish.people)
        if wish and wish.topics:
            topic = wish.topics[int(self._rng.random() * len(wish.topics))]
            return self._pick(self._fans[topic])
        return self._pick(self._students)

    def _gather(self, student: int) -> tuple[list[list[int]], list[list[int]]] | None:
        """Make one more group of people who want each other, from groups that can spare them."""
        chosen = [student]
        for _ in range(3 * self._least):
            other = self._friend(self._pick(chosen))
            if len(chosen) < self._least and other not in chosen:
                chosen.append(other)
        if len(chosen) < self._least:
            return None
        old = list({id(self._where[one]): self._where[one] for one in chosen}.values())
        rest = [[one for one in group if one not in chosen] for group in old]
        if any(0 < len(group) < self._least for group in rest):
            return None
        return old, [chosen, *(group for group in rest if group)]

    def _dissolve(self, here: list[int]) -> tuple[list[list[int]], list[list[int]]] | None:
        """Spread the members of a group over groups that have room."""
        room = [group for group in self._groups.values() if group is not here and len(group) < self._most]
        if sum(self._most - len(group) for group in room) < len(here):
            return None
        changed: dict[int, list[int]] = {}
        old = [here]
        for student in here:
            wanted = self._where[self._friend(student)]
            options = [group for group in room if len(changed.get(id(group), group)) < self._most]
            target = next((group for group in options if group is wanted), None) or self._pick_group(options)
            if id(target) not in changed:
                old.append(target)
            changed[id(target)] = [*changed.get(id(target), target), student]
        return old, list(changed.values())

    def _pick(self, among: Sequence[int]) -> int:
        # Not `choice`: how it draws may change from one Python to the next.
        return among[int(self._rng.random() * len(among))]

    def _pick_group(self, among: Sequence[list[int]]) -> list[int]:
        return among[int(self._rng.random() * len(among))]


def _swapped(group: list[int], out: int, into: int) -> list[int]:
    return [into if one == out else one for one in group]


def even_split(students: Sequence[int], least: int, most: int) -> list[list[int]]:
    """Divide students into the fewest groups, whose sizes differ by one at most."""
    count = math.ceil(len(students) / most)
    size, larger = divmod(len(students), count)
    assert size >= least, "the sizes were not checked"
    groups, at = [], 0
    for number in range(count):
        end = at + size + (number < larger)
        groups.append(list(students[at:end]))
        at = end
    return groups
