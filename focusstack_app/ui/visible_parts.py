"""Which parts of what is visible are made next, and whether some cover it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from focusstack_app.core.region import Region, bounds


def covered(window: Region, parts: Iterable[Region]) -> bool:
    """Whether parts, none over another, cover a window."""
    shared = [part.grown(0, window) for part in parts if part.overlaps(window)]
    return sum(map(_area, shared)) == _area(window)


def together(parts: list[Region], missing: list[Region], window: Region) -> list[Region]:
    """What is made next: the missing part nearest to the middle of a window, and those beside it.

    They make a rectangle of two by two parts at most. At once they cost less than one by one, as
    each needs what lies around it.

    Args:
        parts: All over the window.
        missing: Those that are to be made.
        window: What is looked at.
    """
    y, x = (window.top + window.bottom) / 2, (window.left + window.right) / 2
    first = min(
        missing,
        key=lambda p: math.hypot((p.top + p.bottom) / 2 - y, (p.left + p.right) / 2 - x),
    )
    tops, lefts = (sorted({getattr(p, side) for p in parts}) for side in ("top", "left"))

    def square(part: Region) -> tuple[int, int]:
        return tops.index(part.top) // 2, lefts.index(part.left) // 2

    beside = [part for part in missing if square(part) == square(first)]
    if sum(map(_area, beside)) == _area(bounds(beside)):
        return beside
    return [part for part in beside if part.top == first.top]


def _area(region: Region) -> int:
    return region.height * region.width
