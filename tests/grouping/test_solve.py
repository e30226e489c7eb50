"""Groups by wishes: everybody placed, sizes kept, the same every time, and as good as they can be."""

from __future__ import annotations

import builtins
import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError, MissingExtraError
from coursekit.grouping import Solution, Wish, check_sizes, form_groups, search, solve
from coursekit.grouping.value import Value


def sets(solution: Solution) -> list[set[int]]:
    return [set(group.members) for group in solution.groups]


def test_friends_come_together_and_who_is_avoided_does_not() -> None:
    wishes = {1: Wish((2,)), 2: Wish((1,), (3,)), 3: Wish((4,), (1,)), 5: Wish(topics=("bees",))}
    solution = form_groups(range(1, 7), wishes, least=3, most=3)
    assert solution.proved
    one, other = sets(solution)
    assert one | other == set(range(1, 7))
    assert {1, 2} <= one
    assert {3, 4} <= other
    assert [group.topic for group in solution.groups if 5 in group.members] == ["bees"]


def test_same_topic_same_group() -> None:
    wishes = {n: Wish(topics=("bees", "birds") if n % 2 else ("birds", "bees")) for n in range(8)}
    solution = form_groups(range(8), wishes, least=4, most=4)
    assert {(group.members, group.topic) for group in solution.groups} == {
        ((1, 3, 5, 7), "bees"),
        ((0, 2, 4, 6), "birds"),
    }


def test_without_wishes_the_seed_decides_and_sizes_are_even() -> None:
    first = form_groups(range(14), {}, least=2, most=4, seed=1)
    assert sorted(map(len, sets(first))) == [3, 3, 4, 4]
    assert first == form_groups(list(range(14))[::-1], {}, least=2, most=4, seed=1)
    assert first != form_groups(range(14), {}, least=2, most=4, seed=2)


def partitions(students: list[int], least: int, most: int) -> Iterator[list[tuple[int, ...]]]:
    if not students:
        yield []
        return
    first, *rest = students
    for size in range(least, most + 1):
        for others in itertools.combinations(rest, size - 1):
            left = [one for one in rest if one not in others]
            for more in partitions(left, least, most):
                yield [(first, *others), *more]


def random_wishes(students: range, rng: random.Random) -> dict[int, Wish]:
    def some(most: int) -> tuple[int, ...]:
        return tuple(rng.choice(students) for _ in range(rng.randrange(most + 1)))

    return {
        one: Wish(some(3), some(1), tuple(rng.sample(["a", "b", "c", "d"], rng.randrange(4))))
        for one in students
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_to_be_best_is(seed: int) -> None:
    """All partitions of eight students are tried."""
    wishes = random_wishes(range(8), random.Random(seed))
    solution = form_groups(range(8), wishes, least=2, most=4, seed=seed)
    tidy = {one: solve._among(wish, set(range(8)), one) for one, wish in wishes.items()}
    value = Value(tidy, 4)
    assert solution.proved
    assert solution.worth == pytest.approx(
        max(sum(map(value, one)) for one in partitions(list(range(8)), 2, 4))
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_search_comes_near_the_best(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    students = range(14)
    wishes = random_wishes(students, random.Random(seed))
    best = form_groups(students, wishes, least=3, most=4, seed=seed)
    monkeypatch.setattr(solve, "ALL_GROUPS", 0)
    found = form_groups(students, wishes, least=3, most=4, seed=seed)
    assert best.proved
    assert not found.proved
    assert 0.9 * best.worth <= found.worth <= best.worth + 1e-6


@given(st.integers(2, 40), st.integers(1, 4), st.integers(0, 3), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_every_student_is_placed_once_in_groups_of_allowed_sizes(
    count: int, least: int, more: int, seed: int
) -> None:
    most = least + more
    try:
        check_sizes(count, least, most)
    except InputError:
        return
    students = range(100, 100 + count)
    with pytest.MonkeyPatch.context() as patch:
        # Fewer steps and no complete lists: the search is what may go wrong.
        patch.setattr(search, "LEAST_STEPS", 1500)
        patch.setattr(search, "STEPS_PER_STUDENT", 1)
        patch.setattr(solve, "ALL_GROUPS", 200)
        wishes = random_wishes(students, random.Random(seed))
        solution = form_groups(students, wishes, least=least, most=most, seed=seed)
        assert solution == form_groups(students, wishes, least=least, most=most, seed=seed)
    assert sorted(one for group in solution.groups for one in group.members) == list(students)
    assert {len(group.members) for group in solution.groups} <= set(range(least, most + 1))


@pytest.mark.slow
def test_a_class_of_200_is_placed() -> None:
    students = range(200)
    wishes = random_wishes(students, random.Random(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "STEPS_PER_STUDENT", 60)
        solution = form_groups(students, wishes, least=3, most=4, seed=1)
    assert sorted(one for group in solution.groups for one in group.members) == list(students)
    by_chance = form_groups(students, {}, least=3, most=4, seed=1)
    value = Value(wishes, 4)
    assert solution.worth > 2 * sum(value(group.members) for group in by_chance.groups)


@pytest.mark.parametrize(
    ("count", "least", "most", "message", "hint"),
    [
        (7, 4, 5, "1 group of 5 hold 5, and 2 groups of at least 4 need 8", "--min-size 3 --max-size 5"),
        (11, 6, 8, "11 students", "--min-size 5 --max-size 8"),
        (2, 3, 4, "at least 3 students without a group", "groups move"),
        (0, 2, 3, "everybody is in one", "groups list"),
        (9, 4, 3, "from small to large", "--min-size 3"),
        (9, 0, 3, "from small to large", ""),
    ],
)
def test_sizes_that_cannot_be_are_explained_in_numbers(
    count: int, least: int, most: int, message: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_sizes(count, least, most)
    assert message in caught.value.message
    assert hint in caught.value.hint


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 6))
def test_sizes_pass_when_groups_of_them_exist(count: int, least: int, more: int) -> None:
    most = least + more
    possible = any(groups * least <= count <= groups * most for groups in range(1, count + 1))
    try:
        check_sizes(count, least, most)
    except InputError as error:
        assert not possible
        for option in error.hint.split("  or with  "):
            if "--min-size" in option:
                numbers = [int(word.strip(".")) for word in option.split() if word.strip(".").isdigit()]
                check_sizes(count, *numbers)
    else:
        assert possible


def test_when_the_solver_finds_nothing_in_time_the_search_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "_choose", lambda *args, **options: ([], solve._TOO_LATE))
    solution = form_groups(range(9), {1: Wish((2,))}, least=3, most=3)
    assert (solution.proved, solution.in_time) == (False, False)
    assert any({1, 2} <= group for group in sets(solution))


def test_without_scipy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError) as caught:
        form_groups(range(6), {1: Wish((2,))}, least=3, most=3)
    assert "[groups]" in caught.value.hint
    assert len(form_groups(range(6), {}, least=3, most=3).groups) == 2


def test_the_solver_prints_nothing_into_our_results(capfd: pytest.CaptureFixture[str]) -> None:
    import os

    with solve._without_output():
        os.write(1, b"chatter\n")
    os.write(1, b"result\n")
    assert capfd.readouterr().out == "result\n"
