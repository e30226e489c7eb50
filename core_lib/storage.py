"""Saving and loading what a network has learned, as ``.npz``: a ZIP file of plain arrays.

Never pickle: loading a pickle runs whatever program its author put into it.
"""

from __future__ import annotations

import os

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError, StorageError
from core_lib.files import write_atomically
from core_lib.parameters import restore, snapshot


def save_parameters(net: Layer, path: str | os.PathLike[str]) -> None:
    """Write the parameters and the state of `net` to an ``.npz`` file, named "0.W", "0.b", …

    Parameters
    ----------
    net : Layer
    path : path
        Used as it is; end it in ``.npz``.
    """
    import io

    buffer = io.BytesIO()
    arrays: dict[str, Array] = snapshot(net)
    np.savez(buffer, allow_pickle=False, **arrays)
    write_atomically(path, buffer.getvalue())


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
        If there is no such file, it is no ``.npz`` of plain arrays, or it is another network's.
        The network is unchanged then.
    """
    import zipfile

    try:
        with open(path, "rb") as handle:  # noqa: PTH123  # np.load leaves a file open that is no archive
            file = np.load(handle, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise ValueError("it is a single array (.npy)")
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise StorageError(
            f"there is no file {path}. Save the parameters first: save_parameters(net, path)."
        ) from None
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise StorageError(f"{path} is no .npz file of plain arrays: {error}. Was it cut short?") from error
    try:
        restore(net, arrays)
    except DataError as error:
        raise StorageError(f"{path} does not fit: {error}") from error
