"""Keeps a bare clone of one repository: the first time, every week, and whatever happens to it on the host.

What a clone is:

- the host's branches and tags under their own names, all history, without files over 10 MB where the host can
  leave them out (most can). No work tree, no submodules, no large-file storage;
- its configuration is written here, from nothing, before each fetch. Hosts cannot send configuration or hooks,
  and what somebody wrote into that file by hand does not count;
- the tips of branches that were rewritten or deleted stay as ``refs/coursekit/old/…`` when their commits are in
  no other branch, so that nothing that was handed in is lost from the instructor's view;
- nothing is changed unless everything came: first the objects, then all branches in one step.

Files that were left out are never fetched later by the way: git's lazy fetching is off in every call
(`coursekit.git.environment`), and the library that reads clones has none.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, write_bytes
from coursekit.git.address import PROTOCOLS, check_address
from coursekit.git.changes import Event, Fetched, compare
from coursekit.git.command import run_git
from coursekit.git.errors import GitError, GitFailedError
from coursekit.git.reasons import FetchError, plain_reason
from coursekit.git.refs import HEADS, THEIRS, read_head, read_refs, write_head, write_refs
from coursekit.git.remote import Remote, list_remote

# Larger files are left out: those of more than 10 MB.
LARGEST_FILE = 10 * 1000 * 1000
_FILTER = f"blob:limit={LARGEST_FILE + 1}"
# Branches move while we look; so often is looked again.
_TRIES = 3
# All history, also into a clone that had only a part; and said in a way that makes git refuse servers that can only hand out files. With those, git before
# 2.45 asks for each missing object in a new process, which asks in a new process, and so on without an end.
_ALL = "--depth=2147483647"
# What is said of a branch that went, or went elsewhere, since we asked.
_GONE = ("couldn't find remote ref", "not our ref")
_ADDRESS, _URL = "coursekit.address", "remote.origin.url"
_ONLY_FILES = ("does not support shallow", "shallow clients")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one repository may take: seconds, and bytes of its clone."""

    seconds: float = 300.0
    size: int = 1000 * 1000 * 1000


def fetch_mirror(
    address: str,
    clone: Path,
    *,
    limits: Limits | None = None,
    protocols: Collection[str] = PROTOCOLS,
    stopped: Callable[[], bool] = lambda: False,
) -> Fetched:
    """Make a bare clone, or bring it up to date.

    A clone of another address becomes one of this address; what only the former had is kept.

    Parameters
    ----------
    address : str
    clone : Path
        The bare clone's folder, which need not be there yet.
    limits : Limits, optional
    protocols : collection of str, optional
        What may stand before ``://``.
    stopped : callable, optional
        Asked a few times a second; when it says yes, git is stopped and the fetch fails.

    Returns
    -------
    Fetched
        What came, and what happened on the host since the last time.

    Raises
    ------
    InputError
        When the address is none, or there is something else at `clone`.
    GitError
        When it could not be fetched; a `FetchError` says why in plain words. The clone is as it was.
    """
    limits = limits or Limits()
    address = check_address(address, protocols=protocols)
    with contextlib.ExitStack() as stack:
        before = address_of(clone)
        folder = clone if before else stack.enter_context(folder_in_one_step(clone))
        try:
            return _Mirror(address, folder, limits, protocols, stopped).fetch(before)
        except GitError as error:
            _remove_leftovers(folder)
            raise plain_reason(error) from error


