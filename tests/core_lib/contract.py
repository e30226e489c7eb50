"""What every layer and every loss must keep to. `test_contract.py` applies it to all of core_lib's, and
`test_contract_fails.py` shows that it notices layers that break it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core_lib import storage
from core_lib.base import Array, Layer
from core_lib.gradient_check import check_layer, check_loss
from core_lib.losses import Loss
from core_lib.optimizers import SGD
from core_lib.parameters import flatten, named_parameters, snapshot
from core_lib.training import Trainer, Workspace

SEED = 7


def example(cls: type[Layer], seed: int = SEED) -> tuple[Layer, Array]:
    return cls.example(np.random.default_rng(seed))


def dy_for(y: Array) -> Array:
    return np.random.default_rng(1).standard_normal(y.shape).astype(y.dtype)


def run(layer: Layer, x: Array) -> tuple[Array, Array, dict[str, Array]]:
    """One way there and back: y, dx and the gradients."""
    y = layer.forward(x).copy()
    dx = layer.backward(dy_for(y)).copy()
    return y, dx, {path: getattr(owner, "d" + name).copy() for path, owner, name in named_parameters(layer)}


def gradients_are_right(cls: type[Layer]) -> None:
    for training in (True, False):
        layer, x = example(cls)
        check_layer(layer.train(training), x).require()


def gradients_are_right_with_lent_buffers(cls: type[Layer]) -> None:
    """Buffers that are used again, for batches of different sizes, change nothing."""
    layer, x = example(cls)
    expected = [run(example(cls)[0], part) for part in (x, x[..., :2])]
    if not hasattr(layer, "rng"):  # who draws numbers draws others the second time
        workspace = Workspace(layer, Loss())
        for _ in range(2):
            for part, (y, _, grads) in zip((x, x[..., :2]), expected, strict=True):
                with workspace:
                    layer.skip_input_gradient(False)
                    found_y, _, found_grads = run(layer, part)
                np.testing.assert_array_equal(found_y, y)
                for name, value in grads.items():
                    np.testing.assert_array_equal(found_grads[name], value)


def fast_agrees_with_plain(cls: type[Layer]) -> None:
    """Where `forward` does not read like the equation, `plain` does, and gives the same."""
    if cls.plain is Layer.plain:
        return
    for training in (True, False):
        for part in (slice(None), slice(0, 2)):
            layer, x = example(cls)
            layer.astype(np.float64).train(training)
            x = x[..., part].astype(np.float64) if x.dtype.kind == "f" else x[..., part]
            expected = layer.plain(x)
            np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-9, atol=1e-11)


def dtype_is_kept(cls: type[Layer]) -> None:
    for dtype in (np.float32, np.float64):
        layer, x = example(cls)
        layer.astype(dtype)
        y, dx, grads = run(layer, x.astype(dtype) if x.dtype.kind == "f" else x)
        assert y.dtype == dtype
        assert x.dtype.kind != "f" or dx.dtype == dtype
        for name, value in grads.items():
            assert value.dtype == dtype, name


def shapes_agree(cls: type[Layer]) -> None:
    layer, x = example(cls)
    y, dx, _ = run(layer, x)
    assert y.shape[-1] == x.shape[-1], "examples are the last axis"
    assert x.dtype.kind != "f" or dx.shape == x.shape
    for path, owner, name in named_parameters(layer):
        assert getattr(owner, name).shape == getattr(owner, "d" + name).shape, path
        assert set(owner.decayed) <= set(owner.params)


def inputs_are_left_alone(cls: type[Layer]) -> None:
    """Neither x nor dy is written to, no result is a view of them, and results are not overwritten later."""
    layer, x = example(cls)
    x_before = x.copy()
    x.flags.writeable = False
    y = layer.forward(x)
    dy = dy_for(y)
    dy_before = dy.copy()
    dy.flags.writeable = False
    dx = layer.backward(dy)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dy, dy_before)
    assert not np.may_share_memory(y, x)
    assert not np.may_share_memory(dx, dy)
    kept_y, kept_dx = y.copy(), dx.copy()
    layer.forward(x_before * (2 if x.dtype.kind == "f" else 1))
    layer.backward(dy_before * 2)
    np.testing.assert_array_equal(y, kept_y)
    np.testing.assert_array_equal(dx, kept_dx)


def parameters_are_left_alone(cls: type[Layer]) -> None:
    layer, x = example(cls)
    before = {path: getattr(owner, name).copy() for path, owner, name in named_parameters(layer)}
    run(layer, x)
    for path, owner, name in named_parameters(layer):
        np.testing.assert_array_equal(getattr(owner, name), before[path], err_msg=path)


def gradients_are_written_in_place(cls: type[Layer]) -> None:
    """After `flatten` all gradients arrive in the vector, whatever was there before."""
    layer, x = example(cls)
    _, _, expected = run(layer, x)
    layer, x = example(cls)
    flat = flatten(layer)
    flat.grad[:] = 1e6
    run(layer, x)
    for slot in flat.slots:
        np.testing.assert_array_equal(flat.grad[slot.where], expected[slot.path].ravel(), err_msg=slot.path)


def evaluation_is_deterministic(cls: type[Layer]) -> None:
    layer, x = example(cls)
    layer.forward(x)
    layer.eval()
    assert not any(inner.training for _, inner in layer.walk())
    first = layer.forward(x)
    np.testing.assert_array_equal(layer.forward(x), first)
    # and each example is judged alone
    np.testing.assert_allclose(layer.forward(x[..., :1].copy()), first[..., :1], rtol=1e-5, atol=1e-6)


def seeds_repeat(cls: type[Layer]) -> None:
    first, second = run(*example(cls)), run(*example(cls))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    np.random.seed(0)  # the global generator plays no part
    state = np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    run(*example(cls))
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def saving_round_trips(cls: type[Layer], folder: Path) -> None:
    layer, x = example(cls)
    run(layer, x)  # so that running averages are not those of a new layer
    path = folder / "layer.npz"
    storage.save_parameters(layer, path)
    other, _ = example(cls, seed=SEED + 1)
    storage.load_parameters(other, path)
    for name, value in snapshot(layer).items():
        np.testing.assert_array_equal(snapshot(other)[name], value, err_msg=name)
    np.testing.assert_array_equal(other.eval().forward(x), layer.eval().forward(x))


def replicas_share_only_parameters(cls: type[Layer]) -> None:
    layer, x = example(cls)
    twin = layer.replica()
    for (_, a), (_, b) in zip(layer.walk(), twin.walk(), strict=True):
        assert a is not b
        for name in a.params:
            assert getattr(a, name) is getattr(b, name)
            assert not np.may_share_memory(getattr(a, "d" + name), getattr(b, "d" + name))
    dy = dy_for(layer.forward(x))
    twin.forward(x * 3 if x.dtype.kind == "f" else x)  # must not disturb what `layer` remembers
    twin.backward(dy)
    grads = {path: getattr(owner, "d" + name).copy() for path, owner, name in named_parameters(twin)}
    layer.backward(dy)
    for path, owner, name in named_parameters(twin):
        np.testing.assert_array_equal(getattr(owner, "d" + name), grads[path])


def empty_and_single_batches_work(cls: type[Layer]) -> None:
    """A batch of one gives an output; an empty one an empty output or a clear error."""
    from core_lib.errors import CoreLibError

    layer, x = example(cls)
    y, _, _ = run(layer.eval(), x[..., :1].copy())
    assert y.shape[-1] == 1
    assert np.isfinite(y).all()
    try:
        y = layer.forward(x[..., :0].copy())
    except CoreLibError:
        return
    assert y.shape[-1] == 0


def has_a_readable_name(cls: type[Layer]) -> None:
    layer, _ = example(cls)
    assert repr(layer).startswith(cls.__name__ + "(")
    assert cls.__doc__


LAYER_RULES = [
    gradients_are_right,
    gradients_are_right_with_lent_buffers,
    fast_agrees_with_plain,
    dtype_is_kept,
    shapes_agree,
    inputs_are_left_alone,
    parameters_are_left_alone,
    gradients_are_written_in_place,
    evaluation_is_deterministic,
    seeds_repeat,
    saving_round_trips,
    replicas_share_only_parameters,
    empty_and_single_batches_work,
    has_a_readable_name,
]


def loss_example(cls: type[Loss]) -> tuple[Loss, Array, Array]:
    return cls.example(np.random.default_rng(SEED))


def loss_gradient_is_right(cls: type[Loss]) -> None:
    check_loss(*loss_example(cls)).require()


def loss_keeps_dtype(cls: type[Loss]) -> None:
    for dtype in (np.float32, np.float64):
        loss, z, y = loss_example(cls)
        assert isinstance(loss.forward(z.astype(dtype), y), float)
        assert loss.backward().dtype == dtype


def loss_leaves_inputs_alone(cls: type[Loss]) -> None:
    loss, z, y = loss_example(cls)
    z_before, y_before = z.copy(), y.copy()
    z.flags.writeable = y.flags.writeable = False
    loss.forward(z, y)
    dz = loss.backward()
    assert dz.shape == z.shape
    assert not np.may_share_memory(dz, z)
    np.testing.assert_array_equal(z, z_before)
    np.testing.assert_array_equal(y, y_before)
    np.testing.assert_array_equal(loss.backward(), dz)  # asking twice gives the same


def loss_of_halves_adds_up(cls: type[Loss]) -> None:
    loss, z, y = loss_example(cls)
    whole, dz = loss.forward(z, y), loss.backward().copy()
    parts, gradients = [], []
    for part in (slice(0, 2), slice(2, None)):
        parts.append(loss.forward(z[..., part], y[..., part], count=loss.count(y)))
        gradients.append(loss.backward().copy())
    assert abs(sum(parts) - whole) < 1e-6
    np.testing.assert_allclose(np.concatenate(gradients, axis=-1), dz, rtol=1e-6, atol=1e-8)


def loss_refuses_to_broadcast(cls: type[Loss]) -> None:
    from core_lib.errors import CoreLibError

    loss, z, y = loss_example(cls)
    wrong: list[tuple[Any, Any]] = [
        (z, y[..., :-1]),
        (z, y[..., :1]),
        (z[..., :1], y),
        (z, y[np.newaxis]),
        (z.T.copy(), y),
        (z[..., :0], y[..., :0]),
        (z.astype(int), y),
        (z.tolist(), y),
    ]
    for bad_z, bad_y in wrong:
        try:
            loss.forward(bad_z, bad_y)
        except CoreLibError as error:
            assert cls.__name__ in str(error)
        else:
            raise AssertionError(f"{cls.__name__} took {np.shape(bad_z)} and {np.shape(bad_y)}")


def loss_of_hostile_numbers_is_finite_or_an_error(cls: type[Loss]) -> None:
    from core_lib.errors import NonFiniteError

    loss, z, y = loss_example(cls)
    for factor in (1e4, -1e4):
        assert np.isfinite(loss.forward(z * np.float32(factor), y))
        assert np.isfinite(loss.backward()).all()
    for bad in (np.nan, np.inf, -np.inf):
        for everywhere in (False, True):
            hostile = np.full_like(z, bad) if everywhere else z.copy()
            hostile[0, 0] = bad
            try:
                value = loss.forward(hostile, y)
            except NonFiniteError:
                continue
            assert np.isfinite(value), (bad, value)
            assert np.isfinite(loss.backward()).all(), bad


def loss_trains(cls: type[Loss]) -> None:
    """Steps against the gradient make it smaller."""
    from core_lib.dense import Dense

    loss, z, y = loss_example(cls)
    net = Dense(z.shape[0], z.shape[0], rng=np.random.default_rng(0))
    trainer = Trainer(net, loss, SGD(lr=0.05))
    values = [trainer.step(z, y) for _ in range(20)]
    assert values[-1] < values[0]


LOSS_RULES = [
    loss_gradient_is_right,
    loss_keeps_dtype,
    loss_leaves_inputs_alone,
    loss_of_halves_adds_up,
    loss_refuses_to_broadcast,
    loss_of_hostile_numbers_is_finite_or_an_error,
    loss_trains,
]
