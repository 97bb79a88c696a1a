"""The mean of frames by weights that differ from pixel to pixel."""

from __future__ import annotations

import cv2
import numpy as np

from focusstack_app.core.model import FloatArray


class WeightedMean:
    """The mean of frames by weights per pixel, and which of them counts most.

    Attributes:
        index: (H, W) of the frame with the largest weight.
    """

    def __init__(self, height: int, width: int) -> None:
        self._sum = np.zeros((height, width, 3), np.float32)
        self._total, self._most = np.zeros((2, height, width), np.float32)
        self.index = np.zeros((height, width), np.uint16)

    def add(self, index: int, weight: FloatArray, pixels: FloatArray) -> None:
        """Add a frame, by (H, W) its (H, W, 3) pixels."""
        accumulate(self._sum, weight, pixels)
        self._total += weight
        wins = weight > self._most
        self.index[wins] = index
        np.copyto(self._most, weight, where=wins)

    @property
    def picture(self) -> FloatArray:
        """(H, W, 3)."""
        return np.asarray(self._sum / self._total[..., None])

    @property
    def confidence(self) -> FloatArray:
        """(H, W) share of the frame with the largest weight."""
        return np.asarray(self._most / self._total)


def accumulate(total: FloatArray, weight: FloatArray, pixels: FloatArray) -> None:
    """Add (H, W) weights times (H, W, 3) pixels in place."""
    cv2.accumulateProduct(cv2.merge((weight, weight, weight)), pixels, total)
