"""A web server on loopback that git and API clients can talk to, and that can be made to fail.

What it holds is kept in memory; the repositories are real ones in a folder, served by git's own program.
"""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pygit2

TOKEN = "s3cret-token-0123456789abcdef"


class Clock:
    """A time that passes only when somebody sleeps; stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Answer:
    """What the server says."""

    status: int
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    data: dict[str, Any]


# Looks at a request before it is answered; an answer that it gives counts instead.
Fault = Callable[[Asked], Answer | None]


class Site:
    """What a kind of host has in common; the kinds say what `answer` does."""

    api = "/api"
    page = 100

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.blocked_until = 0.0
        self.too_early = 0
        self.url = ""

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def authorized(self, header: str) -> bool:
        raise NotImplementedError

    def block(self, seconds: float) -> None:
        """Count every request of the next seconds as one too many."""
        self.blocked_until = self.clock.now + seconds

    def fail(
        self, times: int, method: str, ending: str, answer: Callable[[], Answer], *, after: bool = False
    ) -> None:
        """Answer the next requests of a kind with a failure; with `after`, although they were done."""
        left = [times]

        def fault(asked: Asked) -> Answer | None:
            if left[0] and asked.method == method and asked.path.endswith(ending):
                left[0] -= 1
                if after:
                    self.answer(asked)
                return answer()
            return None

        self.faults.append(fault)

    def count(self, method: str, part: str = "") -> int:
        return sum(asked.method == method and part in asked.path for asked in self.asked)

    @property
    def writes(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]

    def make_repository(self, owner: str, name: str) -> Path:
        path = self.folder / owner / f"{name}.git"
        pygit2.init_repository(path, bare=True, initial_head="main")
        with (path / "config").open("a", encoding="utf-8") as file:
            file.write("[http]\n\treceivepack = true\n")
        return path

    def handle(self, asked: Asked, header: str) -> Answer:
        self.asked.append(asked)
        if self.clock.now < self.blocked_until:
            self.too_early += 1
        if not self.authorized(header):
            return Answer(401, {"message": "Bad credentials"})
        for fault in self.faults:
            if (found := fault(asked)) is not None:
                return found
        return self.answer(asked)


@contextmanager
def serve(site: Site, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Serve a site on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else each answer, written in two parts, waits 40 ms for the client's system.
        disable_nagle_algorithm = True

        def do(self) -> None:
            parts = urlsplit(self.path)
            body = self._body()
            if parts.path.startswith(site.api + "/"):
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                data = json.loads(body) if body else {}
                asked = Asked(self.command, parts.path.removeprefix(site.api), query, data)
                self._say(site.handle(asked, self.headers.get("Authorization", "")))
            else:
                self._git(parts.path, parts.query, body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") == "chunked":
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _say(self, answer: Answer) -> None:
            data = b"" if answer.status == 204 else json.dumps(answer.data).encode()
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            if answer.status != 204:
                self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _git(self, path: str, query: str, body: bytes) -> None:
            scheme, _, value = self.headers.get("Authorization", "").partition(" ")
            user, _, password = (
                base64.b64decode(value).decode().partition(":") if scheme == "Basic" else ("", "", "")
            )
            if not user or password != TOKEN:
                self._say(Answer(401, {}, {"WWW-Authenticate": 'Basic realm="git"'}))
                return
            env = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(site.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": unquote(path),
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": user,
            }
            ran = subprocess.run(
                ["git", "http-backend"], input=body, env=env, capture_output=True, check=False
            )
            head, _, content = ran.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """Say nothing of clients that were killed or did not wait."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
