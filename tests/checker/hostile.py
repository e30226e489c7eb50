"""Submissions made to crash, hang, fill the memory, read what is not theirs, or write into a terminal.

Each function builds one in an empty folder and returns what `check` is to be given. They are found by name.
"""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pygit2
import pytest

from tests.building import complete, write

WHO = pygit2.Signature("A", "a@example.org", 1_700_000_000, 0)
SECRET = "the-secret-of-another-folder"
NOTEBOOK = "3_Model/model_definition_evaluation.ipynb"
#: What must never reach a terminal as it is.
ESCAPES = "\x1b[31m\x1b]0;pwned\x07\u202etxt\u2066\u200b\x9b31m"
MARKUP = "</script><script>alert(1)</script>]]><![CDATA[<b onload=x>&lt;{{7*7}}=cmd|'/c calc'!A1@here #1\r\n::error::x"


def sparse_notebook(root: Path) -> Path:
    """A notebook of 4 GB that takes no room on the disk."""
    write(root, complete())
    with (root / NOTEBOOK).open("r+b") as file:
        file.truncate(4 << 30)
    return root


def nested_json(root: Path) -> Path:
    deep = "[" * 100_000 + "]" * 100_000
    broken = '{"a":' * 100_000
    return write(
        root,
        {
            **complete(),
            NOTEBOOK: f'{{"cells": {deep}, "nbformat": 4}}',
            "2_BaselineModel/baseline_model.ipynb": f'{{"metadata": {deep}, "cells": [], "nbformat": 4}}',
            "results/metrics.json": broken,
            "results/history.json": deep,
        },
    )


def huge_numbers(root: Path) -> Path:
    many = "9" * 200_000
    return write(
        root,
        {
            **complete(),
            NOTEBOOK: f'{{"cells": [{{"cell_type": "code", "source": "x", "execution_count": {many}, "outputs": []}}], "nbformat": {many}}}',
            "results/metrics.json": f'{{"test": {{"accuracy": {many}}}, "x": 1e{many[:400]}}}',
            "project.toml": f"title = 'x'\nn = {many}\n",
        },
    )


def nested_toml(root: Path) -> Path:
    return write(root, {**complete(), "project.toml": "a = " + "[" * 50_000 + "]" * 50_000})


def image_bombs(root: Path) -> Path:
    """Pictures that claim to be larger than any memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
    bomb = (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000)) + chunk(b"IEND", b"")
    )
    text = b"\x89PNG\r\n\x1a\n" + head + chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000))
    gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\xf7\0\0" + b"\0" * 768 + b"\x3b"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="1e999" height="9" viewBox="0 0 1e400 nan"><script>alert(1)</script></svg>'
    entities = (
        b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(
            f'<!ENTITY b{n} "{"&a;" * 10 if n == 0 else f"&b{n - 1};" * 10}">'.encode() for n in range(10)
        )
        + b"]><svg width='&b9;' height='9'/>"
    )
    files = {"a.png": bomb, "b.png": text, "c.gif": gif, "d.svg": svg, "e.svg": entities}
    without = {path: data for path, data in complete().items() if not path.startswith("CoverImage/")}
    return write(root, {**without, **{f"CoverImage/{name}": data for name, data in files.items()}})


def archive_bombs(root: Path) -> Path:
    """Slides that unpack to gigabytes, or whose directory lies."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/slides/slide1.xml", b"<a>" * 10_000_000)
        archive.writestr("../../../../tmp/escaped.txt", b"x")
    lying = bytearray(file.getvalue())
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = b"\xfe\xff\xff\xff"
    cycle = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R/Prev 0>>\nstartxref\n0\n%%EOF"
    )
    return write(
        root,
        {**complete(), "4_Presentation/a.pptx": file.getvalue(), "4_Presentation/b.pptx": bytes(lying)}
        | {"4_Presentation/c.odp": b"PK\x05\x06" + b"\xff" * 18, "4_Presentation/d.pdf": cycle},
    )


