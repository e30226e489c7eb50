"""The git program, called in one way only: nobody is asked, nothing runs for ever, nothing leads elsewhere.

What is read from repositories is read through a library (`coursekit.submission`, `coursekit.git.commits`). The
program is for what the library does not do well: reaching hosts with the user's own keys and credential helpers,
leaving out large files, merging.

::

    run_git("fetch", "--stdin", "origin", git_dir=clone, allow=("https", "ssh"), stdin=refs, timeout=300)
    run_git("merge-tree", "--write-tree", ours, theirs, git_dir=clone)
    run_git("merge", "--no-edit", branch, cwd=work, isolated=False)
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coursekit.git.environment import NO_CONFIGURATION, git_environment, plain_environment
from coursekit.git.errors import (
    GitFailedError,
    GitMissingError,
    GitOutputError,
    GitTimeoutError,
    without_secrets,
)
from coursekit.git.process import TimedOutError, TooMuchOutputError, run_limited

# The first that takes configuration from the environment alone.
OLDEST = (2, 32)
_INSTALL = "Install git 2.38 or newer from https://git-scm.com and try again."
_MAX_OUTPUT = 64 * 1000 * 1000
# What a host sends may need any amount of it: endless branches, small objects that unpack to large ones.
_MAX_MEMORY = 2 * 1000 * 1000 * 1000


@dataclass(frozen=True, slots=True)
class GitRun:
    """What a call of git gave."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """The output as text, without the line break at its end."""
        return self.stdout.decode("utf-8", "replace").rstrip("\n")


def run_git(
    *args: str,
    cwd: Path | None = None,
    git_dir: Path | None = None,
    stdin: bytes = b"",
    timeout: float = 60.0,
    allow: Iterable[str] = (),
    settings: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    isolated: bool = True,
    codes: Collection[int] = (0,),
    max_output: int = _MAX_OUTPUT,
    watch: Callable[[], object] | None = None,
) -> GitRun:
    """Call git and wait for its end.

    Parameters
    ----------
    *args : str
        The command and its arguments. What comes from outside stands behind ``--``.
    cwd : Path, optional
        A work tree.
    git_dir : Path, optional
        A bare repository.
    stdin : bytes, optional
    timeout : float, optional
        Seconds after which git and everything it started is killed.
    allow : iterable of str, optional
        The protocols that it may use: ``("https", "ssh")``. Without any, git reaches no host, so that what is
        missing in a partial clone is never fetched by the way.
    settings : mapping, optional
        More configuration for this call, such as a header with a token: it never stands in arguments.
    env : mapping, optional
        More environment, such as author and date of a commit.
    isolated : bool, optional
        Whether most of the user's configuration is left out; see `coursekit.git.environment`.
    codes : collection of int, optional
        The exit codes that are no errors.
    max_output : int, optional
        Bytes; when git prints more it is stopped.
    watch : callable, optional
        Called a few times a second; what it raises stops git.

    Returns
    -------
    GitRun

    Raises
    ------
    GitMissingError
        When there is no git, or it is too old.
    GitTimeoutError, GitOutputError
        When it was stopped.
    GitFailedError
        When it ended with another exit code.
    """
    git = find_git()
    where = [f"--git-dir={git_dir}"] if git_dir else []
    command = args[0]
    try:
        ended = run_limited(
            [git, "--no-pager", *where, *args], cwd=cwd, stdin=stdin, timeout=timeout,
            env=git_environment(git, allow=allow, settings=settings, isolated=isolated) | dict(env or {}),
            max_output=max_output, max_memory=_MAX_MEMORY if isolated else None, watch=watch,
        )  # fmt: skip
    except TimedOutError:
        raise GitTimeoutError(
            f"expected git {command} to end within {timeout:.0f} seconds, but it did not, and was stopped"
        ) from None
    except TooMuchOutputError:
        raise GitOutputError(
            f"expected at most {max_output:,} bytes from git {command}, but there were more, and it was stopped"
        ) from None
    stderr = without_secrets(ended.stderr.decode("utf-8", "replace"))
    if ended.code not in codes:
        raise GitFailedError(command, ended.code, stderr)
    return GitRun(ended.code, ended.stdout, stderr)


def find_git(least: tuple[int, int] = OLDEST) -> str:
    """Return the path of the git program.

    Parameters
    ----------
    least : (int, int), optional
        The oldest version that will do: ``(2, 38)`` for ``merge-tree --write-tree``.

    Raises
    ------
    GitMissingError
        When there is none, or it is older.
    """
    found = shutil.which("git")
    # Python before 3.12 looks into the present folder first on Windows, and that may be a group's.
    if sys.platform == "win32" and found and Path(found).resolve().parent == Path.cwd():
        found = None
    if not found:
        raise GitMissingError("expected the program git on this machine, found none", _INSTALL)
    version = _version(str(Path(found).absolute()))
    if version < least:
        wanted, there = ".".join(map(str, least)), ".".join(map(str, version))
        raise GitMissingError(f"expected git {wanted} or newer, found {there} at {found}", _INSTALL)
    return str(Path(found).absolute())


@cache
def _version(git: str) -> tuple[int, ...]:
    try:
        ended = run_limited(
            [git, "version"], cwd=None, env=plain_environment() | NO_CONFIGURATION, stdin=b"",
            timeout=30, max_output=10_000,
        )  # fmt: skip
        match = re.search(rb"git version (\d+)\.(\d+)(?:\.(\d+))?", ended.stdout)
    except (OSError, TimedOutError, TooMuchOutputError):
        match = None
    if not match:
        raise GitMissingError(f"expected {git} to say which version of git it is, but it did not", _INSTALL)
    return tuple(int(part) for part in match.groups() if part)
