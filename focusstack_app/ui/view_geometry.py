"""Which part of a picture is seen, and how large: the geometry of the viewer without its widget.

Offsets and sizes of the view are device pixels, places are pixels of the full picture.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF

MAX_SCALE = 16.0
_LARGEST_FIT = 1.0


class ViewGeometry:
    """Scale and place of a picture in a view.

    Attributes:
        scale: Device pixels per picture pixel.
        centre: The picture coordinate in the middle of the view.
        fitted: Whether the whole picture is kept in view.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self.centre = QPointF()
        self.fitted = True
        self._view = QSizeF(1, 1)
        self._picture: QSizeF | None = None

    def set_view(self, size: QSizeF) -> None:
        """The view has this size now; a fitted picture stays fitted."""
        self._view = size
        if self.fitted:
            self.fit()
        else:
            self._keep_inside()

    def set_picture(self, size_px: tuple[int, int] | None) -> None:
        """Take another picture; zoom and place stay where the pictures are comparable."""
        before, self._picture = self._picture, QSizeF(*size_px) if size_px else None
        if self._picture is None:
            self.fitted = True
        elif before is None or self.fitted:
            self.fit()
        else:
            across = self._picture.width() / before.width()
            down = self._picture.height() / before.height()
            self.centre = QPointF(self.centre.x() * across, self.centre.y() * down)
            self.scale = max(self.scale, self._fit_scale())
            self._keep_inside()

    def fit(self) -> None:
        """Show the whole picture, and keep it so."""
        self.fitted = True
        if self._picture is None:
            return
        self.centre = QPointF(self._picture.width() / 2, self._picture.height() / 2)
        self.scale = self._fit_scale()

    def zoom_to(self, scale: float, offset: QPointF) -> None:
        """Change the scale around what lies at an offset from the middle of the view."""
        scale = min(max(scale, self._fit_scale()), MAX_SCALE)
        self.centre += offset / self.scale - offset / scale
        self.fitted = math.isclose(scale, self._fit_scale())
        self.scale = scale
        self._keep_inside()

    def pan(self, moved: QPointF) -> None:
        """Move the picture with the pointer."""
        self.centre -= moved / self.scale
        self._keep_inside()

    def position(self, offset: QPointF) -> QPointF:
        """The picture coordinate at an offset from the middle of the view."""
        return self.centre + offset / self.scale

    def visible(self) -> QRectF:
        """The part of the picture that is in view, in its pixels."""
        seen = self._view / self.scale
        corner = self.centre - QPointF(seen.width(), seen.height()) / 2
        return QRectF(corner, seen).intersected(QRectF(QPointF(), self._picture or QSizeF()))

    def target(self) -> QRectF:
        """Where the whole picture lies, from the view's corner, on whole pixels."""
        size = self._picture or QSizeF()
        left = self._view.width() / 2 - self.centre.x() * self.scale
        top = self._view.height() / 2 - self.centre.y() * self.scale
        return QRectF(QPointF(round(left), round(top)), size * self.scale)

    def _fit_scale(self) -> float:
        if self._picture is None:
            return 1.0
        across = self._view.width() / self._picture.width()
        return min(across, self._view.height() / self._picture.height(), _LARGEST_FIT)

    def _keep_inside(self) -> None:
        """Never leave empty space on one side while the other is cut off."""
        if self._picture is None:
            return
        self.centre = QPointF(
            _kept(self.centre.x(), self._picture.width(), self._view.width() / self.scale),
            _kept(self.centre.y(), self._picture.height(), self._view.height() / self.scale),
        )


def _kept(centre: float, length: float, visible: float) -> float:
    if visible >= length:
        return length / 2
    return min(max(centre, visible / 2), length - visible / 2)
