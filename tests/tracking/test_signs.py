from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from coursekit.store.outcomes import Tally
from coursekit.tracking.formats._words import legend, sign
from coursekit.tracking.milestones import MilestoneState, Outcome, Seen, State

NOON = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)


def milestone(state: State, advised_open: int) -> MilestoneState:
    seen = Seen(Outcome.MET, Tally(advised=3, advised_open=advised_open), None, NOON)
    return MilestoneState("model", NOON, NOON, state, now=seen)


def tracked(*states: MilestoneState) -> Any:
    groups = [SimpleNamespace(milestones=(state,)) for state in states]
    return SimpleNamespace(milestones=(("model", NOON),), groups=groups)


def test_met_with_advised_ones_open_is_told_from_all_met() -> None:
    """What a template ships with meets most of what is required, so a bare ✓ would say too much."""
    assert sign(milestone(State.MET, 0)) == "✓"
    assert sign(milestone(State.MET, 2)) == "~"
    assert sign(milestone(State.LATE, 2)) == "L"
    assert sign(MilestoneState("proposal", None, None, State.MET)) == "✓"


def test_the_legend_has_what_occurs() -> None:
    all_met, partly, late = (
        milestone(State.MET, 0),
        milestone(State.MET, 1),
        milestone(State.LATE, 0),
    )
    assert [line[0] for line in legend(tracked(all_met, late))] == ["✓", "L"]
    assert [line[0] for line in legend(tracked(partly, late))] == ["~", "L"]
    assert [line[0] for line in legend(tracked(partly, late, all_met))] == ["✓", "~", "L"]
