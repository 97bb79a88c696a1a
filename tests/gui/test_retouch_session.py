"""How a retouch begins and ends, and what goes on beside it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.engine.retouch import Brush
from focusstack_app.ui.frames_model import PROBLEM_ROLE
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.services import Services
from tests.gui.conftest import MakeWindow
from tests.helpers.retouching import begin, paint
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, press, render


def test_cancel_asks_where_there_are_strokes(retouching: MainWindow) -> None:
    paint(retouching, (30, 30))
    retouching.actions_.stop.trigger()
    box = child(retouching, QMessageBox)
    assert box.text() == "The retouch is not finished."
    box.close()
    assert retouching.retouch.active
    retouching.retouch.panel.cancel_button.click()
    boxes = retouching.findChildren(QMessageBox)
    press(boxes[-1], "Throw Strokes Away")
    assert not retouching.retouch.active
    assert len(retouching.side.outputs.outputs) == 1
    assert retouching.caption() == "Output 1 · 96 × 64 · VAEEDOF faithful"


def test_without_strokes_nothing_is_asked_or_kept(retouching: MainWindow) -> None:
    retouching.retouch.panel.done_button.click()
    assert not retouching.retouch.active
    assert len(retouching.side.outputs.outputs) == 1
    assert retouching.statusBar().currentMessage().startswith("Nothing was painted")
    retouching.actions_.retouch.trigger()
    retouching.actions_.stop.trigger()
    assert not retouching.retouch.active


def test_frames_that_are_gone_are_marked(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    render(opened, qtbot)
    frames[2].unlink()
    opened.actions_.retouch.trigger()
    model = opened.retouch.strip.model()
    qtbot.waitUntil(lambda: bool(model.index(2, 0).data(PROBLEM_ROLE)))
    assert "does not exist" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert not model.index(1, 0).data(PROBLEM_ROLE)
    opened.retouch.cancel()


def test_the_window_keeps_its_size(retouching: MainWindow, qtbot: QtBot) -> None:
    retouching.retouch.cancel()
    retouching.resize(retouching.minimumSizeHint().width(), 600)
    qtbot.wait(20)
    width = retouching.width()
    begin(retouching, qtbot)
    assert retouching.width() == width


def test_nothing_else_happens_meanwhile(retouching: MainWindow, frames: list[Path]) -> None:
    actions = retouching.actions_
    for action in (
        actions.render,
        actions.export,
        actions.open_files,
        actions.remove,
        actions.wipe,
    ):
        assert not action.isEnabled()
    retouching.open_paths(frames[:2])
    assert retouching.frames.rowCount() == 3
    assert "Finish the retouch" in retouching.statusBar().currentMessage()


def test_closing_asks_about_strokes_first(retouching: MainWindow) -> None:
    paint(retouching, (30, 30))
    retouching.close()
    box = child(retouching, QMessageBox)
    assert retouching.isVisible()
    output = retouching.side.outputs.outputs[0]
    retouching.side.outputs.mark_exported(output, Path("somewhere.tif"))
    press(box, "Throw Strokes Away")
    assert not retouching.isVisible()


def test_a_frame_that_is_gone_is_named_and_the_others_go_on(
    retouching: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    frames[2].unlink()
    QTest.keyClick(retouching.viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(retouching.banner.isVisible)
    assert not retouching.retouch.panel.bar.isVisible()
    paint(retouching, (30, 30))
    assert not retouching.actions_.undo.isEnabled()
    QTest.keyClick(retouching.viewer, Qt.Key.Key_Left)
    paint(retouching, (30, 30))
    assert retouching.actions_.undo.isEnabled()


def test_an_output_of_another_stack_has_its_own_frames(
    retouching: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    retouching.retouch.cancel()
    other = write_stack(tmp_path / "other", 2, seed=9)
    retouching.open_paths(other)
    qtbot.waitUntil(lambda: retouching.frames.rowCount() == 2)
    begin(retouching, qtbot)
    assert retouching.retouch.strip.model().rowCount() == 3
    assert retouching.retouch.panel.source_label.text() == "Source 1 of 3 · frame_1.png"


def test_a_stroke_before_the_frame_is_there_paints_nothing_and_says_why(
    make_window: MakeWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    release = threading.Event()

    def slow(result: FusionResult, index: int, progress: Progress) -> NDArray[np.uint16]:
        while not release.wait(0.005):
            progress.report(0.3, "Reading")
        raise InputError(f"{result.request.stack.sources[index].path} is damaged.")

    window = make_window(Services(fuse_stack=fusion, read_source_frame=slow))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    render(window, qtbot)
    window.actions_.retouch.trigger()
    assert window.retouch.panel.bar.isVisible()
    window.retouch.retoucher.begin(QPointF(30, 30), Brush(10), restore=False)
    assert window.statusBar().currentMessage() == "The source is still being read…"
    release.set()
    qtbot.waitUntil(window.banner.isVisible)
    qtbot.waitUntil(window.retouch.brush.isVisible)
    paint(window, (30, 30))
    assert window.statusBar().currentMessage() == "Choose a source that can be read"
    assert not window.actions_.undo.isEnabled()
    window.retouch.cancel()
