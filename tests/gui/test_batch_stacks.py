"""Editing the proposal of a batch: stacks and their frames."""

from __future__ import annotations

import warnings
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.batches import child, names, results, run, states
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, drop


def test_stacks_are_merged_split_renamed_and_left_out(batch: BatchWindow, qtbot: QtBot) -> None:
    tree = batch.tree
    tree.rows[2].item.setSelected(True)
    tree.rows[3].item.setSelected(True)
    assert batch.merge_button.isEnabled()
    batch.merge_button.click()
    assert names(batch) == ["ant", "bee", "card", "card-IMG_0006"]
    assert len(tree.rows[2].stack.sources) == 5
    frame = tree.rows[2].item.child(3)
    assert frame is not None
    tree.setCurrentItem(frame)
    assert batch.split_button.isEnabled()
    batch.split_button.click()
    assert names(batch)[2:4] == ["card", "card-IMG_0004"]
    assert [len(row.stack.sources) for row in tree.rows[2:4]] == [3, 2]
    tree.rows[0].item.setText(0, "emmet")
    assert results(batch)[0] == "emmet.tif"
    tree.rows[1].item.setCheckState(0, Qt.CheckState.Unchecked)
    tree.clearSelection()
    tree.rows[3].item.setSelected(True)
    batch.remove_button.click()
    run(batch, qtbot)
    written = sorted(path.name for path in Path(batch.form.folder.value).iterdir())
    assert written == ["card.tif", "emmet.tif"]


