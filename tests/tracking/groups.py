"""A made-up course with a group in every state; its clock stands still."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from coursekit.config import Course, load_course
from coursekit.model import NOTHING, Finding, Level, Location, Status
from coursekit.store import Transaction, open_store
from coursekit.store.activity import record_activity
from coursekit.store.checks import record_check
from coursekit.store.extensions import set_extension
from coursekit.store.fetches import record_fetch
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.presentations import set_presentations
from coursekit.store.proposals import add_decision
from coursekit.store.records import (
    FetchEvent,
    NewActivity,
    NewCheckRun,
    NewFetch,
    NewProposalDecision,
    NewRepository,
    NewStudent,
    NewVerdict,
)
from coursekit.store.repositories import add_repository
from coursekit.store.schema import attendance, attendance_imports
from coursekit.store.verdicts import add_verdict
from coursekit.work import Author, Done

NOW = dt.datetime(2026, 5, 20, 10, tzinfo=dt.UTC)
NAMES = ("literature-review", "dataset-characteristics", "baseline-model", "model", "presentation")
DUE = tuple(
    dt.datetime(2026, month, day, 16, tzinfo=dt.UTC)
    for month, day in ((4, 22), (5, 6), (5, 13), (5, 25), (6, 24))
)
TOML = """\
[course]
name = "Deep Learning <from> Scratch"
semester = "SoSe 2026"
time_zone = "Europe/Berlin"

[attendance]
missed_sessions_allowed = 1

[[check.milestones]]
name = "proposal"
deadline = 2026-04-10
""" + "".join(
    f'\n[[check.milestones]]\nname = "{name}"\ndeadline = {due:%Y-%m-%dT%H:%M:%SZ}\n'
    for name, due in zip(NAMES, DUE, strict=True)
)
SESSIONS = "".join(
    f"\n[[sessions]]\ndate = 2026-{month:02}-{day:02}\nstart = 18:00:00\nend = 20:00:00\n"
    for month, day in ((4, 15), (4, 29), (5, 6), (5, 13), (6, 24))
)
MET, MISSING, UNSURE, WAIVED = Status.MET, Status.NOT_MET, Status.NOT_JUDGED, Status.WAIVED
GONE = "Sørgé Łoś-Müller"


class Group:
    """Makes one group, step by step."""

    def __init__(self, tx: Transaction, name: str, *members: str, repository: bool = True) -> None:
        self.tx, self.id = tx, add_group(tx, name).id
        self.members = []
        for member in members:
            student = add_student(tx, NewStudent(member, f"{member.split()[0].lower()}@example.org"))
            join_group(tx, student.id, self.id)
            self.members.append(student.id)
        self.repository = 0
        if repository:
            self.repository = add_repository(
                tx, NewRepository(self.id, url=f"https://git.example.org/g{self.id}")
            ).id

    def at(self, days: float) -> None:
        """Let what comes happen so many days ago."""
        self.tx.now = NOW - dt.timedelta(days=days)

    def check(self, *statuses: Status, as_of: int | None = None, days: float = 0, **more: object) -> None:
        """Record a check; as of a milestone's deadline, by its number."""
        self.at(days)
        found = []
        for name, status in zip(NAMES, statuses, strict=True):
            code = name[:3].upper()
            message = "nothing found <here>" if status is not MET else "found"
            hint = "write it" if status is MISSING else ""
            found.append(
                Finding(
                    f"{code}1",
                    f"The {name}",
                    status,
                    Level.REQUIRED,
                    name,
                    True,
                    message,
                    hint,
                    (Location("README.md", 3),),
                )
            )
            found.append(
                Finding(f"{code}2", f"More of the {name}", status, Level.ADVISED, name, True, message, hint)
            )
        values = {"commit": "a1b2c3d4e5f6" + "0" * 28, "content": "x", **more}
        moment = None if as_of is None else DUE[as_of]
        record_check(self.tx, NewCheckRun(self.repository, "own", "1", tuple(found), as_of=moment, **values))  # type: ignore[arg-type]

    def fetch(self, days: float, commits: int = 3, *events: FetchEvent, **more: object) -> None:
        self.at(days)
        values = {"branch": "main", "commit": "a" * 40, "committed_at": self.tx.now, **more}
        record_fetch(self.tx, NewFetch(self.repository, "updated", commits=commits, events=events, **values))  # type: ignore[arg-type]

    def work(self, *authors: tuple[str, float, int]) -> None:
        """Record commits: of whom, how many days ago the last one was, and how many."""
        found = []
        for name, days, commits in authors:
            last = NOW - dt.timedelta(days=days)
            weeks = {"2026-W19": {"": Done(commits, 40 * commits), "model": Done(commits, 40 * commits)}}
            found.append(Author(name, f"{name.split()[0].lower()}@example.org", 0, last, last, weeks))
        self.at(0)
        total, newest = sum(one[2] for one in authors), min(one[1] for one in authors)
        record_activity(
            self.tx,
            NewActivity(
                self.repository, "a" * 40, "b", total, NOW - dt.timedelta(days=newest), True, tuple(found)
            ),
        )

    def sessions(self, *there: str) -> None:
        """Record who was in which session: a letter a session, ``+``, ``-`` or ``?``."""
        days = [dt.date(2026, 4, 15), dt.date(2026, 4, 29), dt.date(2026, 5, 6), dt.date(2026, 5, 13)]
        for student, signs in zip(self.members, there, strict=True):
            for day, sign in zip(days, signs, strict=True):
                if sign != "?":
                    seconds = 7200 if sign == "+" else 0
                    self.tx.insert(
                        attendance,
                        student_id=student,
                        day=day,
                        turn=1,
                        seconds=seconds,
                        changed_at=self.tx.now,
                    )


