"""A point of the picture that the photographer marks with a click, to watch it along the stack."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from focusstack_app.ui.viewer import Viewer

_RADIUS = 9
_STILL = 4  # a press and a release this near are a click and no drag, logical pixels


class Mark(QWidget):
    """Lies over the viewer, lets every event through and shows a ring at the marked point.

    Signals:
        moved: There is another mark, or none.
    """

    moved = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._pressed: QPointF | None = None
        self._before: QPointF | None = None
        self.place: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        viewer.installEventFilter(self)

    def set_place(self, place: QPointF | None) -> None:
        """Mark a picture coordinate, or nothing."""
        self.place = place
        self.update()
        self.moved.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A click marks; on the mark it removes it; a double-click zooms and leaves it."""
        kind = event.type()
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            if kind == QEvent.Type.MouseButtonPress:
                self._pressed = event.position()
            elif kind == QEvent.Type.MouseButtonDblClick:
                self._pressed = None
                self.set_place(self._before)
            elif kind == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                away = (event.position() - self._pressed).manhattanLength()
                self._pressed = None
                if away <= _STILL:
                    self._click(event.position())
        elif kind == QEvent.Type.Resize:
            self.resize(self._viewer.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A small ring, light and dark, so that it shows on every ground."""
        del event
        if self.place is None or self._viewer.picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, colour in ((3.0, QColor(0, 0, 0, 150)), (1.4, QColor(255, 255, 255))):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(self._at(self.place), _RADIUS, _RADIUS)

    def _at(self, place: QPointF) -> QPointF:
        """The widget position of a picture coordinate."""
        target = self._viewer.panes()[0].target
        return (target.topLeft() + place * self._viewer.scale) / self._viewer.devicePixelRatioF()

    def _click(self, at: QPointF) -> None:
        picture, place = self._viewer.picture, self._viewer.picture_position(at)
        if picture is None:
            return
        self._before = self.place
        width, height = picture.full_size_px
        if self.place is not None and (self._at(self.place) - at).manhattanLength() <= _RADIUS:
            self.set_place(None)
        elif 0 <= place.x() < width and 0 <= place.y() < height:
            self.set_place(place)
