"""Merging the group's files with a newer rendering, three ways, and deciding what no line-by-line merge can.

Text is merged by lines; where both sides changed the same ones there is a conflict, as git makes it. For all
else there is one rule: what the group changed stays as it is, and is named, never silently skipped:

- notebooks are merged by cells (`coursekit.scaffold.notebooks`), or stay when both changed one cell;
- files in `results/`, pictures, data and other binary files stay;
- a file that the group removed stays removed, one that the template removed and the group changed stays;
- a folder or link of the group's where the template has a file stays.

Only trees are merged, by a library, in memory: no driver, filter or hook of the repository's is run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pygit2
from pygit2.enums import FileMode, MergeFavor, MergeFileFlag, MergeFlag

from coursekit.scaffold.notebooks import NotMergedError, merge_notebooks

_FILES = {FileMode.BLOB, FileMode.BLOB_EXECUTABLE}
_RESULTS = "results/"
_LARGEST_TEXT = 5_000_000
# Functions that look alike are kept apart better than by the default.
_BY_LINES = MergeFileFlag.DIFF_PATIENCE


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree."""

    id: pygit2.Oid
    mode: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file in which both sides changed the same lines; `base` is None where both added it."""

    path: str
    base: Entry | None
    ours: Entry
    theirs: Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that stays as the group has it although the template changed it, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The result: a tree in which files with conflicts hold both sides between markers."""

    tree: pygit2.Oid
    conflicts: tuple[Conflict, ...]
    kept: tuple[Kept, ...]


def merge(
    git: pygit2.Repository,
    base: pygit2.Oid,
    ours: pygit2.Oid,
    theirs: pygit2.Oid,
    *,
    prefer_ours: bool = False,
) -> Merged:
    """Bring the changes from the tree `base` to the tree `theirs` into the tree `ours`.

    Parameters
    ----------
    git : pygit2.Repository
        The objects that are made are written to it, and nothing else.
    base, ours, theirs : pygit2.Oid
        Trees: pristine then, the group's now, pristine now.
    prefer_ours : bool, optional
        Take the group's lines where both sides changed the same ones, instead of making a conflict.
    """
    favor = MergeFavor.OURS if prefer_ours else MergeFavor.NORMAL
    try:
        index = git.merge_trees(base, ours, theirs, favor, MergeFlag.FIND_RENAMES, _BY_LINES)
    except (pygit2.GitError, KeyError):
        # Large files are left out of bare clones; only telling renames reads files that nobody changed.
        index = git.merge_trees(base, ours, theirs, favor, MergeFlag(0), _BY_LINES)
    return _Merge(git, index, base, ours, theirs, prefer_ours).finish()


def changed_paths(
    git: pygit2.Repository, old: pygit2.Oid, new: pygit2.Oid
) -> list[tuple[str, Entry | None, Entry | None]]:
    """Return each file in which two trees differ, with what it is in both, in order of the paths."""
    found: list[tuple[str, Entry | None, Entry | None]] = []

    def walk(one: pygit2.Oid | None, other: pygit2.Oid | None, prefix: str) -> None:
        if one == other:
            return
        before, after = _children(git, one), _children(git, other)
        for name in sorted(before.keys() | after.keys()):
            a, b = before.get(name), after.get(name)
            if a == b:
                continue
            a_folder, b_folder = (x is not None and x.mode == FileMode.TREE for x in (a, b))
            if a_folder or b_folder:
                walk(a.id if a and a_folder else None, b.id if b and b_folder else None, f"{prefix}{name}/")
            if (a and not a_folder) or (b and not b_folder):
                found.append((prefix + name, None if a_folder else a, None if b_folder else b))

    walk(old, new, "")
    return found


def entry_at(git: pygit2.Repository, tree: pygit2.Oid, path: str) -> Entry | None:
    """Return what stands at a path in a tree."""
    try:
        found = _tree(git, tree)[path]
    except KeyError:
        return None
    return Entry(found.id, int(found.filemode))


def _children(git: pygit2.Repository, tree: pygit2.Oid | None) -> dict[str, Entry]:
    if tree is None:
        return {}
    return {
        (child.raw_name or b"").decode("utf-8", "surrogateescape"): Entry(child.id, int(child.filemode))
        for child in _tree(git, tree)
    }


def _tree(git: pygit2.Repository, tree: pygit2.Oid) -> pygit2.Tree:
    found = git[tree]
    assert isinstance(found, pygit2.Tree)
    return found


