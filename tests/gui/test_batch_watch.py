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
from tests.helpers.stacks import write_timed_stack
from tests.helpers.windows import FakeFusion

_WAIT_MS = 20_000


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    (tmp_path / "capture").mkdir()
    return tmp_path / "capture"


@pytest.fixture
def watching(window: MainWindow, capture: Path, qtbot: QtBot) -> BatchWindow:
    """A window that watches a folder which is still empty."""
    batch = window.open_batch([])
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
    watching: BatchWindow, capture: Path, tmp_path: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    frames = write_timed_stack(tmp_path / "card", [0, 1, 2, 60, 61])
    _start(watching, qtbot)
    assert watching.stop_button.isVisible()
    assert not watching.form.isEnabled()
    for frame in frames[:2]:
        shutil.copy2(frame, capture)
    qtbot.waitUntil(lambda: names(watching) == ["capture"], timeout=_WAIT_MS)
    shutil.copy2(frames[2], capture)
    qtbot.waitUntil(lambda: states(watching)[0].startswith("Begins in"), timeout=_WAIT_MS)
    assert watching.status.text().startswith("capture: ")
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    for frame in frames[3:]:
        shutil.copy2(frame, capture)
    qtbot.waitUntil(_done(watching, 2), timeout=_WAIT_MS)
    assert results(watching) == ["capture.tif", "capture-IMG_0004.tif"]
    assert [len(request.stack) for request in fusion.requests] == [3, 2]
    began_s = time.monotonic()
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)
    assert time.monotonic() - began_s < 1.0
    assert watching.status.text() == "Finished: 2 done, 0 skipped, 0 failed."

    _start(watching, qtbot)  # nothing is done twice
    assert len(fusion.requests) == 2
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)


def test_stopped_while_it_waits_for_a_stack(
    window: MainWindow, watching: BatchWindow, capture: Path, qtbot: QtBot
) -> None:
    assert BatchForm(window.preferences).wait.value() == 20
    _start(watching, qtbot)
    write_timed_stack(capture, [0, 1, 2])
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
    window: MainWindow, capture: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    write_timed_stack(capture, [0, 1, 2, 60, 61, 62, 120, 121, 122, 180])
    batch = window.open_batch([capture])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 4)
    rows = batch.tree.rows
    rows[0].item.setText(0, "moth")
    batch.tree.take([rows[1]])
    batch.tree.include([batch.tree.rows[1]], included=False)
    batch.form.watch.box.click()
    batch.form.wait.setValue(2)
    batch.start_button.click()
    qtbot.waitUntil(_done(batch, 1), timeout=_WAIT_MS)
    assert names(batch) == ["moth", "capture-IMG_0007", "capture"]
    assert states(batch)[2] == "Waits for more frames"
    assert len(fusion.requests) == 1
    batch.stop_button.click()
    qtbot.waitUntil(lambda: not batch.runner.busy)


def test_pause_begins_no_stack(watching: BatchWindow, capture: Path, qtbot: QtBot) -> None:
    _start(watching, qtbot)
    watching.pause_button.click()
    write_timed_stack(capture, [0, 1, 2])
    qtbot.waitUntil(lambda: watching.status.text().startswith("Paused."), timeout=_WAIT_MS)
    watching.pause_button.click()
    qtbot.waitUntil(_done(watching, 1), timeout=_WAIT_MS)
    watching.stop_button.click()
    qtbot.waitUntil(lambda: not watching.runner.busy)


def test_a_folder_that_went_away_is_told(
    watching: BatchWindow, capture: Path, qtbot: QtBot
) -> None:
    watching.form.folder.show_value(str(capture.parent / "out"))
    _start(watching, qtbot)
    away = capture.rename(capture.with_name("away"))
    qtbot.waitUntil(lambda: "cannot be reached" in watching.status.text(), timeout=_WAIT_MS)
    assert watching.banner.isVisible()
    away.rename(capture)
    write_timed_stack(capture, [0, 1, 2])
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
