"""Activations that bend smoothly where ReLU has its kink: ELU, GELU, SiLU, softplus.

All look like ReLU from afar: zero (or a constant) far to the left, x far to the right. Their slope is never
exactly zero over a wide range, so that no unit is dead for good.

Products such as x · σ(x) have the limit 0 at -∞, but computed as they stand give -∞ · 0 = NaN. Hence the cut
at `FAR`: beyond it the curves are straight to rounding.
"""

from __future__ import annotations

import math

import numpy as np

from core_lib.activations import _away_from_zero, sigmoid
from core_lib.base import Array, Layer
from core_lib.errors import DataError

FAR = 1000.0


class ELU(Layer):
    r"""The exponential linear unit: x to the right, a curve that levels off at -α to the left.

    .. math:: y = \begin{cases} x & x > 0 \\ α (e^x - 1) & x ≤ 0 \end{cases}

    Backward. The derivative is 1 to the right and :math:`α e^x = y + α` to the left:

    .. math:: dx = dy · \begin{cases} 1 & x > 0 \\ y + α & x ≤ 0 \end{cases}

    Parameters
    ----------
    alpha : float
        α; with 1 there is no kink at zero.

    References
    ----------
    Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units,
    ICLR 2016.
    """

    x: Array
    left: Array  # α (eˣ - 1) for x < 0, and 0 for others

    def __init__(self, alpha: float = 1.0) -> None:
        if not (0 < alpha < math.inf):
            raise DataError(f"ELU: alpha must be positive and finite; got {alpha}.")
        self.alpha = float(alpha)

    def forward(self, x: Array) -> Array:
        """Compute y = max(x, 0) + α (exp(min(x, 0)) - 1), shape (..., N)."""
        self.expect("x", x, ...)
        self.x = x
        zeros = self.filled(0.0, x.shape, x.dtype)
        self.left = left = np.minimum(x, zeros, out=self.out("left", x.shape, x.dtype))
        np.expm1(left, out=left)
        left *= self.alpha
        y: Array = np.maximum(x, zeros, out=self.out("y", x.shape, x.dtype))
        y += left
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · (left + α + (1 - α) [x > 0]), shape (..., N)."""
        x = self.x
        self.expect("dy", dy, *x.shape)
        dx: Array = np.add(self.left, self.alpha, out=self.out("dx", x.shape, x.dtype))
        if self.alpha != 1.0:  # left is 0 for x > 0, and the slope there is 1, not α
            positive = np.greater(x, 0.0, out=self.out("positive", x.shape, np.bool_))
            dx += np.multiply(positive, 1.0 - self.alpha, out=self.out("rest", x.shape, x.dtype))
        dx *= dy
        return dx

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.alpha:g})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers of both signs, none near the kink at zero."""
        return cls(0.5), _away_from_zero(rng, (3, 5))


class Softplus(Layer):
    r"""A smooth ReLU, and positive everywhere: for outputs such as variances.

    .. math:: y = \log(1 + e^x) = \max(x, 0) + \log(1 + e^{-|x|})

    The second form never overflows: its exponent is never positive.

    Backward. :math:`\frac{d}{dx} \log(1 + e^x) = e^x / (1 + e^x)`:

    .. math:: dx = dy · σ(x)

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating second-order functional knowledge for better option
    pricing, NIPS 2000.
    """

    x: Array

    def forward(self, x: Array) -> Array:
        """Compute y = log(1 + exp x), shape (..., N)."""
        self.expect("x", x, ...)
        self.x = x
        y: Array = np.abs(x, out=self.out("y", x.shape, x.dtype))
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        zeros = self.filled(0.0, x.shape, x.dtype)
        y += np.maximum(x, zeros, out=self.out("right", x.shape, x.dtype))
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · σ(x), shape (..., N)."""
        x = self.x
        self.expect("dy", dy, *x.shape)
        dx = sigmoid(x, out=self.out("dx", x.shape, x.dtype))
        dx *= dy
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers around zero, where the curve bends."""
        return cls(), rng.standard_normal((3, 5), dtype=np.float32)


