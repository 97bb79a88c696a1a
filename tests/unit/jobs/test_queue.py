from __future__ import annotations

import functools
import gc
import logging
import os
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import InputError
from focusstack_app.core.progress import GIVING_WAY, Progress
from focusstack_app.core.turns import Turns
from focusstack_app.jobs.queue import EventListener, Job, JobEvent, JobQueue, JobState, Work

WAIT_S = 10.0


class Recorder:
    """Keeps the events of a job and knows when the last one came."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self.threads: list[threading.Thread] = []
        self.ended = threading.Event()

    def __call__(self, event: JobEvent) -> None:
        self.events.append(event)
        self.threads.append(threading.current_thread())
        if event.state.terminal:
            self.ended.set()

    @property
    def last(self) -> JobEvent:
        assert self.ended.wait(WAIT_S), "no terminal event"
        return self.events[-1]

    def terminal_count(self) -> int:
        return sum(event.state.terminal for event in self.events)


class Gate:
    """Work that says when it began and goes on until it is let go or cancelled."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go = threading.Event()

    def __call__(self, progress: Progress) -> str:
        self.began.set()
        while not self.go.wait(0.005):
            progress.checkpoint()
        return "went on"


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    queue = JobQueue()
    yield queue
    queue.close()


def submit(queue: JobQueue, work: Work, on_event: EventListener) -> Job:
    job = Job(work, on_event)
    queue.submit(job)
    return job


def test_a_job_runs_on_another_thread_and_gives_its_result(queue: JobQueue) -> None:
    seen = Recorder()
    job = submit(queue, lambda _progress: threading.current_thread().name, seen)
    assert seen.last.state is JobState.DONE
    assert seen.last.result == "focusstack-jobs"
    assert seen.last.fraction == 1.0
    assert seen.last.job is job
    assert job.state is JobState.DONE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does it by itself")
def test_the_worker_and_the_threads_it_starts_give_way(queue: JobQueue) -> None:
    def niceness(_: object = None) -> int:
        return os.getpriority(os.PRIO_PROCESS, 0)

    seen = Recorder()
    submit(queue, lambda _progress: (niceness(), *ahead(niceness, [None])), seen)
    assert isinstance(seen.last.result, tuple)
    worker, started = seen.last.result
    assert worker == started > niceness()


def test_progress_arrives_in_order_before_the_end(queue: JobQueue) -> None:
    def work(progress: Progress) -> None:
        progress.report(0.25, "reading")
        progress.report(0.75, "fusing")

    seen = Recorder()
    submit(queue, work, seen)
    assert seen.last.state is JobState.DONE
    assert [(event.state, event.fraction, event.stage) for event in seen.events[:-1]] == [
        (JobState.RUNNING, 0.25, "reading"),
        (JobState.RUNNING, 0.75, "fusing"),
    ]


def test_jobs_run_one_at_a_time_in_order(queue: JobQueue) -> None:
    gate = Gate()
    order: list[int] = []
    recorders = [Recorder() for _ in range(4)]
    submit(queue, gate, recorders[0])

    def note(index: int, _progress: Progress) -> None:
        order.append(index)

    for index in range(1, 4):
        submit(queue, functools.partial(note, index), recorders[index])
    assert gate.began.wait(WAIT_S)
    assert order == []
    gate.go.set()
    assert recorders[3].last.state is JobState.DONE
    assert order == [1, 2, 3]


def test_a_known_error_fails_the_job_without_a_log(queue: JobQueue) -> None:
    error = InputError("a.jpg is empty.")

    def work(_progress: Progress) -> None:
        raise error

    seen = Recorder()
    submit(queue, work, seen)
    assert (seen.last.state, seen.last.error) == (JobState.FAILED, error)


