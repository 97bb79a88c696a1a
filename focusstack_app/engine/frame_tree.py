"""How many frames are fused, a few at a time: a tree whose lowest level are the frames."""

from __future__ import annotations

import itertools

import numpy as np


def groups_of(count: int, slots: int) -> list[list[int]]:
    """Neighbouring frames together, or alone: as many as are to be left for the next level.

    The levels above are as full as they can be. So fewest groups are fused, and most frames on
    fewest levels: each level costs some quality.
    """
    if count <= slots:
        return [list(range(count))]
    left = slots
    while left * slots < count:
        left *= slots
    fused = -(-(count - left) // (slots - 1))
    sizes = [1] * left
    for number, part in enumerate(np.array_split(np.arange(count - left + fused), fused)):
        sizes[(2 * number + 1) * left // (2 * fused)] = len(part)
    ends = itertools.accumulate(sizes)
    return [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]


def levels_of(count: int, slots: int) -> int:
    """Levels of the tree."""
    return 1 if count <= slots else 1 + levels_of(len(groups_of(count, slots)), slots)


def fusions_of(count: int, slots: int) -> list[int]:
    """Groups that are fused on each level of the tree, the lowest first."""
    groups = groups_of(count, slots)
    own = [sum(len(group) > 1 for group in groups)]
    return own if len(groups) == 1 else own + fusions_of(len(groups), slots)
