"""What the window shows before anything is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from focusstack_app.ui import icons
from focusstack_app.ui.translation import tr


class EmptyPage(QWidget):
    """A drop hint, two buttons, three steps.

    Signals:
        open_requested: "Open…" was pressed.
        demo_requested: "Try the Demo Stack" was pressed.
    """

    open_requested = Signal()
    demo_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._hot = False
        self._drawing = QLabel()
        title = QLabel(self.tr("Drop your frames here"))
        title.setFont(_scaled(title.font(), 1.9))
        hint = QLabel(self.tr("One focus bracket, or a folder of many for the batch"))
        self.open_button = QPushButton(self.tr("Open…"))
        self.open_button.setDefault(True)
        self.open_button.setToolTip(self.tr("Choose the files of one focus bracket (Ctrl+O)"))
        self.open_button.clicked.connect(self.open_requested)
        self.demo_button = QPushButton(self.tr("Try the Demo Stack"))
        self.demo_button.setToolTip(self.tr("Open the seven frames that come with the program"))
        self.demo_button.clicked.connect(self.demo_requested)
        self._busy = QLabel()
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        for button in (self.open_button, self.demo_button):
            button.setMinimumSize(150, 34)
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 40, 48, 40)
        column.addStretch(3)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self._drawing, 0, centre)
        column.addSpacing(14)
        column.addWidget(title, 0, centre)
        column.addSpacing(2)
        column.addWidget(hint, 0, centre)
        column.addSpacing(18)
        column.addLayout(buttons)
        column.addSpacing(8)
        column.addWidget(self._busy, 0, centre)
        column.addStretch(2)
        column.addLayout(_steps())
        column.addStretch(1)
        self._draw()

    def set_busy(self, text: str) -> None:
        """Say that something is being opened; an empty text ends it."""
        self._busy.setText(text)
        self.open_button.setEnabled(not text)
        self.demo_button.setEnabled(not text)

    def set_hot(self, hot: bool) -> None:
        """Show that a drop would be taken."""
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A dashed frame round the place to drop on."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(24, 20, -24, -20), 14, 14)
        if self._hot:
            colour = palette.color(QPalette.ColorRole.Highlight)
            ground = palette.color(QPalette.ColorRole.Highlight)
            ground.setAlphaF(0.10)
            painter.fillPath(shape, ground)
        else:
            colour = palette.color(QPalette.ColorRole.WindowText)
            colour.setAlphaF(0.22)
        pen = QPen(colour, 1.6)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        painter.drawPath(shape)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Redraw for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        self._drawing.setPixmap(icons.drawing("drop", QSize(128, 96), colour))


def _steps() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(36)
    row.addStretch()
    for number, title, text in (
        ("1", tr("Drop or open"), tr("one focus bracket: JPEG, TIFF, PNG or RAW")),
        ("2", tr("Check the preview"), tr("and leave out frames that do not belong")),
        (
            "3",
            tr("Render and export"),
            tr("a TIFF, PNG, JPEG, JPEG XL, WebP or DNG with its metadata"),
        ),
    ):
        digit = QLabel(number)
        digit.setFont(_scaled(digit.font(), 2.0))
        digit.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        digit.setFixedWidth(digit.sizeHint().width())
        words = QLabel(f"<b>{title}</b><br>{text}")
        words.setMaximumWidth(words.sizeHint().width())
        words.setWordWrap(True)  # only where the window is narrower
        step = QHBoxLayout()
        step.setSpacing(10)
        step.addWidget(digit)
        step.addWidget(words, 1)
        row.addLayout(step, 1)
    row.addStretch()
    return row


def _scaled(font: QFont, by: float) -> QFont:
    font.setPointSizeF(font.pointSizeF() * by)
    return font
