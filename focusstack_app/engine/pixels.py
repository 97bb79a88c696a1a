"""Between the integers of files and the floats of the engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.model import FloatArray


def to_float(pixels: Pixels) -> FloatArray:
    """(H, W, 3) uint8 or uint16 to float32 in [0, 1]; the encoding is not touched."""
    full = np.float32(255.0 if pixels.dtype == np.uint8 else 65535.0)
    return np.asarray(pixels, dtype=np.float32) / full


def to_uint16(picture: FloatArray) -> NDArray[np.uint16]:
    """(H, W, 3) float32 to uint16, clipped to [0, 1] and rounded."""
    rounded = np.rint(np.clip(picture, 0.0, 1.0) * np.float32(65535.0))
    return np.asarray(rounded, dtype=np.uint16)


def as_uint16(pixels: Pixels) -> NDArray[np.uint16]:
    """The same picture in 16 bits, exactly: 255 becomes 65535."""
    if pixels.dtype == np.uint16:
        return np.array(pixels, dtype=np.uint16)
    return np.asarray(pixels, dtype=np.uint16) * np.uint16(257)
