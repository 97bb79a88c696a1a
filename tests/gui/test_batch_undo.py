from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.stacks import write_timed_stack
from tests.helpers.windows import FakeFusion, child

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_SECOND, _LAST = "card-IMG_0004", "card-IMG_0006"
Shown = list[tuple[str, int, bool]]


@pytest.fixture
def batch(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> BatchWindow:
    """Three stacks of three frames, two and one."""
    folder = tmp_path / "card"
    write_timed_stack(folder, [0, 1, 2, 60, 61, 300])
    batch = window.open_batch([folder])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 3 and not batch.tree.unread)
    qtbot.waitUntil(batch.isActiveWindow)
    batch.tree.setFocus()
    return batch


def shown(batch: BatchWindow) -> Shown:
    """What the rows say: name, number of frames, whether it takes part."""
    return [
        (row.item.text(0), row.item.childCount(), row.item.checkState(0) == Qt.CheckState.Checked)
        for row in batch.tree.rows
    ]


def undo(batch: BatchWindow, qtbot: QtBot) -> None:
    qtbot.wait(1)  # a step ends with the turn of the event loop
    QTest.keyClick(batch.tree, Qt.Key.Key_Z, _CTRL)


def redo(batch: BatchWindow) -> None:
    QTest.keyClick(batch.tree, Qt.Key.Key_Z, _CTRL | _SHIFT)


def merge(batch: BatchWindow) -> None:
    batch.tree.rows[0].item.setSelected(True)
    batch.tree.rows[1].item.setSelected(True)
    batch.merge_button.click()


def split(batch: BatchWindow) -> None:
    batch.tree.rows[0].item.setExpanded(True)
    second = batch.tree.rows[0].item.child(1)
    assert second is not None
    batch.tree.setCurrentItem(second)
    batch.split_button.click()


def rename(batch: BatchWindow) -> None:
    batch.tree.setCurrentItem(batch.tree.rows[1].item)
    QTest.keyClick(batch.tree, Qt.Key.Key_F2)
    editor = child(batch.tree, QLineEdit)
    QTest.keyClicks(editor, "beetle")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the editor gives it back later


def move(batch: BatchWindow) -> None:
    rows = batch.tree.rows
    batch.tree.move_frames([rows[1].stack.sources[0], rows[0].stack.sources[0]], rows[2])


def remove(batch: BatchWindow) -> None:
    batch.tree.setCurrentItem(batch.tree.rows[1].item)
    QTest.keyClick(batch.tree, Qt.Key.Key_Delete)


def leave_out(batch: BatchWindow) -> None:
    batch.tree.rows[0].item.setCheckState(0, Qt.CheckState.Unchecked)


@pytest.mark.parametrize(
    ("change", "step", "after"),
    [
        (merge, "Merge Stacks", [("card", 5, True), (_LAST, 1, False)]),
        (
            split,
            "Split Stack",
            [
                ("card", 1, True),
                ("card-IMG_0002", 2, True),
                (_SECOND, 2, True),
                (_LAST, 1, False),
            ],
        ),
        (
            rename,
            "Rename Stack",
            [("card", 3, True), ("beetle", 2, True), (_LAST, 1, False)],
        ),
        (
            move,
            "Move Frames",
            [("card", 2, True), (_SECOND, 1, False), (_LAST, 3, True)],
        ),
        (remove, "Remove 1 Stack", [("card", 3, True), (_LAST, 1, False)]),
        (
            leave_out,
            "Leave Out 1 Stack",
            [("card", 3, False), (_SECOND, 2, True), (_LAST, 1, False)],
        ),
    ],
)
def test_what_was_corrected_is_undone_and_done_again(
    batch: BatchWindow,
    change: Callable[[BatchWindow], None],
    step: str,
    after: Shown,
    qtbot: QtBot,
) -> None:
    before, stacks = shown(batch), batch.tree.contents
    change(batch)
    assert shown(batch) == after
    undo(batch, qtbot)
    assert shown(batch) == before
    assert batch.tree.contents == stacks
    assert batch.status.text() == f"Undone: {step}"
    assert batch.undo_buttons.redo_button.toolTip() == f"Do again: {step} (Ctrl+Shift+Z)"
    redo(batch)
    assert shown(batch) == after
    assert batch.status.text() == f"Done again: {step}"
    undo(batch, qtbot)
    assert shown(batch) == before
    undo(batch, qtbot)
    assert batch.status.text() == "Undone: Add 3 Stacks"
    assert not batch.tree.rows
    assert not batch.undo_buttons.undo_button.isEnabled()
    for _ in range(2):
        redo(batch)
    assert shown(batch) == after


def test_what_comes_back_is_selected_and_open_as_it_was(batch: BatchWindow, qtbot: QtBot) -> None:
    batch.tree.rows[0].item.setExpanded(True)
    merge(batch)
    batch.tree.rows[0].item.setExpanded(True)
    undo(batch, qtbot)
    assert [row.item.isSelected() for row in batch.tree.rows] == [True, True, False]
    assert [row.item.isExpanded() for row in batch.tree.rows] == [True, True, False]
    names = [row.item.text(3) for row in batch.tree.rows]
    assert names == ["card.tif", "card-IMG_0004.tif", "card-IMG_0006.tif"]


def test_nothing_is_undone_while_a_batch_runs_and_what_it_said_stays(
    batch: BatchWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    remove(batch)
    qtbot.wait(1)
    fusion.release.clear()
    batch.start_button.click()
    undo(batch, qtbot)
    assert len(batch.tree.rows) == 2
    fusion.release.set()
    qtbot.waitUntil(lambda: batch.report is not None)
    undo(batch, qtbot)
    assert [row.item.text(4)[:7] for row in batch.tree.rows] == ["Done in", "", "One fra"]


def test_undo_in_a_field_is_for_what_was_typed_there(batch: BatchWindow, qtbot: QtBot) -> None:
    remove(batch)
    qtbot.wait(1)
    name = batch.form.name.line
    name.setFocus()
    QTest.keyClicks(name, "x")
    QTest.keyClick(name, Qt.Key.Key_Z, _CTRL)
    assert not name.text().endswith("x")
    assert len(batch.tree.rows) == 2
