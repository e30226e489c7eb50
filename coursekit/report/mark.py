"""Tells the files that the report wrote from those of a group.

The last line of a deck is a comment with a hash of all before it. A file that somebody edited, or
that any other program wrote, has no such line, and is never replaced.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib

from coursekit.evidence.slides import PAPER

_SIGN = b"coursekit-deck"
_LINE = re.compile(rb"\n(?:%|<!--) ?(?:" + _SIGN + b"|" + PAPER + rb") sha256:([0-9a-f]{64})(?: ?-->)?\n\Z")


def marked(data: bytes, comment: tuple[bytes, bytes], *, article: bool = False) -> bytes:
    """Return a file's content with our mark at its end."""
    sign = (PAPER if article else _SIGN) + b" sha256:"
    opening, closing = comment
    end = b" " + closing if closing else b""
    return data + b"\n" + opening + b" " + sign + hashlib.sha256(data).hexdigest().encode() + end + b"\n"


def is_ours(data: bytes) -> bool:
    """Return whether a file is as the report wrote it."""
    match = _LINE.search(data[-200:])
    if match is None:
        return False
    return hashlib.sha256(data[: len(data) - len(match[0])]).hexdigest().encode() == match[1]


_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_KEY = b"coursekit-cover\x00"


def marked_png(data: bytes) -> bytes:
    """Return a PNG picture with our mark as its last text."""
    body = data.removesuffix(_PNG_END)
    return body + _chunk(hashlib.sha256(body).hexdigest().encode()) + _PNG_END


def is_our_png(data: bytes) -> bool:
    """Return whether a picture is as the report made it."""
    end = len(_chunk(b"0" * 64)) + len(_PNG_END)
    body = data[:-end]
    return data[-end:] == _chunk(hashlib.sha256(body).hexdigest().encode()) + _PNG_END


def _chunk(text: bytes) -> bytes:
    content = b"tEXt" + _KEY + text
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
