"""Work that a few threads do a little ahead of who takes its results."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from focusstack_app.core.progress import Checkpoint

MOST_THREADS = min(16, os.cpu_count() or 1)
_SOON_S = 0.1  # between two checks

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None
) -> Generator[Result, None, None]:
    """What `work` makes of each item, in order.

    One result more than there are threads is made ahead, so that memory does not grow with the
    items and a caller that rests, or stops, lets all of it rest or stop. It ends, and no thread is
    left, once nobody iterates any more.

    Args:
        work: Called by the threads; what it raises comes in its turn.
        items: Taken one by one on the calling thread.
        threads: How many; those of the processor, 16 at most, by default. With 0 the calling thread
            works, and nothing is made ahead.
    """
    if threads == 0:
        yield from map(work, items)
        return
    count = threads or MOST_THREADS
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for item in items:
                if len(running) > count:
                    yield running.popleft().result()
                running.append(pool.submit(work, item))
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def beside(work: Callable[[], Result], checkpoint: Checkpoint) -> Result:
    """What `work` makes, on a thread of its own: one call of a library that cannot be stopped.

    Args:
        work: It must touch nothing that is not its own: what it does when it is not waited for any
            more goes on to its end.
        checkpoint: Called on the calling thread now and then; may raise to stop.
    """
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    try:
        while not future.done():
            checkpoint()
            wait((future,), _SOON_S)
        return future.result()
    finally:
        pool.shutdown(wait=future.done())
