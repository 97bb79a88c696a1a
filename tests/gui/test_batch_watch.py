from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.batch_form import BatchForm
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.batches import names, results, states
from tests.helpers.disk import FakeDisk
from tests.helpers.stacks import write_timed_stack
from tests.helpers.windows import FakeFusion

_WAIT_MS = 20_000


class _Clock:
    """Stands still until a test lets time pass."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def go_on(self, batch: BatchWindow, seconds: float, qtbot: QtBot) -> None:
        """Let time pass once the watch has seen what is there now."""
        for _ in range(2):  # the first look may have begun before
            with qtbot.waitSignal(batch.runner.seen, timeout=_WAIT_MS):
                pass
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """What the watch goes by; it looks without a rest."""
    monkeypatch.setattr("focusstack_app.jobs.watching.LOOK_S", 0.01)
    return _Clock()


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    (tmp_path / "capture").mkdir()
    return tmp_path / "capture"


@pytest.fixture
def watching(window: MainWindow, capture: Path, clock: _Clock, qtbot: QtBot) -> BatchWindow:
    """A window that watches a folder which is still empty."""
    batch = window.open_batch([])
    batch.watched.clock = clock
    batch.form.watch.box.click()
    batch.form.wait.setValue(2)
    batch.add_folders([capture])
    qtbot.waitUntil(batch.start_button.isEnabled)
    return batch


def _start(batch: BatchWindow, qtbot: QtBot) -> None:
    batch.start_button.click()
    qtbot.waitUntil(lambda: batch.status.text() == "Waiting for new stacks.", timeout=_WAIT_MS)


def _done(batch: BatchWindow, count: int) -> Callable[[], bool]:
    return lambda: sum(state.startswith("Done in") for state in states(batch)) == count


def test_stacks_are_fused_as_they_come(
    watching: BatchWindow,
    capture: Path,
    tmp_path: Path,
    fusion: FakeFusion,
    clock: _Clock,
    qtbot: QtBot,
) -> None:
    frames = write_timed_stack(tmp_path / "card", [0, 1, 2, 60, 61])
    _start(watching, qtbot)
    assert watching.stop_button.isVisible()
    assert not watching.form.isEnabled()
    for frame in frames[:2]:
        shutil.copy2(frame, capture)
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(lambda: names(watching) == ["capture"], timeout=_WAIT_MS)
    shutil.copy2(frames[2], capture)
    clock.go_on(watching, 3.0, qtbot)
    text = "capture: 3 frames; begins in 2 s if nothing else comes."
    qtbot.waitUntil(lambda: watching.status.text() == text, timeout=_WAIT_MS)
    assert states(watching) == ["Begins in 2 s if nothing else comes"]
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    for frame in frames[3:]:
        shutil.copy2(frame, capture)
    clock.go_on(watching, 3.0, qtbot)
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(_done(watching, 2), timeout=_WAIT_MS)
    assert results(watching) == ["capture.tif", "capture-IMG_0004.tif"]
    assert [len(request.stack) for request in fusion.requests] == [3, 2]
    began_s = time.monotonic()
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)
    assert time.monotonic() - began_s < 1.0
    assert watching.status.text() == "Finished: 2 done, 0 skipped, 0 failed."

    watching.start_button.click()  # nothing is done twice
    clock.go_on(watching, 3.0, qtbot)
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(lambda: watching.status.text() == "Waiting for new stacks.", timeout=_WAIT_MS)
    assert [state.split(".")[0] for state in states(watching)] == ["Skipped"] * 2
    assert len(fusion.requests) == 2
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)


def test_stopped_while_it_waits_for_a_stack(
    window: MainWindow, watching: BatchWindow, capture: Path, clock: _Clock, qtbot: QtBot
) -> None:
    assert BatchForm(window.preferences).wait.value() == 20
    _start(watching, qtbot)
    write_timed_stack(capture, [0, 1, 2])
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(lambda: names(watching) == ["capture"], timeout=_WAIT_MS)
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)
    assert states(watching) == ["Not started"]
    assert watching.status.text().startswith("Stopped: 0 done")
    assert not (capture / "stacked").exists()
    stored = SettingsStore().load().settings
    assert stored.export.batch_wait_s == 2  # the next session begins with it
    assert BatchForm(window.preferences).wait.value() == 2


def test_the_list_is_kept_as_it_was_corrected(
    window: MainWindow, capture: Path, fusion: FakeFusion, clock: _Clock, qtbot: QtBot
) -> None:
    write_timed_stack(capture, [0, 1, 2, 60, 61, 62, 120, 121, 122, 180])
    batch = window.open_batch([capture])
    batch.watched.clock = clock
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 4)
    rows = batch.tree.rows
    rows[0].item.setText(0, "moth")
    batch.tree.take([rows[1]])
    batch.tree.include([batch.tree.rows[1]], included=False)
    batch.form.watch.box.click()
    batch.form.wait.setValue(2)
    batch.start_button.click()
    clock.go_on(batch, 3.0, qtbot)
    clock.go_on(batch, 3.0, qtbot)
    qtbot.waitUntil(_done(batch, 1), timeout=_WAIT_MS)
    assert names(batch) == ["moth", "capture-IMG_0007", "capture"]
    assert states(batch)[2] == "Waits for more frames"
    assert len(fusion.requests) == 1
    batch.stop_button.click()
    qtbot.waitUntil(lambda: not batch.runner.busy)


def test_pause_begins_no_stack(
    watching: BatchWindow, capture: Path, clock: _Clock, qtbot: QtBot
) -> None:
    _start(watching, qtbot)
    watching.pause_button.click()
    write_timed_stack(capture, [0, 1, 2])
    qtbot.waitUntil(lambda: watching.status.text().startswith("Paused."), timeout=_WAIT_MS)
    clock.now_s += 100.0
    assert names(watching) == []
    watching.pause_button.click()
    clock.go_on(watching, 3.0, qtbot)
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)


def test_a_folder_that_went_away_is_told(
    watching: BatchWindow, capture: Path, clock: _Clock, qtbot: QtBot
) -> None:
    watching.form.folder.show_value(str(capture.parent / "out"))
    _start(watching, qtbot)
    away = capture.rename(capture.with_name("away"))
    qtbot.waitUntil(lambda: "cannot be reached" in watching.status.text(), timeout=_WAIT_MS)
    assert watching.banner.isVisible()
    away.rename(capture)
    write_timed_stack(capture, [0, 1, 2])
    clock.go_on(watching, 3.0, qtbot)
    clock.go_on(watching, 3.0, qtbot)
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    assert not watching.banner.isVisible()
    assert watching.count_label.text() == "1 stack, 3 frames"
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)


def test_an_empty_folder_is_an_error_where_nothing_is_watched(
    window: MainWindow, capture: Path, qtbot: QtBot
) -> None:
    batch = window.open_batch([capture])
    qtbot.waitUntil(batch.banner.isVisible)
    assert not batch.start_button.isEnabled()
    batch.form.watch.box.click()
    assert batch.start_button.isEnabled()


def test_a_stack_waits_for_room_on_the_disk(
    watching: BatchWindow,
    capture: Path,
    fusion: FakeFusion,
    clock: _Clock,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    disk = FakeDisk(monkeypatch, 1000)
    _start(watching, qtbot)
    write_timed_stack(capture, [0, 1, 2])
    clock.go_on(watching, 3.0, qtbot)
    clock.go_on(watching, 3.0, qtbot)
    text = f"There is too little room in {capture / 'stacked'}; waiting for more"
    qtbot.waitUntil(lambda: watching.status.text() == f"{text}.", timeout=_WAIT_MS)
    assert states(watching) == ["Waits for room on the disk"]
    assert watching.banner.isVisible()
    assert fusion.requests == []
    disk.free_bytes = 10**9
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    qtbot.waitUntil(lambda: not watching.banner.isVisible(), timeout=_WAIT_MS)
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)
    assert watching.status.text() == "Finished: 1 done, 0 skipped, 0 failed."
