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


def dataset():
    """Load the pictures as one data set, in the order of the file."""
    X, y, classes = load()
    return Dataset(X, y, examples_axis=0, classes=classes)


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once."""
    return dataset().split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)


def join(*parts):
    """Put data sets together again."""
    x = np.concatenate([part.x for part in parts], axis=-1)
    return Dataset(x, np.concatenate([part.y for part in parts]), classes=parts[0].classes)


def folds(data, number, seed=0):
    """Cut into parts of the same size and the same share of each digit; give (all others, the part) for each part."""
    parts = data.split(*[1 / number] * number, rng=np.random.default_rng(seed), stratify=True)
    return [(join(*parts[:i], *parts[i + 1 :]), part) for i, part in enumerate(parts)]


def forms(y):
    """Find the forms that the writers filled in: for each picture the number of its form, 0, 1, 2, …

    Every writer seems to have copied the same 130 digits (the notebook of 1_DatasetCharacteristics shows it), some
    with a digit more or less. A form begins where the next 20 digits agree best with the first 20 of the file, 115
    to 135 pictures after the one before.
    """
    starts = [0]
    while starts[-1] + 150 <= len(y):
        candidates = range(starts[-1] + 115, min(starts[-1] + 136, len(y) - 20))
        starts.append(max(candidates, key=lambda start: (y[start : start + 20] == y[:20]).sum()))
    return np.searchsorted(starts, np.arange(len(y)), side="right") - 1
