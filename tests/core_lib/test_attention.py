"""Attention and the transformer's block: masks, rows that may look nowhere, large scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core_lib import (
    LearnedPositions,
    MultiHeadAttention,
    PositionalEncoding,
    Sequential,
    TransformerEncoderBlock,
    check_layer,
    summarize,
)
from core_lib.errors import DataError, ShapeError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int) -> Any:
    return rng(1).standard_normal(shape, dtype=np.float32)


def attention(**settings: Any) -> MultiHeadAttention:
    layer = MultiHeadAttention(6, 2, rng=rng(), **settings)
    layer.b[...] = normal(18, 1)
    layer.bo[...] = normal(6, 1)
    return layer


def test_equal_steps_get_the_mean_of_the_values() -> None:
    """All scores are the same, so P is 1/steps."""
    layer = MultiHeadAttention(2, 1, rng=rng())
    layer.W[:4] = 0.0
    layer.W[4:] = layer.Wo[...] = np.eye(2)
    x = normal(5, 2, 3)
    np.testing.assert_allclose(layer.forward(x), np.broadcast_to(x.mean(axis=0), x.shape), rtol=1e-5)


class TestMasks:
    def test_causal_attention_does_not_see_the_future(self) -> None:
        layer, x = attention(causal=True), normal(5, 6, 3)
        y = layer.forward(x)
        changed = x.copy()
        changed[3:] += 1.0
        np.testing.assert_array_equal(layer.forward(changed)[:3], y[:3])
        assert (layer.forward(changed)[3] != y[3]).any()
        check_layer(layer, x).require()

    def test_padding_is_not_seen(self) -> None:
        layer, x = attention(), normal(5, 6, 3)
        layer.padded_steps = np.zeros((5, 3), bool)
        layer.padded_steps[3:, 1] = True
        y = layer.forward(x)
        np.testing.assert_allclose(attention().forward(x[:3, :, 1:2]), y[:3, :, 1:2], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(attention().forward(x[:, :, :1]), y[:, :, :1], rtol=1e-5, atol=1e-6)
        check_layer(layer, x).require()

    @pytest.mark.parametrize("scale", [1.0, 1e3])
    def test_a_row_that_may_look_nowhere_gets_the_bias_alone(self, scale: float) -> None:
        mask = np.zeros((4, 4), np.float32)
        mask[2] = -np.inf
        layer, x = attention(mask=mask), normal(4, 6, 3) * np.float32(scale)
        with np.errstate(all="raise", under="ignore"):
            y = layer.forward(x)
            dx = layer.backward(np.ones_like(y))
        np.testing.assert_array_equal(y[2], np.broadcast_to(layer.bo, (6, 3)))
        np.testing.assert_allclose(y, layer.plain(x), rtol=1e-4, atol=1e-4 * scale)
        assert np.isfinite(dx).all()
        if scale == 1:
            check_layer(layer, x).require()

    def test_everything_is_padding(self) -> None:
        layer, x = attention(causal=True), normal(4, 6, 2)
        layer.padded_steps = np.ones((4, 2), bool)
        np.testing.assert_array_equal(layer.forward(x), np.broadcast_to(layer.bo, (4, 6, 2)))
        assert not layer.backward(np.ones((4, 6, 2), np.float32)).any()

    def test_all_masks_together_are_those_of_the_equations(self) -> None:
        mask = normal(4, 4)
        mask[1, 0] = mask[3, 2] = -np.inf
        layer = attention(causal=True, mask=mask)
        layer.padded_steps = rng(3).random((4, 3)) < 0.4
        for scale in (1.0, 100.0):
            x = normal(4, 6, 3) * np.float32(scale)
            np.testing.assert_allclose(layer.forward(x), layer.plain(x), rtol=1e-4, atol=1e-5 * scale)
        check_layer(layer, normal(4, 6, 3)).require()

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_masks_that_are_none(self, bad: float) -> None:
        with pytest.raises(DataError, match="-inf"):
            attention(mask=np.full((2, 2), bad))

    def test_masks_of_another_length(self) -> None:
        with pytest.raises(ShapeError, match="mask has shape"):
            attention(mask=np.zeros((3, 3))).forward(normal(4, 6, 2))


class TestLargeScores:
    @pytest.mark.parametrize("size", [1e2, 1e4])
    def test_they_neither_overflow_nor_vanish(self, size: float) -> None:
        layer, x = attention(), normal(5, 6, 3) * np.float32(size)
        with np.errstate(all="raise", under="ignore"):
            y = layer.forward(x)
            dx = layer.backward(np.ones_like(y))
        assert np.isfinite(y).all()
        assert np.isfinite(dx).all()
        np.testing.assert_allclose(y, layer.plain(x), rtol=1e-4, atol=1e-4 * size)

    def test_both_ways_to_the_exponentials_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        layer, x = attention(causal=True), normal(5, 6, 3)
        y = layer.forward(x)
        dx = layer.backward(np.ones_like(y))
        monkeypatch.setattr("core_lib.attention.SMALL", 0.0)
        np.testing.assert_allclose(layer.forward(x), y, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(layer.backward(np.ones_like(y)), dx, rtol=1e-4, atol=1e-6)

    def test_a_forbidden_score_may_be_as_large_as_it_likes(self) -> None:
        """The largest one that counts is subtracted, not the largest."""
        layer = MultiHeadAttention(1, 1, rng=rng(), causal=True)
        layer.W[...] = layer.Wo[...] = 1.0
        x = np.array([1.0, 300.0], np.float32).reshape(2, 1, 1)
        np.testing.assert_allclose(layer.forward(x).ravel(), [1.0, 300.0])


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_a_block_keeps_to_its_masks_and_gradients(norm_first: bool, causal: bool) -> None:
    from core_lib import Tanh

    block = TransformerEncoderBlock(
        4, 2, 6, rng=rng(), norm_first=norm_first, causal=causal, activation=Tanh(), dropout=0.3
    )
    x = normal(5, 4, 3)
    check_layer(block, x).require()
    check_layer(Sequential(block, PositionalEncoding(4)), x).require()
    block.eval()
    y = block.forward(x)
    changed = x.copy()
    changed[4] += 1.0
    assert (block.forward(changed)[:4] == y[:4]).all() == causal


def test_a_block_leaves_out_the_gradient_of_its_input() -> None:
    for norm_first in (False, True):
        block = TransformerEncoderBlock(4, 2, 6, rng=rng(), norm_first=norm_first)
        x, dy = normal(5, 4, 3), normal(5, 4, 3)
        block.forward(x)
        block.backward(dy)
        expected = block.attention.dW.copy(), block.norm1.dgamma.copy()
        block.skip_input_gradient(True)
        block.forward(x)
        assert block.backward(dy).size == 0
        np.testing.assert_array_equal(block.attention.dW, expected[0])
        np.testing.assert_array_equal(block.norm1.dgamma, expected[1])


def test_the_summary_counts_all_products_of_a_block() -> None:
    rows = summarize(TransformerEncoderBlock(16, 4, 64, rng=rng()), (8, 16)).layers
    dense, scores = 8 * (3 * 16 * 16 + 16 * 16 + 2 * 16 * 64), 2 * 8 * 8 * 16
    assert [row.multiply_adds for row in rows] == [dense + scores]


def test_heads_must_share_the_features() -> None:
    with pytest.raises(DataError, match="multiple of n_heads"):
        MultiHeadAttention(6, 4, rng=rng())


class TestPositions:
    def test_the_waves_of_the_paper(self) -> None:
        y = PositionalEncoding(4).forward(np.zeros((3, 4, 1), np.float32))[..., 0]
        np.testing.assert_allclose(y[2], [np.sin(2), np.cos(2), np.sin(2 / 100), np.cos(2 / 100)], rtol=1e-6)
        np.testing.assert_array_equal(y[0], [0, 1, 0, 1])

    def test_longer_and_shorter_sequences_in_turn(self) -> None:
        layer = PositionalEncoding(5)
        long = layer.forward(np.zeros((9, 5, 1), np.float32))
        np.testing.assert_array_equal(layer.forward(np.zeros((2, 5, 1), np.float32)), long[:2])
        np.testing.assert_array_equal(layer.forward(np.zeros((9, 5, 1), np.float32)), long)

    def test_learned_places_end(self) -> None:
        with pytest.raises(DataError, match="only 3 places"):
            LearnedPositions(3, 2, rng=rng()).forward(np.zeros((4, 2, 1), np.float32))
