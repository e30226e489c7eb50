"""What is installed holds everything, and no importable core_lib."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from coursekit.assets import asset

ROOT = Path(__file__).resolve().parents[1]
DATA = ("core_lib", "templates", "past_projects")


def _ours(folder: Path) -> set[str]:
    """Return the files git keeps below a folder of data, as the wheel names them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder.name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {f"coursekit/_assets/{name}" for name in listed.stdout.split("\0") if name}


def test_the_data_is_found_in_a_checkout() -> None:
    for name in DATA:
        assert asset(name) == ROOT / name
    with pytest.raises(FileNotFoundError, match="install coursekit again"):
        asset("nothing")


@pytest.mark.slow
def test_sdist_to_wheel_to_a_fresh_environment_and_the_demo_from_another_folder(tmp_path: Path) -> None:
    def run(*command: str | Path, cwd: Path = tmp_path) -> str:
        done = subprocess.run(
            [*map(str, command)], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        assert any(name.endswith("/tests/test_packaging.py") for name in archive.getnames())
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, sdist)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    if (ROOT / ".git").exists():
        for name in DATA:
            missing = _ours(ROOT / name) - names
            assert not missing
    assert not [
        name for name in names if name.split("/")[0] in {"core_lib", "templates", "tests", "past_projects"}
    ]

    venv.create(tmp_path / "env", with_pip=True)
    scripts = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = run(scripts / "coursekit", "demo", cwd=elsewhere)
    assert "handwritten-digits" in out
    assert (
        elsewhere / "coursekit-demo" / "repositories" / "handwritten-digits" / "core_lib" / "dense.py"
    ).is_file()
    left = [path for path in (elsewhere / "coursekit-demo").rglob("*") if path.name == "__pycache__"]
    assert left == []  # what the installer compiled in the templates stays there
    absent = subprocess.run(
        [scripts / "python", "-c", "import core_lib"], cwd=elsewhere, capture_output=True, check=False
    )
    assert b"ModuleNotFoundError" in absent.stderr