def test_delete_takes_stacks_out_while_no_batch_runs(
    batch: BatchWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    batch.tree.setCurrentItem(batch.tree.rows[1].item)
    fusion.release.clear()
    batch.start_button.click()
    QTest.keyClick(batch.tree, Qt.Key.Key_Delete)
    assert len(names(batch)) == 5
    fusion.release.set()
    qtbot.waitUntil(lambda: batch.report is not None)
    QTest.keyClick(batch.tree, Qt.Key.Key_Backspace)
    assert names(batch) == ["ant", "card", "card-IMG_0004", "card-IMG_0006"]


def test_enter_starts_the_batch_but_not_while_something_is_typed(
    batch: BatchWindow, qtbot: QtBot
) -> None:
    for field in (batch.form.name, batch.form.folder):
        field.line.setFocus()
        QTest.keyClick(field.line, Qt.Key.Key_Return)
        assert not batch.runner.busy
    batch.start_button.setFocus()
    QTest.keyClick(batch.start_button, Qt.Key.Key_Return)
    assert batch.runner.busy
    qtbot.waitUntil(lambda: batch.report is not None)


def drag(batch: BatchWindow, onto: QTreeWidgetItem) -> bool:
    """Drag what is selected onto a row and let go; whether the row would take it."""
    tree = batch.tree
    tree.scrollToItem(onto)
    data, place = tree.mimeData(tree.selectedItems()), tree.visualItemRect(onto).center()
    move, left = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        # Newer Qt wants a QPointF here, older Qt knows QPoint only.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, move, data, left, none)
        over = QDragMoveEvent(place, move, data, left, none)
    QApplication.sendEvent(tree.viewport(), enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(tree.viewport(), over)
    let_go = QDropEvent(QPointF(place), move, data, left, none)
    QApplication.sendEvent(tree.viewport(), let_go)
    return over.isAccepted()


def frame_names(batch: BatchWindow, row: int) -> list[str]:
    return [source.path.name for source in batch.tree.rows[row].stack.sources]


def test_frames_are_dragged_to_another_stack(
    batch: BatchWindow, shoot: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    tree = batch.tree
    tree.expandAll()
    assert [frame_names(batch, row) for row in (2, 3, 4)] == [
        ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"],
        ["IMG_0004.jpg", "IMG_0005.jpg"],
        ["IMG_0006.jpg"],
    ]
    child(batch, 2, 1).setSelected(True)
    child(batch, 3, 1).setSelected(True)
    assert drag(batch, child(batch, 4, 0))
    assert names(batch) == ["ant", "bee", "card", "card-IMG_0004", "card-IMG_0006"]
    assert [frame_names(batch, row) for row in (2, 3, 4)] == [
        ["IMG_0001.jpg", "IMG_0003.jpg"],
        ["IMG_0004.jpg"],
        ["IMG_0002.jpg", "IMG_0005.jpg", "IMG_0006.jpg"],
    ]
    assert [row.included for row in tree.rows] == [True, True, True, False, True]
    assert states(batch)[3:] == ["One frame only", ""]
    assert tree.rows[2].item.isExpanded()
    assert tree.rows[4].item.isExpanded()
    assert batch.count_label.text() == "4 stacks, 10 frames"
    run(batch, qtbot)
    assert [len(request.stack) for request in fusion.requests] == [2, 3, 2, 3]
    assert (shoot / "stacked" / "card-IMG_0006.tif").exists()


def test_a_stack_that_loses_its_last_frame_goes(batch: BatchWindow) -> None:
    batch.tree.rows[4].item.setSelected(True)
    assert drag(batch, batch.tree.rows[3].item)
    assert names(batch) == ["ant", "bee", "card", "card-IMG_0004"]
    assert frame_names(batch, 3) == ["IMG_0004.jpg", "IMG_0005.jpg", "IMG_0006.jpg"]
    assert [row.item.text(1) for row in batch.tree.rows] == ["2", "3", "3", "3"]


def test_frames_stay_where_a_drag_means_nothing(
    batch: BatchWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    tree = batch.tree
    tree.expandAll()
    child(batch, 2, 1).setSelected(True)
    assert not drag(batch, tree.rows[2].item)
    assert [len(row.stack.sources) for row in tree.rows] == [2, 3, 3, 2, 1]
    fusion.release.clear()
    batch.start_button.click()
    assert not drag(batch, tree.rows[0].item)
    fusion.release.set()
    qtbot.waitUntil(lambda: batch.report is not None)
    assert [len(row.stack.sources) for row in tree.rows] == [2, 3, 3, 2, 1]


def test_frames_of_another_size_are_a_problem_until_they_leave(
    window: MainWindow, shoot: Path, qtbot: QtBot
) -> None:
    write_stack(shoot / "wide", 2, width_px=120)
    batch = window.open_batch([shoot])
    qtbot.waitUntil(lambda: bool(batch.tree.rows))
    batch.tree.expandAll()
    child(batch, 5, 0).setSelected(True)
    assert drag(batch, batch.tree.rows[0].item)
    assert frame_names(batch, 0) == ["frame_1.png", "frame_1.png", "frame_2.png"]
    assert "120" in states(batch)[0]
    batch.tree.clearSelection()
    child(batch, 0, 1).setSelected(True)
    assert drag(batch, batch.tree.rows[5].item)
    assert frame_names(batch, 5) == ["frame_1.png", "frame_2.png"]
    assert states(batch)[0] == ""


def test_a_folder_dropped_on_the_list_is_added(
    batch: BatchWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    write_stack(tmp_path / "more" / "wasp", 2)
    drop(batch.tree.viewport(), [tmp_path / "more"])
    qtbot.waitUntil(lambda: names(batch)[-1] == "wasp")


def test_pictures_that_are_left_out_are_named(
    batch: BatchWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    write_stack(tmp_path / "more" / "wasp", 2)
    write_stack(tmp_path / "more", 1)
    write_stack(tmp_path / "more" / "day" / "fly", 2)
    batch.add_folders([tmp_path / "more"])
    qtbot.waitUntil(lambda: names(batch)[-1] == "wasp")
    assert batch.banner.message.startswith("The pictures that lie directly in")
    assert "day is left out" in batch.banner.accessibleName()
