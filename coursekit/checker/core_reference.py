"""core_lib as a version of the tool has it: its modules as syntax trees, and which names are public."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from coursekit.evidence.code import parse
from coursekit.templates import core_files


@dataclass(slots=True)
class Module:
    """A module's top level: for each name its definitions, and all other statements."""

    path: str
    tree: ast.Module
    names: dict[str, list[ast.stmt]] = field(default_factory=dict)
    others: list[ast.stmt] = field(default_factory=list)


# Reading a class's head is much faster than a syntax tree, which is needed only where something differs.
_CLASS = re.compile(r"^class (\w+)(?:\[[^\]]*\])?(?:\(([^()]*)\))?:", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """The tool's core_lib of a version."""

    files: Mapping[str, bytes]
    bases: Mapping[str, tuple[str, ...]]

    @cached_property
    def classes(self) -> frozenset[str]:
        return frozenset(self.bases)

    @cached_property
    def layers(self) -> frozenset[str]:
        return frozenset(name for name in self.bases if "Layer" in {name, *ancestors(name, self.bases)})

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        return {
            name: module_of(tree, name)
            for name, data in self.files.items()
            if name.endswith(".py") and (tree := parse(data.decode("utf-8"))) is not None
        }

    @cached_property
    def public(self) -> Mapping[str, str]:
        """The public functions and classes, with their modules."""
        return {
            name: module.path
            for module in self.modules.values()
            for name, made in module.names.items()
            if not name.startswith("_") and isinstance(made[-1], ast.FunctionDef | ast.ClassDef)
        }

    @cached_property
    def methods(self) -> Mapping[str, frozenset[str]]:
        """For each class its own methods."""
        return {
            one.name: frozenset(part.name for part in one.body if isinstance(part, ast.FunctionDef))
            for module in self.modules.values()
            for one in module.tree.body
            if isinstance(one, ast.ClassDef)
        }


@lru_cache(maxsize=4)
def reference_of(version: str) -> Reference:
    from coursekit.git.released import released_core

    files = released_core(version)
    files = core_files() if files is None else files
    files = {path.removeprefix("core_lib/"): data for path, data in files.items()}
    heads = (
        match
        for name, data in files.items()
        if name.endswith(".py")
        for match in _CLASS.finditer(data.decode("utf-8"))
    )
    bases = {match[1]: tuple(re.findall(r"(\w+)(?=\s*(?:,|\[|$))", match[2] or "")) for match in heads}
    return Reference(files, bases)


def ancestors(name: str, bases: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    left = [name]
    while left:
        for base in bases.get(left.pop(), ()):
            if base not in found:
                found.add(base)
                left.append(base)
    return found


def last_part(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def module_of(tree: ast.Module, path: str) -> Module:
    module = Module(path, tree)
    for statement in tree.body:
        bound = list(bound_by(statement))
        for name, one in zip(bound, _one_by_one(statement) or [statement] * len(bound), strict=True):
            module.names.setdefault(name, []).append(one)
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not bound and not is_text and not _for_editors(statement):
            module.others.append(statement)
    return module


def _one_by_one(statement: ast.stmt) -> list[ast.stmt]:
    """Return an import as one for each name, so that one that imports more is no other one."""
    if isinstance(statement, ast.ImportFrom):
        return [
            ast.copy_location(ast.ImportFrom(statement.module, [alias], statement.level), statement)
            for alias in statement.names
        ]
    if isinstance(statement, ast.Import):
        return [ast.copy_location(ast.Import([alias]), statement) for alias in statement.names]
    return []


def _for_editors(statement: ast.stmt) -> bool:
    """Whether it is ``if TYPE_CHECKING``, in which an extension adds a line."""
    return (
        isinstance(statement, ast.If)
        and last_part(statement.test) == "TYPE_CHECKING"
        and not statement.orelse
    )


def bound_by(statement: ast.stmt) -> Iterator[str]:
    """Give the names that a statement at the top of a module binds, wherever in it they stand."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name.split(".")[0]
    elif not _for_editors(statement):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                yield node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                yield from _root(node)
            elif node is not statement and isinstance(
                node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
            ):
                yield from bound_by(node)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def without_text(body: list[ast.stmt]) -> list[ast.stmt]:
    return [
        part
        for part in body
        if not isinstance(part, ast.Pass)
        and not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
    ]


def shape_of(node: ast.AST) -> str:
    """Return a text that is the same for what does the same: without docstrings and arguments' annotations."""
    parts: list[str] = []
    _write(node, parts)
    return "".join(parts)


def _write(node: object, parts: list[str]) -> None:
    if isinstance(node, ast.AST):
        parts.append(type(node).__name__ + "(")
        for name, value in ast.iter_fields(node):
            if name in {"type_comment", "ctx", "kind", "returns"} or (
                isinstance(node, ast.arg) and name == "annotation"
            ):
                continue
            if name == "body" and isinstance(value, list):
                value = without_text(value)
            parts.append(name + "=")
            _write(value, parts)
        parts.append(")")
    elif isinstance(node, list):
        parts.append("[")
        for one in node:
            _write(one, parts)
        parts.append("]")
    else:
        parts.append(f"{node!r},")
