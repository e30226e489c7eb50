"""What all layers have in common: the interface, their parameters, their buffers, their errors.

Examples are the **last axis** everywhere, as in the course's notation (X has shape n_x × m):
``(features, N)``, images ``(channels, height, width, N)``, sequences ``(steps, features, N)``.

A layer is a class with two methods that stand next to each other::

    class Square(Layer):
        def forward(self, x):            # y = x²
            self.x = x
            return np.multiply(x, x, out=self.out("y", x.shape, x.dtype))

        def backward(self, dy):          # dx = dy · 2x
            dx = np.multiply(dy, self.x, out=self.out("dx", dy.shape, dy.dtype))
            dx *= 2.0
            return dx

``dy`` always means ∂L/∂y, the derivative of the loss by this layer's output, and has the shape of y.
A layer with parameters names them in ``params``; the gradient of ``W`` is kept in ``dW``.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

import numpy as np

from core_lib.buffers import Buffers
from core_lib.errors import DataError, NonFiniteError, ShapeError

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

# What `backward` returns when nobody needs the gradient of its input (``needs_dx`` is False). It is an
# array, so that the types stay simple, and an empty one, so that using it by mistake is a shape error.
NOT_NEEDED: Array = np.empty(0, dtype=np.float32)
NOT_NEEDED.flags.writeable = False

# A layer that sees ever new shapes (sequences of all lengths) must not collect buffers for ever.
MAX_BUFFERS = 64


class Operation:
    """What layers and losses share: buffers for their results, and checks that name the culprit."""

    #: Where the operation stands in its network: "2", or "2.0" inside of a nested one.
    place: str = ""
    _buffers: Buffers | None = None

    def out(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Give an array for a result; its content is arbitrary.

        Outside of ``Trainer.step`` it is a fresh one each time, so that nothing that you keep is ever
        overwritten. Inside, it is the same one for the same (name, shape, dtype) in every step: asking
        the system for memory costs more than many of the computations that fill it.

        Parameters
        ----------
        name : str
            What the array is for: two results that live at the same time need two names.
        shape : tuple of int
        dtype : dtype
        """
        if self._buffers is None:
            return np.empty(shape, dtype)
        key = (name, shape, dtype)
        buffer = self._buffers.get(key)
        return self._keep(key, self._buffers.slab.empty(shape, dtype)) if buffer is None else buffer

    def zeros(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Give an array as `out` does, of zeros when it is new and with what you left there when it is not.

        For results of which some places are never written to, such as the margin around an image.
        """
        if self._buffers is None:
            return np.zeros(shape, dtype)
        key = (name, shape, dtype)
        buffer = self._buffers.get(key)
        if buffer is None:
            buffer = self._keep(key, self._buffers.slab.empty(shape, dtype))
            buffer[...] = 0
        return buffer

    def filled(self, value: float, shape: tuple[int, ...], dtype: Any) -> Array:
        """Give an array in which every entry is `value`; it must not be written to.

        ``W @ ones`` is a sum along the last axis, 5 to 10 times faster than ``W.sum(axis=-1)``.
        """
        if self._buffers is None:
            return np.full(shape, value, dtype)
        key = (value, shape, dtype)
        buffer = self._buffers.get(key)
        if buffer is None:
            buffer = self._keep(key, np.full(shape, value, dtype))
            buffer.flags.writeable = False
        return buffer

    def __getstate__(self) -> dict[str, Any]:
        """Give what a copy is to have: all but the buffers, which are lent."""
        return {name: value for name, value in vars(self).items() if name != "_buffers"}

    def _keep(self, key: Any, buffer: Array) -> Array:
        """Keep a new buffer, and forget the old ones if there are too many."""
        if self._buffers is not None:
            if len(self._buffers) >= MAX_BUFFERS:
                self._buffers.clear()
            self._buffers[key] = buffer
        return buffer

    def describe(self) -> str:
        """Name the operation for a message: ``layer 2, Dense(64, 10)``."""
        return f"layer {self.place}, {self!r}" if self.place else repr(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def expect(self, what: str, array: Array, *shape: int | str | EllipsisType, cause: str = "") -> None:
        """Check the shape of an argument.

        Parameters
        ----------
        what : str
            The argument's name in the equation: "x", "dy", "z".
        array : array
        *shape : int, str or ``...``
            One entry an axis: its size, or a letter where any size will do; a leading ``...`` stands for
            any number of axes.
        cause : str
            The likely cause, if the caller knows one.

        Raises
        ------
        ShapeError
            With the layer, the shape expected, the shape received, and the likely cause.
        DataError
            If `array` is no array.
        """
        if not isinstance(array, np.ndarray):
            raise DataError(
                f"{self.describe()}: {what} must be a NumPy array, and is a {type(array).__name__}. "
                f"Convert it: np.asarray({what}, dtype=np.float32)."
            )
        found = array.shape
        wanted = shape
        if shape and shape[0] is ...:
            wanted = shape[1:]
            found = found[len(found) - len(wanted) :] if wanted else ()
        if len(found) == len(wanted) and all(
            e == n or isinstance(e, str) for e, n in zip(wanted, found, strict=True)
        ):
            return
        text = ", ".join("..." if e is ... else str(e) for e in shape) + ("," if len(shape) == 1 else "")
        raise ShapeError(
            f"{self.describe()}: {what} has shape {array.shape}; expected ({text}). "
            + (cause or _likely_cause(what, array.shape, shape))
        )


def _likely_cause(what: str, found: tuple[int, ...], shape: tuple[int | str | EllipsisType, ...]) -> str:
    """Guess why a shape is wrong: the three mistakes that nearly all are."""
    if what == "dy":
        return "Likely cause: dy must have the shape of this layer's last output; was forward run on another batch?"
    if len(found) == len(shape) - 1:
        return f"Likely cause: a single example; give it a last axis of one: {what}[..., np.newaxis]."
    sizes = [e for e in shape if isinstance(e, int)]
    moved = zip(shape[:-1], found[1:], strict=False)  # how the shape looks with examples first
    if (
        len(found) == len(shape)
        and sizes
        and found[0] not in sizes
        and all(e in (n, str(e)) for e, n in moved)
    ):
        return (
            "Likely cause: examples are the first axis here and must be the last: use "
            f"np.moveaxis({what}, 0, -1), or say examples_axis=0 to Dataset or predict, which turn them round."
        )
    if len(found) != len(shape):
        return f"Likely cause: {len(found)} axes instead of {len(shape)}; examples are the last axis."
    return "Likely cause: the layer before gives another number of outputs than this one takes."


class Layer(Operation):
    """A function with parameters that knows its derivative.

    A subclass sets ``params`` (and ``state``), writes `forward`, `backward` and `example`, and is then
    found by the contract test, by `flatten`, `save` and `summarize` without being listed anywhere.
    """

    #: Names of the parameters; the gradient of ``W`` is the attribute ``dW``, of the same shape.
    params: ClassVar[tuple[str, ...]] = ()
    #: Those of `params` that regularization shrinks: weights, but not biases.
    decayed: ClassVar[tuple[str, ...]] = ()
    #: Names of arrays that are saved with the parameters but not learned (running averages).
    state: ClassVar[tuple[str, ...]] = ()

    #: True while learning, False while predicting; only dropout and batch norm make a difference.
    training: bool = True
    #: False if nobody uses what `backward` returns, as for the first layer of a network.
    needs_dx: bool = True
    # Adds up a sum over all parts of a batch when it is split between replicas; see `total`.
    _sum_over_replicas: Any = None

    def forward(self, x: Array) -> Array:
        """Compute the output from the input, and remember what `backward` will need."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Fill the gradients of the parameters, and return the gradient of the input, dx.

        Gradients are overwritten, not added to. Where ``needs_dx`` is False the result is `NOT_NEEDED`.
        """
        raise NotImplementedError

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does, as the equation says; only layers whose `forward` reads otherwise have it.

        The contract test compares the two.
        """
        raise NotImplementedError

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Give a small layer of this class and an input for it, on which the contract test checks it."""
        raise NotImplementedError

    def total(self, s: Array) -> Array:
        """Sum over the whole batch, given the sum `s` over the part of it that this layer sees.

        It is `s` itself unless a trainer has split the batch between replicas of the network. Whatever
        a layer sums over examples *in forward* (as batch norm does) must go through here.
        """
        if self._sum_over_replicas is None:
            return s
        result: Array = self._sum_over_replicas(s)
        return result

    def skip_input_gradient(self, skip: bool) -> None:
        """Say whether `backward` may leave out the gradient of its input."""
        self.needs_dx = not skip

    # -- the tree of layers ---------------------------------------------------------------------------

    def children(self) -> Iterator[tuple[str, Layer]]:
        """Yield the layers that this one is made of, with a name each: attributes, and lists of them."""
        for name, value in vars(self).items():
            if isinstance(value, Layer):
                yield name, value
            elif isinstance(value, list | tuple):
                for i, item in enumerate(value):
                    if isinstance(item, Layer):
                        yield f"{name}.{i}", item

    def walk(self, path: str = "") -> Iterator[tuple[str, Layer]]:
        """Yield (path, layer) for this layer and all inside of it, outer ones first."""
        yield path, self
        for name, child in self.children():
            yield from child.walk(f"{path}.{name}" if path else name)

    def train(self, training: bool = True) -> Self:
        """Switch this layer and all inside of it to learning, and return it."""
        for _, layer in self.walk():
            layer.training = training
        return self

    def eval(self) -> Self:
        """Switch this layer and all inside of it to predicting, and return it."""
        return self.train(False)

    def astype(self, dtype: Any) -> Self:
        """Convert parameters, gradients and state to `dtype` (new arrays), and return the layer."""
        for _, layer in self.walk():
            for name in layer.params:
                setattr(layer, name, getattr(layer, name).astype(dtype))
                setattr(layer, "d" + name, getattr(layer, "d" + name).astype(dtype))
            for name in layer.state:
                setattr(layer, name, getattr(layer, name).astype(dtype))
        return self

    def replica(self) -> Self:
        """Make a copy that shares the parameters and has all else for itself.

        Its caches, buffers, gradients and random generators are its own, so that it can work on one
        half of a batch while the original works on the other. Generators are spawned, not copied: two
        halves with the same dropout mask would not be one batch.
        """
        shared: dict[int, Any] = {}
        for _, layer in self.walk():
            for name in layer.params:
                shared[id(getattr(layer, name))] = getattr(layer, name)
            for value in vars(layer).values():
                if isinstance(value, np.random.Generator) and id(value) not in shared:
                    shared[id(value)] = value.spawn(1)[0]
        import copy  # here, because few need it and importing it takes time

        # deepcopy takes what it finds in its memo as already copied
        return copy.deepcopy(self, shared)

    # -- use ------------------------------------------------------------------------------------------

    def predict(self, x: Array, *, examples_axis: int = -1, batch_size: int = 1024) -> Array:
        """Compute the output in evaluation mode, batch by batch.

        Parameters
        ----------
        x : array, shape (features, N), or (N, features) with ``examples_axis=0``
        examples_axis : {-1, 0}
            Where the examples are, in `x` and in the result.
        batch_size : int
            How many examples are in memory at once; it does not change the result but for rounding.

        Returns
        -------
        array, shape (outputs, N), or (N, outputs) with ``examples_axis=0``

        Raises
        ------
        NonFiniteError
            If the output has a NaN or an infinity, with the layer in which it arose.
        """
        x = np.moveaxis(as_float(x), examples_axis, -1)
        if x.shape[-1] == 0:
            raise DataError(
                f"{self.describe()}: predict got no example: x has shape {x.shape}, examples last."
            )
        modes = [(layer, layer.training) for _, layer in self.walk()]
        self.eval()
        try:
            parts = []
            for start in range(0, x.shape[-1], batch_size):
                part = np.ascontiguousarray(x[..., start : start + batch_size])
                parts.append(self.forward(part))
                if not np.isfinite(parts[-1]).all():
                    from core_lib.composition import find_non_finite

                    raise NonFiniteError(
                        f"predict: the output has NaN or infinite values. {find_non_finite(self, part)}"
                    )
        finally:
            for layer, training in modes:
                layer.training = training
        whole: Array = np.concatenate(parts, axis=-1)
        return np.moveaxis(whole, -1, examples_axis)

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # only called for attributes that are missing
            hint = "" if name.startswith("__") else ". If it is set in forward: run forward before backward"
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")


def as_float(x: Any) -> Array:
    """Give `x` as an array of floating-point numbers: float64 stays, all else becomes float32."""
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise DataError(f"expected an array of numbers, got one of dtype {x.dtype}. Convert it first.")
    result: Array = x if x.dtype.kind == "f" else x.astype(np.float32)
    return result
