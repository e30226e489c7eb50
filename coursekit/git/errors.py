"""What can go wrong with a call of git."""

from __future__ import annotations

import re

from coursekit.errors import CoursekitError
from coursekit.text import one_line

# An address's part before the @, where it is, or may be, a secret.
_SECRET = re.compile(r"(?<=://)[^\s/@'\"]+@(?=[^\s/])")


class GitError(CoursekitError):
    """Git could not do what it was asked for."""


class GitMissingError(GitError):
    """There is no git, or one that is too old."""


class GitTimeoutError(GitError):
    """Git took too long, and was stopped."""


class GitOutputError(GitError):
    """Git printed more than is read, and was stopped."""


class GitFailedError(GitError):
    """Git ended with an error.

    Parameters
    ----------
    command : str
        Such as ``"fetch"``.
    code : int
    stderr : str
        What it said, without credentials; anything else may stand in it, as hosts write there too.
    """

    def __init__(self, command: str, code: int, stderr: str) -> None:
        super().__init__(f"expected git {command} to work, but it said: {last_line(stderr)}")
        self.code = code
        self.stderr = stderr


def without_secrets(text: str) -> str:
    """Return `text` without what stands before the @ of addresses in it: a password or a token may."""
    return _SECRET.sub("", text)


def last_line(stderr: str) -> str:
    """Return the line of git's errors that says most: the last fatal one, else the last, made safe to print."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))]
    return one_line((telling or lines or ["nothing"])[-1].removeprefix("fatal: "), 300)
