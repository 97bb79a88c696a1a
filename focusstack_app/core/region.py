"""Integer rectangles in pixel coordinates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A half-open rectangle: rows `top:bottom`, columns `left:right`, in pixels.

    Raises:
        ValueError: If it is empty or starts before zero.
    """

    top: int
    left: int
    bottom: int
    right: int

    def __post_init__(self) -> None:
        """Refuse empty and negative rectangles."""
        if self.top < 0 or self.left < 0 or self.bottom <= self.top or self.right <= self.left:
            raise ValueError(f"not a region: {self}")

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the rectangle in a (H, W, ...) array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)
