"""The course's key: a pair of files beside `course.toml`, the private one for nobody else."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import InputError, MissingExtraError
from coursekit.files import write_bytes, write_text
from coursekit.text import one_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE = "certificate-key.pem"
PUBLIC = "certificate-key.pub.pem"
_TEMPORARY = ".certificate-key-"


class PublicKey:
    """What tells whether the course signed something."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.fingerprint = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the signature is the course's, of exactly this."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """The course's private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return the signature, the same whenever it is asked for."""
        return self._key.sign(data)


def need_cryptography() -> None:
    """Make sure that signing and verifying is possible.

    Raises
    ------
    MissingExtraError
        If the library is not installed.
    """
    _library()


def open_signer(folder: Path, *, make: bool) -> tuple[Signer, tuple[str, ...]]:
    """Read the course's key, or make it where there is none.

    Parameters
    ----------
    folder : Path
        The course's.
    make : bool
        Whether one may be made; not where certificates were given out already.

    Returns
    -------
    Signer
    tuple of str
        What the instructor should know about it.

    Raises
    ------
    InputError
        If the key is gone, or the file holds none.
    """
    library = _library()
    private, public = folder / PRIVATE, folder / PUBLIC
    notes = []
    for left in folder.glob(f"{_TEMPORARY}*.tmp") if private.exists() else ():
        # Of a run that was killed while it made the key.
        left.unlink(missing_ok=True)
    if not private.exists():
        if public.exists() or not make:
            raise InputError(
                f"expected the course's private key in {one_line(str(private))}, found none; certificates that were "
                "given out were signed with it",
                f"Put it back from your backup. To begin with a new one, move {PUBLIC} away and keep it: it verifies "
                "what was given out before, with  --key ; then withdraw those certificates and make them again.",
            )
        _make(library, private)
        notes.append(
            f"Made the course's key: {PRIVATE} is for you alone (whoever has it can sign certificates; back it up), "
            f"{PUBLIC} is for whoever wants to verify them."
        )
    try:
        key = library.load_pem_private_key(_small(private), None)
    except (ValueError, TypeError, library.UnsupportedAlgorithm):
        key = None
    if not isinstance(key, library.Ed25519PrivateKey):
        raise InputError(
            f"expected an Ed25519 private key in {one_line(str(private))}, found something else",
            "Put the course's key back from your backup.",
        )
    signer = Signer(key)
    data = key.public_key().public_bytes(library.Encoding.PEM, library.PublicFormat.SubjectPublicKeyInfo)
    if not public.exists():
        write_bytes(public, data)
    elif load_public(public).fingerprint != signer.public.fingerprint:
        raise InputError(
            f"expected {PUBLIC} to belong to {PRIVATE}, but it is of another key",
            "Put back the two that belong together.",
        )
    return signer, (*notes, *_guarded(folder, private))


def load_public(path: Path) -> PublicKey:
    """Read a public key from its file.

    Raises
    ------
    InputError
        If there is none in it.
    """
    library = _library()
    try:
        key = library.load_pem_public_key(_small(path))
    except FileNotFoundError:
        raise InputError(
            f"expected the course's public key in {one_line(str(path))}, found none",
            f"It is made with the first certificate. Outside of the course's folder, name it:  --key {PUBLIC}",
        ) from None
    except (ValueError, TypeError, library.UnsupportedAlgorithm):
        key = None
    if not isinstance(key, library.Ed25519PublicKey):
        raise InputError(
            f"expected an Ed25519 public key in {one_line(str(path))}, found something else",
            f"It is called {PUBLIC} in the course's folder.",
        )
    return PublicKey(key)


def _small(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(10_000)


def _make(library: Any, private: Path) -> None:
    """Write a new key, readable for its owner alone; one that another run made meanwhile stays."""
    data = library.Ed25519PrivateKey.generate().private_bytes(
        library.Encoding.PEM, library.PrivateFormat.PKCS8, library.NoEncryption()
    )
    # Made with the mode 0600, where there is such a thing.
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, suffix=".tmp", dir=private.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, private)
        except FileExistsError:
            return
        except OSError:
            # A disk without links.
            if not private.exists():
                Path(name).replace(private)
    finally:
        Path(name).unlink(missing_ok=True)


def _guarded(folder: Path, private: Path) -> list[str]:
    """Keep the key out of git, and say what is wrong with how it lies there."""
    notes = []
    if os.name == "posix" and stat.S_IMODE(private.stat().st_mode) & 0o077:
        notes.append(f"Others on this machine can read {PRIVATE}:  chmod 600 {PRIVATE}")
    ignore = folder / ".gitignore"
    line = f"/{PRIVATE}"
    repository = next(
        (one for one in (folder.resolve(), *folder.resolve().parents) if (one / ".git").exists()), None
    )
    if ignore.is_file() or repository is not None:
        text = ignore.read_text("utf-8", "replace") if ignore.is_file() else ""
        if line not in (one.strip() for one in text.splitlines()):
            begin = text if not text or text.endswith("\n") else text + "\n"
            write_text(ignore, f"{begin}# Whoever has this key can sign certificates.\n{line}\n")
            notes.append(f"Added {line} to .gitignore.")
    if repository is not None and _is_tracked(repository, private):
        notes.append(
            f"{PRIVATE} is in git: whoever has the repository can sign certificates. Take it out:  git rm --cached {PRIVATE}"
        )
    return notes


def _is_tracked(repository: Path, path: Path) -> bool:
    import pygit2

    with suppress(pygit2.GitError, ValueError, OSError):
        index = pygit2.Repository(str(repository)).index
        return path.resolve().relative_to(repository).as_posix() in index
    return False


def _library() -> Any:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingExtraError(
            "expected the package cryptography, which signs and verifies certificates, but it is not installed",
            'Install it:  pip install "coursekit-dl[certificates]"  (from a checkout:  pip install ".[certificates]").',
        ) from None

    class Library:
        load_pem_private_key = staticmethod(serialization.load_pem_private_key)
        load_pem_public_key = staticmethod(serialization.load_pem_public_key)
        Encoding = serialization.Encoding
        PrivateFormat = serialization.PrivateFormat
        PublicFormat = serialization.PublicFormat
        NoEncryption = serialization.NoEncryption
        Ed25519PrivateKey = ed25519.Ed25519PrivateKey
        Ed25519PublicKey = ed25519.Ed25519PublicKey

    Library.UnsupportedAlgorithm = UnsupportedAlgorithm  # type: ignore[attr-defined]
    return Library
