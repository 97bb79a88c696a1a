"""Start the window."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QColorSpace, QFileOpenEvent, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from focusstack_app import __version__
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.dialogs import PROGRAM_NAME, ReportDialog, error_report
from focusstack_app.ui.icons import program_icon
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.translation import install_language

_log = logging.getLogger(__name__)


def main(paths: Sequence[Path]) -> int:
    """Show the window, open `paths` in it (files or one folder), and wait for it to close.

    Returns:
        The exit code: 0 after the window was closed.
    """
    app = make_application(sys.argv[:1])
    store = SettingsStore()
    install_language(app, store.load().settings.interface.language)
    window = MainWindow(store=store)
    before, sys.excepthook = sys.excepthook, _Reporter(window)
    try:
        if isinstance(app, Application):
            app.dropped.connect(window.open_paths)
        window.show()
        if paths:
            window.open_paths(list(paths))
        else:
            window.offer_recovery()
        return app.exec()
    finally:
        sys.excepthook = before


def make_application(arguments: Sequence[str]) -> QApplication:
    """The Qt application with our name and icon; the one that runs, where there is one."""
    # Pictures are prepared as sRGB. Qt tells the system so where that manages the colours of
    # windows (macOS), and it converts them to the profile of the display.
    surface = QSurfaceFormat.defaultFormat()
    surface.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    QSurfaceFormat.setDefaultFormat(surface)
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else Application(arguments)
    app.setApplicationName("focusstack")
    app.setApplicationDisplayName(PROGRAM_NAME)
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("focusstack")
    app.setWindowIcon(program_icon())
    if sys.platform == "win32":
        _settle_in_windows(app)
    return app


def _settle_in_windows(app: QApplication) -> None:
    """Look like on Linux, where Windows 10's own style draws buttons and menus white in the dark.

    The taskbar shows our icon, and not that of Python.
    """
    app.setStyle("Fusion")
    with suppress(OSError, AttributeError):  # no such library, or function
        ctypes.CDLL("shell32").SetCurrentProcessExplicitAppUserModelID("focusstack")


class Application(QApplication):
    """The Qt application; takes what is dropped on the program's icon.

    Signals:
        dropped: Paths (list) that the system asks to open; macOS tells them file by file.
    """

    dropped = Signal(list)

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self._paths: list[Path] = []
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._tell)

    def event(self, event: QEvent) -> bool:
        """Collect files: those that come together are opened together."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._paths.append(Path(event.file()))
            self._soon.start(0)
            return True
        return super().event(event)

    def _tell(self) -> None:
        paths, self._paths = self._paths, []
        self.dropped.emit(paths)


class _Reporter:
    """Shows an exception that reached the interface thread, with a report to copy."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Take an unhandled exception."""
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        _log.critical("unhandled exception", exc_info=(kind, error, trace))
        ReportDialog(error_report(error), self._window).open()
