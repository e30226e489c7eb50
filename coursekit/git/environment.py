"""The environment in which git runs: what counts of the user's own settings, and what never does.

Git takes settings from many places. Of these

- the environment: every ``GIT_*`` variable is dropped (a hook or an alias that calls coursekit sets some that
  would lead git into another repository), except the few that say how to reach hosts;
- the user's and the system's configuration: only what is needed to reach a host and to log in there is taken over
  (`_TAKEN`: credential helpers, proxies, certificates, the ssh command, addresses written another way), by
  reading it once and handing it on. The rest (hooks, templates, file monitors, aliases, what else runs commands or
  changes what a fetch brings) does not count, so that a command does the same on every machine. Conditional
  includes that depend on a repository are not followed;
- a repository's configuration: git always reads it. Commands that work on bare clones of groups write that file
  themselves; see `coursekit.git.mirror`. Nothing that a host sends can change it.

In a work tree of the user's own, `isolated` is off: line ends, file modes and large-file filters are as the
user has set them, since git would otherwise take every file for changed.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePath

from coursekit.git.errors import GitError, last_line
from coursekit.git.process import TimedOutError, TooMuchOutputError, run_limited

# Everything else of the user's configuration is left out. Keys are lower-case, but for the middle part.
_TAKEN = re.compile(
    r"credential\..+"
    r"|http\.(?!(.*\.)?(followredirects|lowspeedlimit|lowspeedtime|cookiefile|savecookies|curloptresolve)$).+"
    r"|url\..+\.(insteadof|pushinsteadof)"
    r"|core\.(sshcommand|longpaths)|ssh\.variant|safe\.directory|user\.(name|email)",
    re.DOTALL,
)
_KEPT_VARIABLES = re.compile(r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|PROXY_\w+|HTTP_PROXY_AUTHMETHOD)")
_SCOPES = {"system", "global"}

NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}

# For every call: nothing runs on its own, nobody is asked, nobody leads us elsewhere.
_ALWAYS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "credential.interactive": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "push.recurseSubmodules": "no",
    "submodule.recurse": "false",
}
# No large file in memory at once; packs stay packs; nothing goes on in the background.
_ISOLATED = {
    "core.attributesFile": os.devnull,
    "core.bigFileThreshold": "10m",
    "core.excludesFile": os.devnull,
    "fetch.unpackLimit": "1",
    "fetch.writeCommitGraph": "false",
    "gc.autoDetach": "false",
    "pack.threads": "2",
}


def git_environment(
    git: str,
    *,
    allow: Iterable[str] = (),
    settings: Mapping[str, str] | None = None,
    isolated: bool = True,
) -> dict[str, str]:
    """Return the whole environment for a call of git.

    Parameters
    ----------
    git : str
        The program; it reads the user's configuration, once.
    allow : iterable of str, optional
        The protocols that may be used: ``"https"``, ``"ssh"``; without any, git reaches no host.
    settings : mapping, optional
        More configuration for this call. It stands in the environment, which, unlike arguments, other users of
        the machine cannot see.
    isolated : bool, optional
        Whether most of the user's configuration is left out; not in a work tree of the user's own.
    """
    env = plain_environment()
    taken = user_settings(git)
    keys = [*taken, *_ALWAYS.items()] if isolated else [*_ALWAYS.items()]
    if isolated:
        keys += _ISOLATED.items()
        env |= NO_CONFIGURATION
    keys += (settings or {}).items()
    for number, (key, value) in enumerate(keys):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    env["GIT_CONFIG_COUNT"] = str(len(keys))
    # Not the empty text: on Windows that means the variable is not set.
    env["GIT_ALLOW_PROTOCOL"] = ":".join(allow) or "none"
    env["GIT_PROTOCOL_FROM_USER"] = "0"
    command = env.get("GIT_SSH_COMMAND") or dict(taken).get("core.sshcommand")
    if command or "GIT_SSH" not in env:
        env["GIT_SSH_COMMAND"] = _quiet_ssh(command or "ssh")
    return env


def plain_environment() -> dict[str, str]:
    """Return the environment without what leads git elsewhere, and such that nobody is asked anything."""
    env = {key: value for key, value in os.environ.items() if _may_stay(key.upper())}
    return env | {
        # The messages are read here, and put into words of our own.
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        # Set and empty: else git goes on to SSH_ASKPASS.
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "false",
        "GIT_SEQUENCE_EDITOR": "false",
    }


@cache
def user_settings(git: str) -> tuple[tuple[str, str], ...]:
    """Read from the user's and the system's configuration what is needed to reach hosts.

    Raises
    ------
    GitError
        When it cannot be read.
    """
    env = plain_environment()
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"):
        if name in os.environ:
            env[name] = os.environ[name]
    # No repository: its configuration must not count, wherever we were started.
    env["GIT_DIR"] = os.devnull
    try:
        found = run_limited(
            [git, "config", "--list", "--null", "--includes", "--show-scope"],
            cwd=None, env=env, stdin=b"", timeout=30, max_output=4_000_000,
        )  # fmt: skip
        said = "" if found.code == 0 else last_line(found.stderr.decode("utf-8", "replace"))
    except (TimedOutError, TooMuchOutputError):
        said = "nothing, for 30 seconds or without an end"
    if said:
        raise GitError(
            f"expected to read your git configuration, but git said: {said}",
            "Mend that file; 'git config --global --edit' opens it.",
        )
    fields = found.stdout.decode("utf-8", "surrogateescape").split("\0")
    taken = []
    for scope, entry in zip(fields[::2], fields[1::2], strict=False):
        key, equals, value = entry.partition("\n")
        if scope in _SCOPES and _TAKEN.fullmatch(key):
            # A key without a value means yes.
            taken.append((key, value if equals else "true"))
    return tuple(taken)


def _may_stay(name: str) -> bool:
    if name.startswith("GIT_"):
        return bool(_KEPT_VARIABLES.fullmatch(name))
    return name not in {"SSH_ASKPASS", "LANGUAGE", "LC_ALL"}


def _quiet_ssh(command: str) -> str:
    try:
        program = PurePath(shlex.split(command)[0].replace("\\", "/")).name.lower()
    except (ValueError, IndexError):
        return command
    if program not in {"ssh", "ssh.exe"}:
        return command
    # A master that stays in the background would hold our pipes open; one that is there already is used.
    return f"{command} -oBatchMode=yes -oConnectTimeout=30 -oControlMaster=no -oForwardAgent=no -oClearAllForwardings=yes"
