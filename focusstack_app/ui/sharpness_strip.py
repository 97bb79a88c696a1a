"""The curve below the picture: how sharp each frame is at one place; a drag goes through them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from focusstack_app.engine.sharpness import sharpest

_HEIGHT = 46
_TEXT_WIDTH = 176
_MARGIN = 10
_DOT_RADIUS = 3.5


class SharpnessStrip(QWidget):
    """Frames from left to right, sharpness upwards.

    Signals:
        frame_chosen: Row of the frame under the pointer, after a click or in a drag.
    """

    frame_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._curve: list[float | None] = []
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Sharpness along the stack"))
        self.setToolTip(
            self.tr(
                "How sharp each frame is under the pointer, or at the marked point.\n"
                "Click in the picture to mark a point, and on the mark to remove it.\n"
                "Drag here, or press , and . to go through the frames; G goes to the sharpest."
            )
        )
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Low: it is read at a glance."""
        return QSize(400, _HEIGHT)

    @property
    def sharpest(self) -> int | None:
        """Row of the sharpest frame; None where none stands out, or not all are read."""
        values = [value for value in self._curve if value is not None]
        return sharpest(values) if len(values) == len(self._curve) else None

    def set_curve(self, curve: Sequence[float | None], current: int) -> None:
        """Show the sharpness of each frame.

        Args:
            curve: One value per frame; None where it is not read yet.
            current: Row of the frame that is looked at.
        """
        if (list(curve), current) == (self._curve, self._current):
            return
        self._curve, self._current = list(curve), current
        self.setAccessibleDescription(self.text)
        self.update()

    @property
    def text(self) -> str:
        """What the curve says, in words."""
        if not self._curve:
            return ""
        read = sum(value is not None for value in self._curve)
        if read < len(self._curve):
            text = self.tr("Reading frames: {read} of {count}")
            return text.format(read=read, count=len(self._curve))
        best = self.sharpest
        if best is None:
            return self.tr("No frame stands out")
        return self.tr("Sharpest: frame {number}").format(number=best + 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Words, curve, the frame that is looked at, the sharpest."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        ink = colours.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
        accent = colours.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
        line = self.fontMetrics().height()
        top = QRectF(_MARGIN, (self.height() - 2 * line) / 2, _TEXT_WIDTH - _MARGIN, line)
        painter.setPen(ink)
        painter.drawText(top.translated(0, line), Qt.AlignmentFlag.AlignVCenter, self.text)
        faint = colours.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
        faint.setAlphaF(0.6)
        painter.setPen(faint)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, self.tr("Sharpness here"))
        if not self._curve:
            return
        faint.setAlphaF(0.25)
        base = self.height() - 7.0
        painter.setPen(QPen(faint, 1))
        painter.drawLine(QPointF(self._x(0), base), QPointF(self._x(len(self._curve) - 1), base))
        painter.setPen(QPen(ink, 1.5))
        x = self._x(self._current)
        painter.drawLine(QPointF(x, 4), QPointF(x, self.height() - 3))
        points = self._points(base)
        ground = self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
        ground.setAlphaF(0.22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        if points:
            ends = [QPointF(points[-1].x(), base), QPointF(points[0].x(), base)]
            painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setPen(QPen(accent, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        best = self.sharpest
        if best is not None:
            painter.setBrush(accent)
            painter.setPen(QPen(colours.color(QPalette.ColorRole.Window), 1.5))
            painter.drawEllipse(points[best], _DOT_RADIUS + 1, _DOT_RADIUS + 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the frame under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go through the frames."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def frame_place(self, row: int) -> QPointF:
        """Where a frame is, widget coordinates."""
        return QPointF(self._x(row), self.height() / 2)

    def _choose(self, at: QPointF) -> None:
        if not self._curve:
            return
        last = len(self._curve) - 1
        share = (at.x() - self._x(0)) / max(1.0, self._x(last) - self._x(0))
        row = min(max(round(share * last), 0), last)
        if row != self._current:
            self._current = row  # a drag asks for each frame once
            self.update()
            self.frame_chosen.emit(row)

    def _x(self, row: int) -> float:
        room = self.width() - _TEXT_WIDTH - 2 * _MARGIN
        return _TEXT_WIDTH + _MARGIN + room * row / max(1, len(self._curve) - 1)

    def _points(self, base: float) -> list[QPointF]:
        read = [(row, value) for row, value in enumerate(self._curve) if value is not None]
        top = max((value for _, value in read), default=0.0)
        room = base - 7.0
        return [QPointF(self._x(row), base - room * value / max(top, 1e-9)) for row, value in read]
