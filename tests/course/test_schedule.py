"""The presentations of a course: planned, stored, moved by hand, and written as calendars."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from coursekit.config import Course, load_course
from coursekit.course.calendars import write_calendars
from coursekit.course.schedule import Plan, move_group, plan_schedule, store_plan, swap_groups
from coursekit.course.scheduled import list_schedule
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student, drop_student, join_group
from coursekit.store.records import NewStudent

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Berlin")
TOML = """\
[course]
name = "DL"
time_zone = "Europe/Berlin"
[[sessions]]
date = 2027-01-20
start = 18:00:00
end = 19:00:00
[[sessions]]
date = 2027-01-27
start = 18:00:00
end = 18:45:00
[presentations]
sessions = [2027-01-20, 2027-01-27]
"""
NAMES = ("bees", "birds", "Bäume <b>", "=cmd()")


def make(folder: Path, groups: tuple[str, ...] = NAMES) -> Course:
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(TOML, encoding="utf-8")
    with open_store(folder) as store, store.transaction("roster import") as tx:
        for number, name in enumerate(groups):
            student = add_student(tx, NewStudent(f"Student {number}", f"s{number}@example.org"))
            join_group(tx, student.id, add_group(tx, name).id)
        add_student(tx, NewStudent("Nobody Else"))
    return load_course(folder)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make(tmp_path / "course")


def planned(course: Course, text: str = "", **more: object) -> Plan:
    wishes = course.folder / "w.csv" if text else None
    if wishes:
        wishes.write_text(text, encoding="utf-8")
    return plan_schedule(course, wishes, **({"now": NOW} | more))  # type: ignore[arg-type]


def slots_of(course: Course) -> dict[str, str]:
    return {one.group: f"{one.start:%d. %H:%M}" for one in list_schedule(course) if one.start}


def test_every_group_gets_a_slot_and_the_seed_decides(course: Course) -> None:
    plan = planned(course, seed=3)
    assert plan.complete
    assert (len(plan.in_order), plan.free) == (4, 0)
    assert planned(course, seed=3).assignment == plan.assignment
    assert any(planned(course, seed=seed).assignment != plan.assignment for seed in (4, 5, 6))
    assert list_schedule(course)[0].start is None, "nothing is stored"


def test_wishes_and_clashes(course: Course) -> None:
    plan = planned(
        course,
        "group;student;wish;impossible\nbees;;27.01.2027;\n;s1@example.org;;2027-01-20 18:00-18:30, 2027-01-27\n"
        ";Student 2;;2027-01-20 17:00-18:25\n",
    )
    assert plan.complete is False
    (refusal,) = plan.assignment.refused
    assert plan.why(refusal.group_id).startswith("none of the free slots")
    when = {plan.groups[one]: slot.shown for one, slot in plan.in_order}
    assert when["bees"].startswith("2027-01-27")
    assert when["Bäume <b>"] != "2027-01-20 18:00"


def test_why_a_group_has_no_slot_is_said_in_numbers(course: Course) -> None:
    rows = "".join(f"{name};2027-01-20\n" for name in NAMES[:3])
    plan = planned(course, "group;impossible\n" + rows)
    (refusal,) = plan.assignment.refused
    said = plan.why(refusal.group_id)
    assert said.startswith("it and 2 other groups (")
    assert said.endswith("can only present in 2 free slots (2027-01-27 18:00, 2027-01-27 18:25)")


def test_what_is_stored_and_written(course: Course) -> None:
    changed, files = store_plan(course, planned(course))
    assert changed == 4
    assert files[0] == course.folder / "presentations" / "presentations.ics"
    assert {path.parent.name for path in files[1:]} == {"bees", "birds", "baeume-b", "cmd"}
    events = icalendar.Calendar.from_ical(files[0].read_bytes()).walk("VEVENT")
    assert {str(event["SUMMARY"]) for event in events} == {f"Presentation: {name}" for name in NAMES}
    again = {path: path.read_bytes() for path in files}
    assert store_plan(course, planned(course))[0] == 0
    assert {path: path.read_bytes() for path in files} == again
    with open_store(course.store) as store, store.read() as view:
        audit = list_audit(view, table="presentations")
    assert len(audit) == 8
    assert not any(name in repr(audit) for name in NAMES)


def test_swapping_and_moving(course: Course) -> None:
    store_plan(course, planned(course))
    before = slots_of(course)
    swap_groups(course, "BEES", "birds", reason="asked for it")
    after = slots_of(course)
    assert (after["bees"], after["birds"]) == (before["birds"], before["bees"])
    with pytest.raises(InputError, match="expected a free slot"):
        move_group(course, "bees", "2027-01-20 18:00" if after["bees"] != "20. 18:00" else "2027-01-27 18:00")
    events = {
        str(event["SUMMARY"]): int(event["SEQUENCE"])
        for event in icalendar.Calendar.from_ical(write_calendars(course)[0].read_bytes()).walk("VEVENT")
    }
    assert events["Presentation: bees"] == events["Presentation: birds"] == 1
    assert events["Presentation: =cmd()"] == 0


def test_moving_to_a_free_slot(tmp_path: Path) -> None:
    course = make(tmp_path, NAMES[:2])
    store_plan(course, planned(course))
    entry, files = move_group(course, "bees", "2027-01-27 18:25")
    assert (entry.group, slots_of(course)["bees"]) == ("bees", "27. 18:25")
    (event,) = icalendar.Calendar.from_ical(
        (tmp_path / "presentations/bees/presentation.ics").read_bytes()
    ).walk("VEVENT")
    assert event.decoded("DTSTART") == dt.datetime(2027, 1, 27, 18, 25, tzinfo=ZONE)
    assert len(files) == 3
    kept = planned(course, keep=True, seed=9)
    assert kept.assignment.slots == {**kept.before}


@pytest.mark.parametrize(
    ("group", "slot", "message"),
    [
        ("nobody", "2027-01-20 18:00", "group of the course"),
        ("bees", "2027-01-20", "has 2"),
        ("bees", "x", "a date"),
    ],
)
def test_moves_that_cannot_be(course: Course, group: str, slot: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        move_group(course, group, slot)
    assert not (course.folder / "presentations").exists()


def test_swaps_that_cannot_be(course: Course) -> None:
    with pytest.raises(InputError, match="has none"):
        swap_groups(course, "bees", "birds")
    with pytest.raises(InputError, match="no group has a slot"):
        write_calendars(course)
    store_plan(course, planned(course))
    with pytest.raises(InputError, match="same one twice"):
        swap_groups(course, "bees", "Bees")


def test_more_groups_than_slots(tmp_path: Path) -> None:
    course = make(tmp_path, (*NAMES, "fifth"))
    with pytest.raises(InputError, match=r"5 groups, but 4 slots of 20 minutes .* 1 too few") as caught:
        planned(course)
    assert "slot_minutes = 16 would do" in caught.value.hint
    long = replace(course, presentations=replace(course.presentations, slot_minutes=45, break_minutes=60))
    with pytest.raises(InputError) as caught:
        planned(long)
    assert caught.value.hint == "Add sessions there."


def test_a_session_in_the_past(course: Course) -> None:
    later = dt.datetime(2027, 1, 21, tzinfo=dt.UTC)
    with pytest.raises(InputError, match=r"that of 2027-01-20 18:00 is over and nobody presented"):
        planned(course, now=later)


def test_who_has_presented_stays_where_it_was(course: Course) -> None:
    store_plan(course, planned(course))
    plan = planned(course, now=dt.datetime(2027, 1, 21, tzinfo=dt.UTC), seed=5)
    assert len(plan.done) == 2
    assert {one: plan.assignment.slots[one] for one in plan.done} == {
        one: plan.before[one] for one in plan.done
    }


def test_a_group_that_nobody_is_in_loses_its_slot(course: Course) -> None:
    store_plan(course, planned(course))
    with open_store(course.store) as store, store.transaction("roster drop") as tx:
        drop_student(tx, 1)
    plan = planned(course)
    assert list(plan.without_members.values()) == ["bees"]
    store_plan(course, plan)
    assert "bees" not in slots_of(course)
    (event,) = icalendar.Calendar.from_ical(
        (course.folder / "presentations/bees/presentation.ics").read_bytes()
    ).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


def test_a_plan_that_is_out_of_date_is_not_stored(course: Course) -> None:
    plan = planned(course)
    store_plan(course, planned(course, seed=8))
    with pytest.raises(InputError, match="another command changed them"):
        store_plan(course, plan)


def test_wishes_of_unknown_groups_and_students(course: Course) -> None:
    text = "group;student;wish\nbeees;;2027-01-20\n;Ada;2027-01-20\n;Nobody Else;2027-01-20\n"
    with pytest.raises(
        InputError, match=r"(?s)line 2: .*'beees'.*line 3: .*'Ada'.*line 4: .*in none"
    ) as caught:
        planned(course, text)
    assert caught.value.hint == "Did you mean 'bees'?"


def test_a_slot_that_course_toml_has_no_more_is_told(course: Course) -> None:
    store_plan(course, planned(course))
    shorter = replace(course, presentations=replace(course.presentations, slot_minutes=15))
    assert not any(one.planned for one in list_schedule(shorter) if one.start and one.start.minute)
    none = replace(course, presentations=replace(course.presentations, dates=()))
    assert not any(one.planned for one in list_schedule(none))


def test_somebody_elses_calendar_is_not_replaced(course: Course) -> None:
    file = course.folder / "presentations" / "presentations.ics"
    file.parent.mkdir()
    file.write_text("BEGIN:VCALENDAR\nPRODID:-//me//EN\n")
    with pytest.raises(InputError, match="calendar of coursekit's"):
        store_plan(course, planned(course))
    assert "me" in file.read_text()
    assert slots_of(course) == {}


def test_a_course_without_groups(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected groups"):
        planned(make(tmp_path, ()))


def test_groups_without_a_roster_all_present(tmp_path: Path) -> None:
    course = make(tmp_path, ())
    with open_store(course.store) as store, store.transaction("groups add") as tx:
        add_group(tx, "bees")
    assert planned(course).complete
