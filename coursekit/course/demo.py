"""A complete small course in a new folder, made by the same functions as the commands use."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.checker import Check, check_path
from coursekit.checker.rule import course_parameters
from coursekit.checker.worker import check_task
from coursekit.config import Course, load_course
from coursekit.course.checking import Judging
from coursekit.course.places import group_places
from coursekit.files import folder_in_one_step, write_text
from coursekit.gallery import unpack
from coursekit.git import commit_all, first_commit
from coursekit.model import Member
from coursekit.report import build_report
from coursekit.scaffold import new_project
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.tracking.attendance.run import import_attendance

NAME = "coursekit-demo"
FINISHED = "handwritten-digits"

COURSE = """\
# The course that `coursekit demo` made. Every command that needs the course reads this file.

[course]
name = "Deep Learning from Scratch (demo)"
semester = "SoSe2026"
language = "en"
time_zone = "Europe/Berlin"

[groups]
max_size = 4

[attendance]
missed_sessions_allowed = 1

[[sessions]]
date = 2026-06-24
start = 18:00:00
end = 20:00:00
topic = "Tuning"

[[sessions]]
date = 2026-07-01
start = 18:00:00
end = 20:00:00
topic = "Error analysis"

[check]
profile = "opencampus-ml"

# What is due when: all of it was, the course is over.
[[check.milestones]]
name = "literature-review"
deadline = 2026-05-06T18:00:00

[[check.milestones]]
name = "dataset-characteristics"
deadline = 2026-05-20T18:00:00

[[check.milestones]]
name = "baseline-model"
deadline = 2026-06-03T18:00:00

[[check.milestones]]
name = "model"
deadline = 2026-06-24T18:00:00

[[check.milestones]]
name = "presentation"
deadline = 2026-07-08T18:00:00
"""


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of the demo, and what it has done so far."""

    folder: str
    title: str
    task: str
    template: str
    members: tuple[str, ...]
    description: str = ""
    work: Callable[[Path], None] | None = None


def _half_way(folder: Path) -> None:
    """Fill in the repository's address; the results and the slides are still to come."""
    _replace(
        folder / "README.md",
        "[Put the web address of this repository here]",
        "<https://git.example.org/dlfs/leaves>",
    )


def _nearly_done(folder: Path) -> None:
    """Write results and slides, but with a link that is broken by its letter case."""
    _half_way(folder)
    readme = folder / "README.md"
    _replace(readme, "[The model that did best, in a few words]", "Network with one hidden layer of 32 units")
    _replace(
        readme,
        "[The number you compare models by, such as accuracy or mean squared error]",
        "Mean absolute error",
    )
    _replace(
        readme,
        "[What your best model reaches on the test set, and what the baseline reaches]",
        "[see our table](results/Table.md)",
    )
    _replace(
        folder / "4_Presentation" / "README.md",
        "[Put your slides into this folder and link to the file here]",
        "<https://slides.example.org/bakery>",
    )


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise RuntimeError(f"the demo expects {old!r} in {path.name}; the template has changed")
    write_text(path, text.replace(old, new))


#: Names of persons are made up. The first group is the complete past project.
GROUPS = (
    _Group(
        FINISHED,
        "Reading handwritten digits",
        "image classification",
        "image-classification",
        ("Ada Beispiel", "Ben Muster", "Cleo Example"),
    ),
    _Group(
        "bakery-sales",
        "Selling the right number of rolls",
        "regression",
        "blank",
        ("Jürgen Groß", "Zoë O'Hara", "李 明"),
        "How many rolls will a bakery sell tomorrow? A small network predicts it from weekday, weather and "
        "holidays, and is compared with last week's sales.",
        _nearly_done,
    ),
    _Group(
        "leaf-shapes",
        "Telling trees by their leaves",
        "image classification",
        "image-classification",
        ("Maja Nowak", "Emre Yılmaz", "Søren Holm", "Lea Vogt"),
        "Which tree has dropped this leaf? A small network looks at scanned leaves of six kinds of trees, and is "
        "compared with a logistic regression on their outlines.",
        _half_way,
    ),
    _Group(
        "bird-songs",
        "Which bird is singing?",
        "audio classification",
        "blank",
        ("Noa Peters", "Tim Lindqvist"),
    ),
)


