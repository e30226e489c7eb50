"""When groups present: the slots of the sessions, what groups wish, who gets which slot, and calendars of it."""

from coursekit.schedule.assign import Assignment, Refusal, assign
from coursekit.schedule.calendar import PRODUCT, Event, calendar
from coursekit.schedule.slots import Slot, make_slots
from coursekit.schedule.wishes import SlotWish, read_slot_wishes, slots_at

__all__ = [
    "PRODUCT",
    "Assignment",
    "Event",
    "Refusal",
    "Slot",
    "SlotWish",
    "assign",
    "calendar",
    "make_slots",
    "read_slot_wishes",
    "slots_at",
]
