"""Memory and messages that processes share; below `processes.py`."""

from __future__ import annotations

import math
import mmap
import os
import secrets
import sys
import tempfile
import time
import weakref
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array

# How many seconds to look for a message before going to sleep.
PATIENCE = 0.002
# A folder whose files are in memory only, where there is one. Elsewhere the system keeps in memory what is used.
IN_MEMORY = "/dev/shm"  # noqa: S108  # the names are random, and the files nobody else's
# Arrays begin at cache lines.
LINE = 64


class Place(NamedTuple):
    """Where in a `SharedMemory` an array is."""

    start: int  # in bytes
    shape: tuple[int, ...]
    dtype: str


class SharedMemory:
    """Memory that another process can see, if it knows the name.

    It is there until the last process which uses it has ended. Once all have it, `forget` takes away the name.

    Parameters
    ----------
    size : int
        In bytes.
    name : str, optional
        That of memory which another process has made; without one it is made.
    """

    def __init__(self, size: int, name: str | None = None) -> None:
        self.size = max(size, 1)
        self.used = 0
        self._unlink: Any = None
        if name is None:
            self.name, self.bytes = self._make()
        else:
            self.name, self.bytes = name, self._open(name)

    @property
    def address(self) -> tuple[int, str]:
        """What another process needs to see it."""
        return self.size, self.name

    def place(self, shape: tuple[int, ...], dtype: Any) -> Place:
        """Reserve the next piece for an array."""
        place = Place(self.used, shape, np.dtype(dtype).str)
        self.used += room(shape, dtype)
        return place

    def array(self, place: Place) -> Array:
        """Give the array at a place."""
        start, shape, dtype = place
        array: Array = np.ndarray(shape, dtype, self.bytes, start)
        return array

    @property
    def forgotten(self) -> bool:
        """Has the name been taken away?"""
        return self._unlink is None or not self._unlink.alive

    def forget(self) -> None:
        """Take away the name, so that nothing is left behind whatever happens."""
        if self._unlink is not None:
            self._unlink()

    def emptied(self) -> SharedMemory:
        """Let all places be reserved anew."""
        self.used = 0
        return self

    def _make(self) -> tuple[str, mmap.mmap]:
        own = f"core_lib-{os.getpid()}-{secrets.token_hex(8)}"
        if sys.platform == "win32":
            return own, self._open(own)
        for folder in (IN_MEMORY, tempfile.gettempdir()):
            name = f"{folder}/{own}"
            try:
                descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            except OSError:
                continue
            self._unlink = weakref.finalize(self, os.unlink, name)  # at the end in any case
            try:
                if hasattr(os, "posix_fallocate"):  # an error now, and no crash when it is written to
                    os.posix_fallocate(descriptor, 0, self.size)
                else:
                    os.ftruncate(descriptor, self.size)
                return name, mmap.mmap(descriptor, self.size)
            except OSError:
                self.forget()
            finally:
                os.close(descriptor)
        raise MemoryError(f"there is no room for {self.size} bytes that processes share")

    def _open(self, name: str) -> mmap.mmap:
        if sys.platform == "win32":
            return mmap.mmap(-1, self.size, tagname=name)
        descriptor = os.open(name, os.O_RDWR)
        try:
            return mmap.mmap(descriptor, self.size)
        finally:
            os.close(descriptor)


def room(shape: tuple[int, ...], dtype: Any) -> int:
    """Give the number of bytes that an array takes in a `SharedMemory`."""
    size: int = math.prod(shape) * np.dtype(dtype).itemsize
    return -(-size // LINE) * LINE


class Channel:
    """Messages between two processes: a letter that says what it is, and bytes.

    Being woken takes longer than many a computation. So who waits looks again and again before going to sleep.

    Parameters
    ----------
    reading, writing : int
        File descriptors of pipes.
    """

    def __init__(self, reading: int, writing: int) -> None:
        self.reading, self.writing = reading, writing
        self.arrived = bytearray()
        if sys.platform != "win32":  # there a pipe cannot be looked at, only waited for
            os.set_blocking(reading, False)

    def send(self, kind: bytes, content: bytes = b"") -> None:
        """Send a message."""
        rest = memoryview(kind + len(content).to_bytes(8, "little") + content)
        while rest:
            rest = rest[os.write(self.writing, rest) :]

    def receive(self) -> tuple[bytes, bytes]:
        """Wait for a message.

        Raises
        ------
        EOFError
            If the other process has ended.
        """
        while len(self.arrived) < 9 or len(self.arrived) < 9 + self._announced():
            self.arrived += self._read()  # whoever is interrupted here can begin anew
        end = 9 + self._announced()
        kind, content = bytes(self.arrived[:1]), bytes(self.arrived[9:end])
        del self.arrived[:end]
        return kind, content

    def _announced(self) -> int:
        return int.from_bytes(self.arrived[1:9], "little")

    def _read(self) -> bytes:
        end = time.perf_counter() + PATIENCE
        while True:
            try:
                found = os.read(self.reading, 2**16)
            except BlockingIOError:
                if time.perf_counter() > end:
                    import select

                    select.select([self.reading], [], [])
                continue
            if not found:
                raise EOFError
            return found
