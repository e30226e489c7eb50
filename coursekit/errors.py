"""The one exception base: what was expected, what was found, and what to do next."""

from __future__ import annotations


class CoursekitError(Exception):
    """Something the user can mend; the command line prints it without a traceback.

    Parameters
    ----------
    message : str
        What was expected and what was found.
    hint : str, optional
        The next step, as an instruction.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class InputError(CoursekitError):
    """An argument, an option or a file does not hold what it should."""


class MissingExtraError(CoursekitError):
    """An optional package is needed and not installed; the hint names the extra."""


class StoreError(CoursekitError):
    """The course's database cannot be used as it is; it was left alone."""
