"""What can be done at the moment, and only that, is offered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Method, Mode
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.retouching import begin
from tests.helpers.windows import FakeFusion, render, toggle


def offered(window: MainWindow) -> set[str]:
    actions = window.actions_
    names = ("stop", "include_all", "loupe", "frame_before", "frame_next", "add_frames", "fit")
    return {name for name in names if getattr(actions, name).isEnabled()}


def test_an_empty_window_offers_what_opens_something(window: MainWindow) -> None:
    assert offered(window) == set()
    assert window.actions_.open_files.isEnabled()


def test_frames_are_offered_where_there_are_several(opened: MainWindow) -> None:
    steps = {"frame_before", "frame_next"}
    assert offered(opened) == {"loupe", "add_frames", "fit", *steps}
    toggle(opened.frames, opened.frames.index(0))
    assert "include_all" in offered(opened)
    opened.actions_.include_all.trigger()
    assert "include_all" not in offered(opened)
    opened.filmstrip.select([0, 1])
    opened.remove_frames()
    assert offered(opened) == {"loupe", "add_frames", "fit"}


def test_stop_is_offered_while_something_can_be_left(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    assert "stop" in offered(opened)
    fusion.release.set()
    qtbot.waitUntil(lambda: "stop" not in offered(opened))
    opened.filmstrip.mark(1)
    opened.stage.source = opened.frames.source(1)
    begin(opened, qtbot)
    assert {"stop", "frame_next"} <= offered(opened)
    opened.actions_.stop.trigger()
    assert not opened.retouch.active
    assert "stop" not in offered(opened)
    opened.actions_.full_screen.setChecked(True)
    assert "stop" in offered(opened)
    opened.actions_.stop.trigger()
    assert "stop" not in offered(opened)


def test_what_pyramid_has_not_says_why(opened: MainWindow) -> None:
    panel = opened.side.parameters
    panel.method.choose(Method.PYRAMID)
    assert not panel.mode.isEnabled()
    assert panel.mode.toolTip() == "Pyramid has no modes and no tiles"
    panel.method.choose(Method.VAEEDOF)
    assert panel.mode.isEnabled()
    assert panel.mode.toolTip() == ""


def test_tab_goes_to_the_choice_that_is_made_from_both_sides(
    opened: MainWindow, qtbot: QtBot
) -> None:
    panel = opened.side.parameters
    panel.mode.choose(Mode.STRICT)
    opened.activateWindow()
    panel.align.setFocus()
    qtbot.waitUntil(panel.align.hasFocus)
    QTest.keyClick(panel.align, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    strict = opened.focusWidget()
    assert isinstance(strict, QRadioButton)
    assert strict.text() == "Strict"
    QTest.keyClick(strict, Qt.Key.Key_Up)
    assert panel.mode.value is Mode.FAITHFUL
    faithful = opened.focusWidget()
    assert isinstance(faithful, QRadioButton)
    assert faithful.text() == "Faithful"
    QTest.keyClick(faithful, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    method = opened.focusWidget()
    assert isinstance(method, QRadioButton)
    assert method.isChecked()
    QTest.keyClick(method, Qt.Key.Key_Tab)
    assert opened.focusWidget() is faithful


def test_where_all_frames_are_removed_the_picture_has_the_focus(
    opened: MainWindow, qtbot: QtBot
) -> None:
    render(opened, qtbot)
    opened.activateWindow()
    opened.filmstrip.setFocus()
    qtbot.waitUntil(opened.filmstrip.hasFocus)
    opened.filmstrip.selectAll()
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Delete)
    assert opened.frames.rowCount() == 0
    assert opened.focusWidget() is opened.viewer
    assert opened.side.render_panel.render_button.toolTip() == "Open frames first"
    qtbot.waitUntil(opened.actions_.undo.isEnabled)
    opened.actions_.undo.trigger()
    opened.frames.include(range(3), included=False)
    assert opened.side.render_panel.render_button.toolTip() == "Include at least one frame"
