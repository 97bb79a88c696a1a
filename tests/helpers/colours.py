"""Whether what is painted can be read."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap


def contrast(one: QColor, other: QColor) -> float:
    """Of two opaque colours, as WCAG 2 defines it: 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: QColor) -> float:
    """Of an opaque colour, 0 to 1."""
    parts = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def on(ground: QColor, colour: QColor) -> QColor:
    """A colour that may be translucent, as it is seen on a ground."""
    opaque = QPixmap(1, 1)
    opaque.fill(ground)
    painter = QPainter(opaque)
    painter.fillRect(0, 0, 1, 1, colour)
    painter.end()
    return opaque.toImage().pixelColor(0, 0)


def strongest_contrast(image: QImage) -> float:
    """Of a text and the ground that most of its picture shows."""
    pixels = [
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    ]
    names, counts = np.unique(pixels, return_counts=True)
    ground = QColor(str(names[counts.argmax()]))
    return max(contrast(ground, QColor(str(name))) for name in names)
