"""Between the integers of files and the floats of the engine."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.kinds import by_kind, on_card
from focusstack_app.core.model import FloatArray
from focusstack_app.core.srgb import decoded

_NEARLY_WHITE = 0.95
_MEAN = np.full((1, 3), 1 / 3, np.float32)


@by_kind
def to_float(pixels: NDArray[Any]) -> FloatArray:
    """(H, W, 3) uint8 or uint16 to float32 in [0, 1]; the encoding is not touched."""
    full = np.float32(255.0 if pixels.dtype == np.uint8 else 65535.0)
    return np.asarray(np.divide(pixels, full, dtype=np.float32))


@by_kind
def to_uint16(picture: FloatArray, gains: Sequence[float] = (1.0, 1.0, 1.0)) -> NDArray[np.uint16]:
    """(H, W, 3) float32 to uint16, times the gains, clipped to [0, 1] and rounded.

    What is burnt out stays white: gains below 1 end between `_NEARLY_WHITE` and white.
    """
    factors = np.array([*(65535.0 * gain for gain in gains), 0.0])
    if min(gains) < 1:
        kept = np.maximum(1 / np.asarray(gains) - 1, 0) / (1 - _NEARLY_WHITE)
        white = np.clip(picture - np.float32(_NEARLY_WHITE), 0, np.float32(1 - _NEARLY_WHITE))
        picture = picture + white * kept.astype(np.float32)
    return np.asarray(cv2.multiply(picture, factors, dtype=cv2.CV_16U), np.uint16)


def as_uint16(pixels: Pixels) -> NDArray[np.uint16]:
    """The same picture in 16 bits, exactly: 255 becomes 65535."""
    if pixels.dtype == np.uint16:
        return np.array(pixels, dtype=np.uint16)
    return np.asarray(pixels, dtype=np.uint16) * np.uint16(257)


def reduced_to(picture: NDArray[Any], side_px: int) -> NDArray[Any]:
    """(H, W) or (H, W, 3) so reduced that the longer side is this at most."""
    height, width = picture.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def to_linear(pixels: NDArray[Any]) -> FloatArray:
    """Uint8 or uint16 to linear light, any shape, by the curve of sRGB (IEC 61966-2-1).

    Other curves come near enough: cameras draw their own in any case.
    """
    if on_card(pixels):
        there: FloatArray = decoded(to_float(pixels))
        return there
    return np.asarray(np.take(_curve(pixels.dtype.itemsize), pixels))  # faster than an index


@functools.cache
def _curve(item_bytes: int) -> FloatArray:
    return np.asarray(decoded(np.arange(256**item_bytes) / (256**item_bytes - 1)), np.float32)


@by_kind
def grey(colours: FloatArray) -> FloatArray:
    """(H, W) mean of (H, W, 3) colours; several times faster than NumPy's."""
    return np.asarray(cv2.transform(colours, _MEAN), dtype=np.float32)


@by_kind
def cell_means(picture: FloatArray, cell_px: int) -> FloatArray:
    """The means of square cells of (H, W) or (H, W, 3); the last ones repeat the border."""
    down, across = (-side % cell_px for side in picture.shape[:2])
    whole = cv2.copyMakeBorder(picture, 0, down, 0, across, cv2.BORDER_REPLICATE)
    size = (whole.shape[1] // cell_px, whole.shape[0] // cell_px)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32)
