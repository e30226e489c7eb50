"""Training on two threads: the same numbers as on one, and errors that arrive."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core_lib import (
    L2,
    SGD,
    Adam,
    BatchNorm,
    Dataset,
    Dense,
    MeanSquaredError,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
)
from core_lib import threads as module
from core_lib.base import Array, Layer
from core_lib.errors import DataError, NonFiniteError
from core_lib.parameters import snapshot
from tests.core_lib.contract import dy_for, example, run
from tests.core_lib.found import LAYERS
from tests.core_lib.networks import batch, cnn, dropping, mlp

pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed: there is only one thread")


@pytest.mark.parametrize(("net", "shape"), [(mlp, (6,)), (cnn, (1, 8, 8))], ids=["mlp", "cnn"])
@pytest.mark.parametrize("n", [16, 17, 3, 1])
@pytest.mark.parametrize("threads", [2, 3])
def test_it_is_the_same_as_on_one_thread(
    net: Callable[[], Layer], shape: tuple[int, ...], n: int, threads: int
) -> None:
    """Losses, parameters and the moving averages, to rounding, over ten steps in float64."""
    x, y = batch(shape, n)
    runs = []
    for count in (1, threads):
        trainer = Trainer(
            net().astype(np.float64), SoftmaxCrossEntropy(), SGD(0.05), penalty=L2(1e-3), threads=count
        )
        losses = [trainer.step(x.astype(np.float64), y) for _ in range(10)]
        runs.append((losses, snapshot(trainer.net)))
    np.testing.assert_allclose(runs[1][0], runs[0][0], rtol=1e-9)
    for name, value in runs[0][1].items():
        np.testing.assert_allclose(runs[1][1][name], value, rtol=1e-7, atol=1e-9, err_msg=name)


def test_a_run_repeats_exactly() -> None:
    """Threads come and go in any order; sums do not."""
    x, y = batch((1, 8, 8), 20)
    data, found = Dataset(x, y), []
    for _ in range(3):
        trainer = Trainer(cnn(), SoftmaxCrossEntropy(), Adam(0.01), threads=2)
        trainer.fit(data, epochs=4, batch_size=7, progress=0)
        found.append(trainer.flat.theta.copy())
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_halves_drop_other_units_and_follow_from_the_seed() -> None:
    x, y = batch((6,), 2)
    x[...] = x[:, :1]  # two examples that are the same
    y[...] = y[0]
    found = []
    for _ in range(2):
        trainer = Trainer(dropping(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
        trainer.step(x, y)
        first, second = (net.layers[1].mask for net in trainer._on_threads().nets)  # type: ignore[attr-defined]
        assert (first != second).any()
        found.append(trainer.step(x, y))
    assert found[0] == found[1]


def test_the_masks_follow_from_the_networks_own_generator() -> None:
    """So a checkpoint, which keeps that one, is enough to go on bit-exactly."""
    x, y = batch((6,), 8)
    whole = Trainer(dropping(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
    for _ in range(2):
        whole.step(x, y)
    parts = Trainer(dropping(1), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
    parts.step(x, y)
    parts.flat.theta[:] = whole.flat.theta
    generator = whole.net.layers[1].rng  # type: ignore[attr-defined]
    parts.net.layers[1].rng.bit_generator.state = generator.bit_generator.state  # type: ignore[attr-defined]
    assert whole.step(x, y) == parts.step(x, y)


@pytest.mark.parametrize("cls", LAYERS, ids=lambda cls: cls.__name__)
def test_every_layer_may_be_split(cls: type[Layer]) -> None:
    """The halves' outputs and gradients are those of the whole, for layers that draw nothing."""
    layer, x = example(cls)
    if any(isinstance(v, np.random.Generator) for _, inner in layer.walk() for v in vars(inner).values()):
        pytest.skip("its masks are random")
    layer.astype(np.float64)
    x = x.astype(np.float64) if x.dtype.kind == "f" else x
    y, dx, grads = run(layer, x)
    fresh, _ = example(cls)
    fresh.astype(np.float64)
    halves = [fresh, fresh.replica()]
    meeting = module.Meeting(2)
    cut = [slice(0, 2), slice(2, None)]
    found: list[Any] = [None, None]

    def half(i: int) -> None:
        for _, inner in halves[i].walk():
            inner._sum_over_replicas = module._Member(meeting, i)
        part = halves[i].forward(x[..., cut[i]])
        found[i] = part, halves[i].backward(dy_for(y)[..., cut[i]])

    import threading

    thread = threading.Thread(target=half, args=(1,), daemon=True)
    thread.start()
    half(0)
    thread.join(10)
    np.testing.assert_allclose(np.concatenate([f[0] for f in found], axis=-1), y, rtol=1e-8, atol=1e-10)
    if x.dtype.kind == "f":
        np.testing.assert_allclose(np.concatenate([f[1] for f in found], axis=-1), dx, rtol=1e-7, atol=1e-9)
    from core_lib.parameters import named_parameters

    for parts in zip(named_parameters(halves[0]), named_parameters(halves[1]), strict=True):
        total = sum(getattr(owner, "d" + name) for _, owner, name in parts)
        np.testing.assert_allclose(total, grads[parts[0][0]], rtol=1e-7, atol=1e-9, err_msg=parts[0][0])


