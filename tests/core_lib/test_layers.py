"""What single layers and networks compute, and what they say about bad input."""

from __future__ import annotations

import copy
import os

import numpy as np
import pytest

from core_lib import (
    Dense,
    Dropout,
    He,
    LeakyReLU,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    Xavier,
    Zeros,
    products,
    sigmoid,
    softmax,
)
from core_lib.base import MAX_BUFFERS, NOT_NEEDED
from core_lib.buffers import PIECE, Buffers, Slab
from core_lib.errors import CoreLibError, DataError, NonFiniteError, ShapeError
from core_lib.parameters import count_parameters, flatten, is_flat, restore, snapshot


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def small_net() -> Sequential:
    g = rng()
    return Sequential(Dense(4, 3, rng=g), ReLU(), Sequential(Dense(3, 3, rng=g), Tanh()), Dense(3, 2, rng=g))


def test_dense_is_the_equation() -> None:
    layer = Dense(3, 2, rng=rng())
    layer.W[...] = [[1, 2, 3], [4, 5, 6]]
    layer.b[...] = [[10], [20]]
    x = np.array([[1.0], [0.0], [-1.0]], dtype=np.float32)
    np.testing.assert_array_equal(layer.forward(x), [[8.0], [18.0]])
    dx = layer.backward(np.array([[1.0], [-1.0]], dtype=np.float32))
    np.testing.assert_array_equal(dx, [[-3.0], [-3.0], [-3.0]])
    np.testing.assert_array_equal(layer.dW, [[1, 0, -1], [-1, 0, 1]])
    np.testing.assert_array_equal(layer.db, [[1], [-1]])


class TestErrors:
    def test_a_wrong_shape_names_layer_shapes_and_cause(self) -> None:
        net = small_net()
        with pytest.raises(ShapeError) as caught:
            net.forward(np.ones((32, 4), np.float32))
        message = str(caught.value)
        for part in ("layer 0", "Dense(4, 3)", "(32, 4)", "(4, N)", "examples_axis=0"):
            assert part in message

    def test_layers_that_do_not_fit_are_named_by_their_place(self) -> None:
        net = Sequential(Dense(4, 3, rng=rng()), Sequential(Tanh(), Dense(5, 2, rng=rng())))
        with pytest.raises(ShapeError, match=r"layer 1\.1, Dense\(5, 2\).*\(3, 7\).*\(5, N\).*layer before"):
            net.forward(np.ones((4, 7), np.float32))

    def test_a_single_example_needs_its_axis(self) -> None:
        with pytest.raises(ShapeError, match="newaxis"):
            Dense(4, 3, rng=rng()).forward(np.ones(4, np.float32))

    def test_no_array(self) -> None:
        with pytest.raises(DataError, match=r"is a list.*np\.asarray"):
            Dense(2, 1, rng=rng()).forward([[1.0], [2.0]])

    def test_backward_before_forward(self) -> None:
        for layer in (Dense(2, 2, rng=rng()), ReLU(), Sigmoid()):
            with pytest.raises(AttributeError, match="run forward before backward"):
                layer.backward(np.ones((2, 1), np.float32))

    def test_backward_for_another_batch(self) -> None:
        layer = Dense(2, 2, rng=rng())
        layer.forward(np.ones((2, 3), np.float32))
        with pytest.raises(ShapeError, match="dy has shape"):
            layer.backward(np.ones((2, 4), np.float32))

    @pytest.mark.parametrize("make", [lambda: Sequential([ReLU()]), lambda: Sequential(ReLU)])
    def test_sequential_says_how_it_is_written(self, make: object) -> None:
        with pytest.raises(DataError, match="Sequential takes layers"):
            make()  # type: ignore[operator]

    def test_a_layer_twice(self) -> None:
        layer = ReLU()
        with pytest.raises(DataError, match="twice"):
            Sequential(layer, layer)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Dense(0, 3, rng=rng()),
            lambda: Dropout(1.0, rng=rng()),
            lambda: Dropout(-0.1, rng=rng()),
            lambda: LeakyReLU(1.5),
            lambda: Normal(float("nan")),
        ],
    )
    def test_settings_out_of_range(self, make: object) -> None:
        with pytest.raises(DataError):
            make()  # type: ignore[operator]

    def test_one_base(self) -> None:
        assert issubclass(ShapeError, CoreLibError)
        assert issubclass(ShapeError, ValueError)


