"""Bare repositories on a machine that is reached by ssh, with a shell and git on it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from coursekit.config import HostSettings
from coursekit.errors import InputError
from coursekit.git.address import check_address
from coursekit.git.errors import last_line
from coursekit.git.push import Target
from coursekit.hosts.host import Host, HostError, Remote, refuse_unused, required
from coursekit.text import one_line

_TIMEOUT = 120
# What ssh itself ends with when it does not get through.
_NOT_REACHED = 255


class Kind(Host):
    """Bare repositories behind ssh; who may reach them is up to the machine's accounts and keys."""

    def __init__(self, settings: HostSettings, folder: Path, say: Callable[[str], object]) -> None:
        super().__init__(settings, folder, say)
        address = required(settings, "address", "git@git.example.org:courses/dl")
        refuse_unused(settings, {"address": ""})
        self.base = check_address(address, protocols=("ssh",)).rstrip("/")
        self.login, self.port, self.root = _parts(self.base)
        self.label = one_line(self.base)

    def begin(self) -> None:
        """See whether the machine lets us in and has git."""
        self._run("git --version")

    def address(self, name: str) -> str:
        """Give the address: ``git@git.example.org:courses/dl/bird-songs.git``."""
        return f"{self.base}/{name}.git"

    def find(self, name: str) -> Remote | None:
        """Look for ``name.git``."""
        path = shlex.quote(self._path(name))
        said = self._run(
            f"if test -e {path}; then echo there; cat {path}/description || :; else echo none; fi"
        )
        there, _, about = said.partition("\n")
        return Remote(name, self.address(name), one_line(about)) if there == "there" else None

    def create(self, name: str, about: str) -> Remote:
        """Make ``name.git`` under a temporary name first, so that there is none without its description."""
        path, root = shlex.quote(self._path(name)), shlex.quote(self.root)
        place = shlex.quote(f"{self.root}/.{name}.git.coursekit-tmp")
        self._run(
            f"set -e; mkdir -p {root}; test ! -e {path}; rm -rf {place}; git init -q --bare {place}; "
            f"git --git-dir={place} symbolic-ref HEAD refs/heads/main; "
            f"printf '%s\\n' {shlex.quote(about)} > {place}/description; mv {place} {path}"
        )
        return Remote(name, self.address(name), about)

    def target(self, remote: Remote) -> Target:
        """Give the address; git uses the user's own keys."""
        return Target(remote.url, "ssh")

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}.git"

    def _run(self, script: str) -> str:
        ssh = shlex.split(os.environ.get("GIT_SSH_COMMAND", "")) or ["ssh"]
        if shutil.which(ssh[0]) is None:
            raise HostError("expected the program ssh on this machine, found none", "Install OpenSSH.")
        port = ["-p", str(self.port)] if self.port else []
        # Whatever the shell of the account there is, the script is read by the one that every system has.
        command = [*ssh, "-oBatchMode=yes", "-oConnectTimeout=30", *port, "--", self.login]
        try:
            ran = subprocess.run(  # noqa: S603 - ssh, to the address in the instructor's own course.toml
                [*command, f"sh -c {shlex.quote(script)}"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise HostError(
                f"expected {self.label} to answer within {_TIMEOUT} seconds, but it did not",
                "Look whether it can be reached, and run this again; what is done is kept.",
            ) from None
        if ran.returncode == 0:
            return ran.stdout.decode("utf-8", "replace")
        said = last_line(ran.stderr.decode("utf-8", "replace"))
        if ran.returncode == _NOT_REACHED:
            raise HostError(
                f"expected to get into {self.login} by ssh, but it said: {said}",
                f"Try  ssh {self.login}  yourself; the key must be known to your ssh agent.",
            )
        raise HostError(f"expected {self.label} to make a repository, but it said: {said}")


def _parts(base: str) -> tuple[str, int | None, str]:
    """Take an address apart: who logs in where, the port, and the folder there."""
    if "://" in base:
        parts = urlsplit(base)
        user = f"{parts.username}@" if parts.username else ""
        path, port = parts.path, parts.port
        login = f"{user}{parts.hostname or ''}"
    else:
        login, _, path = base.partition(":")
        port = None
    # A quoted ~ means nothing to a shell; it begins at home anyway.
    path = re.sub(r"^/?~/", "", path)
    if path.startswith(("~", "/~")):
        raise InputError(
            f"course.toml, [host]: expected a folder on {login}, but found {one_line(path, 60)!r}",
            "Write it from / on, or relative to the home folder.",
        )
    return login, port, path
