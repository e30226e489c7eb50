"""`coursekit check`: exit codes, several paths, formats, bad input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pygit2
import pytest

from coursekit.git import first_commit
from tests.building import README, complete, write
from tests.cli.running import run
from tests.course.checking import a_course


def test_a_complete_repository_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "check", write(tmp_path, complete()))
    assert (ran.code, ran.err) == (0, "")
    assert "31 met, 0 not met" in ran.out
    assert "judged 31 of 31 requirements" in ran.out


def test_the_folder_one_is_in_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"README.md": "# x"}))
    ran = run(monkeypatch, "check", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["path"] == "."


def test_several_paths_give_a_table_and_one_that_is_none_does_not_stop_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", complete())
    write(tmp_path / "b", {"README.md": "# x"})
    ran = run(monkeypatch, "check", tmp_path / "a", tmp_path / "none", tmp_path / "b")
    assert ran.code == 2
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["a", "b"]
    assert "found nothing" in ran.err


def test_a_notebook_that_is_not_json_is_told_and_the_rest_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(monkeypatch, "check", write(tmp_path, {**complete(), "3_Model/model.ipynb": "{not json"}))
    assert ran.code == 2
    assert "31 met" in ran.out
    assert "3_Model/model.ipynb" in ran.err
    assert "not JSON" in ran.err
    assert "Open it in Jupyter" in ran.err


def test_a_readme_in_latin_1_is_told_and_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.replace("We read", "Für Größe: we read").encode("latin-1")
    ran = run(monkeypatch, "check", write(tmp_path, {**complete(), "README.md": text}))
    assert ran.code == 2
    assert "31 met" in ran.out
    assert "expected UTF-8" in ran.err


def test_a_bare_clone_is_checked_at_any_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "work", {"README.md": "# x"})
    first = first_commit(tmp_path / "work", "start")
    pygit2.clone_repository(str(tmp_path / "work"), str(tmp_path / "g.git"), bare=True)
    ran = run(monkeypatch, "check", tmp_path / "g.git", "--commit", first, "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["findings"][0]["status"] == "met"
    assert run(monkeypatch, "check", tmp_path / "g.git", "--commit", "nothing").code == 2


def test_waivers_come_from_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "p", {**complete(), "README.md": README.replace("97.5 % on the test set", "")})
    course = tmp_path / "course.toml"
    course.write_text(
        '[course]\nname = "C"\n[[waivers]]\ncode = "DOC107"\nreason = "told in class"\n', encoding="utf-8"
    )
    assert run(monkeypatch, "check", tmp_path / "p").code == 1
    ran = run(monkeypatch, "check", tmp_path / "p", "--course", course)
    assert ran.code == 0
    assert "told in class" in ran.out


def test_the_course_s_profile_deadlines_and_group_size_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = "".join(f'[[project.members]]\nname = "{name}"\n' for name in "abcde")
    own = '[[check.milestones]]\nname = "x"\ndeadline = 2999-01-01T00:00:00Z\n'
    for name in "pq":
        write(tmp_path / name, {**complete(), "project.toml": f'[project]\ntitle = "x"\n{members}{own}'})
    (tmp_path / "c").mkdir()
    (tmp_path / "c/own.toml").write_text(
        'name = "own"\ntitle = "Own"\nmilestones = ["x"]\n'
        '[[requirements]]\ncode = "TEA101"\nmilestone = "x"\nlevel = "required"\n'
    )
    toml = '[course]\nname = "C"\n[check]\nprofile = "own.toml"\n'
    (tmp_path / "c/course.toml").write_text(toml)
    paths = [tmp_path / "p", tmp_path / "q"]
    profile = ["--profile", tmp_path / "c/own.toml"]
    assert run(monkeypatch, "check", *paths, *profile).code == 0, "not due, says the group"
    ran = run(monkeypatch, "check", *paths, "--course", tmp_path / "c", "--format", "json")
    assert ran.code == 1
    assert "5 members; expected are 1 to 4" in ran.out
    (tmp_path / "c/course.toml").write_text(toml + "[groups]\nmax_size = 5\n")
    ran = run(monkeypatch, "check", *paths, "--course", tmp_path / "c", "--format", "json")
    assert ran.code == 0
    assert ran.out.count("5 of at most 5") == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", "jsn"], "Did you mean 'json'?"),
        (["--format", "xxxxxx"], "expected one of the formats"),
        (["--profile", "opencampus"], "did you mean 'opencampus-ml'?"),
        (["--select", "DOX"], "Did you mean 'DOC'?"),
        (["--ignore", "A"], "beginnings of codes"),
        (["--milestone", "modle"], "Did you mean 'model'?"),
        (["--commit", "HEAD"], "expected a git repository"),
        (["--course", "no.toml"], "no.toml"),
        (["--lang", "fr"], "'fr' is not one of"),
    ],
)
def test_wrong_use_is_told_with_what_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    ran = run(monkeypatch, "check", write(tmp_path, complete()), *options)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


def test_what_is_selected_decides_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {**complete(), "README.md": "# x"})
    assert run(monkeypatch, "check", tmp_path, "--select", "DOC,LIT", "--select", "EDA").code == 1
    ran = run(monkeypatch, "check", tmp_path, "--select", "DOC,LIT", "--ignore", "DOC10")
    assert ran.code == 0
    assert "not selected: 28" in ran.out


def test_wrong_use_is_told_once_for_several_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a", complete())
    write(tmp_path / "b", complete())
    ran = run(monkeypatch, "check", tmp_path / "a", tmp_path / "b", "--select", "DOX")
    assert (ran.code, ran.out, ran.err.count("Error:")) == (2, "", 1)


def test_the_schema_is_printed_without_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "check", tmp_path / "nothing", "--schema")
    assert ran.code == 0
    assert json.loads(ran.out)["$id"] == "urn:coursekit:check:1"


def test_the_examples_in_the_help_stand_on_lines_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("check", "rules", "report"):
        assert f"\n    coursekit {command}\n" in run(monkeypatch, command, "--help").out


def test_every_group_of_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_course(tmp_path, {"birds": complete(), "leaves": {"README.md": "# x"}, "none": None})
    monkeypatch.chdir(tmp_path)
    ran = run(monkeypatch, "check", "--all")
    assert ran.code == 2
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["birds", "leaves", "none"]
    assert "none: .: could not be read: nothing of this group is on this machine" in ran.err
    assert ran.err.endswith("2 done, 0 unchanged, 0 failed, 1 without work, of 3 groups\n")
    ran = run(monkeypatch, "check", "--all", "--course", tmp_path, "--format", "json", "--jobs", "1")
    assert [len(check["findings"]) for check in json.loads(ran.out)] == [31, 31, 31]
    assert ran.err.endswith("0 done, 2 unchanged, 0 failed, 1 without work, of 3 groups\n")
    ran = run(monkeypatch, "check", "--all", "--format", "junit", "--lang", "de")
    assert "konnte nicht gelesen werden" in ran.out


def test_all_takes_no_paths_and_needs_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(monkeypatch, "check", "--all")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no course.toml" in ran.err
    ran = run(monkeypatch, "check", "--all", tmp_path)
    assert ran.code == 2
    assert "leave out paths" in ran.err
    ran = run(monkeypatch, "check", "--again")
    assert ran.code == 2
    assert "belong to --all" in ran.err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit memory so")
def test_of_several_paths_one_that_kills_its_process_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", complete())
    write(tmp_path / "large", {"3_Model/model.ipynb": b'{"cells": [' + b" " * 190_000_000 + b"]}"})
    write(tmp_path / "b", {"README.md": "# x"})
    monkeypatch.setattr("coursekit.checker.several.MEMORY", 205_000_000)
    ran = run(monkeypatch, "check", tmp_path / "a", tmp_path / "large", tmp_path / "b", "--jobs", "2")
    assert ran.code == 2
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == ["a", "large", "b"]
    assert "large: .: could not be read: needs more memory than is given to one" in ran.err
