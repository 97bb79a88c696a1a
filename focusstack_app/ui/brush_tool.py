"""The brush in the viewer: its cursor, and the mouse that paints with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from focusstack_app.ui.viewer import Viewer

_SMALLEST_RADIUS = 1.5


class BrushTool(QWidget):
    """Lies over the viewer and lets everything through but the left button.

    The middle button, or Space and the left one, still move the picture.

    Signals:
        pressed: A stroke begins at this picture coordinate.
        moved: It goes on to this one.
        released: It ends.
    """

    pressed = Signal(QPointF)
    moved = Signal(QPointF)
    released = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._at: QPointF | None = None
        self._painting = False
        self._space_down = False
        self.diameter_px = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def painting(self) -> bool:
        """Whether a stroke is being painted."""
        return self._painting

    def set_active(self, active: bool) -> None:
        """Paint with the left button from now on, or no more."""
        if active == self.isVisibleTo(self._viewer):
            return
        self._end()
        self._at, self._space_down = None, False
        if active:
            self._viewer.installEventFilter(self)
            self.resize(self._viewer.size())
        else:
            self._viewer.removeEventFilter(self)
        self.setVisible(active)

    def set_diameter(self, diameter_px: float) -> None:
        """Show another size, picture pixels."""
        self.diameter_px = diameter_px
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take what paints out of the viewer's events."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            self._point(event.position() if kind != QEvent.Type.Leave else None)
            left = event.button() == Qt.MouseButton.LeftButton
            presses = kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
            if presses and left and not self._space_down:
                self._viewer.setFocus()
                self._painting = True
                self.pressed.emit(self._viewer.picture_position(event.position()))
                return True
            if kind == QEvent.Type.MouseMove and self._painting:
                self.moved.emit(self._viewer.picture_position(event.position()))
                return True
            if kind == QEvent.Type.MouseButtonRelease and left and self._painting:
                self._end()
                return True
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and not event.isAutoRepeat():
                self._space_down = kind == QEvent.Type.KeyPress
                self.update()
        elif kind in (QEvent.Type.Leave, QEvent.Type.FocusOut):
            self._space_down = False
            if kind == QEvent.Type.Leave:
                self._point(None)
        elif kind == QEvent.Type.Resize:
            self.resize(self._viewer.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A ring of the brush's size, light and dark, so that it shows on every ground."""
        del event
        if self._at is None or self._viewer.picture is None or self._space_down:
            return
        radius = self.diameter_px / 2 * self._viewer.scale / self.devicePixelRatioF()
        radius = max(radius, _SMALLEST_RADIUS)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, colour in ((3.0, QColor(0, 0, 0, 130)), (1.2, QColor(255, 255, 255))):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(self._at, radius, radius)

    def _point(self, at: QPointF | None) -> None:
        self._at = at
        self.update()

    def _end(self) -> None:
        if self._painting:
            self._painting = False
            self.released.emit()
