"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from coursekit.errors import InputError
from coursekit.processes import machine, process_exists

# What the temporary name of a file begins with.
_FILE = ".coursekit-file-"


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` under a temporary name in the same folder, then rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    prefix = f"{_FILE}{_here()}-{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make names that changed in a folder outlast a power cut, where the system lets us."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with LF line ends, atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_new(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder of ours that nobody reads yet, by their paths in it with forward slashes."""
    for parent in {path.rpartition("/")[0] for path in files}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        # Without `Path`, which takes as long as the writing where there are many small files.
        with open(f"{folder}/{path}", "xb") as file:  # noqa: PTH123
            file.write(data)


_reading_mask = threading.Lock()


def _umask() -> int:
    # The only portable way to read the mask is to set it: one thread at a time, or each puts back what another set.
    with _reading_mask:
        mask = os.umask(0o022)
        os.umask(mask)
    return mask


@contextmanager
def folder_in_one_step(target: Path, *, tidy: bool = True) -> Iterator[Path]:
    """Give a temporary folder beside `target` that becomes `target` when the block ends well.

    When the block raises, nothing is left behind. What a killed run left beside `target` is removed first.

    Parameters
    ----------
    target : Path
    tidy : bool, optional
        Whether to look for what killed runs left; who makes many folders in one place calls
        `remove_leftovers` once.

    Raises
    ------
    InputError
        If `target` exists (an empty folder is taken over).
    """
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise InputError(
            f"expected a folder that does not exist yet, but there is already something at {target}",
            "Choose another name or folder; nothing was changed.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if tidy:
        remove_leftovers(target.parent)
    with temporary_folder(target.parent, target.name) as temporary:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if target.exists():
            target.rmdir()
        temporary.rename(target)


@contextmanager
def temporary_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give a folder in `parent` that is gone after the block; what a killed run leaves is known by its name."""
    prefix = f".coursekit-{name[:40]}-{_here()}-{os.getpid()}-"
    temporary = Path(tempfile.mkdtemp(prefix=prefix, suffix=".tmp", dir=parent))
    try:
        yield temporary
    finally:
        if temporary.exists():
            remove_folder(temporary)


_LEFTOVER = re.compile(r"\.coursekit-.*-(?P<here>[0-9a-f]{8})-(?P<pid>\d+)-\w+\.tmp", re.DOTALL)
_DAY = 24 * 60 * 60


def remove_leftovers(folder: Path) -> int:
    """Remove the temporary folders and files that killed runs left in `folder`; return how many.

    The name of each says which process made it, and on which machine. When that process is gone, nobody needs it;
    one of another machine counts as left behind after a day.
    """
    count = 0
    for path in folder.glob(".coursekit-*.tmp"):
        made = _LEFTOVER.fullmatch(path.name)
        ours = path.is_file() if path.name.startswith(_FILE) else path.is_dir()
        if made is None or path.is_symlink() or not ours:
            continue
        if made["here"] == _here():
            left = int(made["pid"]) != os.getpid() and not process_exists(int(made["pid"]))
        else:
            left = abs(time.time() - path.stat().st_mtime) > _DAY
        if left:
            with contextlib.suppress(OSError):
                remove_folder(path) if path.is_dir() else path.unlink()
            count += not path.exists()
    return count


def _here() -> str:
    return hashlib.sha256(machine().encode("utf-8", "replace")).hexdigest()[:8]


def remove_folder(path: Path) -> None:
    """Remove a folder of ours and everything in it, read-only files too (git's objects on Windows)."""

    def make_writable(function: Callable[[str], object], name: str, _: object) -> None:
        with contextlib.suppress(OSError):
            Path(name).chmod(stat.S_IWUSR | stat.S_IRUSR | stat.S_IXUSR)
            function(name)

    shutil.rmtree(path, onerror=make_writable)