class _Merge:
    """What the library made of three trees, and what becomes of the rest."""

    def __init__(
        self,
        git: pygit2.Repository,
        index: pygit2.Index,
        base: pygit2.Oid,
        ours: pygit2.Oid,
        theirs: pygit2.Oid,
        prefer_ours: bool,
    ) -> None:
        self.git, self.index, self.prefer_ours = git, index, prefer_ours
        self.base, self.ours, self.theirs = base, ours, theirs
        self.conflicts: list[Conflict] = []
        self.kept: list[Kept] = []

    def finish(self) -> Merged:
        # The notebooks first: by lines, two of them may even merge, to something that is none.
        done = set(self._changed_on_both_sides())
        for path in done:
            self._notebook(path)
        for parts in list(self.index.conflicts or ()):
            path = next(part.path for part in (parts[1], parts[2], parts[0]) if part is not None)
            for part in parts:
                if part is not None:
                    self._remove_conflict(part.path)
            if path not in done:
                base, ours, theirs = (part and Entry(part.id, int(part.mode)) for part in parts)
                self._settle(path, base, ours, theirs)
        tree = self.index.write_tree(self.git)
        order = {conflict.path: conflict for conflict in self.conflicts}
        return Merged(
            tree,
            tuple(order[path] for path in sorted(order)),
            tuple(sorted(self.kept, key=lambda kept: kept.path)),
        )

    def _changed_on_both_sides(self) -> list[str]:
        paths = []
        for path, _, new in changed_paths(self.git, self.base, self.theirs):
            if path.endswith(".ipynb") and new:
                mine = entry_at(self.git, self.ours, path)
                if mine and mine.mode in _FILES and mine not in (entry_at(self.git, self.base, path), new):
                    paths.append(path)
        return paths

    def _notebook(self, path: str) -> None:
        base, ours, theirs = (entry_at(self.git, tree, path) for tree in (self.base, self.ours, self.theirs))
        assert ours
        assert theirs
        self._take_notebook(path, base, ours, theirs)

    def _take_notebook(self, path: str, base: Entry | None, ours: Entry, theirs: Entry) -> None:
        try:
            if base is None:
                raise NotMergedError("you made a notebook of that name as well")
            merged = merge_notebooks(self._data(base), self._data(ours), self._data(theirs))
            self._put(path, Entry(self.git.create_blob(merged), ours.mode))
        except (NotMergedError, KeyError) as problem:
            why = str(problem) if isinstance(problem, NotMergedError) else "it is too large"
            self._put(path, ours)
            self.kept.append(Kept(path, f"yours stays: {why}"))

    def _settle(self, path: str, base: Entry | None, ours: Entry | None, theirs: Entry | None) -> None:
        if ours is None:
            if theirs is not None:  # else both renamed it, and the old name is gone in both
                here = entry_at(self.git, self.ours, path)
                why = (
                    "the folder that you have there stays"
                    if here
                    else "you removed or moved it; that stays so"
                )
                self.kept.append(Kept(path, why))
            return
        if theirs is None:
            # Where the template now has a folder, it cannot come beside the file.
            in_the_way = [one.path for one in self.index if one.path.startswith(f"{path}/")]
            for other in in_the_way:
                self.index.remove(other)
            self._put(path, ours)
            if in_the_way:
                self.kept.append(Kept(path, "yours stays: the template now has a folder of that name"))
            elif base is not None:
                self.kept.append(Kept(path, "the template no longer has it; yours stays, as you changed it"))
            return
        if self.prefer_ours:
            self._put(path, ours)
            return
        if path.endswith(".ipynb") and {ours.mode, theirs.mode} <= _FILES:
            self._take_notebook(path, base, ours, theirs)
            return
        why = self._why_not_by_lines(path, base, ours, theirs)
        if why:
            self._put(path, ours)
            self.kept.append(Kept(path, why))
            return
        clean, marked = self._by_lines(base, ours, theirs)
        self._put(path, Entry(marked, ours.mode))
        if not clean:
            self.conflicts.append(Conflict(path, base, ours, theirs))

    def _why_not_by_lines(self, path: str, base: Entry | None, ours: Entry, theirs: Entry) -> str:
        if not {ours.mode, theirs.mode} <= _FILES:
            return "you made something else of it; that stays"
        if path.startswith(_RESULTS):
            return "your results stay as they are"
        try:
            data = [self._data(entry) for entry in (base, ours, theirs) if entry]
        except KeyError:
            return "yours stays: it is too large"
        if any(b"\0" in one or len(one) > _LARGEST_TEXT for one in data):
            return "yours stays: it is no text, and both of you changed it"
        return ""

    def _by_lines(self, base: Entry | None, ours: Entry, theirs: Entry) -> tuple[bool, pygit2.Oid]:
        """Merge one file, with the line ends that the group's has; markers say which side is whose."""
        before, mine, new = (self._data(entry) if entry else b"" for entry in (base, ours, theirs))
        windows = b"\r\n" in mine and b"\r\n" not in before
        if windows:
            mine = mine.replace(b"\r\n", b"\n")
        # The library marks the sides with the file's name: one that stands nowhere else.
        name = "side-" + hashlib.sha256(before + mine + new).hexdigest()
        then, here, now = (self._tree_of(name, text) for text in (before, mine, new))
        index = self.git.merge_trees(then, here, now, MergeFavor.NORMAL, MergeFlag(0), _BY_LINES)
        clean = index.conflicts is None
        if not clean:
            flags = _BY_LINES | MergeFileFlag.ACCEPT_CONFLICTS
            index = self.git.merge_trees(then, here, now, MergeFavor.NORMAL, MergeFlag(0), flags)
        merged = self._data(Entry(index[name].id, 0))
        for sign, side, text in ((b"<<<<<<<", b"yours", mine), (b">>>>>>>", b"template", new)):
            # An empty side is not given its name.
            mark = sign + b" " + name.encode() if text else sign
            merged = merged.replace(mark + b"\n", sign + b" " + side + b"\n")
        return clean, self.git.create_blob(merged.replace(b"\n", b"\r\n") if windows else merged)

    def _tree_of(self, name: str, text: bytes) -> pygit2.Oid:
        builder = self.git.TreeBuilder()
        builder.insert(name, self.git.create_blob(text), FileMode.BLOB)
        return builder.write()

    def _put(self, path: str, entry: Entry) -> None:
        self._remove_conflict(path)
        self.index.add(pygit2.IndexEntry(path, entry.id, FileMode(entry.mode)))

    def _remove_conflict(self, path: str) -> None:
        conflicts = self.index.conflicts
        if conflicts is not None and path in conflicts:
            del conflicts[path]

    def _data(self, entry: Entry) -> bytes:
        found = self.git[entry.id]
        assert isinstance(found, pygit2.Blob)
        return found.data
