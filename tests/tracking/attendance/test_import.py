"""Lists are read into the store whole or not at all, once, and of the right session."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coursekit.config import Course
from coursekit.errors import InputError, StoreError
from coursekit.store import open_store
from coursekit.store.attendance import list_imports, list_presences, list_rows
from coursekit.store.history import list_audit
from coursekit.store.people import add_student, list_students
from coursekit.store.records import NewStudent
from coursekit.tracking.attendance import attendances
from coursekit.tracking.attendance.run import import_attendance
from coursekit.tracking.attendance.sessions import UnclearSessionError
from tests.tracking.attendance.conftest import COURSE, HEAD, both_databases, course_of

LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def minutes(course: Course, session: int = 1) -> dict[str, float | None]:
    """Give what the store has of a session."""
    key = course.sessions[session - 1].key
    with open_store(course.store) as store, store.read() as view:
        names = {one.id: one.email or "" for one in list_students(view)}
        found = {names[one.student_id].partition("@")[0]: one.seconds for one in list_presences(view, key)}
    return {name: None if seconds is None else seconds / 60 for name, seconds in found.items()}


def nothing_is_stored(course: Course) -> bool:
    with open_store(course.store) as store, store.read() as view:
        return not list_imports(view) and not list_rows(view) and not list_presences(view)


@both_databases
def test_time_within_the_session_counts_once(course: Course, write) -> None:
    """Joined early, left and came back, on two devices, and stayed for a talk: within the session, each minute once."""
    file = write(
        ("Anna Berg", "anna@example.org", "17:40", "18:50"),
        ("Anna Berg", "anna@example.org", "19:00", "20:40"),
        ("iPhone von Anna Berg", "", "18:40", "19:05"),
        ("Jurgen Gross", "", "18:30", "19:00"),
        ("Ben", "ben@example.org", "17:35", "17:55"),
        ("Anna Berg", "anna@example.org", "15:00", "16:00"),
    )
    imported = import_attendance(course, [file])
    (plan,) = imported.plans
    assert (imported.stored, plan.session.number, imported.attended) == (True, 1, {1: 1})
    assert minutes(course) == {"anna": 120, "jg": 30, "ben": 0}
    (listed,) = plan.lists
    assert [(one.line, one.message) for one in listed.placed.outside] == [
        (7, "at another time, 2026-10-14, 15:00–16:00")
    ]
    with open_store(course.store) as store, store.read() as view:
        found = attendances(course, view, now=LATER)
        (entry,) = list_audit(view, table="attendance_imports")
        assert (entry.action, entry.command, entry.new) == ("add", "attendance import", "2026-10-14")
    assert [(one.attended, one.missed) for one in found.values()] == [
        ((1,), ()),
        *[((), (1,))] * 5,
    ]


def test_the_same_file_again_changes_nothing(course: Course, write) -> None:
    file = write(("Anna Berg", "", "18:00", "19:00"))
    import_attendance(course, [file])
    again = import_attendance(course, [file])
    assert not again.stored
    assert again.plans[0].lists[0].unchanged
    twice = import_attendance(course, [file, file])
    assert [one.unchanged for one in twice.plans[0].lists] == [True, True]
    assert minutes(course) == {"anna": 60}
    with pytest.raises(InputError, match=r"was read for session 1 .* already, with other times"):
        import_attendance(course, [file], session="1", time_zone="Europe/London")


@both_databases
def test_two_lists_of_a_session_add_up(course: Course, write) -> None:
    one = write(("Anna Berg", "", "18:00", "19:00"), name="one.csv")
    two = write(("Anna Berg", "", "18:30", "19:30"), ("Ben Kurz", "", "18:00", "20:00"), name="two.csv")
    imported = import_attendance(course, [one, two])
    assert minutes(course) == {"anna": 90, "ben": 120}
    assert imported.attended == {1: 2}
    corrected = write(("Anna Berg", "", "18:00", "18:15"), name="two.csv")
    done = import_attendance(course, [corrected], replace=True)
    assert [one.source for one in done.plans[0].lists[0].replaces] == ["two.csv"]
    assert minutes(course) == {"anna": 60}
    other = write(("Anna Berg", "", "18:00", "20:00"), name="other.csv")
    with pytest.raises(InputError, match=r"there are 2: one\.csv, two\.csv"):
        import_attendance(course, [other], replace=True)
    with open_store(course.store) as store, store.read() as view:
        assert [(one.source) for one in list_imports(view)] == ["one.csv", "two.csv"]
        assert len(list_rows(view)) == 2
    note = import_attendance(course, [write(("Ben Kurz", "", "18:00", "18:05"), name="two.csv")])
    assert "if it is a correction, use --replace" in note.plans[0].lists[0].notes[0]


def test_a_dry_run_stores_nothing(course: Course, write) -> None:
    imported = import_attendance(course, [write(("Anna Berg", "", "18:00", "20:00"))], dry_run=True)
    assert (imported.stored, imported.attended) == (False, {1: 1})
    assert nothing_is_stored(course)


def test_a_meeting_at_another_time_is_refused(course: Course, write) -> None:
    """With --force it counts: each minute, up to the session's length."""
    file = write(("Anna Berg", "", "09:00", "10:00"), ("Ben Kurz", "", "08:00", "11:00"), day="2026-10-16")
    with pytest.raises(
        InputError, match=r"at the time of a session, but list.csv is of 2026-10-16, 08:00–11:00"
    ):
        import_attendance(course, [file])
    with pytest.raises(InputError, match=r"at the time of session 1 .*, but list.csv is of 2026-10-16"):
        import_attendance(course, [file], session="1")
    assert nothing_is_stored(course)
    import_attendance(course, [file], session="1", force=True)
    assert minutes(course) == {"anna": 60, "ben": 120}


