"""Contributions in words: tables that show evidence, say what is missing in it, and never rank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from coursekit.git.who import Identity
from coursekit.store import Reader, open_store
from coursekit.store.people import add_group, add_student
from coursekit.store.records import NewStudent
from coursekit.tracking.activity import Activity, Contribution, MemberActivity, Unsettled
from coursekit.tracking.anonymous import names_of
from coursekit.tracking.contributions import contribution_dict, contribution_lines, say_notes
from coursekit.work import FAILED, NONE, PARTLY, Done

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MILESTONES = ("literature-review", "model")


@pytest.fixture
def view(tmp_path: Path) -> Iterator[Reader]:
    with open_store(tmp_path) as store:
        with store.transaction("test") as tx:
            add_group(tx, "bees")
            for name in ("Ada Lovelace", "Alan \x1b[31mTuring", "李 明", "Grace Hopper"):
                add_student(tx, NewStudent(name))
        with store.read() as reader:
            yield reader


def done(weeks: dict[str, tuple[int, int]], together: int = 0, days: int = 1) -> Contribution:
    at = NOW - dt.timedelta(days=days)
    found = {week: {"": Done(*one), "model": Done(*one)} for week, one in weeks.items()}
    return Contribution(found, together, at - dt.timedelta(days=14), at)


def activity(**changes: Any) -> Activity:
    return Activity(
        1,
        counted_at=NOW,
        commits=17,
        last_at=NOW,
        **{
            "members": (
                MemberActivity(1, done({"2026-W42": (2, 40), "2026-W44": (8, 1200)}, 3)),
                MemberActivity(2, done({"2026-W44": (1, 3), "": (1, 2)}, days=10)),
                MemberActivity(3, Contribution()),
                MemberActivity(4, Contribution({"": {"": Done(1, 0)}}), present=False),
            ),
            "others": done({"2026-W43": (4, 8)}),
            "unsettled": (
                Unsettled(1, (Identity("al\u202e", "al@x.org"),), done({"2026-W44": (1, 1)})),
                Unsettled(1, (Identity("", "b@x.org"),), done({"2026-W44": (1, 1)})),
            ),
            "notes": {"shallow": 1, "squashed": 2},
            **changes,
        },
    )


def shown(view: Reader, found: Activity, *, anonymous: bool = False) -> str:
    names = names_of(view, anonymous=anonymous)
    return "\n".join(contribution_lines(found, names, MILESTONES, zone=BERLIN, now=NOW))


def test_a_group_is_shown_with_its_evidence(view: Reader, snapshot: SnapshotAssertion) -> None:
    assert shown(view, activity()) == snapshot


def test_where_others_look_on_there_is_no_name(view: Reader, snapshot: SnapshotAssertion) -> None:
    text = shown(view, activity(), anonymous=True)
    assert text == snapshot
    assert "x.org" not in text + str(contribution_dict(activity(), names_of(view, anonymous=True)))


def test_without_a_count_nobody_is_said_to_have_done_nothing(view: Reader) -> None:
    members = (MemberActivity(1, Contribution()),)
    assert "Nothing was counted yet" in shown(view, Activity(1, members=members))
    assert "nothing is known" in shown(view, Activity(1, members=members, notes={"failed": 1}))
    found = contribution_dict(Activity(1, members=members), names_of(view, anonymous=False))
    assert found["members"][0]["has_not_started"] is None


def test_programs_get_the_same(view: Reader, snapshot: SnapshotAssertion) -> None:
    assert contribution_dict(activity(), names_of(view, anonymous=False)) == snapshot


def test_every_note_has_words() -> None:
    """Those that git.shares names, one by one and several times."""
    from coursekit.git import shares

    table = [
        line.split()[0] for line in (shares.__doc__ or "").split("=\n")[1].splitlines() if line[:1].isalpha()
    ]
    assert {"shallow", "beside"} <= set(table)
    for key in (*table, "rewritten", NONE, FAILED):
        for times in (1, 2):
            (text,) = say_notes({key: times})
            assert text.endswith(".")
            assert "{" not in text
    assert set(table) | {NONE, FAILED} >= PARTLY


def test_long_courses_end_with_the_present_week(view: Reader) -> None:
    found = activity(
        members=(MemberActivity(1, done({"2020-W01": (1, 1), "2026-W45": (1, 1)})),), unsettled=()
    )
    assert "2026-W16 to 2026-W45" in shown(view, found)
