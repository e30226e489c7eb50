"""Embedding, what joins sequences and other layers, and the loss at every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core_lib import (
    GRU,
    SGD,
    Bidirectional,
    Dataset,
    Dense,
    Embedding,
    EveryStep,
    EveryStepLoss,
    MeanOverSteps,
    MeanSquaredError,
    Padded,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
    TransformerEncoderBlock,
    check_layer,
    check_loss,
)
from core_lib.errors import DataError, ShapeError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int) -> Any:
    return rng(1).standard_normal(shape, dtype=np.float32)


class TestEmbedding:
    def test_it_looks_up_rows(self) -> None:
        layer, x = Embedding(5, 3, rng=rng()), rng().integers(0, 5, (4, 2))
        y = layer.forward(x)
        assert y.shape == (4, 3, 2)
        np.testing.assert_array_equal(y[2, :, 1], layer.E[x[2, 1]])
        np.testing.assert_array_equal(layer.forward(x.astype(np.float32)), y)  # as a data set may give it

    def test_gradients_of_a_token_add_up(self) -> None:
        layer, x = Embedding(7, 3, rng=rng()), rng().integers(0, 5, (6, 4))  # 5 and 6 never occur
        dy = normal(*layer.forward(x).shape)
        layer.dE[...] = 1e6
        layer.backward(dy)
        expected = np.zeros_like(layer.E)
        np.add.at(expected, x, dy.transpose(0, 2, 1))
        np.testing.assert_allclose(layer.dE, expected, rtol=1e-5, atol=1e-6)
        assert not layer.dE[5:].any()

    def test_it_is_a_dense_layer_for_one_hot_inputs(self) -> None:
        layer, x = Embedding(5, 3, rng=rng()), rng().integers(0, 5, 4)
        one_hot = np.eye(5, dtype=np.float32)[x].T
        np.testing.assert_array_equal(layer.forward(x), layer.E.T @ one_hot)
        dy = normal(3, 4)
        layer.backward(dy)
        np.testing.assert_allclose(layer.dE, one_hot @ dy.T, rtol=1e-6)

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ([[5]], "from 0 to 4.*count from 1"),
            ([[-1]], "from 0 to 4"),
            ([[0.5]], "whole"),
            ([[np.nan]], "whole"),
        ],
    )
    def test_what_is_no_token(self, bad: Any, words: str) -> None:
        with pytest.raises(DataError, match=words):
            Embedding(5, 3, rng=rng()).forward(np.array(bad))


class TestEveryStep:
    def test_each_step_is_an_example(self) -> None:
        dense = Dense(3, 2, rng=rng())
        layer, x = EveryStep(dense), normal(4, 3, 5)
        y = layer.forward(x)
        for t in range(4):
            np.testing.assert_allclose(y[t], dense.W @ x[t] + dense.b, rtol=1e-5, atol=1e-6)
        with pytest.raises(DataError, match="takes a layer"):
            EveryStep(Dense)  # type: ignore[arg-type]

    def test_the_first_layer_leaves_out_its_input_gradient(self) -> None:
        net = EveryStep(Sequential(Dense(3, 2, rng=rng()), Tanh()))
        net.forward(normal(4, 3, 5))
        net.skip_input_gradient(True)
        assert net.backward(normal(4, 2, 5)).size == 0


class TestPadded:
    def test_mean_over_the_steps_that_are_some(self) -> None:
        layer, x = MeanOverSteps(), normal(4, 3, 2)
        np.testing.assert_allclose(layer.forward(x), x.mean(axis=0), rtol=1e-5, atol=1e-6)
        layer.padded_steps = np.array([[0, 1], [0, 1], [1, 1], [1, 1]], bool)
        y = layer.forward(x)
        np.testing.assert_allclose(y[:, 0], x[:2, :, 0].mean(axis=0), rtol=1e-5, atol=1e-6)
        assert not y[:, 1].any()
        check_layer(layer, x).require()
        with pytest.raises(DataError, match="no steps"):
            layer.forward(x[:0])

    @pytest.mark.parametrize("where", ["end", "beginning"])
    def test_every_layer_inside_leaves_padding_out(self, where: str) -> None:
        g = rng()
        net = Padded(
            Sequential(
                Embedding(9, 4, rng=g),
                TransformerEncoderBlock(4, 2, 5, rng=g),
                Bidirectional(GRU(4, 3, rng=g), GRU(4, 3, rng=g)),
                MeanOverSteps(),
            )
        )
        x = rng(2).integers(1, 9, (6, 4))
        if where == "end":
            x[4:, 1], short = 0, x[:4, 1:2].copy()
        else:
            x[:2, 1], short = 0, x[2:, 1:2].copy()
        y = net.forward(x)
        np.testing.assert_allclose(y[:, 1:2], net.forward(short), rtol=1e-4, atol=1e-5)
        assert net.forward(x[:, :1]).shape == (6, 1)  # no padding after a batch that had some
        with pytest.raises(DataError, match="takes a layer"):
            Padded(Dense)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["padded", "every step"])
def test_two_threads_give_what_one_gives(kind: str) -> None:
    """Each half of the batch has its own padding, and its own number of steps that count."""
    pytest.importorskip("threadpoolctl", reason="without it there is one thread")
    x = rng(2).integers(1, 9, (6, 10))
    x[3:, 4] = x[5:, 7] = 0
    gradients = []
    for threads in (1, 2):
        g = rng()
        layers: list[Any] = [
            Embedding(9, 4, rng=g),
            TransformerEncoderBlock(4, 2, 5, rng=g),
            GRU(4, 3, rng=g),
        ]
        if kind == "padded":
            net, loss, y = Sequential(*layers, MeanOverSteps()), SoftmaxCrossEntropy(), x[0] % 3
        else:
            net, loss, y = Sequential(*layers), EveryStepLoss(), np.where(x > 0, x % 3, -1)
        trainer = Trainer(Padded(net), loss, SGD(lr=0.1), threads=threads)
        trainer.step(x, y)
        gradients.append(trainer.flat.grad.copy())
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-4, atol=1e-6)


class TestEveryStepLoss:
    def test_it_is_the_mean_over_all_steps(self) -> None:
        z, y = normal(3, 4, 5), rng().integers(0, 4, (3, 5))
        loss = EveryStepLoss()
        single = SoftmaxCrossEntropy()
        assert loss.forward(z, y) == pytest.approx(np.mean([single.forward(z[t], y[t]) for t in range(3)]))
        check_loss(loss, z, y).require()
        assert loss.scores(z, y)["accuracy"] == (z.argmax(axis=1) == y).mean()

    def test_floats_of_a_data_set_are_labels_too(self) -> None:
        z, y = normal(3, 4, 5), rng().integers(0, 4, (3, 5))
        data = Dataset(normal(3, 2, 5), y)
        assert EveryStepLoss().forward(z, data.y) == EveryStepLoss().forward(z, y)
        with pytest.raises(DataError, match="whole"):
            EveryStepLoss().forward(z, y + 0.5)

    def test_negative_labels_do_not_count(self) -> None:
        z, y = normal(3, 4, 5), rng().integers(0, 4, (3, 5))
        y[1:, 2] = -1
        loss = EveryStepLoss()
        every = SoftmaxCrossEntropy()
        losses = [
            every.forward(z[t][:, n : n + 1], y[t, n : n + 1])
            for t in range(3)
            for n in range(5)
            if y[t, n] >= 0
        ]
        assert loss.forward(z, y) == pytest.approx(np.mean(losses), rel=1e-6)
        assert not loss.backward()[1:, :, 2].any()
        assert loss.count(y) == 13
        check_loss(loss, z, y).require()
        assert loss.scores(z, y)["accuracy"] == (z.argmax(axis=1) == y)[y >= 0].mean()
        with pytest.raises(DataError, match="no step"):
            loss.forward(z, np.full((3, 5), -1))

    def test_targets_that_are_numbers(self) -> None:
        z, y = normal(3, 4, 5), rng(5).standard_normal((3, 4, 5)).astype(np.float32)
        loss = EveryStepLoss(MeanSquaredError())
        assert loss.forward(z, y) == pytest.approx(float(((z - y) ** 2).mean()), rel=1e-5)
        check_loss(loss, z, y).require()
        assert loss.name == "mean squared error at every step"

    def test_halves_of_a_batch_add_up(self) -> None:
        z, y = normal(3, 4, 5), rng().integers(-1, 4, (3, 5))
        loss = EveryStepLoss()
        whole = loss.forward(z, y)
        halves = [loss.forward(z[..., s], y[..., s], loss.count(y)) for s in (slice(0, 2), slice(2, None))]
        assert sum(halves) == pytest.approx(whole, rel=1e-5)

    @pytest.mark.parametrize("shape", [(5, 3), (3, 4), (4, 3, 5), (5,)])
    def test_shapes_that_do_not_fit(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ShapeError, match="EveryStepLoss"):
            EveryStepLoss().forward(normal(3, 4, 5), np.zeros(shape, np.int64))

    def test_a_tagger_trains_and_predicts(self) -> None:
        """Many to many, from tokens: is the token larger than the one before it?"""
        x = rng().integers(1, 6, (8, 200))
        y = np.vstack((np.zeros((1, 200), int), x[1:] > x[:-1]))
        g = rng()
        net = Sequential(Embedding(6, 8, rng=g), GRU(8, 16, rng=g), EveryStep(Dense(16, 2, rng=g)))
        trainer = Trainer(net, EveryStepLoss(), SGD(lr=2.0))
        history = trainer.fit(Dataset(x, y, dtype=None), epochs=60, batch_size=50, progress=0)
        assert history.series["train_loss"][-1] < 0.5 * history.series["train_loss"][0]
        assert net.predict(x).shape == (8, 2, 200)
