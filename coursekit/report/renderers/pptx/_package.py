"""Writes the finished package: the same bytes for the same deck, whenever and wherever it is made."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

from coursekit.report.mark import marked

#: Where our mark goes: into the archive's comment, which belongs to the format and is read by nobody.
COMMENT = (b"%", b"")
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
#: They do not become smaller.
_PACKED = (".png", ".jpg", ".jpeg", ".xlsx")


def fixed(data: bytes, moment: dt.datetime, *, comment: int = 0) -> bytes:
    """Return an archive with every date set to `moment`, sorted, ready for a comment of so many bytes at its end."""
    utc = moment.astimezone(dt.UTC)
    year = min(max(utc.year, 1980), 2107)
    stamp = (year, utc.month, utc.day, utc.hour, utc.minute, utc.second // 2 * 2)
    said = utc.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = fixed(content, moment)
            elif name == "docProps/core.xml":
                content = _CREATED.sub(rb"\g<1>" + said + rb"\g<2>", content)
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            info.create_system = 0  # the same on every system
            info.external_attr = 0
            new.writestr(info, content)
        new.comment = b"\0" * comment
    whole = out.getvalue()
    return whole[: len(whole) - comment]


def mark_size() -> int:
    """Return how long our mark is."""
    return len(marked(b"", COMMENT))
