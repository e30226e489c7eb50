"""The course's groups: who is in them, where their work lies, and what they propose."""

from coursekit.course.groups.change import (
    Moved,
    Renamed,
    add_course_group,
    leave_course_group,
    move_student,
    rename_course_group,
)
from coursekit.course.groups.follow import Followed, follow_members, sync_members
from coursekit.course.groups.form import Formation, propose_groups, store_groups
from coursekit.course.groups.imports import Imported, import_groups
from coursekit.course.groups.link import Linked, link_repository
from coursekit.course.groups.overview import GroupInfo, Overview, list_course_groups
from coursekit.course.groups.proposal import (
    Proposal,
    ProposalState,
    decide_proposal,
    show_proposal,
)

__all__ = [
    "Followed",
    "Formation",
    "GroupInfo",
    "Imported",
    "Linked",
    "Moved",
    "Overview",
    "Proposal",
    "ProposalState",
    "Renamed",
    "add_course_group",
    "decide_proposal",
    "follow_members",
    "import_groups",
    "leave_course_group",
    "link_repository",
    "list_course_groups",
    "move_student",
    "propose_groups",
    "rename_course_group",
    "show_proposal",
    "store_groups",
    "sync_members",
]
