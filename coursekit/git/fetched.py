"""Single commits of other people's repositories, fetched as data and kept, so that they are there without the internet."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pygit2

from coursekit.errors import InputError
from coursekit.files import folder_in_one_step
from coursekit.git.command import run_git
from coursekit.git.errors import GitFailedError, GitTimeoutError, last_line
from coursekit.text import one_line

SECONDS = 300.0

# A branch, a tag or a commit, and nothing that git would take for an option or a pattern.
_REVISION = re.compile(r"\w[\w.+/-]*", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")


class FetchError(InputError):
    """The commit could not be fetched."""


def check_revision(revision: str) -> str:
    """Return the name of a branch, a tag or a commit if it can be one.

    Raises
    ------
    InputError
        If it cannot.
    """
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise InputError(
            f"expected a branch, a tag or a commit, but found {one_line(revision, 80)!r}",
            "For example:  https://git.example.org/course/template.git@v2",
        )
    return revision


def fetch_commit(repository: Path, address: str, revision: str = "", *, timeout: float = SECONDS) -> str:
    """Fetch one commit into a bare repository of ours, and return its id.

    Nothing is checked out, nothing of the repository is run, and its history is left where it is.

    Parameters
    ----------
    repository : Path
        Is made where it does not exist.
    address : str
        As `check_address` gave it.
    revision : str, optional
        As `check_revision` gave it; by default what the host calls HEAD.
    timeout : float, optional
        Seconds.

    Raises
    ------
    FetchError
        If it cannot be had.
    """
    if not repository.is_dir():
        with folder_in_one_step(repository) as folder:
            pygit2.init_repository(folder, bare=True)
    protocol = address.partition("://")[0] if "://" in address else "ssh"
    try:
        run_git(
            *("fetch", "--quiet", "--no-tags", "--depth=1", "--force", "--no-write-fetch-head", "--"),
            *(address, f"+{revision or 'HEAD'}:{_ref(revision)}"),
            git_dir=repository, allow=(protocol,), timeout=timeout,
        )  # fmt: skip
    except GitFailedError as error:
        raise FetchError(
            f"expected to fetch {revision or 'the latest commit'} from {one_line(address, 200)}, "
            f"but git said: {last_line(error.stderr)}",
            _hint(error.stderr, revision),
        ) from None
    except GitTimeoutError as error:
        raise FetchError(f"{error.message} (fetching from {one_line(address, 200)})", error.hint) from None
    commit = kept_commit(repository, revision)
    if commit is None:
        raise FetchError(
            f"expected a commit called {revision}, but {one_line(address, 200)} has something else there"
        )
    return commit


def kept_commit(repository: Path, revision: str = "") -> str | None:
    """Return the id of the commit that was last fetched under this name; None when there is none."""
    try:
        found = pygit2.Repository(repository, pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        if _COMMIT.fullmatch(revision) and revision in found:
            return revision
        return str(found.references[_ref(revision)].peel(pygit2.Commit).id)
    except (KeyError, ValueError, pygit2.GitError):
        return None


def _ref(revision: str) -> str:
    # Whatever the name is: "a" and "a/b" cannot both be references.
    return f"refs/coursekit/{hashlib.sha256(revision.encode()).hexdigest()[:16]}"


def _hint(stderr: str, revision: str) -> str:
    if re.fullmatch(r"[0-9a-f]{4,39}", revision):
        return "A commit is given with all 40 digits."
    if "couldn't find remote ref" in stderr:
        return "See which branches and tags there are, and correct the part behind the last '@'."
    if "redirect" in stderr:
        return "Give the address that the repository has now; the host's web page shows it."
    return "Check the address, the network, and that  git ls-remote ADDRESS  works for you."
