"""Memory and messages between processes: what one writes the other sees, and nothing is left behind."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_lib import shared_memory as module
from core_lib.shared_memory import LINE, Channel, SharedMemory, room

posix = pytest.mark.skipif(sys.platform == "win32", reason="on Windows shared memory has no file")


class TestSharedMemory:
    def test_what_is_written_is_seen_by_whoever_knows_the_name(self) -> None:
        memory = SharedMemory(room((3, 4), np.float32) + room((5,), np.int64))
        a, b = memory.place((3, 4), np.float32), memory.place((5,), np.int64)
        other = SharedMemory(*memory.address)
        memory.array(a)[...] = np.arange(12).reshape(3, 4)
        other.array(b)[...] = 7
        np.testing.assert_array_equal(other.array(a), np.arange(12).reshape(3, 4))
        np.testing.assert_array_equal(memory.array(b), 7)

    def test_another_process_sees_it(self) -> None:
        memory = SharedMemory(room((4,), np.float64))
        place = memory.place((4,), np.float64)
        memory.array(place)[...] = 1.0
        code = (
            "import sys; from core_lib.shared_memory import Place, SharedMemory\n"
            f"array = SharedMemory(*{memory.address!r}).array({tuple(place)!r})\n"
            "array *= 3.0\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
        np.testing.assert_array_equal(memory.array(place), 3.0)

    @given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["f4", "f8", "i8", "?"])), max_size=5))
    def test_arrays_begin_at_cache_lines_and_do_not_overlap(self, arrays: list[tuple[int, str]]) -> None:
        memory = SharedMemory(sum(room((n,), dtype) for n, dtype in arrays))
        places = [memory.place((n,), dtype) for n, dtype in arrays]
        for i, place in enumerate(places):
            assert place.start % LINE == 0
            memory.array(place)[...] = i % 2
        for i, place in enumerate(places):
            assert (memory.array(place) == i % 2).all()

    def test_emptied_it_gives_the_same_places_again(self) -> None:
        memory = SharedMemory(1000)
        first = memory.place((3,), np.float32)
        assert memory.emptied().place((3,), np.float32) == first

    @posix
    def test_without_a_name_it_lives_on_and_leaves_nothing(self) -> None:
        memory = SharedMemory(room((3,), np.float32))
        assert Path(memory.name).exists()
        assert not memory.forgotten
        array = memory.array(memory.place((3,), np.float32))
        memory.forget()
        memory.forget()
        assert memory.forgotten
        assert not Path(memory.name).exists()
        array[...] = 2.0
        assert array.sum() == 6.0

    @posix
    def test_the_file_goes_with_the_last_one_who_uses_it(self) -> None:
        memory = SharedMemory(10)
        name = memory.name
        del memory
        gc.collect()
        assert not Path(name).exists()

    @posix
    def test_nobody_else_may_read_it(self) -> None:
        memory = SharedMemory(10)
        assert Path(memory.name).stat().st_mode & 0o077 == 0

    @posix
    def test_without_room_in_memory_a_file_will_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "IN_MEMORY", "/there/is/no/such/folder")
        memory = SharedMemory(100)
        assert Path(memory.name).parent == Path(tempfile.gettempdir())

    @posix
    def test_no_room_at_all_is_an_error_and_no_crash(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "no space left on device")

        monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
        before = _files()
        with pytest.raises(MemoryError, match="no room for 100 bytes"):
            SharedMemory(100)
        assert _files() <= before


def _files() -> set[Path]:
    folders = (Path(module.IN_MEMORY), Path(tempfile.gettempdir()))
    return {file for folder in folders for file in folder.glob(f"core_lib-{os.getpid()}-*")}


@pytest.fixture
def both_ends() -> tuple[Channel, Channel]:
    one, two = os.pipe(), os.pipe()
    return Channel(one[0], two[1]), Channel(two[0], one[1])


class TestChannel:
    def test_messages_arrive_in_order(self, both_ends: tuple[Channel, Channel]) -> None:
        here, there = both_ends
        here.send(b"a", b"first")
        here.send(b"b")
        assert there.receive() == (b"a", b"first")
        assert there.receive() == (b"b", b"")
        there.send(b"c", b"back")
        assert here.receive() == (b"c", b"back")

    def test_a_message_may_be_larger_than_a_pipe(self, both_ends: tuple[Channel, Channel]) -> None:
        here, there = both_ends
        content = np.random.default_rng(0).bytes(3_000_000)
        thread = threading.Thread(target=here.send, args=(b"l", content))
        thread.start()
        assert there.receive() == (b"l", content)
        thread.join()

    def test_who_waits_long_goes_to_sleep_and_is_woken(
        self, both_ends: tuple[Channel, Channel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0.0)
        here, there = both_ends
        timer = threading.Timer(0.05, here.send, args=(b"w", b"up"))
        timer.start()
        assert there.receive() == (b"w", b"up")

    def test_the_end_of_the_other_is_an_error(self, both_ends: tuple[Channel, Channel]) -> None:
        here, there = both_ends
        here.send(b"a", b"whole")
        os.write(here.writing, b"b\x05")  # and half of another
        os.close(here.writing)
        assert there.receive() == (b"a", b"whole")
        with pytest.raises(EOFError):
            there.receive()

    def test_who_was_interrupted_can_go_on(
        self, both_ends: tuple[Channel, Channel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Half a message has come when Ctrl-C is pressed; nothing of it is lost."""
        here, there = both_ends
        whole = b"x" + (4).to_bytes(8, "little") + b"four"
        os.write(here.writing, whole[:6])
        read = there._read

        def interrupted() -> bytes:
            if there.arrived:
                raise KeyboardInterrupt
            return read()

        monkeypatch.setattr(there, "_read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            there.receive()
        monkeypatch.undo()
        os.write(here.writing, whole[6:])
        assert there.receive() == (b"x", b"four")
