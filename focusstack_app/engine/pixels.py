"""Between the integers of files and the floats of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.model import FloatArray

_BAND_ROWS = 256


def to_float(pixels: NDArray[Any]) -> FloatArray:
    """(H, W, 3) uint8 or uint16 to float32 in [0, 1]; the encoding is not touched."""
    full = np.float32(255.0 if pixels.dtype == np.uint8 else 65535.0)
    return np.asarray(np.divide(pixels, full, dtype=np.float32))


def to_uint16(picture: FloatArray) -> NDArray[np.uint16]:
    """(H, W, 3) float32 to uint16, clipped to [0, 1] and rounded."""
    result = np.empty(picture.shape, np.uint16)
    for top in range(0, len(picture), _BAND_ROWS):  # no second float picture in memory
        part = np.clip(picture[top : top + _BAND_ROWS], 0.0, 1.0) * np.float32(65535.0)
        result[top : top + _BAND_ROWS] = np.rint(part)
    return result


def as_uint16(pixels: Pixels) -> NDArray[np.uint16]:
    """The same picture in 16 bits, exactly: 255 becomes 65535."""
    if pixels.dtype == np.uint16:
        return np.array(pixels, dtype=np.uint16)
    return np.asarray(pixels, dtype=np.uint16) * np.uint16(257)
