"""Jobs that wait for the one worker thread; it alone uses the device."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from focusstack_app.core.errors import Cancelled, FocusStackError
from focusstack_app.core.progress import Progress
from focusstack_app.core.turns import Turns

logger = logging.getLogger(__name__)

Work = Callable[[Progress], object]

_NICENESS = 10  # of the worker threads on Linux


class JobState(StrEnum):
    """PENDING, then RUNNING, then exactly one of the other three; or PENDING to CANCELLED."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True, eq=False)
class JobEvent:
    """What happened to a job.

    Attributes:
        job: The job.
        state: RUNNING for progress, else the state that it ended in.
        fraction: Share that is done, 0 to 1, never smaller than before.
        stage: What is being done, for people.
        result: What the work returned, when DONE.
        error: What it raised, when FAILED.
    """

    job: Job
    state: JobState
    fraction: float
    stage: str
    result: object = None
    error: BaseException | None = None


EventListener = Callable[[JobEvent], None]


class Job:
    """One piece of work for a queue.

    Args:
        work: Called with the job's progress on the worker thread. A `FocusStackError` that it
            raises makes the job FAILED, `Cancelled` makes it CANCELLED; any other exception makes
            it FAILED too and is logged with its traceback.
        on_event: Called on the worker thread, but for the cancelling of a job that still waits:
            then on the thread that cancels. One terminal event per job.
    """

    def __init__(self, work: Work, on_event: EventListener) -> None:
        self._work: Work | None = work
        self._on_event = on_event
        self._progress = Progress(self._report)
        self._state = JobState.PENDING
        self._lock = threading.Lock()
        self._fraction = 0.0
        self._stage = ""

    @property
    def state(self) -> JobState:
        """Where it stands."""
        return self._state

    def cancel(self) -> None:
        """Stop it: at once while it waits, at its next checkpoint while it runs."""
        self._progress.cancel()
        if self._move(JobState.PENDING, JobState.CANCELLED):
            self._work = None
            self._deliver(JobState.CANCELLED)

    def pause(self) -> None:
        """Let it rest at its next checkpoint; it keeps its memory, and the others wait."""
        self._progress.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._progress.resume()

    def _run(self) -> None:
        """Do the work on the calling thread, unless it was cancelled before."""
        if not self._move(JobState.PENDING, JobState.RUNNING):
            return
        work, self._work = self._work, None
        assert work is not None
        result: object = None
        error: BaseException | None = None
        try:
            result = work(self._progress)
            state = JobState.DONE
        except Cancelled:
            state = JobState.CANCELLED
        except FocusStackError as known:
            state, error = JobState.FAILED, known
        except BaseException as bug:
            # Whatever it is, the job must end with an event and the thread must live on.
            logger.exception("a job failed unexpectedly")
            state, error = JobState.FAILED, bug
        self._move(JobState.RUNNING, state)
        self._deliver(state, result, error)

    def _move(self, before: JobState, after: JobState) -> bool:
        with self._lock:
            if self._state is not before:
                return False
            self._state = after
            return True

    def _report(self, fraction: float, stage: str) -> None:
        self._fraction, self._stage = fraction, stage
        self._deliver(JobState.RUNNING)

    def _deliver(
        self, state: JobState, result: object = None, error: BaseException | None = None
    ) -> None:
        fraction = 1.0 if state is JobState.DONE else self._fraction
        try:
            self._on_event(JobEvent(self, state, fraction, self._stage, result, error))
        except Exception:
            # A listener's bug is not the job's: the work and the other jobs go on.
            logger.exception("the listener of a job failed")


class JobQueue:
    """Runs jobs one after another, in the order in which they were submitted.

    Its thread, and the threads that it starts, give way to the one that submits.

    Args:
        turns: Shared with other queues, only one of which works at a time.
        urgent: Whether its jobs run in the middle of those of the queues that are not.
    """

    def __init__(self, turns: Turns | None = None, *, urgent: bool = False) -> None:
        self._turns, self._urgent = turns, urgent
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="focusstack-jobs", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        with self._changed:
            return self._running is not None or bool(self._waiting)

    def submit(self, job: Job) -> None:
        """Put a job in line.

        Raises:
            RuntimeError: If the queue was closed.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("the job queue is closed")
            self._waiting.append(job)
            self._changed.notify()

    def close(self) -> None:
        """Cancel all jobs and wait for the thread to end. Can be called twice."""
        with self._changed:
            self._closed = True
            jobs = list(self._waiting)
            self._waiting.clear()
            if self._running is not None:
                jobs.append(self._running)
            self._changed.notify()
        for job in jobs:
            job.cancel()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _serve(self) -> None:
        # Windows and macOS favour the thread of a window by themselves.
        if sys.platform == "linux":
            os.nice(_NICENESS)  # of this thread only, and of those that it starts
        while True:
            with self._changed:
                self._running = None
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                self._running = job = self._waiting.popleft()
            self._run(job)
            del job

    def _run(self, job: Job) -> None:
        turns = self._turns
        if turns is None:
            job._run()
            return
        if not self._urgent:
            job._progress.turns = turns
        turns.begin(urgent=self._urgent, stopped=lambda: job.state.terminal)
        try:
            job._run()
        finally:
            turns.end(urgent=self._urgent)
