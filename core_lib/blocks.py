"""Blocks: layers beside each other, and ways round layers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.composition import Sequential
from core_lib.errors import DataError, ShapeError


class Residual(Layer):
    r"""Layers with a way round them: they learn only what is to be changed.

    .. math:: y = x + f(x)

    Backward. What comes back goes both ways: :math:`dx = dy + f'(x)^T dy`. However small the second part is, the first
    brings the gradient to the layers before: networks of a hundred such blocks can be trained.

    Where f changes the shape, x has to follow: :math:`y = s(x) + f(x)` with a layer s, as a rule one without bias or
    activation (a dense layer; for images a convolution of size 1 and the same stride).

    Parameters
    ----------
    *layers : Layer
        f, one after the other.
    shortcut : Layer, optional
        s.

    References
    ----------
    He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016.
    """

    def __init__(self, *layers: Layer, shortcut: Layer | None = None) -> None:
        self.inner = Sequential(*layers)
        self.shortcut = shortcut

    def forward(self, x: Array) -> Array:
        """Compute y = x + f(x), shape (..., N)."""
        self.expect("x", x, ...)
        f = self.inner.forward(x)
        s = x if self.shortcut is None else self.shortcut.forward(x)
        if f.shape != s.shape:
            raise ShapeError(
                f"{self.describe()}: the layers make {f.shape} of x, and the way round them has {s.shape}. "
                "Give a shortcut that changes the shape in the same way: Residual(..., shortcut=Dense(…))."
            )
        return np.add(s, f, out=self.out("y", f.shape, f.dtype))

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy + f'(x)ᵀ dy, shape of x."""
        df = self.inner.backward(dy)
        ds = dy if self.shortcut is None else self.shortcut.backward(dy)
        if not self.needs_dx:
            return NOT_NEEDED
        return np.add(ds, df, out=self.out("dx", df.shape, df.dtype))

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to both ways."""
        super().skip_input_gradient(skip)
        self.inner.skip_input_gradient(skip)
        if self.shortcut is not None:
            self.shortcut.skip_input_gradient(skip)

    def __repr__(self) -> str:
        inside = [*map(repr, self.inner.layers)]
        if self.shortcut is not None:
            inside.append(f"shortcut={self.shortcut!r}")
        return f"Residual({', '.join(inside)})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two dense layers with another number of outputs than inputs, and a shortcut."""
        from core_lib.activations import Tanh
        from core_lib.dense import Dense

        block = cls(Dense(4, 3, rng=rng), Tanh(), Dense(3, 2, rng=rng), shortcut=Dense(4, 2, rng=rng))
        return block, rng.standard_normal((4, 5), dtype=np.float32)


class Parallel(Layer):
    r"""Layers beside each other, with the same input; their outputs are put together.

    .. math:: y = (f_1(x), …, f_k(x)) \qquad\text{or}\qquad y = f_1(x) + … + f_k(x)

    Backward. x is used k times, so its gradient is a sum: :math:`dx = \sum_i f_i'(x)^T dy_i`, where :math:`dy_i` is the
    part of dy that belongs to the output of :math:`f_i`, or all of dy if they were added.

    Parameters
    ----------
    *branches : Layer
        Use `Sequential` for a branch of several layers.
    join : {"concatenate", "add"}
    axis : int
        Along which to concatenate: 0 for features and for the channels of images, 1 for the features of sequences.

    References
    ----------
    Szegedy and others: Going deeper with convolutions, CVPR 2015.
    """

    sizes: list[int]

    def __init__(
        self, *branches: Layer, join: Literal["concatenate", "add"] = "concatenate", axis: int = 0
    ) -> None:
        for branch in branches:
            if not isinstance(branch, Layer):
                raise DataError(
                    f"Parallel takes layers, and got {branch!r} of type {type(branch).__name__}. "
                    "Write Parallel(a, b), not Parallel([a, b])."
                )
        if not branches or len({id(branch) for branch in branches}) != len(branches):
            raise DataError("Parallel needs at least one branch, and each layer once.")
        if join not in ("concatenate", "add") or axis < 0:
            raise DataError(
                f'Parallel: join must be "concatenate" or "add" and axis not negative; got {join!r}, {axis}.'
            )
        self.branches, self.join, self.axis = list(branches), join, axis

    def forward(self, x: Array) -> Array:
        """Give x, shape (..., N), to all branches, and put together what they make of it."""
        self.expect("x", x, ...)
        ys = [branch.forward(x) for branch in self.branches]
        first = ys[0].shape
        axis = self.axis if self.join == "concatenate" else -1
        for y, branch in zip(ys, self.branches, strict=True):
            fits = y.ndim == len(first) and axis < len(first) - 1
            if not fits or any(
                a != b for i, (a, b) in enumerate(zip(y.shape, first, strict=True)) if i != axis
            ):
                raise ShapeError(
                    f"{self.describe()}: {self.branches[0]!r} gives {first} and {branch!r} gives {y.shape}; they must "
                    f"agree{'' if axis < 0 else f' but for axis {axis}'}, and the last axis is that of the examples."
                )
        if self.join == "add":
            total = self.out("y", first, ys[0].dtype)
            np.copyto(total, ys[0])
            for y in ys[1:]:
                total += y
            return total
        self.sizes = [y.shape[axis] for y in ys]
        shape = (*first[:axis], sum(self.sizes), *first[axis + 1 :])
        return np.concatenate(ys, axis=axis, out=self.out("y", shape, ys[0].dtype))

    def backward(self, dy: Array) -> Array:
        """Give each branch its part of dy, and add what they return."""
        if self.join == "add":
            parts = [dy] * len(self.branches)
        else:
            if dy.ndim <= self.axis or dy.shape[self.axis] != sum(self.sizes):
                raise ShapeError(
                    f"{self.describe()}: dy has shape {dy.shape}; expected {sum(self.sizes)} on axis {self.axis}."
                )
            parts = np.split(dy, np.cumsum(self.sizes)[:-1], axis=self.axis)
        dxs = [branch.backward(part) for branch, part in zip(self.branches, parts, strict=True)]
        if not self.needs_dx:
            return NOT_NEEDED
        dx = self.out("dx", dxs[0].shape, dxs[0].dtype)
        np.copyto(dx, dxs[0])
        for other in dxs[1:]:
            dx += other
        return dx

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to all branches."""
        super().skip_input_gradient(skip)
        for branch in self.branches:
            branch.skip_input_gradient(skip)

    def __repr__(self) -> str:
        how = ', join="add"' if self.join == "add" else f", axis={self.axis}" if self.axis else ""
        return f"Parallel({', '.join(map(repr, self.branches))}{how})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two branches of different sizes."""
        from core_lib.activations import Tanh
        from core_lib.dense import Dense

        branches = Dense(4, 3, rng=rng), Sequential(Dense(4, 2, rng=rng), Tanh())
        return cls(*branches), rng.standard_normal((4, 5), dtype=np.float32)
