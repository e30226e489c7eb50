"""What a group is worth: how many wishes of its members it meets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# The first wish of a student that is met counts most, so that few go away empty-handed.
PEOPLE_POINTS = (0.0, 4.0, 6.0, 7.0)
MORE_PEOPLE = 0.5
TOPIC_POINTS = (4.0, 3.0, 2.0)
MORE_TOPICS = 1.0
# More than any wishes are worth: who is to be avoided is only met where it cannot be helped.
AVOIDED = -100.0
# Decides only between what meets the same wishes.
UNEVEN = -0.001


@dataclass(frozen=True, slots=True)
class Wish:
    """What a student wishes for: ids of people, ids of whom to avoid, and topics, the dearest first."""

    people: tuple[int, ...] = ()
    avoid: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()


class Value:
    """Gives the worth of groups for some wishes; remembers every group that was asked for."""

    def __init__(self, wishes: Mapping[int, Wish], size: float) -> None:
        self._wishes = wishes
        self._size = size
        self.known: dict[frozenset[int], float] = {}

    def __call__(self, members: Iterable[int]) -> float:
        """Return what a group of these students is worth."""
        key = frozenset(members)
        value = self.known.get(key)
        if value is None:
            value = self.known[key] = self._value(key)
        return value

    def _value(self, members: frozenset[int]) -> float:
        value = UNEVEN * (len(members) - self._size) ** 2
        topics: dict[str, float] = {}
        for student in members:
            wish = self._wishes.get(student)
            if wish is None:
                continue
            met = sum(other in members for other in wish.people)
            value += people_points(met)
            if wish.avoid:
                value += AVOIDED * sum(other in members for other in wish.avoid)
            for rank, topic in enumerate(wish.topics):
                topics[topic] = topics.get(topic, 0.0) + topic_points(rank)
        return value + max(topics.values(), default=0.0)

    def topic(self, members: Iterable[int]) -> str:
        """Return the topic that suits a group best, or nothing if nobody wishes for one."""
        points: dict[str, float] = {}
        for student in members:
            for rank, topic in enumerate(self._wishes.get(student, Wish()).topics):
                points[topic] = points.get(topic, 0.0) + topic_points(rank)
        return max(sorted(points), key=points.__getitem__, default="")


def people_points(met: int) -> float:
    """Return what so many met wishes for people are worth to a student."""
    last = len(PEOPLE_POINTS) - 1
    return PEOPLE_POINTS[met] if met <= last else PEOPLE_POINTS[last] + MORE_PEOPLE * (met - last)


def topic_points(rank: int) -> float:
    """Return what a topic is worth to a student who named it at this place, counted from 0."""
    return TOPIC_POINTS[rank] if rank < len(TOPIC_POINTS) else MORE_TOPICS
