"""Training: it learns, repeats itself, goes on, and says why it stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core_lib import (
    L1,
    L2,
    SGD,
    Adam,
    BinaryCrossEntropy,
    Callback,
    Dataset,
    Dense,
    Dropout,
    EarlyStopping,
    History,
    MeanSquaredError,
    Momentum,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
    flatten,
)
from core_lib.errors import DataError, NonFiniteError
from core_lib.parameters import snapshot


def spirals(n: int = 300, seed: int = 0) -> Dataset:
    """Three classes that no straight line parts."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    r = rng.uniform(0.1, 1, n)
    angle = 4 * r + labels * 2 * np.pi / 3 + rng.normal(0, 0.1, n)
    return Dataset(np.stack([r * np.sin(angle), r * np.cos(angle)]), labels)


def trainer(seed: int = 0, lr: float = 0.02, **settings: object) -> Trainer:
    rng = np.random.default_rng(seed)
    net = Sequential(Dense(2, 32, rng=rng), ReLU(), Dropout(0.1, rng=rng), Dense(32, 3, rng=rng))
    return Trainer(net, SoftmaxCrossEntropy(), Adam(lr=lr), **settings)  # type: ignore[arg-type]


def test_it_learns_what_a_linear_model_cannot() -> None:
    train, dev = spirals(300), spirals(150, seed=1)
    deep = trainer()
    history = deep.fit(train, validation=dev, epochs=60, batch_size=32, progress=0)
    linear = Trainer(Dense(2, 3, rng=np.random.default_rng(0)), SoftmaxCrossEntropy(), Adam(lr=0.02))
    linear.fit(train, epochs=60, batch_size=32, progress=0)
    assert deep.evaluate(dev)["accuracy"] > 0.95
    assert linear.evaluate(dev)["accuracy"] < 0.75
    assert history.series["train_loss"][-1] < 0.2 < history.series["train_loss"][0]
    assert history.epochs == list(range(1, 61))
    assert set(history.series) == {"train_loss", "validation_loss", "validation_accuracy"}
    assert all(len(values) == 60 for values in history.series.values())


def test_binary_classification_with_labels() -> None:
    data = Dataset(np.linspace(-1, 1, 100), (np.linspace(-1, 1, 100) > 0.3).astype(int))
    unit = Trainer(Dense(1, 1, rng=np.random.default_rng(0)), BinaryCrossEntropy(), Momentum(lr=0.5))
    unit.fit(data, epochs=100, progress=0)
    assert unit.evaluate(data)["accuracy"] > 0.97


class TestReproducibility:
    def test_seeds_repeat_a_run_exactly(self) -> None:
        runs = []
        for seed in (0, 0, 1):
            t = trainer()
            t.fit(spirals(), epochs=3, seed=seed, progress=0)
            runs.append(t.flat.theta.copy())
        np.testing.assert_array_equal(runs[0], runs[1])
        assert (runs[0] != runs[2]).any()

    def test_going_on_is_the_same_as_not_stopping(self) -> None:
        whole, parts = trainer(), trainer()
        whole.fit(spirals(), epochs=5, progress=0)
        parts.fit(spirals(), epochs=2, progress=0)
        parts.fit(spirals(), epochs=3, progress=0)
        np.testing.assert_array_equal(whole.flat.theta, parts.flat.theta)
        assert whole.history == parts.history

    def test_evaluating_changes_nothing(self) -> None:
        with_validation, without = trainer(), trainer()
        with_validation.fit(spirals(), validation=spirals(seed=1), epochs=2, progress=0)
        without.fit(spirals(), epochs=2, progress=0)
        np.testing.assert_array_equal(with_validation.flat.theta, without.flat.theta)

    def test_evaluation_does_not_depend_on_the_batch_size(self) -> None:
        t = trainer()
        a, b = t.evaluate(spirals()), t.evaluate(spirals(), batch_size=7)
        assert a["accuracy"] == pytest.approx(b["accuracy"])
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-5)


