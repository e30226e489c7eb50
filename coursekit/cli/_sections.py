"""The parts of `coursekit --help`: each command's module names its own in a variable `SECTION`."""

from __future__ import annotations

GROUP = "For groups and everybody"
ONCE = "For instructors, once a course"
WEEKLY = "For instructors, every week"
LAST = "For instructors, at the end"
ANYTIME = "For instructors, whenever needed"

# In the order in which they are shown.
SECTIONS = (GROUP, ONCE, WEEKLY, LAST, ANYTIME)
