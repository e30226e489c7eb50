"""The safetensors format: arrays by name in one file, read by every framework, and nothing that could run.

A file is

    8 bytes       n, the length of the header, a little-endian number
    n bytes       the header, JSON: {"W": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, …}
    the rest      the numbers of all arrays, little-endian, one array after the other, row by row

where the offsets count from the end of the header. A key ``__metadata__`` may hold texts by name. The reader
trusts nothing: what is in a header is checked against the file before any memory is asked for.

Source: https://huggingface.co/docs/safetensors, section Format.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError, StorageError
from core_lib.files import write_atomically

DTYPES = {
    "F64": "<f8", "I64": "<i8", "U64": "<u8",
    "F32": "<f4", "I32": "<i4", "U32": "<u4",
    "F16": "<f2", "I16": "<i2", "U16": "<u2", "BF16": "<u2",
    "I8": "|i1", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
LONGEST_HEADER = 100_000_000
MOST_AXES = 32


def write_safetensors(
    path: str | os.PathLike[str], arrays: Mapping[str, Array], *, metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a file.

    Parameters
    ----------
    path : path
        End it in ``.safetensors``.
    arrays : mapping of str to array
        Of floats, integers or bools.
    metadata : mapping of str to str, optional
        Texts to keep with them.

    Raises
    ------
    DataError
        If an array is of another kind, or a name or text is no string.
    """
    import json

    header: dict[str, Any] = {}
    if metadata:
        if not all(isinstance(text, str) for pair in metadata.items() for text in pair):
            raise DataError("write_safetensors: metadata must be texts by name.")
        header["__metadata__"] = dict(metadata)
    names = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}
    parts, end = [], 0
    for name, array in arrays.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise DataError(f"write_safetensors: {name!r} cannot be the name of an array.")
        if not isinstance(array, np.ndarray) or array.dtype.newbyteorder("<") not in names:
            kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise DataError(f"write_safetensors: {name} must be an array of numbers or bools, and is {kind}.")
    # wide numbers first, so that each array begins at a multiple of its numbers' size
    for name in sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name)):
        array = arrays[name]
        little = array.dtype.newbyteorder("<")
        parts.append(array.astype(little, order="C", copy=False).tobytes())
        start, end = end, end + len(parts[-1])
        header[name] = {"dtype": names[little], "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    write_atomically(path, b"".join([len(text).to_bytes(8, "little"), text, *parts]))


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read all arrays of a file.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict of str to array
        bfloat16, which NumPy lacks, becomes float32.

    Raises
    ------
    StorageError
        If there is no such file, or it is not in this format.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib takes long to import
            entries, data_start = _read_header(path, file)
            return {name: _read_array(path, file, data_start, *entry) for name, entry in entries.items()}
    except FileNotFoundError:
        raise StorageError(f"there is no file {path}.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error


def read_safetensors_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the texts that were saved with the arrays."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            header, _ = _parse_header(path, file)
    except FileNotFoundError:
        raise StorageError(f"there is no file {path}.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    return _metadata(path, header)


def _bad(path: Any, what: str) -> StorageError:
    """Make the error for a file that breaks the format."""
    return StorageError(f"{path} is no safetensors file: {what}. Was it cut short, or is it another format?")


def _parse_header(path: Any, file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Read the header as JSON, and give it with the place where it ends."""
    import json

    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size < 8:
        raise _bad(path, f"it has {size} bytes, and the length of the header alone takes 8")
    length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, LONGEST_HEADER):
        raise _bad(path, f"its header is said to have {length} bytes, and {size - 8} follow")
    raw = file.read(length)
    if not raw.startswith(b"{"):
        raise _bad(path, "its header does not begin with {")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name appears twice")
        return found

    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise _bad(path, f"its header is no JSON ({error})") from error
    return header, 8 + length


def _metadata(path: Any, header: dict[str, Any]) -> dict[str, str]:
    """Take the texts out of a header."""
    found = header.pop("__metadata__", {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise _bad(path, "__metadata__ must be texts by name")
    return found


def _read_header(path: Any, file: BinaryIO) -> tuple[dict[str, tuple[str, tuple[int, ...], int]], int]:
    """Read and check the header, and give (dtype, shape, start) of each array, and where the data start."""
    header, data_start = _parse_header(path, file)
    _metadata(path, header)
    size = file.seek(0, os.SEEK_END) - data_start
    entries: dict[str, tuple[str, tuple[int, ...], int]] = {}
    places: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
            raise _bad(path, f"{name!r} must have dtype, shape and data_offsets, and nothing else")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise _bad(path, f"{name!r} is of dtype {dtype!r}, which is not known here")
        if not _counts(shape) or len(shape) > MOST_AXES:
            raise _bad(path, f"the shape of {name!r} must be at most {MOST_AXES} numbers, none below 0")
        if not _counts(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= size:
            raise _bad(path, f"the offsets of {name!r}, {offsets}, do not lie in the {size} bytes of data")
        needed = np.dtype(DTYPES[dtype]).itemsize
        for n in shape:  # Python's numbers cannot overflow
            needed *= n
        if needed != offsets[1] - offsets[0]:
            raise _bad(path, f"{name!r} takes {needed} bytes, and {offsets[1] - offsets[0]} are given to it")
        entries[name] = (dtype, tuple(shape), offsets[0])
        places.append((offsets[0], offsets[1], name))
    end = 0
    for start, stop, name in sorted(places):
        if start != end:
            raise _bad(
                path, f"{name!r} begins at byte {start} and should at {end}: arrays overlap, or leave a hole"
            )
        end = stop
    if end != size:
        raise _bad(path, f"the arrays end at byte {end}, and the data at {size}")
    return entries, data_start


def _counts(value: Any) -> bool:
    """Tell whether `value` is a list of whole numbers, none below 0 (True and 1.0 are none)."""
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _read_array(
    path: Any, file: BinaryIO, data_start: int, dtype: str, shape: tuple[int, ...], start: int
) -> Array:
    """Read the numbers of an array whose header was checked."""
    kind = np.dtype(DTYPES[dtype])
    file.seek(data_start + start)
    count = 1
    for n in shape:
        count *= n
    raw = file.read(count * kind.itemsize)
    if len(raw) != count * kind.itemsize:
        raise _bad(path, "it became shorter while it was read")
    if dtype == "BOOL":  # any byte but 0 is true; NumPy's bools must be 0 or 1
        bools: Array = (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        return bools
    array = np.frombuffer(raw, kind).reshape(shape)
    if dtype == "BF16":  # the upper half of a float32
        wide: Array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
        return wide
    native: Array = array.astype(kind.newbyteorder("="))
    return native