class TestStep:
    def test_it_is_the_loop_written_by_hand(self) -> None:
        """With buffers of its own, without the gradient of the input, and yet the same numbers."""
        data, t, by_hand = spirals(64), trainer(), trainer()
        net, loss, optimizer = by_hand.net, by_hand.loss, by_hand.optimizer
        theta, grad, _ = flatten(net)
        for part in (slice(0, 32), slice(32, 64), slice(0, 10)):
            x, y = data.x[:, part].copy(), data.y[part]
            value = loss.forward(net.forward(x), y)
            net.backward(loss.backward())
            optimizer.step(theta, grad)
            assert t.step(x, y) == value
        np.testing.assert_array_equal(t.flat.theta, theta)

    def test_buffers_are_only_used_inside(self) -> None:
        t, data = trainer(), spirals(32)
        t.step(data.x, data.y)
        t.net.eval()
        first = t.net.forward(data.x)
        kept = first.copy()
        t.step(data.x, data.y)
        t.net.eval()
        assert t.net.forward(data.x) is not first
        np.testing.assert_array_equal(first, kept)
        assert all(layer._buffers is None and layer.needs_dx for _, layer in t.net.walk())

    def test_an_error_gives_the_buffers_back(self) -> None:
        t = trainer()
        with pytest.raises(DataError):
            t.step(np.ones((2, 3), np.float32), np.array([0, 1, 9]))
        assert all(layer._buffers is None and layer.needs_dx for _, layer in t.net.walk())

    @pytest.mark.parametrize("penalty", [L2(0.1), L1(0.1)])
    def test_the_penalty_is_part_of_the_gradient_and_spares_biases(self, penalty: L1 | L2) -> None:
        rng = np.random.default_rng(0)
        net = Sequential(
            Dense(2, 3, rng=rng, dtype=np.float64), Tanh(), Dense(3, 3, rng=rng, dtype=np.float64)
        )
        t = Trainer(net, SoftmaxCrossEntropy(), SGD(lr=1.0), penalty=penalty)
        data = spirals(12)
        x = data.x.astype(np.float64)
        before = t.flat.theta.copy()

        def objective() -> float:
            return t.loss.forward(net.forward(x), data.y) + penalty.total(t.flat)

        numeric = np.empty_like(before)
        for i in range(before.size):
            t.flat.theta[i] = before[i] + 1e-5
            above = objective()
            t.flat.theta[i] = before[i] - 1e-5
            numeric[i] = (above - objective()) / 2e-5
            t.flat.theta[i] = before[i]
        t.step(x, data.y)
        np.testing.assert_allclose(before - t.flat.theta, numeric, atol=1e-8)

    def test_l2_shrinks_the_weights(self) -> None:
        free, held = trainer(), trainer(penalty=L2(0.05))
        for t in (free, held):
            t.fit(spirals(), epochs=10, progress=0)
        assert np.square(held.flat.theta).sum() < 0.7 * np.square(free.flat.theta).sum()


