"""Our data, loaded, cut into examples and split in one place, so that every notebook works with the same ones."""

import csv
from pathlib import Path

import numpy as np

from core_lib import Dataset

FILE = Path(__file__).resolve().parent / "data" / "co2.csv"
WINDOW = 104  # so many weeks of the past a model sees: two years
HORIZON = 13  # so many weeks ahead it predicts: a quarter of a year
SCALE = 3.0  # a step of 1 in the examples is so many ppm (parts per million), to have numbers around 1
# The future is for testing: until the first date we learn, until the second we decide, after it we report.
CUTS = np.array(["1989-01-01", "1995-01-01"], dtype="datetime64[D]")


def load():
    """Load the series: the weeks, and the carbon dioxide in ppm, NaN ("not a number") where it is missing."""
    with open(FILE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    weeks = np.array([row["week"] for row in rows], dtype="datetime64[D]")
    return weeks, np.array([float(row["co2"]) if row["co2"] else np.nan for row in rows])


def fill(values):
    """Close each gap with a straight line from the value before it to the value after it."""
    there = ~np.isnan(values)
    at = np.arange(len(values))
    return np.interp(at, at[there], values[there])


def examples():
    """Cut the series into examples, one for each week that has two years before it and a quarter after it.

    x, shape (WINDOW, 1, N): the last two years, as differences from the value of this week.
    y, shape (1, N): how much the value will change in the next HORIZON weeks.
    Both are in units of SCALE. Also gives the weeks, shape (N,).
    """
    weeks, values = load()
    filled = fill(values)
    # What is predicted, and where from, must have been measured: a filled gap is no observation.
    now = [i for i in range(WINDOW - 1, len(values) - HORIZON) if not np.isnan(values[[i, i + HORIZON]]).any()]
    x = np.array([filled[i - WINDOW + 1 : i + 1] - filled[i] for i in now]) / SCALE
    y = np.array([filled[i + HORIZON] - filled[i] for i in now]) / SCALE
    return Dataset(x[:, :, np.newaxis], y, examples_axis=0), weeks[now]


def split():
    """Split by time into training, development and test set, without overlap.

    An example belongs to a part if its week and the week that it predicts lie in it. So at each cut the examples
    are left out that begin before it and end after it.
    """
    data, weeks = examples()
    ends = weeks + np.timedelta64(7 * HORIZON, "D")
    first, second = CUTS
    train = ends < first
    development = (weeks >= first) & (ends < second)
    test = weeks >= second
    return [data.subset(part) for part in (train, development, test)]


def ppm(values):
    """Turn what a model predicts, shape (1, N), back into parts per million."""
    return values * SCALE


def as_last_year(data):
    """Predict that the value will change as it did in the same weeks a year ago."""
    year = 52
    return data.x[WINDOW - 1 - year + HORIZON] - data.x[WINDOW - 1 - year]
