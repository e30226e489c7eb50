"""Data sets: orientation, batches, splits, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_lib import Dataset, Standardizer, one_hot
from core_lib.errors import DataError, ShapeError


def numbered(n: int = 20, classes: int = 2) -> Dataset:
    """Example i has the value i, so that one can tell where it went."""
    return Dataset(np.arange(n), np.arange(n) % classes)


class TestOrientation:
    def test_examples_first_is_turned_round_once(self) -> None:
        x = np.arange(12.0).reshape(4, 3)
        data = Dataset(x, [0, 1, 0, 1], examples_axis=0)
        np.testing.assert_array_equal(data.x, x.T)
        assert data.x.flags.c_contiguous
        assert data.x.dtype == np.float32
        assert data.y.dtype == np.int64
        assert len(data) == 4

    def test_images(self) -> None:
        data = Dataset(np.zeros((10, 3, 8, 8)), np.zeros(10, int), examples_axis=0)
        assert data.x.shape == (3, 8, 8, 10)

    def test_targets(self) -> None:
        x = np.zeros((2, 5))
        assert Dataset(x, np.arange(5)).y.shape == (5,)
        assert Dataset(x, np.arange(5.0)).y.shape == (1, 5)
        assert Dataset(x, np.array([True, False, True, True, False])).y.dtype == np.int64
        assert Dataset(x.T, np.zeros((5, 3), int), examples_axis=0).y.shape == (3, 5)
        assert Dataset(x, np.zeros((3, 5), int)).y.dtype == np.float32

    def test_other_dtypes(self) -> None:
        assert Dataset(np.zeros((2, 5)), np.arange(5.0), dtype=np.float64).y.dtype == np.float64
        assert Dataset(np.zeros((2, 5), np.int16), np.arange(5), dtype=None).x.dtype == np.int16

    def test_what_is_given_is_not_changed(self) -> None:
        x, y = np.ones((2, 3), np.float32), np.arange(3)
        for batch, _ in Dataset(x, y).batches(2):
            batch += 1
        np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((5, 2)), np.zeros(5), "examples_axis=0"),
        (np.zeros((2, 0)), np.zeros(0), "no examples"),
        (np.array([["a", "b"]]), [0, 1], "np.unique"),
        (np.zeros((1, 2)), np.array(["a", "b"]), "np.unique"),
        (np.array([[1.0, np.nan, np.inf]]), [0, 1, 2], "2 values.*example 1"),
        (np.zeros((1, 2)), [np.nan, 0.0], "y has 1 value"),
        (3.0, [1], "single number"),
    ],
)
def test_refused(x: Any, y: Any, message: str) -> None:
    with pytest.raises((DataError, ShapeError), match=message):
        Dataset(x, y)


def test_settings_are_checked() -> None:
    with pytest.raises(DataError, match="examples_axis"):
        Dataset(np.zeros((2, 2)), [0, 1], examples_axis=1)
    with pytest.raises(DataError, match="names of classes"):
        Dataset(np.zeros((2, 2)), [0, 1], classes=["only one"])
    with pytest.raises(DataError, match="batch_size"):
        list(numbered().batches(0))
    with pytest.raises(DataError, match="at least one example"):
        numbered().subset([])


class TestBatches:
    @given(n=st.integers(1, 50), size=st.integers(1, 60), shuffle=st.booleans())
    @settings(max_examples=60, deadline=None)
    def test_each_example_comes_once_with_its_own_target(self, n: int, size: int, shuffle: bool) -> None:
        data = Dataset(np.arange(n), np.arange(n))
        batches = list(data.batches(size, np.random.default_rng(0) if shuffle else None))
        assert all(x.shape[-1] == y.shape[-1] <= size for x, y in batches)
        assert all(x.flags.c_contiguous for x, _ in batches)
        for x, y in batches:
            np.testing.assert_array_equal(x[0], y)
        np.testing.assert_array_equal(np.sort(np.concatenate([y for _, y in batches])), np.arange(n))

    def test_the_generator_decides_the_order(self) -> None:
        def order(seed: int) -> list[int]:
            return [int(v) for _, y in numbered(20, 20).batches(7, np.random.default_rng(seed)) for v in y]

        assert order(0) == order(0) != order(1)
        assert [int(v) for _, y in numbered(20, 20).batches(7) for v in y] == list(range(20))


class TestSplit:
    @given(
        n=st.integers(10, 300),
        classes=st.integers(1, 5),
        stratify=st.booleans(),
        first=st.floats(0.2, 0.8),
        seed=st.integers(0, 99),
    )
    @settings(max_examples=80, deadline=None)
    def test_every_example_is_in_one_part(
        self, n: int, classes: int, stratify: bool, first: float, seed: int
    ) -> None:
        data = numbered(n, classes)
        parts = data.split(first, 1 - first, rng=np.random.default_rng(seed), stratify=stratify)
        assert len(parts[0]) == round(first * n)
        np.testing.assert_array_equal(np.sort(np.concatenate([p.x[0] for p in parts])), np.arange(n))
        for part in parts:
            np.testing.assert_array_equal(part.x[0] % classes, part.y)
        if stratify:
            for c in range(classes):
                share = (parts[0].y == c).sum() / (data.y == c).sum()
                assert abs(share - first) * (data.y == c).sum() <= 2

    def test_without_generator_the_order_is_kept(self) -> None:
        old, new = numbered(20, 20).split(0.75, 0.25)
        np.testing.assert_array_equal(old.y, np.arange(15))
        np.testing.assert_array_equal(new.y, np.arange(15, 20))

    def test_seeds_repeat(self) -> None:
        def first(seed: int) -> list[int]:
            return (
                numbered(50, 5)
                .split(0.5, 0.5, rng=np.random.default_rng(seed), stratify=True)[0]
                .x[0]
                .tolist()
            )

        assert first(1) == first(1) != first(2)

    @pytest.mark.parametrize("fractions", [(), (0.5,), (0.5, 0.6), (1.5, -0.5)])
    def test_fractions(self, fractions: tuple[float, ...]) -> None:
        with pytest.raises(DataError, match="sum 1"):
            numbered().split(*fractions)

    def test_what_cannot_be_split(self) -> None:
        with pytest.raises(DataError, match="too few"):
            numbered(3).split(0.9, 0.05, 0.05)
        with pytest.raises(DataError, match="generator"):
            numbered().split(0.5, 0.5, stratify=True)
        with pytest.raises(DataError, match="class labels"):
            Dataset(np.arange(4), np.arange(4.0)).split(0.5, 0.5, rng=np.random.default_rng(0), stratify=True)


def test_standardizer_learns_from_one_set_and_applies_to_others() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(5, 3, (4, 200))
    x[2] = 7  # a constant feature
    data = Dataset(x, np.zeros(200, int))
    standard = Standardizer(data.x)
    done = standard(data)
    np.testing.assert_allclose(done.x.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(done.x.std(axis=1), [1, 1, 0, 1], atol=1e-5)
    assert done.x.dtype == np.float32
    np.testing.assert_allclose(data.x, x.astype(np.float32))
    assert standard(data.subset([0, 1])).x.shape == (4, 2)


def test_one_hot() -> None:
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 1], [0, 0], [1, 0]])
    with pytest.raises(DataError, match="0 to 1"):
        one_hot(np.array([2]), 2)
    with pytest.raises(DataError, match="integers"):
        one_hot(np.array([[1.0]]), 2)


class TestSplitByTime:
    def test_each_part_is_older_than_the_next(self) -> None:
        times = np.random.default_rng(0).permutation(20)
        old, new = Dataset(times, np.arange(20)).split_by_time(times, 0.75, 0.25)
        np.testing.assert_array_equal(old.x[0], np.arange(15))
        np.testing.assert_array_equal(new.x[0], np.arange(15, 20))

    def test_dates(self) -> None:
        times = np.array(["2024-03-01", "2023-01-01", "2024-01-01", "2022-01-01"], dtype="datetime64[D]")
        old, new = numbered(4).split_by_time(times, 0.5, 0.5)
        assert [old.x[0].tolist(), new.x[0].tolist()] == [[3, 1], [2, 0]]

    @given(
        times=st.lists(st.integers(0, 6), min_size=2, max_size=40),
        first=st.floats(0.1, 0.9),
    )
    @settings(max_examples=80, deadline=None)
    def test_one_moment_is_never_in_two_parts(self, times: list[int], first: float) -> None:
        data = Dataset(np.arange(len(times)), np.arange(len(times)))
        try:
            old, new = data.split_by_time(np.array(times), first, 1 - first)
        except DataError:
            return
        when = np.array(times)
        assert when[old.y].max() < when[new.y].min()
        assert len(old) + len(new) == len(times)
        assert len(old) <= round(first * len(times))

    @pytest.mark.parametrize(
        ("times", "fractions", "message"),
        [
            ([1, 2, 3], (0.5, 0.5), "expected 4 numbers"),
            ([1, 2, 3, np.nan], (0.5, 0.5), "not finite"),
            (np.array(["2024-01-01", "NaT"] * 2, dtype="datetime64[D]"), (0.5, 0.5), "missing"),
            (["a", "b", "c", "d"], (0.5, 0.5), "datetime64"),
            ([1, 2, 3, 4], (0.5, 0.6), "sum 1"),
            ([1, 1, 1, 1], (0.5, 0.5), "1 different times"),
        ],
    )
    def test_refused(self, times: Any, fractions: tuple[float, ...], message: str) -> None:
        with pytest.raises(DataError, match=message):
            numbered(4).split_by_time(times, *fractions)


def test_names_of_features() -> None:
    data = Dataset(np.zeros((2, 3)), [0, 1, 0], features=["a", "b"])
    assert data.subset([0]).features == ["a", "b"]
    with pytest.raises(DataError, match="names of features"):
        Dataset(np.zeros((2, 3)), [0, 1, 0], features=["a"])
