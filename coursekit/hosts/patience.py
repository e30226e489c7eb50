"""Calls to a web host: its limits are kept, its hiccups outlived, and the user told of every wait.

Hosts limit how much one may ask in an hour (the primary limit: how much is left, and when it begins afresh, stand
in every answer) and how fast (the secondary limit: a refusal that may say how long to wait). Who goes on asking is
shut out. So calls are made one after the other, writing ones at least a second apart, as the hosts ask for.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from coursekit.hosts.host import HostError
from coursekit.text import one_line

T = TypeVar("T")

# Between calls that change something, in seconds.
PAUSE = 1.0
# A primary limit begins afresh within the hour; whoever would have to wait longer is better told so.
LONGEST_WAIT = 75 * 60.0
ATTEMPTS = 6
_BROKEN = {500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none, in the same form for every host.

    Attributes
    ----------
    status : int or None
        None when no answer came at all.
    text : str
        What the host said.
    headers : mapping
        By lower-case name.
    limited : bool
        Whether it is about a limit, although the status does not say so.
    distrusted : bool
        Whether we refused, because the host could not show that it is the one.
    """

    status: int | None
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    limited: bool = False
    distrusted: bool = False


class Refused(HostError):  # noqa: N818 - it says what happened
    """The host refused a call, and asking again would not help."""

    def __init__(self, refusal: Refusal, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.refusal = refusal

    @property
    def status(self) -> int | None:
        """The HTTP status."""
        return self.refusal.status


class Patience:
    """Makes calls to one host.

    Parameters
    ----------
    where : str
        The host, for messages.
    explain : callable
        Turns what the library raised into a `Refusal`; None for what is no answer of the host's.
    say : callable
        Is told of every wait.
    sleep, clock : callable, optional
        Of the time; tests bring their own.
    """

    def __init__(
        self,
        where: str,
        explain: Callable[[Exception], Refusal | None],
        say: Callable[[str], object],
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.where = where
        self._explain = explain
        self._say = say
        # Looked up now, not when this module is read, so that tests can put a clock of their own there.
        self._sleep = sleep or time.sleep
        self._clock = clock or time.time
        self._last_write = 0.0

    def read(self, call: Callable[[], T]) -> T:
        """Make a call that changes nothing."""
        return self._patiently(call)

    def write(self, call: Callable[[], T]) -> T:
        """Make a call that changes something; it must bear being made twice."""
        return self._patiently(call, writes=True)

    def _patiently(self, call: Callable[[], T], *, writes: bool = False) -> T:
        attempt = 0
        while True:
            if writes:
                self._pace()
            try:
                return call()
            except Exception as error:
                refusal = self._explain(error)
                if refusal is None:
                    raise
                attempt += 1
                wait = self._wait(refusal, attempt)
                if wait is None:
                    raise self._refused(refusal) from None
                seconds, why = wait
                if seconds > LONGEST_WAIT or attempt >= ATTEMPTS:
                    raise self._too_long(refusal, seconds, why) from None
                self._rest(seconds, why)

    def _pace(self) -> None:
        since = self._clock() - self._last_write
        if 0 <= since < PAUSE:
            self._sleep(PAUSE - since)
        self._last_write = self._clock()

    def _rest(self, seconds: float, why: str) -> None:
        if seconds >= 5:
            self._say(
                f"{self.where} {why}: waiting until {self._time(seconds)}, then going on. "
                "You may stop here (Ctrl-C) and run this again later; what is done is kept."
            )
        self._sleep(seconds)

    def _wait(self, refusal: Refusal, attempt: int) -> tuple[float, str] | None:
        """Give how long to wait and why; None when waiting would not help."""
        headers = refusal.headers
        if refusal.distrusted:
            return None
        told = _seconds(headers.get("retry-after"), self._clock())
        used_up = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
        limited = refusal.limited or refusal.status == 429
        if limited or (refusal.status == 403 and (told is not None or used_up)):
            if told is not None:
                return told, "asks for a pause (its limit on how fast one may go)"
            begins = _number(headers.get("x-ratelimit-reset", headers.get("ratelimit-reset")))
            if used_up and begins is not None:
                # A second more, as clocks differ.
                return max(begins - self._clock(), 0.0) + 1.0, "has answered all it answers in an hour"
            return 60.0 * 2 ** (attempt - 1), "asks for a pause (its limit on how fast one may go)"
        if refusal.status is None or refusal.status in _BROKEN:
            return (told if told is not None else float(2 ** (attempt - 1))), "did not answer as it should"
        return None

    def _refused(self, refusal: Refusal) -> Refused:
        said = one_line(refusal.text, 200) or "nothing"
        if refusal.distrusted:
            return Refused(
                refusal,
                f"expected {self.where} to show a certificate that this machine trusts, but it does not; nothing was sent",
                "For a host with a certificate of its own, name the file of its authority in REQUESTS_CA_BUNDLE, and "
                "in git's configuration as http.sslCAInfo.",
            )
        if refusal.status == 401:
            return Refused(
                refusal,
                f"expected {self.where} to take the token, but it does not (401: {said})",
                "Make a new token: it may have ended, or belong to another host.",
            )
        if refusal.status == 403:
            return Refused(
                refusal,
                f"expected to be permitted to do this on {self.where}, but it refuses (403: {said})",
                "Look at what the token allows, and at your own role there.",
            )
        return Refused(
            refusal, f"expected {self.where} to do this, but it refuses ({refusal.status}: {said})"
        )

    def _too_long(self, refusal: Refusal, seconds: float, why: str) -> Refused:
        if refusal.status is None or refusal.status in _BROKEN:
            said = f"{refusal.status}: {one_line(refusal.text, 200)}" if refusal.status else refusal.text
            return Refused(
                refusal,
                f"expected {self.where} to answer, but it did not, {ATTEMPTS} times ({one_line(said, 200)})",
                "Look whether the host can be reached, and run this again; what is done is kept.",
            )
        return Refused(
            refusal,
            f"{self.where} {why}, until {self._time(seconds)}",
            "Run this again then; what is done is kept.",
        )

    def _time(self, seconds: float) -> str:
        now = dt.datetime.fromtimestamp(self._clock()).astimezone()
        then = now + dt.timedelta(seconds=min(seconds, 366 * 86400.0))
        return f"{then:%H:%M:%S}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"


def no_answer(error: Exception) -> Refusal | None:
    """Say what the library below both hosts' own raised; its texts name addresses and no headers."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return Refusal(None, type(error).__name__, distrusted="CERTIFICATE_VERIFY_FAILED" in str(error))
    return Refusal(None, type(error).__name__) if isinstance(error, requests.RequestException) else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e11 else None


def _seconds(text: str | None, now: float) -> float | None:
    """Read Retry-After: seconds, or a date."""
    if text is None or (number := _number(text)) is not None:
        return None if text is None else number
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