class TestHostileNumbers:
    def test_sigmoid_has_its_limits_without_warnings(self) -> None:
        for dtype in (np.float32, np.float64):
            x = np.array([-np.inf, -1e4, -100.0, 0.0, 100.0, 1e4, np.inf], dtype)
            with np.errstate(all="raise", under="ignore"):
                y = sigmoid(x)
            assert y.dtype == dtype
            np.testing.assert_allclose(y, [0, 0, 0, 0.5, 1, 1, 1], atol=1e-37)
        assert np.isnan(sigmoid(np.array([np.nan]))).all()

    def test_sigmoid_is_exact_also_where_it_is_small(self) -> None:
        x = np.linspace(-80, 80, 100).astype(np.float32)
        np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-x.astype(np.float64))), rtol=2e-6)

    def test_softmax_of_huge_logits(self) -> None:
        with np.errstate(all="raise", under="ignore"):
            y = softmax(np.array([[1e4], [-1e4], [1e4]], np.float32))
        np.testing.assert_array_equal(y, [[0.5], [0], [0.5]])

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_softmax_without_a_limit_is_an_error(self, bad: float) -> None:
        x = np.zeros((3, 2), np.float32)
        x[1, 1] = bad
        with pytest.raises(NonFiniteError, match="Softmax"):
            Softmax().forward(x)

    def test_softmax_of_minus_infinity_is_zero(self) -> None:
        x = np.array([[0.0], [-np.inf]], np.float32)
        np.testing.assert_array_equal(Softmax().forward(x), [[1], [0]])

    def test_predict_names_the_layer_that_overflows(self) -> None:
        net = small_net()
        net.layers[0].b[...] = np.float32(3e38)  # type: ignore[attr-defined]
        net.layers[3].W[...] = np.float32(3e38)  # type: ignore[attr-defined]
        with np.errstate(all="ignore"), pytest.raises(NonFiniteError, match=r"layer 3, Dense\(3, 2\)"):
            net.predict(np.ones((4, 2), np.float32))

    def test_predict_says_that_the_input_is_bad(self) -> None:
        x = np.ones((4, 2), np.float32)
        x[0, 0] = np.nan
        with np.errstate(all="ignore"), pytest.raises(NonFiniteError, match="input itself"):
            small_net().predict(x)

    def test_predict_names_a_spoiled_parameter(self) -> None:
        net = small_net()
        net.layers[2].layers[0].W[0, 0] = np.nan  # type: ignore[attr-defined]
        with np.errstate(all="ignore"), pytest.raises(NonFiniteError, match=r"layer 2\.0.*parameter W"):
            net.predict(np.ones((4, 2), np.float32))

    def test_predict_of_nothing(self) -> None:
        with pytest.raises(DataError, match="no example"):
            small_net().predict(np.ones((4, 0), np.float32))


class TestPredict:
    def test_both_orientations_and_any_batch_size(self) -> None:
        net, x = small_net(), rng(1).standard_normal((4, 25)).astype(np.float32)
        y = net.predict(x)
        assert y.shape == (2, 25)
        np.testing.assert_allclose(net.predict(x, batch_size=4), y, rtol=1e-5)
        np.testing.assert_allclose(net.predict(x.T, examples_axis=0), y.T, rtol=1e-5)

    def test_it_predicts_in_evaluation_mode_and_restores_the_mode(self) -> None:
        net = Sequential(Dense(4, 50, rng=rng()), Dropout(0.5, rng=rng()))
        x = np.ones((4, 3), np.float32)
        assert net.training
        np.testing.assert_array_equal(net.predict(x), net.predict(x))
        assert all(layer.training for _, layer in net.walk())

    def test_integers_are_taken(self) -> None:
        assert small_net().predict(np.ones((4, 2), np.uint8)).dtype == np.float32


