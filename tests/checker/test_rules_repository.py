"""ENV and REP on small cases, written after what real repositories hold."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from coursekit.checker import check_path
from coursekit.git import first_commit
from coursekit.submission.index import read_index
from tests.building import complete, write
from tests.checker.judging import Case, Files, finding, table, try_case, without

NONE = without("requirements.txt")
CONDA = "name: tf\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip:\n    - keras\n"
BIG = b"x" * 10_000_001

CASES: list[Case] = [
    ("ENV701", "met", complete()),
    ("ENV701", "met", {**NONE, "requirements_gpu.txt": "torch"}),
    ("ENV701", "met", {**NONE, "3_Model/Requirements.txt": "torch"}),
    ("ENV701", "met", {**NONE, "requirements/base.txt": "torch"}),
    ("ENV701", "met", {**NONE, "requirements.txt": "numpy==2.0\r\n".encode("utf-16")}),
    ("ENV701", "met", {**NONE, "environment.yaml": CONDA}),
    ("ENV701", "met", {**NONE, "tf_311.yaml": CONDA}),
    ("ENV701", "met", {**NONE, "pyproject.toml": '[project]\nname = "x"\ndependencies = ["numpy"]\n'}),
    ("ENV701", "met", {**NONE, "pyproject.toml": "[tool.poetry.dependencies]\npython = '*'\n"}),
    ("ENV701", "met", {**NONE, "Pipfile": "[packages]\nnumpy = '*'\n"}),
    ("ENV701", "met", {**NONE, "setup.py": "setup(install_requires=['numpy'])"}),
    ("ENV701", "met", {**NONE, "uv.lock": "version = 1"}),
    ("ENV701", "not_met", NONE),
    ("ENV701", "not_met", {**NONE, "requirements.txt": "# to do\n\n"}),
    ("ENV701", "not_met", {**NONE, "pyproject.toml": "[tool.black]\nline-length = 100\n"}),
    ("ENV701", "not_met", {**NONE, ".github/workflows/x.yml": "on: push\njobs: {}\n", "data.yaml": "train: ../a\n"}),
    ("ENV701", "not_met", {**NONE, "venv/lib/site-packages/x/requirements.txt": "numpy"}),
    ("ENV701", "not_met", {**NONE, "README.txt": "pip install numpy"}),
    ("REP801", "met", complete()),
    ("REP801", "met", {**complete(), "data.csv": BIG[:-1]}),
    ("REP801", "met", {**complete(), "4_Presentation/slides.pdf": BIG, "0_LiteratureReview/talk.PPTX": BIG}),
    ("REP801", "not_met", {**complete(), "data.csv": BIG}),
    ("REP801", "not_met", {**complete(), "4_Presentation/video.mp4": BIG}),
    ("REP801", "not_met", {**complete(), "0_LiteratureReview/book.pdf": BIG}),
    ("REP802", "met", complete()),
    ("REP802", "met", {**complete(), "venv.md": "how to make a venv", "desktop/ini.txt": "", ".gitignore": ".venv\n"}),
    ("REP802", "not_met", {**complete(), "3_Model/.ipynb_checkpoints/x-checkpoint.ipynb": "{}"}),
    ("REP802", "not_met", {**complete(), "3_Model/__pycache__/x.cpython-311.pyc": ""}),
    ("REP802", "not_met", {**complete(), "CoverImage/.DS_Store": ""}),
    ("REP802", "not_met", {**complete(), "CoverImage/Thumbs.db": ""}),
    ("REP802", "not_met", {**complete(), "Desktop.ini": ""}),
    ("REP802", "not_met", {**complete(), "4_Presentation/~$slides.pptx": ""}),
    ("REP802", "not_met", {**complete(), ".Rhistory": ""}),
    ("REP802", "not_met", {**complete(), "code/.venv/pyvenv.cfg": ""}),
    ("REP802", "not_met", {**complete(), ".idea/x.iml": ""}),
    ("REP802", "not_met", {**complete(), ".vscode/settings.json": "{}"}),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    try_case(tmp_path, code, status, files)


def test_a_folder_of_left_overs_is_named_once(tmp_path: Path) -> None:
    files = {**complete(), **{f".idea/{n}/x.xml": "" for n in range(30)}, "a/.DS_Store": ""}
    found = finding(tmp_path, "REP802", files)
    assert found.message == "2 committed: .idea, a/.DS_Store"


def test_requirements_in_utf_16_are_no_problem(tmp_path: Path) -> None:
    found = check_path(write(tmp_path, {**complete(), "requirements.txt": "numpy\n".encode("utf-16")}))
    assert found.problems == ()


def test_what_git_ignores_is_not_committed(tmp_path: Path) -> None:
    write(tmp_path, complete())
    first_commit(tmp_path, "start")
    late = {"data/large.csv": BIG, ".vscode/settings.json": "{}"}
    for code in ("REP801", "REP802"):
        assert finding(tmp_path, code, late).status == "met"
    index = pygit2.Repository(str(tmp_path)).index
    index.add_all()
    index.write()
    for code in ("REP801", "REP802"):
        assert finding(tmp_path, code, {}).status == "not_met"


def test_a_git_folder_that_leads_elsewhere_tells_nothing(tmp_path: Path) -> None:
    write(tmp_path / "other", {"README.md": "# x"})
    first_commit(tmp_path / "other", "start")
    root = write(tmp_path / "p", {**complete(), ".idea/x.xml": ""})
    try:
        (root / ".git").symlink_to(tmp_path / "other" / ".git")
    except OSError:
        pytest.skip("no links here")
    assert finding(root, "REP802", {}).status == "not_met"
    (root / ".git").unlink()
    (root / ".git").write_text("gitdir: ../other/.git\n")
    assert finding(root, "REP802", {}).status == "not_met"


@pytest.mark.parametrize("version", [2, 4])
def test_an_index_is_read_as_git_writes_it(tmp_path: Path, version: int) -> None:
    names = {f"folder {n % 7}/file {n} ä.txt": str(n) for n in range(200)}
    write(tmp_path, names)
    first_commit(tmp_path, "start")
    path = tmp_path / ".git" / "index"
    if version == 4:
        path.write_bytes(_version_4(sorted(name.encode() for name in names)))
    assert read_index(path.read_bytes()) == set(names)


def _version_4(names: list[bytes]) -> bytes:
    made, before = [b"DIRC" + (4).to_bytes(4, "big") + len(names).to_bytes(4, "big")], b""
    for name in names:
        same = next((i for i, (a, b) in enumerate(zip(before, name, strict=False)) if a != b), len(before))
        made.append(bytes(62) + bytes([len(before) - same]) + name[same:] + b"\0")
        before = name
    return b"".join(made)


@pytest.mark.parametrize(
    "data",
    [b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"DIRC\0\0\0\4\0\0\0\1" + b"\xff" * 80, b"DIRC\0\0\0\2\0\0\0\1" + b"x" * 62],
)  # fmt: skip
def test_a_damaged_index_tells_nothing(data: bytes) -> None:
    assert read_index(data) is None
