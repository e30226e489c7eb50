"""Reads rosters: who takes part, as the places say where courses are administered.

A format is a module in `coursekit/roster/formats/`. What is read here is not stored here; see
`coursekit.course.enroll`.
"""

from coursekit.roster.entry import Entry, Reading, Remark
from coursekit.roster.read import entry_of, read_roster

__all__ = ["Entry", "Reading", "Remark", "entry_of", "read_roster"]
