"""A disk that is full: a message, nothing half-done, and the same command works when there is room again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.store import open_store, sqlite_file
from coursekit.store.copying import count_rows
from tests.store.test_backup import fill

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of files' sizes are POSIX's")

# The system refuses what would make a file larger, as a full disk does; SQLite says so in the same words.
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["coursekit", *sys.argv[2:]]
from coursekit.cli import main
main()
"""


def run(folder: Path, room: int, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def rows(folder: Path) -> dict[str, int]:
    assert sqlite_file.problems(folder / "course.db") == []
    with open_store(folder, create=False) as store, store.read() as view:
        return count_rows(view._connection)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("roster", "import", "more.csv", "--yes"),
        ("db", "backup", "out.db"),
        ("db", "restore", "saved.db", "--yes"),
        ("db", "export", "out"),
        ("privacy", "erase", "Ada", "--yes", "--reason", "asked"),
    ],
    ids=" ".join,
)
def test_nothing_is_half_done(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "course.toml").write_text('[course]\nname = "DL"\n')
    (tmp_path / "more.csv").write_text("name\n" + "".join(f"Student number {n}\n" for n in range(2000)))
    with open_store(tmp_path) as store:
        fill(store)
    many = ("groups", "add", "Many")
    assert run(tmp_path, 10**9, *many).returncode == 0
    assert run(tmp_path, 10**9, "db", "backup", "saved.db").returncode == 0
    before = rows(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    full = run(tmp_path, 2_000, *words)
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert "Error: expected" in full.stderr
    assert rows(tmp_path) == before
    left = sorted(
        path.name
        for path in tmp_path.iterdir()
        if path.name not in ("backups", "course.db-wal", "course.db-shm")
    )
    assert left == names
    again = run(tmp_path, 10**9, *words)
    assert again.returncode == 0, again.stderr
