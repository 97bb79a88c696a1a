"""Every control says what it is and what it does, and is reached without a mouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QMessageBox,
    QRadioButton,
    QScrollBar,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from focusstack_app.settings.schema import Language
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.dialogs import (
    ReportDialog,
    ask_drop_strokes,
    ask_stop_batch,
    ask_stop_renders,
)
from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.sharpness_strip import SharpnessStrip
from focusstack_app.ui.translation import install_language
from focusstack_app.ui.viewer import Viewer
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, drop

KINDS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QTabBar,
    SharpnessStrip,
    Viewer,
)


def controls(window: QWidget) -> Iterator[QWidget]:
    """What can be used in a window, but for the parts of Qt's own controls."""
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        inner = isinstance(widget, QScrollBar | QHeaderView) or isinstance(
            parent, QAbstractSpinBox | QComboBox | QTabBar | QLineEdit | QMenuBar
        )
        if isinstance(widget, KINDS) and not inner and widget.isVisibleTo(window):
            yield widget


def named(widget: QWidget) -> str:
    """What a screen reader says of it."""
    # The name of a combo box is what is chosen, on Linux.
    kind = QAccessible.Text.Description if isinstance(widget, QComboBox) else QAccessible.Text.Name
    return QAccessible.queryAccessibleInterface(widget).text(kind)


def tip(widget: QWidget) -> str:
    """What Qt shows over it: its own, or that of what it lies in; or what is written beside it."""
    if widget.accessibleDescription():
        return widget.accessibleDescription()
    at: QWidget | None = widget
    while at is not None and not at.toolTip():
        at = None if at.isWindow() else at.parentWidget()
    return at.toolTip() if at is not None else ""


def faults(window: QWidget, *, tips: bool = True) -> list[str]:
    found = []
    for widget in controls(window):
        what = f"{type(window).__name__}: {type(widget).__name__} {named(widget)!r}"
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not named(widget):
            found.append(f"{what} (in {type(widget.parentWidget()).__name__} {text!r}) has no name")
        # What is chosen from explains itself by its entries.
        if tips and not isinstance(widget, QTabBar | QAbstractItemView) and not tip(widget):
            found.append(f"{what} has no tip")
        has_keys = isinstance(widget, SharpnessStrip | QSlider)  # , and . and a number beside it
        if isinstance(widget, QRadioButton) and widget.group() is not None:
            has_keys = not widget.isChecked()  # arrows go there from the one that is
        if not (has_keys or widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            found.append(f"{what} is not reached by Tab")
    return found


def test_in_the_window(window: MainWindow, frames: list[Path], qtbot: QtBot) -> None:
    assert faults(window) == []
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.banner.say(Tone.ERROR, "x", "y", report="z", action=("Mend", lambda: None))
    assert faults(window) == []


def test_nothing_keeps_the_focus(opened: MainWindow, qtbot: QtBot) -> None:
    """Where Tab peeks, Shift+Tab goes on."""
    opened.activateWindow()
    for widget in (opened.viewer, opened.filmstrip):
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        QTest.keyClick(widget, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert not widget.hasFocus()


def test_while_renders_wait_and_in_retouch(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.renderer.renders[0].fraction > 0.3)
    assert faults(opened) == []
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    opened.actions_.retouch.trigger()
    qtbot.waitUntil(lambda: opened.retouch.active)
    assert faults(opened) == []
    opened.retouch.cancel()


def test_in_the_batch(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    for name in ("ant", "bee"):
        write_stack(tmp_path / "shoot" / name, 2)
    drop(window, [tmp_path / "shoot"])
    qtbot.waitUntil(lambda: window.batch is not None and bool(window.batch.tree.rows))
    batch = window.batch
    assert isinstance(batch, BatchWindow)
    assert faults(batch) == []
    batch.start_button.click()
    assert faults(batch) == []
    qtbot.waitUntil(lambda: batch.report is not None)
    assert faults(batch) == []


def test_in_the_dialogs(opened: MainWindow) -> None:
    preferences = opened.preferences.open()
    for page in range(preferences.tabs.count()):
        preferences.tabs.setCurrentIndex(page)
        assert faults(preferences) == []
    preferences.close()
    for dialog in (
        GuideDialog(opened),
        ShortcutsDialog(opened.findChildren(QAction), opened),
        AboutDialog("CPU", opened),
        ReportDialog("report", opened),
    ):
        assert faults(dialog) == []
        dialog.close()
    ask_stop_batch(opened, lambda: None)
    box = child(opened, QMessageBox)
    assert faults(box, tips=False) == []  # the question above says what they do
    box.reject()


@pytest.mark.parametrize(
    "ask",
    [
        lambda window: ask_stop_batch(window, lambda: None),
        lambda window: ask_stop_renders(window, 2, lambda: None),
        lambda window: ask_drop_strokes(window, lambda: None),
    ],
)
def test_enter_stops_nothing(window: MainWindow, ask: Callable[[MainWindow], None]) -> None:
    ask(window)
    box = child(window, QMessageBox)
    default = box.defaultButton()
    assert default is not None
    assert box.buttonRole(default) is QMessageBox.ButtonRole.RejectRole
    box.reject()


@pytest.mark.parametrize("language", list(Language)[-2:])
def test_no_two_commands_of_a_menu_have_the_same_letter(
    qapp: QApplication, window: MainWindow, language: Language
) -> None:
    del window
    install_language(qapp, language)
    try:
        spoken = MainWindow()
    finally:
        install_language(qapp, Language.ENGLISH)
    twice: list[str] = []
    menus: list[QMenu | QMenuBar] = [spoken.menuBar(), *spoken.findChildren(QMenu)]
    for menu in menus:
        letters: Counter[str] = Counter()
        for action in menu.actions():
            _, mark, text = action.text().partition("&")
            if mark:
                letters[text[0].casefold()] += 1
        title = menu.title() if isinstance(menu, QMenu) else "menus"
        twice += [f"{title}: {letter}" for letter, count in letters.items() if count > 1]
    spoken.bridge.close()
    spoken.close()
    spoken.deleteLater()
    assert not twice
