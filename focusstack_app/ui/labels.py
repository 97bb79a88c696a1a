"""Texts of the window that several parts of it have: titles, explanations, lines that give way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QStyle

from focusstack_app.ui.wording import tip_text


def heading(text: str) -> QLabel:
    """The title of a part of a panel."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def explanation(text: str) -> QLabel:
    """A quiet sentence that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 0.92)
    label.setFont(font)
    return label


def indented(label: QLabel, button: QAbstractButton) -> QHBoxLayout:
    """The label below a button, beside its box."""
    style = button.style()
    indent = style.pixelMetric(QStyle.PixelMetric.PM_ExclusiveIndicatorWidth)
    indent += style.pixelMetric(QStyle.PixelMetric.PM_RadioButtonLabelSpacing)
    row = QHBoxLayout()
    row.setContentsMargins(indent, 0, 0, 0)
    row.addWidget(label)
    row.setAlignment(label, Qt.AlignmentFlag.AlignTop)
    return row


class ElidedLabel(QLabel):
    """A line of text that gives way when there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)  # file names
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def whole(self) -> str:
        """The text, also where it is cut."""
        return self._whole

    def set_whole(self, text: str) -> None:
        """Show a text, cut at the end where it is too long."""
        self._whole = text
        self.setToolTip(tip_text(text))
        self._elide()

    def event(self, event: QEvent) -> bool:
        """Cut anew for another width."""
        if event.type() == QEvent.Type.Resize:
            self._elide()
        return super().event(event)

    def _elide(self) -> None:
        self.setText(self._cut(self._whole))

    def _cut(self, line: str) -> str:
        right = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(line, right, self.width())
