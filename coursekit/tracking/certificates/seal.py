"""How a certificate is signed: its statement within the PDF, and the whole file at its end."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from coursekit.tracking.certificates.keys import PublicKey

_STATEMENT = b"coursekit certificate statement\n"
_FILE = b"coursekit certificate file\n"
_SEAL = re.compile(rb"\n%coursekit-certificate ([0-9A-Z-]{1,40}) ed25519:([A-Za-z0-9+/=]{88})\n\Z")
_LONGEST = 200

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement with the signature that came with it, which may be anybody's."""

    statement: str
    signature: bytes
    key: str

    def by(self, key: PublicKey) -> bool:
        """Whether this key signed exactly this."""
        return key.verifies(self.signature, _STATEMENT + self.statement.encode("utf-8", "replace"))


def envelope(statement: str, sign: Sign, fingerprint: str) -> bytes:
    """Return the attachment: the statement, its signature, and how others verify it."""
    signature = sign(_STATEMENT + statement.encode("utf-8"))
    result = {
        "statement": statement,
        "signature": base64.b64encode(signature).decode(),
        "key": fingerprint,
        "how": "signature: Ed25519, of the ASCII line 'coursekit certificate statement' with its line feed and the "
        "UTF-8 bytes of statement; key: the first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes",
    }
    return json.dumps(result, ensure_ascii=False, indent=1).encode("utf-8")


def opened(data: bytes) -> Signed | None:
    """Read an attachment that may be anybody's; None when it is none of ours."""
    try:
        found = json.loads(data)
        statement, signature, key = found["statement"], found["signature"], found["key"]
        if not (isinstance(statement, str) and isinstance(signature, str) and isinstance(key, str)):
            return None
        return Signed(statement, base64.b64decode(signature, validate=True), key)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return None


def sealed(data: bytes, code: str, sign: Sign) -> bytes:
    """Return a file with the seal at its end."""
    head = data + f"\n%coursekit-certificate {code} ".encode()
    return head + b"ed25519:" + base64.b64encode(sign(_FILE + head)) + b"\n"


def seal_of(data: bytes, key: PublicKey) -> str | None:
    """Return the code in a file's seal if every byte is as this key sealed it; else None."""
    match = _SEAL.search(data[-_LONGEST:])
    if match is None:
        return None
    begin = len(data) - len(match[0])
    head = data[: begin + match.start(2) - match.start() - len(b"ed25519:")]
    try:
        signature = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return None
    return match[1].decode() if key.verifies(signature, _FILE + head) else None


def has_seal(data: bytes) -> bool:
    """Whether a file says of itself that it is a certificate of this tool's, truly or not."""
    return b"%coursekit-certificate " in data
