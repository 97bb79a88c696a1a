"""The transfer curve of sRGB (IEC 61966-2-1) and its inverse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.training.lens import Array


def to_linear(pixels: NDArray[np.uint8]) -> Array:
    """SRGB to linear light, any shape."""
    table = np.arange(256) / 255.0
    table = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    return table.astype(np.float32)[pixels]


def encoded(light: Array) -> Array:
    """Linear light, clipped to [0, 1], to sRGB in [0, 1], any shape."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def to_srgb8(light: Array) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB, clipped and rounded, any shape."""
    return np.asarray(np.rint(encoded(light) * 255), dtype=np.uint8)
