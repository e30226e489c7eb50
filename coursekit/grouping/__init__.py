"""Groups of students: as an instructor lists them, or formed by the students' own wishes."""

from coursekit.grouping.listed import GroupList, Listed, Unclear, read_groups
from coursekit.grouping.solve import Proposed, Solution, check_sizes, form_groups
from coursekit.grouping.value import Wish
from coursekit.grouping.wishes import WishList, read_wishes
from coursekit.people import People, Person

__all__ = [
    "GroupList",
    "Listed",
    "People",
    "Person",
    "Proposed",
    "Solution",
    "Unclear",
    "Wish",
    "WishList",
    "check_sizes",
    "form_groups",
    "read_groups",
    "read_wishes",
]
