"""Our data, loaded and split in one place, so that every notebook works with the same examples."""

import numpy as np

from core_lib import Dataset

MADE_UP = True  # write False when load() gives your own data: until then no results are written for the presentation


def load():
    """Load the data: X of shape (examples, features), y of shape (examples,), and the names of the classes.

    A made-up table stands here until you load your own data, for instance with
    np.loadtxt(Path(__file__).parent / "data" / "my_file.csv", delimiter=",").
    """
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, size=300)
    X = rng.normal(size=(300, 4)) + y[:, np.newaxis]
    return X.astype(np.float32), y, ["first", "second", "third"]


def show(examples, titles):
    """Show some examples, each of shape (features,), with a title."""
    for example, title in zip(examples, titles):
        print(title.rjust(20), " ", np.round(example, 2))


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once."""
    X, y, classes = load()
    data = Dataset(X, y, examples_axis=0, classes=classes)
    return data.split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)
