"""The loop that looks at watched folders and fuses what is complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import shown
from focusstack_app.jobs.batch import BatchItem, Fuse, run_task
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.results_folders import check_apart, results_folders
from focusstack_app.jobs.waiting import Waiting
from focusstack_app.jobs.watch import Watch

LOOK_S = 1.0  # from one look to the next
_NAP_S = 0.1


def run_watch(
    watch: Watch,
    progress: Progress,
    *,
    on_item: Callable[[BatchItem], None],
    on_note: Callable[[str], None],
    fuse: Fuse = fuse_stack,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Waiting, ...]:
    """Fuse stacks as they come, one after the other, until `progress` is cancelled.

    Args:
        watch: What is watched.
        progress: Of the stack that is fused, then of the next.
        on_item: Called after each stack.
        on_note: Called with a sentence about what is left alone or cannot be reached.
        fuse: What fuses.
        sleep: Lets seconds pass, of the clock of `watch`.

    Returns:
        The stacks that were not fused yet, also the one in the middle of which it ended.

    Raises:
        OutputError: If a folder for results is one that is watched, or cannot be used.
    """
    check_apart(watch.target, watch.parents)
    waiting: tuple[Waiting, ...] = ()
    with results_folders(watch.target), suppress(Cancelled):
        while True:
            began_s = time.monotonic()
            seen = watch.look(progress)
            waiting = seen.waiting
            for note in seen.notes:
                on_note(note)
            due = seen.due
            if due is None:
                progress.report(0.0, seen.text)
                _rest(progress, pause_s(time.monotonic() - began_s), sleep)
                continue
            task = watch.begin(due)
            progress.report(0.0, shown(task.stack.name))
            item = run_task(task, progress, watch.room, fuse)
            if watch.ended(due, item):
                waiting = tuple(one for one in waiting if one is not due)
                on_item(item)
            progress.begin_again()
    return tuple(one for one in waiting if one.due_s is not None)


def pause_s(look_s: float) -> float:
    """Until the next look: a slow network drive is not kept busy with them.

    Args:
        look_s: How long the last one took.
    """
    return max(LOOK_S, 4.0 * look_s)


def _rest(progress: Progress, seconds: float, sleep: Callable[[float], None]) -> None:
    for _ in range(round(seconds / _NAP_S)):
        progress.checkpoint()
        sleep(_NAP_S)
