"""Who attended which session: lists of participants read and matched, marks, and the course's rule.

Importing this package loads no reader and no matcher: `attendances` is asked for everywhere.
"""

from __future__ import annotations

from coursekit.tracking.attendance.state import Attendance, attendances, seconds_needed

__all__ = ["Attendance", "attendances", "seconds_needed"]
