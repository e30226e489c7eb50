"""Convolution by products with bands of the image gives what the plain way gives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_lib import (
    Adam,
    Conv2D,
    Flatten,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    bands,
    check_layer,
    products,
)
from core_lib.base import Array


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


@pytest.fixture(params=[False, True], ids=["all cores", "one core"])
def few_channels_suffice(request: pytest.FixtureRequest) -> Iterator[None]:
    """And even small products are cut into pieces, where there is only one core."""
    kept = bands.LEAST, bands.SHORT, products.SMALL, products.one_core
    bands.LEAST, bands.SHORT, products.SMALL, products.one_core = 1, 2, 300, request.param
    yield
    bands.LEAST, bands.SHORT, products.SMALL, products.one_core = kept


def gradients(layer: Conv2D, x: Array, dy: Array) -> list[Array]:
    return [layer.forward(x), layer.backward(dy), layer.dW.copy(), layer.db.copy()]


@pytest.mark.usefixtures("few_channels_suffice")
class TestAgainstOtherWays:
    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_outputs_and_gradients_are_right(self, data: st.DataObject) -> None:
        kept, bands.CHUNK = bands.CHUNK, data.draw(st.sampled_from([1, 500, 2000, 2**18]))
        try:
            n_in, n_out, n = (data.draw(st.integers(1, 3)) for _ in range(3))
            kernel = data.draw(st.integers(1, 3)), data.draw(st.integers(2, 3))
            padding = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
            layer = Conv2D(n_in, n_out, kernel, padding=padding, rng=np.random.default_rng(0))
            layer.b[...] = normal(n_out, 1, 1, 1)
            height, width = (
                data.draw(st.integers(max(1, k - 2 * p), 8)) for k, p in zip(kernel, padding, strict=True)
            )
            x = normal(n_in, height, width, n)
            assert bands.suits(layer.W[np.newaxis], x[np.newaxis], layer.sliding)
            np.testing.assert_allclose(layer.forward(x), layer.plain(x), rtol=1e-4, atol=1e-5)
            check_layer(layer, x, samples=20).require()
        finally:
            bands.CHUNK = kept

    def test_a_view_is_as_good_as_an_array(self) -> None:
        layer, view = (
            Conv2D(2, 3, 3, padding=1, rng=np.random.default_rng(0)),
            normal(8, 6, 4, 2).transpose(2, 0, 1, 3)[::2],
        )
        assert not view.flags.c_contiguous
        np.testing.assert_allclose(layer.forward(view), layer.plain(view), rtol=1e-4, atol=1e-5)

    def test_an_infinity_spoils_what_sees_it_and_nothing_else(self) -> None:
        x = normal(1, 8, 6, 2)
        x[0, 3, 2, 0] = np.inf
        layer = Conv2D(1, 1, 3, padding=1, rng=np.random.default_rng(0))
        with np.errstate(invalid="ignore"):
            spoiled = ~np.isfinite(layer.forward(x)[0])
        expected = np.zeros((8, 6, 2), bool)
        expected[2:5, 1:4, 0] = True
        np.testing.assert_array_equal(spoiled, expected)


class TestUse:
    @pytest.mark.parametrize(
        ("layer", "fits"),
        [
            (Conv2D(16, 8, 3, padding=1, rng=np.random.default_rng(0)), True),
            (Conv2D(16, 16, 3, rng=np.random.default_rng(0)), True),
            (Conv2D(16, 16, 5, padding=3, rng=np.random.default_rng(0)), True),
            (Conv2D(15, 16, 3, padding=1, rng=np.random.default_rng(0)), False),
            (Conv2D(48, 16, 1, rng=np.random.default_rng(0)), False),
            (Conv2D(16, 16, 3, padding=1, stride=2, rng=np.random.default_rng(0)), False),
            (Conv2D(16, 16, 3, padding=1, dilation=2, rng=np.random.default_rng(0)), False),
            (Conv2D(64, 64, 3, padding=1, groups=2, rng=np.random.default_rng(0)), False),
        ],
        ids=lambda value: repr(value),
    )
    def test_other_windows_go_the_other_way_and_all_are_right(self, layer: Conv2D, fits: bool) -> None:
        x = normal(layer.n_in, 7, 6, 2)
        assert bands.suits(layer.grouped(layer.W), layer.grouped(x), layer.sliding) is fits
        np.testing.assert_allclose(layer.forward(x), layer.plain(x), rtol=1e-4, atol=1e-5)

    def test_more_padding_than_the_window_reaches_is_right_too(self) -> None:
        """Then the gradient of the input is a convolution with a negative margin."""
        layer = Conv2D(16, 16, 3, padding=4, rng=np.random.default_rng(0))
        check_layer(layer, normal(16, 4, 5, 2), samples=20).require()

    def test_an_empty_batch_gives_an_empty_result(self) -> None:
        layer = Conv2D(16, 16, 3, padding=1, rng=np.random.default_rng(0))
        assert layer.forward(normal(16, 6, 6, 0)).shape == (16, 6, 6, 0)

    def test_margins_stay_zero_when_buffers_are_used_again(self) -> None:
        """Forward and backward share buffers, and batches of two sizes take turns; yet nothing is left of the one before."""

        def network() -> Sequential:
            rng = np.random.default_rng(1)
            layers = [Conv2D(16, 24, 3, padding=1, rng=rng), Conv2D(24, 16, 3, padding=1, rng=rng)]
            return Sequential(*layers, Flatten())

        fast, slow = (Trainer(network(), SoftmaxCrossEntropy(), Adam(1e-5)) for _ in range(2))
        for step in range(6):
            x, y = normal(16, 4, 6, 3 + step % 2, seed=step), np.arange(3 + step % 2)
            losses = [fast.step(x, y)]
            kept, bands.LEAST = bands.LEAST, 10**6
            try:
                losses.append(slow.step(x, y))
            finally:
                bands.LEAST = kept
            np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
            scale = float(np.abs(slow.flat.grad).max())
            np.testing.assert_allclose(fast.flat.grad, slow.flat.grad, atol=1e-5 * scale)

    def test_one_core_gives_what_several_give(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With pieces as large as they are in use."""
        layer = Conv2D(32, 64, 3, padding=1, rng=np.random.default_rng(0))
        layer.b[...] = normal(64, 1, 1, 1)
        x, dy = normal(32, 9, 16, 16), normal(64, 9, 16, 16, seed=1)
        several = gradients(layer, x, dy)
        monkeypatch.setattr(products, "one_core", True)
        image = layer.bands
        assert image is not None
        assert products.pieces(3 * 64, image.k, image.long) == 6
        assert image.pieces(64) == (1, 2)
        for one, other in zip(gradients(layer, x, dy), several, strict=True):
            scale = float(np.abs(other).max())
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("seed", range(4))
def test_pytorch_agrees_within_the_same_bound_as_for_other_layers(seed: int) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    rng = np.random.default_rng(seed)
    n_in, n_out, h, w, n = (int(v) for v in rng.integers([16, 16, 1, 1, 1], [49, 49, 13, 13, 5]))
    layer = Conv2D(n_in, n_out, 3, padding=1, rng=rng)
    layer.b[...] = normal(n_out, 1, 1, 1)
    x, dy = normal(n_in, h, w, n), normal(n_out, h, w, n, seed=1)
    peer = torch.nn.Conv2d(n_in, n_out, 3, padding=1)
    with torch.no_grad():
        peer.weight.copy_(torch.from_numpy(layer.W))
        peer.bias.copy_(torch.from_numpy(layer.b.ravel()))
    z = torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 0))).requires_grad_()
    y = peer(z)
    y.backward(torch.from_numpy(np.ascontiguousarray(np.moveaxis(dy, -1, 0))))
    theirs = [y.permute(1, 2, 3, 0), z.grad.permute(1, 2, 3, 0), peer.weight.grad, peer.bias.grad]
    for mine, other in zip(gradients(layer, x, dy), theirs, strict=True):
        expected = other.detach().numpy()
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(mine.reshape(expected.shape), expected, rtol=0, atol=1e-5 * scale)
