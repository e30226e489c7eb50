"""A repository to try things in: it sees another one's objects, and nothing of it changes.

It has no configuration, no attributes and no hooks. What is merged in it is merged as git does by itself, whatever
the other repository says about drivers; a preview leaves nothing behind; what is wanted is carried over at the end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygit2

# A tree may name a large file that was left out of a bare clone: it is carried along, and never read.
pygit2.settings.enable_strict_object_creation(False)


@contextmanager
def scratch_of(git: pygit2.Repository) -> Iterator[pygit2.Repository]:
    """Give an empty bare repository that sees the objects of `git`, and is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True) as place:
        scratch = pygit2.init_repository(place, bare=True)
        scratch.odb.add_disk_alternate(str(objects_folder(git)))
        try:
            yield scratch
        finally:
            scratch.free()


def carry_over(scratch: pygit2.Repository, git: pygit2.Repository, wanted: Iterable[pygit2.Oid]) -> None:
    """Write objects, and all that they are made of, into `git`, as far as they are not there."""
    for oid in wanted:
        if oid in git:
            continue
        found = scratch.get(oid)
        if found is None:
            continue  # a large file that was left out of the clone, and is not there in either
        if isinstance(found, pygit2.Commit):
            carry_over(scratch, git, [found.tree_id, *found.parent_ids])
        elif isinstance(found, pygit2.Tree):
            carry_over(
                scratch, git, [child.id for child in found if child.filemode != pygit2.enums.FileMode.COMMIT]
            )
        # After what it is made of, so that whatever is there is whole.
        git.write(found.type, found.read_raw())


def objects_folder(git: pygit2.Repository) -> Path:
    """Return where a repository's objects lie; a linked work tree shares them with others."""
    path = Path(git.path)
    link = path / "commondir"
    return (
        (path / link.read_text(encoding="utf-8").strip()).resolve() if link.is_file() else path
    ) / "objects"
