"""A submission as facts, read lazily and once, whether it is a folder or a commit.

Rules and report sections ask here and never open a file themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, cast

from coursekit import config
from coursekit.errors import InputError
from coursekit.model import Problem, Project, Text
from coursekit.submission.image import ImageError, ImageHeader, read_header
from coursekit.submission.markdown import Document
from coursekit.submission.notebook import MAX_NOTEBOOK, Notebook, NotebookError
from coursekit.submission.source import (
    MAX_FILES,
    MAX_TOTAL,
    CommitSource,
    Entry,
    FolderSource,
    Kind,
    Source,
    Tree,
    UnreadableError,
    list_tree,
)
from coursekit.text import clean

T = TypeVar("T")

MAX_IMAGE = 50 * 1000 * 1000
MAX_TEXT = 10 * 1000 * 1000
_MOST_NOTES = 20

#: The milestones' folders by their names without numbers; groups renumber and rename them.
FOLDERS = {
    "literature": ("literaturereview", "literature", "literaturrecherche", "literatur"),
    "data": ("datasetcharacteristics", "dataset", "datasets", "datacharacteristics", "datensatz", "eda"),
    "baseline": ("baselinemodel", "baseline", "basismodell", "baselinemodell"),
    "model": ("model", "models", "modell", "modeldefinition", "modeldefinitionevaluation", "finalmodel"),
    "presentation": ("presentation", "presentations", "praesentation", "präsentation", "slides"),
    "cover": ("coverimage", "cover", "coverimages", "titelbild"),
}

#: Words that tell a numbered folder's milestone where its name is none of those ('2_FEA_baseline').
_WORDS = {
    "literature": r"literatur",
    "data": r"dataset|characteristic|datensatz|exploratory",
    "baseline": r"baseline|basismodel",
    "model": r"^(?!.*bas(?:eline|ismodel)).*model",
    "presentation": r"presentation|pr(?:ä|ae)sentation|slides",
}

SLIDE_ENDINGS = frozenset({".pdf", ".ppt", ".pptx", ".odp"})


class Submission:
    """What a group handed in.

    Parameters
    ----------
    source : Source
        The tree of files.
    name : str
        How to call it in messages.
    """

    def __init__(self, source: Source, name: str = "") -> None:
        self.source = source
        self.name = name or source.label
        self._facts: dict[Any, Any] = {}
        self._problems: dict[str, Problem] = {}
        self._read = 0

    # -- the tree ------------------------------------------------------------------------------

    @cached_property
    def _tree(self) -> Tree:
        tree = list_tree(self.source)
        if not tree.complete:
            self.note(
                ".",
                Text(
                    f"expected at most {MAX_FILES:,} files, but there are more; the rest was not looked at",
                    f"erwartet werden höchstens {MAX_FILES} Dateien, aber es sind mehr; die übrigen wurden nicht angesehen",
                ),
                Text(
                    "Remove what does not belong in the repository: data sets, virtual environments, caches.",
                    "Nehmt heraus, was nicht ins Repositorium gehört: Datensätze, virtuelle Umgebungen, Caches.",
                ),
            )
        for entry in [entry for entry in tree.others if entry.kind is Kind.UNREADABLE][:_MOST_NOTES]:
            self.note(
                entry.path,
                Text(
                    "could not be looked into (no permission, damaged, or nested too deeply)",
                    "konnte nicht angesehen werden (keine Rechte, beschädigt oder zu tief verschachtelt)",
                ),
                Text(
                    "Remove it if it is not part of your work.",
                    "Löscht es, wenn es nicht zu eurer Arbeit gehört.",
                ),
            )
        return tree

    @property
    def files(self) -> dict[str, Entry]:
        """The regular files by path."""
        return self._tree.files

    @property
    def others(self) -> list[Entry]:
        """Folders, links, special and unreadable entries."""
        return self._tree.others

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file, or is there empty."""
        names = {entry.path for entry in self.others if entry.kind == "folder"}
        for path in self.files:
            names.update(str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")
        return frozenset(names)

    def milestone_folders(self, key: str) -> tuple[str, ...]:
        """Return the top-level folders of a milestone (a key of `FOLDERS`), matched without their number."""
        names = FOLDERS[key]
        top = [name for name in self.folders if "/" not in name]
        found = [name for name in top if folder_key(name) in names]
        if not found and key in _WORDS:
            return tuple(
                sorted(n for n in top if re.match(r"\d", n) and re.search(_WORDS[key], folder_key(n)))
            )
        # The most exact name first: `3_Model` before `Models`.
        return tuple(sorted(found, key=lambda name: (names.index(folder_key(name)), name)))

    def in_folders(self, folders: Iterable[str]) -> list[str]:
        """Return the paths of the files below any of `folders`, in order."""
        prefixes = tuple(folder + "/" for folder in folders)
        return [path for path in self.files if prefixes and path.startswith(prefixes)]

    @cached_property
    def _committed(self) -> frozenset[str] | None:
        names = self.source.committed()
        # macOS writes names in another form than git keeps them.
        return None if names is None else frozenset(unicodedata.normalize("NFC", name) for name in names)

    def committed(self, path: str) -> bool:
        """Whether a file is committed or about to be, as far as anybody can tell; all are where there is no git."""
        return self._committed is None or unicodedata.normalize("NFC", path) in self._committed

    # -- contents ------------------------------------------------------------------------------

    def once(self, fact: Callable[[Submission], T]) -> T:
        """Return `fact(self)`, computed the first time only: how rules share what they find."""
        if fact not in self._facts:
            self._facts[fact] = fact(self)
        return cast(T, self._facts[fact])

    def read(self, path: str, limit: int = MAX_TEXT) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        UnreadableError
            If it is larger than `limit` or cannot be read.
        """
        # One file over its limit costs that file; many below theirs must not cost all memory and time either.
        data = self.source.read(path, limit)
        self._read += len(data)
        if self._read > MAX_TOTAL:
            raise UnreadableError(
                Text(
                    f"it was not read: {MAX_TOTAL // 1_000_000} MB of this repository were read already",
                    f"nicht gelesen: {MAX_TOTAL // 1_000_000} MB dieses Repositoriums wurden schon gelesen",
                )
            )
        return data

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files, of those read so far, that are not what they claim to be."""
        return tuple(self._problems.values())

    def note(self, path: str, message: Text, hint: Text) -> None:
        """Remember that a file could not be read as it should; `message` goes on where `path` ends."""
        self._problems.setdefault(path, Problem(path, message, hint))

    def text(self, path: str, limit: int = MAX_TEXT) -> str | None:
        """Return a text file's content, or None when it cannot be read (noted).

        What is not UTF-8 is read as Windows-1252, which is what such files mostly are, and noted.
        """
        try:
            data = self.read(path, limit)
        except UnreadableError as error:
            self.note(
                path,
                error.text,
                Text(
                    "Replace it by a regular, smaller file.",
                    "Ersetzt sie durch eine gewöhnliche, kleinere Datei.",
                ),
            )
            return None
        return self.decode(path, data)

    def decode(self, path: str, data: bytes) -> str:
        """Decode a text file's bytes, noting when they are not UTF-8."""
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            try:
                text = data.decode("utf-16")
            except UnicodeDecodeError:
                text = data.decode("utf-16", "replace")
            encoding = "UTF-16"
        else:
            try:
                return clean(data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"))
            except UnicodeDecodeError:
                text, encoding = data.decode("cp1252", "replace"), "Latin-1 (Windows-1252)"
        self.note(
            path,
            Text(
                f"expected UTF-8, found what looks like {encoding}; it was read as that",
                f"erwartet wird UTF-8, gefunden wurde, was wie {encoding} aussieht; so wurde es gelesen",
            ),
            Text(
                "Save the file as UTF-8: in VS Code click the encoding at the bottom right, then 'Save with Encoding'.",
                "Speichert die Datei als UTF-8: in VS Code unten rechts auf die Codierung klicken, dann "
                "'Save with Encoding'.",
            ),
        )
        return clean(text.replace("\r\n", "\n").replace("\r", "\n"))

    def readme_path(self, folder: str = "") -> str | None:
        """Return the path of the README directly in `folder` (the root by default), whatever its case."""
        prefix = folder + "/" if folder else ""
        candidates = [
            path
            for path in self.files
            if path.startswith(prefix)
            and "/" not in path[len(prefix) :]
            and re.fullmatch(r"readme(\.md|\.markdown|\.mdown|\.txt)?", path[len(prefix) :], re.IGNORECASE)
        ]
        return min(
            candidates,
            key=lambda path: (not path.lower().endswith(".md"), path != prefix + "README.md", path),
            default=None,
        )

    def markdown(self, path: str) -> Document | None:
        """Return a Markdown file, parsed, or None when it cannot be read (noted)."""
        return self._remember(("markdown", path), lambda: self._markdown(path))

    def _markdown(self, path: str) -> Document | None:
        text = self.text(path)
        return None if text is None else Document(text, path)

    def readme(self, folder: str = "") -> Document | None:
        """Return the README directly in `folder`, if there is one that can be read."""
        path = self.readme_path(folder)
        return self.markdown(path) if path is not None else None

    def notebook_paths(self, key: str) -> list[str]:
        """Return the paths of a milestone's notebooks, in sub-folders too, without Jupyter's checkpoints."""
        return [
            path
            for path in self.in_folders(self.milestone_folders(key))
            if path.lower().endswith(".ipynb") and ".ipynb_checkpoints" not in path.split("/")
        ]

    def notebook(self, path: str) -> Notebook | None:
        """Return a notebook, or None when it cannot be read (noted)."""
        return self._remember(("notebook", path), lambda: self._notebook(path))

    def _notebook(self, path: str) -> Notebook | None:
        hint = Text(
            "Open it in Jupyter and save it again, or take an older version from git; remove it if it is not needed.",
            "Öffnet es in Jupyter und speichert es neu, oder holt eine ältere Fassung aus git; löscht es, wenn ihr "
            "es nicht braucht.",
        )
        try:
            return Notebook(self.read(path, MAX_NOTEBOOK), path, lambda: self.source.read(path, MAX_NOTEBOOK))
        except (UnreadableError, NotebookError) as error:
            self.note(path, error.text, hint)
        return None

    def notebooks(self, key: str) -> list[Notebook]:
        """Return a milestone's notebooks that can be read."""
        return [notebook for path in self.notebook_paths(key) if (notebook := self.notebook(path))]

    def image(self, path: str) -> ImageHeader | None:
        """Return an image's format and size, or None when it is none (not noted: the caller knows)."""
        return self._remember(("image", path), lambda: self._image(path))

    def _image(self, path: str) -> ImageHeader | None:
        try:
            return read_header(self.read(path, MAX_IMAGE))
        except (UnreadableError, ImageError):
            return None

    def _remember(self, key: tuple[str, str], make: Callable[[], T]) -> T:
        if key not in self._facts:
            self._facts[key] = make()
        return cast(T, self._facts[key])

    # -- the files that coursekit itself knows ----------------------------------------------------

    @cached_property
    def project(self) -> Project | None:
        """What `project.toml` says, or None when there is none or it is wrong (noted)."""
        if "project.toml" not in self.files:
            return None
        try:
            return config.parse_project(self.read("project.toml", 1_000_000), "project.toml")
        except UnreadableError as error:
            hint = Text("Replace it by a regular file.", "Ersetzt sie durch eine gewöhnliche Datei.")
            self.note("project.toml", error.text, hint)
        except InputError as error:
            # The reader of TOML speaks English only: what it says is shown as it is, after a word of ours.
            message = error.message.removeprefix("project.toml").lstrip(":, ")
            mend = f"Berichtigt die Stelle ({error.hint})" if error.hint else "Berichtigt die Stelle."
            self.note(
                "project.toml",
                Text(message, f"enthält nicht, was erwartet wird ({message})"),
                Text(error.hint or "Correct it.", mend),
            )
        return None

    @cached_property
    def is_project(self) -> bool:
        """Whether this looks like a group's repository at all."""
        return bool(
            self.readme_path()
            or "project.toml" in self.files
            or any(path.casefold() == "info.md" for path in self.files)
            or any(self.milestone_folders(key) for key in FOLDERS)
        )


def folder_key(name: str) -> str:
    """Return a folder's name without number, separators and case: ``3_Model`` is ``model``."""
    return re.sub(r"^[\W\d_]+|[\W_]+", "", name).casefold()


def folder_area(name: str) -> str | None:
    """Return the milestone that a top-level folder belongs to (a key of `FOLDERS`), by its name alone."""
    key = folder_key(name)
    found = next((area for area, names in FOLDERS.items() if key in names), None)
    if found is None and re.match(r"\d", name):
        found = next((area for area, words in _WORDS.items() if re.search(words, key)), None)
    return found


def open_submission(path: Path, revision: str | None = None) -> Submission:
    """Open a folder as it is, or a commit of a git repository.

    Parameters
    ----------
    path : Path
        A group's folder, or a bare repository.
    revision : str, optional
        A branch, tag or commit to read instead of the folder's files. A bare repository has no files
        of its own: there it is HEAD by default.

    Raises
    ------
    InputError
        If there is no such folder, or it holds nothing of a group's project.
    """
    if not path.is_dir():
        found = "a file" if path.exists() else "nothing"
        raise InputError(
            f"expected the folder of a group's repository at {path}, but found {found}",
            "Give the folder that holds README.md and the milestone folders, for example: coursekit check .",
        )
    bare = not (path / ".git").exists() and (path / "HEAD").is_file() and (path / "objects").is_dir()
    source: Source = CommitSource(path, revision or "HEAD") if bare or revision else FolderSource(path)
    name = path.resolve().name.removesuffix(".git") or str(path)
    submission = Submission(source, name)
    if not submission.is_project:
        raise InputError(
            f"expected a group's repository at {path}, but it has no README, no project.toml and no milestone folder",
            "Give the folder that holds README.md and the milestone folders; 'coursekit new-project' makes one.",
        )
    return submission
