"""The engine: profiles, deadlines, waivers, bugs, both ways in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coursekit.checker import all_rules, check_path, load_profile, profile_names, rule
from coursekit.checker.engine import check
from coursekit.checker.rule import course_parameters
from coursekit.config import Course, parse_course
from coursekit.errors import InputError
from coursekit.model import Level, Status, Text, Waiver
from coursekit.submission import open_submission
from tests.building import complete, notebook, write


def test_every_requirement_has_its_finding(tmp_path: Path) -> None:
    found = check_path(write(tmp_path, complete()))
    assert len(found.findings) == 31
    assert (found.judged, found.unruled, found.exit_code) == (31, 0, 0)
    assert {f.status for f in found.findings} == {Status.MET}


def test_a_requirement_without_a_rule_is_not_judged_and_says_so(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "x"\nmilestones = ["a"]\n[[requirements]]\ncode = "XYZ901"\nmilestone = "a"\n'
        'title = { en = "Told in class" }\n'
    )
    found = check_path(write(tmp_path / "p", complete()), profile=str(own))
    assert (found.judged, found.unruled) == (0, 1)
    assert (found.findings[0].title, found.findings[0].status) == ("Told in class", Status.NOT_JUDGED)
    assert "no rule" in found.findings[0].message


def test_levels_are_those_of_the_course() -> None:
    required = {r.code for r in load_profile("opencampus-ml").requirements if r.level is Level.REQUIRED}
    assert required == {
        "DOC101", "DOC103", "DOC104", "DOC105", "DOC107", "LIT201", "EDA301", "BAS401", "MOD501", "PRE601", "PRE602"
    }  # fmt: skip


def test_only_what_is_required_and_due_blocks(tmp_path: Path) -> None:
    files = {**complete(), "README.md": "# Title\n\n[broken](nowhere)\n"}
    write(tmp_path, files)
    assert {f.code for f in check_path(tmp_path).blocking} == {"DOC103", "DOC104", "DOC105", "DOC107"}
    early = check_path(tmp_path, milestone="model")
    assert early.blocking == ()
    assert early.exit_code == 0
    assert check_path(tmp_path, milestone="presentation").exit_code == 1


def test_deadlines_in_the_project_say_what_is_due(tmp_path: Path) -> None:
    project = '[project]\ntitle = "x"\n[[check.milestones]]\nname = "presentation"\ndeadline = 2026-12-01T12:00:00+01:00\n'
    write(tmp_path, {**complete(), "README.md": "# x", "project.toml": project})
    before = check_path(tmp_path, now=dt.datetime(2026, 12, 1, 10, 59, tzinfo=dt.UTC))
    after = check_path(tmp_path, now=dt.datetime(2026, 12, 1, 11, 0, tzinfo=dt.UTC))
    assert before.problems == ()
    assert (before.exit_code, after.exit_code) == (0, 1)


def test_a_waiver_excuses_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, {**complete(), "README.md": "# x"})
    waivers = [Waiver("DOC10[3-7]", "presented by word of mouth"), Waiver("DOC102", "other group", "group-9")]
    found = {f.code: f for f in check_path(tmp_path, waivers=waivers).findings}
    assert found["DOC103"].status is Status.WAIVED
    assert "presented by word of mouth" in found["DOC103"].message
    assert found["DOC102"].status is Status.NOT_MET
    assert found["DOC101"].status is Status.MET


def test_asking_for_a_waiver_is_shown_and_grants_nothing(tmp_path: Path) -> None:
    project = '[project]\ntitle = "x"\n[[waivers]]\ncode = "DOC103"\nreason = "secret {data}"\n'
    write(tmp_path, {**complete(), "README.md": "# x", "project.toml": project})
    found = {f.code: f for f in check_path(tmp_path).findings}
    assert found["DOC103"].status is Status.NOT_MET
    assert "secret {data}" in found["DOC103"].message


def test_a_group_does_not_choose_the_file_that_judges_it(tmp_path: Path) -> None:
    easy = tmp_path / "easy.toml"
    easy.write_text('name = "easy"\ntitle = "x"\nmilestones = []\nrequirements = []\n')
    write(
        tmp_path / "p",
        {
            "README.md": "# x",
            "project.toml": f'[project]\ntitle = "x"\n[check]\nprofile = "{easy.as_posix()}"\n',
        },
    )
    assert check_path(tmp_path / "p").profile == "opencampus-ml"
    assert check_path(tmp_path / "p", profile=str(easy)).findings == ()


def test_a_rule_with_a_bug_costs_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(all_rules()["DOC101"]), "check", broken)
    found = check_path(write(tmp_path, complete()))
    assert found.findings[0].status is Status.NOT_JUDGED
    assert "ZeroDivisionError" in found.problems[0].message.en
    assert found.count(Status.MET) == 30


def test_problems_make_the_exit_code_2_and_the_findings_stay(tmp_path: Path) -> None:
    found = check_path(write(tmp_path, {**complete(), "README.md": complete()["README.md"].encode("utf-16")}))  # type: ignore[union-attr]
    assert found.exit_code == 2
    assert found.count(Status.MET) == 31


def test_all_notebooks_are_looked_at_even_where_no_rule_asks(tmp_path: Path) -> None:
    found = check_path(
        write(tmp_path, {**complete(), "3_Model/x.ipynb": "no json", "3_Model/y.ipynb": notebook()})
    )
    assert [problem.path for problem in found.problems] == ["3_Model/x.ipynb"]


def test_two_rules_of_one_code_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twin(rule.Rule):
        code = "DOC101"
        title = why = hint = Text("x", "x")

    module = type(rule)("plugin")
    module.Twin = Twin  # type: ignore[attr-defined]
    Twin.__module__ = "plugin"

    class Point:
        def load(self) -> object:
            return module

    monkeypatch.setattr(rule, "entry_points", lambda group: [Point()])
    all_rules.cache_clear()  # type: ignore[attr-defined]
    with pytest.raises(rule.DuplicateCodeError, match="DOC101"):
        all_rules()
    Twin.code = "XYZ901"
    assert "XYZ901" in all_rules()
    monkeypatch.undo()
    all_rules.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("opencampus-m", "did you mean 'opencampus-ml'"),
        ("nowhere.toml", "cannot be read"),
        ("not-toml.toml", "expected a requirement profile"),
        ("unknown-field.toml", "unknown field"),
        ("level.toml", "Invalid enum value"),
        ("milestone.toml", "expected one of the milestones a"),
        ("twice.toml", "stands twice"),
        ("parameter.toml", "no parameter 'word'"),
        ("type.toml", "words to be of type int"),
    ],
)
def test_a_wrong_profile_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    head = 'name = "x"\ntitle = "x"\nmilestones = ["a"]\n[[requirements]]\ncode = "DOC103"\n'
    write(
        tmp_path,
        {
            "not-toml.toml": "= 3",
            "unknown-field.toml": head + 'milestone = "a"\nlevl = "required"\n',
            "level.toml": head + 'milestone = "a"\nlevel = "must"\n',
            "milestone.toml": head + 'milestone = "b"\n',
            "twice.toml": head + 'milestone = "a"\n[[requirements]]\ncode = "DOC103"\nmilestone = "a"\n',
            "parameter.toml": head + 'milestone = "a"\nparameters = { word = 3 }\n',
            "type.toml": head + 'milestone = "a"\nparameters = { words = "3" }\n',
        },
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=says):
        load_profile(name)


def test_parameters_of_the_profile_count(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "x"\nmilestones = ["a"]\n[[requirements]]\ncode = "DOC103"\nmilestone = "a"\n'
        'level = "required"\nparameters = { words = 1000 }\n'
    )
    found = check(open_submission(write(tmp_path / "p", complete())), load_profile(str(own)))
    assert found.findings[0].status is Status.NOT_MET
    assert "fewer than 1000" in found.findings[0].message


def test_what_the_course_says_of_a_parameter_counts_more_than_the_profile(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "Own"\nmilestones = ["x"]\n[[requirements]]\ncode = "TEA101"\nmilestone = "x"\n'
        "parameters = { least = 2, most = 3 }\n"
    )
    members = "".join(f'[[project.members]]\nname = "{name}"\n' for name in "abcd")
    write(tmp_path / "g", {**complete(), "project.toml": f'[project]\ntitle = "x"\n{members}'})

    def told(groups: str) -> tuple[Status, str]:
        course = parse_course(f'[course]\nname = "DL"\n[groups]\n{groups}'.encode())
        (found,) = check_path(tmp_path / "g", profile=str(own), parameters=course_parameters(course)).findings
        return found.status, found.message

    assert told("") == (Status.NOT_MET, "4 members; expected are 2 to 3")
    assert told("max_size = 5") == (Status.MET, "4 of at most 5")
    assert told("min_size = 1\nmax_size = 3") == (Status.NOT_MET, "4 members; expected are 2 to 3")


def test_parameters_that_the_course_says_are_parameters_and_it_has_them() -> None:
    course = Course("DL")
    for one in all_rules().values():
        assert set(one.from_course) <= set(one.parameters), one.code
        for attribute in one.from_course.values():
            assert hasattr(course, attribute), one.code


def test_an_unknown_milestone_is_said_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_path(write(tmp_path, complete()), milestone="baseline")
    assert "baseline-model" in caught.value.hint


def test_the_built_in_profiles_load() -> None:
    assert "opencampus-ml" in profile_names()
    assert all(load_profile(name) for name in profile_names())
