"""From images to a vector of features for each example, which dense layers take."""

from __future__ import annotations

import math

import numpy as np

from core_lib.base import Array, Layer


class GlobalAveragePool2D(Layer):
    r"""The mean of each channel: an image of any size becomes one number a channel.

    .. math:: y_c = \frac{1}{HW} \sum_{h,w} x_{c,h,w} \qquad dx_{c,h,w} = \frac{1}{HW} dy_c

    References
    ----------
    Lin, Chen, Yan: Network in network, ICLR 2014.
    """

    x_shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        """Take the mean of each channel.

        Parameters
        ----------
        x : array, shape (C, H, W, N)

        Returns
        -------
        y : array, shape (C, N)
        """
        self.expect("x", x, "C", "H", "W", "N")
        self.x_shape = c, h, w, n = x.shape
        y = np.sum(x.reshape(c, h * w, n), axis=1, out=self.out("y", (c, n), x.dtype))
        y *= 1.0 / (h * w)
        return y

    def backward(self, dy: Array) -> Array:
        """Give each pixel its share in dy, shape (C, N)."""
        c, h, w, n = self.x_shape
        self.expect("dy", dy, c, n)
        dx = self.out("dx", (c, h, w, n), dy.dtype)
        np.multiply(dy[:, np.newaxis, np.newaxis], 1.0 / (h * w), out=dx)
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two channels of 3 × 4."""
        return cls(), rng.standard_normal((2, 3, 4, 5), dtype=np.float32)


class GlobalMaxPool2D(Layer):
    r"""The largest number of each channel: whether something is anywhere in the image.

    .. math:: y_c = \max_{h,w} x_{c,h,w} \qquad dx_{c,h,w} = dy_c \, [(h, w) \text{ is where } x_c \text{ is largest}]

    References
    ----------
    Oquab, Bottou, Laptev, Sivic: Is object localization for free?, CVPR 2015.
    """

    x_shape: tuple[int, ...]
    where: Array  # of the largest, shape (C, 1, N)

    def forward(self, x: Array) -> Array:
        """Take the largest number of each channel.

        Parameters
        ----------
        x : array, shape (C, H, W, N)

        Returns
        -------
        y : array, shape (C, N)
        """
        self.expect("x", x, "C", "H", "W", "N")
        self.x_shape = c, h, w, n = x.shape
        pixels = x.reshape(c, h * w, n)
        self.where = pixels.argmax(axis=1)[:, np.newaxis]
        y = self.out("y", (c, n), x.dtype)
        np.copyto(y, np.take_along_axis(pixels, self.where, axis=1)[:, 0])
        return y

    def backward(self, dy: Array) -> Array:
        """Send dy, shape (C, N), to where the largest numbers were."""
        c, h, w, n = self.x_shape
        self.expect("dy", dy, c, n)
        dx = self.out("dx", self.x_shape, dy.dtype)
        dx[...] = 0
        np.put_along_axis(dx.reshape(c, h * w, n), self.where, dy[:, np.newaxis], axis=1)
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two channels of 3 × 4, with numbers which are far enough from each other."""
        return cls(), (rng.permutation(2 * 3 * 4 * 5).reshape(2, 3, 4, 5) / 10).astype(np.float32)


class Flatten(Layer):
    """Put all numbers of an example below each other, as `Dense` wants them; nothing is computed.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
    """

    x_shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        """Turn x, shape (..., N), into y, shape (features, N)."""
        self.expect("x", x, ..., "features", "N")
        self.x_shape = x.shape
        return self.copied("y", x, (math.prod(x.shape[:-1]), x.shape[-1]))

    def backward(self, dy: Array) -> Array:
        """Give dy, shape (features, N), the shape of x."""
        self.expect("dy", dy, math.prod(self.x_shape[:-1]), self.x_shape[-1])
        return self.copied("dx", dy, self.x_shape)

    def copied(self, name: str, x: Array, shape: tuple[int, ...]) -> Array:
        """Copy: results are never views of what a layer was given."""
        result = self.out(name, shape, x.dtype)
        np.copyto(result.reshape(x.shape), x)
        return result

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two channels of 3 × 4."""
        return cls(), rng.standard_normal((2, 3, 4, 5), dtype=np.float32)
