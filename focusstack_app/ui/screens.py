"""How large windows begin."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_FRAME = QSize(16, 48)  # around a window: the system says how large only once it is shown


def begin_with(window: QWidget, width_px: int, height_px: int) -> None:
    """Give a window its size, or what of it the screen has room for."""
    room = window.screen().availableGeometry().size() - _FRAME
    window.resize(QSize(width_px, height_px).boundedTo(room))