class TestDropout:
    def test_the_share_and_the_expected_value(self) -> None:
        layer, x = Dropout(0.3, rng=rng()), np.ones((100, 1000), np.float32)
        y = layer.forward(x)
        assert abs((y == 0).mean() - 0.3) < 0.01
        assert abs(y.mean() - 1) < 0.01
        np.testing.assert_array_equal(layer.eval().forward(x), x)

    def test_float64_drops_what_float32_drops(self) -> None:
        x = np.ones((10, 10))
        a = Dropout(0.5, rng=rng(3)).forward(x)
        b = Dropout(0.5, rng=rng(3)).forward(x.astype(np.float32))
        np.testing.assert_array_equal(a, b)

    def test_replicas_draw_their_own_masks(self) -> None:
        net = Sequential(Dropout(0.5, rng=rng()))
        x = np.ones((50, 50), np.float32)
        assert (net.replica().forward(x) != net.forward(x)).any()


class TestInitializers:
    @pytest.mark.parametrize(
        ("init", "std"),
        [(Zeros(), 0.0), (Normal(0.02), 0.02), (Xavier(), (2 / 700) ** 0.5), (He(), (2 / 400) ** 0.5)],
    )
    def test_the_standard_deviation(self, init: object, std: float) -> None:
        W = init(rng(), (300, 400), fan_in=400, fan_out=300)  # type: ignore[operator]
        assert W.shape == (300, 400)
        assert abs(W.std() - std) < 0.01 * std + 1e-12
        assert abs(W.mean()) < 0.01

    def test_dense_float32_is_dense_float64_rounded(self) -> None:
        a, b = Dense(5, 4, rng=rng(2)), Dense(5, 4, rng=rng(2), dtype=np.float64)
        assert a.W.dtype == np.float32
        np.testing.assert_array_equal(a.W, b.W.astype(np.float32))

    def test_he_keeps_the_scale_through_many_relu_layers(self) -> None:
        g = rng()
        x = g.standard_normal((256, 200)).astype(np.float32)
        for _ in range(10):
            x = ReLU().forward(Dense(256, 256, rng=g).forward(x))
        assert 0.3 < (x**2).mean() < 3


class TestParameters:
    def test_flatten_makes_views_in_order(self) -> None:
        net = small_net()
        before = snapshot(net)
        flat = flatten(net)
        assert [slot.path for slot in flat.slots] == ["0.W", "0.b", "2.0.W", "2.0.b", "3.W", "3.b"]
        assert flat.theta.size == count_parameters(net) == 4 * 3 + 3 + 9 + 3 + 6 + 2
        assert is_flat(flat)
        for name, value in snapshot(net).items():
            np.testing.assert_array_equal(value, before[name])
        flat.theta[:] = 0
        assert not net.layers[0].W.any()  # type: ignore[attr-defined]
        net.layers[0].W = np.ones((3, 4), np.float32)  # type: ignore[attr-defined]
        assert not is_flat(flat)

    def test_one_dtype(self) -> None:
        net = Sequential(Dense(2, 2, rng=rng()), Dense(2, 2, rng=rng(), dtype=np.float64))
        with pytest.raises(DataError, match=r"0\.W is float32.*1\.W is float64"):
            flatten(net)

    def test_restore_is_all_or_nothing(self) -> None:
        net = small_net()
        before = snapshot(net)
        wrong = {**snapshot(net), "3.b": np.zeros((7, 1), np.float32)}
        wrong["0.W"] += 1
        with pytest.raises(DataError, match=r"3\.b has shape \(2, 1\).*\(7, 1\)"):
            restore(net, wrong)
        del wrong["3.b"]
        wrong["9.W"] = np.zeros(1)
        with pytest.raises(DataError, match=r"missing 3\.b; unknown 9\.W"):
            restore(net, wrong)
        for name, value in snapshot(net).items():
            np.testing.assert_array_equal(value, before[name])


