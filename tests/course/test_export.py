"""`export_results`: files and bundles in a course, what is there already, and repositories that are hostile."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coursekit.config import Course, load_course
from coursekit.course import bundles as module
from coursekit.course.bundles import browsable, read_parcel
from coursekit.course.decks import File, Made
from coursekit.course.export import Exported, export_results
from coursekit.errors import InputError
from coursekit.jobs import JobItem
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.tracking.exports import GroupResult
from tests.building import png, write
from tests.course.checking import a_course

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
HOSTILE = "../../evil\x1b[31m =cmd()"
PDF = b"%PDF-1.7 slides"


def toml(title: str, consent: bool = True, more: str = "") -> str:
    agreed = "true" if consent else "false"
    return f'[project]\ntitle = "{title}"\ndescription = "We count."\nconsent_to_publish = {agreed}\n{more}'


def repository(title: str, **files: str | bytes) -> dict[str, str | bytes]:
    return {
        "README.md": f"# {title}\n",
        "project.toml": toml(title),
        "4_Presentation/presentation.pdf": PDF,
        "CoverImage/cover.png": png(64, 64),
    } | {name.replace("__", "/"): content for name, content in files.items()}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A group with all, one that did not agree, one with a hostile name, one whose work is not here."""
    found = a_course(
        tmp_path / "course",
        {
            "bees": repository("Bees"),
            "birds": repository("Birds") | {"project.toml": toml("Birds", consent=False)},
            "cats": None,
        },
    )
    with open_store(found.store) as store, store.transaction("test") as tx:
        evil = add_group(tx, HOSTILE)
        add_repository(tx, NewRepository(evil.id, path="repositories/evil"))
        for at, name in enumerate(("Ada", "Alan", "Grace", HOSTILE)):
            person = add_student(tx, NewStudent(name, email=f"s{at}@example.org", account=f"acc{at}"))
            join_group(tx, person.id, evil.id if at == 3 else at + 1)
    write(found.folder / "repositories" / "evil", repository("Evil"))
    return found


def run(course: Course, name: str, output: Path | None = None, **options: Any) -> Exported:
    flags = {key: options.pop(key) for key in ("dry_run", "force") if key in options}
    return export_results(course, name, options, output=output, now=NOW, **flags)


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_a_file_is_written_once_and_never_over_another(course: Course, tmp_path: Path) -> None:
    target = course.folder / "exports" / "moodle-gradebook.csv"
    assert run(course, "moodle-gradebook", dry_run=True).files == (target,)
    assert not target.exists()
    assert run(course, "moodle-gradebook").files == (target,)
    first = target.read_bytes()
    # The same again is no conflict; another one is.
    assert run(course, "moodle-gradebook").files == (target,)
    with pytest.raises(InputError, match="is there already, with other content"):
        run(course, "moodle-gradebook", bom=True)
    assert target.read_bytes() == first
    run(course, "moodle-gradebook", bom=True, force=True)
    assert target.read_bytes() == b"\xef\xbb\xbf" + first
    other = tmp_path / "a" / "b.csv"
    assert run(course, "moodle-gradebook", other).files == (other,)
    assert run(course, "moodle-gradebook", tmp_path).files == (tmp_path / "moodle-gradebook.csv",)


def test_links_and_folders_in_the_way(course: Course, tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a link to another place"):
        run(course, "moodle-gradebook", tmp_path / "x.csv", force=True)
    (tmp_path / "y" / "moodle-gradebook.csv").mkdir(parents=True)
    with pytest.raises(InputError, match="but found a folder"):
        run(course, "moodle-gradebook", tmp_path / "y")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="expected a folder"):
        run(course, "platform", tmp_path / "file")


