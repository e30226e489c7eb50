"""Does core_lib learn what others learn? ``python -m tests.benchmarks.digits [--write]``

Logistic regression, a dense network and a small convolutional one (LeNet's plan) on the handwritten digits that
scikit-learn ships, beside scikit-learn and PyTorch: the same split, the same settings, five seeds. PyTorch begins
with core_lib's first weights and sees the same batches, so that only the computing differs; scikit-learn draws its own
(Glorot's for He's). The means must not differ by more than one standard deviation. ``--write`` puts the table into the README beside this file.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core_lib import (
    L2,
    Adam,
    Conv2D,
    Dataset,
    Dense,
    Flatten,
    MaxPool2D,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    Zeros,
)

README = Path(__file__).parent / "README.md"
START, END = "<!-- digits: begin -->", "<!-- digits: end -->"


class Training(NamedTuple):
    """How a network is trained, by Adam."""

    epochs: int
    batch: int
    rate: float
    strength: float = 0.0  # of L2


NETWORKS = Training(30, 64, 0.003)


class Split(NamedTuple):
    """Examples first, as the others want them; pixels from 0 to 1."""

    x: Any  # shape (N, 64)
    y: Any  # shape (N,)
    test_x: Any
    test_y: Any


def split(seed: int) -> Split:
    """Draw 80 % for training, the same share of each digit."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    parts = Dataset(x / 16, y, examples_axis=0).split(
        0.8, 0.2, rng=np.random.default_rng(seed), stratify=True
    )
    train, test = parts
    return Split(np.ascontiguousarray(train.x.T), train.y, np.ascontiguousarray(test.x.T), test.y)


# -- core_lib ----------------------------------------------------------------------------------------------


def logistic(rng: np.random.Generator) -> Sequential:
    return Sequential(Dense(64, 10, rng=rng, init=Zeros()))


def mlp(rng: np.random.Generator) -> Sequential:
    return Sequential(Dense(64, 64, rng=rng), ReLU(), Dense(64, 10, rng=rng))


def cnn(rng: np.random.Generator) -> Sequential:
    return Sequential(
        Conv2D(1, 8, 3, padding=1, rng=rng),
        ReLU(),
        MaxPool2D(2),
        Conv2D(8, 16, 3, padding=1, rng=rng),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense(64, 32, rng=rng),
        ReLU(),
        Dense(32, 10, rng=rng),
    )


def core_lib_accuracy(make: Any, s: Split, seed: int, how: Training) -> float:
    net = make(np.random.default_rng(seed))
    penalty = L2(how.strength) if how.strength else None
    trainer = Trainer(net, SoftmaxCrossEntropy(), Adam(how.rate), penalty=penalty)
    data = Dataset(s.x, s.y, examples_axis=0)
    trainer.fit(data, epochs=how.epochs, batch_size=how.batch, seed=seed, progress=0)
    return trainer.evaluate(Dataset(s.test_x, s.test_y, examples_axis=0))["accuracy"]


# -- scikit-learn ------------------------------------------------------------------------------------------


def sklearn_logistic(s: Split, seed: int) -> float:
    from sklearn.linear_model import LogisticRegression

    return float(LogisticRegression(C=1.0, max_iter=5000).fit(s.x, s.y).score(s.test_x, s.test_y))


def sklearn_mlp(s: Split, seed: int) -> float:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (64,),
        alpha=0.0,
        batch_size=NETWORKS.batch,
        learning_rate_init=NETWORKS.rate,
        max_iter=NETWORKS.epochs,
        n_iter_no_change=NETWORKS.epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return float(model.fit(s.x, s.y).score(s.test_x, s.test_y))


# -- PyTorch -----------------------------------------------------------------------------------------------


def torch_net(ours: Sequential) -> Any:
    """Build the same network of PyTorch's layers, with the same first weights."""
    import torch
    from torch import nn

    layers: list[Any] = []
    for layer in ours.layers:
        if isinstance(layer, Dense):
            layers.append(nn.Linear(layer.n_in, layer.n_out))
        elif isinstance(layer, Conv2D):
            layers.append(nn.Conv2d(layer.W.shape[1], layer.W.shape[0], 3, padding=1))
        else:
            layers.append(
                {"ReLU": nn.ReLU(), "MaxPool2D": nn.MaxPool2d(2), "Flatten": nn.Flatten()}[
                    type(layer).__name__
                ]
            )
        if layer.params:
            with torch.no_grad():
                layers[-1].weight.copy_(torch.tensor(layer.W))  # type: ignore[attr-defined]
                layers[-1].bias.copy_(torch.tensor(layer.b.ravel()))  # type: ignore[attr-defined]
    return nn.Sequential(*layers)


