"""Chooses the code to show: a layer that the group wrote itself, else the cell that defines the model.

The code is parsed, never run.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable

from coursekit.report.convert import code_text
from coursekit.report.deck import Code
from coursekit.report.fit import wrap_code
from coursekit.report.material import Passage
from coursekit.submission import Submission

_MOST_LINES = 18
# Of a layer of its own, a group wants to show both passes whole.
_MOST_LINES_OF_A_LAYER = 30
_COLUMNS = 96
_MAX_SOURCE = 200_000
_SCORES = (
    (r"class \w+\(.*(Module|Layer|Model)\)", 6),
    (r"Sequential\(|nn\.\w+\(|layers\.\w+\(|Dense\(|Conv\dD\(|LSTM\(", 4),
    (r"\w+(Classifier|Regressor|Regression)\(|\w+Net\w*\(|XGB\w+\(|SVC\(|sm\.OLS\(", 3),
    (r"\.compile\(|\.fit\(|\bfit\(", 2),
)


def own_layer(submission: Submission) -> tuple[str, Code] | None:
    """Return the name and an excerpt of a layer in the group's own files, its forward and backward pass."""
    found: list[tuple[int, str, str, str]] = []
    for path in sorted(submission.files):
        parts = path.split("/")
        if (
            not path.endswith(".py")
            or parts[0] in {"core_lib", "tests", ".venv", "venv"}
            or "site-packages" in parts
        ):
            continue
        if len(found) >= 20 or (submission.files[path].size or 0) > _MAX_SOURCE:
            continue
        text = submission.text(path, _MAX_SOURCE) or ""
        if "def forward" not in text:
            continue
        for name, source in _layers_in(text):
            found.append((0 if "layers" in parts else 1, path, name, source))
    if not found:
        return None
    _, path, name, source = min(found, key=lambda entry: (entry[0], entry[1]))
    return name, Code(_fitted(source, _MOST_LINES_OF_A_LAYER), "python", path)


def _layers_in(text: str) -> Iterable[tuple[str, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.split("\n")
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        methods = {inner.name: inner for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if "forward" not in methods:
            continue
        parts = [lines[node.lineno - 1]]
        for name in ("forward", "backward"):
            if name in methods:
                parts += ["", *_without_docstring(methods[name], lines)]
        yield node.name, "\n".join(parts)


def _without_docstring(method: ast.FunctionDef, lines: list[str]) -> list[str]:
    """Return a method's lines; its docstring is for readers, not for an audience."""
    first, last = method.lineno - 1, method.end_lineno or method.lineno
    head = method.body[0]
    if (
        len(method.body) > 1
        and isinstance(head, ast.Expr)
        and isinstance(head.value, ast.Constant)
        and isinstance(head.value.value, str)
    ):
        return lines[first : head.lineno - 1] + lines[head.end_lineno or head.lineno : last]
    return lines[first:last]


def training_code(passages: Iterable[Passage]) -> Code | None:
    """Return the excerpt of the notebooks' code that says most about the model."""
    best: tuple[int, Code] | None = None
    for passage in passages:
        for code in passage.code:
            score = sum(points * min(len(re.findall(pattern, code.source)), 3) for pattern, points in _SCORES)
            if score >= 3 and (best is None or score > best[0]):
                best = score, Code(_window(code.source), "python", passage.path.rsplit("/", 1)[-1])
    return best[1] if best else None


def _window(source: str) -> str:
    """Return the stretch of a cell that holds the definition, without imports and blank lines in a row."""
    lines = [line for line in source.split("\n") if not re.match(r"\s*(import |from \S+ import |%|!)", line)]
    tidy: list[str] = []
    for line in lines:
        if line.strip() or (tidy and tidy[-1].strip()):
            tidy.append(line)
    start = 0
    if len(tidy) > _MOST_LINES:
        scores = [sum(points for pattern, points in _SCORES if re.search(pattern, line)) for line in tidy]
        indents = [len(line) - len(line.lstrip()) for line in tidy]
        # An excerpt begins with a statement, not inside of one.
        whole = [
            at for at, line in enumerate(tidy) if line.strip() and not indents[at] and line[0] not in ")]}#"
        ]
        start = max(whole or [0], key=lambda at: (sum(scores[at : at + _MOST_LINES]), -at))
    return _fitted("\n".join(tidy[start:]).strip("\n"))


def _fitted(source: str, most: int = _MOST_LINES) -> str:
    text = wrap_code(textwrap.dedent(code_text(source)), _COLUMNS)
    lines = text.split("\n")
    return text if len(lines) <= most else "\n".join([*lines[: most - 1], "…"])
