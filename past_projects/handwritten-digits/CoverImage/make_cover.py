"""Draw the cover image from the data: a wall of digits, framed where our network misreads them as a stranger's."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib

matplotlib.use("Agg")  # draws into files, so that no window is needed

import matplotlib.pyplot as plt
import numpy as np
import our_data
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

ROOT = Path(__file__).resolve().parents[1]
ROWS, COLUMNS, SIZE = 9, 16, 10  # a digit has 8 × 8 pixels, and a margin of one on each side
INK, PAPER, FRAME = "#12324a", "#f7f4ec", "#d9572b"

X, y, _ = our_data.load()
predictions = json.loads((ROOT / "results" / "predictions.json").read_text(encoding="utf-8"))
read = np.array([int(digit) for digit in predictions["new_writers"]["model"]])
rng = np.random.default_rng(7)
right = rng.choice(np.flatnonzero(read == y), ROWS * COLUMNS, replace=False)
misread = rng.choice(np.flatnonzero(read != y), 6, replace=False)
# The title covers rows 3 to 5.
free = [place for place in range(ROWS * COLUMNS) if not 3 <= place // COLUMNS <= 5]
framed = rng.choice(free, len(misread), replace=False)
right[framed] = misread

wall = np.zeros((ROWS * SIZE, COLUMNS * SIZE))
for place, number in enumerate(right):
    row, column = np.array(divmod(place, COLUMNS)) * SIZE
    wall[row + 1 : row + 9, column + 1 : column + 9] = X[number].reshape(our_data.SHAPE)

figure = plt.figure(figsize=(16, 9), dpi=100)
axis = figure.add_axes((0, 0, 1, 1))
colors = LinearSegmentedColormap.from_list("paper", [PAPER, INK])
axis.imshow(wall, cmap=colors, extent=(0, COLUMNS, ROWS, 0), interpolation="nearest")
for place in framed:
    row, column = divmod(int(place), COLUMNS)
    axis.add_patch(Rectangle((column + 0.04, row + 0.04), 0.92, 0.92, fill=False, color=FRAME, linewidth=5))
axis.add_patch(Rectangle((0, 3), COLUMNS, 3, color=INK))
words = {"color": PAPER, "ha": "center", "va": "center"}
axis.text(COLUMNS / 2, 4.25, "Reading Handwritten Digits", fontsize=66, weight="bold", **words)
axis.text(COLUMNS / 2, 5.3, "64 pixels, ten digits, and the people who wrote them", fontsize=31, **words)
axis.axis("off")
figure.savefig(Path(__file__).with_name("cover_image.png"), metadata={"Software": None})
