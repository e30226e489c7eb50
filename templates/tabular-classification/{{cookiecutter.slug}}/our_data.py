"""Our data, loaded and split in one place, so that every notebook works with the same examples."""

from pathlib import Path

import numpy as np

from core_lib import Standardizer, read_csv

FILE = Path(__file__).resolve().parent / "data" / "penguins.csv"
TARGET = "sex"  # what is to be predicted
MEASURED = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
NAMES = ["species", "island"]  # features that are names: each name becomes a feature of its own, 0 or 1


def load():
    """Load the table as it is, without the rows in which something is missing."""
    return read_csv(FILE, target=TARGET, features=MEASURED + NAMES, categories=NAMES, missing="drop")


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once.

    Each part gets the same share of each class (stratify). The features are then shifted and scaled to mean 0
    and spread 1, by the mean and the spread of the training set alone: the other two play the unknown future.
    """
    parts = load().split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)
    scale = Standardizer(parts[0].x)
    return [scale(part) for part in parts]
