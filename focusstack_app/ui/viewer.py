"""The large view of one picture: fit, 100 %, zoom at the pointer, pan.

Coordinates are pixels of the full picture even while only a proxy of it is at hand, so that zoom
and place stay put when the view changes between preview, source and output. A scale of 1 is one
picture pixel per device pixel.
"""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from focusstack_app.ui.display import Display
from focusstack_app.ui.drawing import Pane, draw_divider, draw_label, draw_picture
from focusstack_app.ui.picture import DisplayPicture
from focusstack_app.ui.theme import is_dark
from focusstack_app.ui.view_geometry import ViewGeometry

_STEP_PER_NOTCH = 2**0.25
_NOTCH = 120.0
_GRIP = 10
_SURROUND_LIGHT = QColor(214, 214, 214)
_SURROUND_DARK = QColor(34, 34, 34)


class Compare(Enum):
    """How two pictures are shown."""

    OFF = "off"
    WIPE = "wipe"
    SIDE = "side by side"
    BLINK = "blink"  # the first one's turn
    PEEK = "peek"


class Viewer(QWidget):
    """Shows a `DisplayPicture`.

    Args:
        display: What pictures are converted to; sRGB by default.

    Signals:
        zoom_changed: The scale, device pixels per picture pixel.
        view_changed: Another scale, place or size.
        step_requested: Plus or minus one frame.
        menu_requested: Global position of a context menu.
        pointed_at: The picture coordinate under the pointer, or None outside the picture.
    """

    zoom_changed = Signal(float)
    view_changed = Signal()
    step_requested = Signal(int)
    menu_requested = Signal(QPoint)
    pointed_at = Signal(object)

    def __init__(self, display: Display | None = None) -> None:
        super().__init__()
        self.display = display or Display()
        self.display.changed.connect(self.update)
        self._picture: DisplayPicture | None = None
        self._geometry = ViewGeometry()
        self._dragged_from: QPointF | None = None
        self._other: DisplayPicture | None = None
        self._other_place: QRectF | None = None
        self._mode = Compare.OFF
        self._names, self.note = ("", ""), ""
        self._wipe = 0.5
        self._wiping = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Picture"))
        self.setAccessibleDescription(
            self.tr("Wheel zooms, drag moves, double-click changes between fit and 100 percent")
        )

    @property
    def picture(self) -> DisplayPicture | None:
        """What is shown."""
        return self._picture

    @property
    def scale(self) -> float:
        """Device pixels per picture pixel."""
        return self._geometry.scale

    @property
    def fitted(self) -> bool:
        """Whether the whole picture is kept in view."""
        return self._geometry.fitted

    @property
    def centre(self) -> QPointF:
        """The picture coordinate in the middle of the view, pixels."""
        return QPointF(self._geometry.centre)

    @property
    def visible(self) -> QRectF:
        """The part of the picture that is in view, in its pixels."""
        return self._geometry.visible()

    @property
    def surround(self) -> QColor:
        """What is around the picture."""
        return _SURROUND_DARK if is_dark(self.palette()) else _SURROUND_LIGHT

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A picture needs room."""
        return QSize(900, 600)

    def show_picture(self, picture: DisplayPicture | None) -> None:
        """Show another picture; zoom and place stay where the pictures are comparable."""
        self._picture = picture
        self._geometry.set_picture(picture.full_size_px if picture is not None else None)
        self._measure()  # a view that was never shown does not know its size yet

    @property
    def mode(self) -> Compare:
        """How it is compared with the other picture."""
        return self._mode

    @property
    def other(self) -> DisplayPicture | None:
        """What it is compared with, once that is there."""
        return self._other

    def set_other(self, other: DisplayPicture | None, mode: Compare) -> None:
        """Take a picture to compare with; until there is one, the first stands in for it."""
        self._other = other
        self.update()
        self.set_mode(mode)

    def set_other_place(self, place: QRectF | None) -> None:
        """Where the other picture lies in the one that is shown, pixels; None: all over it."""
        self._other_place = place
        self.update()

    def set_names(self, shown: str, other: str) -> None:
        """What the two pictures are called."""
        self._names = (shown, other)
        self.update()

    def set_note(self, note: str) -> None:
        """A line in the corner of the picture; empty for none."""
        if note != self.note:
            self.note = note
            self.update()

    def set_mode(self, mode: Compare) -> None:
        """Compare in another way."""
        if mode is not self._mode:
            self._mode = mode
            self._measure()

    def fit(self) -> None:
        """Show the whole picture, and keep it so when the window changes."""
        self._geometry.fit()
        self._changed()

    def show_actual_pixels(self, at: QPointF | None = None) -> None:
        """One picture pixel per device pixel.

        Args:
            at: The widget position that stays put; the middle by default.
        """
        self.zoom_to(1.0, at)

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Change the scale around a widget position (logical pixels; the middle by default)."""
        if self._picture is None:
            return
        self._geometry.zoom_to(scale, self._device_offset(at) if at is not None else QPointF())
        self._changed()

    def zoom_step(self, notches: float, at: QPointF | None = None) -> None:
        """Zoom by notches of the wheel; stops at 100 % on the way through."""
        target = self.scale * _STEP_PER_NOTCH**notches
        passed = (self.scale - 1.0) * (target - 1.0) < 0
        if passed or math.isclose(target, 1.0, rel_tol=1e-6):
            target = 1.0
        self.zoom_to(target, at)

    def picture_position(self, at: QPointF) -> QPointF:
        """The picture coordinate under a widget position (logical pixels)."""
        return self._geometry.position(self._device_offset(at))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Copy the visible part of the level that suits the scale."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.surround)
        if self._picture is None:
            return
        painter.save()
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)  # in device pixels: at 100 % it copies one to one
        shown = QRectF(event.rect())
        exposed = QRectF(shown.topLeft() * ratio, shown.size() * ratio).toAlignedRect()
        for pane in self.panes():
            visible = pane.target.intersected(pane.area)
            draw_picture(painter, pane.picture, pane.target, visible, self.display, exposed)
        painter.restore()
        self._paint_comparison(painter)

    def panes(self) -> list[Pane]:
        """What is seen where."""
        picture = self._picture
        if picture is None:
            return []
        ratio = self.devicePixelRatioF()
        view = QRectF(0, 0, self.width() * ratio, self.height() * ratio)
        target, other = self._geometry.target(), self._other or picture
        beside = self._other_target(target)
        first, second = QRectF(view), QRectF(view)
        if self._mode is Compare.SIDE:
            first.setWidth(round(view.width() / 2))
            second.setLeft(first.width())
            beside.translate(first.width(), 0)
        elif self._mode is Compare.WIPE:
            first.setRight(round(self._wipe * view.width()))
            second.setLeft(first.right())
        elif self._mode is Compare.PEEK:
            return [Pane(view, other, beside)]
        else:
            return [Pane(view, picture, target)]
        return [Pane(first, picture, target), Pane(second, other, beside)]

    def panes_at(self, at: QPointF) -> list[tuple[QPointF, Pane]]:
        """The picture under a widget position, or both side by side, and where (device pixels)."""
        here, panes = at * self.devicePixelRatioF(), self.panes()
        if self._mode is not Compare.SIDE or not panes:
            return [(here, pane) for pane in panes if pane.area.contains(here)][:1]
        within = here.x() - (panes[1].area.left() if panes[1].area.contains(here) else 0.0)
        return [(QPointF(within + pane.area.left(), here.y()), pane) for pane in panes]

    def _paint_comparison(self, painter: QPainter) -> None:
        """Names and the line between the pictures."""
        area, (shown, other) = QRectF(self.rect()), self._names
        other = other if self._other is not None else shown  # what stands in its place
        if self._mode in (Compare.OFF, Compare.PEEK, Compare.BLINK):
            texts = {Compare.OFF: self.note, Compare.PEEK: other}
            draw_label(painter, texts.get(self._mode, shown), area)
        else:
            wiped = self._mode is Compare.WIPE
            share = self._wipe if wiped else 0.5
            draw_divider(painter, share * area.width(), area.height(), handle=wiped)
            draw_label(painter, shown, area)
            draw_label(painter, other, area, right=True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Stay fitted."""
        super().resizeEvent(event)
        self._measure()

    def event(self, event: QEvent) -> bool:
        """Follow the palette, and the density of the screen that the window moves to."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._measure()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom at the pointer."""
        notches = event.angleDelta().y() / _NOTCH
        if notches and self._picture is not None:
            self.zoom_step(notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to pan."""
        if event.button() == Qt.MouseButton.LeftButton and self._on_divider(event.position()):
            self._wiping = True
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pan."""
        self._point(event.position())
        if self._wiping:
            self._wipe = min(max(event.position().x() / self.width(), 0.0), 1.0)
            self.update()
            return
        if self._dragged_from is None or self._picture is None:
            self._show_cursor(on_divider=self._on_divider(event.position()))
            return
        self._geometry.pan((event.position() - self._dragged_from) * self.devicePixelRatioF())
        self._dragged_from = event.position()
        self.update()
        self.view_changed.emit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self.pointed_at.emit(None)

    def _point(self, at: QPointF) -> None:
        """Say what is under the pointer."""
        if self._picture is None:
            return
        place, (width, height) = self.picture_position(at), self._picture.full_size_px
        inside = 0 <= place.x() < width and 0 <= place.y() < height
        self.pointed_at.emit(place if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End panning."""
        del event
        self._dragged_from, self._wiping = None, False
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Change between fit and 100 % at the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.fitted:
            self.show_actual_pixels(event.position())
        else:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows change the frame, plus and minus zoom; Space waits for a drag."""
        match event.key():
            case Qt.Key.Key_Left:
                self.step_requested.emit(-1)
            case Qt.Key.Key_Right:
                self.step_requested.emit(1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_step(2)
            case Qt.Key.Key_Minus:
                self.zoom_step(-2)
            case Qt.Key.Key_Space:
                pass
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the menu."""
        self.menu_requested.emit(event.globalPos())

    def _device_offset(self, at: QPointF) -> QPointF:
        """From the middle of the view, device pixels."""
        pane = self._pane_width()
        x = at.x() - pane if at.x() >= pane and self._mode is Compare.SIDE else at.x()
        return QPointF(x - pane / 2, at.y() - self.height() / 2) * self.devicePixelRatioF()

    def _pane_width(self) -> float:
        """Width of the view of one picture, logical pixels."""
        return self.width() / 2 if self._mode is Compare.SIDE else self.width()

    def _measure(self) -> None:
        """Tell the geometry how large a picture's part of the view is."""
        ratio = self.devicePixelRatioF()
        self._geometry.set_view(QSizeF(self._pane_width() * ratio, self.height() * ratio))
        self._changed()

    def _changed(self) -> None:
        """Show another scale or place."""
        self._show_cursor()
        self.update()
        self.zoom_changed.emit(self.scale)
        self.view_changed.emit()

    def _other_target(self, target: QRectF) -> QRectF:
        """Where the whole other picture lies, device pixels, given where the shown one does."""
        place = self._other_place
        if place is None or self._other is None:
            return QRectF(target)
        corner = target.topLeft() + place.topLeft() * self.scale
        return QRectF(corner, place.size() * self.scale)

    def _on_divider(self, at: QPointF) -> bool:
        away = abs(at.x() - self._wipe * self.width())
        return self._mode is Compare.WIPE and away <= _GRIP

    def _show_cursor(self, *, on_divider: bool = False) -> None:
        if on_divider:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._picture is not None and not self.fitted:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