def address_of(clone: Path) -> str | None:
    """Return the address that a clone was fetched from, or None when there is no clone.

    Raises
    ------
    InputError
        When something else lies there.
    """
    import pygit2

    if not clone.is_dir() or not any(clone.iterdir()):
        return None
    try:
        repository = pygit2.Repository(str(clone), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        settings = pygit2.Config(str(clone / "config"))
        if repository.is_bare and not (clone / "objects/info/alternates").exists():
            return str(settings[_ADDRESS] if _ADDRESS in settings else settings[_URL])
    except (KeyError, ValueError, OSError, pygit2.GitError):
        pass
    raise InputError(
        f"expected a bare clone at {clone}, found something else", "Move it away, and run this again."
    )


class _Mirror:
    """One fetch into one folder."""

    def __init__(
        self,
        address: str,
        folder: Path,
        limits: Limits,
        protocols: Collection[str],
        stopped: Callable[[], bool],
    ) -> None:
        self._address = address
        self._url = address
        self._detour = address if address.endswith(".git") or not _is_http(address) else f"{address}.git"
        self._before = address
        self._folder = folder
        self._limits = limits
        self._protocols = protocols
        self._stopped = stopped
        self._ends = time.monotonic() + limits.seconds

    def fetch(self, before: str | None) -> Fetched:
        if before is None:
            for name in ("objects", "refs"):
                (self._folder / name).mkdir(exist_ok=True)
            write_head(self._folder, f"{HEADS}main")
        else:
            _remove_leftovers(self._folder)
            self._take_detour()
        self._before = before or self._address
        self._configure(self._before, partial=True)
        old, old_head = read_refs(self._folder), read_head(self._folder)
        remote = self._bring_all({*old.values(), old_head})
        head = self._head(remote, old_head)
        fetched, kept = compare(self._folder, old, old_head, remote, head, first=before is None)
        if kept or remote.refs != {name: oid for name, oid in old.items() if name.startswith(THEIRS)}:
            write_refs(self._folder, kept | remote.refs)
        if head != old_head:
            write_head(self._folder, head)
        self._configure(self._address, partial=any(self._folder.glob("objects/pack/*.promisor")))
        if before not in (None, self._address):
            fetched = fetched.with_event(Event("address", "", before, self._address))
        return fetched

    def _bring_all(self, known: set[str]) -> Remote:
        """Ask what there is and fetch it; once more when it changed meanwhile."""
        for _ in range(_TRIES):
            remote = self._ask()
            wanted = {*remote.refs.values(), *([remote.head] if _is_commit(remote.head) else [])}
            # What lies in the clone by chance need not be complete; what a branch holds is.
            if wanted <= known:
                return remote
            try:
                self._bring(remote)
            except GitFailedError as error:
                if not any(words in error.stderr for words in _GONE):
                    raise
                continue
            if not self._missing(wanted):
                return remote
        raise FetchError(
            "broken",
            "its branches changed while they were fetched, or are damaged on the host",
            "Run this again.",
        )

    def _ask(self) -> Remote:
        try:
            return self._list(self._url)
        except GitFailedError as error:
            # GitLab sends on to the address with this ending; that one detour is known, and stays on the host.
            moved = plain_reason(error)
            if self._url != self._detour and isinstance(moved, FetchError) and moved.kind == "moved":
                with contextlib.suppress(GitFailedError):
                    remote = self._list(self._detour)
                    self._url = self._detour
                    self._configure(self._before, partial=True)
                    return remote
            raise

    def _list(self, url: str) -> Remote:
        return list_remote(url, allow=self._protocols, timeout=self._left(), watch=self._check_stopped)

    def _take_detour(self) -> None:
        """Go straight to where the last fetch ended."""
        import pygit2

        with contextlib.suppress(KeyError, ValueError, OSError, pygit2.GitError):
            if pygit2.Config(str(self._folder / "config"))[_URL] == self._detour:
                self._url = self._detour

    def _bring(self, remote: Remote) -> None:
        """Fetch the objects of all branches and tags, and change nothing else."""
        wanted = [*remote.refs, *(["HEAD"] if _is_commit(remote.head) else [])]
        try:
            self._run_fetch(wanted, f"--filter={_FILTER}", _ALL)
        except GitFailedError as error:
            if not any(words in error.stderr for words in _ONLY_FILES):
                raise
            # Such a server cannot leave files out; and without a partial clone's settings git asks for
            # nothing on its own.
            self._configure(self._before, partial=False)
            self._run_fetch(wanted)

    def _run_fetch(self, wanted: list[str], *options: str) -> None:
        packs = self._folder / "objects/pack"
        there = set(packs.iterdir()) if packs.is_dir() else set()
        try:
            self._call_fetch(wanted, *options)
            self._watch()
        except FetchError:
            # It came in whole before anybody looked.
            for path in set(packs.iterdir()) - there:
                path.unlink(missing_ok=True)
            raise

    def _call_fetch(self, wanted: list[str], *options: str) -> None:
        run_git(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
            "--no-auto-maintenance", "--no-show-forced-updates", *options, "--stdin", "--", "origin",
            git_dir=self._folder, stdin="".join(f"{name}\n" for name in wanted).encode(),
            allow=self._protocols, timeout=self._left(), watch=self._watch, max_output=1000 * 1000,
        )  # fmt: skip

    def _missing(self, wanted: set[str]) -> bool:
        import pygit2

        repository = pygit2.Repository(str(self._folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        return any(pygit2.Oid(hex=oid) not in repository for oid in wanted)

    def _head(self, remote: Remote, old_head: str) -> str:
        """Return what HEAD shall stand for: also where the host's own leads nowhere."""
        branches = [name for name in remote.refs if name.startswith(HEADS)]
        if remote.head or not branches:
            return remote.head or old_head
        for name in (old_head, f"{HEADS}main", f"{HEADS}master"):
            if name in branches:
                return name
        return min(branches)

    def _configure(self, address: str, *, partial: bool) -> None:
        text = _configuration(address, self._url, partial=partial).encode()
        path = self._folder / "config"
        if not path.is_file() or path.read_bytes() != text:
            write_bytes(path, text)

    def _check_stopped(self) -> None:
        if self._stopped():
            raise FetchError("stopped", "it was stopped")

    def _watch(self) -> None:
        self._check_stopped()
        if folder_size(self._folder, enough=self._limits.size) > self._limits.size:
            raise FetchError(
                "too-large",
                f"its clone would be larger than {self._limits.size / 1_000_000:,.0f} MB",
                "Look at what is in it; if that is right, allow more with  --max-size .",
            )

    def _left(self) -> float:
        return max(self._ends - time.monotonic(), 0.1)


def folder_size(folder: Path, *, enough: int | None = None) -> int:
    """Return how many bytes the files below a folder have; it stops counting beyond `enough`."""
    total, folders = 0, [folder]
    while folders and (enough is None or total <= enough):
        try:
            with os.scandir(folders.pop()) as scan:
                for child in scan:
                    if child.is_dir(follow_symlinks=False):
                        folders.append(Path(child.path))
                    else:
                        total += child.stat(follow_symlinks=False).st_size
        except OSError:
            # Git removes its temporary files while we look.
            continue
    return total


def _configuration(address: str, url: str, *, partial: bool) -> str:
    # An address that passed the check holds no quotes, backslashes or line breaks.
    lines = [
        "[core]", "\trepositoryformatversion = 0", "\tbare = true", "\tlogAllRefUpdates = false",
        "[coursekit]", f'\taddress = "{address}"',
        '[remote "origin"]', f'\turl = "{url}"',
    ]  # fmt: skip
    if partial:
        lines += ["\tpromisor = true", f"\tpartialclonefilter = {_FILTER}"]
    return "\n".join(lines) + "\n"


def _remove_leftovers(clone: Path) -> None:
    """Remove what a git that was killed did not: parts of packs, and locks. No other fetch is at work here."""
    for pattern in (
        "objects/pack/tmp_*",
        "objects/pack/.tmp-*",
        "objects/tmp_*",
        "objects/pack/*.keep",
        "*.lock",
    ):
        for path in clone.glob(pattern):
            if path.name != "packed-refs.lock":
                with contextlib.suppress(OSError):
                    path.unlink()


def _is_http(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _is_commit(head: str) -> bool:
    return bool(head) and not head.startswith("refs/")
