"""Gives every group a slot: as many groups as possible, then as many wishes as possible."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from coursekit.errors import MissingExtraError
from coursekit.schedule.slots import Slot
from coursekit.schedule.wishes import SlotWish

# What the solver minimizes, each far above the sum of all below it: groups without a slot, wishes that are not met
# (0 to 1 for a group), late slots (so that the free ones are at the sessions' ends, and sessions are filled evenly),
# and the lot.
_NOWHERE, _LATE, _LOT = 1e4, 1e-7, 1e-9
_NEVER = 1e9


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a group got no slot: `groups` (among them this one) can only take `slots`, which are fewer."""

    group_id: int
    groups: tuple[int, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who presents when.

    Attributes
    ----------
    slots : mapping
        By group id; groups without a slot are not in it.
    refused : tuple of Refusal
        The others, and why.
    cost : mapping
        Of the groups that wished for something: 0 for the dearest wish, up to 1 for none of the wishes.
    """

    slots: Mapping[int, Slot]
    refused: tuple[Refusal, ...]
    cost: Mapping[int, float]


def assign(
    groups: Sequence[int],
    slots: Sequence[Slot],
    wishes: Sequence[SlotWish] = (),
    *,
    seed: int = 0,
    fixed: Mapping[int, Slot] | None = None,
) -> Assignment:
    """Assign groups to slots.

    The result is the best there is: first no group without a slot that could have one, then the wishes. All rows of
    one group count as much together as those of another one. The rest is drawn by lot.

    Parameters
    ----------
    groups : sequence of int
        By id.
    slots : sequence of Slot
        Those that are free; a group can also have a slot in `fixed` that is none of them.
    wishes : sequence of SlotWish
    seed : int, optional
        The same seed gives the same assignment.
    fixed : mapping, optional
        Groups that have their slot already.

    Raises
    ------
    MissingExtraError
        If SciPy is not installed.
    """
    fixed = fixed or {}
    taken = set(fixed.values())
    free = [slot for slot in sorted(slots) if slot not in taken]
    open_ = sorted(one for one in groups if one not in fixed)
    possible = {one: [slot for slot in free if not _impossible(one, slot, wishes)] for one in open_}
    chosen = _solve(open_, free, possible, wishes, random.Random(seed))  # noqa: S311 - a lot, no secret
    refused = tuple(_why(one, chosen, possible) for one in open_ if one not in chosen)
    all_slots = {one: chosen.get(one) or fixed[one] for one in groups if one in chosen or one in fixed}
    wishing = {wish.group_id for wish in wishes if wish.wished}
    cost = {one: unmet(one, slot, wishes) for one, slot in all_slots.items() if one in wishing}
    return Assignment(all_slots, refused, cost)


def unmet(group: int, slot: Slot, wishes: Sequence[SlotWish]) -> float:
    """Return how little a slot is what a group wished for: 0 for its first wish, 1 for none of them."""
    rows = [wish.wished for wish in wishes if wish.group_id == group and wish.wished]
    if not rows:
        return 0.0
    ranks = (
        (next((rank for rank, some in enumerate(wished) if slot in some), len(wished)), len(wished))
        for wished in rows
    )
    return sum(rank / count for rank, count in ranks) / len(rows)


def _impossible(group: int, slot: Slot, wishes: Sequence[SlotWish]) -> bool:
    return any(wish.group_id == group and slot in wish.impossible for wish in wishes)


def _solve(
    groups: Sequence[int],
    slots: Sequence[Slot],
    possible: Mapping[int, Collection[Slot]],
    wishes: Sequence[SlotWish],
    rng: random.Random,
) -> dict[int, Slot]:
    if not groups:
        return {}
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError:
        raise MissingExtraError(
            "expected the package SciPy, which finds the best schedule, but it is not installed",
            'Install it:  pip install "coursekit-dl[schedule]"  (from a checkout:  pip install ".[schedule]").',
        ) from None
    # After the slots a place for each group that gets none.
    costs = [
        [
            unmet(group, slot, wishes) + _LATE * slot.position + _LOT * rng.random()
            if slot in may
            else _NEVER
            for slot in slots
        ]
        + [_NOWHERE + _LOT * rng.random()] * len(groups)
        for group in groups
        for may in (frozenset(possible[group]),)
    ]
    rows, places = linear_sum_assignment(costs)
    return {groups[row]: slots[place] for row, place in zip(rows, places, strict=True) if place < len(slots)}


def _why(group: int, chosen: Mapping[int, Slot], possible: Mapping[int, Collection[Slot]]) -> Refusal:
    """Collect the groups that hold what this one could take, what they could take instead, and so on.

    None of these slots is free, or the groups could have moved on, and this one had a slot.
    """
    holder = {slot: one for one, slot in chosen.items()}
    groups, slots, more = {group}, set[Slot](), [group]
    while more:
        for slot in possible[more.pop()]:
            if slot not in slots:
                slots.add(slot)
                other = holder[slot]
                if other not in groups:
                    groups.add(other)
                    more.append(other)
    return Refusal(group, tuple(sorted(groups)), tuple(sorted(slots)))
