"""Small submissions for tests, written file by file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

README = """# Reading handwritten digits

## Repository Link

https://git.example.org/group-7/digits

## Description

We read handwritten digits with a small network of two layers that we wrote ourselves in NumPy and
compare it with a softmax regression on the same split of the data.

### Task Type

Image classification

### Results Summary

- **Best Model:** MLP 64-64-10
- **Evaluation Metric:** Accuracy
- **Result:** 97.5 % on the test set
"""


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` below `root` and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@cache
def png(width: int, height: int) -> bytes:
    """Return a PNG image of one color."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return file.getvalue()


def markdown(source: str) -> dict[str, Any]:
    """Return a Markdown cell of format 4."""
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def code(source: str, *outputs: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    """Return a code cell of format 4."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
    }


def notebook(*cells: dict[str, Any]) -> str:
    """Return a notebook of format 4."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


REVIEW = """# Literature review

- **Source 1**: Gradient-based learning applied to document recognition
  - **Link**: https://doi.org/10.1109/5.726791
  - **Objective**: Read handwritten characters
  - **Methods**: Convolutional networks
  - **Outcomes**: 0.8 % errors
- **Source 2**: [Methods of combining multiple classifiers](https://doi.org/10.1109/21.155943)
  - **Objective**: Read handwritten numerals
  - **Methods**: A vote of several classifiers
  - **Outcomes**: Better than each of them alone
"""


def sections(*titles: str, text: str = "What we found.") -> str:
    """Return a notebook that was run, with a section of own text for each title."""
    cells = [markdown(f"## {title}\n\n{text}") for title in titles]
    return notebook(
        *cells, code("print(1)", {"output_type": "stream", "name": "stdout", "text": ["1"]}, count=1)
    )


DATA = ("Dataset overview", "Missing values", "Feature distributions", "Possible biases", "Correlations")
BASELINE = ("Model choice", "Feature selection", "Implementation", "Evaluation")
MODEL = (
    "Model selection", "Feature engineering", "Hyperparameter tuning", "Implementation", "Evaluation metrics",
    "Comparative analysis",
)  # fmt: skip


def complete() -> dict[str, str | bytes]:
    """Return a submission that meets every requirement."""
    return {
        "README.md": README,
        "0_LiteratureReview/README.md": REVIEW,
        "1_DatasetCharacteristics/exploratory_data_analysis.ipynb": sections(*DATA),
        "2_BaselineModel/baseline_model.ipynb": sections(*BASELINE),
        "3_Model/model_definition_evaluation.ipynb": sections(*MODEL),
        "4_Presentation/README.md": "# Presentation\n\n[Slides](slides.pdf)\n",
        "4_Presentation/slides.pdf": b"%PDF-1.7 small",
        "CoverImage/cover.png": png(800, 450),
        "requirements.txt": "numpy\n",
    }
