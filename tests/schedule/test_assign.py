"""Who gets which slot: as many groups as possible, then the wishes, and the lot."""

from __future__ import annotations

import datetime as dt
import itertools
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import MissingExtraError
from coursekit.schedule import Slot, SlotWish, assign
from coursekit.schedule.assign import unmet

START = dt.datetime(2027, 1, 20, 18, tzinfo=dt.UTC)


def slots(*sizes: int) -> list[Slot]:
    """Return the slots of sessions of these sizes, a week apart."""
    found = []
    for week, size in enumerate(sizes):
        for number in range(size):
            start = START + dt.timedelta(weeks=week, minutes=25 * number)
            found.append(Slot(start, start + dt.timedelta(minutes=20), number))
    return found


def test_free_slots_are_at_the_ends_and_sessions_are_filled_evenly() -> None:
    there = slots(4, 4)
    found = assign(range(5), there)
    taken = sorted(there.index(slot) for slot in found.slots.values())
    assert taken in ([0, 1, 2, 4, 5], [0, 1, 4, 5, 6])
    assert found.refused == ()


def test_the_seed_decides_and_nothing_else() -> None:
    there = slots(6, 6)
    one = assign(range(10), there, seed=1)
    assert assign(list(range(10))[::-1], there[::-1], seed=1).slots == one.slots
    assert any(assign(range(10), there, seed=seed).slots != one.slots for seed in range(2, 5))


def test_a_place_for_all_comes_before_wishes() -> None:
    first, second = slots(1, 1)
    wishes = [SlotWish(1, (frozenset({first}),)), SlotWish(2, (), frozenset({second}))]
    found = assign([1, 2], [first, second], wishes)
    assert found.slots == {1: second, 2: first}
    assert found.cost == {1: 1.0}


def test_all_rows_of_a_group_count_as_much_as_those_of_another() -> None:
    first, second = slots(1, 1)
    many = [SlotWish(1, (frozenset({first}),)), *[SlotWish(1, (frozenset({second}),))] * 2]
    found = assign([1, 2], [first, second], [*many, SlotWish(2, (frozenset({second}),))])
    assert found.slots == {1: first, 2: second}
    assert found.cost == {1: pytest.approx(2 / 3), 2: 0.0}


def test_why_not_names_the_groups_and_slots_that_clash() -> None:
    there = slots(2, 3)
    late = frozenset(there[2:])
    wishes = [SlotWish(one, (), late) for one in (1, 2, 3)]
    found = assign(range(1, 6), there, wishes)
    (refusal,) = found.refused
    assert refusal.group_id in (1, 2, 3)
    assert refusal.groups == (1, 2, 3)
    assert refusal.slots == tuple(there[:2])
    assert assign([1], there[2:], wishes).refused[0].slots == ()


def test_fixed_groups_stay() -> None:
    there = slots(3)
    found = assign([1, 2, 3], there, [SlotWish(1, (), frozenset(there[2:]))], fixed={1: there[2]})
    assert found.slots[1] == there[2]
    assert sorted(slot.position for slot in found.slots.values()) == [0, 1, 2]
    assert assign([1], there, fixed={1: there[2]}).slots == {1: there[2]}


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_it_is_the_best_there_is(data: st.DataObject) -> None:
    """Compared with all assignments of few groups to few slots."""
    there = slots(data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2)))
    groups = list(range(data.draw(st.integers(1, 4))))
    some = st.frozensets(st.sampled_from(there), max_size=3)
    wishes = [
        SlotWish(
            data.draw(st.sampled_from(groups)), tuple(data.draw(st.lists(some, max_size=2))), data.draw(some)
        )
        for _ in range(data.draw(st.integers(0, 5)))
    ]
    found = assign(groups, there, wishes, seed=data.draw(st.integers(0, 9)))

    def worth(slots_of: dict[int, Slot]) -> tuple[int, float] | None:
        for one, slot in slots_of.items():
            if any(wish.group_id == one and slot in wish.impossible for wish in wishes):
                return None
        return -len(slots_of), round(sum(unmet(one, slot, wishes) for one, slot in slots_of.items()), 6)

    best = min(
        value
        for choice in itertools.product([None, *there], repeat=len(groups))
        if len({slot for slot in choice if slot}) == sum(slot is not None for slot in choice)
        and (value := worth({one: slot for one, slot in zip(groups, choice, strict=True) if slot}))
    )
    assert worth(dict(found.slots)) == best
    assert len(set(found.slots.values())) == len(found.slots)
    for refusal in found.refused:
        # Hall's condition: that many groups cannot all have one of so few slots.
        assert len(refusal.groups) > len(refusal.slots)
        for one in refusal.groups:
            may = {s for s in there if not any(w.group_id == one and s in w.impossible for w in wishes)}
            assert may <= set(refusal.slots)


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(MissingExtraError, match="SciPy") as caught:
        assign([1], slots(1))
    assert "coursekit-dl[schedule]" in caught.value.hint
    assert assign([], slots(1)).slots == {}
