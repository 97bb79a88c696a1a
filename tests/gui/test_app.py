from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from focusstack_app.ui.app import main, make_application
from focusstack_app.ui.dialogs import ReportDialog
from focusstack_app.ui.main_window import MainWindow

PATIENCE_MS = 20_000


def shown_window() -> MainWindow:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))


def when(ready: Callable[[MainWindow], bool], then: Callable[[MainWindow], None]) -> QTimer:
    """Act once the window that `main` shows is ready; give up after a while."""
    timer = QTimer()
    timer.setInterval(10)
    patience = PATIENCE_MS // timer.interval()

    def look() -> None:
        nonlocal patience
        patience -= 1
        if patience < 0 or ready(shown_window()):
            timer.stop()
            then(shown_window())

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_the_style_of_windows_10_which_cannot_be_dark_is_not_used(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = qapp.style().objectName()
    monkeypatch.setattr("sys.platform", "win32")
    try:
        qapp.setStyle("Windows")
        make_application([])
        assert qapp.style().objectName() == "fusion"
    finally:
        qapp.setStyle(style)


def test_main_opens_what_it_is_given_and_ends_with_the_window(
    qtbot: QtBot, frames: list[Path]
) -> None:
    seen: list[int] = []

    def leave(window: MainWindow) -> None:
        seen.append(window.frames.rowCount())
        window.close()
        window.deleteLater()

    timer = when(lambda window: window.frames.rowCount() > 0, leave)
    hook = sys.excepthook
    assert main(frames) == 0
    assert seen == [3]
    assert sys.excepthook is hook
    assert not timer.isActive()
    qtbot.wait(0)


def test_a_bug_on_the_interface_thread_is_reported(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[bool] = []

    def leave(window: MainWindow) -> None:
        error = ZeroDivisionError("a bug")
        sys.excepthook(ZeroDivisionError, error, None)
        seen.append(window.findChild(ReportDialog) is not None)
        window.close()
        window.deleteLater()

    timer = when(lambda window: window.isVisible(), leave)
    assert main([]) == 0
    assert seen == [True]
    assert [record.getMessage() for record in caplog.records] == ["unhandled exception"]
    caplog.clear()
    del timer
    qtbot.wait(0)


def test_files_dropped_on_the_icon_are_opened_together() -> None:
    script = """
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QFileOpenEvent
from focusstack_app.ui.app import make_application
app = make_application(["focusstack"])
app.dropped.connect(lambda paths: (print(*paths), app.quit()))
for name in ("a.jpg", "b.jpg"):
    QCoreApplication.sendEvent(app, QFileOpenEvent(name))
app.exec()
"""
    ran = subprocess.run(  # a test has its application already
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split() == ["a.jpg", "b.jpg"]
