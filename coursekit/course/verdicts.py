"""`coursekit verdict`: what an instructor decides about projects, and about single findings.

A pass is given only where nothing required is open: what is not met is overruled or waived first, what no rule could
judge is accepted with the verdict, requirement by requirement, or overruled too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from coursekit.config import Course
from coursekit.course.groups.find import group_called
from coursekit.errors import InputError
from coursekit.model import Finding, Level, Status
from coursekit.store import Reader, Transaction, open_store
from coursekit.store.overrulings import add_overruling, present_overrulings, withdraw_overruling
from coursekit.store.people import list_groups
from coursekit.store.records import (
    Group,
    NewOverruling,
    NewVerdict,
    OverruledStatus,
    Overruling,
    Verdict,
    VerdictDecision,
)
from coursekit.store.verdicts import add_verdict, list_verdicts
from coursekit.text import nearest, one_line, plural
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.eligibility import ProjectState, project_states

#: Asks for a reason where somebody can be asked; None where not.
Ask = Callable[[str], "str | None"]

COMMAND = "verdict"
WORDS = {"pass": "pass", "fail": "fail", "send_back": "sent back"}


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """What was decided about a group's project, and what that is based on.

    Attributes
    ----------
    group : Group
    called : str
        What to call the group on the screen.
    state : ProjectState
        What is open, and the newest verdict.
    history : tuple of Verdict
        The oldest first.
    overrulings : tuple of Overruling
        Those that count.
    changed : bool
        Whether something was recorded now.
    """

    group: Group
    called: str
    state: ProjectState
    history: tuple[Verdict, ...] = ()
    overrulings: tuple[Overruling, ...] = ()
    changed: bool = False

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return WORDS[self.state.verdict.decision] if self.state.verdict else "none yet"

    def finding(self, code: str) -> Finding:
        """Return one of the newest check."""
        return next(one for one in self.state.findings if one.code == code)


def course_verdicts(course: Course, *, anonymous: bool = False) -> tuple[list[GroupVerdict], Names]:
    """Give what was decided about every group, and what to call people in comments."""
    with open_store(course.store, create=False) as store, store.read() as view:
        names = names_of(view, anonymous=anonymous)
        return _all(course, view, names), names


def show_verdict(course: Course, group: str) -> GroupVerdict:
    """Give what was decided about one group, and what that is based on.

    Raises
    ------
    InputError
        If there is no such group.
    """
    with open_store(course.store, create=False) as store, store.read() as view:
        return _of(course, view, group_called(view, group))


def give_verdict(
    course: Course,
    group: str,
    decision: VerdictDecision,
    *,
    comment: str | None = None,
    accept: Sequence[str] = (),
    reason: str | None = None,
    ask: Ask | None = None,
) -> GroupVerdict:
    """Record what an instructor decided about a group's project, from the newest check of it.

    Parameters
    ----------
    course : Course
    group : str
    decision : {"pass", "fail", "send_back"}
    comment : str, optional
        For the group; to send a project back it is needed.
    accept : sequence of str, optional
        With a pass: codes of required ones that are not judged, and that the instructor looked at.
    reason : str, optional
        Why an earlier verdict is changed, for the audit; needed then.
    ask : callable, optional
        Asks for a missing reason.

    Raises
    ------
    InputError
        If there is no such group; something required is open and it is a pass; or a comment or reason is missing.
        Nothing is recorded then.
    """
    comment = (comment or "").strip() or None
    if decision == "send_back" and comment is None:
        raise InputError(
            "expected a comment, for the group to know what to change", 'Add  --comment "what to change" .'
        )
    if accept and decision != "pass":
        raise InputError("expected --accept only with a pass", "Leave it out.")
    # What is asked for is asked outside the transaction, which would keep all others waiting meanwhile.
    before = show_verdict(course, group)
    new = _decided(before, decision, comment, accept)
    last = before.state.verdict
    if last and NewVerdict(last.group_id, last.decision, last.comment, last.commit, last.accepted) == new:
        return before
    if last:
        reason = given_reason(
            reason, ask, f"the verdict on {one_line(before.group.name, 60)!r} is changed from {before.word}"
        )
    with open_store(course.store, create=False) as store, store.transaction(COMMAND) as tx:
        now = _of(course, tx, group_called(tx, group))
        if now.state != before.state:
            raise InputError(
                "expected nothing to change meanwhile, but another command has recorded something about this group",
                "Look at it and run this again.",
            )
        add_verdict(tx, new, reason=reason)
        return replace(_of(course, tx, now.group), changed=True)


def overrule(
    course: Course,
    group: str,
    code: str,
    status: OverruledStatus | None,
    *,
    reason: str | None = None,
    ask: Ask | None = None,
) -> GroupVerdict:
    """Decide about one requirement of one group, whatever checks find; without `status`, take that back.

    Raises
    ------
    InputError
        If there is no such group, requirement or decision, or the reason is missing. Nothing is recorded then.
    """
    before = show_verdict(course, group)
    code = _known(before, code)
    shown = one_line(before.group.name, 60)
    known = {one.code: one for one in before.overrulings}
    if status is None and code not in known:
        raise InputError(
            f"expected a decision about {code} of {shown!r} to take back, but there is none",
            f"There are: {', '.join(known) or 'none'}.",
        )
    what = f"{code} of {shown!r} is overruled" if status else f"what was decided about {code} is taken back"
    reason = given_reason(reason, ask, what)
    with open_store(course.store, create=False) as store, store.transaction("verdict overrule") as tx:
        target = group_called(tx, group)
        if status is None:
            withdraw_overruling(tx, target.id, code, reason=reason)
        else:
            add_overruling(tx, NewOverruling(target.id, code, status, reason))
        return replace(_of(course, tx, target), changed=True)


def given_reason(reason: str | None, ask: Ask | None, what: str) -> str:
    """Return the reason for a change, asked for if it is not given and somebody can be asked.

    Raises
    ------
    InputError
        If there is none.
    """
    text = (reason or "").strip()
    if not text and reason is None and ask is not None:
        text = (ask(f"Why? ({what})") or "").strip()
    if not text:
        raise InputError(f"expected a reason, as {what}", 'Add  --reason "why" . The audit keeps it.')
    return text


def _decided(
    before: GroupVerdict, decision: VerdictDecision, comment: str | None, accept: Sequence[str]
) -> NewVerdict:
    """Return the verdict, after looking whether it may be given."""
    state, group = before.state, before.group
    commit = state.run.commit if state.run else None
    if decision != "pass":
        return NewVerdict(group.id, decision, comment, commit)
    shown = one_line(group.name, 60)
    typed = f'"{shown}"' if " " in shown else shown
    if state.unusable:
        what, _, todo = state.unusable.partition(": ")
        raise InputError(f"expected a check to base a pass on, but {shown!r} {what}", f"Run  {todo}  first.")
    open_ = {
        one.code for one in state.findings if one.level is Level.REQUIRED and one.status is Status.NOT_JUDGED
    }
    accepted = tuple(dict.fromkeys(code.strip().upper() for code in accept))
    wrong = [one_line(code, 40) for code in accepted if code not in open_]
    if wrong:
        raise InputError(
            f"expected required ones that are not judged behind --accept, but {', '.join(wrong)} is not one",
            f"Not judged: {', '.join(sorted(open_)) or 'none'}. What is not met is decided otherwise by  coursekit verdict overrule .",
        )
    if state.unmet:
        listed = "\n".join(f"  {code}  {one_line(before.finding(code).message, 90)}" for code in state.unmet)
        raise InputError(
            f"expected everything required to be met, but in {shown!r} {plural(len(state.unmet), 'requirement')} "
            f"{'is' if len(state.unmet) == 1 else 'are'} not:\n{listed}",
            f"Send it back:           coursekit verdict {typed} send-back --comment …\n"
            f"Or decide otherwise:    coursekit verdict overrule {typed} {state.unmet[0]} met --reason …\n"
            "Or excuse the group:    [[waivers]] in course.toml, then  coursekit check --all",
        )
    left = [one.code for one in state.findings if one.code in open_ and one.code not in accepted]
    if left:
        listed = "\n".join(f"  {code}  {one_line(before.finding(code).message, 90)}" for code in left)
        flags = " ".join(f"--accept {code}" for code in [*accepted, *left])
        raise InputError(
            f"expected you to have looked at what no rule could judge in {shown!r}:\n{listed}",
            f"Where you found it met:      coursekit verdict {typed} pass {flags}\n"
            f"Where not:                   coursekit verdict overrule {typed} {left[0]} not-met --reason …",
        )
    return NewVerdict(group.id, decision, comment, commit, tuple(sorted(accepted)))


def _known(before: GroupVerdict, code: str) -> str:
    """Return the code of a requirement of the group's newest check."""
    code = code.strip().upper()
    codes = [one.code for one in before.state.findings] + [one.code for one in before.overrulings]
    if code in codes:
        return code
    if not codes:
        raise InputError(
            f"expected a check of {one_line(before.group.name, 60)!r}, found none",
            "Run  coursekit check --all  first.",
        )
    close = nearest(code, codes)
    raise InputError(
        f"expected the code of a requirement, but {one_line(code, 40)!r} is none of this course's",
        f"Did you mean {close}?" if close else "'coursekit rules' lists them.",
    )


def _all(course: Course, view: Reader | Transaction, names: Names) -> list[GroupVerdict]:
    states, rulings = project_states(course, view), present_overrulings(view)
    history: dict[int, list[Verdict]] = {}
    for one in list_verdicts(view):
        history.setdefault(one.group_id, []).append(one)
    return [
        GroupVerdict(
            group,
            names.group(group.id),
            states[group.id],
            tuple(history.get(group.id, ())),
            tuple(rulings.get(group.id, {}).values()),
        )
        for group in list_groups(view)
    ]


def _of(course: Course, view: Reader | Transaction, group: Group) -> GroupVerdict:
    everything = _all(course, view, names_of(view, anonymous=False))
    return next(one for one in everything if one.group.id == group.id)
