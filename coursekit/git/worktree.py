"""Putting a merge into a work tree, such that it may be cut off at any moment.

The order of the steps makes every state in between one that git knows, and offers a way back from:

1. ``MERGE_HEAD`` and its message: a merge has begun, in which nothing has changed yet.
2. The index says of every file that will change that it is not merged. From here on ``git merge --abort`` puts
   each of them back, whatever stands in the work tree, and ``git commit`` refuses a merge that is half done.
3. The files themselves, each written beside the work tree and renamed.
4. The index says of every file without a conflict that it is merged.
5. Without conflicts: the commit, and the end of the merge. With conflicts that is left to the user.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, FileStatus, FilterMode, RepositoryState

from coursekit.errors import CoursekitError, InputError
from coursekit.git.commits import author_of
from coursekit.text import one_line, plural

_UNTRACKED = FileStatus.CURRENT | FileStatus.IGNORED | FileStatus.WT_NEW
_HANDOVER = "coursekit-new-file"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file: its id and mode before and after, None where there is no file.

    `conflict` holds what stands in the index where it cannot be merged: base, ours, theirs.
    """

    path: str
    old: tuple[pygit2.Oid, int] | None
    new: tuple[pygit2.Oid, int] | None
    conflict: tuple[tuple[pygit2.Oid, int] | None, ...] = ()


def refuse_unready(git: pygit2.Repository, changes: Sequence[Change] = ()) -> None:
    """Refuse a work tree in which something is under way, or stands where a file would be written.

    Raises
    ------
    InputError
        With the files in question.
    """
    if git.state() != RepositoryState.NONE:
        raise InputError(
            "expected no merge or other operation under way in this repository, but there is one",
            "Finish it (git commit), or take it back (git merge --abort), then run this again.",
        )
    if git.head_is_unborn or git.head_is_detached:
        raise InputError(
            "expected a branch to be checked out, but there is none",
            "Switch to your branch first:  git switch main",
        )
    if (Path(git.path) / "index.lock").exists():
        raise InputError(
            "expected no other git command at work in this repository, but there is the file .git/index.lock",
            "Wait until it ends. If none is running, delete that file.",
        )
    touched = {change.path for change in changes}
    dirty = [
        path
        for path, flags in git.status(untracked_files="no").items()
        if flags & ~_UNTRACKED and not (path not in touched and _filtered(git, path, flags))
    ]
    if dirty:
        raise InputError(
            f"expected everything to be committed, but {plural(len(dirty), 'file')} changed: {_listed(dirty)}",
            "Commit first (git add -A, git commit), so that nothing of yours can be lost; then run this again.",
        )
    _refuse_in_the_way(Path(git.workdir), changes)


def _filtered(git: pygit2.Repository, path: str, flags: int) -> bool:
    """Whether only a filter of the user's own (such as git LFS) can tell if a file changed; it is not run."""
    return flags in (FileStatus.WT_MODIFIED,) and isinstance(git.get_attr(path, "filter"), str)


def _refuse_in_the_way(root: Path, changes: Sequence[Change]) -> None:
    taken = []
    for change in changes:
        path = root / change.path
        parents = list(path.relative_to(root).parents)[:-1]
        if any((root / parent).is_symlink() for parent in parents) or (
            change.new and not change.old and os.path.lexists(path)
        ):
            taken.append(change.path)
    if taken:
        raise InputError(
            f"expected nothing yet where new files come, but there is something that git does not keep: {_listed(taken)}",
            "Commit it, or move it away, then run this again; nothing was changed.",
        )


def apply_merge(
    git: pygit2.Repository,
    changes: Sequence[Change],
    their_commit: pygit2.Oid,
    message: str,
    commit: pygit2.Oid | None,
) -> None:
    """Bring a merge into the work tree, after `refuse_unready`.

    Parameters
    ----------
    git : pygit2.Repository
    changes : sequence of Change
    their_commit : pygit2.Oid
        What is merged.
    message : str
        What the merge's commit says, also one that the user makes after solving conflicts.
    commit : pygit2.Oid or None
        The finished merge, which the branch is set to at the end; None where there are conflicts.

    Raises
    ------
    CoursekitError
        If something could not be written; everything was put back then.
    """
    # Attributes first: they say how the other files are written.
    changes = sorted(changes, key=lambda change: (not change.path.endswith(".gitattributes"), change.path))
    folder = Path(git.path)
    try:
        _begin(folder, their_commit, message)
        _write_index(git, changes, merged=False)
        for change in changes:
            _write_file(git, change.path, change.old, change.new)
        _write_index(git, changes, merged=True)
    except (OSError, pygit2.GitError) as error:
        _put_back(git, changes)
        raise CoursekitError(
            f"expected to be able to write the repository's files, but {one_line(str(error), 300)}; "
            "everything is as it was before",
            "Close the programs that have the files open, and see that there is room on the disk.",
        ) from None
    if commit is not None:
        git.lookup_reference(git.head.name).set_target(commit, "coursekit update: merge")
        git.state_cleanup()