class SiLU(Layer):
    r"""x times the probability σ(x) that it is let through; also called swish.

    .. math:: y = x \, σ(x)

    Backward. The product rule with :math:`σ' = σ (1 - σ)`:

    .. math:: dx = dy · (σ + x σ (1 - σ)) = dy · σ (1 + x (1 - σ))

    References
    ----------
    Elfwing, Uchibe, Doya: Sigmoid-weighted linear units for neural network function approximation in
    reinforcement learning, Neural Networks 107 (2018).
    """

    x: Array
    p: Array

    def forward(self, x: Array) -> Array:
        """Compute y = x σ(x), shape (..., N)."""
        self.expect("x", x, ...)
        self.x = x
        self.p = sigmoid(x, out=self.out("p", x.shape, x.dtype))
        y: Array = np.maximum(x, self.filled(-FAR, x.shape, x.dtype), out=self.out("y", x.shape, x.dtype))
        y *= self.p
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · σ (1 + x (1 - σ)), shape (..., N)."""
        p = self.p
        self.expect("dy", dy, *p.shape)
        dx: Array = np.subtract(1.0, p, out=self.out("dx", p.shape, p.dtype))
        dx *= np.clip(self.x, -FAR, FAR, out=self.out("near", p.shape, p.dtype))
        dx += 1.0
        dx *= p
        dx *= dy
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers around zero, where the curve bends."""
        return cls(), rng.standard_normal((3, 5), dtype=np.float32)


