"""How groups stand: every state, filters, what changed, and courses in which something is still missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coursekit.config import Course
from coursekit.course.track import track
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.people import drop_student
from coursekit.tracking.milestones import State
from coursekit.tracking.overview import Tracked
from coursekit.tracking.standing import GroupState
from tests.tracking.groups import (
    DUE,
    MET,
    MISSING,
    NAMES,
    NOW,
    SESSIONS,
    TOML,
    Group,
    all_states,
    make_course,
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return all_states(tmp_path)


def named(tracked: Tracked, name: str) -> GroupState:
    return next(one for one in tracked.groups if one.name.startswith(name))


def kinds(tracked: Tracked, name: str) -> list[str]:
    return [need.kind for need in named(tracked, name).needs]


def states(tracked: Tracked, name: str) -> list[State]:
    return [one.state for one in named(tracked, name).milestones]


def test_what_each_group_needs(course: Course) -> None:
    tracked = track(course, now=NOW)
    assert (tracked.of, tracked.without_group, tracked.sessions) == (9, 1, 4)
    assert kinds(tracked, "Bees") == ["soon"]
    assert kinds(tracked, "Late") == ["undecided-proposal", "seen-late", "seen-late", "late", "late"]
    assert kinds(tracked, "Overdue") == [
        "overdue", "overdue", "overdue", "rewritten", "inactive", "not-started", "absent", "soon",
    ]  # fmt: skip
    assert kinds(tracked, "Lost")[0] == "lost"
    assert "not-judged" in kinds(tracked, "Unsure")
    assert "unsettled" in kinds(tracked, "Unsure")
    assert kinds(tracked, "=empty") == ["no-members", "no-repository"]
    assert kinds(tracked, "鳥")[0] == "fetch-failed"
    assert kinds(tracked, "Passed") == []
    assert states(tracked, "Extended")[2] is State.OPEN
    assert states(tracked, "Late")[1:5] == [State.LATE, State.MET, State.LATE, State.MET]


def test_those_that_need_attention_come_first(course: Course) -> None:
    tracked = track(course, now=NOW)
    ranks = [one.urgency for one in tracked.groups]
    assert ranks == sorted(ranks)
    assert tracked.groups[-1].name == "Passed pandas"


def test_open_requirements_follow_the_group_s_own_deadlines(course: Course) -> None:
    tracked = track(course, now=NOW)
    assert named(tracked, "Overdue").required_open == ("DAT1", "BAS1")
    assert named(tracked, "Overdue").required_later == ("MOD1", "PRE1")
    extended = named(tracked, "Extended")
    assert (extended.required_open, extended.required_later) == ((), ("DAT1", "MOD1", "PRE1"))
    assert named(tracked, "Unsure").unclear == ("LIT1",)
    later = track(course, now=DUE[3])
    assert "MOD1" in named(later, "Overdue").required_open, "without a new check"


def test_attendance_and_contributions_of_members(course: Course) -> None:
    mary, other, emmy = named(track(course, now=NOW), "Overdue").members
    assert (mary.name, mary.attended, mary.missed, mary.unknown, mary.too_often) == (
        "Mary Shelley",
        1,
        2,
        1,
        True,
    )
    assert (mary.commits, mary.lines, mary.started) == (4, 160, True)
    assert (other.too_often, emmy.started, emmy.commits) == (False, False, 0)


def test_filters(course: Course) -> None:
    def shown(**options: object) -> set[str]:
        return {one.name.split()[0] for one in track(course, now=NOW, **options).groups}  # type: ignore[arg-type]

    assert shown(late=True) == {"Overdue", "Lost", "Late"}
    assert shown(late=True, milestone="baseline-model") == {"Overdue", "Late"}
    assert shown(milestone="Literature-Review") == {
        "=empty",
        "Late",
        "Unsure",
        "鳥の歌を聞き分ける長い名前のグループです",
    }
    assert shown(inactive="14d") == {"=empty", "Overdue", "鳥の歌を聞き分ける長い名前のグループです"}
    assert shown(attention=True) == shown() - {"Bees", "Passed"}
    assert track(course, milestone="model", now=NOW).milestones == (("model", DUE[3]),)
    with pytest.raises(InputError) as error:
        track(course, milestone="modl", now=NOW)
    assert error.value.hint == "Did you mean 'model'?"
    with pytest.raises(InputError, match="expected a number of days"):
        track(course, inactive="soon", now=NOW)
    with pytest.raises(InputError, match="expected a group"):
        track(course, ["bes"], now=NOW)


def test_what_changed(course: Course) -> None:
    tracked = track(course, since="last week", now=NOW)
    late = tracked.changes[named(tracked, "Late").id]
    assert late.reached == NAMES[:4]
    assert [one.code for one in late.newly_met] == [
        f"{name[:3].upper()}{n}" for name in NAMES[:4] for n in "12"
    ]
    assert (late.commits, late.first_checked, late.newly_open) == (3, False, ())
    bees = tracked.changes[named(tracked, "Bees").id]
    assert (bees.reached, bees.joined) == (("baseline-model",), 0)
    over = tracked.changes[named(tracked, "Overdue").id]
    assert over.first_checked
    assert [event.kind for _, event in over.events] == ["rewritten"]
    assert tracked.changes[named(tracked, "Passed").id].verdicts == ("pass",)
    assert not tracked.changes[named(tracked, "=empty").id]
    wide = track(course, since="2026-04-25", now=NOW)
    assert wide.changes[named(wide, "Extended").id].extended == (NAMES[1],)


def test_what_got_worse_and_who_left(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    with open_store(course.store) as store, store.transaction("test") as tx:
        tx.now = NOW - dt.timedelta(days=30)
        group = Group(tx, "Bees", "Ada", "Alan")
        group.check(MET, MET, MISSING, MISSING, MISSING, days=9)
        group.check(MISSING, MET, MISSING, MET, MISSING, days=1)
        drop_student(tx, group.members[0])
    changes = track(course, since="7d", now=NOW).changes[1]
    assert [one.code for one in changes.newly_open] == ["LIT1", "LIT2"]
    assert (changes.reached, changes.left, changes.joined) == (("model",), 1, 0)


def test_details_of_a_group(course: Course) -> None:
    tracked = track(course, ["overdue OWLS", "Overdue owls"], now=NOW)
    assert [one.name for one in tracked.groups] == ["Overdue owls"]
    detail = tracked.details[tracked.groups[0].id]
    assert [one.code for one in detail.findings][:2] == ["DAT1", "DAT2"]
    assert (detail.met, len(detail.runs), len(detail.fetches)) == (2, 1, 2)
    assert detail.where == "https://git.example.org/g3"
    hidden = track(course, ["overdue owls"], anonymous=True, now=NOW)
    assert hidden.groups[0].name == "Group 3"
    assert hidden.details[3].where == ""


def steps(course: Course) -> list[str]:
    return [command for _, command in track(course, now=NOW).next_steps]


def test_the_next_step_where_something_is_missing(tmp_path: Path) -> None:
    course = make_course(tmp_path / "a")
    assert steps(course) == ["coursekit groups form WISHES.csv , or a column of the roster"]
    with open_store(course.store) as store, store.transaction("test") as tx:
        Group(tx, "Bees", repository=False)
    assert steps(course) == ["coursekit new-project --all"]
    bare = make_course(tmp_path / "b", '[course]\nname = "X"\ntime_zone = "UTC"\n')
    with open_store(bare.store) as store, store.transaction("test") as tx:
        group = Group(tx, "Bees", "Ada")
    assert steps(bare) == [
        "write deadlines into course.toml, [[check.milestones]]",
        "write [[sessions]] into course.toml",
        "coursekit check --all",
    ]
    (state,) = track(bare, now=NOW).groups
    assert (state.milestones, [need.kind for need in state.needs]) == ((), ["not-checked"])
    with open_store(bare.store) as store, store.transaction("test") as tx:
        group.tx = tx
        group.fetch(3)
    assert steps(bare)[-2:] == ["coursekit fetch --all", "coursekit check --all"]
    with open_store(bare.store) as store, store.transaction("test") as tx:
        group.tx = tx
        group.fetch(0)
        group.check(MET, MET, MET, MET, MET, days=0.5)
    assert steps(bare)[-1] == "coursekit check --all"
    assert set(states(track(bare, now=NOW), "Bees")) == {State.MET}


def test_a_group_that_met_everything_is_ready_for_a_verdict(tmp_path: Path) -> None:
    course = make_course(
        tmp_path, TOML.replace('name = "proposal"\ndeadline = 2026-04-10', 'name = "extra"') + SESSIONS
    )
    with open_store(course.store) as store, store.transaction("test") as tx:
        group = Group(tx, "Bees", "Ada")
        group.check(MET, MET, MET, MET, MET)
    (state,) = track(course, now=DUE[4] + dt.timedelta(days=3)).groups
    assert [need.text for need in state.needs if need.kind == "verdict"] == ["ready for a verdict"]
    (early,) = track(course, now=NOW).groups
    assert not any(need.kind == "verdict" for need in early.needs)
