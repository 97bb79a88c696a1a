"""The mean of frames by weights that differ from pixel to pixel."""

from __future__ import annotations

from focusstack_app.core.kinds import namespace, zero_indices, zeros
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.filters import accumulate


class WeightedMean:
    """The mean of frames by weights per pixel, and which of them counts most.

    Args:
        height: Of the frames.
        width: Of the frames.
        like: An array of their kind.

    Attributes:
        index: (H, W) of the frame with the largest weight.
    """

    def __init__(self, height: int, width: int, like: FloatArray) -> None:
        self._sum = zeros(like, (height, width, 3))
        self._total, self._most = zeros(like, (2, height, width))
        self.index = zero_indices(like, (height, width))

    def add(self, index: int, weight: FloatArray, pixels: FloatArray) -> None:
        """Add a frame, by (H, W) its (H, W, 3) pixels."""
        accumulate(self._sum, weight, pixels)
        self._total += weight
        self.index[weight > self._most] = index
        namespace(weight).maximum(self._most, weight, out=self._most)

    @property
    def picture(self) -> FloatArray:
        """(H, W, 3)."""
        mean: FloatArray = self._sum / self._total[..., None]
        return mean

    @property
    def confidence(self) -> FloatArray:
        """(H, W) share of the frame with the largest weight."""
        share: FloatArray = self._most / self._total
        return share