class GELU(Layer):
    r"""x times the probability Φ(x) that a standard normal number is smaller than x.

    .. math:: y = x \, Φ(x) \qquad Φ(x) = \tfrac{1}{2} \bigl( 1 + \operatorname{erf}(x / \sqrt 2) \bigr)

    Backward. Φ' is the density :math:`φ(x) = e^{-x^2/2} / \sqrt{2π}`, so by the product rule

    .. math:: dx = dy · (Φ(x) + x φ(x))

    The approximation by a tanh, which early transformers used, is

    .. math:: y = \frac{x}{2} (1 + t) \qquad t = \tanh u \qquad u = \sqrt{2/π} \, (x + 0.044715 \, x^3)

    .. math:: dx = dy · \Bigl( \frac{1 + t}{2} + \frac{x}{2} (1 - t^2) \, u' \Bigr)
              \qquad u' = \sqrt{2/π} \, (1 + 3 · 0.044715 \, x^2)

    Parameters
    ----------
    approximate : bool
        Take the tanh. The two differ by at most 0.0005.

    References
    ----------
    Hendrycks, Gimpel: Gaussian error linear units (2016).
    """

    x: Array
    p: Array  # Φ(x), or (1 + t) / 2
    slope: Array  # its derivative

    def __init__(self, *, approximate: bool = False) -> None:
        self.approximate = bool(approximate)

    def forward(self, x: Array) -> Array:
        """Compute y = x Φ(x), shape (..., N)."""
        self.expect("x", x, ...)
        # beyond ±40 Φ is 0 or 1 to the last digit, and x² cannot overflow
        self.x = near = np.clip(x, -40.0, 40.0, out=self.out("near", x.shape, x.dtype))
        self.p, self.slope = self.out("p", x.shape, x.dtype), self.out("slope", x.shape, x.dtype)
        (self._by_tanh if self.approximate else self._exactly)(near)
        y: Array = np.maximum(x, near, out=self.out("y", x.shape, x.dtype))  # x, but no -∞
        y *= self.p
        return y

    def _exactly(self, x: Array) -> None:
        """Fill p = Φ(x) and slope = φ(x)."""
        normal_distribution(x, out=self.p, density=self.slope)

    def _by_tanh(self, x: Array) -> None:
        """Fill p = (1 + t) / 2 and slope = p' = (1 - t²) / 2 · u'; with p that is 2 p (1 - p) u'."""
        p, slope, c = self.p, self.slope, math.sqrt(2.0 / math.pi)
        squares = np.multiply(x, x, out=slope)
        np.multiply(squares, 0.044715, out=p)
        p += 1.0
        p *= x
        p *= 2.0 * c
        sigmoid(p, out=p)  # (1 + tanh u) / 2 = σ(2u)
        slope *= 3.0 * 0.044715 * 2.0 * c
        slope += 2.0 * c
        slope *= p
        slope *= np.subtract(1.0, p, out=self.out("rest", x.shape, x.dtype))

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · (p + x p'), shape (..., N)."""
        x = self.x
        self.expect("dy", dy, *x.shape)
        dx: Array = np.multiply(x, self.slope, out=self.out("dx", x.shape, x.dtype))
        dx += self.p
        dx *= dy
        return dx

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'approximate=True' if self.approximate else ''})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers around zero, where the curve bends."""
        return cls(), rng.standard_normal((3, 5), dtype=np.float32)


def normal_distribution(x: Array, out: Array, density: Array) -> None:
    r"""Compute the normal distribution Φ(x) and its density φ(x), which NumPy lacks.

    With :math:`\operatorname{erfc}(z) = e^{-z^2} h(t)`, where h is a smooth function of
    :math:`t = 1 / (1 + z/2)`, a polynomial takes the place of h. As Φ falls to the left like φ,

    .. math:: Φ(-|x|) = \tfrac{1}{2} e^{-x^2/2} \, h(t), \quad z = |x| / \sqrt 2

    and :math:`Φ(|x|) = 1 - Φ(-|x|)`.

    Parameters
    ----------
    x : array of floats, any shape
    out, density : array, same shape and dtype
        Where to put Φ and φ. The error of Φ is at most 2.5e-7 in float32 and 1e-14 in float64: rounding.

    References
    ----------
    Press, Teukolsky, Vetterling, Flannery: Numerical Recipes (3rd edition, 2007), section 6.2.2.
    """
    coefficients, t_smallest = _tail_polynomial(x.dtype == np.float32)
    t = np.abs(x)
    t *= 0.5 / math.sqrt(2.0)
    t += 1.0
    np.divide(2.0 / (1.0 - t_smallest), t, out=t)  # from t, which lies in [t_smallest, 1],
    t -= (1.0 + t_smallest) / (1.0 - t_smallest)  # to s, which lies in [-1, 1]
    np.maximum(t, -1.0, out=t)
    np.multiply(t, coefficients[-1], out=out)
    for c in coefficients[-2:0:-1]:
        out += c
        out *= t
    out += coefficients[0]
    np.multiply(x, x, out=density)
    density *= -0.5
    np.exp(density, out=density)
    out *= density  # 2 Φ(-|x|)
    np.subtract(1.0, out, out=out)  # Φ(|x|) - Φ(-|x|)
    np.copysign(out, x, out=out)
    out += 1.0
    out *= 0.5
    density *= 1.0 / math.sqrt(2.0 * math.pi)


def _tail_polynomial(single: bool) -> tuple[list[float], float]:
    """Interpolate h(t) at Chebyshev's nodes, from the standard library's erfc; once, for it takes a millisecond.

    In float32 erfc(6) is 0 beside 1, in float64 erfc(26) is the smallest that is a number at all.
    """
    if single not in _POLYNOMIALS:
        from numpy.polynomial import chebyshev

        z_largest, degree = (6.0, 9) if single else (26.0, 20)
        t_smallest = 1.0 / (1.0 + z_largest / 2.0)

        nodes = chebyshev.chebpts1(degree + 1)
        z = 2.0 / (t_smallest + (nodes + 1.0) / 2.0 * (1.0 - t_smallest)) - 2.0
        values = np.array([math.erfc(v) * math.exp(v * v) for v in z.tolist()])
        found = chebyshev.cheb2poly(chebyshev.chebfit(nodes, values, degree))
        _POLYNOMIALS[single] = ([float(c) for c in found], t_smallest)
    return _POLYNOMIALS[single]


_POLYNOMIALS: dict[bool, tuple[list[float], float]] = {}
