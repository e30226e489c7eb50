"""Hosts that refuse, hang, flood and lie: the reason is plain, and the clone as it was."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from coursekit.errors import InputError
from coursekit.git.errors import GitFailedError, GitOutputError, GitTimeoutError
from coursekit.git.mirror import Limits, fetch_mirror, folder_size
from coursekit.git.reasons import FetchError, plain_reason
from coursekit.git.refs import read_refs
from tests.git.serving import Host, Work, git, serving

Answer = Callable[[BaseHTTPRequestHandler], bool]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "host")
    made.commit("one")
    return made


@pytest.fixture
def host(tmp_path: Path, work: Work) -> Iterator[Host]:
    with serving(tmp_path / "host") as running:
        yield running


def fail(address: str, clone: Path, **limits: float) -> FetchError:
    """Fetch what cannot be fetched, and make sure that nothing is left behind."""
    there = clone.exists()
    with pytest.raises(FetchError) as caught:
        fetch_mirror(address, clone, limits=Limits(**{"seconds": 60, **limits}), protocols=("http", "file"))  # type: ignore[arg-type]
    assert clone.exists() == there
    assert not there or not list(clone.glob("objects/pack/tmp_*"))
    assert [path.name for path in clone.parent.glob("*")] == ([clone.name] if there else [])
    assert "\x1b" not in str(caught.value)
    return caught.value


def status(number: int, *headers: tuple[str, str], body: bytes = b"no") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        handler.reply(number, body, *headers)  # type: ignore[attr-defined]
        return True

    return answer


@pytest.mark.parametrize(
    ("number", "kind"), [(401, "login"), (403, "forbidden"), (404, "not-found"), (429, "busy"), (503, "busy")]
)
def test_what_the_host_answers(host: Host, tmp_path: Path, number: int, kind: str) -> None:
    host.answer = status(number, ("WWW-Authenticate", 'Basic realm="x"'))
    assert fail(f"{host.url}/one.git", tmp_path / "c/one.git").kind == kind


def test_a_page_is_no_repository(host: Host, tmp_path: Path) -> None:
    """And no emptied one: a network's login page must not delete every branch."""
    clone = tmp_path / "c/one.git"
    fetch_mirror(f"{host.url}/one.git", clone, protocols=("http",))
    before = read_refs(clone)
    host.answer = status(200, ("Content-Type", "text/html"), body=b"<html>")
    assert fail(f"{host.url}/one.git", clone).kind == "no-repository"
    assert read_refs(clone) == before


@pytest.mark.parametrize("number", [301, 302, 307, 308])
def test_redirects_are_not_followed(host: Host, tmp_path: Path, number: int) -> None:
    """Not to another host, and not to another place of the same one."""
    with serving(tmp_path / "host") as other:
        host.answer = status(number, ("Location", f"{other.url}/one.git/info/refs?service=git-upload-pack"))
        assert fail(f"{host.url}/x.git", tmp_path / "c/one.git").kind == "moved"
        assert other.requests == []


def test_a_redirect_after_the_first_answer_is_not_followed(host: Host, tmp_path: Path) -> None:
    with serving(tmp_path / "host") as other:

        def answer(handler: BaseHTTPRequestHandler) -> bool:
            if handler.command == "GET":
                return False
            return status(307, ("Location", f"{other.url}{handler.path}"))(handler)

        host.answer = answer
        assert fail(f"{host.url}/one.git", tmp_path / "c/one.git").kind == "moved"
        assert other.requests == []


def test_the_one_detour_that_a_host_is_known_for(host: Host, work: Work, tmp_path: Path) -> None:
    """GitLab sends ``group/project`` on to ``group/project.git``."""

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.path.startswith("/one/"):
            return status(301, ("Location", handler.path.replace("/one/", "/one.git/")))(handler)
        return False

    host.answer = answer
    for expected in ("new", "unchanged"):
        fetched = fetch_mirror(f"{host.url}/one", tmp_path / "one.git", protocols=("http",))
        assert (fetched.state, fetched.events) == (expected, ())
    assert sum("/one/" in request for request in host.requests) == 1
    host.answer = lambda handler: False
    head = work.commit("two")
    assert fetch_mirror(f"{host.url}/one", tmp_path / "one.git", protocols=("http",)).commit == head


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/x.git"
        assert fail(address, tmp_path / "c/one.git").kind == "unreachable"
    assert fail("http://nowhere.invalid/x.git", tmp_path / "c/one.git").kind == "unreachable"
    assert fail((tmp_path / "nothing.git").as_uri(), tmp_path / "c/one.git").kind in (
        "not-found",
        "no-repository",
    )
    (tmp_path / "folder").mkdir()
    assert fail((tmp_path / "folder").as_uri(), tmp_path / "c/one.git").kind in ("not-found", "no-repository")


