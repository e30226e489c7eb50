"""The first milestone: what a group proposes to do, and what the instructor decided about it.

The group states it in `project.toml`, in ``[proposal]``, ``[data]`` and the members; see there. The decision stands
in the store, with a fingerprint of what was read, so that a proposal that has changed since is told apart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from coursekit.config import Course
from coursekit.course.groups.find import group_called
from coursekit.course.places import Place, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.model import Project
from coursekit.store import Reader, open_store
from coursekit.store.proposals import add_decision, latest_decisions, list_decisions
from coursekit.store.records import Decision, NewProposalDecision, ProposalDecision
from coursekit.submission import open_submission
from coursekit.text import one_line

MILESTONE = "proposal"


class ProposalState(StrEnum):
    """How far a group's proposal is."""

    NONE = "none"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    SENT_BACK = "sent_back"
    REVISED = "revised"
    ACCEPTED = "accepted"
    CHANGED = "changed"


#: The states in words; `CHANGED` is a proposal that was accepted and says something else now.
WORDS = {
    ProposalState.NONE: "nothing yet",
    ProposalState.ABSENT: "not fetched yet",
    ProposalState.UNREADABLE: "cannot be read",
    ProposalState.INCOMPLETE: "incomplete",
    ProposalState.COMPLETE: "to be decided",
    ProposalState.SENT_BACK: "sent back",
    ProposalState.REVISED: "revised, to be decided",
    ProposalState.ACCEPTED: "accepted",
    ProposalState.CHANGED: "accepted, changed since",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A group's proposal as it stands, and the decisions about it, the oldest first.

    Attributes
    ----------
    facts : tuple of (str, str)
        Question, data, licence, metric and members, each with what it is called; empty where nothing is said.
    problem : str
        Why nothing could be read, if so.
    unread : ProposalState or None
        The state of a proposal that could not be read: none, absent or unreadable.
    """

    group: str
    title: str
    facts: tuple[tuple[str, str], ...]
    problem: str
    fingerprint: str
    decisions: tuple[ProposalDecision, ...] = ()
    due: dt.datetime | None = None
    unread: ProposalState | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the group still has to say."""
        return tuple(name for name, value in self.facts if not value)

    @property
    def state(self) -> ProposalState:
        """How far it is."""
        return _state(self, self.decisions[-1] if self.decisions else None)


def show_proposal(course: Course, group: str) -> Proposal:
    """Read a group's proposal where its work lies, and the decisions about it.

    Raises
    ------
    InputError
        If there is no such group.
    """
    with open_store(course.store) as store, store.read() as view:
        target = group_called(view, group)
        place = next(one for one in group_places(course, view) if one.group.id == target.id)
        decisions = tuple(list_decisions(view, group_id=target.id))
    return read_proposal(place, decisions, _due(course))


def decide_proposal(
    course: Course, group: str, decision: Decision, *, comment: str | None = None, force: bool = False
) -> Proposal:
    """Record that a group's proposal is accepted or sent back, and return it with the decision.

    Raises
    ------
    InputError
        If there is no such group, something is missing in what is to be accepted and it is not forced, or
        it is sent back without a comment.
    """
    if decision == "sent_back" and not (comment or "").strip():
        raise InputError(
            "expected a comment, for the group to know what to change",
            'Write  --send-back "what to change" .',
        )
    before = show_proposal(course, group)
    if decision == "accepted" and not force and (before.problem or before.missing):
        what = before.problem or f"missing: {', '.join(before.missing)}"
        raise InputError(
            f"expected a complete proposal of {one_line(before.group, 60)!r} to accept, but {what}",
            'Send it back with  --send-back "…" , or accept it all the same with  --force .',
        )
    with open_store(course.store) as store, store.transaction("groups proposal") as tx:
        target = group_called(tx, group)
        text = (comment or "").strip() or None
        add_decision(tx, NewProposalDecision(target.id, decision, before.fingerprint, text))
        decisions = tuple(list_decisions(tx, group_id=target.id))
    return Proposal(
        before.group,
        before.title,
        before.facts,
        before.problem,
        before.fingerprint,
        decisions,
        before.due,
        before.unread,
    )


def proposal_states(view: Reader, places: list[Place]) -> dict[int, ProposalState]:
    """Return how far each group's proposal is, by the group's id."""
    latest = latest_decisions(view)
    return {place.group.id: _state(read_proposal(place), latest.get(place.group.id)) for place in places}


def read_proposal(
    place: Place, decisions: tuple[ProposalDecision, ...] = (), due: dt.datetime | None = None
) -> Proposal:
    """Read what a group's `project.toml` says, in its clone or folder."""
    project, unread, problem = _project(place)
    if project is None:
        facts = tuple((name, "") for name in ("question", "data", "licence", "metric", "members"))
        return Proposal(place.group.name, "", facts, problem, "", decisions, due, unread)
    data = ", ".join(filter(None, (project.data_name.strip(), project.data_source.strip())))
    facts = (
        ("question", project.question.strip()),
        ("data", data),
        ("licence", project.data_license.strip()),
        ("metric", project.planned_metric.strip() or project.results.metric.strip()),
        ("members", ", ".join(member.name for member in project.members)),
    )
    # Members are the store's business: who joins later does not undo what was accepted.
    said = json.dumps(facts[:-1], ensure_ascii=True).encode()
    fingerprint = hashlib.sha256(said).hexdigest()[:16]
    return Proposal(place.group.name, project.title, facts, "", fingerprint, decisions, due)


def _project(place: Place) -> tuple[Project | None, ProposalState | None, str]:
    """Return what `project.toml` says; else the state of such a proposal, and why nothing could be read."""
    if place.work is None:
        if place.repository is None:
            why = "it has no repository yet (coursekit new-project --all, or groups link)"
            return None, ProposalState.NONE, why
        return None, ProposalState.ABSENT, "its work is not on this machine (coursekit fetch)"
    try:
        submission = open_submission(place.work)
        if submission.project is not None:
            return submission.project, None, ""
        said = [one.message for one in submission.problems if one.path == "project.toml"]
        problem = next((one if isinstance(one, str) else one.in_("en") for one in said), "")
    except CoursekitError as error:
        problem = error.message
    missing = "it has no project.toml with a table [proposal]"
    return None, ProposalState.UNREADABLE, problem or missing


def _state(proposal: Proposal, decision: ProposalDecision | None) -> ProposalState:
    if decision:
        same = proposal.problem or decision.fingerprint == proposal.fingerprint
        if decision.decision == "accepted":
            return ProposalState.ACCEPTED if same else ProposalState.CHANGED
        return ProposalState.SENT_BACK if same else ProposalState.REVISED
    if proposal.unread is not None:
        return proposal.unread
    said = dict(proposal.facts)
    if not said["question"] and not said["metric"] and not said["data"]:
        return ProposalState.NONE
    return ProposalState.INCOMPLETE if proposal.missing else ProposalState.COMPLETE


def _due(course: Course) -> dt.datetime | None:
    return next((one.deadline for one in course.milestones if one.name == MILESTONE), None)