def _begin(folder: Path, their_commit: pygit2.Oid, message: str) -> None:
    # MERGE_HEAD last: it is what makes the rest a merge.
    for name, text in (("MERGE_MSG", message), ("MERGE_MODE", "no-ff"), ("MERGE_HEAD", f"{their_commit}\n")):
        temporary = folder / f"{name}.new"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(folder / name)


def _write_index(git: pygit2.Repository, changes: Sequence[Change], *, merged: bool) -> None:
    index = git.index
    index.read()
    for change in changes:
        if index.conflicts is not None and change.path in index.conflicts:
            del index.conflicts[change.path]
        if merged and not change.conflict:
            if change.new:
                _add_as_it_lies(index, change.path, change.new)
            elif change.path in index:
                index.remove(change.path)
            continue
        # Before the end every file counts as one that is not merged yet.
        base, ours, theirs = change.conflict or (change.old, change.old, change.new)
        if change.path in index:
            index.remove(change.path)
        sides = [side and _index_entry(change.path, side) for side in (base, ours, theirs)]
        index.add_conflict(*sides)
    index.write()


def _add_as_it_lies(index: pygit2.Index, path: str, new: tuple[pygit2.Oid, int]) -> None:
    """Add a file with what the disk says of it, without which ``git merge --abort`` takes it for changed."""
    index.add(path)
    if (index[path].id, int(index[path].mode)) != (new[0], int(new[1])):
        index.add(_index_entry(path, new))


def _index_entry(path: str, what: tuple[pygit2.Oid, int]) -> pygit2.IndexEntry:
    return pygit2.IndexEntry(path, what[0], FileMode(what[1]))


def _write_file(
    git: pygit2.Repository,
    name: str,
    old: tuple[pygit2.Oid, int] | None,
    new: tuple[pygit2.Oid, int] | None,
) -> None:
    path = Path(git.workdir) / name
    if new is None:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == Path(git.workdir):
                break
            try:
                parent.rmdir()
            except OSError:
                break  # something else is in it
        return
    blob = git[new[0]]
    assert isinstance(blob, pygit2.Blob)
    temporary = Path(git.path) / _HANDOVER
    temporary.write_bytes(_as_on_disk(git, name, blob.data))
    if os.name != "nt":
        mode = path.stat().st_mode & 0o777 if old and path.exists() else 0
        temporary.chmod(_permissions(temporary, mode, executable=new[1] == FileMode.BLOB_EXECUTABLE))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(path)


def _permissions(temporary: Path, mode: int, *, executable: bool) -> int:
    mode = mode or stat.S_IMODE(temporary.stat().st_mode)  # a new file's, by the user's mask
    return mode | (mode & 0o444) >> 2 if executable else mode & ~0o111


def _as_on_disk(git: pygit2.Repository, name: str, data: bytes) -> bytes:
    """Give a text the line ends that the repository and the user want on the disk.

    The library's own filters do just that; those that a repository configures are commands, and unknown to it.
    """
    if b"\0" in data or not data:
        return data
    filters = git.load_filter_list(name, FilterMode.SMUDGE)
    return data if filters is None else filters.apply_to_buffer(data)


def _put_back(git: pygit2.Repository, changes: Sequence[Change]) -> None:
    """Make everything as it was; what fails here is left to ``git merge --abort``, which can do it, too."""
    with contextlib.suppress(OSError, pygit2.GitError):
        for change in changes:
            _write_file(git, change.path, change.new, change.old)
        back = [Change(change.path, change.new, change.old) for change in changes]
        _write_index(git, back, merged=True)
        git.state_cleanup()


def merge_commit(
    git: pygit2.Repository, tree: pygit2.Oid, parents: Sequence[pygit2.Oid], message: str
) -> pygit2.Oid:
    """Make a commit that no branch points to yet."""
    author = author_of(git)
    return git.create_commit(None, author, author, message, tree, list(parents))


def _listed(paths: Sequence[str]) -> str:
    shown = ", ".join(one_line(path, 80) for path in sorted(paths)[:5])
    return shown + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
