"""Runs the stacks of a batch one by one, so that other work on the device gets its turn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from PySide6.QtCore import QObject, QTimer, Signal

from focusstack_app.core.errors import FocusStackError
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import (
    BatchItem,
    BatchReport,
    BatchTask,
    Outcome,
    check_batch,
    run_task,
)
from focusstack_app.jobs.disk_room import DiskRoom
from focusstack_app.jobs.results_folders import check_apart, results_folders
from focusstack_app.jobs.waiting import Seen, Waiting
from focusstack_app.jobs.watch import Watch
from focusstack_app.jobs.watching import pause_s
from focusstack_app.ui.bridge import Bridge, Lane, Task
from focusstack_app.ui.services import Services
from focusstack_app.ui.translation import said, tr
from focusstack_app.ui.wording import seconds_text

_PUT_OFF_MS = 1000
_NAMED = 3  # failures that a summary names


class BatchRunner(QObject):
    """One batch at a time.

    Signals:
        started: Number of the stack that begins.
        advanced: Number of the stack, its fraction, 0 to 1, and what is being done.
        ended: Number of the stack and its `BatchItem`.
        seen: What a watch waits for (`jobs.watch.Seen`), again and again while nothing is fused.
        put_off: Number of the stack that began and ended last in vain: a watch tries it again.
        over: The `BatchReport` of what was done; comes last, also after a stop.
    """

    started = Signal(int)
    advanced = Signal(int, float, str)
    ended = Signal(int, object)
    seen = Signal(object)
    put_off = Signal(int)
    over = Signal(object)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._tasks: list[BatchTask] = []
        self._items: list[BatchItem] = []
        self._task: Task | None = None
        self._folders = ExitStack()
        self._watch: Watch | None = None
        self._due: Waiting | None = None
        self._room = DiskRoom()
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._look)
        self.busy = False
        self.paused = False

    @property
    def working(self) -> bool:
        """Whether a stack is fused, or the next one will be at once."""
        return self.busy and (self._task is not None or not self.paused)

    def start(self, tasks: Sequence[BatchTask]) -> None:
        """Run these.

        Raises:
            RuntimeError: If a batch runs already.
            InputError: If there is none.
            OutputError: If a folder for results cannot be used.
        """
        if self.busy:
            raise RuntimeError("a batch runs already")
        check_batch(tasks)
        self._folders.enter_context(results_folders(tasks[0].target))
        self._tasks, self._items, self._watch = list(tasks), [], None
        self._room = DiskRoom()
        self.busy, self.paused = True, False
        self._next()

    def watch(self, watch: Watch) -> None:
        """Fuse stacks as they come, until `stop`.

        Raises:
            RuntimeError: If a batch runs already.
            OutputError: If a folder for results is one that is watched, or cannot be used.
        """
        if self.busy:
            raise RuntimeError("a batch runs already")
        check_apart(watch.target, watch.parents)
        self._folders.enter_context(results_folders(watch.target))
        self._tasks, self._items, self._watch = [], [], watch
        self._room = watch.room
        self.busy, self.paused = True, False
        self._look()

    @property
    def watching(self) -> bool:
        """Whether it goes on until it is stopped."""
        return self.busy and self._watch is not None

    def pause(self) -> None:
        """Begin no other stack until `resume`; the one that runs goes on."""
        self.paused = True

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        if self.busy and self._task is None:
            self._next()

    def _look(self) -> None:
        """See what came, on the thread that fuses: never both at once."""
        self._again.stop()
        watch, began_s = self._watch, time.monotonic()
        assert watch is not None
        task = self._task = self._bridge.submit(Lane.DEVICE, watch.look)
        task.succeeded.connect(lambda seen: self._on_seen(seen, time.monotonic() - began_s))
        task.failed.connect(self._on_look_failed)
        task.cancelled.connect(self._end)

    def _on_seen(self, seen: Seen, took_s: float) -> None:
        self._task = None
        due = None if self.paused else seen.due
        if due is not None and self._watch is not None:
            self._due = due
            self._tasks.append(self._watch.begin(due))
        self.seen.emit(seen)
        if due is not None:
            self._next()
        elif not self.paused:
            self._again.start(round(1000 * pause_s(took_s)))

    def _on_look_failed(self, error: Exception) -> None:
        self._end()
        raise error

    @property
    def newest(self) -> BatchTask | None:
        """The stack of a watch that begins next."""
        return self._tasks[-1] if len(self._tasks) > len(self._items) else None

    def stop(self) -> None:
        """Stop at the next checkpoint; finished pictures stay."""
        if self._task is not None:
            self._task.cancel()
        elif self.busy:
            self._end()

    def left_s(self, fraction: float) -> float | None:
        """Seconds that remain, at the pace per frame of the stacks that are done.

        Args:
            fraction: Of the stack that runs, 0 to 1.

        Returns:
            None before the first one is done.
        """
        frames = [len(task.stack.sources) for task in self._tasks]
        done = [
            (item.seconds, count)
            for item, count in zip(self._items, frames, strict=False)
            if item.outcome is Outcome.DONE
        ]
        if not done or len(done) == len(frames):
            return None
        pace_s = sum(seconds for seconds, _ in done) / sum(count for _, count in done)
        number = len(self._items)
        return pace_s * (sum(frames[number:]) - fraction * frames[number])

    def _next(self) -> None:
        number = len(self._items)
        if number == len(self._tasks):
            if self._watch is None:
                self._end()
            else:
                self._look()
            return
        work_task, room = self._tasks[number], self._room

        def work(progress: Progress) -> BatchItem:
            return run_task(work_task, progress, room, self._services.fuse_stack)

        task = self._task = self._bridge.submit(Lane.DEVICE, work)
        self.started.emit(number)
        task.progressed.connect(lambda share, stage: self.advanced.emit(number, share, stage))
        task.succeeded.connect(lambda item: self._on_item(number, item))
        task.failed.connect(lambda error: self._on_item(number, _failed(work_task, error)))
        task.cancelled.connect(self._end)

    def _on_item(self, number: int, item: BatchItem) -> None:
        self._task = None
        watch, due = self._watch, self._due
        if watch is not None and due is not None and not watch.ended(due, item):
            del self._tasks[number]
            self.put_off.emit(number)
            self._again.start(_PUT_OFF_MS)
            return
        self._items.append(item)
        self.ended.emit(number, item)
        if len(self._items) == len(self._tasks) and self._watch is None:
            self._end()
        elif not self.paused:
            self._next()

    def _end(self) -> None:
        self._again.stop()
        self._task = self._due = None
        self.busy = False
        self._folders.close()
        self.over.emit(BatchReport(tuple(self._items)))


def item_text(item: BatchItem) -> str:
    """How a stack ended, in words."""
    match item.outcome:
        case Outcome.SKIPPED:
            parts = [tr("Skipped."), item.message]
        case Outcome.FAILED:
            parts = [tr("Failed."), item.message]
        case Outcome.DONE:
            done = tr("Done in {time}").format(time=seconds_text(item.seconds))
            parts = [f"{done}.", item.warnings[0]] if item.warnings else [done]
    return " ".join(said(part) for part in parts)


def report_text(report: BatchReport | None) -> str:
    """All stacks and how they ended, a line each."""
    if report is None:
        return ""
    return "\n".join(
        f"{item.outcome}\t{item.name}\t{item.output}\t{item.message}".rstrip()
        for item in report.items
    )


def summary_text(report: BatchReport, planned: int) -> str:
    """How a batch ended: the counts, the first failures, and how it goes on.

    Args:
        report: What was done.
        planned: Number of the stacks that were to be done.
    """
    stopped = len(report.items) < planned
    counts = tr("{done} done, {skipped} skipped, {failed} failed").format(
        **{outcome.value: report.count(outcome) for outcome in Outcome}
    )
    end = tr("Stopped") if stopped else tr("Finished")
    lines = [f"{end}: {counts}."]
    failed = [item for item in report.items if item.outcome is Outcome.FAILED]
    full = {item.full: item for item in reversed(failed) if item.full is not None}
    told = [item for item in failed if item.full is None or item is full[item.full]][:_NAMED]
    lines += [f"{item.name}: {said(item.message)}" for item in told]
    if len(failed) > len(told):
        lines.append(tr("and %n more", "", len(failed) - len(told)))
    if stopped or full:
        lines.append(tr("Start goes on with what is missing."))
    return "\n".join(lines)


def _failed(task: BatchTask, error: BaseException) -> BatchItem:
    text = error.said if isinstance(error, FocusStackError) else str(error)
    return BatchItem(task.stack.name, task.stack.folder, task.output, Outcome.FAILED, 0.0, text)
