"""Every group is checked and kept; what has not changed is not judged again; one that kills its process costs itself."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coursekit.config import Course, load_course, parse_course
from coursekit.course.check_all import CheckedCourse, check_all
from coursekit.course.check_plan import moment_of
from coursekit.errors import InputError, StoreError
from coursekit.jobs import JobRunningError, Progress
from coursekit.jobs.lock import hold
from coursekit.model import Status
from coursekit.store import open_store
from coursekit.store.checks import list_checks, newest_checks
from coursekit.store.overrulings import add_overruling
from coursekit.store.people import find_group
from coursekit.store.records import CheckRun, NewOverruling, NewRepository
from coursekit.store.repositories import add_repository
from tests.building import complete
from tests.course.checking import a_clone, a_course, hostile
from tests.store.conftest import server, target, url

__all__ = ["server", "target", "url"]

README = {"README.md": "# Title\n"}
WHEN = '\n[check]\n[[check.milestones]]\nname = "data"\ndeadline = 2026-05-01T18:00:00\n'


def kept(course: Course, as_of: datetime | None = None) -> dict[int, CheckRun]:
    with open_store(course.store) as store, store.read() as view:
        return {run.group_id: run for run in newest_checks(view, as_of)}


def count(course: Course) -> list[int]:
    with open_store(course.store) as store, store.read() as view:
        return [len(list_checks(view, run.group_id)) for run in newest_checks(view)]


def counts(found: CheckedCourse) -> tuple[int, int, int]:
    return found.done, found.unchanged, found.failed


def test_checks_are_kept_and_the_same_is_not_judged_again(tmp_path: Path, target: str) -> None:
    course = a_course(tmp_path / "c", {"birds": complete(), "leaves": README}, database=target)
    progress: list[Progress] = []
    first = check_all(course, progress=progress.append)
    assert counts(first) == (2, 0, 0)
    assert first.summary == "2 done, 0 unchanged, 0 failed, of 2 groups"
    assert [check.name for check in first.checks] == ["birds", "leaves"]
    assert first.checks[0].count(Status.MET) == 31
    assert (progress[0].done, progress[-1].done, progress[-1].of) == (0, 2, 2)
    second = check_all(course)
    assert counts(second) == (0, 2, 0)
    assert second.checks == first.checks
    assert second.exit_code == first.exit_code == 1
    assert kept(course)[1].findings == first.checks[0].findings
    assert count(course) == [1, 1]
    assert counts(check_all(course, again=True)) == (2, 0, 0)
    assert count(course) == [2, 2]


def test_any_change_of_what_is_read_or_of_a_name_is_noticed(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": complete(), "leaves": complete()})
    birds = tmp_path / "repositories/birds"
    check_all(course)
    os.utime(birds / "README.md")
    shutil.copytree(birds, tmp_path / "copy")
    shutil.rmtree(birds)
    (tmp_path / "copy").rename(birds)
    assert counts(check_all(course)) == (0, 2, 0), "the same content in new files"
    before = (birds / "README.md").stat()
    text = (birds / "README.md").read_text(encoding="utf-8")
    (birds / "README.md").write_text(text.replace("97.5 %", "97,5 %"), encoding="utf-8")
    os.utime(birds / "README.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert counts(check_all(course)) == (1, 1, 0), "the same length and time, another content"
    (birds / "data.csv").write_text("1", encoding="utf-8")
    assert counts(check_all(course)) == (1, 1, 0)
    (birds / "README.md").unlink()
    found = check_all(course)
    assert counts(found) == (1, 1, 0)
    assert found.checks[0].count(Status.MET) < 31
    assert counts(check_all(course)) == (0, 2, 0)


def test_a_file_over_its_limit_does_not_count_as_changed(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": {**complete(), "0_LiteratureReview/README.md": b"x" * 10_000_001}})
    first = check_all(course)
    assert first.checks[0].problems
    second = check_all(course)
    assert counts(second) == (0, 1, 0)
    assert second.checks == first.checks


def test_another_profile_waiver_or_deadline_is_noticed(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README, "leaves": README})
    own = tmp_path / "own.toml"
    text = 'name = "own"\ntitle = "Own"\nmilestones = ["data", "model"]\n' + "".join(
        f'[[requirements]]\ncode = "{code}"\nmilestone = "{milestone}"\nlevel = "required"\n'
        for code, milestone in (("DOC101", "data"), ("DOC107", "model"))
    )
    own.write_text(text, encoding="utf-8")

    def changed(more: str) -> CheckedCourse:
        (tmp_path / "course.toml").write_text(
            '[course]\nname = "DL"\ntime_zone = "UTC"\n' + more, encoding="utf-8"
        )
        return check_all(load_course(tmp_path))

    assert counts(changed('[check]\nprofile = "own.toml"\n')) == (2, 0, 0)
    assert counts(changed('[check]\nprofile = "own.toml"\n')) == (0, 2, 0)
    own.write_text(text.replace("required", "advised", 1), encoding="utf-8")
    assert counts(changed('[check]\nprofile = "own.toml"\n')) == (2, 0, 0)
    waiver = '[[waivers]]\ncode = "DOC107"\nreason = "ill"\ngroup = "Leaves"\n'
    found = changed('[check]\nprofile = "own.toml"\n' + waiver)
    assert counts(found) == (1, 1, 0)
    assert [check.findings[1].status for check in found.checks] == [Status.NOT_MET, Status.WAIVED]
    later = '[[check.milestones]]\nname = "model"\ndeadline = 2999-01-01T00:00:00\n'
    found = changed('[check]\nprofile = "own.toml"\n' + later)
    assert counts(found) == (2, 0, 0)
    assert [finding.due for finding in found.checks[0].findings] == [True, False]
    assert counts(check_all(course, language="de")) == (2, 0, 0)
    own.write_text(text.replace("DOC101", "TEA101"), encoding="utf-8")
    assert counts(changed('[check]\nprofile = "own.toml"\n')) == (2, 0, 0)
    assert counts(changed('[check]\nprofile = "own.toml"\n[groups]\nmax_size = 5\n')) == (2, 0, 0)
    assert counts(changed('[check]\nprofile = "own.toml"\n[groups]\nmin_size = 2\nmax_size = 5\n')) == (
        0,
        2,
        0,
    )
    with pytest.raises(InputError, match="there is none called"):
        changed('[check]\nprofile = "opencampus-mml"\n')


def test_a_group_cannot_take_another_ones_waiver_or_move_its_deadline(tmp_path: Path) -> None:
    project = 'title = "x"\ngroup = "leaves"\n[[check.milestones]]\nname = "literature-review"\ndeadline = 2999-01-01T00:00:00Z\n'
    course = a_course(
        tmp_path,
        {"birds": {**README, "project.toml": f"[project]\n{project}"}, "leaves": README},
        '[[waivers]]\ncode = "LIT201"\nreason = "ill"\ngroup = "leaves"\n',
    )
    found = check_all(course)
    lit = [next(one for one in check.findings if one.code == "LIT201") for check in found.checks]
    assert [one.status for one in lit] == [Status.NOT_MET, Status.WAIVED]
    assert all(one.due for one in lit)


def test_milestone_and_codes_choose_what_is_shown_and_all_is_kept(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README})
    found = check_all(course, select=["DOC1", "MOD"], ignore=["DOC108"], milestone="literature-review")
    (check,) = found.checks
    codes = [finding.code for finding in check.findings]
    assert {code[:3] for code in codes} == {"DOC", "MOD"}
    assert "DOC108" not in codes
    assert check.not_selected == 31 - len(codes)
    assert not any(finding.due for finding in check.findings if finding.code.startswith("MOD"))
    assert len(kept(course)[1].findings) == 31
    assert all(finding.due for finding in kept(course)[1].findings)
    assert counts(check_all(course, milestone="model")) == (0, 1, 0)
    with pytest.raises(InputError, match="expected one of the milestones"):
        check_all(course, milestone="modl")


def test_what_an_instructor_overruled_is_shown_as_decided_and_kept_as_found(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README, "bees": README})
    first = {one.name: one.exit_code for one in check_all(course, select=["LIT201"]).checks}
    assert first == {"birds": 1, "bees": 1}
    with open_store(course.store) as store, store.transaction("verdict overrule") as tx:
        birds = find_group(tx, "birds")
        assert birds is not None
        add_overruling(tx, NewOverruling(birds.id, "LIT201", "met", "it is in the slides"))
    checked = {one.name: one for one in check_all(course, select=["LIT201"]).checks}
    assert {name: one.exit_code for name, one in checked.items()} == {"birds": 0, "bees": 1}
    (finding,) = checked["birds"].findings
    assert "by the instructor's decision: it is in the slides" in finding.message
    assert all(
        one.status is Status.NOT_MET
        for run in kept(course).values()
        for one in run.findings
        if one.code == "LIT201"
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_worker_that_dies_or_hangs_costs_its_group_a_finding_and_nothing_else(tmp_path: Path) -> None:
    names = ["a", "dies", "b", "hangs", "c", "bug", "d", "nothing", "empty"]
    groups = dict.fromkeys(names, README)
    course = a_course(tmp_path, {**groups, "nothing": None, "empty": {"x": "1"}})
    found = check_all(course, jobs=2, timeout=3, work=hostile)
    assert found.summary == "4 done, 0 unchanged, 4 failed, 1 without work, of 9 groups"
    assert found.missing == ("nothing",)
    assert found.exit_code == 2
    told = {check.name: check.problems[0].told() for check in found.checks if check.problems}
    assert told.pop("empty").startswith(".: could not be read: expected a group's repository at")
    assert told == {
        "dies": ".: could not be read: its process died (signal 9)",
        "hangs": ".: could not be read: took longer than 3 seconds",
        "bug": ".: could not be read: KeyError: 'a bug of ours'",
        "nothing": ".: could not be read: nothing of this group is on this machine; 'coursekit fetch --all' brings it",
    }
    for check in found.checks:
        assert len(check.findings) == 31
        if check.problems:
            assert {finding.status for finding in check.findings} == {Status.NOT_JUDGED}
            assert check.exit_code == 2
    runs = kept(course)
    assert len(runs) == 8
    assert runs[2].findings[0].message == "could not be read: its process died (signal 9)"
    later = check_all(course, jobs=2)
    assert later.summary == "3 done, 4 unchanged, 1 failed, 1 without work, of 9 groups"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit memory so")
def test_a_repository_that_needs_too_much_memory_costs_itself(tmp_path: Path) -> None:
    large = {"3_Model/model.ipynb": b'{"cells": [' + b" " * 190_000_000 + b"]}"}
    course = a_course(tmp_path, {"large": large, "birds": README})
    found = check_all(course, memory=205_000_000, jobs=1)
    assert counts(found) == (1, 0, 1)
    assert "needs more memory than is given to one" in found.checks[0].problems[0].told()


def test_clones_are_read_at_their_commit_and_known_by_it(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README})
    first, _ = a_clone(tmp_path, "birds", ("2026-04-01T12:00", "# One"), ("2026-06-01T12:00", "# Two"))
    assert counts(check_all(course)) == (1, 0, 0)
    assert counts(check_all(course)) == (0, 1, 0)
    (third,) = a_clone(tmp_path, "birds", ("2026-06-02T12:00", "# Three"))
    assert counts(check_all(course)) == (1, 0, 0)
    assert kept(course)[1].commit == third
    assert first != third


def test_the_state_at_a_deadline_is_kept_beside_the_present_one(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": None, "late": None, "folder": README}, WHEN)
    (first, last) = a_clone(tmp_path, "birds", ("2026-04-01T12:00", "# One"), ("2026-06-01T12:00", "# Two"))
    a_clone(tmp_path, "late", ("2026-05-02T12:00", "# Late"))
    check_all(course)
    moment = datetime(2026, 5, 1, 18, tzinfo=UTC)
    found = check_all(course, as_of="data")
    assert counts(found) == (0, 1, 2), "it is a deadline, and was judged along with the present state"
    told = [check.problems[0].told() for check in found.checks[1:]]
    assert "there is no commit from before 2026-05-01 18:00 UTC" in told[0]
    assert "expected the bare clone that fetch keeps" in told[1]
    assert kept(course)[1].commit == last
    assert kept(course, moment)[1].commit == first
    assert kept(course, moment)[1].as_of == moment
    assert counts(check_all(course, as_of="2026-05-01T18:00")) == (0, 1, 2)
    assert counts(check_all(course)) == (0, 3, 0)
    assert counts(check_all(course, as_of="2026-05-02")) == (2, 0, 1), "a day counts to its end"
    with pytest.raises(InputError, match="expected a date"):
        check_all(course, as_of="dat")


def test_the_group_got_another_repository(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README})
    check_all(course)
    with open_store(course.store) as store, store.transaction("test") as tx:
        add_repository(tx, NewRepository(1, path="repositories/other"), replace=True)
    shutil.copytree(tmp_path / "repositories/birds", tmp_path / "repositories/other")
    assert counts(check_all(course)) == (1, 0, 0)
    assert list(kept(course)) == [1]


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": README})
    with (
        open_store(course.store) as store,
        hold(store, "check", "check", again=False),
        pytest.raises(JobRunningError, match="expected no other run of check, found one at work"),
    ):
        check_all(course)
    assert counts(check_all(course)) == (1, 0, 0)


def test_no_groups_and_no_database(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", {})
    with pytest.raises(InputError, match="expected groups in the course"):
        check_all(course)
    with pytest.raises(StoreError, match="found none"):
        check_all(replace(course, folder=tmp_path))


def run(folder: Path) -> None:
    check_all(load_course(folder), jobs=2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")
def test_killed_at_any_point_it_goes_on_and_records_nothing_twice(tmp_path: Path) -> None:
    groups = {f"g{number}": complete() for number in range(24)}
    course = a_course(tmp_path, groups)
    context = multiprocessing.get_context("spawn")
    chance = random.Random(3)
    done = 0
    for _ in range(3):
        process = context.Process(target=run, args=(tmp_path,))
        process.start()
        end = time.monotonic() + 30
        while len(kept(course)) == done and process.is_alive() and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        assert len(kept(course)) >= done
        assert set(count(course)) <= {1}, "nothing twice"
        done = len(kept(course))
    assert done
    found = check_all(course, jobs=2)
    assert counts(found) == (24 - done, done, 0)
    assert count(course) == [1] * 24
    assert [check.count(Status.MET) for check in found.checks] == [31] * 24


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", datetime(2026, 5, 1, 21, 59, 59, tzinfo=UTC)),
        ("2026-05-01T18:00", datetime(2026, 5, 1, 16, tzinfo=UTC)),
        ("2026-05-01T18:00+00:00", datetime(2026, 5, 1, 18, tzinfo=UTC)),
        ("data", datetime(2026, 5, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_moment_is_in_the_course_s_time_zone(text: str, moment: datetime) -> None:
    toml = f'[course]\nname = "DL"\ntime_zone = "Europe/Berlin"\n{WHEN}[[check.milestones]]\nname = "open"\n'
    course = parse_course(toml.encode())
    assert moment_of(course, text) == moment
    with pytest.raises(InputError, match="expected a deadline of the milestone 'open'"):
        moment_of(course, "open")
    with pytest.raises(InputError) as error:
        moment_of(course, "dat")
    assert error.value.hint == "Did you mean 'data'?"
