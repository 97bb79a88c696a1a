"""Linear light to 8-bit sRGB, and the curve of sRGB in PyTorch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core.srgb import encoded
from focusstack_app.training.lens import Array


def to_srgb8(light: Array) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB, clipped and rounded, any shape."""
    return np.asarray(np.rint(encoded(light) * 255), dtype=np.uint8)


def display_encoded(light: Tensor) -> Tensor:
    """Linear light to sRGB in [0, 1], differentiable where it is not clipped, any shape."""
    light = light.clamp(1e-4, 1)
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def linear_light(encoded: Tensor) -> Tensor:
    """SRGB in [0, 1] to linear light, any shape."""
    return torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
