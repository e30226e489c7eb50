"""How a group trains: whether chance is tamed by a seed, and whether data are split before anything is fitted to them.

Read from syntax trees, in the order in which a script or a notebook does things: a call of a function of the same file
counts where it is called. What other files do is known by the names that their results are given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coursekit.evidence.code import CodeFile, Piece, called, code, dotted, last_name
from coursekit.model import Location
from coursekit.submission import Submission

_MOST_STEPS = 4000
_MAX_DEPTH = 8

_TRAINED = re.compile(
    r"^(?:fit|fit_transform|partial_fit|train|train_model|training|fit_model|train_step|train_epoch)$"
)
_SEEDED = {"seed", "set_seed", "manual_seed", "set_random_seed", "seed_everything", "default_rng", "RandomState", "SeedSequence",
           "PCG64", "Generator", "PRNGKey"}  # fmt: skip
_SEED_NAMES = {"seed", "random_state", "random_seed", "rng"}
_CLOCK = re.compile(r"(?:^|\.)(?:time|time_ns|urandom|now|getrandbits|token_bytes)$")
_LEGACY = re.compile(
    r"^(?:np|numpy)\.random\.(?:rand|randn|randint|random|choice|shuffle|permutation|normal|uniform)$"
)

_SPLITTERS = {"train_test_split", "random_split", "split_by_time", "temporal_train_test_split", "cross_val_score", "cross_validate",
              "KFold", "StratifiedKFold", "TimeSeriesSplit", "GroupKFold", "ShuffleSplit", "GridSearchCV", "RandomizedSearchCV",
              "train_val_test_split", "split_data", "image_dataset_from_directory"}  # fmt: skip
_SCALERS = {"StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler", "PowerTransformer", "QuantileTransformer", "Standardizer",
            "Normalizer", "SimpleImputer", "KNNImputer", "IterativeImputer", "PCA", "TfidfVectorizer", "CountVectorizer",
            "SelectKBest", "TruncatedSVD"}  # fmt: skip
# Code without any of these neither trains nor draws; most cells need no syntax tree.
_TRAINS_OR_DRAWS = re.compile(r"seed|rand|rng|RNG|Generator|PCG64|fit|train|Trainer")
_FITS = re.compile(r"fit|train|Trainer|Standardizer|std\(|max\(")

#: What may be fitted to anything: names of classes, and what groups and draws data that nobody predicts.
_HARMLESS = {"LabelEncoder", "OneHotEncoder", "OrdinalEncoder", "LabelBinarizer", "MultiLabelBinarizer", "KMeans", "DBSCAN", "TSNE", "UMAP",
             "KaplanMeierFitter", "Tokenizer"}  # fmt: skip
_TRAIN = re.compile(
    r"(?:^|_)(?:train|training|trn|tr)(?:_|\d|$)|^[xy]_?tr(?:ain)?$|train(?:_?(?:set|data|ing|df|x|y))?$",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?:^|_)(?:test|tst|te)(?:_|\d|$)|^[xy]_?te(?:st)?$|test(?:_?(?:set|data|df|x|y))?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where seeds are set, and where chance has none."""

    set: tuple[Location, ...]
    unset: tuple[Location, ...]
    trains: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Where data are split, where something is fitted before, and where something is fitted at all.

    Attributes
    ----------
    leaks : tuple of (str, Location)
        What was fitted to all data, or to test data, and where.
    splits, fits : tuple of Location
        Splits that come before a fit in their file; all fits.
    """

    leaks: tuple[tuple[str, Location], ...]
    splits: tuple[Location, ...]
    fits: tuple[Location, ...]


# -- seeds ----------------------------------------------------------------------------------------


def seeds(submission: Submission) -> Seeds:
    """Find the seeds. Use as ``submission.once(seeds)``."""
    found = submission.once(code)
    there: list[Location] = []
    lacking: list[Location] = []
    trains: list[Location] = []
    data = submission.in_folders(submission.milestone_folders("data"))
    for file in found.own:
        legacy: list[Location] = []
        chance: list[Location] = []
        tamed, before, known = False, len(trains), len(there)
        for piece in file.pieces:
            for node in piece.nodes if _TRAINS_OR_DRAWS.search(piece.source) else ():
                if not isinstance(node, ast.Call):
                    continue
                name, place = called(node), piece.at(node)
                if _TRAINED.match(name) or name == "Trainer":
                    trains.append(place)
                verdict = _seeded(node, name)
                if verdict is True:
                    there.append(place)
                    tamed = tamed or name in {"seed", "set_seed", "set_random_seed", "seed_everything"}
                elif verdict is False:
                    chance.append(place)
                elif _LEGACY.match(dotted(node.func)):
                    legacy.append(place)
        # A plot of some examples drawn at random needs no seed.
        if len(trains) > before or (file.path.endswith(".py") and file.path not in data):
            lacking += chance if tamed else chance + legacy
        elif file.path in data:
            del there[known:]  # nor does a seed there say anything of the training
    return Seeds(tuple(there), tuple(lacking), tuple(trains))


def _seeded(node: ast.Call, name: str) -> bool | None:
    """Whether a call sets a seed, leaves one out that it should have, or has nothing to do with that."""
    keywords = [keyword for keyword in node.keywords if keyword.arg in _SEED_NAMES]
    if name in {"default_rng", "RandomState"}:
        given = [*node.args[:1], *(keyword.value for keyword in keywords)]
        return bool(given) and _fixed(given[0])
    if name in _SEEDED:
        given = [*node.args[:1], *(keyword.value for keyword in keywords)]
        return _fixed(given[0]) if given else None
    for keyword in keywords:
        # A generator that is made here is a call of its own.
        if not isinstance(keyword.value, ast.Call):
            return (
                None if _is_none(keyword.value) and keyword.arg != "random_state" else _fixed(keyword.value)
            )
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _fixed(node: ast.expr) -> bool:
    if _is_none(node):
        return False
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call))
    return not any(_CLOCK.search(dotted(one.func)) for one in calls)


# -- split, then fit ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Step:
    """Something that happens: a split, or a fit to some data."""

    kind: str
    place: Location
    what: str = ""
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Walk:
    """What is known while a file is followed from top to bottom."""

    functions: dict[str, tuple[ast.FunctionDef, Piece]]
    steps: list[_Step] = field(default_factory=list)
    scalers: set[str] = field(default_factory=set)
    harmless: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)


def order(submission: Submission) -> Order:
    """Find out what comes first. Use as ``submission.once(order)``."""
    leaks: list[tuple[str, Location]] = []
    splits: list[Location] = []
    fits: list[Location] = []
    # Who explores data may fit what they like.
    data = submission.in_folders(submission.milestone_folders("data"))
    for file in submission.once(code).own:
        if file.path in data or not any(_FITS.search(piece.source) for piece in file.pieces):
            continue
        for steps in _followed(file):
            first = next((number for number, step in enumerate(steps) if step.kind == "split"), None)
            for number, step in enumerate(steps):
                if step.kind == "split":
                    continue
                fits.append(step.place)
                tests = [name for name in step.names if _TEST.search(name) and not _TRAIN.search(name)]
                trained = any(_TRAIN.search(name) for name in step.names)
                early = first is not None and number < first and step.kind == "scale"
                if not trained and (tests or early):
                    leaks.append((step.what, step.place))
                elif first is not None and number > first:
                    splits.append(steps[first].place)
    return Order(tuple(dict.fromkeys(leaks)), tuple(dict.fromkeys(splits)), tuple(dict.fromkeys(fits)))


def _followed(file: CodeFile) -> Iterator[list[_Step]]:
    """Give the steps of a file's top level, and of each function that it does not call itself."""
    functions = {
        node.name: (node, piece)
        for piece in file.pieces
        for node in (piece.tree.body if piece.tree else ())
        if isinstance(node, ast.FunctionDef)
    }
    walk = _Walk(functions)
    for piece in file.pieces:
        if piece.tree:
            _follow(piece.tree.body, piece, walk, 0)
    yield walk.steps
    for name, (node, piece) in functions.items():
        if name not in walk.called:
            alone = _Walk(functions)
            _follow(node.body, piece, alone, 1)
            yield alone.steps


