"""Talks to headless Chromium over a pipe, for what a page's DOM alone does not tell: keys, a second window, requests.

The pipe needs no port and no package.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.report.browser import CHROMIUM

_WAIT = 30.0
_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


class Browser:
    """A running Chromium; every page and window of it is a target with a session of its own."""

    def __init__(self, to: int, came: int) -> None:
        self._to = to
        self._from = came
        self._left = b""
        self._number = 0
        os.set_blocking(came, False)
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        number = self._post(method, session, **params)
        answer: dict[str, Any] = {}

        def answered() -> bool:
            for found in self._come():
                if found.get("id") == number:
                    answer.update(found)
                else:
                    self._event(found)
            return bool(answer)

        wait(answered, f"an answer to {method}")
        assert "error" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result

    def listen(self) -> None:
        """Take in what the browser has reported meanwhile."""
        for found in self._come():
            self._event(found)

    def sessions(self) -> dict[str, str]:
        """Return the pages and windows that were attached to: session by target."""
        self.listen()
        return {
            event["params"]["targetInfo"]["targetId"]: event["params"]["sessionId"]
            for event in self.events
            if event["method"] == "Target.attachedToTarget"
            and event["params"]["targetInfo"]["type"] == "page"
        }

    def value(self, session: str, expression: str) -> Any:
        """Evaluate an expression as the browser's own tools would: no policy of the page is in the way."""
        result = self.send("Runtime.evaluate", session, expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def complaints(self) -> list[str]:
        """Return the errors and warnings of all pages: exceptions, the console, what a policy blocked."""
        self.listen()
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(event["params"]["exceptionDetails"]))
            elif event["method"] == "Log.entryAdded":
                found.append(event["params"]["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] in {
                "error",
                "warning",
            }:
                found.append(json.dumps(event["params"]["args"]))
        return found

    def requests(self) -> list[str]:
        """Return the addresses that the pages asked for."""
        self.listen()
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def _post(self, method: str, session: str = "", **params: Any) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        return self._number

    def _event(self, found: dict[str, Any]) -> None:
        if "method" not in found:
            return  # an answer that nobody waits for
        self.events.append(found)
        if found["method"] == "Target.attachedToTarget":
            # Every page waits until it is watched, from its first request on; so does who opened it.
            session = found["params"]["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self._post(f"{domain}.enable", session)
            self._post("Target.setAutoAttach", session, **_ATTACH)
            self._post("Runtime.runIfWaitingForDebugger", session)

    def _come(self) -> Iterator[dict[str, Any]]:
        try:
            while chunk := os.read(self._from, 1 << 20):
                self._left += chunk
        except BlockingIOError:
            pass
        *whole, self._left = self._left.split(b"\0")
        for message in whole:
            yield json.loads(message)


def wait(done: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + _WAIT
    while not done():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium; it ends with the block."""
    assert CHROMIUM
    read_here, write_there = os.pipe()
    read_there, write_here = os.pipe()

    def connect() -> None:  # Chromium reads commands from 3 and writes to 4
        first, second = os.dup(read_there), os.dup(write_there)
        os.dup2(first, 3)
        os.dup2(second, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1200,800",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=connect,
            close_fds=False,
        )
        os.close(read_there)
        os.close(write_there)
        try:
            made = Browser(write_here, read_here)
            made.send("Target.setAutoAttach", **_ATTACH)
            yield made
        finally:
            process.kill()
            process.wait()
            os.close(read_here)
            os.close(write_here)
