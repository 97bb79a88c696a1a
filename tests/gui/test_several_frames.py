"""Several frames at once, by keys, by the box of one of them and by the context menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from focusstack_app.ui.filmstrip import FrameDelegate
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.windows import toggle

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def included(window: MainWindow) -> list[int]:
    taken = window.frames.included()
    return [row for row in range(window.frames.rowCount()) if window.frames.source(row) in taken]


def middle(window: MainWindow, row: int) -> QPoint:
    return window.filmstrip.visualRect(window.frames.index(row)).center()


def click(window: MainWindow, row: int, keys: Qt.KeyboardModifier) -> None:
    strip = window.filmstrip.viewport()
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, keys, middle(window, row))


def click_box(window: MainWindow, row: int) -> None:
    strip = window.filmstrip
    box = FrameDelegate.box_rect(strip.visualRect(window.frames.index(row)))
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_space_does_the_same_with_all_that_are_selected(opened: MainWindow, qtbot: QtBot) -> None:
    toggle(opened.frames, opened.frames.index(1))
    click(opened, 0, Qt.KeyboardModifier.NoModifier)
    click(opened, 2, _SHIFT)
    toggle(opened.frames, opened.frames.index(2))
    assert included(opened) == [0]
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Space)  # as the current one, the last
    assert included(opened) == [0, 1, 2]
    qtbot.wait(1)
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Space)
    assert included(opened) == []
    qtbot.wait(1)
    opened.actions_.undo.trigger()
    assert included(opened) == [0, 1, 2]
    assert opened.filmstrip.chosen_rows() == [0, 1, 2]


def test_the_box_of_one_that_is_selected_is_the_box_of_all(opened: MainWindow) -> None:
    click(opened, 0, Qt.KeyboardModifier.NoModifier)
    click(opened, 2, _CTRL)
    click_box(opened, 0)
    assert included(opened) == [1]
    click_box(opened, 1)  # is not selected
    assert included(opened) == []
    assert opened.filmstrip.chosen_rows() == [0, 2]


def test_shift_with_arrows_selects_from_where_one_is(opened: MainWindow) -> None:
    strip = opened.filmstrip
    click(opened, 0, Qt.KeyboardModifier.NoModifier)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Right, _SHIFT)
    assert strip.chosen_rows() == [1, 2]
    assert opened.caption() == "Source 3 of 3 · frame_3.png"
    QTest.keyClick(strip, Qt.Key.Key_Home, _SHIFT)
    assert strip.chosen_rows() == [0, 1]
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip.chosen_rows() == [0]
    QTest.keyClick(strip, Qt.Key.Key_A, _CTRL)
    assert strip.chosen_rows() == [0, 1, 2]


def ask_menu(window: MainWindow, row: int, reason: QContextMenuEvent.Reason) -> dict[str, QAction]:
    """The entries of the context menu of a frame."""
    strip, place = window.filmstrip.viewport(), middle(window, row)
    event = QContextMenuEvent(reason, place, strip.mapToGlobal(place))
    QApplication.sendEvent(strip, event)
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.isVisible()]
    entries = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    menu.close()
    return entries


@pytest.mark.parametrize(
    "reason", [QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard]
)
def test_frames_have_a_menu(opened: MainWindow, reason: QContextMenuEvent.Reason) -> None:
    click(opened, 0, Qt.KeyboardModifier.NoModifier)
    click(opened, 1, _SHIFT)
    menu = ask_menu(opened, 1, reason)
    assert list(menu) == [
        "Include",
        "Leave Out",
        "Leave Out All Others",
        "Use as Reference",
        "Show Their Folder",
        "&Remove Frame",
    ]
    assert not menu["Include"].isEnabled()
    menu["Leave Out"].trigger()
    assert included(opened) == [2]
    menu = ask_menu(opened, 1, reason)
    assert not menu["Leave Out"].isEnabled()
    steps: list[list[int]] = []
    opened.frames.inclusion_changed.connect(lambda: steps.append(included(opened)))
    menu["Leave Out All Others"].trigger()
    assert steps == [[0, 1, 2], [0, 1]]  # there is always something to fuse
    assert included(opened) == [0, 1]
    menu = ask_menu(opened, 1, reason)
    assert not menu["Leave Out All Others"].isEnabled()
    menu["&Remove Frame"].trigger()
    assert opened.frames.rowCount() == 1


def test_the_picture_has_a_menu(opened: MainWindow) -> None:
    place = opened.viewer.rect().center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, opened.viewer.mapToGlobal(place)
    )
    QApplication.sendEvent(opened.viewer, event)
    (menu,) = [menu for menu in opened.findChildren(QMenu) if menu.isVisible()]
    assert [action.text() for action in menu.actions()] == [
        "&Fit",
        "100 %",
        "&Loupe",
        "Shar&pest Frame",
        "",
        "&Compare",
        "&Overlay",
        "S&wap Near and Far",
        "",
        "&Retouch Output",
        "&Export…",
    ]
    menu.actions()[1].trigger()
    menu.close()
    assert opened.viewer.scale == 1.0