def test_times_of_another_zone(course: Course, write) -> None:
    file = write(("Anna Berg", "", "16:00", "17:00"))
    with pytest.raises(InputError) as caught:
        import_attendance(course, [file], session="1")
    assert "Moved by +2 h" in caught.value.hint
    import_attendance(course, [file], time_zone="UTC")
    assert minutes(course) == {"anna": 60}
    with pytest.raises(InputError, match="expected a time zone, but 'Mars' is none"):
        import_attendance(course, [file], time_zone="Mars")


def test_the_session_is_told_by_the_times(course: Course, tmp_path: Path) -> None:
    """Also where day and month may be either: only one of the two dates has a session."""
    file = tmp_path / "list.csv"
    file.write_text(HEAD + "Anna Berg,,28/10/2026 18:00,28/10/2026 19:00,60,No\n")
    assert import_attendance(course, [file]).plans[0].session.number == 3
    twisted = course_of(COURSE.replace("2026-10-14", "2026-04-03"), str(course.store), tmp_path)
    file.write_text(HEAD + "Anna Berg,,03/04/2026 18:00,03/04/2026 19:00,60,No\n")
    assert import_attendance(twisted, [file], dry_run=True).plans[0].session.number == 1
    both = course_of(
        COURSE.replace("2026-10-14", "2026-04-03").replace("2026-10-21", "2026-03-04"),
        str(course.store),
        tmp_path,
    )
    with pytest.raises(UnclearSessionError, match=r"may be of session 1 .* or session 2"):
        import_attendance(both, [file])
    assert import_attendance(both, [file], session="2026-03-04", dry_run=True).plans[0].session.number == 1
    file.write_text(
        HEAD + "A,,03/14/2026 18:00,03/14/2026 19:00,60,No\nB,,14/03/2026 18:00,14/03/2026 19:00,60,No\n"
    )
    with pytest.raises(InputError, match="'14/03/2026 18:00' in line 3 and '03/14/2026 18:00' in line 2"):
        import_attendance(course, [file])


