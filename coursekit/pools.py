"""Where bulk work runs: here, in threads, or in processes that may die or hang without harming the rest.

Each process has a pipe of its own, and shares no lock and no queue with the others: one that is killed at any moment,
also in the middle of an answer, costs the item that it had, and nothing else. It is replaced by a new one.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import pickle
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from coursekit.errors import CoursekitError

Submit = Callable[[Callable[..., Any], Any], "Future[Any]"]

# A process that outlives the one that waits for it ends itself so many seconds after its time.
_ORPHAN_SECONDS = 10
# To start one may take long on a busy machine; that does not count as the item's time.
_BEGIN_SECONDS = 120
_ATTEMPTS = 3
_LAST_SECONDS = 5


class ProcessDiedError(Exception):
    """The process that had the item ended: killed by the system, or by what it read."""

    def __init__(self, exitcode: int | None) -> None:
        ended = f"signal {-exitcode}" if exitcode is not None and exitcode < 0 else f"exit code {exitcode}"
        super().__init__(f"its process died ({ended})")


class TookTooLongError(Exception):
    """The item took more than its time, and its process was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} seconds")


@contextmanager
def pool(
    workers: int,
    *,
    processes: bool = False,
    timeout: float | None = None,
    memory: int | None = None,
    preload: Sequence[str] = (),
) -> Iterator[Submit]:
    """Give a function that runs another one and promises its result.

    Parameters
    ----------
    workers : int
        How many run at once.
    processes : bool
        Whether each is a process of its own; functions, items and results are pickled then.
    timeout : float or None
        Seconds after which a process is killed.
    memory : int, optional
        Bytes of address space that a process may have, where the system can limit them.
    preload : sequence of str, optional
        Modules that processes need, so that they are imported once for all where the system can.
    """
    if processes:
        with _Processes(workers, timeout, memory, preload).running() as submit:
            yield submit
    elif workers == 1:
        yield _run_here
    else:
        with ThreadPoolExecutor(workers) as threads:
            yield threads.submit


def why(error: BaseException) -> str:
    """Say in one line why an item failed."""
    if isinstance(error, CoursekitError):
        return " ".join((f"{error.message}. {error.hint}" if error.hint else error.message).split())
    if isinstance(error, (ProcessDiedError, TookTooLongError)):
        return str(error)
    if isinstance(error, MemoryError):
        return "needs more memory than is given to one"
    return " ".join(f"{type(error).__name__}: {error}".split())


def _run_here(function: Callable[..., Any], item: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function(item))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as every pool does; the runner looks at it
        future.set_exception(error)
    return future


class _Worker:
    """A process, and this end of its pipe."""

    def __init__(self, context: Any, timeout: float | None, memory: int | None) -> None:
        self.pipe, theirs = context.Pipe()
        arguments = (theirs, None if timeout is None else math.ceil(timeout) + _ORPHAN_SECONDS, memory)
        self.process = context.Process(target=_serve, args=arguments, name="coursekit worker", daemon=True)
        self.process.start()
        # Only the process holds that end now, so that its death is seen as the end of the pipe.
        theirs.close()

    def end(self) -> None:
        """Kill the process if it lives."""
        # One that closed its end of the pipe is about to end by itself, and tells better how.
        self.process.join(_LAST_SECONDS if self.pipe.closed or self._at_end() else 0)
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _at_end(self) -> bool:
        try:
            return self.pipe.poll() and self.pipe.recv() is None
        except (EOFError, OSError):
            return True