def torch_accuracy(make: Any, s: Split, seed: int, how: Training) -> float:
    import torch

    net = torch_net(make(np.random.default_rng(seed)))
    x, y = torch.tensor(s.x), torch.tensor(s.y)
    optimizer = torch.optim.Adam(net.parameters(), lr=how.rate)
    for epoch in range(1, how.epochs + 1):
        order = torch.tensor(
            np.random.default_rng([seed, epoch]).permutation(len(y))
        )  # as core_lib's trainer
        for chosen in order.split(how.batch):
            value = torch.nn.functional.cross_entropy(net(x[chosen]), y[chosen])
            if how.strength:
                value = value + 0.5 * how.strength * (net[0].weight ** 2).sum()
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    with torch.no_grad():
        return float((net(torch.tensor(s.test_x)).argmax(dim=1).numpy() == s.test_y).mean())


# -- the table ---------------------------------------------------------------------------------------------

# for each model the network, and what scikit-learn has for it
MODELS: dict[
    str, tuple[Callable[[np.random.Generator], Sequential], Callable[[Split, int], float] | None]
] = {
    "logistic regression": (logistic, sklearn_logistic),
    "MLP 64-64-10": (mlp, sklearn_mlp),
    "CNN 8-16-32-10": (cnn, None),
}
PACKAGES = {"scikit-learn": "sklearn", "PyTorch": "torch"}


class Result(NamedTuple):
    """The accuracies of one library's model, one a seed."""

    model: str
    library: str
    accuracies: list[float]

    @property
    def mean(self) -> float:
        return statistics.mean(self.accuracies)

    @property
    def deviation(self) -> float:
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0


def measure(seeds: int = 5, report: Callable[[str], None] = lambda line: None) -> list[Result]:
    """Train everything that is installed, each on the same splits."""
    splits = [split(seed) for seed in range(seeds)]
    found = []
    for model, (make, sklearn) in MODELS.items():
        for library in ("core_lib", "scikit-learn", "PyTorch"):
            if library == "scikit-learn" and sklearn is None:
                continue
            if library in PACKAGES and importlib.util.find_spec(PACKAGES[library]) is None:
                report(f"{library} is not installed: left out")
                continue
            accuracies = []
            for seed, s in enumerate(splits):
                how = NETWORKS
                if make is logistic:
                    how = Training(300, len(s.y), 0.05, 1.0 / len(s.y))
                elif make is cnn:
                    s = s._replace(x=s.x.reshape(-1, 1, 8, 8), test_x=s.test_x.reshape(-1, 1, 8, 8))
                if library == "scikit-learn" and sklearn is not None:
                    accuracies.append(sklearn(s, seed))
                else:
                    run = core_lib_accuracy if library == "core_lib" else torch_accuracy
                    accuracies.append(run(make, s, seed, how))
            found.append(Result(model, library, accuracies))
            report(f"{model}, {library}: {found[-1].mean:.4f}")
    return found


def agrees(ours: Result, theirs: Result) -> bool:
    """Within one standard deviation, of whichever varies more from split to split."""
    return abs(ours.mean - theirs.mean) <= max(ours.deviation, theirs.deviation)


def table(results: list[Result]) -> str:
    """Write the table in Markdown."""
    lines = [
        "| model | library | accuracy on the test set | difference to core_lib | within one deviation |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        ours = next(r for r in results if r.model == result.model and r.library == "core_lib")
        compared = ["", ""]
        if result is not ours:
            compared = [f"{result.mean - ours.mean:+.4f}", "yes" if agrees(ours, result) else "**no**"]
        lines.append(
            f"| {result.model} | {result.library} | {result.mean:.4f} ± {result.deviation:.4f} | "
            f"{compared[0]} | {compared[1]} |"
        )
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the README, between its marks, or at the end if there are none."""
    old = README.read_text(encoding="utf-8") if README.exists() else "# Benchmarks\n"
    if START not in old:
        old = (
            f"{old.rstrip()}\n\n## Digits: the same accuracy as others\n\n"
            "`python -m tests.benchmarks.digits --write` trains on the 1797 digits of scikit-learn, 80 % for training, "
            "with five splits and seeds (mean ± standard deviation). Logistic regression is trained until it no longer "
            "changes, with the same L2 penalty; the networks with Adam, rate 0.003, batches of 64, 30 epochs. PyTorch begins "
            "with core_lib's first weights and sees the same batches; scikit-learn draws its own.\n\n"
            f"{START}\n{END}\n"
        )
    before, rest = old.split(START)
    after = rest.split(END)[1]
    README.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true", help="put the table into tests/benchmarks/README.md")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    results = measure(arguments.seeds, report=lambda line: print(line, file=sys.stderr, flush=True))
    print(table(results))
    if arguments.write:
        write(table(results))
    ours = {r.model: r for r in results if r.library == "core_lib"}
    return 0 if all(r is ours[r.model] or agrees(ours[r.model], r) for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
