"""Folders that are there whole or not at all, and what is left when a run is killed."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from pathlib import Path

import pytest

from coursekit import files
from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, remove_leftovers
from tests.processes import dead_process


def make_and_wait(target: Path) -> None:
    with folder_in_one_step(target) as folder:
        (folder / "half.txt").write_text("half")
        (folder / ".git").mkdir()
        (target.parent / "begun").touch()
        time.sleep(60)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path) -> None:
    process = multiprocessing.get_context("forkserver").Process(
        target=make_and_wait, args=(tmp_path / "one",)
    )
    process.start()
    end = time.monotonic() + 30
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    assert remove_leftovers(tmp_path) == 0, "it is still at work"
    process.kill()
    process.join()
    assert len(list(tmp_path.glob(".coursekit-one-*.tmp"))) == 1
    with folder_in_one_step(tmp_path / "two") as folder:
        (folder / "a.txt").touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "two"]


def leftover(folder: Path, here: str, pid: int, *, age: float = 0) -> Path:
    path = folder / f".coursekit-a-{here}-{pid}-abc_123.tmp"
    (path / "sub").mkdir(parents=True)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_only_what_certainly_nobody_needs_is_removed(tmp_path: Path) -> None:
    dead, here = dead_process(), files._here()
    left = [leftover(tmp_path, here, dead), leftover(tmp_path, "0" * 8, dead, age=25 * 3600)]
    kept = [
        leftover(tmp_path, here, os.getpid(), age=25 * 3600),
        leftover(tmp_path, here, os.getppid()),
        leftover(tmp_path, "1" * 8, dead, age=3600),
        tmp_path / ".coursekit-mine.tmp",
        tmp_path / f".coursekit-a-{here}-{dead}-file.tmp",
        tmp_path / f".coursekit-a-{here}-{dead}-link.tmp",
        tmp_path / "elsewhere",
    ]
    kept[3].mkdir()
    kept[4].touch()
    kept[6].mkdir()
    (kept[6] / "mine.txt").touch()
    kept[5].symlink_to(kept[6], target_is_directory=True)
    assert remove_leftovers(tmp_path) == len(left)
    assert sorted(tmp_path.iterdir()) == sorted(kept)
    assert (kept[6] / "mine.txt").exists()


def test_the_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:

    def fail() -> None:
        with folder_in_one_step(tmp_path / "a") as folder:
            (folder / "x").touch()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert not list(tmp_path.iterdir())
    (tmp_path / "a").mkdir()
    with folder_in_one_step(tmp_path / "a") as folder:
        (folder / "x").touch()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["x"]
    with pytest.raises(InputError, match="already something"), folder_in_one_step(tmp_path / "a"):
        pytest.fail("it must not begin")


def test_a_file_that_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """What another living run is writing stays."""
    import os
    import subprocess
    import sys

    from coursekit.files import remove_leftovers

    code = (
        "import os, sys, pathlib\n"
        "from coursekit import files\n"
        "files.os.fsync = lambda handle: os._exit(0)\n"
        "files.write_bytes(pathlib.Path(sys.argv[1]) / 'x.txt', b'half')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    (left,) = tmp_path.iterdir()
    mine = tmp_path / left.name.replace(left.name.split("-")[-2], str(os.getpid()))
    mine.write_text("being written")
    assert remove_leftovers(tmp_path) == 1
    assert list(tmp_path.iterdir()) == [mine]
