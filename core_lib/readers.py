"""Data sets from files: CSV tables, IDX files (the format of MNIST), folders of images."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core_lib.base import Array
from core_lib.data import Dataset
from core_lib.errors import DataError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST_IDX = 1 << 33  # 8 GB
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def read_csv(
    path: str | os.PathLike[str],
    *,
    target: str,
    features: Sequence[str] | None = None,
    categories: Sequence[str] = (),
    classification: bool | None = None,
    missing: str = "refuse",
    delimiter: str = ",",
    decimal: str = ".",
) -> Dataset:
    """Read a table whose first line names its columns.

    Parameters
    ----------
    path : path
        In UTF-8.
    target : str
        The column to predict.
    features : sequence of str, optional
        The columns to predict it from; by default all others.
    categories : sequence of str
        Those of the features that are names, not numbers: each becomes one column of zeros and ones for each
        value, in alphabetical order.
    classification : bool, optional
        Whether the target is a class. Text is one anyway, and fractions are none; for whole numbers you must say.
    missing : {"refuse", "drop"}
        What to do with rows in which a value is empty (or NA, NaN, ?).
    delimiter, decimal : str
        ";" and "," for tables of a German spreadsheet.

    Returns
    -------
    Dataset
        x of shape (features, N), with ``features`` naming its rows; y of classes, shape (N,), with ``classes``
        naming them, or of numbers, shape (1, N).

    Raises
    ------
    DataError
        If a column is missing, or a value is no number; it names the line.
    """
    if missing not in ("refuse", "drop"):
        raise DataError(f'read_csv: missing must be "refuse" or "drop"; got {missing!r}.')
    names, rows = _read_rows(path, delimiter)
    features = [name for name in names if name != target] if features is None else list(features)
    for name in [target, *features, *categories]:
        if name not in names:
            raise DataError(f"read_csv: {path} has no column {name!r}; it has {', '.join(names)}.")
    if unknown := set(categories) - set(features):
        raise DataError(f"read_csv: categories must be features; {sorted(unknown)} are not.")
    if target in features:
        raise DataError(f"read_csv: the target {target!r} cannot be one of the features.")
    used = [names.index(name) for name in [target, *features]]
    kept = []
    for line, row in rows:
        empty = [names[i] for i in used if row[i].strip().lower() in ("", "na", "nan", "?")]
        if not empty:
            kept.append((line, row))
        elif missing == "refuse":
            raise DataError(
                f'read_csv: {path}, line {line}: {empty[0]} is missing. missing="drop" leaves such rows out.'
            )
    if not kept:
        raise DataError(f"read_csv: {path} has no rows" + (" without missing values." if rows else "."))

    def numbers(name: str) -> list[float]:
        i = names.index(name)
        return [_number(path, line, name, row[i], decimal) for line, row in kept]

    columns: list[Any] = []
    labels: list[str] = []
    for name in features:
        if name in categories:
            values = [row[names.index(name)].strip() for _, row in kept]
            for value in sorted(set(values)):
                columns.append([float(v == value) for v in values])
                labels.append(f"{name}={value}")
        else:
            columns.append(numbers(name))
            labels.append(name)
    texts = [row[names.index(target)].strip() for _, row in kept]
    y, classes = _targets(path, target, texts, classification, lambda: numbers(target))
    return Dataset(np.array(columns), y, classes=classes, features=labels)


def _read_rows(path: Any, delimiter: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read the names of the columns, and the other rows with their line numbers."""
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123  # pathlib takes long
            reader = csv.reader(file, delimiter=delimiter)
            names = [name.strip() for name in next(reader, [])]
            rows = [(reader.line_num, row) for row in reader if row]
    except FileNotFoundError:
        raise StorageError(f"there is no file {path}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"read_csv: {path} is no table in UTF-8: {error}.") from error
    if not names or len(set(names)) != len(names):
        raise DataError(f"read_csv: the first line of {path} must name the columns, each once; got {names}.")
    for line, row in rows:
        if len(row) != len(names):
            raise DataError(
                f"read_csv: {path}, line {line} has {len(row)} values and there are {len(names)} columns. "
                f"Is {delimiter!r} what parts them?"
            )
    return names, rows


def _number(path: Any, line: int, name: str, text: str, decimal: str) -> float:
    """Read a number, or name the place where there is none."""
    try:
        value = float(text.strip() if decimal == "." else text.strip().replace(decimal, "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(
            f"read_csv: {path}, line {line}: {name} is {text.strip()!r}, which is no finite number. If the column "
            f"holds names, say categories=[{name!r}]; if numbers have a comma, decimal=','."
        )
    return value


def _targets(
    path: Any, target: str, texts: list[str], classification: bool | None, numbers: Any
) -> tuple[Array, list[str] | None]:
    """Give the targets, and the names of the classes if they are classes."""
    if classification is None:
        try:
            values = np.array(numbers())
        except DataError:
            classification = True
        else:
            if (values == np.rint(values)).all():
                raise DataError(
                    f"read_csv: {path}: the target {target} has only whole numbers. Say classification=True if they "
                    "are classes, and classification=False if they are amounts."
                )
            return values, None
    if not classification:
        return np.array(numbers(), dtype=np.float64), None
    try:  # 2 comes before 10
        classes = sorted(set(texts), key=lambda text: (float(text), text))
    except ValueError:
        classes = sorted(set(texts))
    place = {name: i for i, name in enumerate(classes)}
    return np.array([place[text] for text in texts]), classes


def read_idx(path: str | os.PathLike[str]) -> Array:
    """Read an IDX file, the format of MNIST, compressed with gzip or not.

    Two zero bytes, one for the type, one for the number of axes; the size of each axis in four bytes; the
    numbers, row by row. All of it begins with the highest byte.

    Parameters
    ----------
    path : path

    Returns
    -------
    array
        For MNIST's images of shape (N, 28, 28) and of bytes. To a data set of images, from 0 to 1:
        ``Dataset(read_idx(images)[:, np.newaxis] / 255, read_idx(labels), examples_axis=0)``.

    Raises
    ------
    StorageError
        If there is no such file, or it is not in this format.
    """
    import gzip
    import zlib

    try:
        with open(path, "rb") as plain:  # noqa: PTH123
            compressed = plain.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if compressed else open(path, "rb") as file:  # noqa: PTH123
            head = file.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in IDX_DTYPES:
                raise StorageError(f"{path} is no IDX file: it begins with {head!r}.")
            dtype = np.dtype(IDX_DTYPES[head[2]])
            sizes = file.read(4 * head[3])
            if len(sizes) < 4 * head[3]:
                raise StorageError(f"{path} is no IDX file: it ends within the sizes of its {head[3]} axes.")
            shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
            expected = math.prod(shape) * dtype.itemsize
            if expected > LARGEST_IDX or head[3] > 32:
                raise StorageError(f"{path}: an array of shape {shape} is too large to be read.")
            raw = file.read(expected + 1)
    except FileNotFoundError:
        raise StorageError(f"there is no file {path}.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    if len(raw) != expected:
        found = f"{len(raw)}" if len(raw) < expected else "more"
        raise StorageError(
            f"{path}: {expected} bytes should follow for shape {shape}, and {found} do. Was it cut short?"
        )
    array: Array = np.frombuffer(raw, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def read_image_folder(
    folder: str | os.PathLike[str], *, size: tuple[int, int], gray: bool = False, dtype: Any = np.float32
) -> Dataset:
    """Read images that are sorted into a folder for each class: ``cats/1.png``, ``dogs/7.jpg``, …

    Needs Pillow (``pip install pillow``). Images are turned upright, scaled to one size, and have numbers from 0
    to 1.

    Parameters
    ----------
    folder : path
    size : (int, int)
        Height and width.
    gray : bool
        One channel instead of three.
    dtype : dtype

    Returns
    -------
    Dataset
        x of shape (3 or 1, height, width, N); the classes are the folders' names in alphabetical order.

    Raises
    ------
    DataError
        If Pillow is missing, there is no image, or one cannot be read; it names the file.
    """
    from pathlib import Path

    height, width = size
    if height < 1 or width < 1:
        raise DataError(f"read_image_folder: size must be (height, width), both at least 1; got {size}.")
    root = Path(folder)
    if not root.is_dir():
        raise StorageError(f"there is no folder {folder}.")
    classes = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    files = [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted((root / name).rglob("*"))
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
    ]
    if not files:
        raise DataError(
            f"read_image_folder: {folder} has no images in folders. Expected one folder for each class, with images "
            f"that end in {', '.join(IMAGE_SUFFIXES)}."
        )
    pixels = np.empty((1 if gray else 3, height, width, len(files)), np.uint8)
    for n, (path, _) in enumerate(files):
        pixels[..., n] = _read_image(path, height, width, gray)
    x = pixels.astype(dtype)
    x /= 255.0
    return Dataset(x, np.array([label for _, label in files]), classes=classes, dtype=dtype)


def _read_image(path: Path, height: int, width: int, gray: bool) -> Array:
    """Read one image as bytes of shape (channels, height, width)."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise DataError(
            "read_image_folder needs Pillow, which is not installed: pip install pillow."
        ) from None
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened).convert("L" if gray else "RGB")
            image = image.resize((width, height), Image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            f"read_image_folder: {path} cannot be read as an image: {error}. Mend or remove it."
        ) from error
    array = np.asarray(image)
    return array[np.newaxis] if gray else np.moveaxis(array, -1, 0)