class TestInputGradient:
    def test_it_is_left_out_up_to_the_first_layer_with_parameters(self) -> None:
        net = Sequential(Tanh(), Sequential(Dense(4, 3, rng=rng()), ReLU()), Dense(3, 2, rng=rng()))
        x = rng(1).standard_normal((4, 5)).astype(np.float32)
        dy = np.ones((2, 5), np.float32)
        net.forward(x)
        assert net.backward(dy).shape == x.shape
        expected = [layer.dW.copy() for _, layer in net.walk() if isinstance(layer, Dense)]
        net.skip_input_gradient(True)
        assert net.backward(dy) is NOT_NEEDED
        assert [layer.needs_dx for layer in (net.layers[0], net.layers[1], net.layers[2])] == [
            False,
            False,
            True,
        ]
        found = [layer.dW for _, layer in net.walk() if isinstance(layer, Dense)]
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        net.skip_input_gradient(False)
        assert net.backward(dy).shape == x.shape


def test_buffers_do_not_pile_up() -> None:
    layer = ReLU()
    layer._buffers = Buffers(Slab())
    for n in range(1, 200):
        layer.forward(np.ones((2, n), np.float32))
    assert len(layer._buffers) <= MAX_BUFFERS


def test_a_network_can_be_copied() -> None:
    net = small_net()
    twin = copy.deepcopy(net)
    twin.layers[0].W[...] = 0  # type: ignore[attr-defined]
    assert net.layers[0].W.any()  # type: ignore[attr-defined]


class TestProducts:
    @pytest.mark.parametrize("one_core", [False, True], ids=["all cores", "one core"])
    @pytest.mark.parametrize(
        "shape",
        [
            (20, 2000, 209),
            (20, 2003, 209),
            (20, 209, 2000),
            (20, 209, 2003),
            (3, 4, 5),
            (8, 600, 128),
            (1, 900, 200),
        ],
    )
    def test_each_way_gives_the_product(
        self, shape: tuple[int, int, int], one_core: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whichever way round B lies in memory, and whether or not its pieces are all of one size."""
        monkeypatch.setattr(products, "one_core", one_core)
        m, k, n = shape
        rng = np.random.default_rng(0)
        A, B = rng.standard_normal((m, k)), rng.standard_normal((k, n))
        for b in (B, np.asfortranarray(B), np.repeat(B, 2, axis=1)[:, ::2]):
            out = np.full((m, n), np.nan)
            assert products.product(ReLU(), A, b, out) is out
            np.testing.assert_allclose(out, A @ B, rtol=1e-10, atol=1e-10)

    def test_only_on_one_core_matrices_are_cut_and_into_equal_pieces_of_many_rows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(products, "one_core", False)
        assert products.pieces(96, 99, 544) == 1
        monkeypatch.setattr(products, "one_core", True)
        assert products.pieces(96, 99, 544) == 6
        assert products.pieces(97, 99, 544) == 1  # a prime number of rows
        assert products.pieces(96, 99, 54) == 1  # small as it is
        assert products.pieces(96, 9900, 5440) == 1  # so large that a piece would have less than eight rows

    def test_one_core_is_known_from_what_blas_was_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A worker of several processes is told so; so is who has set it for the whole program."""
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
        assert products._one_is_all()
        for name in ("OPENBLAS", "OMP", "MKL"):
            monkeypatch.delenv(f"{name}_NUM_THREADS", raising=False)
        for cores, one in (({0}, True), ({0, 1}, False)):
            monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: cores, raising=False)
            assert products._one_is_all() is one


def test_a_slab_gives_arrays_that_do_not_overlap() -> None:
    slab = Slab()
    shapes = [(3, 5), (0, 4), (), (1000, 7), (PIECE // 4 + 1,), (2, 2)]
    arrays = [slab.empty(shape, dtype) for shape in shapes for dtype in (np.float32, np.bool_, np.float64)]
    for i, array in enumerate(arrays):
        array[...] = i % 2 if array.dtype == np.bool_ else i
    for i, array in enumerate(arrays):
        assert (array == (i % 2 if array.dtype == np.bool_ else i)).all()
        assert array.size == 0 or array.ctypes.data % 64 == 0
