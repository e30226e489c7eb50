"""Our data, loaded and split in one place, so that every notebook works with the same examples."""

from pathlib import Path

import numpy as np

from core_lib import Dataset

FILE = Path(__file__).resolve().parent / "data" / "digits.csv.gz"
SHAPE = (8, 8)  # rows and columns of a picture


def load():
    """Load the pictures: X of shape (pictures, pixels) between 0 and 1, y of shape (pictures,), and the classes' names."""
    table = np.loadtxt(FILE, delimiter=",", dtype=np.float32)
    X, y = table[:, :-1] / 16, table[:, -1].astype(int)
    return X, y, [str(digit) for digit in range(10)]


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once."""
    X, y, classes = load()
    data = Dataset(X, y, examples_axis=0, classes=classes)
    return data.split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)
