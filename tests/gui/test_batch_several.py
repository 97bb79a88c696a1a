"""Several stacks of a batch at once, and their context menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.stacks import write_timed_stack
from tests.helpers.windows import FakeFusion, child


@pytest.fixture
def batch(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> BatchWindow:
    """Three stacks of two frames."""
    write_timed_stack(tmp_path / "card", [0, 1, 60, 61, 300, 301])
    batch = window.open_batch([tmp_path / "card"])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 3 and not batch.tree.unread)
    return batch


def included(batch: BatchWindow) -> list[bool]:
    boxes = [row.item.checkState(0) == Qt.CheckState.Checked for row in batch.tree.rows]
    assert boxes == [row.included for row in batch.tree.rows]
    return boxes


def test_space_and_box_do_the_same_with_all_that_are_selected(
    batch: BatchWindow, qtbot: QtBot
) -> None:
    tree = batch.tree
    tree.setCurrentItem(tree.rows[0].item)
    tree.rows[1].item.setSelected(True)
    QTest.keyClick(tree, Qt.Key.Key_Space)
    assert included(batch) == [False, False, True]
    assert batch.count_label.text() == "1 stack, 2 frames"
    qtbot.wait(1)  # a step ends with the turn of the event loop
    tree.rows[2].item.setCheckState(0, Qt.CheckState.Unchecked)  # is not selected
    assert included(batch) == [False, False, False]
    qtbot.wait(1)
    row = tree.visualItemRect(tree.rows[1].item)
    box = QPoint(row.left() + 10, row.center().y())
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert included(batch) == [True, True, False]
    qtbot.wait(1)
    tree.rows[2].item.setSelected(True)
    batch.undo_buttons.undo_button.click()
    assert included(batch) == [False, False, False]
    batch.undo_buttons.undo_button.click()
    assert included(batch) == [False, False, True]


def ask_menu(batch: BatchWindow, item: QTreeWidgetItem | None) -> dict[str, QAction]:
    assert item is not None
    tree = batch.tree
    place = tree.visualItemRect(item).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, tree.viewport().mapToGlobal(place)
    )
    QApplication.sendEvent(tree.viewport(), event)
    (menu,) = [menu for menu in tree.findChildren(QMenu) if menu.isVisible()]
    entries = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    menu.close()
    return entries


def able(menu: dict[str, QAction]) -> list[str]:
    return [text for text, action in menu.items() if action.isEnabled()]


def test_stacks_have_a_menu(batch: BatchWindow, fusion: FakeFusion, qtbot: QtBot) -> None:
    tree = batch.tree
    tree.setCurrentItem(tree.rows[0].item)
    assert able(ask_menu(batch, tree.rows[0].item)) == ["Rename", "Show Its Folder", "Remove"]
    ask_menu(batch, tree.rows[0].item)["Rename"].trigger()
    editor = child(tree, QLineEdit)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    tree.rows[1].item.setSelected(True)
    menu = ask_menu(batch, tree.rows[1].item)
    assert "Merge" in able(menu)
    menu["Merge"].trigger()
    assert [len(row.stack.sources) for row in tree.rows] == [4, 2]
    tree.rows[0].item.setExpanded(True)
    frame = tree.rows[0].item.child(1)
    assert frame is not None
    tree.setCurrentItem(frame)
    menu = ask_menu(batch, frame)
    assert able(menu) == ["Split Here", "Show Its Folder"]
    menu["Split Here"].trigger()
    assert [len(row.stack.sources) for row in tree.rows] == [1, 3, 2]
    tree.setCurrentItem(tree.rows[2].item)
    ask_menu(batch, tree.rows[2].item)["Remove"].trigger()
    assert len(tree.rows) == 2
    fusion.release.clear()
    batch.start_button.click()
    assert able(ask_menu(batch, tree.rows[1].item)) == ["Show Its Folder"]
    fusion.release.set()
    qtbot.waitUntil(lambda: batch.report is not None)
