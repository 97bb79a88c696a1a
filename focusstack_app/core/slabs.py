"""Slabs: frames of a stack that follow each other, fused to a picture of their own."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_FRAMES = 2  # of a slab


@dataclass(frozen=True, slots=True)
class Slab:
    """One of them.

    Attributes:
        number: From 1, along the stack.
        start: Position of its first frame in the stack.
        stop: Position behind its last frame.
        listed: Numbers of its first and last frame in a list that has more than those of the stack.
    """

    number: int
    start: int
    stop: int
    listed: tuple[int, int] | None = None

    @property
    def frames(self) -> tuple[int, int]:
        """Numbers of its first and last frame, for people: from 1."""
        return self.listed or (self.start + 1, self.stop)

    def __len__(self) -> int:
        """Number of frames."""
        return self.stop - self.start


def slabs_of(count: int, frames: int, overlap: int) -> tuple[Slab, ...]:
    """Cut a stack into slabs that overlap.

    The last slab ends with the stack. It has fewer frames than the others where less is left, and
    more where it would have brought half of the new frames that the others bring, or less.

    Args:
        count: Frames of the stack.
        frames: Of a slab.
        overlap: How many of them the next slab has, too.

    Raises:
        ValueError: If slabs were of less than two frames, or did not go on.
    """
    if frames < FEWEST_FRAMES or not 0 <= overlap < frames:
        raise ValueError(f"no slabs of {frames} frames that overlap by {overlap}")
    new = frames - overlap
    starts = list(range(0, max(count - overlap, 1), new))
    if len(starts) > 1 and 2 * (count - overlap - starts[-1]) <= new:
        del starts[-1]
    stops = [start + frames for start in starts[:-1]] + [count]
    return tuple(
        Slab(number, start, stop)
        for number, (start, stop) in enumerate(zip(starts, stops, strict=True), start=1)
    )
