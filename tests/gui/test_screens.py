"""No window begins larger than its screen."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Mode
from focusstack_app.ui.help import GuideDialog, ShortcutsDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.screens import begin_with
from tests.helpers.windows import FakeFusion


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


def test_renders_that_wait_make_no_low_window_higher(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    """As on a screen of 1366 x 768 at 125 percent, without panels and title."""
    opened.resize(1000, 540)
    qtbot.waitUntil(lambda: opened.height() == 540)
    fusion.release.clear()
    for mode in (Mode.FAITHFUL, Mode.STRICT, Mode.GENERATIVE):
        opened.side.parameters.mode.choose(mode)
        opened.render_stack()
    assert len(opened.renderer.open) == 3
    qtbot.wait(20)
    assert opened.minimumSizeHint().height() <= 540
    assert opened.height() == 540
    opened.resize(1000, 800)
    qtbot.waitUntil(lambda: opened.side.render_panel.height() > 200)  # room for three again
