"""Image sizes come from headers; damaged, unknown and absurd images are said."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coursekit.submission.image import ImageError, ImageHeader, read_header


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_every_common_format_gives_its_size(name: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (31, 17)).save(file, name)
    assert read_header(file.getvalue()) == ImageHeader(name, 31, 17)


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg width="900px" height="500">', (900, 500)),
        ("<?xml version='1.0'?>\n<svg viewBox='0 0 640 360' xmlns='x'/>", (640, 360)),
    ],
)
def test_svg_states_its_size(svg: str, size: tuple[int, int]) -> None:
    header = read_header(svg.encode())
    assert (header.width, header.height) == size


def _huge_png() -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    "data", [b"", b"no image", b"\x89PNG\r\n\x1a\n", b"<svg>", b"<svg width='1e999' height='x'>", _huge_png()]
)
def test_what_has_no_believable_size_is_said(data: bytes) -> None:
    with pytest.raises(ImageError):
        read_header(data)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"<svg ", b"II*\x00"]),
)
def test_any_bytes_give_a_size_or_a_clear_error(data: bytes, start: bytes) -> None:
    try:
        header = read_header(start + data)
    except ImageError as error:
        assert str(error)
    else:
        assert header.width > 0
