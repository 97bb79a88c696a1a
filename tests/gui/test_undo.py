from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Method, Mode
from focusstack_app.ui import history
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.services import Services
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, render, toggle


def included(window: MainWindow) -> list[bool]:
    return [counts for _, counts in window.frames.inclusion()]


def names(window: MainWindow) -> list[str]:
    return [source.path.name for source, _ in window.frames.inclusion()]


def undo(window: MainWindow, qtbot: QtBot) -> str:
    """Press Ctrl+Z once there is a step, and return what the menu said."""
    qtbot.waitUntil(window.actions_.undo.isEnabled)
    text = window.actions_.undo.text().replace("&", "")
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    return text


def redo(window: MainWindow) -> str:
    text = window.actions_.redo.text().replace("&", "")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_Z, both)
    return text


def test_a_fresh_stack_has_nothing_to_undo(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.wait(20)
    assert not opened.actions_.undo.isEnabled()
    assert not opened.actions_.redo.isEnabled()


def test_a_frame_that_was_left_out_counts_again(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    toggle(opened.frames, opened.frames.index(1))
    assert undo(opened, qtbot) == "Undo Leave Out 1 Frame"
    assert opened.statusBar().currentMessage() == "Undone: Leave Out 1 Frame"
    assert included(opened) == [True, True, True]
    assert redo(opened) == "Redo Leave Out 1 Frame"
    assert opened.statusBar().currentMessage() == "Done again: Leave Out 1 Frame"
    assert included(opened) == [True, False, True]
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert len(fusion.previews[-1].stack) == 2


def test_including_all_frames_is_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    for row in (0, 2):
        toggle(opened.frames, opened.frames.index(row))
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    opened.actions_.include_all.trigger()
    qtbot.waitUntil(lambda: "Include" in opened.actions_.undo.text())
    assert undo(opened, qtbot) == "Undo Include 2 Frames"
    assert included(opened) == [False, True, False]


def test_removed_frames_come_back_where_they_were(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: _has_thumbnails(opened))
    opened.stage.mark.set_place(QPointF(10, 10))
    opened.filmstrip.choose(1)
    opened.remove_frames()
    assert names(opened) == ["frame_1.png", "frame_3.png"]
    assert opened.stage.source == opened.frames.source(1)
    assert undo(opened, qtbot) == "Undo Remove 1 Frame"
    assert names(opened) == ["frame_1.png", "frame_2.png", "frame_3.png"]
    assert opened.stage.source == opened.frames.source(2)
    assert opened.filmstrip.currentIndex().row() == 2
    assert _has_thumbnails(opened)
    assert opened.stage.mark.place == QPointF(10, 10)
    redo(opened)
    assert names(opened) == ["frame_1.png", "frame_3.png"]


def _has_thumbnails(window: MainWindow) -> bool:
    model = window.frames
    role = Qt.ItemDataRole.DecorationRole
    return all(model.index(row).data(role) is not None for row in range(model.rowCount()))


def test_a_stack_whose_frames_were_all_removed_comes_back(opened: MainWindow, qtbot: QtBot) -> None:
    opened.filmstrip.selectAll()
    opened.remove_frames()
    assert opened.empty_page.isVisible()
    assert opened.project() is None
    undo(opened, qtbot)
    assert names(opened) == ["frame_1.png", "frame_2.png", "frame_3.png"]
    assert opened.windowTitle().startswith("bracket")
    assert not opened.empty_page.isVisible()
    qtbot.waitUntil(lambda: opened.previewer.preview is not None)
    qtbot.waitUntil(lambda: opened.viewer.picture is not None)
    assert opened.actions_.render.isEnabled()
    redo(opened)
    assert opened.empty_page.isVisible()


def test_parameters_are_undone_one_by_one(opened: MainWindow, qtbot: QtBot) -> None:
    panel = opened.side.parameters
    first = panel.parameters
    panel.mode.choose(Mode.STRICT)
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    panel.method.choose(Method.PYRAMID)
    qtbot.waitUntil(lambda: "Method" in opened.actions_.undo.text())
    assert undo(opened, qtbot) == "Undo Change Method"
    assert panel.parameters == Parameters(mode=Mode.STRICT)
    assert undo(opened, qtbot) == "Undo Change Mode"
    assert panel.parameters == first
    assert not opened.actions_.undo.isEnabled()
    redo(opened)
    redo(opened)
    assert panel.parameters == Parameters(Method.PYRAMID, Mode.STRICT)
    assert not opened.actions_.redo.isEnabled()


def test_turns_of_the_overlap_are_one_step_and_the_key_works_there(
    opened: MainWindow, qtbot: QtBot
) -> None:
    overlap = opened.side.parameters.overlap
    overlap.setFocus()
    for _ in range(3):
        QTest.keyClick(overlap, Qt.Key.Key_Up)
        qtbot.wait(5)
    assert overlap.value() == 40
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    QTest.keyClick(overlap, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert overlap.value() == 25
    assert not opened.actions_.undo.isEnabled()


def test_a_removed_output_comes_back_whole(opened: MainWindow, qtbot: QtBot) -> None:
    first, second = render(opened, qtbot), render(opened, qtbot)
    outputs = opened.side.outputs

    def kept() -> list[str]:
        return [output.name for output in outputs.outputs]

    outputs.setCurrentRow(0)
    outputs.setFocus()
    QTest.keyClick(outputs, Qt.Key.Key_Delete)
    assert opened.findChild(QMessageBox) is None
    assert kept() == ["Output 2"]
    assert opened.caption().startswith("Output 2")
    assert opened.frames.rowCount() == 3
    assert undo(opened, qtbot) == "Undo Remove Output 1"
    assert outputs.outputs == (first, second)
    assert outputs.current is first
    assert outputs.currentItem().text().startswith("Output 1 · not exported")
    assert not outputs.currentItem().icon().isNull()
    assert opened.caption().startswith("Output 1")
    assert opened.isWindowModified()
    assert (first.result.picture == 3000).all()
    redo(opened)
    assert kept() == ["Output 2"]
    third = render(opened, qtbot)
    assert third.name == "Output 3"


def test_the_last_output_is_removed_and_written_after_undo(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window(Services())
    frames = write_stack(tmp_path / "real", 3, width_px=160, height_px=128)
    window.side.parameters.set_parameters(Parameters(method=Method.PYRAMID))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=20_000)
    output = render(window, qtbot)
    picture = output.result.picture.copy()
    window.side.outputs.remove_requested.emit(output)
    assert window.side.outputs.outputs == ()
    assert window.caption() == "Quick preview · Pyramid"
    assert not window.actions_.export.isEnabled()
    undo(window, qtbot)
    assert window.caption().startswith("Output 1")
    target = tmp_path / "out.tif"
    window.exporter.write(output, target)
    qtbot.waitUntil(lambda: output.exported_to == target, timeout=20_000)
    assert np.array_equal(tifffile.imread(target), picture)
    window.actions_.retouch.trigger()
    qtbot.waitUntil(lambda: window.retouch.brush.isVisible())
    assert output.result.provenance is not None


def test_removed_outputs_do_not_fill_memory(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = render(opened, qtbot), render(opened, qtbot)
    monkeypatch.setattr(history, "_REMOVED_BYTES", first.result.picture.nbytes)
    for output in (first, second):
        opened.side.outputs.remove_requested.emit(output)
    undo(opened, qtbot)
    assert opened.side.outputs.outputs == (second,)
    assert not opened.actions_.undo.isEnabled()


def test_another_stack_begins_anew(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    opened.open_paths(write_stack(tmp_path / "other", 2))
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert not opened.actions_.undo.isEnabled()


def test_while_retouching_undo_means_strokes(opened: MainWindow, qtbot: QtBot) -> None:
    render(opened, qtbot)
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    opened.actions_.retouch.trigger()
    assert not opened.actions_.undo.isEnabled()
    retouch = opened.retouch
    qtbot.waitUntil(lambda: retouch.brush.isVisible() and retouch.retoucher.source is not None)
    QTest.mouseClick(opened.viewer, Qt.MouseButton.LeftButton, pos=opened.viewer.rect().center())
    assert undo(opened, qtbot) == "Undo Stroke"
    assert opened.actions_.redo.text().replace("&", "") == "Redo Stroke"
    assert included(opened) == [False, True, True]
    retouch.cancel()
    assert undo(opened, qtbot) == "Undo Leave Out 1 Frame"
    assert included(opened) == [True, True, True]
