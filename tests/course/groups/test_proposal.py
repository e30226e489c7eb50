"""The first milestone: what a group proposes, what is missing, and what was decided about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.checker import check_path
from coursekit.config import Course, update_project
from coursekit.course.groups import (
    ProposalState,
    decide_proposal,
    link_repository,
    list_course_groups,
    move_student,
    show_proposal,
)
from coursekit.errors import InputError
from coursekit.git import commit_all

COMPLETE = {
    "question": "Which bee is on the picture?",
    "planned_metric": "accuracy",
    "data_name": "BeeWings",
    "data_license": "CC BY 4.0",
}


def write(folder: Path, **changes: object) -> None:
    path = folder / "project.toml"
    path.write_text(update_project(path.read_text("utf-8"), **changes), encoding="utf-8")


def test_a_proposal_from_nothing_to_accepted(course: Course, bees: Path) -> None:
    assert show_proposal(course, "bees").state is ProposalState.NONE
    write(bees, question="Which bee?")
    shown = show_proposal(course, "bees")
    assert shown.state is ProposalState.INCOMPLETE
    assert shown.missing == ("data", "licence", "metric")
    assert shown.due == course.milestones[0].deadline

    with pytest.raises(InputError, match="missing: data, licence, metric"):
        decide_proposal(course, "bees", "accepted")
    with pytest.raises(InputError, match="expected a comment"):
        decide_proposal(course, "bees", "sent_back", comment=" ")
    back = decide_proposal(course, "bees", "sent_back", comment="Which data, Ada?")
    assert (back.state, back.decisions[0].comment) == (ProposalState.SENT_BACK, "Which data, Ada?")

    write(bees, **COMPLETE)
    assert show_proposal(course, "bees").state is ProposalState.REVISED
    done = decide_proposal(course, "bees", "accepted")
    assert (done.state, done.missing, len(done.decisions)) == (ProposalState.ACCEPTED, (), 2)

    # Who joins later does not undo it; another question does.
    move_student(course, "Emmy Noether", "Bees")
    assert show_proposal(course, "bees").state is ProposalState.ACCEPTED
    write(bees, question="Another one?")
    assert show_proposal(course, "bees").state is ProposalState.CHANGED


def test_a_complete_proposal_waits_for_a_decision(course: Course, bees: Path) -> None:
    write(bees, **COMPLETE)
    assert [group.proposal for group in list_course_groups(course).groups] == [
        ProposalState.COMPLETE,
        ProposalState.NONE,
    ]


def test_the_clone_is_what_counts(course: Course, bees: Path) -> None:
    """What was pushed, not what lies in the folder here."""
    import pygit2

    write(bees, **COMPLETE)
    commit_all(bees, "Propose")
    pygit2.clone_repository(str(bees), str(course.folder / "clones" / "bees.git"), bare=True)
    write(bees, question="")
    assert show_proposal(course, "Bees").state is ProposalState.COMPLETE


def test_what_cannot_be_read_is_said_and_may_be_accepted_all_the_same(course: Course, tmp_path: Path) -> None:
    assert "no repository yet" in show_proposal(course, "Birds").problem
    link_repository(course, "Birds", "https://git.example.org/birds")
    assert show_proposal(course, "Birds").state is ProposalState.ABSENT
    own = tmp_path / "own"
    own.mkdir()
    (own / "README.md").write_text("# Birds")
    link_repository(course, "Birds", str(own), replace=True)
    shown = show_proposal(course, "Birds")
    assert (shown.state, "no project.toml" in shown.problem) == (ProposalState.UNREADABLE, True)
    (own / "project.toml").write_text("broken [")
    assert "cannot be read as TOML" in show_proposal(course, "Birds").problem
    with pytest.raises(InputError, match="cannot be read as TOML"):
        decide_proposal(course, "Birds", "accepted")
    accepted = decide_proposal(course, "Birds", "accepted", comment="told me", force=True)
    assert accepted.state is ProposalState.ACCEPTED


def test_the_results_metric_will_do(course: Course, bees: Path) -> None:
    from coursekit.model import ProjectResults

    write(bees, **{**COMPLETE, "planned_metric": "", "results": ProjectResults(metric="F1")})
    assert dict(show_proposal(course, "bees").facts)["metric"] == "F1"


def test_check_knows_the_other_milestones_where_the_course_has_this_one(course: Course, bees: Path) -> None:
    write(bees, milestones=course.milestones)
    assert {finding.milestone for finding in check_path(bees).findings} >= {"literature-review"}
