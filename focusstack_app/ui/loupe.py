"""A magnifier at the pointer: the pixels at 100 % or more while the whole picture is in view."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from focusstack_app.ui.drawing import draw_label, draw_picture
from focusstack_app.ui.tilt import Tilt
from focusstack_app.ui.view_geometry import MAX_SCALE
from focusstack_app.ui.viewer import Viewer

RADIUS = 110
_EDGE = 3
_LEAST_GAIN = 2.0


class Loupe(QWidget):
    """Lies over the viewer and lets every event through.

    It shows what lies under the pointer; side by side, both pictures at the same place. When the
    pointer leaves the picture it stays where it was, so that frames can be changed under it.

    Args:
        viewer: Shows the picture.
        tilt: Lies over it; where that shows the picture from the side, so does this.
    """

    def __init__(self, viewer: Viewer, tilt: Tilt) -> None:
        super().__init__(viewer)
        self._viewer, self._tilt = viewer, tilt
        self._at = QPointF()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Loupe"))
        self.hide()

    @property
    def scale(self) -> float:
        """Device pixels per picture pixel: 1, or the power of two that at least doubles."""
        wanted = math.ceil(math.log2(_LEAST_GAIN * self._viewer.scale))
        return min(max(1.0, 2.0**wanted), MAX_SCALE)

    def set_active(self, active: bool) -> None:
        """Show it at the pointer, or in the middle while the pointer is elsewhere."""
        viewer = self._viewer
        if active:
            pointer = viewer.mapFromGlobal(viewer.cursor().pos())
            inside = viewer.rect().contains(pointer)
            self._at = QPointF(pointer if inside else viewer.rect().center())
            viewer.installEventFilter(self)
            self.resize(viewer.size())
            self.raise_()
        else:
            viewer.removeEventFilter(self)
        self.setVisible(active)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the pointer and the size of the viewer."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self._repaint()
            self._at = event.position()
            self._repaint()
        elif event.type() == QEvent.Type.Resize:
            self.resize(self._viewer.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A round piece of the picture, its scale, and a ring."""
        del event
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        gain = self.scale / self._viewer.scale
        for centre, pane in self._viewer.panes_at(self._at):
            place = centre / ratio
            area = QRectF(0, 0, 2 * RADIUS, 2 * RADIUS)
            area.moveCenter(place)
            corner = centre + (pane.target.topLeft() - centre) * gain
            target = QRectF(QPointF(corner.toPoint()), pane.target.size() * gain)
            visible = QRectF(area.topLeft() * ratio, area.size() * ratio).toAlignedRect()
            shape = QPainterPath()
            shape.addEllipse(area)
            painter.save()
            painter.setClipPath(shape)
            painter.fillRect(area, self.palette().window())
            painter.scale(1 / ratio, 1 / ratio)
            if self._tilt.isVisible():
                self._tilt.draw_enlarged(painter, target, visible)
            else:
                part = target.intersected(QRectF(visible))
                draw_picture(painter, pane.picture, target, part, self._viewer.display, visible)
            painter.restore()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for width, colour in ((_EDGE, QColor(0, 0, 0, 140)), (1.4, QColor(255, 255, 255))):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(place, RADIUS, RADIUS)
            draw_label(painter, f"{self.scale * 100:.0f} %", area)

    def _repaint(self) -> None:
        """Only where it is."""
        ratio = self.devicePixelRatioF()
        for centre, _ in self._viewer.panes_at(self._at):
            area = QRectF(0, 0, 2 * (RADIUS + _EDGE), 2 * (RADIUS + _EDGE))
            area.moveCenter(centre / ratio)
            self.update(area.toAlignedRect())
