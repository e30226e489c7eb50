"""The layers that a group wrote, and which of them a test compares with numerical gradients."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass

from coursekit.checker.core_copy import core_copy
from coursekit.evidence.code import Code, CodeFile, Piece, called, code, last_name
from coursekit.model import Location
from coursekit.submission import Submission

#: What a gradient check is called: core_lib's, and what people call their own.
_CHECKS = (
    "check_layer", "check_loss", "gradient_check", "gradcheck", "grad_check", "check_grad", "numerical_grad",
    "numeric_grad", "finite_difference",
)  # fmt: skip
#: By which a test finds classes without naming them.
_SWEEPS = {"walk_packages", "iter_modules", "getmembers", "__subclasses__", "vars"}


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer of the group's own: where it is defined, and in which test its gradient is checked, if in any."""

    name: str
    location: Location
    test: str = ""


def own_layers(submission: Submission) -> tuple[OwnLayer, ...]:
    """Find the layers that core_lib does not have. Use as ``submission.once(own_layers)``."""
    copy = submission.once(core_copy)
    found = submission.once(code)
    defined: list[tuple[ast.ClassDef, Piece]] = []
    for file in found.files:
        if file.test or (file.core and file.path not in copy.added):
            continue
        defined += [
            (node, piece)
            for piece in file.pieces
            if "class " in piece.source
            for node in piece.nodes
            if isinstance(node, ast.ClassDef) and not (file.core and node.name in copy.classes)
        ]
    layers = set(copy.layers)
    while more := {
        node.name
        for node, _ in defined
        if node.name not in layers and layers & {last_name(b) for b in node.bases}
    }:
        layers |= more
    tests = _checking_tests(found)
    result: dict[tuple[str, str], OwnLayer] = {}
    for node, piece in defined:
        if (
            node.name.startswith("_")
            or not (node.name in layers or _has_both_passes(node))
            or _abstract(node)
        ):
            continue
        # The same class in several cells of a notebook is one.
        result[node.name, piece.path] = OwnLayer(
            node.name, piece.at(node), _tested_in(node.name, piece.path, tests)
        )
    return tuple(result.values())


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}


def _has_both_passes(node: ast.ClassDef) -> bool:
    methods = _methods(node)
    return "backward" in methods and ("forward" in methods or "__call__" in methods)


def _abstract(node: ast.ClassDef) -> bool:
    """Whether its passes only say that somebody else must write them."""
    methods = _methods(node)
    passes = [methods[name] for name in ("forward", "backward") if name in methods]
    return bool(passes) and all(isinstance(one.body[-1], ast.Raise | ast.Pass) for one in passes)


def _checking_tests(found: Code) -> list[tuple[str, frozenset[str], bool]]:
    """Return the tests that check gradients: path, all words in their code, and whether they look for classes."""
    tests = {posixpath.splitext(posixpath.basename(file.path))[0]: file for file in found.files if file.test}
    words = {name: _words(file) for name, file in tests.items()}
    result = []
    for name, file in tests.items():
        # Helpers among the tests, such as a list of layers, count as part of who imports them.
        mine = frozenset(words[name].union(*(words[other] for other in words[name] & tests.keys())))
        if any(check in word.lower() for word in mine for check in _CHECKS):
            result.append((file.path, mine, bool(mine & _SWEEPS)))
    return result


def _words(file: CodeFile) -> frozenset[str]:
    found: set[str] = set()
    for piece in file.pieces:
        for node in piece.nodes:
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 100:
                found.update(node.value.split("."))
            elif isinstance(node, ast.Call):
                found.add(called(node))
        found.update(part for name, _ in piece.imports for part in name.split("."))
    return frozenset(found)


def _tested_in(name: str, path: str, tests: list[tuple[str, frozenset[str], bool]]) -> str:
    folders = path.removesuffix(".py").split("/")
    for test, words, sweeps in tests:
        if name in words or (sweeps and path.endswith(".py") and words.intersection(folders)):
            return test
    return ""
