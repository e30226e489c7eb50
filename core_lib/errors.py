"""The errors that core_lib raises on purpose.

Every message says what was expected, what was found, and what to try next.
"""


class CoreLibError(Exception):
    """Base of all errors of core_lib: ``except CoreLibError`` catches each of them."""


class ShapeError(CoreLibError, ValueError):
    """An array has a shape that a layer, loss or metric cannot take."""


class DataError(CoreLibError, ValueError):
    """A value is of the wrong kind or outside its range: labels, fractions, settings."""


class NonFiniteError(CoreLibError, ArithmeticError):
    """A number is NaN or infinite where only finite ones make sense: training has diverged."""


class StorageError(CoreLibError):
    """A file of parameters does not fit the network, or is no such file."""
