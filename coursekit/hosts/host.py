"""What every host can do, and what some can do besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from coursekit.config import HostSettings
from coursekit.errors import CoursekitError, InputError
from coursekit.git.push import Target

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)


class HostError(CoursekitError):
    """A git host refused something, or could not be reached."""


class UnknownAccountError(HostError):
    """The host knows no account of that name."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository on the host.

    Attributes
    ----------
    name : str
    url : str
        The address under which everybody fetches it; it holds no token.
    about : str
        The description that stands there, by which the tool knows its own repositories.
    handle : object
        What the kind needs to work on with it.
    """

    name: str
    url: str
    about: str = ""
    handle: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can reach a repository, or was invited to.

    Attributes
    ----------
    state : {"member", "invited", "expired"}
        ``expired``: the invitation was not accepted in time.
    strong : bool
        Whether the account may do more than the tool gives members: a teacher's, whom nobody takes it from.
    """

    name: str
    state: Literal["member", "invited", "expired"]
    strong: bool = False
    handle: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that this tool wrote."""

    number: int
    url: str
    body: str
    open: bool
    handle: Any = field(default=None, repr=False, compare=False)


class Host:
    """A place for repositories.

    Every method may be called again after it was cut short, and raises `HostError` for what the host refuses.

    Attributes
    ----------
    label : str
        How the host is called in messages: ``github.com/dl-course``.
    has_accounts, has_issues : bool
        Whether the methods for them work.
    me : str
        Our own account there, once `begin` was called.
    """

    has_accounts: ClassVar[bool] = False
    has_issues: ClassVar[bool] = False
    label: str
    me: str = ""

    def __init__(self, settings: HostSettings, folder: Path, say: Callable[[str], object]) -> None:
        self.settings = settings
        self.folder = folder
        self.say = say

    def begin(self) -> None:
        """See, with the first call, whether the host can be used at all.

        Raises
        ------
        HostError
            If it cannot be reached, does not take the token, or has no such namespace.
        """

    def address(self, name: str) -> str:
        """Give the address that a repository of this name has, or would have."""
        raise NotImplementedError

    def name_of(self, url: str) -> str | None:
        """Give the name of the repository with this address; None when it is not on this host."""
        before, _, after = self.address("\n").partition("\n")
        name = url[len(before) :].removesuffix(after)
        same = url[: len(before)].casefold() == before.casefold()
        return name if same and _NAME.fullmatch(name) else None

    def find(self, name: str) -> Remote | None:
        """Look for a repository; None when there is none of this name."""
        raise NotImplementedError

    def create(self, name: str, about: str) -> Remote:
        """Create an empty repository with this description."""
        raise NotImplementedError

    def target(self, remote: Remote) -> Target:
        """Give what a push to this repository needs."""
        raise NotImplementedError

    def let_members_push(self, remote: Remote, branch: str) -> None:
        """See to it that members may push to this branch, where a host forbids it at first."""

    def accounts(self, remote: Remote) -> list[Account]:
        """Give who can reach the repository by having been added to it, or was invited."""
        raise NotImplementedError

    def knows(self, account: str) -> bool:
        """Whether the host has an account of this name."""
        raise NotImplementedError

    def grant(self, remote: Remote, account: str) -> Literal["member", "invited"]:
        """Let an account push to the repository.

        Raises
        ------
        UnknownAccountError
            If there is none of this name.
        """
        raise NotImplementedError

    def revoke(self, remote: Remote, account: Account) -> None:
        """Take an account, or its invitation, away again; one that is gone already is no error."""
        raise NotImplementedError

    def find_issue(self, remote: Remote, marker: str) -> Issue | None:
        """Look for the issue that this tool wrote: by our own author, with the marker in it."""
        raise NotImplementedError

    def write_issue(
        self, remote: Remote, issue: Issue | None, marker: str, title: str, body: str, *, reopen: bool = False
    ) -> Issue:
        """Write a new issue, or a present one anew, and open it again where that is asked for."""
        raise NotImplementedError


def required(settings: HostSettings, key: str, example: str) -> str:
    """Give a setting that a kind cannot do without.

    Raises
    ------
    InputError
        If it is empty.
    """
    value: str = getattr(settings, key)
    if not value:
        raise InputError(
            f"course.toml, [host]: expected the key {key!r} for the kind {settings.kind!r}, but it is missing",
            f'For example:  {key} = "{example}"',
        )
    return value


def refuse_unused(settings: HostSettings, used: Mapping[str, str]) -> None:
    """Refuse settings that this kind does not know, as they would do nothing.

    Raises
    ------
    InputError
        With the first of them.
    """
    for key in ("path", "address", "namespace", "api"):
        if getattr(settings, key) and key not in used:
            raise InputError(
                f"course.toml, [host]: expected no key {key!r} for the kind {settings.kind!r}, but found one",
                f"Known there: {', '.join(used)}, prefix.",
            )
