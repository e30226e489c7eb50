"""What a repository held at a moment, such as a deadline."""

from __future__ import annotations

from collections.abc import Sequence
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
    seen_at : datetime or None
        The first fetch that brought it; None where no fetch says so.
    """

    commit: str
    committed_at: datetime
    beside: int = 0
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a fetch found the default branch to be, by the instructor's clock; `commit` is None for nothing."""

    at: datetime
    commit: str | None


def last_commit_before(
    repository: Path, moment: datetime, *, revision: str = "HEAD", sightings: Sequence[Sighting] = ()
) -> Before | None:
    """Return what a branch most likely was at a moment: its last commit that is not younger.

    The branch is followed from its tip back along first parents, and the first commit whose committer date is not
    after the moment is taken. So commits of a side branch that was merged after the moment do not count.

    Dates are what the group's computers wrote: a wrong clock makes them wrong, and whoever wants to can set them.
    The date of the commit is taken and not the author's, which stays as it was when work is moved (``rebase``,
    ``--amend``). Only the time of a fetch is on the instructor's own clock, hence the `sightings`: what the first fetch
    after the moment did not bring was not there, whatever its date, and later rewriting changes nothing; what a fetch
    before the moment brought was there.

    Parameters
    ----------
    repository : Path
        A bare clone; one without large files will do.
    moment : datetime
        With its time zone.
    revision : str, optional
        A branch, tag or commit; the default branch if not given.
    sightings : sequence of Sighting, optional
        What fetches found of this branch, the oldest first.

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
    early = next((one for one in reversed(sightings) if one.at <= moment), None)
    later = next((one for one in sightings if one.at > moment), None)
    if later is not None and later.commit is None:
        return None
    known = _commit(git, early.commit) if early else None
    start = (_commit(git, later.commit) if later else None) or tip
    found = _on_branch(git, start, limit, known)
    if early and known and (found is None or not _holds(git, found, known)):
        # Where nothing was rewritten, what came by another way was not in the branch then. Where something was,
        # what is dated after the fetch may have been.
        kept = _holds(git, start, known)
        if kept or found is None or found.commit_time <= early.at.timestamp():
            found = known
    if found is None:
        return None
    seen = (one.at for one in sightings if (at := _commit(git, one.commit)) and _holds(git, at, found))
    return Before(
        str(found.id), moment_of(found.commit_time), _beside(git, tip, found, limit), next(seen, None)
    )


def tip_of(repository: Path) -> str | None:
    """Return the commit that the default branch is; None where there is none."""
    try:
        git = pygit2.Repository(str(repository), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        return None if git.head_is_unborn else str(git.head.target)
    except (KeyError, ValueError, pygit2.GitError):
        return None


def _on_branch(
    git: pygit2.Repository, start: pygit2.Commit, limit: float, known: pygit2.Commit | None
) -> pygit2.Commit | None:
    """Return the last commit that is dated in time or known to have been; the branch's first parents are followed."""
    walker = git.walk(start.id)
    walker.simplify_first_parent()
    for commit, _ in zip(walker, range(_MOST), strict=False):
        if commit.commit_time <= limit or (known and commit.id == known.id):
            return commit
    return None


def _holds(git: pygit2.Repository, commit: pygit2.Commit, other: pygit2.Commit) -> bool:
    return commit.id == other.id or bool(git.descendant_of(commit.id, other.id))


def _commit(git: pygit2.Repository, oid: str | None) -> pygit2.Commit | None:
    """Return a commit that a fetch found; one of a branch that is in the clone no more may be gone."""
    try:
        return git[oid].peel(pygit2.Commit) if oid else None
    except (KeyError, ValueError, pygit2.GitError):
        return None


def _beside(git: pygit2.Repository, tip: pygit2.Commit, found: pygit2.Commit, limit: float) -> int:
    walker = git.walk(tip.id)
    walker.hide(found.id)
    return sum(commit.commit_time <= limit for commit, _ in zip(walker, range(_MOST), strict=False))
