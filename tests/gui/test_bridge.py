from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import PROGRESS_INTERVAL_S, Bridge, Lane, LatestTask
from tests.helpers.windows import PATIENCE_S


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    del qapp
    made = Bridge()
    yield made
    made.close()


def test_a_result_arrives_on_the_interface_thread(bridge: Bridge, qtbot: QtBot) -> None:
    got: list[tuple[object, bool]] = []
    task = bridge.submit(Lane.FILES, lambda _: threading.current_thread().name)
    here = QThread.currentThread()
    task.succeeded.connect(lambda name: got.append((name, QThread.currentThread() is here)))
    qtbot.waitUntil(lambda: bool(got))
    name, at_home = got[0]
    assert name != threading.current_thread().name
    assert at_home
    assert not task.active


def test_progress_comes_at_20_hz_at_most_and_ends_with_the_newest(
    bridge: Bridge, qtbot: QtBot
) -> None:
    fractions: list[float] = []
    hold = threading.Event()

    def work(progress: Progress) -> None:
        for step in range(400):
            progress.report(step / 400, "busy")
            time.sleep(0.001)
        progress.report(1.0, "waiting")
        assert hold.wait(PATIENCE_S)

    started_s = time.monotonic()
    task = bridge.submit(Lane.DEVICE, work)
    task.progressed.connect(lambda fraction, _: fractions.append(fraction))
    qtbot.waitUntil(lambda: bool(fractions) and fractions[-1] == 1.0)
    hold.set()
    qtbot.waitUntil(lambda: not task.active)
    # However slow the machine is, it has at most one per interval.
    assert len(fractions) <= (time.monotonic() - started_s) / PROGRESS_INTERVAL_S + 1
    assert fractions == sorted(fractions)


def test_work_begins_when_the_interface_thread_has_done_what_it_does(
    bridge: Bridge, qtbot: QtBot
) -> None:
    began = threading.Event()
    task = bridge.submit(Lane.VIEW, lambda _: began.set())
    assert not began.wait(0.05)
    qtbot.waitUntil(lambda: not task.active)
    assert began.is_set()


def test_an_error_arrives_as_it_was_raised(bridge: Bridge, qtbot: QtBot) -> None:
    error = InputError("no", "")
    got: list[object] = []

    def work(progress: Progress) -> None:
        del progress
        raise error

    bridge.submit(Lane.FILES, work).failed.connect(got.append)
    qtbot.waitUntil(lambda: got == [error])


def test_a_result_that_was_on_its_way_is_dropped_after_cancel(bridge: Bridge, qtbot: QtBot) -> None:
    began, go, done = threading.Event(), threading.Event(), threading.Event()
    events: list[str] = []

    def work(progress: Progress) -> int:
        del progress
        began.set()
        assert go.wait(PATIENCE_S)
        done.set()
        return 1

    task = bridge.submit(Lane.FILES, work)
    task.succeeded.connect(lambda _: events.append("succeeded"))
    task.cancelled.connect(lambda: events.append("cancelled"))
    qtbot.waitUntil(began.is_set)
    go.set()
    assert done.wait(PATIENCE_S)
    task.cancel()
    qtbot.waitUntil(lambda: not task.active)
    assert events == ["cancelled"]


def test_the_latest_task_cancels_the_one_before(bridge: Bridge, qtbot: QtBot) -> None:
    latest = LatestTask()
    seen: list[str] = []

    def forever(progress: Progress) -> None:
        while True:
            progress.checkpoint()
            time.sleep(0.001)

    first = latest.replace(bridge.submit(Lane.VIEW, forever))
    first.cancelled.connect(lambda: seen.append("first cancelled"))
    second = latest.replace(bridge.submit(Lane.VIEW, lambda _: 2))
    second.succeeded.connect(lambda _: seen.append("second"))
    assert latest.task is second
    qtbot.waitUntil(lambda: seen == ["first cancelled", "second"])
    assert latest.task is None


def test_lanes_do_not_wait_for_each_other(bridge: Bridge, qtbot: QtBot) -> None:
    hold = threading.Event()
    got: list[object] = []
    bridge.submit(Lane.DEVICE, lambda _: hold.wait(PATIENCE_S))
    bridge.submit(Lane.THUMBNAILS, lambda _: 7).succeeded.connect(got.append)
    qtbot.waitUntil(lambda: got == [7])
    hold.set()


def test_close_stops_what_runs_and_ends_the_threads(bridge: Bridge, qtbot: QtBot) -> None:
    running = threading.Event()

    def forever(progress: Progress) -> None:
        running.set()
        while True:
            progress.checkpoint()
            time.sleep(0.001)

    before = threading.active_count()
    bridge.submit(Lane.DEVICE, forever)
    bridge.submit(Lane.DEVICE, lambda _: None)
    qtbot.waitUntil(running.is_set)
    bridge.close()
    assert threading.active_count() == before - len(Lane)
    with pytest.raises(RuntimeError):
        bridge.submit(Lane.FILES, lambda _: None)


def test_memory_is_given_back_once_nothing_was_done_for_a_while(
    bridge: Bridge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    monkeypatch.setattr(
        "focusstack_app.ui.bridge.give_back_memory",
        lambda: given_back.append(threading.current_thread().name),
    )
    for timer in bridge.findChildren(QTimer):
        timer.setInterval(50)
    hold = threading.Event()
    task = bridge.submit(Lane.DEVICE, lambda _: hold.wait(PATIENCE_S))
    short = bridge.submit(Lane.FILES, lambda _: None)
    qtbot.waitUntil(lambda: not short.active)
    qtbot.wait(200)
    assert not given_back
    hold.set()
    qtbot.waitUntil(lambda: not task.active)
    qtbot.waitUntil(lambda: bool(given_back))
    qtbot.wait(200)
    assert given_back == ["focusstack-jobs"]
