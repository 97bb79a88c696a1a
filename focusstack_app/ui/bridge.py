"""Between worker threads and Qt: the only file that knows both.

Work runs in lanes of one thread each, so that a long fusion never holds up a thumbnail. What a
job says on its thread arrives here as Qt signals on the interface thread: progress at most 20
times a second and always the newest, then exactly one of succeeded, failed or cancelled.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from focusstack_app.core.memory import give_back_memory
from focusstack_app.core.progress import Progress
from focusstack_app.core.turns import Turns
from focusstack_app.jobs.queue import Job, JobEvent, JobQueue, JobState
from focusstack_app.ui.translation import said

PROGRESS_INTERVAL_S = 0.05
_IDLE_MS = 5000  # after which memory is given back
_BEGIN_MS = 5  # what was asked for is painted first: beside work, that takes twice as long


class Lane(Enum):
    """Where work waits for its turn.

    What is in the lane of previews interrupts what is in that of the device, and goes first.
    """

    DEVICE = "device"
    PREVIEW = "preview"
    FILES = "files"
    VIEW = "view"
    THUMBNAILS = "thumbnails"
    PROXIES = "proxies"


_ON_DEVICE = {Lane.DEVICE: False, Lane.PREVIEW: True}  # and whether it is urgent


class Task(QObject):
    """One piece of work as the interface thread sees it.

    After `cancel` nothing but `cancelled` is emitted, whatever the worker still finishes.
    """

    progressed = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    _woken = Signal()
    _ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._lock = threading.Lock()
        self._newest: tuple[float, str] | None = None
        self._delivered_at_s = 0.0
        self._stopped = False
        self._over = False
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def active(self) -> bool:
        """Whether its end has not been announced yet."""
        return not self._over

    @property
    def stopping(self) -> bool:
        """Whether it was cancelled and its end has not been announced yet."""
        return self._stopped and not self._over

    def cancel(self) -> None:
        """Stop at the next checkpoint; a result that is already on its way is dropped."""
        if self._over or self._stopped:
            return
        self._stopped = True
        if self._job is not None:
            self._job.cancel()

    def pause(self) -> None:
        """Rest at the next checkpoint; its lane waits meanwhile."""
        if self._job is not None:
            self._job.pause()

    def resume(self) -> None:
        """Go on."""
        if self._job is not None:
            self._job.resume()

    def start(self, queue: JobQueue, work: Callable[[Progress], object]) -> None:
        """Hand the work to a queue, once the interface thread has done and shown what it does now.

        Begun in the middle of that, it would take the processor and the interpreter's lock from it.
        """
        self._job = job = Job(work, self._on_event)

        def hand_over() -> None:
            if not job.state.terminal:
                queue.submit(job)

        QTimer.singleShot(_BEGIN_MS, self, hand_over)

    def _on_event(self, event: JobEvent) -> None:
        """Take an event on the worker thread (or on the one that cancels)."""
        if event.state is JobState.RUNNING:
            with self._lock:
                silent = self._newest is None
                self._newest = (event.fraction, event.stage)
            if silent:
                self._woken.emit()
        elif event.state is not JobState.PENDING:
            self._ended.emit(event)

    @Slot()
    def _deliver(self) -> None:
        wait_s = self._delivered_at_s + PROGRESS_INTERVAL_S - time.monotonic()
        if wait_s > 0:
            QTimer.singleShot(int(wait_s * 1000) + 1, self, self._deliver)
            return
        with self._lock:
            newest, self._newest = self._newest, None
        if newest is None or self._over or self._stopped:
            return
        self._delivered_at_s = time.monotonic()
        fraction, stage = newest
        self.progressed.emit(fraction, said(stage))

    @Slot(object)
    def _end(self, event: JobEvent) -> None:
        self._over = True
        self._job = None
        if self._stopped or event.state is JobState.CANCELLED:
            self.cancelled.emit()
        elif event.state is JobState.DONE:
            self.succeeded.emit(event.result)
        else:
            self.failed.emit(event.error)
        self.finished.emit()
        self.deleteLater()


class Bridge(QObject):
    """Runs work on its lanes. Use from the interface thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queues = {lane: JobQueue() for lane in Lane if lane not in _ON_DEVICE}
        turns = Turns()
        for lane, urgent in _ON_DEVICE.items():
            self._queues[lane] = JobQueue(turns, urgent=urgent)
        self._closed = False
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._idle.timeout.connect(self._rest)

    @property
    def closed(self) -> bool:
        """Whether nothing is run any more."""
        return self._closed

    def is_busy(self, lane: Lane) -> bool:
        """Whether something runs on a lane, or waits there."""
        return self._queues[lane].busy

    def submit(self, lane: Lane, work: Callable[[Progress], object]) -> Task:
        """Run `work` on a lane, after what waits there.

        Connect to the task's signals before returning to the event loop; none is missed.
        """
        if self._closed:
            raise RuntimeError("the bridge is closed")
        task = Task(self)
        task.finished.connect(self._idle.start)
        task.start(self._queues[lane], work)
        return task

    def let_go(self) -> None:
        """Something large is not needed any more: its memory is given back once nothing is done."""
        self._idle.start()

    def _rest(self) -> None:
        """Give memory back if nothing is done any more, on a worker thread."""
        if not self._closed and not any(task.active for task in self.findChildren(Task)):
            self._queues[Lane.FILES].submit(Job(lambda _: give_back_memory(), lambda _: None))

    def close(self) -> None:
        """Cancel everything and wait for the threads to end. Can be called twice."""
        if self._closed:
            return
        self._closed = True
        for task in self.findChildren(Task):
            task.cancel()
        for queue in self._queues.values():
            queue.close()


class LatestTask:
    """At most one task that still counts: a new one cancels the one before."""

    def __init__(self) -> None:
        self._task: Task | None = None

    @property
    def task(self) -> Task | None:
        """The task that counts, or None when there is none."""
        return self._task if self._task is not None and self._task.active else None

    def replace(self, task: Task) -> Task:
        """Cancel the task before and make this the one that counts."""
        self.cancel()
        self._task = task
        task.finished.connect(lambda: self._forget(task))
        return task

    def cancel(self) -> None:
        """Cancel the task that counts."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _forget(self, task: Task) -> None:
        if self._task is task:
            self._task = None
