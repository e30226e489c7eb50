"""Image sizes from their headers; pixels are never decoded here."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

IMAGE_ENDINGS = frozenset(
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".webp",
        ".svg",
        ".avif",
        ".heic",
    }
)
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
_MAX_SIDE = 40_000


class ImageError(Exception):
    """The bytes are no image whose size can be told; the message says why."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """An image's format and its size in pixels (for SVG: in its own units)."""

    format: str
    width: int
    height: int


def read_header(data: bytes) -> ImageHeader:
    """Return the format and size of an image.

    Raises
    ------
    ImageError
        If it is none of the known formats, damaged, or larger than any real image.
    """
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and b"<svg" in data[:100_000]:
        return _svg(data[:100_000])
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning of a bomb is for those who decode
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                    header = ImageHeader(str(image.format), *image.size)
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except Exception as error:  # Pillow raises many kinds on damaged files
        raise ImageError("is not an image that can be read") from error
    if max(header.width, header.height) > _MAX_SIDE:
        raise ImageError(f"claims {header.width} × {header.height} pixels, more than any real image")
    return header


def _svg(data: bytes) -> ImageHeader:
    text = data.decode("utf-8", "replace")
    tag = text[text.index("<svg") :].split(">", 1)[0]
    size = {}
    for name in ("width", "height"):
        match = re.search(rf"""\b{name}\s*=\s*["']\s*([\d.]+)\s*(?:px)?\s*["']""", tag)
        if match:
            size[name] = _number(match[1])
    box = re.search(r"""\bviewBox\s*=\s*["']\s*([-\d.eE\s,]+)["']""", tag)
    numbers = [_number(part) for part in re.split(r"[\s,]+", box[1].strip())] if box else []
    if len(numbers) == 4:
        size.setdefault("width", numbers[2])
        size.setdefault("height", numbers[3])
    if not (size.get("width", 0) > 0 and size.get("height", 0) > 0):
        raise ImageError("is an SVG image that states no size")
    return ImageHeader("SVG", size["width"], size["height"])


def _number(text: str) -> int:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return 0
