"""Pictures from a repository: decoded within limits, scaled to what is shown, and written anew.

What ends up in a deck is always our own PNG or JPEG: nothing of the original file but its pixels.
SVG is left out, since it can carry scripts and links.
"""

from __future__ import annotations

import binascii
import io
import warnings
from functools import lru_cache

from coursekit.report.deck import Picture
from coursekit.submission import Submission, UnreadableError
from coursekit.submission.image import ImageError, read_header

MAX_PIXELS = 64_000_000
_MAX_BYTES = 60 * 1000 * 1000
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
#: Two pixels for each point of a full slide: sharp on a 1080p projector.
MAX_SIDES = (1920, 1080)
_SMALLEST = 48


def picture_of(data: bytes, sides: tuple[int, int] = MAX_SIDES) -> Picture | None:
    """Return the image in `data` at most `sides` large, or None when it is none that can be shown."""
    if len(data) > _MAX_BYTES:
        return None
    return _decode(data, sides)


@lru_cache(maxsize=64)
def _decode(data: bytes, sides: tuple[int, int]) -> Picture | None:
    try:
        header = read_header(data)
    except ImageError:
        return None
    if header.format not in _FORMATS or header.width * header.height > MAX_PIXELS:
        return None
    if min(header.width, header.height) < _SMALLEST:
        return None
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > 4 * sides[0] * sides[1]:
                    opened.draft("RGB", sides)  # a JPEG is decoded at a fraction of its size
                image = ImageOps.exif_transpose(opened)
                image = image.convert("RGBA" if _has_alpha(image) else "RGB")
                if image.mode == "RGBA":  # slides are white: no surprises where a renderer is not
                    white = Image.new("RGBA", image.size, "white")
                    image = Image.alpha_composite(white, image).convert("RGB")
                image.thumbnail(sides, Image.Resampling.LANCZOS)
                return _encode(image, photo=header.format == "JPEG")
    except Exception:  # noqa: BLE001 - Pillow raises many kinds on damaged files; there is just no picture
        return None


def _has_alpha(image: object) -> bool:
    return "transparency" in getattr(image, "info", {}) or getattr(image, "mode", "") in {"RGBA", "LA", "PA"}


def _encode(image: object, *, photo: bool) -> Picture:
    from PIL import Image

    assert isinstance(image, Image.Image)
    out = io.BytesIO()
    # Plots have few colors, and blur as JPEG; photographs are ten times larger as PNG.
    colors = image.getcolors(4096) if not photo else None
    if colors is not None and len(colors) <= 256:
        # An exact palette: without quantization nothing is lost.
        image.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=False)
    elif not photo:
        image.save(out, "PNG", compress_level=6)
        if out.tell() > 1_500_000:
            photo = True
    if photo:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=88)
    return Picture(out.getvalue(), "image/jpeg" if photo else "image/png", image.width, image.height)


def picture_from_base64(text: str) -> Picture | None:
    """Return the picture that a notebook output holds as base64."""
    if len(text) > _MAX_BYTES * 2:
        return None
    try:
        return picture_of(binascii.a2b_base64(text))
    except (binascii.Error, ValueError):
        return None


def picture_at(submission: Submission, path: str, sides: tuple[int, int] = MAX_SIDES) -> Picture | None:
    """Return the picture in a file of the submission."""
    try:
        return picture_of(submission.read(path, _MAX_BYTES), sides)
    except UnreadableError:
        return None
