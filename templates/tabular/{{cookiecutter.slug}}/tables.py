"""Looking at a table before anything is computed with it: as text, with what is missing, feature by feature."""

import csv

import matplotlib.pyplot as plt
import numpy as np

MISSING = ("", "NA", "NaN", "?")


def read(path):
    """Read a CSV file as it stands there: for each column its name and its texts, from top to bottom."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def show(columns, rows=range(5)):
    """Print some rows, one under the other."""
    names = list(columns)
    lines = [names] + [[columns[name][row] for name in names] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    for line in lines:
        print("  ".join(text.rjust(width) for text, width in zip(line, widths)))


def missing(columns):
    """For each row, whether anything in it is missing."""
    return np.array([any(text in MISSING for text in row) for row in zip(*columns.values())])


def numbers(texts):
    """Turn the texts of a column into numbers; what is missing becomes NaN, "not a number"."""
    return np.array([np.nan if text in MISSING else float(text) for text in texts])


def histograms(columns, names, groups=None):
    """Draw how often each value occurs, for each group of rows in a color of its own."""
    figure, axes = plt.subplots(1, len(names), figsize=(3.2 * len(names), 2.8), squeeze=False)
    for axis, name in zip(axes[0], names):
        values = numbers(columns[name])
        bins = np.linspace(np.nanmin(values), np.nanmax(values), 21)
        for group in sorted(set(groups or [""])):
            chosen = values if groups is None else values[np.array(groups) == group]
            axis.hist(chosen, bins=bins, alpha=0.6, label=group)
        axis.set_xlabel(name)
    axes[0][0].set_ylabel("how often")
    if groups:
        axes[0][0].legend()
    figure.tight_layout()
    plt.show()


def counts(rows, columns):
    """Print how often the values of one column meet those of another."""
    names = sorted(set(columns))
    print(" " * 12 + "".join(name.rjust(12) for name in names))
    for row in sorted(set(rows)):
        pairs = [sum(a == row and b == name for a, b in zip(rows, columns)) for name in names]
        print(row.ljust(12) + "".join(str(count).rjust(12) for count in pairs))


def correlations(columns, names):
    """Draw the correlation of each column with each other: 1 rise together, 0 have nothing to do with each other."""
    values = np.array([numbers(columns[name]) for name in names])
    table = np.corrcoef(values[:, ~np.isnan(values).any(axis=0)])
    figure, axis = plt.subplots(figsize=(0.9 * len(names) + 1.5, 0.9 * len(names)))
    image = axis.imshow(table, cmap="coolwarm", vmin=-1, vmax=1)
    for i in range(len(names)):
        for j in range(len(names)):
            axis.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=8)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axis.set_yticks(range(len(names)), names)
    figure.colorbar(image, label="correlation")
    plt.show()
