"""Reads the names in a git index, which says what of a folder is committed or about to be. Nothing of git's is run."""

from __future__ import annotations

import struct

MAX_INDEX = 20_000_000

_EXTENDED = 0x4000


def read_index(data: bytes) -> frozenset[str] | None:
    """Return the paths in a git index (version 2 to 4), or None where it cannot be told."""
    try:
        return frozenset(_names(data))
    except (ValueError, IndexError, struct.error):
        return None


def _names(data: bytes) -> list[str]:
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in {2, 3, 4} or count * 62 > len(data):
        raise ValueError("not an index")
    names: list[str] = []
    name, at = b"", 12
    for _ in range(count):
        start = at
        flags = struct.unpack_from(">H", data, at + 60)[0]
        at += 64 if flags & _EXTENDED else 62
        if version == 4:
            drop, at = _offset(data, at)
            if drop > len(name):
                raise ValueError("damaged")
        else:
            drop = len(name)
        end = data.index(b"\0", at)
        name = name[: len(name) - drop] + data[at:end]
        if not name or len(name) > 4096:
            raise ValueError("damaged")
        names.append(name.decode("utf-8", "surrogateescape"))
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
    if data[at : at + 4] == b"link":  # the rest stands in another file
        raise ValueError("split")
    return names


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of variable length, as pack files write offsets."""
    byte = data[at]
    value = byte & 127
    for _ in range(8):
        if not byte & 128:
            break
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 127)
    return value, at + 1