@pytest.mark.slow
def test_a_host_that_hangs(host: Host, tmp_path: Path) -> None:
    release = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        release.wait(30)
        return True

    host.answer = answer
    began = time.monotonic()
    assert fail(f"{host.url}/one.git", tmp_path / "c/one.git", seconds=1.5).kind == "timeout"
    release.set()
    assert time.monotonic() - began < 20


def flood(handler: BaseHTTPRequestHandler, begin: bytes, chunk: bytes, kind: str) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.end_headers()
    handler.wfile.write(begin)
    while True:
        handler.wfile.write(chunk)


@pytest.mark.slow
def test_endless_branches(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git keeps the list in memory until its end, which never comes."""
    monkeypatch.setattr("coursekit.git.command._MAX_MEMORY", 100_000_000)
    line = b"".join(b"003d" + b"1" * 40 + b" refs/heads/%04d\n" % n for n in range(1000))

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        kind = "application/x-git-upload-pack-advertisement"
        return flood(handler, b"001e# service=git-upload-pack\n0000", line, kind)

    host.answer = answer
    error = fail(f"{host.url}/one.git", tmp_path / "c/one.git", seconds=4)
    assert error.kind in ("too-large", "timeout")


def test_too_many_branches(host: Host, work: Work, tmp_path: Path) -> None:
    head = work.head
    with (work.bare / "packed-refs").open("w") as file:
        file.write("# pack-refs with: sorted \n")
        file.writelines(f"{head} refs/heads/b{number:05}\n" for number in range(5001))
    assert "5002 branches and tags" in str(fail(f"{host.url}/one.git", tmp_path / "c/one.git"))


def test_endless_data_ends_at_the_size_limit(host: Host, tmp_path: Path) -> None:
    """The host sends one large object after the other; the process that takes them is stopped."""
    clone = tmp_path / "c/one.git"
    fetch_mirror(f"{host.url}/one.git", clone, protocols=("http",))
    big = Work(tmp_path / "host", "big.git")
    (big.tree / "big.bin").write_bytes(os.urandom(3_000_000))
    big.commit("big")
    size = folder_size(clone)
    error = fail(f"{host.url}/big.git", clone, size=2_000_000)
    assert error.kind == "too-large"
    assert "2 MB" in str(error)
    assert folder_size(clone) <= size + 200


def test_a_pack_without_an_end(host: Host, tmp_path: Path) -> None:
    """What comes is written to the disk until the limit."""
    # One file of nearly endless size, in blocks that are not compressed.
    noise = os.urandom(65000)
    block = b"\0" + len(noise).to_bytes(2, "little") + (65535 - len(noise)).to_bytes(2, "little") + noise
    packet = b"%04x\x01" % (len(block) + 5) + block

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if b"command=fetch" not in handler.body:  # type: ignore[attr-defined]
            return False
        head = (
            b"PACK"
            + (2).to_bytes(4, "big")
            + (9).to_bytes(4, "big")
            + b"\xbf"
            + b"\xff" * 6
            + b"\x0f\x78\x01"
        )
        begin = b"000dpackfile\n" + b"%04x\x01" % (len(head) + 5) + head
        return flood(handler, begin, packet, "application/x-git-upload-pack-result")

    host.answer = answer
    error = fail(f"{host.url}/one.git", tmp_path / "c/one.git", size=3_000_000, seconds=20)
    assert error.kind == "too-large"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_a_small_object_that_unpacks_to_a_large_one(
    host: Host, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag's or a commit's text is unpacked in memory, however large."""
    monkeypatch.setattr("coursekit.git.command._MAX_MEMORY", 80_000_000)
    text = f"tree {work.git('rev-parse', 'HEAD^{tree}')}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n"
    bomb = git(
        work.tree,
        "hash-object",
        "-t",
        "commit",
        "-w",
        "--stdin",
        "--literally",
        stdin=text.encode() + b"0" * 150_000_000,
    )
    work.git("push", "-q", "origin", f"{bomb}:refs/heads/bomb")
    error = fail(f"{host.url}/one.git", tmp_path / "c/one.git")
    assert error.kind in ("too-large", "broken")


def test_what_a_host_says_is_shown_without_its_escapes(host: Host, tmp_path: Path) -> None:
    said = b"ERR \x1b]0;owned\x07\x1b[2J all is well"
    body = b"001e# service=git-upload-pack\n0000" + b"%04x" % (len(said) + 4) + said + b"0000"
    host.answer = status(200, ("Content-Type", "application/x-git-upload-pack-advertisement"), body=body)
    assert "all is well" in str(fail(f"{host.url}/one.git", tmp_path / "c/one.git"))


def test_names_with_escapes_are_ignored_and_counted(host: Host, work: Work, tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.command == "GET":
            refs = [
                b"HEAD",
                b"refs/heads/main",
                b"refs/heads/\x1b[2J",
                b"refs/heads/../../x",
                b"refs/heads/a\xff",
            ]
            lines = [work.head.encode() + b" " + ref for ref in refs]
            lines[0] += b"\0symref=HEAD:refs/heads/main allow-tip-sha1-in-want"
            packets = b"".join(b"%04x" % (len(line) + 5) + line + b"\n" for line in lines)
            kind = ("Content-Type", "application/x-git-upload-pack-advertisement")
            return status(200, kind, body=b"001e# service=git-upload-pack\n0000" + packets + b"0000")(handler)
        return False

    host.answer = answer
    try:
        fetched = fetch_mirror(f"{host.url}/one.git", tmp_path / "one.git", protocols=("http",))
    except FetchError as error:
        # Git itself may refuse such a host altogether.
        assert "\x1b" not in str(error)
    else:
        assert (fetched.branch, fetched.branches) == ("main", 1)
        assert [(event.kind, event.name) for event in fetched.events] == [("ignored", "3")]


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c 'touch /tmp/owned'", "--upload-pack=touch /tmp/owned", "file:///etc", "git://host/x", "http://host/x",
        "https://ada:secret@host/x", "ssh://-oProxyCommand=x/y", "-x@host:y",
    ],
)  # fmt: skip
def test_addresses_that_git_is_never_given(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError) as caught:
        fetch_mirror(address, tmp_path / "one.git")
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def said(text: str) -> str:
    error = plain_reason(GitFailedError("fetch", 128, text))
    assert isinstance(error, FetchError)
    return error.kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.", "login"),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", "host-key"),
        ("ssh: Could not resolve hostname x: Name or service not known", "unreachable"),
        ("ssh: connect to host x port 22: Connection refused", "unreachable"),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", "not-found"),
        ("remote: The project you were looking for could not be found or you don't have permission", "not-found"),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", "certificate"),
        ("fatal: write error: No space left on device\nfatal: index-pack failed", "disk"),
        ("fatal: mismatched algorithms: client sha1; server sha256", "no-repository"),
        ("fatal: early EOF", "broken"),
        ("fatal: unable to access 'https://x/': Operation too slow. Less than 1 bytes/sec", "timeout"),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "login"),
        ("fatal: something else", "other"),
    ],
)  # fmt: skip
def test_reasons_in_plain_words(text: str, kind: str) -> None:
    assert said(text) == kind


def test_other_errors() -> None:
    assert plain_reason(GitTimeoutError("x")).kind == "timeout"  # type: ignore[attr-defined]
    assert plain_reason(GitOutputError("x")).kind == "too-large"  # type: ignore[attr-defined]
    same = FetchError("moved", "x")
    assert plain_reason(same) is same


@pytest.mark.skipif(sys.platform == "win32", reason="root has no limits to lift there")
def test_a_full_disk_is_said(tmp_path: Path, work: Work) -> None:
    """A file system of our own would need rights; a folder that cannot be written to is as good."""
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o500)
    with pytest.raises(PermissionError):
        fetch_mirror(work.file, tmp_path / "c/one.git", protocols=("file",))
