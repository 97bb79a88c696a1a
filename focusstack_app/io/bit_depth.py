"""From 16 bits per channel to 8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.progress import Checkpoint

_ROWS = 256  # between two checks
# The nearest of 256 values; 65535 = 257 * 255, and with an odd divisor nothing lies halfway.
_NEAREST = ((np.arange(65536, dtype=np.uint32) + 128) // 257).astype(np.uint8)


def rounded_to_8(pixels: Pixels, checkpoint: Checkpoint = lambda: None) -> NDArray[np.uint8]:
    """Round to the nearest 8-bit value, without dither; 8-bit values pass as they are.

    Args:
        pixels: Any shape of one dimension or more, uint8 or uint16, display-encoded.
        checkpoint: Called every few rows; may raise to stop.
    """
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    rounded = np.empty(pixels.shape, np.uint8)
    for first in range(0, len(pixels), _ROWS):
        checkpoint()
        rows = slice(first, first + _ROWS)
        rounded[rows] = np.take(_NEAREST, pixels[rows])
    return rounded