def yaml_aliases(root: Path) -> Path:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = "\n".join(lines) + "\n"
    return write(
        root, {**complete(), "environment.yml": text, "4_Presentation/slides.md": f"---\n{text}---\n"}
    )


def slow_markdown(root: Path) -> Path:
    pieces = [
        "[",
        "![",
        "*a **a ",
        "<",
        "> ",
        "- ",
        "`",
        "(",
        "[a](",
        "|a",
        "&#",
        "\\",
        "$",
        "_",
        "<!--",
        "a@",
        "http://a.b/",
    ]
    text = "# T\n\n## Description\n\n" + "\n\n".join(piece * 20_000 for piece in pieces)
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    book = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return write(
        root, {**complete(), "README.md": text, "0_LiteratureReview/README.md": text, NOTEBOOK: book}
    )


def many_cells(root: Path) -> Path:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": "x", "outputs": [], "execution_count": 1}
    ] * 200_000
    return write(root, {**complete(), NOTEBOOK: json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})})


def hostile_texts(root: Path) -> Path:
    """Escapes, markup, formulas and line breaks wherever a group can write a word."""
    bad = ESCAPES + MARKUP
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": f"# Model Selection {bad}\n\n[Describe {bad}]\n"},
        {"cell_type": "code", "metadata": {}, "source": bad, "execution_count": 1}
        | {"outputs": [{"output_type": "error", "ename": bad, "evalue": bad, "traceback": [bad]}]},
        {"cell_type": bad, "source": [bad, 3, None], "outputs": bad},
    ]
    return write(
        root,
        {
            "README.md": f"# {bad}\n\n## Description\n\nx {bad}\n\n### Task Type\n\n{bad}\n\n### Results Summary\n\n"
            f"- **Best Model:** {bad}\n- **Result:** [{bad}]({bad})\n\n[{bad}](<{bad.strip()}>)\n",
            NOTEBOOK: json.dumps({"cells": cells, "nbformat": 4, "metadata": {bad: bad}}),
            "0_LiteratureReview/README.md": f"- **Source 1**: {bad}\n  - **[Link]({bad})**\n",
            "4_Presentation/README.md": f"[Slides]({bad}.pdf)",
        },
    )


def hostile_project(root: Path) -> Path:
    bad = json.dumps(ESCAPES + MARKUP)
    text = f"title = {bad}\ndescription = {bad}\n[[members]]\nname = {bad}\nemail = {bad}\n[[waivers_asked]]\ncode = {bad}\nreason = {bad}\n"
    return write(root, {**complete(), "project.toml": text})


def not_utf8(root: Path) -> Path:
    every = bytes(range(256)) * 50
    return write(
        root,
        dict.fromkeys(
            ["README.md", NOTEBOOK, "0_LiteratureReview/README.md", "project.toml", "results/metrics.json"],
            every,
        ),
    )


def _posix(function: Callable[[Path], Path]) -> Callable[[Path], Path]:
    function.posix = True  # type: ignore[attr-defined]
    return function


