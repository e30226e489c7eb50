"""A project from scratch that meets everything, in small: for the tests of the profile from-scratch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from coursekit.checker import check_path
from coursekit.model import Finding
from coursekit.templates import core_files, core_version
from tests.building import code, complete, markdown, notebook, sections, write

PROJECT = f"""[project]
title = "Digits"
[[project.members]]
name = "Ada"
[[project.members]]
name = "Ben"
[template]
core_version = "{core_version()}"
"""

LAYER = """from core_lib import Layer
class Twice(Layer):
    def forward(self, x):
        return 2 * x
    def backward(self, dy):
        return 2 * dy
"""
TEST = """from core_lib import check_layer
from layers.twice import Twice
def test_twice(): check_layer(Twice(), x).require()
"""
TRAIN = """import numpy as np
import our_data
from core_lib import Trainer
train, test = our_data.split(seed=0)
rng = np.random.default_rng(0)
Trainer(net).fit(train, epochs=3)
"""

METRICS = {
    "schema": 1, "task": "classification", "metric": "accuracy", "higher_is_better": True, "best_model": "MLP 64-64-10",
    "value": 0.9751, "baseline_model": "softmax regression", "baseline_value": 0.953, "seed": 0,
    "models": [
        {"name": "MLP 64-64-10", "metrics": {"accuracy": 0.9751, "macro_f1": 0.9712}},
        {"name": "softmax regression", "metrics": {"accuracy": 0.953, "macro_f1": 0.95}},
    ],
    "confusion_matrix": {"labels": ["0", "1"], "counts": [[150, 4], [3, 124]]},
}  # fmt: skip
HISTORY = {"epochs": [1, 2], "series": {"train_loss": [0.5, 0.25], "validation_accuracy": [0.9, 0.964]}}
NETWORK = {
    "layers": [{"name": "0", "kind": "Dense", "output_shape": [10], "parameters": 650}],
    "parameters": 650,
}


def scratch(changes: Mapping[str, str | bytes | None] | None = None) -> dict[str, str | bytes]:
    """Return the files; None in `changes` takes one out."""
    files: dict[str, str | bytes | None] = {
        **complete(),
        **core_files(),
        "project.toml": PROJECT,
        "layers/twice.py": LAYER,
        "tests/test_twice.py": TEST,
        "train.py": TRAIN,
        "results/metrics.json": json.dumps(METRICS),
        "results/history.json": json.dumps(HISTORY),
        "results/network.json": json.dumps(NETWORK),
        **(changes or {}),
    }
    return {name: content for name, content in files.items() if content is not None}


def with_code(source: str, path: str = "3_Model/model_definition_evaluation.ipynb") -> dict[str, str | bytes]:
    """Return the project with a notebook of this code."""
    return scratch({path: notebook(markdown("# Model"), code(source, count=1)), "train.py": None})


def metrics(**changes: object) -> str:
    """Return metrics.json with some values changed."""
    return json.dumps({**METRICS, **changes})


def scratch_finding(root: Path, rule: str, files: Mapping[str, str | bytes]) -> Finding:
    """Return what the rule finds under the profile from-scratch."""
    found = check_path(write(root, files), profile="from-scratch", select=[rule]).findings
    return next(finding for finding in found if finding.code == rule)


__all__ = [
    "LAYER",
    "METRICS",
    "PROJECT",
    "TRAIN",
    "metrics",
    "scratch",
    "scratch_finding",
    "sections",
    "with_code",
]
