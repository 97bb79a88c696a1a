"""Linear light to 8-bit sRGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.engine.pixels import encoded
from focusstack_app.training.lens import Array


def to_srgb8(light: Array) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB, clipped and rounded, any shape."""
    return np.asarray(np.rint(encoded(light) * 255), dtype=np.uint8)