class _Processes:
    """Workers, each watched by a thread while it works."""

    def __init__(
        self, workers: int, timeout: float | None, memory: int | None, preload: Sequence[str]
    ) -> None:
        # A plain fork of a process that has threads can leave locks held for ever in the child.
        quick = "forkserver" in multiprocessing.get_all_start_methods()
        self._context: Any = multiprocessing.get_context("forkserver" if quick else "spawn")
        if quick and preload:
            self._context.set_forkserver_preload(list(preload))
        self._timeout = timeout
        self._memory = memory
        self._count = workers
        self._idle: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._stopped = False

    @contextmanager
    def running(self) -> Iterator[Submit]:
        threads = ThreadPoolExecutor(self._count, thread_name_prefix="watch")
        for _ in range(self._count):
            self._idle.put(None)
        try:
            yield lambda function, item: threads.submit(self._call, function, item)
        except BaseException:
            self._stop()
            raise
        finally:
            try:
                threads.shutdown(cancel_futures=self._stopped)
            finally:
                self._stop()

    def _call(self, function: Callable[..., Any], item: Any) -> Any:
        worker = self._idle.get()
        try:
            worker = self._begun(worker, function, item)
            done, value = self._answer(worker)
            if not done:
                raise value
        except (Exception, SystemExit) as error:
            # Whatever state it is in after such an end: the next item gets a new one.
            if worker is not None and isinstance(error, (ProcessDiedError, TookTooLongError, MemoryError)):
                self._end(worker)
                worker = None
            raise
        finally:
            self._idle.put(worker)
        return value

    def _begun(self, worker: _Worker | None, function: Callable[..., Any], item: Any) -> _Worker:
        """Hand the item to a process; one that dies before it has begun with it was not harmed by it."""
        for _ in range(_ATTEMPTS):
            worker = worker or self._start()
            with suppress(OSError, EOFError):
                worker.pipe.send((function, item))
                if worker.pipe.poll(_BEGIN_SECONDS):
                    worker.pipe.recv()
                    return worker
            code, worker = self._end(worker), None
        raise ProcessDiedError(code)

    def _answer(self, worker: _Worker) -> tuple[bool, Any]:
        if not worker.pipe.poll(self._timeout):
            assert self._timeout is not None
            raise TookTooLongError(self._timeout)
        try:
            answer: tuple[bool, Any] = worker.pipe.recv()
        except (EOFError, OSError):
            raise ProcessDiedError(self._end(worker)) from None
        return answer

    def _start(self) -> _Worker:
        with self._lock:
            if self._stopped:
                raise ProcessDiedError(None)
            worker = _Worker(self._context, self._timeout, self._memory)
            self._all.add(worker)
            return worker

    def _end(self, worker: _Worker) -> int | None:
        with self._lock:
            if worker in self._all:
                self._all.discard(worker)
                worker.end()
            return worker.process.exitcode  # type: ignore[no-any-return]

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            for worker in self._all:
                # The pipe is left to the thread that may be waiting at it.
                worker.process.kill()
            for worker in self._all:
                worker.process.join()


def _serve(pipe: Connection, seconds: int | None, memory: int | None) -> None:
    """Work on one item after the other, until the other end of the pipe is closed."""
    # Ctrl-C in a terminal reaches every process; the one that waits for this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory is not None:
        _limit_memory(memory)
    alarm = getattr(signal, "alarm", None) if seconds is not None else None
    with suppress(OSError, EOFError):  # the other side has gone
        while True:
            answer = _received(pipe, alarm, seconds)
            try:
                pipe.send(answer)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - a result or an error that cannot be pickled
                pipe.send((False, RuntimeError(f"{type(error).__name__}: {error}")))


def _received(
    pipe: Connection, alarm: Callable[[int], object] | None, seconds: int | None
) -> tuple[bool, Any]:
    data = pipe.recv_bytes()
    pipe.send(None)  # begun
    if alarm and seconds:
        alarm(seconds)
    try:
        function, item = pickle.loads(data)  # noqa: S301 - from the process that started this one
        return True, function(item)
    except BaseException as error:  # noqa: BLE001 - SystemExit too; the other side tells it
        return False, error
    finally:
        if alarm:
            alarm(0)


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        least = size if most == resource.RLIM_INFINITY else min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (least, most))
