"""Opening a repository that somebody else may have set up, so that it leads nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pygit2

from coursekit.errors import CoursekitError, InputError
from coursekit.text import one_line


def open_repository(path: Path) -> pygit2.Repository:
    """Open the repository in the folder `path` itself, which may be bare.

    The library runs no hooks, filters or drivers. Beside that, a repository's own configuration may put its files
    into another folder, and its objects may come from one; neither is followed.

    Raises
    ------
    InputError
        If there is none, or it leads out of its folder.
    """
    shown = one_line(str(path))
    try:
        git = pygit2.Repository(str(path), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    except pygit2.GitError as error:
        inside = next((parent for parent in path.resolve().parents if (parent / ".git").exists()), None)
        raise InputError(
            f"expected a git repository at {shown}, but found none ({one_line(str(error), 200)})",
            f"Perhaps you mean the folder above it:  {one_line(str(inside))}"
            if inside
            else "Give the folder of a repository; 'git init' and a first commit make one.",
        ) from None
    if not git.is_bare and Path(git.workdir).resolve() != path.resolve():
        raise InputError(
            f"expected the repository's files in {shown}, but its configuration puts them into "
            f"{one_line(str(git.workdir))}",
            "Take core.worktree out of its configuration.",
        )
    if (Path(git.path) / "objects" / "info" / "alternates").exists():
        raise InputError(
            f"the repository at {shown} borrows objects from another folder (objects/info/alternates)",
            "Clone it anew without --shared or --reference; folders outside it are not read.",
        )
    return git


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say of a damaged repository that it is one, whatever the library stumbles over.

    Raises
    ------
    CoursekitError
        When an object or a branch is missing or broken.
    """
    try:
        yield
    except (pygit2.GitError, KeyError) as error:
        raise CoursekitError(
            f"expected a repository that git can read at {one_line(str(path))}, but {one_line(str(error), 200)}",
            "See what  git fsck  says; a fresh clone from your git host usually mends it.",
        ) from error
