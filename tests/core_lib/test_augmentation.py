"""Augmentation: what each change does to pixels, seeds, and training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core_lib import (
    SGD,
    Augmented,
    Dataset,
    Dense,
    Flip,
    Noise,
    Rotation,
    Shift,
    SoftmaxCrossEntropy,
    Trainer,
)
from core_lib.augmentation import Augmentation
from core_lib.errors import DataError, ShapeError

ALL = [Flip(), Shift(2), Rotation(20), Noise(0.1)]


def images(n: int = 6) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(0).random((2, 5, 7, n)).astype(np.float32)


@pytest.mark.parametrize("change", ALL, ids=repr)
def test_shape_dtype_input_and_seed(change: Augmentation) -> None:
    for dtype in (np.float32, np.float64):
        x = images().astype(dtype)
        before = x.copy()
        x.flags.writeable = False
        y = change(x, np.random.default_rng(1))
        assert y.shape == x.shape
        assert y.dtype == dtype
        np.testing.assert_array_equal(x, before)
        assert not np.may_share_memory(x, y)
        assert (y != x).any()
        np.testing.assert_array_equal(change(x, np.random.default_rng(1)), y)
        assert (change(x, np.random.default_rng(2)) != y).any()
    assert change(images(0), np.random.default_rng(0)).shape == (2, 5, 7, 0)


def test_flip() -> None:
    x = images()
    np.testing.assert_array_equal(Flip(1.0)(x, np.random.default_rng(0)), x[:, :, ::-1])
    np.testing.assert_array_equal(Flip(0.0)(x, np.random.default_rng(0)), x)


def test_shift_moves_each_image_alone_and_fills_with_zeros() -> None:
    x = np.zeros((1, 5, 5, 200), np.float32)
    x[0, 2, 2] = 1
    y = Shift(2)(x, np.random.default_rng(0))
    assert (y.sum(axis=(0, 1, 2)) == 1).all()
    found = {(int(np.argwhere(y[0, ..., i])[0][0]), int(np.argwhere(y[0, ..., i])[0][1])) for i in range(200)}
    assert found == {(r, c) for r in range(5) for c in range(5)}
    corner = np.ones((1, 3, 3, 50), np.float32)
    assert {int(v) for v in Shift(1)(corner, np.random.default_rng(0)).sum(axis=(0, 1, 2))} == {4, 6, 9}


def test_rotation_by_nothing_and_by_a_right_angle() -> None:
    class Fixed:
        def __init__(self, value: float) -> None:
            self.value = value

        def uniform(self, low: float, high: float, n: int) -> np.ndarray:  # type: ignore[type-arg]
            return np.full(n, self.value)

    x = images()[:, :, :5]
    np.testing.assert_allclose(Rotation(90)(x, Fixed(0.0)), x, atol=1e-6)  # type: ignore[arg-type]
    turned = Rotation(90)(x, Fixed(1.0))  # type: ignore[arg-type]
    np.testing.assert_allclose(turned, np.rot90(x, k=-1, axes=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(
        Rotation(180)(images(), Fixed(1.0)),  # type: ignore[arg-type]
        images()[:, ::-1, ::-1],
        atol=1e-5,
    )


def test_rotation_interpolates() -> None:
    x = np.ones((1, 9, 9, 30), np.float32)
    y = Rotation(45)(x, np.random.default_rng(0))
    np.testing.assert_allclose(y[0, 4, 4], 1, atol=1e-6)  # the middle stays
    assert y.min() >= 0
    assert y.max() <= 1 + 1e-6
    assert (y[0, 0, 0] < 1).any()  # corners come in as zeros


def test_noise() -> None:
    x = np.zeros((1, 50, 50, 20), np.float32)
    y = Noise(0.3)(x, np.random.default_rng(0))
    assert y.std() == pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize(
    "make",
    [lambda: Flip(1.1), lambda: Shift(-1), lambda: Rotation(181), lambda: Noise(-1), lambda: Noise(np.inf)],
)
def test_settings(make: Callable[[], Augmentation]) -> None:
    with pytest.raises(DataError):
        make()


def test_what_is_no_image() -> None:
    for change in ALL[:3]:
        with pytest.raises(ShapeError, match=r"channels, height, width, N"):
            change(np.ones((4, 5), np.float32), np.random.default_rng(0))


class TestAugmented:
    data = Dataset(np.random.default_rng(0).random((20, 1, 4, 4)), np.arange(20) % 2, examples_axis=0)

    def test_targets_stay_with_their_images(self) -> None:
        marked = Dataset(self.data.x * 0 + np.arange(20), np.arange(20))
        for x, y in Augmented(marked, Flip()).batches(7, np.random.default_rng(0)):
            np.testing.assert_array_equal(x[0, 0, 0], y)

    def test_each_epoch_sees_others_and_a_seed_repeats_them(self) -> None:
        train = Augmented(self.data, Shift(1), Noise(0.1))

        def epoch(seed: int) -> np.ndarray:  # type: ignore[type-arg]
            return np.concatenate([x for x, _ in train.batches(8, np.random.default_rng([0, seed]))], axis=-1)

        np.testing.assert_array_equal(epoch(1), epoch(1))
        assert (epoch(1) != epoch(2)).any()

    def test_without_a_generator_and_in_parts_it_is_the_data_as_it_was(self) -> None:
        train = Augmented(self.data, Noise(1.0))
        np.testing.assert_array_equal(next(iter(train.batches(99)))[0], self.data.x)
        part = train.subset(slice(0, 5))
        assert type(part) is Dataset
        np.testing.assert_array_equal(part.x, self.data.x[..., :5])

    def test_in_the_trainer(self) -> None:
        flat = Dataset(self.data.x.reshape(16, 20), self.data.y)

        def run() -> np.ndarray:  # type: ignore[type-arg]
            trainer = Trainer(Dense(16, 2, rng=np.random.default_rng(0)), SoftmaxCrossEntropy(), SGD())
            trainer.fit(Augmented(flat, Noise(0.1)), epochs=2, batch_size=6, progress=0)
            return trainer.flat.theta

        np.testing.assert_array_equal(run(), run())

    def test_refused(self) -> None:
        with pytest.raises(DataError, match="augmentations"):
            Augmented(self.data, Shift)  # type: ignore[arg-type]
