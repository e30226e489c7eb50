"""What recurrent layers and attention learn: ``python -m tests.benchmarks.sequences``.

- The adding problem (Hochreiter, Schmidhuber 1997): sequences of random numbers, two of which are marked, one in each
  half; the target is their sum. Always answering 1 has a mean squared error of 1/6. To do better, the first number
  must be remembered for up to as many steps as the sequence has.
- Sorting: a transformer reads ten digits (of 16 kinds), and has to give them in ascending order, one at each step.

New sequences are drawn for every training step; figures are those of 2000 others. ``--write`` puts the table into README.md.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core_lib import (
    GRU,
    LSTM,
    RNN,
    Adam,
    ClipNorm,
    Dense,
    Embedding,
    EveryStep,
    EveryStepLoss,
    Layer,
    LayerNorm,
    MeanSquaredError,
    PositionalEncoding,
    Sequential,
    Trainer,
    TransformerEncoderBlock,
)
from core_lib.parameters import count_parameters

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- sequences: begin -->", "<!-- sequences: end -->"
Batch = tuple[Any, Any]


class Result(NamedTuple):
    """What a run came to."""

    parameters: int
    steps: int
    figure: float  # mean squared error, or the share of correct digits
    seconds: float


def adding_batch(rng: np.random.Generator, length: int, n: int) -> Batch:
    """Draw n sequences, shape (length, 2, n), and their targets, shape (1, n)."""
    x = np.zeros((length, 2, n), np.float32)
    x[:, 0] = rng.random((length, n))
    first, second = rng.integers(0, length // 2, n), rng.integers(length // 2, length, n)
    each = np.arange(n)
    x[first, 1, each] = x[second, 1, each] = 1.0
    return x, (x[first, 0, each] + x[second, 0, each])[np.newaxis]


def adding_problem(
    cell: type[RNN],
    *,
    length: int = 100,
    hidden: int = 64,
    max_steps: int = 4000,
    goal: float = 0.002,
    seed: int = 0,
) -> Result:
    """Train until the error on other sequences is below `goal`, and give that on yet others."""
    rng = np.random.default_rng(seed)
    net = Sequential(cell(2, hidden, rng=rng, returns="last"), Dense(hidden, 1, rng=rng))
    trainer = Trainer(net, MeanSquaredError(), Adam(lr=0.003), clip=ClipNorm(1.0))

    def error(x: Any, y: Any) -> float:
        return float(((net.predict(x) - y) ** 2).mean())

    return _train(
        trainer,
        lambda n: adding_batch(rng, length, n),
        error,
        lambda e: e < goal,
        batch=32,
        max_steps=max_steps,
    )


def sorting(
    *,
    length: int = 10,
    kinds: int = 16,
    blocks: int = 2,
    max_steps: int = 6000,
    goal: float = 0.998,
    seed: int = 0,
) -> Result:
    """Train until more than `goal` of the digits of other sequences are right, and give the share in yet others."""
    rng, d = np.random.default_rng(seed), 64

    def batch(n: int) -> Batch:
        x = rng.integers(0, kinds, (length, n))
        return x, np.sort(x, axis=0)

    layers: list[Layer] = [Embedding(kinds, d, rng=rng), PositionalEncoding(d)]
    layers += [TransformerEncoderBlock(d, 4, 4 * d, rng=rng, norm_first=True) for _ in range(blocks)]
    net = Sequential(*layers, LayerNorm(d), EveryStep(Dense(d, kinds, rng=rng)))
    trainer = Trainer(net, EveryStepLoss(), Adam(lr=0.001), clip=ClipNorm(1.0))

    def share(x: Any, y: Any) -> float:
        return float((net.predict(x).argmax(axis=1) == y).mean())

    return _train(trainer, batch, share, lambda right: right > goal, batch=64, max_steps=max_steps)


def _train(
    trainer: Trainer,
    draw: Callable[[int], Batch],
    figure: Callable[[Any, Any], float],
    reached: Callable[[float], bool],
    *,
    batch: int,
    max_steps: int,
) -> Result:
    """Train on new sequences all the time, and look every hundred steps whether it is enough."""
    development, test = draw(500), draw(2000)
    start, steps = time.perf_counter(), 0
    while steps < max_steps:
        for _ in range(100):
            trainer.step(*draw(batch))
        steps += 100
        if reached(figure(*development)):
            break
    seconds = time.perf_counter() - start
    return Result(count_parameters(trainer.net), steps, figure(*test), seconds)


RUNS: dict[str, tuple[str, str, Callable[[int], Result]]] = {
    "adding, LSTM": ("adding problem, length 100", "< 0.01", lambda seed: adding_problem(LSTM, seed=seed)),
    "adding, GRU": ("adding problem, length 100", "< 0.01", lambda seed: adding_problem(GRU, seed=seed)),
    "adding, RNN": (
        "adding problem, length 100",
        "none",
        lambda seed: adding_problem(RNN, max_steps=1500, seed=seed),
    ),
    "sorting": ("sorting 10 digits of 16 kinds", "> 99 %", lambda seed: sorting(seed=seed)),
}


def table(seeds: int) -> str:
    """Run everything, and give the table in Markdown."""
    lines = [
        "| task | network | parameters | goal | figure on other sequences, by seed | training steps | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    networks = {
        "adding, LSTM": "LSTM, 64 hidden units",
        "adding, GRU": "GRU, 64 hidden units",
        "adding, RNN": "simple RNN, 64 hidden units (for comparison)",
        "sorting": "2 transformer blocks, 64 features, 4 heads",
    }
    for name, (task, goal, run) in RUNS.items():
        results = [run(seed) for seed in range(seeds)]
        sort = name == "sorting"
        figures = ", ".join(f"{100 * r.figure:.2f} %" if sort else f"{r.figure:.4f}" for r in results)
        line = (
            f"| {task} | {networks[name]} | {results[0].parameters:,} | {goal} | {figures} | "
            f"{', '.join(str(r.steps) for r in results)} | {statistics.median(r.seconds for r in results):.0f} |"
        )
        print(line, flush=True)
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Run, print, and write if told to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sequences")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    chosen = parser.parse_args()
    text = table(chosen.seeds)
    if chosen.write:
        old = README.read_text(encoding="utf-8")
        before, _, rest = old.partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
