"""Our data, loaded and split in one place, so that every notebook works with the same examples."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from core_lib import Dataset

FILE = Path(__file__).resolve().parent / "data" / "digits.csv.gz"
SHAPE = (8, 8)  # rows and columns of a picture
MADE_UP = False  # these are real data: the model notebook writes its results for the presentation


def load():
    """Load the pictures: X of shape (pictures, pixels) between 0 and 1, y of shape (pictures,), and the classes' names."""
    table = np.loadtxt(FILE, delimiter=",", dtype=np.float32)
    X, y = table[:, :-1] / 16, table[:, -1].astype(int)
    return X, y, [str(digit) for digit in range(10)]


def show(pictures, titles):
    """Show some pictures side by side, each of shape (pixels,), with a title."""
    if not titles:
        return
    figure, axes = plt.subplots(1, len(titles), figsize=(1.3 * len(titles), 1.8), squeeze=False)
    for axis, picture, title in zip(axes[0], pictures, titles):
        axis.imshow(picture.reshape(SHAPE), cmap="gray_r")
        axis.set_title(title, fontsize=9)
        axis.axis("off")
    plt.show()


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once."""
    X, y, classes = load()
    data = Dataset(X, y, examples_axis=0, classes=classes)
    return data.split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)
