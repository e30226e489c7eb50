"""Saving and loading what a network has learned: ``.npz``, a ZIP file of plain arrays, or ``.safetensors``.

Never pickle: loading a pickle runs whatever program its author put into it.
"""

from __future__ import annotations

import os

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError, StorageError
from core_lib.files import write_atomically
from core_lib.parameters import restore, snapshot
from core_lib.safetensors import read_safetensors, write_safetensors


def save_parameters(net: Layer, path: str | os.PathLike[str]) -> None:
    """Write the parameters and the state of `net` to a file, named "0.W", "0.b", …

    Parameters
    ----------
    net : Layer
    path : path
        Used as it is: one that ends in ``.safetensors`` is written in that format, any other as ``.npz``.
    """
    if str(path).endswith(".safetensors"):
        write_safetensors(path, snapshot(net))
    else:
        write_npz(path, snapshot(net))


def load_parameters(net: Layer, path: str | os.PathLike[str]) -> None:
    """Read parameters and state from a file of `save_parameters` into `net`, in place.

    Parameters
    ----------
    net : Layer
        A network with the same layers as the one that was saved.
    path : path

    Raises
    ------
    StorageError
        If there is no such file, it is not of its format, or it is another network's.
        The network is unchanged then.
    """
    arrays = read_safetensors(path) if str(path).endswith(".safetensors") else read_npz(path)
    try:
        restore(net, arrays)
    except DataError as error:
        raise StorageError(f"{path} does not fit: {error}") from error


def write_npz(path: str | os.PathLike[str], arrays: dict[str, Array]) -> None:
    """Write arrays by name to an ``.npz`` file; the same arrays make the same file.

    ``np.savez`` would do, but takes names as keywords, and before NumPy 2.1 it cannot be told not to pickle.
    """
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    write_atomically(path, buffer.getvalue())


def read_npz(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read all arrays of an ``.npz`` file; anything but plain arrays is a StorageError."""
    import zipfile
    import zlib

    try:
        with open(path, "rb") as handle:  # noqa: PTH123  # np.load leaves a file open that is no archive
            file = np.load(handle, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise ValueError("it is a single array (.npy)")
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise StorageError(
            f"there is no file {path}. Save first: save_parameters(net, path), or save_checkpoint."
        ) from None
    except (ValueError, EOFError, OSError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise StorageError(f"{path} is no .npz file of plain arrays: {error}. Was it cut short?") from error