@_posix
def special_files(root: Path) -> Path:
    """Pipes, sockets and devices where files are expected; reading one would wait for ever."""
    write(root, {"README.md": "# x", "3_Model/x.txt": ""})
    for name in ("project.toml", NOTEBOOK, "0_LiteratureReview/README.md", "requirements.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        os.mkfifo(root / name)
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # a socket's path may only be short
        try:
            server.bind("socket.ipynb")
        finally:
            os.chdir(here)
    (root / "CoverImage").mkdir()
    (root / "CoverImage/zero.png").symlink_to("/dev/zero")
    return root


@_posix
def links_outside(root: Path) -> Path:
    """Links of every kind to what is not theirs: the finding must not hold a word of it."""
    other = root.parent / f"{root.name}-outside"
    write(other, {"secret.md": f"# {SECRET}\n\n## Description\n\n{SECRET}\n", "folder/README.md": SECRET})
    write(root, {"project.toml": "", "3_Model/x": ""})
    (root / "README.md").symlink_to(other / "secret.md")
    (root / "0_LiteratureReview").symlink_to(other / "folder")
    (root / "1_DatasetCharacteristics").symlink_to(root)
    (root / "4_Presentation").mkdir()
    os.link(other / "secret.md", root / "4_Presentation/README.md")
    (root / ".git").write_text(f"gitdir: {other}\n")
    return root


@_posix
def strange_names(root: Path) -> Path:
    write(root, complete())
    names = [
        b"-rf", b"--help", b"a\nb.ipynb", b"a\rb.md", b"\xff\xfe.ipynb", b"\x1b[31m.ipynb", "\u202egnp.ipynb".encode(),
        b"x" * 249 + b".ipynb", b"$(touch pwned)", b"`id`", b"%s%n", b"CON", b"a:b", b"a\\..\\..\\b", b" ", b"...",
        "ü.ipynb".encode(), "u\u0308.ipynb".encode(), b"readme.MD", b"README.md ", b"Readme.md",
    ]  # fmt: skip
    for folder in (b"", b"3_Model/", b"CoverImage/", b"4_Presentation/"):
        for name in names:
            (Path(os.fsdecode(os.fsencode(root) + b"/" + folder + name))).write_bytes(b"{}")
    return root


@_posix
def deep_folders(root: Path) -> Path:
    """Folders one in the other, longer than any path may be."""
    write(root, complete())
    here = Path.cwd()
    os.chdir(root / "3_Model")
    try:
        for _ in range(400):
            os.mkdir("d" * 11)  # noqa: PTH102 - the path has no name that the system would take
            os.chdir("d" * 11)
        Path("x.ipynb").write_text("{}", encoding="utf-8")
    finally:
        os.chdir(here)
    return root


def folders_for_files(root: Path) -> Path:
    for name in (
        "README.md",
        "project.toml",
        NOTEBOOK,
        "requirements.txt",
        "4_Presentation/slides.pdf",
        "CoverImage/a.png",
    ):
        (root / name / "x").mkdir(parents=True)
    return write(root, {"2_BaselineModel": "a file", "4_Presentation/README.md": "[s](slides.pdf)"})


def empty_files(root: Path) -> Path:
    return write(root, dict.fromkeys(complete(), b""))


def _repository(root: Path, tree: Callable[[pygit2.Repository], pygit2.Oid]) -> Path:
    repository = pygit2.init_repository(str(root / "group.git"), bare=True)
    repository.create_commit("refs/heads/main", WHO, WHO, "work", tree(repository), [])
    repository.set_head("refs/heads/main")
    return root / "group.git"


def git_bomb(root: Path) -> Path:
    """A tree of ten names, each the same tree of ten names, ten times: 10^10 files in a few objects."""

    def tree(repository: pygit2.Repository) -> pygit2.Oid:
        blob = repository.create_blob(b"x")
        builder = repository.TreeBuilder()
        for n in range(10):
            builder.insert(f"f{n}", blob, pygit2.enums.FileMode.BLOB)
        for _ in range(9):
            inner, builder = builder.write(), repository.TreeBuilder()
            for n in range(10):
                builder.insert(f"d{n}", inner, pygit2.enums.FileMode.TREE)
        inner, builder = builder.write(), repository.TreeBuilder()
        builder.insert("3_Model", inner, pygit2.enums.FileMode.TREE)
        builder.insert("README.md", repository.create_blob(b"# Bomb"), pygit2.enums.FileMode.BLOB)
        return builder.write()

    return _repository(root, tree)


def strange_git_names(root: Path) -> Path:
    """Names that a tree object can hold and no disk: parents, slashes' neighbours, line breaks, escapes."""
    names = [
        b"-rf",
        b"..",
        b".git",
        b"a\nb",
        b"\xff\xfe",
        b"\x1b[31m",
        b"C:",
        b"x" * 5000,
        "\u202etxt".encode(),
    ]

    def tree(repository: pygit2.Repository) -> pygit2.Oid:
        blob = repository.create_blob(b"# x")
        entries = [(b"100644 README.md", blob), *((b"100644 " + name, blob) for name in names)]
        entries += [(b"120000 link", repository.create_blob(b"/etc/passwd")), (b"160000 module", blob)]
        data = b"".join(head + b"\0" + oid.raw for head, oid in sorted(entries))
        return repository.odb.write(pygit2.enums.ObjectType.TREE, data)

    return _repository(root, tree)


def object_bombs(root: Path) -> Path:
    """Objects that are small on disk and do not fit into memory: a file of 3 GB and a folder's long list."""
    where = _repository(root, lambda repository: repository.TreeBuilder().write())

    def loose(kind: str, piece: bytes, times: int, claimed: int = 0) -> str:
        head = f"{kind} {claimed or len(piece) * times}\0".encode()
        digest, packer, packed = sha1(head), zlib.compressobj(1), bytearray()
        packed += packer.compress(head)
        for _ in range(times):
            digest.update(piece)
            packed += packer.compress(piece)
        packed += packer.flush()
        path = where / "objects" / digest.hexdigest()[:2] / digest.hexdigest()[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(packed)
        return digest.hexdigest()

    repository = pygit2.Repository(str(where))
    blob = repository.create_blob(b"# Bomb")
    entries = (b"100644 a\0" + blob.raw) * 40_000
    trees = loose("tree", entries, 60)
    large = loose("blob", b"\0" * 1_000_000, 1, claimed=3_000_000_000)
    data = b"40000 3_Model\0" + bytes.fromhex(trees) + b"100644 README.md\0" + blob.raw
    data += b"100644 data.csv\0" + bytes.fromhex(large)
    tree = repository.odb.write(pygit2.enums.ObjectType.TREE, data)
    repository.create_commit("refs/heads/main", WHO, WHO, "bomb", tree, [repository.head.target])
    return where


def borrowed_objects(root: Path) -> Path:
    where = _repository(root, lambda repository: repository.TreeBuilder().write())
    (where / "objects/info").mkdir(exist_ok=True)
    (where / "objects/info/alternates").write_text("/\n", encoding="utf-8")
    return where


def broken_repository(root: Path) -> Path:
    where = _repository(root, lambda repository: repository.TreeBuilder().write())
    for path in where.glob("objects/??/*"):
        path.chmod(0o600)
        path.write_bytes(b"\x78\x9cnot an object")
    return where


def head_that_leads_nowhere(root: Path) -> Path:
    where = _repository(root, lambda repository: repository.TreeBuilder().write())
    (where / "HEAD").write_text("ref: refs/heads/loop\n", encoding="utf-8")
    (where / "refs/heads/loop").write_text("ref: refs/heads/loop\n", encoding="utf-8")
    return where


def hooks_and_configuration(root: Path) -> Path:
    """Everything by which git runs a program, in a folder that is handed in with its `.git`."""
    write(root, complete())
    repository = pygit2.init_repository(str(root))
    repository.index.add_all()
    repository.index.write()
    repository.create_commit("HEAD", WHO, WHO, "work", repository.index.write_tree(), [])
    trap = f"touch {root / 'PWNED'}"
    config = (
        f'[core]\n\tfsmonitor = "{trap}"\n\thooksPath = hooks\n\tsshCommand = "{trap}"\n\tpager = "{trap}"\n'
    )
    config += f'[filter "x"]\n\tclean = "{trap}"\n\tsmudge = "{trap}"\n[diff]\n\texternal = "{trap}"\n[alias]\n\tls-tree = "!{trap}"\n'
    (root / ".git/config").write_text(config, encoding="utf-8")
    return write(
        root,
        {".gitattributes": "* filter=x diff=x merge=x\n", ".git/hooks/post-checkout": f"#!/bin/sh\n{trap}\n"},
    )


SAMPLES = [
    pytest.param(
        value, id=name, marks=pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")
    )
    if getattr(value, "posix", False)
    else pytest.param(value, id=name)
    for name, value in list(globals().items())
    if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == __name__
]
