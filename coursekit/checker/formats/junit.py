"""JUnit XML, which every continuous integration shows as tests: a suite a submission, a test a requirement.

Only what bars approval now fails, so that the tests fail exactly when the command does; advice, what is not due,
not judged or waived, is a skipped test that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import first_place, state, summary_line, told
from coursekit.checker.severity import Severity, severity
from coursekit.model import Finding, Problem, Text
from coursekit.text import one_line, printable

_READ = Text("Files can be read", "Dateien sind lesbar")


def render(checks: Sequence[Check]) -> str:
    """Return the XML; whatever XML cannot hold is escaped in it."""
    root = ElementTree.Element("testsuites", name="coursekit")
    suites = [_suite(check) for check in checks]
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _suite(check: Check) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=one_line(check.name, 200))
    cases = [_finding(check, finding) for finding in check.findings]
    cases += [_problem(check, problem) for problem in check.problems]
    if check.not_selected:
        properties = ElementTree.SubElement(suite, "properties")
        ElementTree.SubElement(properties, "property", name="not selected", value=str(check.not_selected))
    suite.extend(cases)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    suite.set("time", "0")
    return suite


def _finding(check: Check, finding: Finding) -> ElementTree.Element:
    path, line = first_place(finding)
    case = ElementTree.Element(
        "testcase",
        classname=one_line(f"{check.profile}.{finding.milestone or ''}".rstrip("."), 200),
        name=one_line(f"{finding.code} {finding.title}", 200),
        file=one_line(path),
        time="0",
    )
    if line is not None:
        case.set("line", str(line))
    weight = severity(finding)
    if weight is Severity.ERROR:
        failure = ElementTree.SubElement(case, "failure", message=summary_line(finding), type=finding.level)
        failure.text = told(check, finding)
    elif weight is not Severity.MET:
        ElementTree.SubElement(case, "skipped", message=f"{state(check, finding)}: {summary_line(finding)}")
    return case


def _problem(check: Check, problem: Problem) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=_READ.in_(check.language),
        name=one_line(problem.path, 200),
        file=one_line(problem.path),
        time="0",
    )
    message = one_line(problem.message.in_(check.language), 1_000)
    error = ElementTree.SubElement(case, "error", message=message, type="unreadable")
    error.text = printable(
        f"{message}\n→ {one_line(problem.hint.in_(check.language), 1_000)}", multiline=True
    )
    return case
