"""Drawing pictures on the screen: the visible part of a large one, and thumbnails."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle

from focusstack_app.ui.display import Display
from focusstack_app.ui.frames_model import PROBLEM_ROLE, Index
from focusstack_app.ui.picture import DisplayPicture

NEAREST_ABOVE_SCALE = 2.0
_SURELY = 0.01  # of a pixel
_LABEL_MARGIN = 8
_HANDLE_RADIUS = 9
ROUNDING = 4.0  # of a thumbnail's corners
_LEFT_OUT_OPACITY = 0.35


class Pane(NamedTuple):
    """A picture in the view, device pixels.

    Attributes:
        area: The part of the view that it has.
        picture: What is drawn.
        target: Where the whole picture lies.
    """

    area: QRectF
    picture: DisplayPicture
    target: QRectF


def draw_picture(
    painter: QPainter,
    picture: DisplayPicture,
    target: QRectF,
    visible: QRectF,
    display: Display,
    exposed: QRect,
) -> None:
    """Copy the part of a picture that is visible, from the level that suits the scale.

    Args:
        painter: Works in device pixels.
        picture: What is drawn.
        target: Where the whole picture lies, device pixels.
        visible: The part of `target` that is drawn.
        display: What it is converted to.
        exposed: What has to be painted, device pixels; nothing else is converted.
    """
    if visible.isEmpty():
        return
    at_hand = picture.levels[0].width() / picture.full_size_px[0]
    pixel_scale = target.width() / picture.levels[0].width()
    deepest = len(picture.levels) - 1
    index = min(max(0, math.floor(-math.log2(pixel_scale))), deepest)
    level = picture.levels[index]
    across, down = level.width() / target.width(), level.height() / target.height()
    part = QRectF(
        (visible.x() - target.x()) * across,
        (visible.y() - target.y()) * down,
        visible.width() * across,
        visible.height() * down,
    )
    nearest = pixel_scale == 1.0 or (pixel_scale > NEAREST_ABOVE_SCALE and at_hand == 1.0)
    smooth = QPainter.RenderHint.SmoothPixmapTransform
    painter.setRenderHint(smooth, not nearest)
    if not display.converts(picture.space):
        painter.drawImage(visible, level, part)
        return
    place = covered(visible).intersected(exposed)
    if place.isEmpty():
        return
    drawn = QImage(place.size(), QImage.Format.Format_RGB32)
    inner = QPainter(drawn)
    inner.translate(-place.topLeft())
    inner.setRenderHint(smooth, not nearest)
    inner.drawImage(visible, level, part)
    inner.end()
    display.convert(drawn, picture.space)
    painter.drawImage(place.topLeft(), drawn)


def covered(area: QRectF) -> QRect:
    """The pixels that Qt surely paints for an area: those whose middle lies in it.

    One whose middle lies on its edge may stay what it was, in a new image any colour.
    """
    left, top = (math.floor(edge + 0.5 + _SURELY) for edge in (area.left(), area.top()))
    right, bottom = (math.ceil(edge - 0.5 - _SURELY) for edge in (area.right(), area.bottom()))
    return QRect(left, top, right - left, bottom - top)


def draw_thumbnail(
    painter: QPainter,
    place: QRectF,
    palette: QPalette,
    index: Index,
    display: Display,
    *,
    included: bool,
) -> None:
    """The thumbnail of a row on a ground, which is all there is until it was read.

    Args:
        painter: Works in logical pixels.
        place: All of it; the thumbnail is fitted into it.
        palette: Of the view.
        index: Has the thumbnail as its decoration, or a `PROBLEM_ROLE` where it cannot be read.
        display: What it is converted to.
        included: Whether it takes part; what does not is paler.
    """
    ground = palette.color(QPalette.ColorRole.WindowText)
    ground.setAlphaF(0.08)
    shape = QPainterPath()
    shape.addRoundedRect(place, ROUNDING, ROUNDING)
    painter.fillPath(shape, ground)
    image = index.data(Qt.ItemDataRole.DecorationRole)
    if isinstance(image, QImage):
        size = image.size().scaled(place.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        inner = QRectF(0, 0, size.width(), size.height())
        inner.moveCenter(place.center())
        painter.save()
        painter.setClipPath(shape)
        painter.setOpacity(1.0 if included else _LEFT_OUT_OPACITY)
        painter.drawImage(inner, display.thumbnail(image))
        painter.restore()
    elif index.data(PROBLEM_ROLE):
        icon = QApplication.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        middle = place.center().toPoint()
        icon.paint(painter, QRect(middle - QPoint(12, 12), QSize(24, 24)))


def draw_label(painter: QPainter, text: str, area: QRectF, *, right: bool = False) -> None:
    """A name on a dark ground in a lower corner of an area (logical pixels)."""
    if not text:
        return
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(text) + 2 * _LABEL_MARGIN
    height = metrics.height() + _LABEL_MARGIN
    left = area.right() - width - _LABEL_MARGIN if right else area.left() + _LABEL_MARGIN
    place = QRectF(left, area.bottom() - height - _LABEL_MARGIN, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(place, 5, 5)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def draw_divider(painter: QPainter, x: float, height: float, *, handle: bool) -> None:
    """The line between two pictures, with a handle where it can be moved (logical pixels)."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 140), 3))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))
    painter.setPen(QPen(QColor(255, 255, 255), 1.4))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))
    if handle:
        painter.setBrush(QColor(255, 255, 255, 230))
        painter.setPen(QPen(QColor(0, 0, 0, 140), 1))
        painter.drawEllipse(QPointF(x, height / 2), _HANDLE_RADIUS, _HANDLE_RADIUS)