# The meetings whose lists lie beside the course, and who was not there; only the first list is read already.
_FIRST_DAY, _SECOND_DAY = "2026-06-24", "2026-07-01"
_AWAY = {_FIRST_DAY: ("Tim Lindqvist",), _SECOND_DAY: ("Tim Lindqvist", "Lea Vogt")}
_TYPED = {"Søren Holm": "Holm, Soren", "Maja Nowak": "iPhone von Maja"}


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made; `participants` is a list of a meeting that is not read yet."""

    folder: Path
    participants: Path
    groups: tuple[Path, ...]
    checks: tuple[Check, ...]
    presentation: tuple[Path, ...]


def free_folder(parent: Path) -> Path:
    """Return the first of ``coursekit-demo``, ``coursekit-demo-2``, … that does not exist in `parent`."""
    return next(path for path in _names(parent) if not path.exists() and not path.is_symlink())


def _names(parent: Path) -> Iterator[Path]:
    yield parent / NAME
    number = 2
    while True:
        yield parent / f"{NAME}-{number}"
        number += 1


def build_demo(folder: Path, *, progress: Callable[[str], None] = lambda _: None) -> Demo:
    """Make the course in `folder`: all of it, or nothing.

    Parameters
    ----------
    folder : Path
        A folder that does not exist yet.
    progress : callable
        Is told each step in words.

    Raises
    ------
    InputError
        If the folder exists.
    """
    with folder_in_one_step(folder) as place:
        progress("Writing course.toml and roster.csv, and the course's database")
        write_text(place / "course.toml", COURSE)
        write_text(place / "roster.csv", _roster())
        course = load_course(place / "course.toml")
        for group in GROUPS:
            progress(f"Making the repository of {group.folder}: {group.title}")
            _make(group, place / course.repositories / group.folder, course)
        progress(f"Building the presentation of {FINISHED}")
        finished = place / course.repositories / FINISHED
        report = build_report(finished)
        commit_all(finished, "Add the presentation")
        progress("Checking all repositories")
        _remember(course)
        for day, away in _AWAY.items():
            write_text(place / _list_name(day), _participants(day, away))
        import_attendance(course, [place / _list_name(_FIRST_DAY)])
    # The folder has its name now: look again, so that the paths shown are those that stay.
    groups = tuple(folder / course.repositories / group.folder for group in GROUPS)
    return Demo(
        folder,
        folder / _list_name(_SECOND_DAY),
        groups,
        tuple(
            check_path(path, waivers=course.waivers, parameters=course_parameters(course)) for path in groups
        ),
        tuple(folder / path.relative_to(place) for path in report.written),
    )


def _make(group: _Group, target: Path, course: Course) -> None:
    if group.folder == FINISHED:
        unpack(FINISHED, target)
        first_commit(target, "Hand in the project")
        return
    members = [Member(name, _email(name)) for name in group.members]
    new_project(
        target,
        group.title,
        members,
        group.task,
        group.template,
        course=course,
        description=group.description,
        group=group.folder,
    )
    if group.work:
        group.work(target)
        commit_all(target, "Fill in what we have so far")


def _email(name: str) -> str:
    from coursekit.text import slug

    return f"{slug(name, default='student')}@students.example.org"


def _roster() -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["name", "email", "group"])
    for group in GROUPS:
        for name in group.members:
            writer.writerow([name, _email(name), group.folder])
    return file.getvalue()


def _list_name(day: str) -> str:
    return f"zoom-{day}.csv"


def _participants(day: str, away: Collection[str]) -> str:
    """Return what Zoom writes about a meeting, in which nobody types a name as the roster has it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        ["Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest"]
    )
    date = f"{day[5:7]}/{day[8:]}/{day[:4]}"
    for number, name in enumerate(name for group in GROUPS for name in group.members):
        if name in away:
            continue
        shown = _TYPED.get(name, name.lower() if number % 3 else name)
        email = _email(name) if number % 4 == 0 else ""
        writer.writerow([shown, email, f"{date} 05:5{number % 10}:00 PM", f"{date} 07:58:00 PM", 120, "Yes"])
    return file.getvalue()


def _remember(course: Course) -> None:
    """Store roster, groups, repositories and the first check, in one transaction."""
    with open_store(course.store) as store, store.transaction("demo") as tx:
        for group in GROUPS:
            row = add_group(tx, group.folder)
            for name in group.members:
                student = add_student(tx, NewStudent(name, _email(name)))
                join_group(tx, student.id, row.id)
            path = f"{course.repositories}/{group.folder}"
            add_repository(tx, NewRepository(row.id, path=path))
        judging = Judging(course)
        for here in group_places(course, tx):
            work = judging.work(here)
            judging.keep(tx, work, check_task(work.task))
