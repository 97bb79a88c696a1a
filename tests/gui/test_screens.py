"""No window begins larger than its screen."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from focusstack_app.ui.help import GuideDialog, ShortcutsDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.screens import begin_with


def test_windows_begin_within_the_screen(window: MainWindow) -> None:
    room = window.screen().availableGeometry()
    fresh = MainWindow()
    dialogs: list[QDialog] = [
        GuideDialog(window),
        ShortcutsDialog(window.findChildren(QAction), window),
        window.preferences.open(),
        window.open_batch(),
    ]
    sizes = [begun.size() for begun in (fresh, *dialogs)]
    for dialog in dialogs:
        dialog.close()
    fresh.bridge.close()
    fresh.close()
    fresh.deleteLater()
    assert max(size.width() for size in sizes) < room.width()
    assert max(size.height() for size in sizes) < room.height()


def test_a_window_that_fits_has_its_size(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    begin_with(dialog, 640, 480)
    assert (dialog.width(), dialog.height()) == (640, 480)