def make_course(folder: Path, toml: str = TOML + SESSIONS) -> Course:
    """Write `course.toml`, and an empty database."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course.toml").write_text(toml, encoding="utf-8")
    course = load_course(folder)
    open_store(course.store).close()
    return course


def all_states(folder: Path, toml: str = TOML + SESSIONS) -> Course:
    """Make the course with a group in every state."""
    course = make_course(folder, toml)
    with open_store(course.store) as store, store.transaction("test") as tx:
        tx.now = NOW - dt.timedelta(days=40)
        for day in (dt.date(2026, 4, 15), dt.date(2026, 4, 29), dt.date(2026, 5, 6)):
            tx.insert(attendance_imports, day=day, turn=1, source="a.csv", content="", imported_at=tx.now)
        _all_groups(tx)
    return course


def _all_groups(tx: Transaction) -> None:
    good = Group(tx, "Bees", "Ada Lovelace", "Alan Turing")
    good.check(MET, MET, MISSING, MISSING, MISSING, days=10)
    good.check(MET, MET, MET, MISSING, MISSING, days=2)
    for number in range(3):
        good.check(MET, MET, MET, MISSING, MISSING, as_of=number, days=2)
    good.fetch(2)
    good.work(("Ada Lovelace", 2, 12), ("Alan Turing", 5, 7))
    good.sessions("+++?", "++-?")
    add_decision(tx, NewProposalDecision(good.id, "accepted", "x"))

    late = Group(tx, "Late larks", "Grace Hopper")
    late.check(MISSING, MISSING, MISSING, MISSING, MISSING, days=20)
    late.check(MET, MET, MET, MET, MISSING, days=1)
    late.check(MISSING, MISSING, MISSING, MISSING, MISSING, as_of=0, days=1, content=NOTHING, commit=None)
    late.check(MET, MET, MISSING, MISSING, MISSING, as_of=1, days=1, seen_at=DUE[1] + dt.timedelta(days=2))
    late.check(MET, MET, MISSING, MISSING, MISSING, as_of=2, days=1, beside=2)
    late.fetch(1)
    late.work(("Grace Hopper", 1, 30))
    late.sessions("++++")

    over = Group(tx, "Overdue owls", "Mary Shelley", GONE, "Emmy Noether")
    over.check(MET, MISSING, MISSING, MISSING, MISSING, days=3)
    over.check(MET, MISSING, MISSING, MISSING, MISSING, as_of=0, days=3)
    over.check(MET, MISSING, MISSING, MISSING, MISSING, as_of=1, days=3)
    over.fetch(30, 4)
    over.fetch(6, 2, FetchEvent("rewritten", "main", "a" * 40, "b" * 40, "refs/coursekit/old/heads/main/a"))
    over.work(("Mary Shelley", 18, 4), (GONE, 25, 1))
    over.sessions("+--?", "++++", "?+++")
    add_decision(tx, NewProposalDecision(over.id, "sent_back", "x", "Ask Mary Shelley which data"))

    lost = Group(tx, "Lost lynx", "Kurt Gödel")
    lost.check(MET, MISSING, MET, UNSURE, MISSING, days=3)
    for number in range(3):
        lost.check(MET, MET, MET, MISSING, MISSING, as_of=number, days=3)
    lost.fetch(3)

    unsure = Group(tx, "Unsure urchins", "Rosa Luxemburg")
    unsure.check(UNSURE, MET, MET, MISSING, MISSING, days=3)
    unsure.fetch(3)
    unsure.work(("Somebody", 3, 2))

    more = Group(tx, "Extended eels", "Sofia Kovalevskaya")
    more.at(16)
    set_extension(
        tx,
        more.id,
        NAMES[1],
        DUE[1] + dt.timedelta(days=21),
        before=DUE[1],
        reason="Sofia Kovalevskaya was ill",
    )
    more.check(MET, MISSING, WAIVED, MISSING, MISSING, days=3)
    more.check(MET, MISSING, WAIVED, MISSING, MISSING, as_of=0, days=3)
    more.fetch(3)
    set_presentations(tx, {more.id: (DUE[4], DUE[4] + dt.timedelta(minutes=20))})

    Group(tx, "=empty | <b>_x_</b>\x1b[31m", repository=False)
    failed = Group(tx, "鳥の歌を聞き分ける長い名前のグループです", "Johann Gauß")
    failed.at(1)
    record_fetch(
        tx, NewFetch(failed.repository, "failed", reason="the host says that there is no such repository")
    )

    passed = Group(tx, "Passed pandas", "Ruth Bader")
    passed.check(MET, MET, MET, MET, MISSING, days=3)
    passed.fetch(3)
    passed.at(1)
    add_verdict(tx, NewVerdict(passed.id, "pass", "Well done, Ruth Bader", "a1b2c3d4e5f6" + "0" * 28))
    add_student(tx, NewStudent("Nobody's Friend"))
