"""Pushing branches of a repository on this machine to a host, without a word from its configuration.

A repository's own configuration could send a push elsewhere, run hooks, or hand the token to a helper. So git
never sees it: what is pushed lies in a bare repository of ours, empty but for a line that says where the objects
are. Nothing is ever forced: a branch that has moved on there stays as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pygit2

from coursekit.errors import InputError
from coursekit.git.command import run_git
from coursekit.git.errors import GitError, GitFailedError
from coursekit.text import one_line

_TIMEOUT = 900.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a push goes, and with what.

    Attributes
    ----------
    url : str
    protocol : str
        The only one that git may use: ``"https"``, ``"ssh"``, ``"file"``.
    settings : mapping
        Configuration for the call, such as a header with a token. It reaches git through its environment: unlike
        arguments, no other user of the machine sees that, and unlike a file or an address, it does not stay.
    """

    url: str
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


class Standing(StrEnum):
    """How a branch on the host stands to the one here."""

    NEW = "new"
    SAME = "same"
    BEHIND = "behind"
    MOVED_ON = "moved_on"


def local_branches(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Give the commits of those branches that a repository has.

    Raises
    ------
    InputError
        If there is no repository, or its objects lie elsewhere.
    """
    repository = _opened(folder)
    # What an absent branch gives is None; a branch without commits is absent.
    found = {name: repository.branches.local.get(name) for name in names}
    return {name: str(branch.target) for name, branch in found.items() if branch is not None}


def remote_branches(target: Target, names: Sequence[str]) -> dict[str, str]:
    """Give the commits of those branches that a host has.

    Raises
    ------
    GitError
        If the host cannot be reached, or has no such repository.
    """
    refs = [f"refs/heads/{name}" for name in names]
    if target.protocol == "file":
        return local_branches(Path(target.url), names)
    with _empty() as place:
        ran = run_git(
            "ls-remote", "--", target.url, *refs,
            git_dir=place, timeout=120.0, allow=(target.protocol,), settings=target.settings,
        )  # fmt: skip
    lines = (line.partition("\t") for line in ran.text.splitlines())
    return {name.removeprefix("refs/heads/"): commit for commit, _, name in lines if name in refs}


def standing(folder: Path, here: str, there: str | None) -> Standing:
    """Say how a branch at the commit `there` on the host stands to one at the commit `here` in `folder`."""
    if there is None:
        return Standing.NEW
    if there == here:
        return Standing.SAME
    repository = _opened(folder)
    # A commit that is not here was made there.
    if there in repository and repository.descendant_of(here, there):
        return Standing.BEHIND
    return Standing.MOVED_ON


def push_branch(folder: Path, target: Target, name: str, commit: str) -> bool:
    """Push a commit of the repository in `folder` as a branch; never by force.

    Returns
    -------
    bool
        False when the branch there has moved on meanwhile; it was left as it is.

    Raises
    ------
    GitError
        If the host cannot be reached, or does not take it.
    """
    objects = Path(_opened(folder).path) / "objects"
    with _empty(objects) as place:
        if target.protocol == "file":
            return _push_in_folder(folder, place, target.url, name, commit)
        try:
            run_git(
                "push", "--no-verify", "--no-signed", "--recurse-submodules=no",
                "--", target.url, f"{commit}:refs/heads/{name}",
                git_dir=place, timeout=_TIMEOUT, allow=(target.protocol,), settings=target.settings,
            )  # fmt: skip
        except GitFailedError as error:
            if "fetch first" in error.stderr or "non-fast-forward" in error.stderr:
                return False
            raise
    return True


def _push_in_folder(folder: Path, place: Path, path: str, name: str, commit: str) -> bool:
    # By the library: pushing to a folder, the program would run the hooks that lie there, in our name.
    _opened(Path(path))
    remote = pygit2.Repository(str(place)).remotes.create_anonymous(path)
    try:
        remote.push([f"{commit}:refs/heads/{name}"])
    except pygit2.GitError as error:
        if standing(folder, commit, local_branches(Path(path), [name]).get(name)) is Standing.MOVED_ON:
            return False
        raise GitError(
            f"expected to push to {one_line(path)}, but {one_line(str(error))}",
            "Check that the folder can be written to.",
        ) from None
    return True


@contextmanager
def _empty(objects: Path | None = None) -> Iterator[Path]:
    """Give a bare repository that holds nothing, and reads the objects of another one."""
    with tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        for folder in ("objects/info", "objects/pack", "refs/heads"):
            (place / folder).mkdir(parents=True)
        (place / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        (place / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", encoding="utf-8"
        )
        if objects is not None:
            line = objects.resolve().as_posix()
            if "\n" in line:
                raise InputError(
                    f"expected a folder without a line break in its name, found {one_line(line)!r}"
                )
            (place / "objects/info/alternates").write_bytes(f"{line}\n".encode("utf-8", "surrogateescape"))
        yield place


def _opened(folder: Path) -> pygit2.Repository:
    inside = folder / ".git"
    store = inside if inside.exists() or inside.is_symlink() else folder
    # A file or a link instead of the folder, or objects that lie elsewhere, would push somebody else's work.
    if store.is_symlink() or not store.is_dir() or (store / "objects/info/alternates").exists():
        raise InputError(
            f"expected a git repository of its own at {one_line(str(folder))}, found none",
            "Make the group's repository with  coursekit new-project .",
        )
    try:
        return pygit2.Repository(str(store))
    except pygit2.GitError as error:
        raise InputError(
            f"expected a git repository at {one_line(str(folder))}, but {one_line(str(error))}"
        ) from None