@pytest.mark.parametrize("kind", [ZeroDivisionError, SystemExit])
def test_a_bug_fails_the_job_and_is_logged_and_the_next_job_runs(
    queue: JobQueue, caplog: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    def work(_progress: Progress) -> None:
        raise kind("surprise")

    first, second = Recorder(), Recorder()
    submit(queue, work, first)
    submit(queue, lambda _progress: 1, second)
    assert first.last.state is JobState.FAILED
    assert isinstance(first.last.error, kind)
    assert second.last.result == 1
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    caplog.clear()


def test_a_waiting_job_is_cancelled_at_once_on_the_thread_that_cancels(queue: JobQueue) -> None:
    gate, running, waiting = Gate(), Recorder(), Recorder()
    ran = threading.Event()
    submit(queue, gate, running)
    job = submit(queue, lambda _progress: ran.set(), waiting)
    job.cancel()
    assert waiting.last.state is JobState.CANCELLED
    assert waiting.threads == [threading.current_thread()]
    gate.go.set()
    assert running.last.state is JobState.DONE
    queue.close()
    assert not ran.is_set()
    assert waiting.terminal_count() == 1


def test_a_running_job_is_cancelled_at_its_next_checkpoint(queue: JobQueue) -> None:
    gate, seen = Gate(), Recorder()
    job = submit(queue, gate, seen)
    assert gate.began.wait(WAIT_S)
    job.cancel()
    assert seen.last.state is JobState.CANCELLED
    assert job.state is JobState.CANCELLED


def test_cancelling_twice_or_too_late_adds_no_event(queue: JobQueue) -> None:
    gate, seen = Gate(), Recorder()
    job = submit(queue, gate, seen)
    gate.go.set()
    assert seen.last.state is JobState.DONE
    job.cancel()
    job.cancel()
    assert seen.terminal_count() == 1
    assert job.state is JobState.DONE


def test_many_cancellations_at_once_give_one_terminal_event(queue: JobQueue) -> None:
    gate = Gate()
    submit(queue, gate, Recorder())
    recorders = [Recorder() for _ in range(50)]
    jobs = [submit(queue, lambda _progress: None, seen) for seen in recorders]

    def cancel_all() -> None:
        for job in jobs:
            job.cancel()

    threads = [threading.Thread(target=cancel_all) for _ in range(4)]
    gate.go.set()  # the worker takes jobs while they are being cancelled
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seen in recorders:
        assert seen.last.state in (JobState.DONE, JobState.CANCELLED)
    queue.close()
    assert [seen.terminal_count() for seen in recorders] == [1] * 50


def test_a_bug_in_a_listener_costs_neither_the_job_nor_the_next(
    queue: JobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(_event: JobEvent) -> None:
        raise ValueError("listener")

    def work(progress: Progress) -> None:
        progress.report(0.5, "half")

    seen = Recorder()
    job = submit(queue, work, listener)
    submit(queue, lambda _progress: 2, seen)
    assert seen.last.result == 2
    assert job.state is JobState.DONE
    assert len(caplog.records) == 2
    caplog.clear()


def test_closing_cancels_everything_and_ends_the_thread() -> None:
    queue = JobQueue()
    gate, running, waiting = Gate(), Recorder(), Recorder()
    submit(queue, gate, running)
    submit(queue, lambda _progress: None, waiting)
    assert gate.began.wait(WAIT_S)
    queue.close()
    assert running.last.state is JobState.CANCELLED
    assert waiting.last.state is JobState.CANCELLED
    assert "focusstack-jobs" not in [thread.name for thread in threading.enumerate()]
    queue.close()


def test_a_listener_may_close_the_queue() -> None:
    queue = JobQueue()
    seen = Recorder()

    def close(event: JobEvent) -> None:
        queue.close()
        seen(event)

    submit(queue, lambda _progress: None, close)
    assert seen.last.state is JobState.DONE


def test_a_closed_queue_takes_no_jobs(queue: JobQueue) -> None:
    queue.close()
    with pytest.raises(RuntimeError, match="closed"):
        submit(queue, lambda _progress: None, Recorder())


def test_a_job_that_ended_keeps_nothing_of_its_work(queue: JobQueue) -> None:
    class Pixels:
        pass

    pixels = Pixels()
    gone = weakref.ref(pixels)
    seen = Recorder()

    def work(_held: Pixels, _progress: Progress) -> None:
        pass

    job = submit(queue, functools.partial(work, pixels), seen)
    assert seen.last.state is JobState.DONE
    del pixels
    queue.close()
    gc.collect()
    assert gone() is None
    assert job.state is JobState.DONE


def test_an_urgent_queue_interrupts_the_other_at_a_checkpoint() -> None:
    turns, gate, log = Turns(), Gate(), Recorder()
    queue, urgent = JobQueue(turns), JobQueue(turns, urgent=True)
    first, second = Job(gate, log), Recorder()
    queue.submit(first)
    assert gate.began.wait(WAIT_S)
    urgent.submit(Job(lambda _: "at once", second))
    assert second.last.result == "at once"
    assert not first.state.terminal
    gate.go.set()
    assert log.last.result == "went on"
    stages = [event.stage for event in log.events]
    assert GIVING_WAY in stages
    for one in (queue, urgent):
        one.close()


@pytest.mark.parametrize("paused", [False, True])
def test_one_that_gives_way_is_cancelled_at_once(paused: bool) -> None:
    turns, gate, long, log = Turns(), Gate(), Gate(), Recorder()
    queue, urgent = JobQueue(turns), JobQueue(turns, urgent=True)
    job = Job(gate, log)
    queue.submit(job)
    assert gate.began.wait(WAIT_S)
    if paused:
        job.pause()
    urgent.submit(Job(long, Recorder()))
    assert long.began.wait(WAIT_S)
    job.cancel()
    assert log.last.state is JobState.CANCELLED
    assert not long.go.is_set()
    next_one = Recorder()
    queue.submit(Job(lambda _: None, next_one))
    assert queue.busy
    long.go.set()
    assert next_one.last.state is JobState.DONE
    for one in (queue, urgent):
        one.close()
    assert not queue.busy


def test_one_that_is_paused_rests_on_after_it_gave_way() -> None:
    turns, gate, log = Turns(), Gate(), Recorder()
    queue, urgent = JobQueue(turns), JobQueue(turns, urgent=True)
    job = Job(gate, log)
    queue.submit(job)
    assert gate.began.wait(WAIT_S)
    job.pause()
    for _ in range(2):
        between = Recorder()
        urgent.submit(Job(lambda _: None, between))
        assert between.last.state is JobState.DONE
    gate.go.set()
    assert not log.ended.wait(0.1)
    job.resume()
    assert log.last.result == "went on"
    for one in (queue, urgent):
        one.close()