class TestDivergence:
    def test_too_large_a_learning_rate_is_named(self) -> None:
        rng = np.random.default_rng(0)
        net = Sequential(Dense(2, 8, rng=rng), ReLU(), Dense(8, 8, rng=rng), ReLU(), Dense(8, 1, rng=rng))
        t = Trainer(net, MeanSquaredError(), SGD(lr=1e6))
        data = Dataset(rng.standard_normal((2, 50)), rng.standard_normal((1, 50)))
        with pytest.raises(NonFiniteError) as caught:
            t.fit(data, epochs=50, progress=0)
        message = str(caught.value)
        assert "training stopped in epoch" in message
        assert "layer" in message
        assert "Dense(" in message
        assert "smaller learning rate than 1e+06" in message

    def test_the_first_layer_whose_output_overflows_is_named(self) -> None:
        t = trainer()
        t.net.layers[0].b[...] = np.float32(3e38)  # type: ignore[attr-defined]
        t.net.layers[3].W[...] = np.float32(3e38)  # type: ignore[attr-defined]
        data = spirals(8)
        with pytest.raises(NonFiniteError, match=r"layer 3, Dense\(32, 3\)"):
            t.step(data.x, data.y)

    def test_a_gradient_that_is_not_finite_is_traced_to_its_layer(self) -> None:
        class Bad(Tanh):
            def backward(self, dy: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
                return super().backward(dy) * np.float32(np.nan)

        rng = np.random.default_rng(0)
        net = Sequential(Dense(2, 4, rng=rng), Tanh(), Dense(4, 4, rng=rng), Bad(), Dense(4, 3, rng=rng))
        t = Trainer(net, SoftmaxCrossEntropy(), SGD())
        with pytest.raises(
            NonFiniteError, match=r"gradient db? ?of layer 2|gradient d[Wb] of layer 2, Dense\(4, 4\)"
        ):
            t.fit(spirals(), epochs=1, progress=0)

    def test_nan_in_the_very_last_step_is_noticed(self) -> None:
        t = trainer()
        t.optimizer.step = lambda theta, grad: theta.fill(np.nan)  # type: ignore[method-assign]
        with pytest.raises(NonFiniteError, match=r"after epoch 1.*layer 0.*parameter W"):
            t.fit(spirals(), epochs=1, batch_size=1000, progress=0)

    def test_a_step_on_bad_input_says_so(self) -> None:
        t, x = trainer(), np.full((2, 3), np.nan, np.float32)
        with pytest.raises(NonFiniteError, match="input itself"):
            t.step(x, np.array([0, 1, 2]))


class TestCallbacks:
    def test_early_stopping_goes_back_to_the_best(self) -> None:
        t = trainer(lr=0.2)
        dev = spirals(60, seed=5)
        history = t.fit(
            spirals(60), validation=dev, epochs=200, callbacks=[EarlyStopping(patience=4)], progress=0
        )
        losses = history.series["validation_loss"]
        assert len(losses) < 200
        assert len(losses) == int(np.argmin(losses)) + 1 + 4
        assert t.evaluate(dev)["loss"] == pytest.approx(min(losses))

    def test_accuracy_is_to_be_high(self) -> None:
        stop = EarlyStopping("validation_accuracy", patience=1)
        t = trainer()
        assert not stop.after_epoch(t, {"validation_accuracy": 0.5})
        assert not stop.after_epoch(t, {"validation_accuracy": 0.6})
        assert stop.after_epoch(t, {"validation_accuracy": 0.6})

    def test_a_series_that_is_missing(self) -> None:
        with pytest.raises(DataError, match=r"validation_loss.*train_loss.*validation set"):
            trainer().fit(spirals(), epochs=1, callbacks=[EarlyStopping()], progress=0)
        with pytest.raises(DataError, match="patience"):
            EarlyStopping(patience=0)

    def test_all_are_asked_and_told(self) -> None:
        class Counts(Callback):
            epochs = ends = 0

            def after_epoch(self, trainer: Trainer, record: dict[str, float]) -> bool:
                self.epochs += 1
                return self.epochs == 2

            def after_training(self, trainer: Trainer) -> None:
                self.ends += 1

        a, b = Counts(), Counts()
        trainer().fit(spirals(), epochs=9, callbacks=[a, b], progress=0)
        assert (a.epochs, b.epochs, a.ends, b.ends) == (2, 2, 1, 1)


class TestAround:
    def test_progress(self, capsys: pytest.CaptureFixture[str]) -> None:
        trainer().fit(spirals(), validation=spirals(seed=1), epochs=5, progress=2)
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[1] for line in lines] == ["2/5", "4/5", "5/5"]
        assert "validation_accuracy" in lines[0]
        trainer().fit(spirals(), epochs=1, progress=0)
        assert capsys.readouterr().out == ""

    def test_afterwards_the_network_predicts(self) -> None:
        t = trainer()
        t.fit(spirals(), epochs=1, progress=0)
        assert not t.net.training
        x = spirals().x
        np.testing.assert_array_equal(t.net.forward(x), t.net.forward(x))

    def test_a_parameter_that_was_replaced_is_taken_in_again(self) -> None:
        t = trainer()
        t.net.layers[0].W = t.net.layers[0].W * 2  # type: ignore[attr-defined]
        before = snapshot(t.net)["0.W"]
        t.fit(spirals(), epochs=1, progress=0)
        assert (snapshot(t.net)["0.W"] != before).all(axis=1).any()

    def test_epochs(self) -> None:
        with pytest.raises(DataError, match="epochs"):
            trainer().fit(spirals(), epochs=0)

    def test_the_history_is_kept_as_json(self, tmp_path: Path) -> None:
        t = trainer()
        history = t.fit(spirals(), epochs=2, progress=0)
        history.save(tmp_path / "deep" / "history.json")
        assert History.load(tmp_path / "deep" / "history.json") == history
        assert b"\r" not in (tmp_path / "deep" / "history.json").read_bytes()
        with pytest.raises(DataError, match="validation set as you began"):
            t.fit(spirals(), validation=spirals(), epochs=1, progress=0)
