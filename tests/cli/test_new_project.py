"""`coursekit new-project` as it is typed: what it prints, asks and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from coursekit import cli
from coursekit.config import load_project
from coursekit.errors import CoursekitError
from coursekit.templates import all_templates

ARGUMENTS = [
    "--title",
    "Bird songs",
    "--member",
    "Ada <ada@example.org>",
    "--task",
    "audio",
    "--template",
    "blank",
]
COURSE = '[course]\nname = "DL"\n[groups]\nmax_size = 2\n[projects]\ntemplate = "image-classification"\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(cli.root, ["new-project", *arguments], input=answers)


def complain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    """Run through the outermost handler; return the exit code and what went to standard error."""
    monkeypatch.setattr("sys.argv", ["coursekit", "new-project", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    return int(caught.value.code or 0), output.err


def test_it_says_where_it_lies_and_what_to_type_next(here: Path, snapshot) -> None:
    result = run(*ARGUMENTS)
    assert result.exit_code == 0
    shown = re.sub(r"\d+ files", "N files", result.stdout)  # core_lib grows
    assert shown.replace(str(here.resolve()), "/somewhere") == snapshot
    assert load_project(here / "bird-songs").members[0].email == "ada@example.org"


def test_json(here: Path) -> None:
    result = json.loads(run(*ARGUMENTS, "-o", "x", "--format", "json").stdout)
    assert result["folder"] == "x"
    assert len(result["commit"]) == 40
    assert set(result["files"]) >= {"README.md", "core_lib/__init__.py", "project.toml"}


def test_a_dry_run_lists_the_files_and_writes_nothing(here: Path) -> None:
    result = run(*ARGUMENTS, "--dry-run")
    assert "nothing was written" in result.stdout
    assert "  README.md\n" in result.stdout
    assert not list(here.iterdir())


def test_a_project_file_gives_what_is_not_said(here: Path) -> None:
    run(*ARGUMENTS, "-o", "first", "--description", "We listen to birds.", "--no-git")
    result = run("--from", "first/project.toml", "--title", "Whales", "-o", "second")
    assert result.exit_code == 0
    project = load_project(here / "second")
    assert (project.title, project.description, project.task) == ("Whales", "We listen to birds.", "audio")
    assert not (here / "first" / ".git").exists()
    assert (here / "second" / ".git").exists()


def test_a_course_gives_the_template_and_the_template_its_task(here: Path) -> None:
    (here / "course.toml").write_text(COURSE)
    assert run("--title", "T", "--member", "Ada", "--course", "course.toml").exit_code == 0
    project = load_project(here / "t")
    assert (project.course, project.template, project.task) == (
        "DL",
        "image-classification",
        "image classification",
    )


def test_what_is_missing_is_asked_for(here: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    monkeypatch.setattr("coursekit.cli.new_project._can_ask", lambda: True)
    answers = [
        "",
        "Bird\x1bsongs",
        "Bird songs",
        "Ada <nonsense>",
        "Ada <ada@example.org>",
        "ada <ADA@example.org>",
        "李",
        "",
    ]
    result = run(answers="\n".join([*answers, "blnk", "blank", "audio classification", ""]))
    assert result.exit_code == 0, result.output
    assert result.stderr == snapshot
    project = load_project(here / "bird-songs")
    assert [member.name for member in project.members] == ["Ada", "李"]
    assert (project.template, project.task) == ("blank", "audio classification")


def test_a_template_may_be_chosen_by_its_number(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.cli.new_project._can_ask", lambda: True)
    names = [template.name for template in all_templates()]
    number = names.index("time-series") + 1
    result = run("--title", "Air", "--member", "Ada", answers=f"{len(names) + 1}\n{number}\n")
    assert result.exit_code == 0, result.output
    project = load_project(here / "air")
    assert (project.template, project.task) == ("time-series", "time series forecasting")


def test_no_more_members_are_asked_for_than_the_course_allows(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "course.toml").write_text(COURSE)
    monkeypatch.setattr("coursekit.cli.new_project._can_ask", lambda: True)
    result = run("--course", "course.toml", answers="Title\nAda\nBob\n")
    assert result.exit_code == 0, result.output
    assert len(load_project(here / "title").members) == 2


def test_stopping_half_way_writes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.cli.new_project._can_ask", lambda: True)
    result = run(answers="Title\n")
    assert isinstance(result.exception, SystemExit | click.Abort)
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--title", "T"], id="only a title"),
        pytest.param([*ARGUMENTS[:-1], "blnk"], id="unknown template"),
        pytest.param([*ARGUMENTS, "-o", "taken"], id="taken folder"),
        pytest.param(
            [*ARGUMENTS, "--member", "Bob", "--member", "Cy", "--course", "course.toml"], id="too many"
        ),
        pytest.param(["--from", "wrong.toml"], id="wrong type in project.toml"),
        pytest.param(["--from", "nothing.toml"], id="no project.toml"),
        pytest.param(["--from", "latin.toml"], id="latin-1"),
        pytest.param([*ARGUMENTS, "--member", "a\x1b[31mb"], id="escape in a name"),
    ],
)
def test_what_is_said_about_bad_input(here: Path, arguments, monkeypatch, capsys, snapshot) -> None:
    (here / "taken").mkdir()
    (here / "taken" / "mine.txt").write_text("mine")
    (here / "course.toml").write_text(COURSE)
    (here / "wrong.toml").write_text('[project]\ntitle = "T"\nmembers = "Ada"\n')
    (here / "latin.toml").write_bytes('[project]\ntitle = "Tür"\n'.encode("latin-1"))
    before = sorted(here.rglob("*"))
    code, error = complain(monkeypatch, capsys, *arguments)
    assert code == 2
    assert error == snapshot
    assert sorted(here.rglob("*")) == before


def test_unknown_option_is_a_usage_error(monkeypatch, capsys) -> None:
    code, error = complain(monkeypatch, capsys, "--titel", "x")
    assert code == 2
    assert "--title" in error


def test_errors_have_no_traceback() -> None:
    assert isinstance(run("--title", "T").exception, CoursekitError)
