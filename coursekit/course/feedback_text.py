"""What a group is told: what changed since last time first, then what a check found."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from coursekit.checker import Check
from coursekit.checker.formats import render
from coursekit.checker.formats.markdown import LIMIT, issue
from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.model import Finding, Status, Text
from coursekit.store.records import CheckRun, Student, Verdict
from coursekit.text import foreign_markdown, one_line

# In every text that the tool wrote, so that it finds it again; not shown by git hosts.
MARKER = "<!-- coursekit-feedback run="
_MARK = re.compile(
    r"^(?:<!-- |X-)coursekit-feedback:? run=(\d{1,18}) since=(\d{1,18})(?: -->)?\s*$", re.M | re.I
)

TITLE = Text("What is still missing in your project", "Was in eurem Projekt noch fehlt")
_SUBJECT = Text("{course}: what is still missing in {group}", "{course}: Was in {group} noch fehlt")
_SINCE = Text("What changed since {when}", "Was sich seit {when} geändert hat")
_NOTHING = Text("Nothing has changed since {when}.", "Seit {when} hat sich nichts geändert.")
_BACK = Text("Your project was sent back on {when}", "Euer Projekt wurde am {when} zurückgegeben")
_KINDS = {
    "met": Text("now there", "jetzt da"),
    "open": Text("no longer there", "nicht mehr da"),
    "due": Text("due now", "jetzt fällig"),
    "new": Text("asked for since", "seitdem verlangt"),
}
_CHECKED = Text("Checked on {when}", "Geprüft am {when}")
_COMMIT = Text("{checked}, at the commit {commit}.", "{checked}, im Stand {commit}.")


@dataclass(frozen=True, slots=True)
class Told:
    """Which check a text was written from, and which one it was compared with; 0 means none."""

    run: int
    since: int


def told(text: str) -> Told | None:
    """Read from a text of ours which check it tells; None when it is not ours."""
    found = _MARK.findall(text.replace("\r\n", "\n"))
    # The last line that says so: what comes before it may quote something.
    return Told(int(found[-1][0]), int(found[-1][1])) if found else None


def as_check(course: Course, name: str, run: CheckRun) -> Check:
    """Give a stored check in the form that formats show."""
    return Check("", name, run.profile, course.language, run.findings)


def markdown(
    course: Course, name: str, run: CheckRun, since: CheckRun | None, verdict: Verdict | None = None
) -> str:
    """Write the text of an issue or a file."""
    first = _opening(course, run, since, foreign_markdown, "### ", "- ", verdict)
    mark = f"{MARKER}{run.id} since={since.id if since else 0} -->\n"
    return f"{issue(as_check(course, name, run), first=first, limit=LIMIT - len(mark) - 1)}\n{mark}"


def email(
    course: Course,
    name: str,
    run: CheckRun,
    since: CheckRun | None,
    people: Sequence[Student],
    verdict: Verdict | None = None,
) -> bytes:
    """Write a draft to those of the group who have an address; mail programs open it for sending.

    Raises
    ------
    InputError
        If nobody has an address.
    """
    to = [address for student in people if (address := _address(student))]
    if not to:
        raise InputError(
            f"expected a member of {one_line(name, 60)!r} with an e-mail address, found none",
            "Import a roster that has them, or choose  --as file .",
        )
    message = EmailMessage(policy=SMTP)
    subject = _SUBJECT.format(course=one_line(course.name, 80), group=one_line(name, 80))
    message["Subject"] = subject.in_(course.language)
    message["To"] = to
    # By this, mail programs open it as a draft.
    message["X-Unsent"] = "1"
    message["X-Coursekit-Feedback"] = f"run={run.id} since={since.id if since else 0}"
    first = _opening(course, run, since, lambda text, width: one_line(text, width), "", "  - ", verdict)
    message.set_content(f"{first}\n\n{render([as_check(course, name, run)], 'text')}", cte="8bit")
    return message.as_bytes()


def without_address(people: Sequence[Student]) -> list[str]:
    """Name those whom no e-mail reaches."""
    return [student.name for student in people if _address(student) is None]


def _address(student: Student) -> Address | None:
    if not student.email:
        return None
    try:
        return Address(display_name=one_line(student.name, 120), addr_spec=student.email)
    except (ValueError, IndexError, HeaderParseError):
        return None


def _opening(
    course: Course,
    run: CheckRun,
    since: CheckRun | None,
    shown: Callable[[str, int], str],
    heading: str,
    bullet: str,
    verdict: Verdict | None,
) -> str:
    language = course.language
    checked = _CHECKED.format(when=when(course, run.checked_at)).in_(language)
    commit = _COMMIT.format(checked=checked, commit=shown(run.commit[:10], 0)) if run.commit else None
    lines = [commit.in_(language) if commit else f"{checked}."]
    if since is not None:
        before = when(course, since.checked_at)
        changed = changes(run.findings, since.findings)
        if changed:
            lines = [
                heading + _SINCE.format(when=before).in_(language),
                "",
                *_listed(changed, language, shown, bullet),
                "",
                *lines,
            ]
        else:
            lines = [_NOTHING.format(when=before).in_(language), "", *lines]
    return "\n".join([*_sent_back(course, verdict, shown, heading), *lines])


def _sent_back(
    course: Course, verdict: Verdict | None, shown: Callable[[str, int], str], heading: str
) -> list[str]:
    """Return what the instructor wants changed; other verdicts are none of a git host's business."""
    if verdict is None or verdict.decision != "send_back":
        return []
    title = _BACK.format(when=when(course, verdict.given_at)).in_(course.language)
    # Paragraphs of their own, as a git host may read single line breaks as spaces.
    said = [shown(line, 0) for line in (verdict.comment or "").splitlines() if line.strip()]
    return [heading + title, "", *(part for line in said for part in (line, ""))]


def _listed(
    changed: dict[str, list[Finding]], language: str, shown: Callable[[str, int], str], bullet: str
) -> list[str]:
    return [
        f"{bullet}{_KINDS[kind].in_(language)}: {', '.join(f'{shown(f.title, 100)} ({shown(f.code, 40)})' for f in found)}"
        for kind, found in changed.items()
    ]


def changes(now: Sequence[Finding], before: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Say what is otherwise than it was; kinds without any are left out."""
    earlier = {finding.code: finding for finding in before}
    found: dict[str, list[Finding]] = {kind: [] for kind in _KINDS}
    for finding in now:
        was = earlier.get(finding.code)
        missing = finding.status is Status.NOT_MET
        if was is None:
            if missing:
                found["new"].append(finding)
        elif finding.status is Status.MET and was.status is not Status.MET:
            found["met"].append(finding)
        elif missing and was.status is not Status.NOT_MET:
            found["open"].append(finding)
        elif finding.blocks and not was.blocks:
            found["due"].append(finding)
    return {kind: findings for kind, findings in found.items() if findings}


def when(course: Course, moment: dt.datetime) -> str:
    """Write a moment in the course's time zone and language."""
    local = moment.astimezone(ZoneInfo(course.time_zone) if course.time_zone else None)
    return f"{local:%d.%m.%Y, %H:%M}" if course.language == "de" else f"{local:%Y-%m-%d %H:%M}"
