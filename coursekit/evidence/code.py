"""A group's Python, in files and in notebooks' cells, as syntax trees: read, never compiled or run."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from coursekit.model import Location
from coursekit.submission import Submission, UnreadableError

#: What a file or a cell may have; more is no program that people wrote, and costs time.
MAX_SOURCE = 400_000
_MAX_TOTAL = 6_000_000
_MAX_FILES = 600

#: Folders with the work of others, or of tools.
_NOT_OWN = {"venv", ".venv", "env", "site-packages", "node_modules", ".ipynb_checkpoints", "__pycache__"}
_TESTS = re.compile(r"(?:^|/)(?:tests?/|(?:test_[^/]*|[^/]*_test|conftest)\.py$)", re.IGNORECASE)
#: Cell magics below which Python goes on; below the others something else stands.
_PYTHON_MAGIC = re.compile(r"%%(?:time|timeit|capture|prun|memit|notify)\b")
_MAGIC_LINE = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
_MAGIC_VALUE = re.compile(r"^([\w, \t]+=[ \t]*)[%!].*$", re.MULTILINE)
# Where a text is no Python, its imports can still be told.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w, \t]*)|import[ \t]+([\w., \t]+))", re.MULTILINE
)
_IMPORT_CALLS = {"import_module", "__import__"}


@dataclass(frozen=True)
class Piece:
    """A Python file's text, or a code cell's."""

    path: str
    cell: int | None
    source: str

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None where it is no Python, or nested more deeply than any program."""
        return parse(self.source) or (parse(without_magics(self.source)) if self.cell is not None else None)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree."""
        return tuple(ast.walk(self.tree)) if self.tree else ()

    def at(self, node: ast.AST | int) -> Location:
        """Return where a node (or a line) stands."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Location(self.path, line, self.cell)

    @cached_property
    def imports(self) -> tuple[tuple[str, int], ...]:
        """What is imported, as dotted names with the line: ``from torch import nn`` is ``torch.nn``."""
        if "import" not in self.source:
            return ()  # as in most cells, which then need no tree
        if self.tree is None:
            return tuple(_imports_of_text(without_magics(self.source)))
        found: list[tuple[str, int]] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [
                    (f"{node.module or ''}.{alias.name}".strip("."), node.lineno) for alias in node.names
                ]
            elif isinstance(node, ast.Call) and called(node) in _IMPORT_CALLS and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    found.append((name.value, node.lineno))
        return tuple(found)


@dataclass(frozen=True)
class CodeFile:
    """A Python file, or a notebook.

    Attributes
    ----------
    path : str
    pieces : tuple of Piece
        One for a file, one for each code cell.
    core, test : bool
        Whether it belongs to the copy of core_lib, or to the tests.
    """

    path: str
    pieces: tuple[Piece, ...]
    core: bool = False
    test: bool = False

    def has_broken(self, word: str) -> bool:
        """Whether a part of it in which `word` stands is no Python."""
        return any(word in piece.source and piece.tree is None for piece in self.pieces)


@dataclass(frozen=True)
class Code:
    """All Python of a submission.

    Attributes
    ----------
    files : tuple of CodeFile
    unread : tuple of str
        The files that could not be read, or were not for their size or number.
    core : str
        The folder of core_lib; empty where there is none.
    """

    files: tuple[CodeFile, ...]
    unread: tuple[str, ...]
    core: str

    @property
    def own(self) -> tuple[CodeFile, ...]:
        """What is neither core_lib nor a test."""
        return tuple(file for file in self.files if not file.core and not file.test)


def code(submission: Submission) -> Code:
    """Find the code. Use as ``submission.once(code)``."""
    core = core_folder(submission)
    files: list[CodeFile] = []
    unread: list[str] = []
    total = 0
    for path in submission.files:
        ending = posixpath.splitext(path)[1].lower()
        if ending not in {".py", ".ipynb"} or _NOT_OWN.intersection(path.split("/")):
            continue
        if len(files) >= _MAX_FILES or total > _MAX_TOTAL:
            unread.append(path)
            continue
        pieces = _notebook(submission, path) if ending == ".ipynb" else _file(submission, path)
        if pieces is None:
            unread.append(path)
            continue
        total += sum(len(piece.source) for piece in pieces)
        in_core = bool(core) and path.startswith(core + "/")
        files.append(CodeFile(path, pieces, in_core, not in_core and bool(_TESTS.search(path))))
    return Code(tuple(files), tuple(unread), core)


def core_folder(submission: Submission) -> str:
    """Return the folder called core_lib that is nearest to the root; the empty string where there is none."""
    found = {
        path[: path.index("core_lib/") + len("core_lib")]
        for path in submission.files
        if path.startswith("core_lib/") or "/core_lib/" in path
    }
    return min(found, key=lambda path: (path.count("/"), path), default="")


def _file(submission: Submission, path: str) -> tuple[Piece, ...] | None:
    try:
        data = submission.read(path, MAX_SOURCE)
    except UnreadableError:
        return None
    # The encoding is not noted: a comment in another one hurts nobody.
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return (Piece(path, None, text),)


def _notebook(submission: Submission, path: str) -> tuple[Piece, ...] | None:
    book = submission.notebook(path)
    if book is None:
        return None
    return tuple(
        Piece(path, cell.number, cell.source if len(cell.source) <= MAX_SOURCE else "")
        for cell in book.code_cells
        if not cell.source.lstrip().startswith("%%") or _PYTHON_MAGIC.match(cell.source.lstrip())
    )


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of Python, or None where it is none or too much of it."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on a wrong escape, which is not ours to say
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def without_magics(source: str) -> str:
    """Return a cell's Python without what only Jupyter understands, line by line."""
    source = _MAGIC_VALUE.sub(r"\1None", source)
    return _MAGIC_LINE.sub(r"\1pass", source)


def called(node: ast.Call) -> str:
    """Return the last name of what is called: ``fit`` of ``model.fit(x)``."""
    return last_name(node.func)


def last_name(node: ast.AST) -> str:
    """Return the name that a name or attribute ends with, or the empty string."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """Return ``np.random.seed`` of that expression; calls and other things in it are left out."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def _imports_of_text(source: str) -> Iterator[tuple[str, int]]:
    for match in _IMPORT.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        module, names, modules = match.groups()
        if module:
            for name in (names or "").split(",")[:50]:
                yield f"{module}.{name.split()[0] if name.split() else ''}".rstrip("."), line
        else:
            for name in modules.split(",")[:50]:
                if name.split():
                    yield name.split()[0], line