def test_a_worksheet_is_not_written_over(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    text = "Identifier,Email address,Grade,Maximum Grade,Last modified (grade)\nParticipant 1,s0@example.org,,10.00,-\n"
    path.write_text(text)
    done = run(course, "moodle-worksheet", worksheet=path, passed="5", failed="1")
    assert done.files == (course.folder / "exports" / "w.csv",)
    assert done.left_out[0].why.startswith("not decided yet: was never checked")
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("options", "says"),
    [({}, "expected --worksheet"), ({"colour": "red"}, "found colour")],
)
def test_wrong_options(course: Course, options: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(course, "moodle-worksheet", **options)


def test_a_course_without_students(tmp_path: Path) -> None:
    course = a_course(tmp_path / "course", {})
    with pytest.raises(InputError, match="expected students in the course"):
        run(course, "moodle-gradebook")


def test_bundles(course: Course) -> None:
    done = run(course, "platform")
    folder = course.folder / "exports" / "platform"
    assert done.made.summary == "2 bundled, 2 left out, 0 failed, of 4 groups"
    assert done.complete
    assert {one.who: one.why.split(":")[0] for one in done.left_out} == {
        "birds": "no consent",
        "cats": "no repository of theirs is on this machine",
    }
    made = sorted(path.name for path in folder.iterdir())
    assert made == ["bees.zip", "bundles.csv", "evil-31m-cmd.zip", "participants.csv"]
    assert names(folder / "bees.zip") == [
        "slides.pdf",
        "cover.png",
        "description.txt",
        "authors.csv",
        "results.csv",
    ]
    with zipfile.ZipFile(folder / "bees.zip") as archive:
        assert archive.read("slides.pdf") == PDF
        assert archive.read("authors.csv") == b"name\nAda\n"
    rows = list(csv.DictReader(io.StringIO((folder / "bundles.csv").read_text())))
    assert [row["Bundle"] for row in rows] == ["bees.zip", "", "", "evil-31m-cmd.zip"]
    assert all(row["Authors"] and not row["Authors"].startswith("=") for row in rows)


def test_bundles_are_made_again_only_when_asked(course: Course) -> None:
    folder = course.folder / "exports" / "platform"
    run(course, "platform", dry_run=True)
    assert not folder.exists()
    run(course, "platform")
    first = (folder / "bees.zip").read_bytes()
    with pytest.raises(InputError, match="expected no earlier export"):
        run(course, "platform")
    # A run that was cut short has no tables yet: what is there stays, and the rest is made.
    for name in ("bundles.csv", "participants.csv", "evil-31m-cmd.zip"):
        (folder / name).unlink()
    (folder / "bees.zip").touch()
    assert run(course, "platform").made.counts[0] == (2, "bundled")
    assert (folder / "bees.zip").read_bytes() == first
    # Of another state: kept, said, and replaced with --force.
    write(course.folder / "repositories" / "bees", {"4_Presentation/presentation.pdf": PDF + b"!"})
    (folder / "bundles.csv").unlink()
    (folder / "participants.csv").unlink()
    done = run(course, "platform")
    assert [one.why for one in done.left_out if one.who == "bees"] == [
        "bees.zip is there already, of another state; --force replaces it"
    ]
    assert (folder / "bees.zip").read_bytes() == first
    assert run(course, "platform", force=True).made.counts[0] == (2, "bundled")
    assert (folder / "bees.zip").read_bytes() != first


def test_who_takes_the_consent_back_is_told_of_the_bundle(course: Course) -> None:
    run(course, "platform")
    write(course.folder / "repositories" / "bees", {"project.toml": toml("Bees", consent=False)})
    done = run(course, "platform", force=True)
    [why] = [one.why for one in done.left_out if one.who == "bees"]
    assert why.endswith("bees.zip of an earlier run is still there: remove it")


def test_what_goes_wrong_costs_one_group(course: Course) -> None:
    write(course.folder / "repositories" / "bees", {"project.toml": b"[project\n"})
    (course.folder / "repositories" / "evil").rename(course.folder / "gone")
    (course.folder / "repositories" / "evil").mkdir()
    (course.folder / "clones" / "evil-31m-cmd.git").mkdir(parents=True)
    done = run(course, "platform")
    assert sum(count for count, _ in done.made.counts) == 4
    [why] = [one.why for one in done.left_out if one.who == "bees"]
    assert why.startswith("no consent: project.toml cannot be read (project.toml")


def test_one_bundle(course: Course, tmp_path: Path) -> None:
    """What each process does: nothing in a dry run, and nothing over what is not its own."""
    work, target = course.folder / "repositories" / "bees", tmp_path / "bees.zip"
    order = module.Order(
        course, "platform", GroupResult(1, "bees", "bees"), work, target, write=False, force=False
    )

    def made(**changes: Any) -> str:
        return module._work(JobItem("group:1", replace(order, **changes))).reason

    assert made() == ""
    assert not target.exists()
    assert made(write=True) == ""
    data = target.read_bytes()
    assert made(write=True) == ""
    target.write_bytes(b"somebody's own")
    assert "--force replaces it" in made(write=True)
    assert made(write=True, force=True) == ""
    assert target.read_bytes() == data
    target.unlink()
    target.symlink_to(tmp_path / "elsewhere")
    assert "--force replaces it" in made(write=True)
    target.unlink()
    assert made(work=course.folder / "repositories" / "birds", write=True).startswith("no consent")


_SCRIPT = """
import sys
from pathlib import Path
from coursekit.config import load_course
from coursekit.course.export import export_results
if __name__ == "__main__":
    export_results(load_course(Path(sys.argv[1])), "platform", {})
"""


@pytest.mark.slow
@pytest.mark.parametrize("bundles", [0, 1, 2])
def test_it_can_be_killed_at_any_point(course: Course, tmp_path: Path, bundles: int) -> None:
    """What is there is whole, the tables come last, and the next run completes it."""
    folder = course.folder / "exports" / "platform"
    script = tmp_path / "run.py"
    script.write_text(_SCRIPT)
    process = subprocess.Popen([sys.executable, str(script), str(course.folder)], stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(folder.glob("*.zip"))) < bundles:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert all(names(path) for path in folder.glob("*.zip"))
    cut_short = not (folder / "bundles.csv").exists()
    # A worker may still be at its last group; what it writes is the same.
    assert run(course, "platform", force=not cut_short).made.counts[0] == (2, "bundled")
    assert (folder / "participants.csv").is_file()


def parcel(folder: Path, course: Course | None = None, **files: str | bytes) -> module.Parcel:
    write(folder, repository("Bees", **files))
    return read_parcel(course or Course("DL", folder=folder), GroupResult(1, "bees", "bees"), folder)


def test_slides_of_their_own(tmp_path: Path) -> None:
    """A PDF before others, what the README links to before what merely lies there; ours only where there are none."""
    one = parcel(
        tmp_path / "a",
        **{
            "4_Presentation__final.pptx": b"PK",
            "4_Presentation__README.md": "[x](other.pdf)",
            "4_Presentation__other.pdf": PDF + b"2",
        },
    )
    assert one.slides == (".pdf", PDF + b"2")
    pointer = b"version https://git-lfs.github.com/spec/v1\n"
    two = parcel(tmp_path / "b", **{"4_Presentation__presentation.pdf": pointer})
    assert two.slides is None
    assert two.problems == ("4_Presentation/presentation.pdf is not what its name says",)
    three = parcel(tmp_path / "c", **{"4_Presentation__presentation.pdf": bytes(50_000_001)})
    assert three.slides is None
    assert "presentation.pdf" in three.problems[0]


def test_slides_that_report_made(tmp_path: Path) -> None:
    work = tmp_path / "work"
    write(work, {"README.md": "# Bees\n", "project.toml": toml("Bees")})
    course = Course("DL", folder=tmp_path)
    group = GroupResult(1, "bees", "bees")
    assert read_parcel(course, group, work).problems == (
        "no slides: neither in the repository nor from  coursekit report --all",
    )
    folder = tmp_path / "presentations" / "bees"
    write(folder, {"presentation.pdf": PDF})
    made = Made("", "Bees", (), 1, 1, (), (), (File("pdf", "presentation.pdf", len(PDF)),))
    text = json.dumps(
        {field: getattr(made, field) for field in made.__slots__},
        default=lambda one: {f: getattr(one, f) for f in one.__slots__},
    )
    write(folder, {"deck.json": text})
    assert read_parcel(course, group, work).slides == (".pdf", PDF)


def test_covers(tmp_path: Path) -> None:
    """The group's own, written anew; drawn where it has none or one that is none."""
    own = parcel(tmp_path / "a")
    assert own.cover is not None
    assert own.cover[0] == ".png"
    drawn = parcel(tmp_path / "b", **{"CoverImage__cover.png": b"<svg onload=alert(1)>"})
    assert drawn.cover is not None
    assert drawn.cover[1].startswith(b"\x89PNG")
    assert drawn.cover[1] != own.cover[1]


def test_results_and_consent(tmp_path: Path) -> None:
    more = '[results]\nbest_model = "CNN"\nmetric = "accuracy"\nvalue = 0.95\n'
    one = parcel(tmp_path / "a", **{"project.toml": toml("Bees", more=more)})
    assert one.results == {
        "best_model": "CNN",
        "metric": "accuracy",
        "value": "0.95",
        "baseline_model": "",
        "baseline_value": "",
    }
    assert (one.title, one.description, one.consent) == ("Bees", "We count.", True)
    none = parcel(tmp_path / "b", **{"project.toml": toml("Bees", consent=False)})
    assert (none.consent, none.slides, none.title) == (False, None, "")
    write(tmp_path / "c", {"README.md": "# Bees\n"})
    assert read_parcel(Course("DL"), GroupResult(1, "x"), tmp_path / "c").consent is False


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://git.example.org/g/birds.git", "https://git.example.org/g/birds"),
        ("https://user:token@git.example.org/g/birds/", "https://git.example.org/g/birds"),
        ("git@git.example.org:g/birds.git", "https://git.example.org/g/birds"),
        ("ssh://git@git.example.org:2222/g/birds.git", "https://git.example.org/g/birds"),
        ("http://git.example.org:8080/g/birds", "http://git.example.org:8080/g/birds"),
        ("file:///home/ada/birds.git", ""),
        ("javascript:alert(1)", ""),
        ("C:/birds", ""),
        ("https://localhost/birds", ""),
        ("https://git.example.org:x/birds", ""),
        ("https://git.example.org/a b", ""),
        ("https://git.example.org", ""),
        ("", ""),
    ],
)
def test_addresses_that_a_browser_opens(address: str, shown: str) -> None:
    assert browsable(address) == shown


def test_an_unknown_export(course: Course) -> None:
    with pytest.raises(InputError, match="expected one of the exports"):
        run(course, "nothing")
    assert load_course(course.folder).name == "DL"
