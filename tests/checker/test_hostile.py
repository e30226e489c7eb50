"""Whatever is handed in: findings or one clear error, in every format, in bounded time and memory, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.checker import all_rules, check_path
from coursekit.checker.formats import format_names, render
from coursekit.checker.profile import load_profile
from coursekit.errors import InputError
from coursekit.submission import Document, Notebook
from coursekit.submission.image import ImageError, read_header
from coursekit.submission.notebook import NotebookError
from tests.building import complete, write
from tests.checker.hostile import ESCAPES, SAMPLES, SECRET

# Line breaks and tabs are ours; everything else of this kind would move the cursor or hide text.
_RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MEMORY = 1_500_000_000
# Runs the command with a limit on its memory, where the system has one.
_LIMITED = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
except ImportError:
    pass
sys.argv = ["coursekit", *sys.argv[2:]]
from coursekit.cli import main
main()
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", _LIMITED, str(_MEMORY), *map(str, arguments)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A profile that asks for all that any rule can judge."""
    milestones = load_profile("opencampus-ml").milestones
    path = tmp_path_factory.mktemp("profile") / "everything.toml"
    path.write_text(
        f'name = "everything"\ntitle = "Everything"\nmilestones = {json.dumps(milestones)}\n'
        + "".join(
            f'[[requirements]]\ncode = "{code}"\nmilestone = "model"\nlevel = "required"\n'
            for code in all_rules()
        ),
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize("build", SAMPLES)
def test_it_costs_no_more_than_a_finding(
    build: Callable[[Path], Path], everything: str, tmp_path: Path
) -> None:
    """The exit code is one that is documented, both streams are plain text, and nothing of theirs ran."""
    root = tmp_path / "group"
    root.mkdir()
    where = build(root)
    found = run("check", where, "--profile", everything, "--format", "json")
    errors = found.stderr.decode("utf-8")
    assert found.returncode in {0, 1, 2}, errors[-3000:]
    assert "Traceback" not in errors
    assert found.returncode != 2 or errors.startswith("Error: ")
    assert not _RAW.search(found.stdout.decode("utf-8") + errors)
    assert SECRET not in found.stdout.decode("utf-8") + errors
    assert not (root / "PWNED").exists()
    if found.stdout:
        findings = json.loads(found.stdout)["findings"]
        assert len(findings) == len(all_rules())
        assert not any("rule failed" in finding["message"] for finding in findings)


@pytest.mark.parametrize("name", format_names())
def test_hostile_texts_leave_no_format_unescaped(name: str, tmp_path: Path) -> None:
    from tests.checker import hostile

    for number, build in enumerate((hostile.hostile_texts, hostile.hostile_project)):
        root = tmp_path / str(number)
        root.mkdir()
        check = check_path(build(root), profile="opencampus-ml")
        assert not _RAW.search(render([check], name))
        assert "<script>alert" not in render([check, check], name)


def test_what_a_bomb_claims_is_said(tmp_path: Path) -> None:
    """A picture larger than any is no picture that can be read; a file of gigabytes is too large."""
    from tests.checker import hostile

    (tmp_path / "images").mkdir()
    images = check_path(hostile.image_bombs(tmp_path / "images"), profile="opencampus-ml")
    size = next(finding for finding in images.findings if finding.code == "PRE605")
    assert (size.status.value, "cannot be read" in size.message or "not an image" in size.message) == (
        "not_judged",
        True,
    )
    (tmp_path / "git").mkdir()
    bomb = check_path(hostile.git_bomb(tmp_path / "git"), profile="opencampus-ml")
    assert "there are more" in bomb.problems[0].told("en")
    (tmp_path / "objects").mkdir()
    objects = check_path(hostile.object_bombs(tmp_path / "objects"), profile="opencampus-ml")
    files = next(finding for finding in objects.findings if finding.code == "REP801")
    assert "data.csv" in files.message
    assert [problem.path for problem in objects.problems] == ["3_Model"]
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", {"README.md": "# x", "/".join(["d"] * 70): "x"})
    deep = check_path(tmp_path / "deep", profile="opencampus-ml")
    assert [problem.path for problem in deep.problems] == ["/".join(["d"] * 64)]


_BYTES = st.binary(max_size=2000)
_MANGLED = st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=20))


def _mangle(data: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    for at, piece in cuts:
        at %= len(data) + 1
        data = data[:at] + piece + data[at + len(piece) :]
    return data


@settings(max_examples=150, deadline=None)
@given(data=_BYTES)
def test_any_bytes_are_a_notebook_or_said_to_be_none(data: bytes) -> None:
    with contextlib.suppress(NotebookError):
        assert len(Notebook(data, "x.ipynb").cells) >= 0


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=2000))
def test_any_text_is_a_document(text: str) -> None:
    document = Document(text, "x.md")
    lines = len(document.source.split("\n"))
    assert all(1 <= section.line <= lines for section in document.sections)


@settings(max_examples=150, deadline=None)
@given(
    data=_BYTES
    | st.builds(
        bytes.__add__,
        st.sampled_from(
            [
                b"\x89PNG\r\n\x1a\n",
                b"GIF89a",
                b"\xff\xd8\xff",
                b"RIFF\0\0\0\0WEBPVP8 ",
                b"II*\0",
                b"BM",
                b"<svg ",
            ]
        ),
        _BYTES,
    )
)
def test_any_bytes_are_an_image_or_said_to_be_none(data: bytes) -> None:
    try:
        header = read_header(data)
    except ImageError:
        return
    assert header.width >= 0
    assert header.height >= 0


_FILES = {path: data if isinstance(data, bytes) else data.encode() for path, data in complete().items()}


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(_FILES)), cuts=st.lists(_MANGLED, min_size=1, max_size=5))
def test_a_complete_project_with_damaged_bytes_is_judged(
    name: str, cuts: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wherever some bytes are overwritten, every requirement has its finding."""
    root = write(tmp_path_factory.mktemp("damaged"), {**_FILES, name: _mangle(_FILES[name], cuts)})
    check = check_path(root, profile="opencampus-ml")
    assert len(check.findings) == 31
    assert not any("rule failed" in finding.message for finding in check.findings)


@settings(max_examples=100, deadline=None)
@given(data=_BYTES | st.text(max_size=500).map(str.encode) | st.just(ESCAPES.encode()))
def test_any_project_toml_is_read_or_noted(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = write(tmp_path_factory.mktemp("toml"), {"README.md": "# x", "project.toml": data})
    try:
        check_path(root, profile="opencampus-ml")
    except InputError as error:
        assert error.hint
