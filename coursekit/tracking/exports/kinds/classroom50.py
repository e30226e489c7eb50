"""Classroom 50: a score for each group's (or student's) repository, for the gradebook that lies in its repository.

Classroom 50 keeps a classroom's grades in the file ``<classroom>/scores.json`` of the organization's repository
``classroom50`` (schema ``classroom50/scores/v1``; looked up in November 2026). It is no upload: the file is committed there.

- Below ``assignments`` each assignment has a ``type`` (``individual`` or ``group``, as its mode is) and ``entries``, one a
  repository, known by ``owner``: what stands behind ``<classroom>-<assignment>-`` in the repository's name. An entry of a
  group names its members' accounts.
- An entry's ``submissions`` are its history, the newest first, with whole numbers for ``score`` and ``max-score``, and
  ``tests``. One that a teacher entered has ``"override": true``, and the collecting workflow leaves it alone; its
  submission has placeholders in place of links, beginning with ``submit/manual-``.
- Readers sort by ``datetime``, which for what students pushed is a date that they can set. So an override is dated one
  second after the newest of them at least.

So results are entered as teacher's scores: the other assignments, entries and submissions of the file given with
``--scores`` stay.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.errors import InputError
from coursekit.model import Level, Status
from coursekit.text import one_line, plural, printable
from coursekit.tracking.exports.export import Bundle, Data, Export, GroupResult, LeftOut, Made, Option
from coursekit.tracking.exports.words import undecided, without_group

NAME = "scores.json"
_SCHEMA, _RESULT = "classroom50/scores/v1", "classroom50/result/v1"
_SHORT = re.compile(r"[a-z0-9][a-z0-9-]{1,99}", re.ASCII)
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", re.ASCII)
_MANUAL = "submit/manual-"
_LIMIT = 50 * 1000 * 1000
_DONE = (Status.MET, Status.WAIVED)


def make(data: Data, options: Mapping[str, Any], bundles: tuple[Bundle, ...] = ()) -> Made:
    """Return the file."""
    del bundles
    classroom, assignment = (
        _short(options["classroom"], "classroom"),
        _short(options["assignment"], "assignment"),
    )
    scores = _read(options["scores"]) if options["scores"] else {"schema": _SCHEMA, "assignments": {}}
    mode = options["mode"]
    bucket = _bucket(scores, assignment, mode)
    entries: list[dict[str, Any]] = bucket["entries"]
    places = {str(one["owner"]).lower(): at for at, one in enumerate(entries)}
    left_out: list[LeftOut] = []
    taken: dict[str, str] = {}
    written = 0
    notes: list[str] = []
    units = _units(data, mode, f"{classroom}-{assignment}-", left_out, notes)
    for who, owner, members, group in units:
        score = _score(group, options["grade"])
        if owner.lower() in taken:
            left_out.append(LeftOut(who, f"{taken[owner.lower()]} has the owner {owner} too"))
            continue
        taken[owner.lower()] = who
        if score is None:
            why = "the project was never checked" if options["grade"] == "points" else "not decided yet"
            left_out.append(LeftOut(who, why))
            continue
        old = entries[places[owner.lower()]] if owner.lower() in places else {"owner": owner}
        entry = _entry(old, members, _record(group, owner, classroom, mode, score, data.moment, old))
        if owner.lower() in places:
            entries[places[owner.lower()]] = entry
        else:
            entries.append(entry)
        written += 1
    if not written:
        reasons = "; ".join(f"{one.who}: {one.why}" for one in left_out[:3]) or "there are no groups"
        raise InputError(
            f"expected results to export, found none ({reasons})",
            "coursekit groups list  shows accounts, coursekit verdict  records what an instructor decided.",
        )
    notes += [
        *(undecided(data.taking_part) if options["grade"] == "project" else ()),
        *without_group(data.taking_part),
    ]
    if not options["scores"]:
        notes.append(
            f"it holds this assignment alone: where {classroom}/{NAME} exists in the classroom50 repository, give it with "
            "--scores, or its other scores are lost"
        )
    text = json.dumps(scores, ensure_ascii=False, indent=2) + "\n"
    noun = "group" if mode == "group" else "student"
    total = written + len(left_out)
    counts = ((written, "written"), (len(left_out), "left out"))
    return Made({NAME: text.encode("utf-8")}, counts, plural(total, noun), tuple(left_out), tuple(notes))


def _short(name: str, what: str) -> str:
    if not _SHORT.fullmatch(name):
        raise InputError(
            f"expected the short name of the {what} in Classroom 50 (small letters, digits, hyphens), found "
            f"{one_line(name, 60)!r}",
            f"It stands in the addresses of its pages and repositories, for example  --{what} dl-2026 .",
        )
    return name


def _units(
    data: Data, mode: str, prefix: str, left_out: list[LeftOut], notes: list[str]
) -> list[tuple[str, str, list[str], GroupResult]]:
    """Return who gets an entry: how to call it, its owner, the members' accounts, and the group's result."""
    found: list[tuple[str, str, list[str], GroupResult]] = []
    if mode == "individual":
        for result in data.results:
            who, account = one_line(result.student.name, 60), result.student.account or ""
            if result.student.left_at is not None:
                left_out.append(LeftOut(who, "dropped out"))
            elif result.group is None:
                left_out.append(LeftOut(who, "in no group"))
            elif why := _unusable(account):
                left_out.append(LeftOut(who, why))
            else:
                found.append((who, account, [], result.group))
        return found
    for group in data.groups:
        who = one_line(group.name, 60)
        accounts = [one.account for one in group.members if one.account and not _unusable(one.account)]
        missing = [one_line(one.name, 60) for one in group.members if one.account not in accounts]
        name = group.url.rstrip("/").removesuffix(".git").rpartition("/")[2]
        rest = name[len(prefix) :] if name.lower().startswith(prefix) else ""
        owner = rest if _LOGIN.fullmatch(rest) else next(iter(accounts), "")
        if not owner:
            left_out.append(LeftOut(who, "no account of any member is known"))
            continue
        if missing:
            notes.append(f"{who}: not credited, as no account is known: {', '.join(missing)}")
        others = sorted({one.lower() for one in accounts} - {owner.lower()})
        found.append((who, owner, sorted([owner, *others], key=str.lower), group))
    return found


def _unusable(account: str) -> str:
    if not account:
        return "no account on the roster"
    return "" if _LOGIN.fullmatch(account) else f"{one_line(account, 40)!r} is no account of GitHub"


def _score(group: GroupResult, of: str) -> tuple[int, int] | None:
    if of == "points":
        return None if group.points is None or not group.possible else (group.points, group.possible)
    return {"passed": (1, 1), "failed": (0, 1)}.get(group.project)


def _entry(old: Mapping[str, Any], members: list[str], record: dict[str, Any]) -> dict[str, Any]:
    entry = {**old, "override": True, "submissions": [record, *_pushed(old)]}
    if members and not old.get("member_usernames"):
        entry["member_usernames"] = members
    return entry


def _pushed(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the submissions of students, without the scores that teachers entered."""
    found = entry.get("submissions", [])
    records = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in records if not str(one.get("submission", "")).startswith(_MANUAL)]


