"""What hosts with a web interface have in common: their address, and how git logs in there."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from coursekit.errors import InputError
from coursekit.git.push import Target
from coursekit.hosts.host import HostError
from coursekit.hosts.secret import Secret
from coursekit.text import one_line


def check_api(api: str) -> str:
    """Return the address of a programming interface, if a token may be sent there.

    Raises
    ------
    InputError
        If it is no address, or would carry the token unencrypted to another machine.
    """
    try:
        parts = urlsplit(api)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    plain = parts.scheme == "http" and is_loopback(host)
    if (parts.scheme != "https" and not plain) or not host or parts.username or parts.query or parts.fragment:
        shown = api.rpartition("@")[2] if "@" in api else api
        raise InputError(
            f"course.toml, [host]: expected an address that begins with https:// as 'api', found {one_line(shown, 80)!r}",
            "A token must not travel unencrypted, and stands in no address.",
        )
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether what is sent to `host` stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_address(api: str) -> str:
    """Give the address of the site that belongs to an interface: ``https://github.com`` for its ``api.``."""
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def check_clone_address(url: str, web: str) -> str:
    """Return the address that a host gave for a repository, if it is on that very host.

    The token is sent there, so the host's word alone does not count.

    Raises
    ------
    HostError
        If it leads elsewhere.
    """
    given, site = urlsplit(url), urlsplit(web)
    if (given.scheme, given.netloc.lower()) != (site.scheme, site.netloc.lower()) or given.query:
        raise HostError(
            f"expected a repository on {site.netloc}, but the host names {one_line(url, 100)!r}",
            "Nothing was sent there. Ask who runs the host.",
        )
    return url


def target(url: str, secret: Secret, user: str) -> Target:
    """Give what a push over https needs: the token as a header, for that host alone.

    Raises
    ------
    HostError
        If checking certificates was switched off.
    """
    if os.environ.get("GIT_SSL_NO_VERIFY") is not None:
        raise HostError(
            "expected git to check the host's certificate, but GIT_SSL_NO_VERIFY is set",
            "Unset it; for a host with a certificate of its own, set http.sslCAInfo in git's configuration.",
        )
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}/"
    return Target(
        url,
        parts.scheme,
        {
            # No helper is asked, and none is told the token.
            "credential.helper": "",
            "http.sslVerify": "true",
            f"http.{site}.sslVerify": "true",
            f"http.{site}.extraHeader": secret.basic(user),
        },
    )
