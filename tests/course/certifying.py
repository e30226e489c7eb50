"""A small course at its end: who gets which certificate is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from coursekit.config import Course, load_course
from coursekit.model import Finding, Level, Status
from coursekit.store import open_store
from coursekit.store.checks import record_check
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewCheckRun, NewRepository, NewStudent, NewVerdict
from coursekit.store.repositories import add_repository
from coursekit.store.schema import attendance
from coursekit.store.verdicts import add_verdict

DAYS = [dt.date(2026, 3, 4) + dt.timedelta(weeks=week) for week in range(4)]
SESSIONS = "".join(f"\n[[sessions]]\ndate = {day}\nstart = 18:00:00\nend = 20:00:00\n" for day in DAYS)
TOML = """
[course]
name = "Deep Learning"
semester = "SoSe 2026"
time_zone = "Europe/Berlin"

[attendance]
missed_sessions_allowed = 1

[certificates]
issuer = "Example University"
signatory = "Prof. Grace Hopper"
place = "Kiel"
ects = 2.5
learning_goals = ["Train a network.", "Compare models."]
date = 2026-07-15
"""
TITLE = "Which bird is singing?"


def a_course(folder: Path, toml: str = TOML, *, more: int = 0) -> Course:
    """Ada and Zoë of the bees get both, Kurt of the birds attendance alone, Emmy nothing; then `more` like Kurt."""
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(toml + SESSIONS, "utf-8")
    course = load_course(folder)
    bees = folder / "repositories" / "bees"
    bees.mkdir(parents=True)
    (bees / "README.md").write_text("# Bees\n", "utf-8")
    (bees / "project.toml").write_text(f'[project]\ntitle = "{TITLE}"\n', "utf-8")
    people = [
        ("Ada Lovelace", "bees", 4),
        ("Zoë O'Hara", "bees", 3),
        ("Kurt", "birds", 4),
        ("Emmy", "birds", 1),
    ]
    people += [(f"Student {number}", "birds", 4) for number in range(more)]
    with open_store(course.store) as store, store.transaction("test") as tx:
        groups = {name: add_group(tx, name) for name in ("bees", "birds")}
        for name, group, there in people:
            student = add_student(
                tx,
                NewStudent(name, f"{name[:3].lower()}{len(name)}@example.org" if len(people) < 6 else None),
            )
            join_group(tx, student.id, groups[group].id)
            for day in DAYS[:there]:
                values = {"day": day, "turn": 1, "marked": "attended", "changed_at": tx.now}
                tx.insert(attendance, student_id=student.id, **values)
        repository = add_repository(tx, NewRepository(groups["bees"].id, path="repositories/bees"))
        found = (Finding("DOC107", "Result", Status.MET, Level.REQUIRED, "model", True, "found", ""),)
        record_check(tx, NewCheckRun(repository.id, course.profile, "1", found))
        add_verdict(tx, NewVerdict(groups["bees"].id, "pass"))
    return course
