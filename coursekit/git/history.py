"""What a repository held at a moment, such as a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pygit2

from coursekit.errors import InputError
from coursekit.git.changes import moment as moment_of

# Longer histories are no group's; the walk ends here.
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Before:
    """The last commit before a moment.

    Attributes
    ----------
    commit : str
    committed_at : datetime
        When it was committed, as it says itself.
    beside : int
        How many commits of today's branch are dated before the moment too and are not in this one: they came
        into the branch later, by a merge. A group that merged the wrong way round (``git pull`` does) may have
        handed these in; look, before you judge it by `commit`.
    """

    commit: str
    committed_at: datetime
    beside: int = 0


def last_commit_before(repository: Path, moment: datetime, *, revision: str = "HEAD") -> Before | None:
    """Return what a branch most likely was at a moment: its last commit that is not younger.

    The branch is followed from its tip back along first parents, and the first commit whose committer date is not
    after the moment is taken. So commits of a side branch that was merged after the moment do not count.

    Dates are what the group's computers wrote: a wrong clock makes them wrong, and whoever wants to can set them.
    The date of the commit is taken and not the author's, which stays as it was when work is moved (``rebase``,
    ``--amend``). Only the time of a fetch, in the store, is on the instructor's own clock.

    Parameters
    ----------
    repository : Path
        A bare clone; one without large files will do.
    moment : datetime
        With its time zone.
    revision : str, optional
        A branch, tag or commit; the default branch if not given.

    Returns
    -------
    Before or None
        None when the branch is younger, or empty.

    Raises
    ------
    InputError
        When there is no such repository or branch.
    """
    if moment.tzinfo is None:
        raise ValueError(f"expected a moment that knows its time zone, found {moment!r}")
    try:
        git = pygit2.Repository(str(repository), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        if revision == "HEAD" and git.head_is_unborn:
            return None
        tip = git.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise InputError(
            f"expected a branch or commit called {revision!r} in {repository}, but there is none",
            "Give a branch, a tag or a commit of a repository.",
        ) from error
    limit = moment.timestamp()
    walker = git.walk(tip.id)
    walker.simplify_first_parent()
    for commit, _ in zip(walker, range(_MOST), strict=False):
        if commit.commit_time <= limit:
            return Before(str(commit.id), moment_of(commit.commit_time), _beside(git, tip, commit, limit))
    return None


def _beside(git: pygit2.Repository, tip: pygit2.Commit, found: pygit2.Commit, limit: float) -> int:
    walker = git.walk(tip.id)
    walker.hide(found.id)
    return sum(commit.commit_time <= limit for commit, _ in zip(walker, range(_MOST), strict=False))
