"""All groups of the course at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.config import Course
from coursekit.course.groups.proposal import ProposalState, proposal_states
from coursekit.course.places import group_places
from coursekit.store import open_store
from coursekit.store.people import list_students, members
from coursekit.store.records import Repository, Student


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A group, who is in it, where its work lies, and how far its proposal is."""

    name: str
    folder: str
    members: tuple[Student, ...]
    repository: Repository | None
    proposal: ProposalState


@dataclass(frozen=True, slots=True)
class Overview:
    """The groups in the order in which they were made, and the students who are in none."""

    groups: tuple[GroupInfo, ...]
    without: tuple[Student, ...]
    sizes: tuple[int | None, int | None]

    @property
    def students(self) -> int:
        """How many take part."""
        return len(self.without) + sum(len(group.members) for group in self.groups)

    def is_odd(self, group: GroupInfo) -> bool:
        """Whether a group has fewer or more members than the course wants."""
        least, most = self.sizes
        size = len(group.members)
        return (least is not None and size < least) or (most is not None and size > most)


def list_course_groups(course: Course) -> Overview:
    """Return the groups, their members and repositories, and who is in no group."""
    with open_store(course.store) as store, store.read() as view:
        places = group_places(course, view)
        present, students = members(view), list_students(view)
        states = proposal_states(view, places)
    inside = {one.id for people in present.values() for one in people}
    return Overview(
        tuple(
            GroupInfo(
                place.group.name,
                place.name,
                tuple(present[place.group.id]),
                place.repository,
                states[place.group.id],
            )
            for place in places
        ),
        tuple(one for one in students if one.id not in inside),
        (course.min_group_size, course.max_group_size),
    )
