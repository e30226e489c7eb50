"""Where the work of a job runs: here, in threads, or in processes that may die or hang."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from coursekit.errors import CoursekitError

Submit = Callable[[Callable[..., Any], Any], "Future[Any]"]


@contextmanager
def pool(workers: int, *, processes: bool, timeout: float | None) -> Iterator[Submit]:
    """Give a function that runs another one and promises its result.

    Parameters
    ----------
    workers : int
        How many run at once; the caller never submits more than these.
    processes : bool
        Whether each runs in a process of its own.
    timeout : float or None
        Seconds after which a process is killed.
    """
    if processes:
        with _processes(workers, timeout) as submit:
            yield submit
    elif workers == 1:
        yield _run_here
    else:
        with ThreadPoolExecutor(workers) as threads:
            yield threads.submit


def why(error: BaseException, timeout: float | None = None) -> str:
    """Say in one line why an item failed."""
    if isinstance(error, CoursekitError):
        return " ".join((f"{error.message}. {error.hint}" if error.hint else error.message).split())
    kind = type(error).__name__
    if kind == "ProcessExpired":
        code = getattr(error, "exitcode", None)
        ended = f"signal {-code}" if isinstance(code, int) and code < 0 else f"exit code {code}"
        return f"its process died ({ended})"
    if isinstance(error, TimeoutError) and timeout is not None and error.args[1:2] == (timeout,):
        return f"took longer than {timeout:g} seconds"
    return " ".join(f"{kind}: {error}".split())


def _run_here(function: Callable[..., Any], item: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function(item))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as every pool does; the runner looks at it
        future.set_exception(error)
    return future


@contextmanager
def _processes(workers: int, timeout: float | None) -> Iterator[Submit]:
    # Here, as most commands need no process.
    from pebble import ProcessPool

    # Forking a process that has threads (the heartbeat) can leave locks held for ever in the child.
    context = multiprocessing.get_context("spawn")
    processes = ProcessPool(max_workers=workers, context=context)
    try:
        yield lambda function, item: processes.schedule(function, args=[item], timeout=timeout)
        processes.close()  # type: ignore[no-untyped-call]
    except BaseException:
        processes.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        processes.join()
