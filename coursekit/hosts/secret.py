"""Tokens: where they come from, and that they go nowhere else.

A token is taken from the environment or from the host's own tool each time, and is kept in memory alone. It is
written to no file, log, error, address, git configuration or argument list.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from coursekit.errors import CoursekitError

# What may stand in an HTTP header; nothing that would begin another one.
_TOKEN = re.compile(r"[\x21-\x7e]{8,1024}")


class Secret:
    """A token that does not show itself.

    Parameters
    ----------
    value : str
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not handed to other processes or files")

    def reveal(self) -> str:
        """Give the token, to be handed on at once."""
        return self._value

    def basic(self, user: str) -> str:
        """Give the header with which git logs in over https."""
        return f"Authorization: Basic {self._encoded(user)}"

    def hide(self, text: str, *users: str) -> str:
        """Return `text` with the token, and its form for each user, taken out."""
        for form in (self._value, *(self._encoded(user) for user in users)):
            text = text.replace(form, "…")
        return text

    def _encoded(self, user: str) -> str:
        return base64.b64encode(f"{user}:{self._value}".encode()).decode("ascii")


def find_token(names: Sequence[str], command: Sequence[str], where: str, scopes: str) -> Secret:
    """Take a token from the environment, else from the host's own tool.

    Parameters
    ----------
    names : sequence of str
        The variables, the first that is set counts.
    command : sequence of str
        What prints the token that the host's tool keeps.
    where : str
        The host, for messages.
    scopes : str
        What the token must allow, for messages.

    Raises
    ------
    CoursekitError
        If there is none, or it can be none. It is not repeated.
    """
    for name in names:
        if value := os.environ.get(name, "").strip():
            return _checked(value, f"the variable {name}")
    if value := _ask(command):
        return _checked(value, f"'{' '.join(command)}'")
    raise CoursekitError(
        f"expected a token for {where}, found none in {' or '.join(names)}, nor with '{' '.join(command)}'",
        f"Make one that allows {scopes}, and set {names[0]} for this terminal only, or log in with "
        f"'{command[0]} auth login'. It is never written to a file.",
    )


def _checked(value: str, source: str) -> Secret:
    if not _TOKEN.fullmatch(value):
        raise CoursekitError(
            f"expected a token in {source}, found something that can be none (its length, or a character)",
            "Copy it again, without quotes and line breaks.",
        )
    return Secret(value)


def _ask(command: Sequence[str]) -> str:
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        ran = subprocess.run(  # noqa: S603 - the host's own tool, with arguments of ours
            [program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.decode("utf-8", "replace").strip() if ran.returncode == 0 else ""
