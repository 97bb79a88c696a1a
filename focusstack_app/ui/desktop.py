"""Between the window and other programs: files that are dropped here, or opened there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices


def files_of(data: QMimeData) -> list[Path]:
    """The files and folders that are dragged or dropped; what lies on the web is none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def open_outside(path: Path) -> None:
    """Open a file in the program that the desktop has for it, or a folder in its file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
