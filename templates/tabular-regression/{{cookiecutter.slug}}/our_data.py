"""Our data, loaded and split in one place, so that every notebook works with the same examples."""

from pathlib import Path

import numpy as np

from core_lib import Standardizer, read_csv

FILE = Path(__file__).resolve().parent / "data" / "cars.csv"
TARGET = "mpg"  # what is to be predicted: miles per gallon
MEASURED = ["year", "cylinders", "displacement", "horsepower", "weight", "acceleration"]
NAMES = ["origin"]  # features that are names: each name becomes a feature of its own, 0 or 1


def load():
    """Load the table as it is."""
    return read_csv(FILE, target=TARGET, features=MEASURED + NAMES, categories=NAMES, classification=False)


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once.

    The features are then shifted and scaled to mean 0 and spread 1, by the mean and the spread of the training
    set alone: the other two play the unknown future. The target stays in miles per gallon.
    """
    parts = load().split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed))
    scale = Standardizer(parts[0].x)
    return [scale(part) for part in parts]
