"""Making commits."""

from __future__ import annotations

from pathlib import Path

import pygit2

from coursekit.errors import InputError

BRANCH = "main"
NOBODY = ("coursekit", "coursekit@localhost")


def first_commit(folder: Path, message: str) -> str:
    """Make `folder` a git repository with one commit of every file in it, and return the commit's id.

    The author is the one that the user's git configuration names, else coursekit itself. Ignore rules are left
    aside, the user's own too: what stands in the folder is what the commit holds.

    Parameters
    ----------
    folder : Path
        A folder that is no repository yet.
    message : str
        The commit's message.

    Raises
    ------
    InputError
        If the user's own git configuration cannot be read.
    """
    repository = init(folder)
    index = repository.index
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] != ".git" and not path.is_dir():
            index.add(name.as_posix())
    index.write()
    author = author_of(repository)
    commit = repository.create_commit(f"refs/heads/{BRANCH}", author, author, message, index.write_tree(), [])
    return str(commit)


def commit_all(folder: Path, message: str) -> str:
    """Commit everything that has changed in a repository of ours, and return the commit's id.

    Ignore rules count here: what tools leave behind is not the work.

    Raises
    ------
    InputError
        If `folder` is no repository.
    """
    try:
        repository = _open(folder)
    except pygit2.GitError as error:
        raise InputError(f"expected a git repository at {folder}, but {error}") from None
    index = repository.index
    index.add_all()
    index.write()
    author, parents = author_of(repository), [repository.head.target]
    return str(repository.create_commit("HEAD", author, author, message, index.write_tree(), parents))


def branch_message(folder: Path, branch: str) -> str | None:
    """Return the message of a branch's last commit; None when `folder` is no repository or has no such branch."""
    try:
        repository = _open(folder)
        commit = repository.references[f"refs/heads/{branch}"].peel(pygit2.Commit)
    except (KeyError, pygit2.GitError):
        return None
    return str(commit.message)


def _open(folder: Path) -> pygit2.Repository:
    # Not the repository that a folder above may be.
    return pygit2.Repository(folder, pygit2.enums.RepositoryOpenFlag.NO_SEARCH)


def init(folder: Path) -> pygit2.Repository:
    """Make a folder a repository without a commit, with nothing of the user's git templates.

    Raises
    ------
    InputError
        If the user's own git configuration cannot be read.
    """
    try:
        return pygit2.init_repository(folder, initial_head=BRANCH)
    except pygit2.GitError as error:
        raise InputError(
            f"expected git to be ready for use, but {error}",
            "Mend that file, or make the project without a git repository (--no-git).",
        ) from None


def author_of(repository: pygit2.Repository) -> pygit2.Signature:
    """Give the user as git's configuration names her, else coursekit itself."""
    try:
        return repository.default_signature
    except (KeyError, ValueError, pygit2.GitError):  # not configured, or not usable
        return pygit2.Signature(*NOBODY)