def _record(
    group: GroupResult,
    owner: str,
    classroom: str,
    mode: str,
    score: tuple[int, int],
    moment: dt.datetime,
    old: Mapping[str, Any],
) -> dict[str, Any]:
    when = (group.decided_at or moment).astimezone(dt.UTC).replace(microsecond=0)
    for one in _pushed(old):
        if (pushed := _moment(one.get("datetime"))) and pushed >= when:
            when = pushed + dt.timedelta(seconds=1)
    stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}"
    sentinel = f"{_MANUAL}{stamp.replace(':', '-')}"
    # The points are the requirements, so that one sees which are missing.
    tests = [
        {
            "test-name": printable(f"{one.code} {one.title}"),
            "passed": one.status in _DONE,
            "score": int(one.status in _DONE),
            "max-score": 1,
        }
        for one in group.findings
        if one.level is Level.REQUIRED
    ]
    return {
        "schema": _RESULT,
        "classroom": classroom,
        "assignment_type": mode,
        "owner": owner,
        "submission": sentinel,
        "commit": sentinel,
        "release": sentinel,
        "review": sentinel,
        "datetime": stamp,
        "score": score[0],
        "max-score": score[1],
        "tests": tests if score[1] == len(tests) else [],
    }


def _moment(text: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo and found.year < dt.MAXYEAR else None


def _read(path: Path) -> dict[str, Any]:
    name = one_line(path.name, 60)
    try:
        if path.stat().st_size > _LIMIT:
            raise InputError(
                f"expected at most {_LIMIT // 1000**2} MB, but {name} has more", "Check the file."
            )
        scores = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"expected the classroom's {NAME} at {one_line(str(path))}, but {error.strerror}",
            "Check the path.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"expected JSON, but {name} is none: {one_line(str(error), 80)}", "Fetch it again."
        ) from None
    if (
        not isinstance(scores, dict)
        or scores.get("schema") != _SCHEMA
        or not isinstance(scores.get("assignments"), dict)
    ):
        raise InputError(
            f"expected the schema {_SCHEMA} with assignments, but {name} has none",
            "Take <classroom>/scores.json of the repository classroom50.",
        )
    return scores


def _bucket(scores: dict[str, Any], assignment: str, mode: str) -> dict[str, Any]:
    bucket = scores["assignments"].setdefault(assignment, {"type": mode, "entries": []})
    entries = bucket.get("entries") if isinstance(bucket, dict) else None
    if not isinstance(entries, list) or not all(
        isinstance(one, dict) and one.get("owner") for one in entries
    ):
        raise InputError(
            f"expected entries with owners for the assignment {assignment}, found something else",
            "Collect the scores in Classroom 50 again.",
        )
    if bucket.get("type") != mode:
        raise InputError(
            f"expected the assignment {assignment} to have the mode {mode}, but it has {one_line(str(bucket.get('type')), 20)}",
            f"Say  --mode {'individual' if mode == 'group' else 'group'} .",
        )
    found: dict[str, Any] = bucket
    return found


EXPORT = Export(
    title="Scores for Classroom 50 (scores.json of a classroom).",
    about="""Classroom 50 takes no uploads: its gradebook is the file CLASSROOM/scores.json in the organization's repository
    classroom50. Give that file with --scores, and commit what is written here in its place. Results stand in it as
    scores that a teacher entered, so that collecting leaves them alone; all else stays.""",
    make=make,
    options=(
        Option("classroom", "The classroom's short name.", required=True, metavar="NAME"),
        Option("assignment", "The assignment's short name.", required=True, metavar="NAME"),
        Option("scores", "The classroom's scores.json as it is.", file=True, metavar="FILE"),
        Option(
            "grade",
            "Of what: the required requirements met, or 1 or 0 for a project that passed or failed.",
            default="points",
            choices=("points", "project"),
        ),
        Option("mode", "As the assignment is set.", default="group", choices=("group", "individual")),
    ),
    output=f"exports/{NAME}",
    example="--classroom dl-2026 --assignment project --scores classroom50/dl-2026/scores.json",
)