def test_a_list_of_two_sessions_needs_to_be_told(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "month.csv"
    file.write_text(
        HEAD
        + "Anna Berg,,2026-10-14 18:00,2026-10-14 20:00,120,No\nBen Kurz,,2026-10-21 18:00,2026-10-21 20:00,120,No\n"
    )
    with pytest.raises(UnclearSessionError) as caught:
        import_attendance(course, [file])
    assert [one.number for one in caught.value.sessions] == [1, 2]
    import_attendance(course, [file], session="2")
    assert (minutes(course, 1), minutes(course, 2)) == ({}, {"ben": 120})


def test_totals_need_a_session_and_count_up_to_its_length(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "totals.csv"
    head = "Name (original name),Email,Total duration (minutes),Guest\n"
    file.write_text(f"{head}Anna Berg,,150,No\nBen Kurz,,30,No\n")
    with pytest.raises(
        UnclearSessionError, match=r"times in totals.csv that tell the session, but found none"
    ):
        import_attendance(course, [file])
    done = import_attendance(course, [file], session="2026-10-21")
    assert "it says how long, not when" in done.plans[0].lists[0].notes[0]
    assert minutes(course, 2) == {"anna": 120, "ben": 30}
    with pytest.raises(InputError, match="counts for the session on 2026-10-21 already"):
        import_attendance(course, [file], session="3")
    assert import_attendance(course, [file], session="3", force=True).stored
    block = "Topic,Start time,End time\nDL,10/28/2026 06:00:00 PM,10/28/2026 08:00:00 PM\n"
    file.write_text(f"{block}{head}Anna Berg,,90,No\n")
    assert import_attendance(course, [file], dry_run=True).plans[0].session.number == 3
    with pytest.raises(InputError, match=r"but totals.csv has other times"):
        import_attendance(course, [file], session="1")


def test_names_alone_were_there_for_the_whole_session(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "room.csv"
    file.write_text("name\nAnna Berg\n")
    import_attendance(course, [file], session="1")
    assert minutes(course) == {"anna": 120}
    file.write_text("name,from,to\nBen Kurz,18:00,18:45\nAnna Berg,19:30,19:00\n")
    with pytest.raises(InputError, match="line 3: expected somebody to leave after joining"):
        import_attendance(course, [file], session="2")
    file.write_text("name,from,to\nBen Kurz,18:00,18:45\n")
    with pytest.raises(UnclearSessionError, match="times of the day only"):
        import_attendance(course, [file])
    import_attendance(course, [file], session="2")
    assert minutes(course, 2) == {"ben": 45}


@both_databases
def test_rows_that_cannot_be_read_stop_the_whole_command(course: Course, write, tmp_path: Path) -> None:
    """Nothing is half-imported, also not a good list of the same command; --force leaves the rows out."""
    good = write(("Anna Berg", "", "18:00", "20:00"), name="good.csv")
    bad = tmp_path / "bad.csv"
    bad.write_text(
        HEAD
        + "Ben Kurz,,2026-10-21 18:00,2026-10-21 19:00,60,No\n"
        + "X,,2026-10-32 18:00,2026-10-21 19:00,60,No\n"
        + "Y,,2026-10-21 19:00,2026-10-21 18:00,60,No\n"
        + "Z,,2026-10-21 19:00,,,No\n"
        + "W,,2026-10-21 19:00,2026-10-23 18:00,60,No\n"
    )
    with pytest.raises(
        InputError, match=r"4 rows of bad.csv cannot: line 3: .*; line 4: .*; line 5: .*; line 6: "
    ) as caught:
        import_attendance(course, [good, bad])
    assert "--force" in caught.value.hint
    assert nothing_is_stored(course)
    import_attendance(course, [good, bad], force=True)
    assert (minutes(course, 1), minutes(course, 2)) == ({"anna": 120}, {"ben": 60})


@pytest.mark.parametrize(
    ("session", "message"),
    [
        ("9", "'9' is none"),
        ("2026-10-15", "'2026-10-15' is none"),
        ("2026-02-30", "a session's number or date"),
        ("31.2.", "a session's number or date"),
        ("soon", "a session's number or date"),
    ],
)
def test_a_session_that_does_not_exist(course: Course, write, session: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        import_attendance(course, [write(("Anna Berg", "", "18:00", "20:00"))], session=session)


def test_a_session_by_its_day(course: Course, write) -> None:
    for day in ("14.10.2026", "14.10.", "#1", "2026-10-14"):
        done = import_attendance(
            course, [write(("Anna Berg", "", "18:00", "20:00"))], session=day, dry_run=True
        )
        assert done.plans[0].session.number == 1


def test_a_course_without_sessions_students_or_store(course: Course, write, tmp_path: Path) -> None:
    file = write(("Anna Berg", "", "18:00", "20:00"))
    empty = course_of(COURSE, "sqlite", tmp_path / "empty")
    with pytest.raises(StoreError):
        import_attendance(empty, [file])
    (tmp_path / "empty").mkdir()
    with open_store(empty.store):
        pass
    with pytest.raises(InputError, match="expected students in the course"):
        import_attendance(empty, [file])
    bare = course_of('[course]\nname = "DL"\n', "sqlite", tmp_path)
    with pytest.raises(InputError, match=r"expected sessions in course.toml"):
        import_attendance(bare, [file])


@both_databases
def test_corrected_times_count_anew(course: Course, write, tmp_path: Path) -> None:
    """At once for who reads, and stored with the next import."""
    import_attendance(course, [write(("Anna Berg", "", "17:30", "19:00"))])
    assert minutes(course) == {"anna": 60}
    earlier = course_of(
        COURSE.replace(
            "2026-10-14\nstart = 18:00:00\nend = 20:00:00", "2026-10-14\nstart = 17:00:00\nend = 19:00:00"
        ),
        str(course.store).removeprefix("sqlite:///") if "://" not in str(course.store) else str(course.store),
        tmp_path,
    )
    with open_store(earlier.store) as store, store.read() as view:
        found = attendances(earlier, view, now=LATER)
    assert [one.attended for one in found.values()][:2] == [(1,), ()]
    import_attendance(earlier, [write(("Ben Kurz", "", "17:00", "17:15"), name="more.csv")])
    assert minutes(earlier) == {"anna": 90, "ben": 15}


def test_a_night_in_which_clocks_are_put_back(course: Course, tmp_path: Path) -> None:
    night = course_of(
        COURSE.replace(
            "2026-10-28\nstart = 18:00:00\nend = 20:00:00", "2026-10-25\nstart = 01:00:00\nend = 04:00:00"
        ),
        str(course.store) if "://" in str(course.store) else "sqlite",
        tmp_path,
    )
    file = tmp_path / "night.csv"
    file.write_text(
        HEAD
        + "Anna Berg,,2026-10-25 01:00,2026-10-25 04:00,240,No\nBen Kurz,,2026-10-25 02:50,2026-10-25 02:10,20,No\n"
    )
    import_attendance(night, [file])
    assert minutes(night, 3) == {"anna": 240, "ben": 20}


def test_a_new_student_gets_rows_that_waited(course: Course, write) -> None:
    import_attendance(course, [write(("Clara Neu", "", "18:00", "20:00"))])
    assert minutes(course) == {}
    with open_store(course.store) as store, store.transaction("roster add") as tx:
        add_student(tx, NewStudent("Clara Neu", "clara@example.org"))
    done = import_attendance(course, [write(("Ben Kurz", "", "18:00", "20:00"), name="more.csv")])
    assert len(done.plans[0].changes) == 1
    assert minutes(course) == {"clara": 120, "ben": 120}


def test_a_crowd_under_one_name_is_nobody(course: Course, tmp_path: Path) -> None:
    """Neither takes it long, nor is anybody taken for a student."""
    file = tmp_path / "crowd.csv"
    rows = "".join(
        f"Anna Berg,{n}@example.com,2026-10-14 18:00,2026-10-14 19:00,60,No\n" for n in range(2000)
    )
    file.write_text(HEAD + rows)
    import_attendance(course, [file])
    assert minutes(course) == {}
    file.write_text(HEAD + rows.replace("@", "@x.") + rows.replace("@", "@y.") + rows.replace("@", "@z."))
    with pytest.raises(InputError, match=r"at most 5,000 participants in crowd\.csv, but found 6,000"):
        import_attendance(course, [file], session="2", force=True)


def test_a_day_of_many_stays_is_quick(course: Course, tmp_path: Path) -> None:
    """Three thousand rows of two people who are one student: each minute once."""
    file = tmp_path / "flapping.csv"
    row = "Anna Berg,{},2026-10-14 18:{:02d}:00,2026-10-14 18:{:02d}:30,1,No\n"
    lines = [row.format(email, n % 60, n % 60) for n in range(1_500) for email in ("", "anna@example.org")]
    file.write_text(HEAD + "".join(lines))
    import_attendance(course, [file])
    assert minutes(course) == {"anna": 30}
