"""Why a repository could not be fetched, in plain words instead of git's."""

from __future__ import annotations

import re
from typing import Literal

from coursekit.git.errors import GitError, GitFailedError, GitOutputError, GitTimeoutError, last_line

Kind = Literal[
    "address", "not-found", "forbidden", "login", "unreachable", "moved", "host-key", "certificate", "busy",
    "timeout", "stopped", "too-large", "disk", "no-repository", "broken", "other",
]  # fmt: skip


class FetchError(GitError):
    """A repository could not be fetched; the clone that was there is as before.

    Parameters
    ----------
    kind : str
        For programs.
    message : str
        The reason, for people.
    hint : str, optional
    """

    def __init__(self, kind: Kind, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.kind = kind


# The first that fits what git said counts, so what says more stands before what says less. Hosts write into
# these messages too, which can only give a wrong reason.
_REASONS: tuple[tuple[str, Kind, str, str], ...] = (
    (r"no space left on device|disk quota exceeded|not enough space", "disk",
     "the disk is full", "Make room, and run this again."),
    (r"transport '.*' not allowed", "address",
     "this kind of address is not allowed", "Allowed are https:// and ssh; others only with  --allow ."),
    (r"error: 30\d|redirect", "moved",
     "the host sends one on to another address, which is not followed",
     "Look up the repository's present address and register it with  coursekit groups link ."),
    (r"could not resolve|couldn't resolve|name or service not known|no such host|nodename nor servname",
     "unreachable", "the host is not known", "Is its name right, and are you online?"),
    (r"failed to connect|connection (refused|timed out|reset)|no route to host|network is unreachable|n.t connect",
     "unreachable", "the host cannot be reached", "Try again later, or from another network."),
    (r"host key verification failed", "host-key",
     "this computer does not know the host's ssh key",
     "Connect once by hand (ssh -T git@HOST), and compare the key."),
    (r"certificate|ssl_error|gnutls|schannel", "certificate", "the host's certificate is not trusted", ""),
    (r"permission denied \(", "login",
     "the host does not accept your ssh key", "Add your key to your account there, and to your ssh agent."),
    (r"could not read (username|password)|authentication failed|terminal prompts disabled|error: 401", "login",
     "not found, or the host asks for a login",
     "If it is private: log in once with git on the command line, so that git's credential helper knows how."),
    (r"error: 403", "forbidden", "your account may not read it", "Let the group give you access."),
    (r"error: (429|503)|too many requests|rate limit", "busy",
     "the host has had enough requests for now", "Run this again later, with fewer  --jobs ."),
    (r"repository .*not found|error: 404|could not be found|does not exist", "not-found",
     "not found, or your account may not see it", "Compare the address with the group, and ask for access."),
    (r"does not appear to be a git repo|is this a git repo|not a git repo|invalid server response|protocol error: bad",
     "no-repository", "there is no git repository at this address", ""),
    (r"mismatched algorithms", "no-repository",
     "it names its objects by SHA-256, which cannot be read here", ""),
    (r"dubious ownership", "forbidden", "the folder belongs to another user of this computer", ""),
    (r"out of memory|malloc failed|cannot allocate", "too-large", "git ran out of memory over it", ""),
    (r"operation too slow|low speed|timed out", "timeout", "the host stopped sending", "Try again later."),
    (r"early eof|rpc failed|hung up|disconnect|index-pack|transfer closed|corrupt|bad (pack|obj)|not send all|empty reply",
     "broken",
     "the transfer broke off, or the repository is damaged", "Try again later."),
)  # fmt: skip


def plain_reason(error: GitError) -> GitError:
    """Put what git said into words for people; an error that is no call's result stays as it is."""
    if isinstance(error, GitTimeoutError):
        return FetchError(
            "timeout", "it took too long, and was stopped", "Try again, with more time (--timeout)."
        )
    if isinstance(error, GitOutputError):
        return FetchError("too-large", "it has too many branches and tags")
    if not isinstance(error, GitFailedError):
        return error
    said = error.stderr.lower()
    for pattern, kind, message, hint in _REASONS:
        if re.search(pattern, said):
            return FetchError(kind, message, hint)
    return FetchError("other", f"git said: {last_line(error.stderr)}")
