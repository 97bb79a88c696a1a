"""Integer rectangles in pixel coordinates."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
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

    def overlaps(self, other: Region) -> bool:
        """Whether they have a pixel in common."""
        return (
            self.top < other.bottom
            and other.top < self.bottom
            and self.left < other.right
            and other.left < self.right
        )

    def grown(self, margin: int, inside: Region) -> Region:
        """Larger by `margin` on each side, as far as it stays inside a larger one."""
        return Region(
            max(self.top - margin, inside.top),
            max(self.left - margin, inside.left),
            min(self.bottom + margin, inside.bottom),
            min(self.right + margin, inside.right),
        )

    def seen_from(self, corner: Region) -> Region:
        """The same rectangle, counted from the top left corner of one that holds it."""
        return Region(
            self.top - corner.top,
            self.left - corner.left,
            self.bottom - corner.top,
            self.right - corner.left,
        )

    def moved(self, down: int, right: int) -> Region:
        """The same rectangle further down and to the right."""
        return Region(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def scaled(self, factor: int) -> Region:
        """The same rectangle in units that are smaller by a factor."""
        return Region(
            self.top * factor, self.left * factor, self.bottom * factor, self.right * factor
        )


def bounds(regions: Sequence[Region]) -> Region:
    """The smallest rectangle that holds all of them."""
    return Region(
        min(region.top for region in regions),
        min(region.left for region in regions),
        max(region.bottom for region in regions),
        max(region.right for region in regions),
    )


def squares_over(
    window: Region, size_px: tuple[int, int], edge_px: int, first_px: int
) -> list[Region]:
    """The squares of a picture of (height, width) pixels that reach into a window, row by row.

    Args:
        window: It.
        size_px: Of the picture; squares at its right and lower border are what is left.
        edge_px: Of a square.
        first_px: The same of the first ones.
    """
    sides = (window.top, window.bottom), (window.left, window.right)
    rows, columns = (
        _spans(first, end, [0, *range(first_px, length, edge_px), length])
        for (first, end), length in zip(sides, size_px, strict=True)
    )
    return [Region(top, left, bottom, right) for top, bottom in rows for left, right in columns]


def _spans(first: int, end: int, edges: Sequence[int]) -> list[tuple[int, int]]:
    """First and end of what lies between edges and reaches into a part of that side."""
    return [(a, b) for a, b in itertools.pairwise(edges) if a < end and b > first]
