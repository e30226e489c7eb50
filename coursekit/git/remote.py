"""What a host says that it has: its branches, its tags, and which branch is the default one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from coursekit.git.command import GitRun, run_git
from coursekit.git.reasons import FetchError
from coursekit.git.refs import HEADS, THEIRS, is_ref_name
from coursekit.text import plural

MAX_REFS = 5000
_MAX_BYTES = 8 * 1000 * 1000
_LIST = ("ls-remote", "--symref", "--")
_OID = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Remote:
    """What a host has.

    Attributes
    ----------
    refs : dict of str to str
        Branches and tags by their full names, with the ids that they stand for.
    head : str
        ``refs/heads/main``, or a commit's id where no branch is the default one, or empty where the host's HEAD
        leads nowhere.
    ignored : int
        How many names no branch or tag may have.
    """

    refs: dict[str, str]
    head: str
    ignored: int


def list_remote(
    address: str, *, allow: Collection[str], timeout: float, watch: Callable[[], object] | None = None
) -> Remote:
    """Ask a host what it has, without fetching anything.

    Raises
    ------
    GitError
        When it does not say.
    """
    run = _ask(address, allow, timeout, watch)
    refs: dict[str, str] = {}
    head, head_id, ignored = "", "", 0
    for line in run.stdout.decode("utf-8", "surrogateescape").split("\n"):
        what, _, name = line.partition("\t")
        if name == "HEAD" and what.startswith("ref: "):
            head = what.removeprefix("ref: ")
        elif name == "HEAD":
            head_id = what
        elif name.startswith(THEIRS) and not name.endswith("^{}"):
            if is_ref_name(name) and _OID.fullmatch(what):
                refs[name] = what
            else:
                ignored += 1
    if len(refs) > MAX_REFS:
        raise FetchError(
            "too-large",
            f"it has {plural(len(refs), 'branch and tag', 'branches and tags')}, more than {MAX_REFS:,}",
        )
    return Remote(refs, _default(refs, head, head_id), ignored)


def _ask(address: str, allow: Collection[str], timeout: float, watch: Callable[[], object] | None) -> GitRun:
    limits: dict[str, Any] = {"allow": allow, "timeout": timeout, "max_output": _MAX_BYTES, "watch": watch}
    run = run_git(*_LIST, address, **limits)
    if not run.stdout and address.startswith(("https://", "http://")):
        # Git takes any page for the list of branches of a host that only has files, and finds none in it. That a
        # repository is empty, or was emptied, is believed only in git's own protocol.
        trace = run_git(*_LIST, address, env={"GIT_TRACE_PACKET": "2"}, **limits)
        if "packet:" not in trace.stderr:
            raise FetchError(
                "no-repository", "there is no git repository at this address, or one without any branch"
            )
    return run


def _default(refs: dict[str, str], head: str, head_id: str) -> str:
    if head.startswith(HEADS) and head in refs:
        return head
    # Old and simple servers do not say which branch it is, only which commit.
    same = [name for name, oid in refs.items() if name.startswith(HEADS) and oid == head_id]
    for name in (f"{HEADS}main", f"{HEADS}master", *same):
        if name in same:
            return name
    return head_id if _OID.fullmatch(head_id) else ""
