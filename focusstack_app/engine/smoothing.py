"""Edge-aware smoothing: weighted means of what is around, and not across an edge.

Min et al., "Fast global image smoothing based on weighted least squares", 2014: a few rounds along
columns and rows, each of which solves a tridiagonal system per line.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from focusstack_app.core.model import FloatArray

_ROUNDS = 3


def alike(planes: FloatArray, apart: float) -> tuple[FloatArray, FloatArray]:
    """In [0, 1], how much each place of (h, w, c) is like the next one: below it, and right of it.

    What is right comes turned, (w - 1, h). `apart` is the difference that keeps two places apart.
    """
    found = []
    for turned in (planes, np.moveaxis(planes, 0, 1)):
        away = np.sqrt(np.square(np.diff(turned, axis=0)).sum(axis=2))
        found.append(np.exp(away / np.float32(-apart), dtype=np.float32))
    return found[0], found[1]


def smaller(shape: tuple[int, ...], most: int) -> tuple[int, int]:
    """(columns, rows) of a grid in the place of a larger one of (rows, columns), for OpenCV."""
    shrink = max(1.0, max(shape) / most)
    return max(1, round(shape[1] / shrink)), max(1, round(shape[0] / shrink))


def smoothed(
    plane: FloatArray,
    weight: FloatArray,
    tied: tuple[FloatArray, FloatArray],
    reach: float,
    checkpoint: Callable[[], None] = lambda: None,
) -> FloatArray:
    """(h, w) weighted means of what is around, and not across an edge.

    Args:
        plane: What is smoothed.
        weight: (h, w) how much each place of it counts, above 0.
        tied: How much neighbours are, of `alike`.
        reach: How far a place counts where nothing is between, in places.
        checkpoint: Called now and then; may raise to stop.
    """
    both = np.stack([weight * plane, weight])
    for number in range(_ROUNDS):
        share = 1.5 * 4 ** (_ROUNDS - number - 1) / (4**_ROUNDS - 1)
        for axis in (1, 0):
            checkpoint()
            # Rows that are solved for come first.
            turned = np.ascontiguousarray(np.moveaxis(both, axis + 1, 0))
            _solve(turned, np.float32(reach**2 * share) * tied[axis])
            both = np.moveaxis(turned, 0, axis + 1)
    return np.asarray(both[0] / both[1], np.float32)


def _solve(rows: FloatArray, tie: FloatArray) -> None:
    """Smooth (n, 2, m) along the first axis in place: a tridiagonal system for each column.

    Args:
        rows: What is smoothed.
        tie: (n - 1, m) how strongly a row is tied to the next one.
    """
    last = len(rows) - 1
    eliminated = np.empty_like(tie)
    before = np.zeros_like(rows[0, 0])
    for index in range(last + 1):
        pivot = 1 + before
        if index:
            pivot -= before * eliminated[index - 1]
            rows[index] += before * rows[index - 1]
        if index < last:
            pivot += tie[index]
            np.divide(tie[index], pivot, out=eliminated[index])
            before = tie[index]
        rows[index] /= pivot
    for index in range(last - 1, -1, -1):
        rows[index] += eliminated[index] * rows[index + 1]