def _follow(body: Sequence[ast.stmt], piece: Piece, walk: _Walk, depth: int) -> None:
    for statement in body:
        if len(walk.steps) > _MOST_STEPS or depth > _MAX_DEPTH:
            return
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        blocks = [getattr(statement, name, None) for name in ("body", "orelse", "finalbody")]
        blocks += [handler.body for handler in getattr(statement, "handlers", ())]
        inner = [block for block in blocks if isinstance(block, list)]
        _look_at(statement, piece, walk, depth, {id(one) for block in inner for one in block})
        for block in inner:
            _follow(block, piece, walk, depth)


def _look_at(statement: ast.stmt, piece: Piece, walk: _Walk, depth: int, inner: set[int]) -> None:
    """Note what a statement does, apart from the statements in it."""
    targets = _targets(statement)
    nodes = list(_without(statement, inner))
    calls = sorted(
        (node for node in nodes if isinstance(node, ast.Call)), key=lambda n: (n.end_lineno, n.end_col_offset)
    )
    is_split = any(_TRAIN.search(name) for name in targets) or any(
        called(node) in _SPLITTERS or (called(node) == "split" and _fractions(node)) for node in calls
    )
    for node in calls:
        name = called(node)
        if isinstance(node.func, ast.Name) and name in walk.functions and depth < _MAX_DEPTH:
            walk.called.add(name)
            function, where = walk.functions[name]
            _follow(function.body, where, walk, depth + 1)
        elif name in _HARMLESS:
            walk.harmless.update(targets)
        elif name in _SCALERS:
            walk.scalers.update(targets)
            if name == "Standardizer" and node.args:
                walk.steps.append(_Step("scale", piece.at(node), name, _names(node.args[0])))
        elif _TRAINED.match(name) and isinstance(node.func, ast.Attribute) and node.args:
            maker = (
                called(node.func.value)
                if isinstance(node.func.value, ast.Call)
                else last_name(node.func.value)
            )
            if maker in _HARMLESS or maker in walk.harmless:
                continue
            kind = "scale" if maker in _SCALERS or maker in walk.scalers else "fit"
            walk.steps.append(_Step(kind, piece.at(node), f"{maker}.{name}", _names(node.args[0])))
        elif _TRAINED.match(name) and node.args:
            walk.steps.append(_Step("fit", piece.at(node), name, frozenset()))
    for one in nodes:
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) and _standardizes(one):
            walk.steps.append(_Step("scale", piece.at(one), "(x - mean) / std", _names(one)))
    if is_split:
        walk.steps.append(_Step("split", piece.at(statement)))


def _without(statement: ast.stmt, inner: set[int]) -> Iterator[ast.AST]:
    left: list[ast.AST] = [statement]
    while left:
        node = left.pop()
        yield node
        left += [one for one in ast.iter_child_nodes(node) if id(one) not in inner]


def _targets(statement: ast.stmt) -> list[str]:
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign | ast.For)
        else []
    )
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


def _fractions(node: ast.Call) -> bool:
    """Whether a call of split divides data, not a text."""
    numbers = [one for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, float)]
    return bool(numbers) or any(one.arg in {"stratify", "rng", "random_state"} for one in node.keywords)


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(
        name
        for one in ast.walk(node)
        if (name := last_name(one)) and isinstance(one, ast.Name | ast.Attribute)
    )


def _standardizes(node: ast.BinOp) -> bool:
    """Whether it is (x - x.mean()) / x.std(), or the like with the smallest and the largest value."""

    def uses(part: ast.AST, names: set[str]) -> bool:
        return any(isinstance(one, ast.Call) and called(one) in names for one in ast.walk(part))

    left = node.left
    subtracts = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Sub)
    return subtracts and uses(left, {"mean", "min"}) and uses(node.right, {"std", "max"})
