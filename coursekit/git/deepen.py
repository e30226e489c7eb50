"""Getting the rest of a shallow clone's history, without letting its own configuration lead git anywhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pygit2

from coursekit.errors import InputError
from coursekit.git.address import PROTOCOLS, check_address
from coursekit.git.command import run_git
from coursekit.git.errors import GitError
from coursekit.git.scratch import objects_folder
from coursekit.text import one_line

_BY_HAND = "Get it yourself with  git fetch --unshallow , then run this again."
_SECONDS = 600.0


def deepen(git: pygit2.Repository) -> pygit2.Repository:
    """Give a shallow clone the whole history, from its own origin, and return it opened anew.

    Git fetches into a new repository without any configuration; the objects are then put beside the others. So
    nothing that stands in the clone's configuration is run, and when it fails, the clone is as before.

    Raises
    ------
    InputError
        If there is no origin, its address is none of https or ssh, or it cannot be reached.
    """
    path = Path(git.path)
    url = next(iter(git.config.get_multivar("remote.origin.url")), None)
    if url is None:
        raise InputError(
            "expected the whole history, but this is a shallow clone, and it names no origin to get the rest from",
            "Clone the repository anew, without --depth.",
        )
    try:
        address = check_address(url, protocols=PROTOCOLS)
    except InputError as problem:
        raise InputError(
            f"expected the whole history, but this is a shallow clone, and the rest is not fetched from its origin: "
            f"{problem.message}",
            _BY_HAND,
        ) from None
    with tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True) as place:
        new = Path(place) / "history.git"
        pygit2.init_repository(new, bare=True).free()
        try:
            run_git(
                *("fetch", "--no-tags", "--keep", "--", address, "+refs/heads/*:refs/heads/*"),
                git_dir=new,
                allow=PROTOCOLS,
                timeout=_SECONDS,
            )
        except GitError as problem:
            raise InputError(
                f"expected the whole history, but this is a shallow clone, and the rest cannot be fetched from "
                f"{one_line(address, 200)}: {problem.message}",
                _BY_HAND,
            ) from None
        _bring(new, objects_folder(git).parent)
    git.free()
    return pygit2.Repository(str(path), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)


def _bring(new: Path, path: Path) -> None:
    target = path / "objects" / "pack"
    # The index of a pack last: without it, the pack is not there to git.
    for name in sorted((new / "objects" / "pack").iterdir(), key=lambda one: one.suffix == ".idx"):
        if name.suffix in {".pack", ".idx"} and not (target / name.name).exists():
            temporary = target / f"tmp_{name.name}"
            temporary.write_bytes(name.read_bytes())
            temporary.replace(target / name.name)
    complete = pygit2.Repository(str(new), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    shallow = path / "shallow"
    # Where the origin's history was rewritten, some commits here have no parents there; they stay as they are.
    left = [one for one in shallow.read_text(encoding="ascii").split() if one not in complete]
    complete.free()
    if left:
        raise InputError(
            "expected the whole history, but the origin no longer has the commits that this shallow clone is cut off at",
            "Clone the repository anew, without --depth.",
        )
    shallow.unlink()