class TestErrors:
    def test_divergence_names_the_layer(self) -> None:
        x, y = batch((6,), 8)
        trainer = Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
        trainer.step(x, y)
        trainer.net.layers[3].W[0, 0] = np.nan  # type: ignore[attr-defined]
        with pytest.raises(NonFiniteError, match=r"layer 3, Dense\(16, 4\)"):
            trainer.step(x, y)

    @pytest.mark.parametrize("bad", [0, 7])
    def test_a_failing_half_does_not_leave_the_other_waiting(self, bad: int) -> None:
        x, y = batch((6,), 8)
        trainer = Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
        wrong = y.copy()
        wrong[bad] = 9
        for _ in range(2):
            with pytest.raises(DataError, match="labels must be"):
                trainer.step(x, wrong)
        assert np.isfinite(trainer.step(x, y))  # and goes on

    def test_a_layer_that_fails_in_one_half_only(self) -> None:
        """While the other waits for it in batch norm."""

        class Fragile(Tanh):
            def forward(self, x: Array) -> Array:
                if x[0, 0] > 1e6:
                    raise DataError("too large")
                return super().forward(x)

        rng = np.random.default_rng(0)
        net = Sequential(Fragile(), Dense(6, 8, rng=rng), BatchNorm(8), Dense(8, 4, rng=rng))
        trainer = Trainer(net, SoftmaxCrossEntropy(), SGD(0.1), threads=2)
        x, y = batch((6,), 8)
        for where in (0, 4):
            bad = x.copy()
            bad[0, where] = 1e7
            with pytest.raises(DataError, match="too large"):
                trainer.step(bad, y)
        assert np.isfinite(trainer.step(x, y))

    def test_threads_must_be_positive(self) -> None:
        with pytest.raises(DataError, match="threads"):
            Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=0)

    def test_without_threadpoolctl_there_is_one_thread_and_a_warning(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = builtins.__import__

        def missing(name: str, *args: Any) -> Any:
            if name == "threadpoolctl":
                raise ImportError(name)
            return original(name, *args)

        monkeypatch.delitem(sys.modules, "threadpoolctl", raising=False)
        monkeypatch.setattr(module, "_control", None)
        monkeypatch.setattr(builtins, "__import__", missing)
        with pytest.warns(UserWarning, match="threadpoolctl"):
            trainer = Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
        assert trainer.threads == 1
        assert np.isfinite(trainer.step(*batch((6,), 8)))


def test_modes_are_followed() -> None:
    """A layer that is frozen in evaluation mode is so in both halves."""
    x, y = batch((6,), 8)
    found = []
    for threads in (1, 2):
        trainer = Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=threads)
        trainer.step(x, y)
        trainer.net.layers[1].training = False  # type: ignore[attr-defined]
        found.append([trainer.step(x, y) for _ in range(3)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)


def test_parameters_that_were_replaced_are_found() -> None:
    data = Dataset(*batch((6,), 12))
    trainer = Trainer(mlp(), SoftmaxCrossEntropy(), SGD(0.1), threads=2)
    trainer.fit(data, epochs=1, progress=0)
    trainer.net.astype(np.float32)  # new arrays
    before = trainer.net.layers[0].W.copy()  # type: ignore[attr-defined]
    trainer.fit(data, epochs=1, progress=0)
    assert (before != trainer.net.layers[0].W).any()  # type: ignore[attr-defined]


def test_regression_and_evaluation() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 50), dtype=np.float32)
    trainer = Trainer(Dense(3, 1, rng=rng), MeanSquaredError(), SGD(0.1), threads=2)
    data = Dataset(x, x.sum(axis=0))
    trainer.fit(data, epochs=40, batch_size=10, progress=0)
    assert trainer.evaluate(data)["loss"] < 1e-3
    assert not any(layer._sum_over_replicas for _, layer in trainer.net.walk())
