"""An output seen from a little to the side, where the pointer is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.stereo import seen_from
from focusstack_app.jobs.stereo import nearness_of
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.drawing import covered, draw_label, draw_picture
from focusstack_app.ui.picture import DisplayPicture
from focusstack_app.ui.viewer import Compare, Viewer

_PARALLAX = 0.03  # of the picture's width, where the pointer is at the left or right edge
_MOST = 0.05  # of the view's width, however large the picture is shown
_DOWN = 0.5  # of that up and down: heads are rather moved aside
_MOVING_PX = 2_200_000  # more are drawn once the pointer rests
_SETTLE_MS = 150
_KEPT_MS = 60_000  # how near everything is, after it was looked at: to find out takes seconds


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What is moved: the part of a picture that is in view, and a seam around it.

    Attributes:
        of: The picture, and where all of it lies (device pixels).
        area: Where this lies.
        pixels: (H, W, 4), as they are drawn.
        near: (H, W) of `engine.stereo.nearness`.
    """

    of: tuple[DisplayPicture, QRectF]
    area: QRect
    pixels: NDArray[np.uint8]
    near: FloatArray


class Tilt(QWidget):
    """Lies over the viewer and lets every event through.

    Args:
        viewer: Shows the output itself, when this does not.
        bridge: Finds out how near everything is.

    Signals:
        changed: `ready` is another one now.
        failed: The error.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, viewer: Viewer, bridge: Bridge) -> None:
        super().__init__(viewer)
        self._viewer, self._bridge = viewer, bridge
        self._latest = LatestTask()
        self._result: FusionResult | None = None
        self._known: tuple[FusionResult, NDArray[np.float16]] | None = None
        self._part: _Part | None = None
        self._pointer = QPointF()  # from the middle, -1 to 1 each way
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.update)
        self._left = QTimer(self, singleShot=True, interval=_KEPT_MS)
        self._left.timeout.connect(self._forget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Picture from the side"))
        viewer.installEventFilter(self)
        viewer.view_changed.connect(self._follow)
        viewer.display.changed.connect(self._forget_part)
        self.hide()

    @property
    def ready(self) -> bool:
        """Whether it is known how near what is shown is."""
        return self._known is not None and self._known[0] is self._result

    def show_result(self, result: FusionResult | None) -> None:
        """Show this one from the side as soon as it can be; None for nothing."""
        if result is self._result:
            return
        self._result = result
        self._latest.cancel()
        if result is None:
            self._part = None
            self._left.start()
        else:
            self._left.stop()
        self._follow()
        if result is not None and not self.ready:

            def work(progress: Progress) -> NDArray[np.float16]:
                return nearness_of(result, checkpoint=progress.checkpoint).astype(np.float16)

            task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
            task.succeeded.connect(lambda near: self._take(result, near))
            task.failed.connect(self.failed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the pointer, but not while it drags."""
        moved = event if isinstance(event, QMouseEvent) else None
        if moved is not None and moved.type() == QEvent.Type.MouseMove and not moved.buttons():
            self._look_from(moved.position())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The part in view, moved; fewer pixels of it while the pointer moves on a large screen."""
        painter, viewer = QPainter(self), self._viewer
        painter.fillRect(event.rect(), viewer.surround)
        part = self._part_in_view()
        if part is None:
            return
        ratio, factor = self.devicePixelRatioF(), part.area.width() / part.pixels.shape[1]
        right, down = self._shift_px()
        seen = seen_from(part.pixels, part.near, (right / factor, down / factor))
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, factor > 1)
        painter.drawImage(part.area, _image(seen))
        painter.restore()
        draw_label(painter, viewer.note, QRectF(self.rect()))

    def draw_enlarged(self, painter: QPainter, target: QRectF, area: QRect) -> None:
        """Draw a piece of what is shown, enlarged.

        Args:
            painter: Works in device pixels, and keeps to what is to be painted.
            target: Where all of the picture would lie, enlarged.
            area: What is wanted, device pixels.
        """
        (pane,) = self._viewer.panes()
        gain = target.width() / pane.target.width()
        right, down = (gain * side for side in self._shift_px())
        across, along = (math.ceil(abs(side) / 2) + 2 for side in (right, down))
        around = area.adjusted(-across, -along, across, along).intersected(covered(target))
        if around.isEmpty():
            return
        pixels = self._drawn(pane.picture, target, around, around.size())
        near = self._near(target, around, around.size())
        painter.drawImage(around, _image(seen_from(pixels, near, (right, down))))

    def _take(self, result: FusionResult, near: NDArray[np.float16]) -> None:
        self._known = result, near
        self._forget_part()
        self._look_from(QPointF(self._viewer.mapFromGlobal(self._viewer.cursor().pos())))
        self._follow()
        self.changed.emit()

    def _look_from(self, at: QPointF) -> None:
        """Look from where the pointer is; from the middle, if it is elsewhere."""
        half = QPointF(self._viewer.width() / 2, self._viewer.height() / 2)
        aside, down = at.x() / half.x() - 1, at.y() / half.y() - 1
        inside = max(abs(aside), abs(down)) <= 1
        self._pointer = QPointF(aside, down) if inside else QPointF()
        if self.isVisible():
            self._settle.start()
            self.update()

    def _follow(self) -> None:
        """Be there where the output is shown alone, and draw what is in view now."""
        picture = self._viewer.picture
        shown = self.ready and self._viewer.mode is Compare.OFF and picture is not None
        if shown and self._result is not None and picture is not None:
            height, width = self._result.picture.shape[:2]
            shown = picture.full_size_px == (width, height)
        self.resize(self._viewer.size())
        self.setVisible(shown)
        self.update()

    def _forget(self) -> None:
        """Give back what a look from the side needed; nobody looks from there any more."""
        self._known = self._part = None
        self._bridge.let_go()

    def _forget_part(self) -> None:
        self._part = None
        self.update()

    def _most_px(self) -> float:
        """By how much near and far are moved against each other at most, device pixels."""
        (pane,) = self._viewer.panes()
        return min(_PARALLAX * pane.target.width(), _MOST * pane.area.width())

    def _shift_px(self) -> tuple[float, float]:
        """How far what is nearest is moved against what is farthest: right, down."""
        most = self._most_px()
        return -most * self._pointer.x(), -_DOWN * most * self._pointer.y()

    def _part_in_view(self) -> _Part | None:
        """What is in view, as it was drawn before if it still is that."""
        if self._known is None or not self._viewer.panes():
            return None
        (pane,), seam = self._viewer.panes(), math.ceil(self._most_px()) + 2
        view = pane.area.toRect().adjusted(-seam, -seam, seam, seam)
        area = covered(pane.target).intersected(view)  # elsewhere nothing is drawn
        if area.isEmpty():
            return None
        factor = 1.0
        if self._settle.isActive():
            factor = max(1.0, math.sqrt(area.width() * area.height() / _MOVING_PX))
        size = QSize(round(area.width() / factor), round(area.height() / factor))
        of, part = (pane.picture, pane.target), self._part
        if part is None or part.of != of or part.pixels.shape[1::-1] != size.toTuple():
            pixels = self._drawn(*of, area, size)
            part = self._part = _Part(of, area, pixels, self._near(pane.target, area, size))
        return part

    def _drawn(
        self, picture: DisplayPicture, target: QRectF, area: QRect, size: QSize
    ) -> NDArray[np.uint8]:
        image = QImage(size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(size.width() / area.width(), size.height() / area.height())
        painter.translate(-area.topLeft())
        draw_picture(painter, picture, target, QRectF(area), self._viewer.display, area)
        painter.end()
        shape = size.height(), size.width(), 4
        return np.frombuffer(image.constBits(), np.uint8).reshape(shape).copy()

    def _near(self, target: QRectF, area: QRect, size: QSize) -> FloatArray:
        assert self._known is not None
        near = self._known[1]
        rows, columns = (
            ((np.arange(many) + 0.5) * (whole / many) + start) * (pixels / length)
            for many, whole, start, length, pixels in (
                (size.height(), area.height(), area.y() - target.y(), target.height(), len(near)),
                (size.width(), area.width(), area.x() - target.x(), target.width(), near.shape[1]),
            )
        )
        down = rows.astype(np.intp).clip(0, len(near) - 1)
        across = columns.astype(np.intp).clip(0, near.shape[1] - 1)
        return np.asarray(near[down][:, across], np.float32)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    """An image that borrows (H, W, 4)."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
