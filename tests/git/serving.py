"""A git host on loopback: repositories over http, and every way in which a host can misbehave."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GIT = {
    **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
}  # fmt: skip


def git(folder: Path, *args: str, stdin: bytes = b"", date: str = "") -> str:
    """Call git as a student would, without any configuration."""
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    done = subprocess.run(
        ["git", *args], cwd=folder, env=GIT | dates, input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


class Work:
    """A group's work tree and the repository on its host.

    Parameters
    ----------
    root : Path
        Where the host keeps its repositories.
    name : str
        Of the repository there.
    """

    def __init__(self, root: Path, name: str = "one.git", *, filters: bool = True) -> None:
        self.bare, self.tree = root / name, root.parent / f"{name}-work"
        self.bare.mkdir(parents=True)
        git(self.bare, "init", "-q", "--bare", "-b", "main", ".")
        if filters:
            git(self.bare, "config", "uploadpack.allowFilter", "true")
        self.tree.mkdir()
        git(self.tree, "init", "-q", "-b", "main", ".")
        git(self.tree, "remote", "add", "origin", str(self.bare))

    @property
    def file(self) -> str:
        """The address as a folder of this machine."""
        return self.bare.as_uri()

    def commit(self, text: str = "x", *, name: str = "README.md", date: str = "", push: bool = True) -> str:
        """Write a file, commit it, push the branch, and return the commit's id."""
        (self.tree / name).write_text(text)
        git(self.tree, "add", "-A")
        git(self.tree, "commit", "-q", "--allow-empty", "-m", text[:20], date=date)
        if push:
            git(self.tree, "push", "-q", "--force", "origin", "HEAD")
        return self.head

    @property
    def head(self) -> str:
        return git(self.tree, "rev-parse", "HEAD")

    def git(self, *args: str) -> str:
        return git(self.tree, *args)


class Host(ThreadingHTTPServer):
    """Serves repositories below a folder by git's smart protocol, or as plain files, or as `answer` says."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.only_files = False
        self.requests: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], bool] = lambda handler: False


@contextmanager
def serving(root: Path) -> Iterator[Host]:
    """Run a host for a while."""
    with Host(root) as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def log_message(self, *args: object) -> None:
        self.server.requests.append(f"{self.command} {self.path}")

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.body = body
        try:
            if self.server.answer(self):
                return
            if self.server.only_files:
                self._file()
            else:
                self._backend(body)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _file(self) -> None:
        path = self.server.root / self.path.partition("?")[0].lstrip("/")
        if path.is_file():
            self.reply(200, path.read_bytes())
        else:
            self.reply(404, b"nothing here")

    def _backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        env = GIT | {
            "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }  # fmt: skip
        ran = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, data = ran.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ")[::2] for line in head.decode().split("\r\n") if line]
        status = next((int(value.split()[0]) for key, value in lines if key == "Status"), 200)
        self.reply(status, data, *(pair for pair in lines if pair[0] != "Status"))

    def reply(self, status: int, data: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for key, value in (*headers, ("Content-Length", str(len(data)))):
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)
