"""Slots of sessions, and what people write into a table of wishes."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.config import Presentations, Session
from coursekit.errors import InputError
from coursekit.schedule import Slot, make_slots, read_slot_wishes, slots_at

ZONE = ZoneInfo("Europe/Berlin")
DAY = dt.date(2027, 1, 20)


def session(day: dt.date = DAY, start: str = "18:00", end: str = "19:30") -> Session:
    return Session(
        dt.datetime.combine(day, dt.time.fromisoformat(start), ZONE),
        dt.datetime.combine(day, dt.time.fromisoformat(end), ZONE),
    )


SLOTS = make_slots(
    [session(), session(DAY + dt.timedelta(7))], Presentations((DAY, DAY + dt.timedelta(7)), 20, 5)
)


def test_slots_with_breaks_between_them_but_not_after_the_last() -> None:
    slots = make_slots([session(end="18:45"), session(dt.date(2027, 1, 13))], Presentations((DAY,), 20, 5))
    assert [(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", slot.position) for slot in slots] == [
        ("18:00", "18:20", 0),
        ("18:25", "18:45", 1),
    ]
    assert slots[0].shown == "2027-01-20 18:00"


@given(st.integers(1, 90), st.integers(0, 60))
def test_slots_lie_within_the_session_and_apart(minutes: int, pause: int) -> None:
    one = session()
    slots = make_slots([one], Presentations((DAY,), minutes, pause))
    assert slots[0].start == one.start
    assert all(slot.end - slot.start == dt.timedelta(minutes=minutes) for slot in slots)
    for before, after in pairwise(slots):
        assert after.start - before.end == dt.timedelta(minutes=pause)
    assert slots[-1].end <= one.end < slots[-1].end + dt.timedelta(minutes=minutes + pause)


def test_the_night_on_which_clocks_go_back_has_an_hour_more() -> None:
    night = session(dt.date(2026, 10, 25), "01:30", "03:30")
    slots = make_slots([night], Presentations((dt.date(2026, 10, 25),), 30, 0))
    assert len(slots) == 6
    assert all(
        slot.end.astimezone(dt.UTC) - slot.start.astimezone(dt.UTC) == dt.timedelta(minutes=30)
        for slot in slots
    )


@pytest.mark.parametrize(
    ("sessions", "wanted", "message"),
    [
        ([session()], Presentations(), "names none"),
        ([session(end="18:10")], Presentations((DAY,)), "has 10"),
        ([session(), session(start="19:00", end="20:00")], Presentations((DAY,)), "overlap"),
        ([session(DAY + dt.timedelta(n), "00:00", "23:59") for n in range(9)],
         Presentations(tuple(DAY + dt.timedelta(n) for n in range(9)), 1, 0), "at most 2000"),
    ],
)  # fmt: skip
def test_settings_that_make_no_slots(sessions: list[Session], wanted: Presentations, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_slots(sessions, wanted)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("2027-01-20", ["18:00", "18:25", "18:50"]),
        ("20.1.2027", ["18:00", "18:25", "18:50"]),
        ("2027-01-20  18:25", ["18:25"]),
        ("2027-01-20 18:30", ["18:25"]),
        ("2027-01-20T18:20-18:50", ["18:25"]),
        ("20.01.2027 17:00 – 18:30", ["18:00", "18:25"]),
    ],
)
def test_times_as_people_write_them(text: str, starts: list[str]) -> None:
    assert [f"{slot.start:%H:%M}" for slot in sorted(slots_at(text, SLOTS))] == starts


@pytest.mark.parametrize(
    "text", ["", "soon", "2027-13-01", "2027-01-21", "2027-01-20 17:00", "2027-01-20 18:61", "1"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="expected a"):
        slots_at(text, SLOTS)


GROUPS = {"bees": 1, "birds": 2}


def group(name: str) -> int:
    if name not in GROUPS:
        raise InputError(f"expected a group of the course, but {name!r} is none", "Did you mean 'bees'?")
    return GROUPS[name]


def read(text: str) -> list[tuple[int, list[int], int]]:
    found = read_slot_wishes(
        text.encode(), "w.csv", SLOTS, group, lambda name: 1 if "ada" in name.lower() else 2
    )
    return [(one.group_id, [len(some) for some in one.wished], len(one.impossible)) for one in found]


def test_rows_of_groups_and_students() -> None:
    assert read(
        "Gruppe;Name;Wunsch;Unmöglich\nbees;;27.01.2027, 2027-01-20 18:00;\n;Ada;;2027-01-20;\n"
        "birds;ada;;2027-01-20 18:00-18:30|2027-01-27\n"
    ) == [(1, [3, 1], 0), (1, [], 3), (2, [], 5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "w.csv, line 1: expected a column called group"),
        ("group\nbees\n", "line 1: .*wish or impossible"),
        ("group,wish\nbeees,2027-01-20\n\nbirds,soon\n", r"(?s)line 2: .*'beees' is none.*line 4: .*'soon'"),
        ("group,student,wish\n,,2027-01-20\n", "line 2: expected a group or a student"),
        ("group,team,wish\nbees,birds,2027-01-20\n", "line 2: expected one group in a row"),
        ('group,wish\n"bees,2027-01-20\n', "line 2: .*quotation mark"),
        ("group,wish\n" + "x,2027-01-20\n" * 12, "and 2 more"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read("group,wish\nbees," + text)
    except InputError as error:
        assert error.message


def test_slots_sort_by_time() -> None:
    assert sorted([SLOTS[3], SLOTS[0]]) == [SLOTS[0], SLOTS[3]]
    assert isinstance(SLOTS[0], Slot)
