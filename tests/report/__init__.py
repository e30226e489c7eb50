"""Tests of the report. `digits` is a small finished project, `bare` one without results files."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path

from PIL import Image, ImageDraw

from tests.building import README, code, markdown, notebook, png, write

EPOCH = "1760000000"

PROJECT = """\
[project]
title = "Reading handwritten digits"
description = "A small network in NumPy reads handwritten digits."
task = "Image classification"
semester = "Winter 2025/26"
repository = "https://git.example.org/group-7/digits"

[[project.members]]
name = "Zoë Müller-Lüdenscheid"

[[project.members]]
name = "Søren O'Brien {{ x }} #box"

[data]
name = "UCI digits"
license = "CC BY 4.0"
"""

LITERATURE = """# Literature review

- **Source 1**: [Gradient-based learning applied to document recognition](https://doi.org/10.1109/5.726791)
  - **Objective**: Read handwritten characters
  - **Methods**: Convolutional networks
  - **Outcomes**: 0.8 % errors on MNIST
- **Source 2**: [Methods of combining multiple classifiers](https://doi.org/10.1109/21.155943)
  - **Objective**: Combine classifiers
  - **Methods**: Voting, Bayes, Dempster–Shafer
  - **Outcomes**: Combining beats each single one
"""

LAYER = '''"""A layer of our own."""

from core_lib import Layer


class Swish(Layer):
    """x · σ(x)."""

    def forward(self, x):
        """Keep what backward needs."""
        self.s = 1 / (1 + np.exp(-x))
        self.x = x
        return x * self.s

    def backward(self, dy):
        return dy * (self.s + self.x * self.s * (1 - self.s))
'''

FRAME = (
    '<table border="1" class="dataframe"><thead><tr><th></th><th>class</th><th>images</th></tr></thead>'
    "<tbody><tr><th>0</th><td>zero</td><td>178</td></tr><tr><th>1</th><td>one</td><td>182</td></tr></tbody></table>"
)


def plot(width: int = 640, height: int = 420, color: str = "navy") -> str:
    """Return a PNG with a frame and a diagonal, as base64."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, width - 3, height - 3), outline=color, width=3)
    draw.line((0, height, width, 0), fill=color, width=4)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def shown(**data: str) -> dict[str, object]:
    """Return a notebook output; `png` and `html` stand for their MIME types."""
    mime = {"png": "image/png", "html": "text/html", "text": "text/plain", "svg": "image/svg+xml"}
    return {"output_type": "display_data", "metadata": {}, "data": {mime[k]: v for k, v in data.items()}}


def results() -> dict[str, str | bytes]:
    """Return what a training run leaves."""
    epochs = list(range(1, 31))
    loss = [2.3 * 0.85**n + 0.05 for n in epochs]
    counts = [[34 if i == j else (1 if (i * 7 + j) % 11 == 0 else 0) for j in range(10)] for i in range(10)]
    metrics = {
        "schema": 1,
        "task": "classification",
        "metric": "accuracy",
        "higher_is_better": True,
        "best_model": "MLP 64-64-10",
        "value": 0.975,
        "baseline_model": "Softmax regression",
        "baseline_value": 0.9472,
        "seed": 7,
        "models": [
            {"name": "Softmax regression", "metrics": {"accuracy": 0.9472, "cross_entropy": 0.211}},
            {"name": "MLP 64-64-10", "metrics": {"accuracy": 0.975, "cross_entropy": 0.0934}},
        ],
        "confusion_matrix": {"labels": [str(n) for n in range(10)], "counts": counts},
        "search": [
            {"trial": n, "seed": n, "params": {"hidden": 16 * n, "rate": 0.01}, "value": 0.9 + n / 100}
            for n in range(1, 7)
        ],
    }
    history = {
        "schema": 1,
        "epochs": epochs,
        "series": {
            "train_loss": loss,
            "validation_loss": [value + 0.04 for value in loss],
            "validation_accuracy": [1 - value / 3 for value in loss],
        },
    }
    network = {
        "schema": 1,
        "layers": [
            {"name": "dense_1", "kind": "Dense", "output_shape": [64, "N"], "parameters": 4160},
            {"name": "swish", "kind": "Swish", "output_shape": [64, "N"], "parameters": 0},
            {"name": "dense_2", "kind": "Dense", "output_shape": [10, "N"], "parameters": 650},
            {"name": "softmax", "kind": "Softmax", "output_shape": [10, "N"], "parameters": 0},
        ],
        "parameters": 4810,
    }
    return {
        "results/metrics.json": json.dumps(metrics),
        "results/history.json": json.dumps(history),
        "results/network.json": json.dumps(network),
    }


def digits() -> dict[str, str | bytes]:
    """Return a finished project with results files."""
    return {**bare(), **results(), "project.toml": PROJECT, "layers/swish.py": LAYER}


def bare() -> dict[str, str | bytes]:
    """Return a project with text and figures in every milestone, but no results files."""
    exploration = notebook(
        markdown(
            "# Exploratory Data Analysis\n\n## Dataset overview\n\n1797 Bilder mit Größe 8 × 8, häufig unscharf. 😀"
        ),
        code("df.head()", shown(html=FRAME, text="…"), count=1),
        markdown("## Feature distributions\n\nMost pixels are blank, and the classes are balanced."),
        code('plt.title("Images per class")', shown(png=plot()), count=2),
    )
    baseline = notebook(
        markdown("# Baseline\n\n## Model choice\n\nSoftmax regression is simple and quick to train."),
        markdown("## Evaluation\n\nIt reaches an accuracy of 94.7 %."),
        code("", shown(png=plot(color="teal")), count=1),
    )
    model = notebook(
        markdown(
            "# Model\n\n## Model selection\n\nA network of two dense layers with $\\sigma(x)$ between them."
        ),
        code("model = Sequential([Dense(64), Dense(10)])\nmodel.fit(x, y)", count=1),
        markdown("## Hyperparameter tuning\n\nWe tried six sizes of the hidden layer."),
        markdown("## Evaluation metrics\n\nAccuracy, since the classes are balanced."),
        code('plt.title("Loss")', shown(png=plot(color="maroon")), count=2),
        markdown(
            "## Challenges\n\nThe gradient of our layer was wrong at first; the gradient check found it."
        ),
        markdown(
            "## Comparative analysis\n\n| Model | Accuracy |\n|---|---|\n| Softmax | 0.947 |\n| MLP | 0.975 |\n\nThe network makes half of the errors."
        ),
        markdown("## Conclusion and future work\n\nTwo layers are enough. Next we would try convolutions."),
    )
    return {
        "README.md": README,
        "0_LiteratureReview/README.md": LITERATURE,
        "1_DatasetCharacteristics/exploratory_data_analysis.ipynb": exploration,
        "2_BaselineModel/baseline_model.ipynb": baseline,
        "3_Model/model_definition_evaluation.ipynb": model,
        "4_Presentation/README.md": "# Presentation\n\n**[Slides](name_of_your_file_including_the_presentation_slides)**\n",
        "CoverImage/cover.png": png(800, 450),
    }


def project(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write a project whose files have one fixed time, and return its folder."""
    write(root, files)
    for path in root.rglob("*"):
        os.utime(path, (int(EPOCH), int(EPOCH)))
    return root
