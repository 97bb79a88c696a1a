"""A calm line above the picture: what is wrong and what to do, until it is closed."""

from __future__ import annotations

import html
from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from focusstack_app.ui import icons
from focusstack_app.ui.dialogs import ReportDialog
from focusstack_app.ui.translation import said
from focusstack_app.ui.wording import shortened, tip_text

_NARROWEST_PX = 200


class Tone(Enum):
    """How much it matters; the value is the colour of the edge."""

    NOTE = "#3d8bd4"
    WARNING = "#d99a2b"
    ERROR = "#d0453e"


def text_colour(tone: Tone, palette: QPalette) -> QColor:
    """A tone for text: nearer to the text around it, so that it can be read on light and dark."""
    own, text = QColor(tone.value), palette.color(QPalette.ColorRole.Text)
    return QColor.fromRgbF(
        0.65 * own.redF() + 0.35 * text.redF(),
        0.65 * own.greenF() + 0.35 * text.greenF(),
        0.65 * own.blueF() + 0.35 * text.blueF(),
    )


class ToneLabel(QLabel):
    """Text in the colour of a tone, also after the theme changed.

    Args:
        tone: How much it matters.
    """

    def __init__(self, tone: Tone) -> None:
        super().__init__()
        self._tone = tone
        self.setWordWrap(True)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colour for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        colour = text_colour(self._tone, self.palette())
        if self.palette().color(QPalette.ColorRole.WindowText) != colour:
            own = QPalette()
            own.setColor(QPalette.ColorRole.WindowText, colour)
            self.setPalette(own)


class Banner(QFrame):
    """Hidden until `say` is called."""

    def __init__(self) -> None:
        super().__init__()
        self._tone = Tone.NOTE
        self._message = ""
        self._report = ""
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setMinimumWidth(_NARROWEST_PX)  # else no narrower than its longest word
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPushButton(self.tr("Details…"))
        self._details.setToolTip(self.tr("The report of the fault, to copy"))
        self._details.clicked.connect(self._show_details)
        self._act: Callable[[], object] = self.hide
        self._button = QPushButton()
        self._button.clicked.connect(lambda: self._act())
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self._details)
        row.addWidget(self._button)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def message(self) -> str:
        """What it says, without the hint; empty while hidden."""
        return self._message if not self.isHidden() else ""

    def say(
        self,
        tone: Tone,
        message: str,
        hint: str = "",
        report: str = "",
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Show a message.

        Args:
            tone: How much it matters.
            message: What happened, one line.
            hint: What to do, one line.
            report: Text behind "Details…", for a bug report.
            action: Text of a button, and what it does.
        """
        message, hint = said(message), said(hint)
        self._tone, self._message, self._report = tone, message, report
        text = f"<b>{html.escape(shortened(message))}</b>"
        if hint:
            text += f"<br>{html.escape(shortened(hint))}"
        self._text.setText(text)
        whole = f"{message}\n{hint}".strip()
        self._text.setToolTip(tip_text(whole) if shortened(whole) != whole else "")
        self._details.setVisible(bool(report))
        self._button.setVisible(action is not None)
        if action is not None:
            text, self._act = action
            self._button.setText(text)
            self._button.setToolTip(tip_text(hint or message))
        self.setAccessibleName(f"{message} {hint}".strip())
        self._draw_icons()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A tinted ground with a coloured edge."""
        painter = QPainter(self)
        colour = QColor(self._tone.value)
        painter.fillRect(0, 0, 4, self.height(), colour)
        colour.setAlphaF(0.14)
        painter.fillRect(event.rect(), colour)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Redraw the icons for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        name = "info" if self._tone is Tone.NOTE else "alert"
        self._icon.setPixmap(icons.drawing(name, QSize(22, 22), QColor(self._tone.value)))
        self._close.setIcon(icons.icon("close", self.palette(), 16))

    def _show_details(self) -> None:
        ReportDialog(self._report, self.window()).open()
