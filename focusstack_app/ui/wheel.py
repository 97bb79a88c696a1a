"""The wheel over numbers and choices in a page that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class _Guard(QObject):
    """Leaves the wheel to the page, unless the control was chosen."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Pass the wheel on."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget):
            event.setAccepted(watched.hasFocus())
            return not watched.hasFocus()
        return False


def scroll_past(control: QWidget) -> None:
    """The wheel scrolls the page that a control lies in, and changes it only where it has focus."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel does not give it
    control.installEventFilter(_Guard(control))
