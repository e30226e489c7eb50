"""Puts a roster into the store: what would change, and then the change, in one transaction."""

from coursekit.course.enroll.groups import GroupChange, LinkChange
from coursekit.course.enroll.people import (
    Listed,
    add_to_roster,
    change_on_roster,
    drop_from_roster,
    find_student,
    list_roster,
)
from coursekit.course.enroll.plan import Plan, StudentChange
from coursekit.course.enroll.run import Imported, import_roster

__all__ = [
    "GroupChange",
    "Imported",
    "LinkChange",
    "Listed",
    "Plan",
    "StudentChange",
    "add_to_roster",
    "change_on_roster",
    "drop_from_roster",
    "find_student",
    "import_roster",
    "list_roster",
]
