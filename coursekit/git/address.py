"""Addresses of repositories that somebody typed: which ones git may be given."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from coursekit.errors import InputError
from coursekit.text import one_line, printable

PROTOCOLS = ("https", "ssh")
LONGEST = 2000

# A host or a user that began with a dash would be read as an option by ssh.
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE | re.ASCII)
_USER = re.compile(r"[a-z0-9_][a-z0-9._+-]*", re.IGNORECASE | re.ASCII)
# git@host:path, which git takes for ssh. One letter before the colon is a drive of Windows.
_SHORT = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]{2,}):(?P<path>[^:@][^@]*)")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE | re.ASCII)
_HELPER = re.compile(r"[a-z0-9+.-]+::", re.IGNORECASE | re.ASCII)
_EXAMPLE = (
    "For example:  https://git.example.org/group-7/digits.git  or  git@git.example.org:group-7/digits.git"
)
# Pages of a host's web site about a repository, which people copy from the browser.
_PAGE = re.compile(r"/-/|^[^/]+/[^/]+/(?:tree|blob|commits?|pull|issues)/")


def check_address(url: str, *, protocols: Collection[str] = PROTOCOLS) -> str:
    """Return the address of a repository if git may be given it.

    Git takes far more for an address than one: options, commands (``ext::``), files of this machine. Only
    what names a host and a path there passes, and nothing that holds a password or a token.

    Parameters
    ----------
    url : str
        What somebody typed, or what stood in a file.
    protocols : collection of str, optional
        What may stand before ``://``; ``"http"`` and ``"file"`` only where the user asked for them.

    Returns
    -------
    str
        The address without outer spaces and slashes at its end; protocol and host in lower case.

    Raises
    ------
    InputError
        If it is none; the message does not repeat a password.
    """
    text = url.strip()
    if not text:
        raise InputError("expected the address of a repository, found none", _EXAMPLE)
    if len(text) > LONGEST:
        raise _wrong(text, f"it has {len(text)} characters")
    if text.startswith("-"):
        raise _wrong(text, "it begins with a dash, as options do")
    if (
        not text.isprintable()
        or printable(text) != text
        or any(char.isspace() or char in "\\\"'`<>{}|^" for char in text)
    ):
        raise _wrong(text, "it holds a space or a character that no address has")
    if _HELPER.match(text):
        raise _wrong(text, "'::' would run a program")
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _short(text, protocols)
    protocol = scheme[1].lower()
    if protocol not in protocols:
        raise _wrong(text, f"{protocol}:// is not allowed here", _allowed(protocols))
    return _long(text, protocol)


def _long(text: str, protocol: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong(text, "its host or port is none") from None
    user, at, host = parts.netloc.rpartition("@")
    host = host.removesuffix(f":{port}") if port is not None else host.removesuffix(":")
    if at and (protocol != "ssh" or ":" in user):
        # A user's name alone may be a token as well.
        raise InputError(
            "expected an address without a user, password or token, found one with something before the '@'",
            "Leave that out: git asks for it, or takes it from its own store of passwords.",
        )
    if at and not _USER.fullmatch(user):
        raise _wrong(text, "no user is called that")
    if not _HOST.fullmatch(host) and not (protocol == "file" and not host):
        raise _wrong(text, "no host is called that")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _wrong(text, "'?' and '#' belong to web pages", "Leave out that character and what follows.")
    path = _path(text, parts.path, protocol)
    where = f"{user}{at}{host.lower()}" + ("" if port is None else f":{port}")
    return f"{protocol}://{where}/{path}"


def _short(text: str, protocols: Collection[str]) -> str:
    found = _SHORT.fullmatch(text)
    if found is None:
        hint = (
            f"Put https:// before it:  https://{one_line(text, 80)}" if re.match(r"[\w-]+\.\w", text) else ""
        )
        raise _wrong(text, "it names no host", hint)
    if "ssh" not in protocols:
        raise _wrong(text, "ssh is not allowed here", _allowed(protocols))
    user, host, path = found["user"], found["host"], found["path"]
    if (user is not None and not _USER.fullmatch(user)) or not _HOST.fullmatch(host):
        raise _wrong(text, "no user or host is called that")
    if path.startswith("-"):
        raise _wrong(text, "its path begins with a dash, as options do")
    begin = "/" if path.startswith("/") else ""
    return f"{user + '@' if user else ''}{host.lower()}:{begin}{_path(text, path, 'ssh')}"


def _path(text: str, path: str, protocol: str) -> str:
    path = path.strip("/")
    if not path or ".." in path.split("/"):
        raise _wrong(text, "it names no repository on that host")
    if protocol == "https" and _PAGE.search(path):
        raise _wrong(
            text,
            "that is a page about a repository",
            "Give the repository's own address, without the part behind its name.",
        )
    return path


def _allowed(protocols: Collection[str]) -> str:
    return f"Allowed here: {', '.join(f'{one}://' for one in protocols)}. {_EXAMPLE}"


def _wrong(text: str, why: str, hint: str = "") -> InputError:
    # What stands before an '@' may be a password.
    shown = re.sub(r"(://|^)[^/]*@", r"\1…@", text) if ":" in text.partition("@")[0] else text
    return InputError(
        f"expected the address of a repository, but found {one_line(shown, 80)!r}: {why}", hint or _EXAMPLE
    )
