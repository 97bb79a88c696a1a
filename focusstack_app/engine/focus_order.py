"""The order of the frames along the focus: names do not always tell it.

Cameras bracket around the first frame, frames are taken again at the end, files are renamed. What
is sharp in neighbours overlaps, so the order is the shortest path through all frames, from what is
sharp to what is sharp. It starts from the second eigenvector of the graph's Laplacian (Atkins,
Boman and Hendrickson, "A spectral algorithm for seriation and the consecutive ones problem", 1998)
and is shortened by reversing and moving parts (2-opt, or-opt).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.sharpness import sharpness_map

_BLOCK_CELLS = 4
_FLOOR = 0.0005  # of a block's sharpness, against noise
_CLEARLY = 0.9  # of the given order's length, or it stays
_LEAST_FRAMES = 4
_SHORTER = 1e-9

Distances = NDArray[np.float64]
Order = NDArray[np.intp]


@in_our_threads_only()
def focus_order(proxies: Sequence[Planes], progress: Progress) -> list[int]:
    """Put frames in the order of their focus.

    Args:
        proxies: Of `align.proxy_of`, one per frame; they need not lie on each other.
        progress: Only checked for cancelling.

    Returns:
        Positions of the frames, nearest or farthest first, whichever is more like the given order.
        The given order itself where no other one is clearly better.

    Raises:
        Cancelled: If the user stopped the job.
    """
    given = np.arange(len(proxies))
    if len(given) < _LEAST_FRAMES:
        return list(range(len(given)))
    shared = _shared(proxies, progress)
    norms = np.sqrt(np.diag(shared)) + _FLOOR
    apart = 1 - shared / (norms[:, None] * norms)
    found = min(
        (_shortened(start, apart, progress) for start in (given, _spectral(apart))),
        key=lambda order: _length(order, apart),
    )
    if _length(found, apart) > _CLEARLY * _length(given, apart):
        return list(range(len(given)))
    # Frames in which nothing is sharp are alike at both ends: the path may have been closed there.
    ends = shared[found, np.roll(found, 1)]
    found = np.roll(found, -int(ends.argmin()))
    along = np.corrcoef(found, given)[0, 1] >= 0
    return [int(position) for position in (found if along else found[::-1])]


def _shared(proxies: Sequence[Planes], progress: Progress) -> Distances:
    """(N, N), how much is sharp in two frames both."""

    def blocks(proxy: Planes) -> NDArray[Any]:
        cells = sharpness_map(proxy[:])
        size = tuple(max(1, side // _BLOCK_CELLS) for side in cells.shape[::-1])
        return cv2.resize(cells, size, interpolation=cv2.INTER_AREA).ravel()

    sharp = []
    for curve in ahead(blocks, proxies):
        progress.checkpoint()
        sharp.append(curve)
    curves = np.stack(sharp).astype(np.float64)
    least, most = curves.min(axis=0), curves.max(axis=0)
    contrast = most / (least + _FLOOR)
    told = contrast >= np.median(contrast)  # by blocks that go in and out of focus
    shares = ((curves - least) / (most - least + _FLOOR))[:, told]
    return np.asarray(shares @ shares.T)


def _length(order: Order, apart: Distances) -> float:
    return float(apart[order[:-1], order[1:]].sum())


def _spectral(apart: Distances) -> Order:
    """By the smoothest function on the graph of frames that is not constant."""
    close = np.exp(-np.square(apart / max(float(np.median(apart)), _SHORTER)))
    laplacian = np.diag(close.sum(axis=1)) - close
    return np.argsort(np.linalg.eigh(laplacian)[1][:, 1])


def _shortened(start: Order, apart: Distances, progress: Progress) -> Order:
    count = len(start)
    # A point at no distance from any frame closes the path, so that its ends are like the rest.
    closed = np.pad(apart, (0, 1))
    tour = np.concatenate([[count], start, [count]])
    shorter = True
    while shorter:
        progress.checkpoint()
        shorter = False
        for at in range(1, count + 1):
            shorter |= _reversed_from(tour, at, closed)
            shorter |= _moved_from(tour, at, closed)
    return tour[1:-1]


def _reversed_from(tour: Order, at: int, closed: Distances) -> bool:
    """Reverse the part that begins here and ends where that gains most, if it gains."""
    ends, behind = tour[at:-1], tour[at + 1 :]
    before, here = tour[at - 1], tour[at]
    change = closed[before, ends] + closed[here, behind]
    change -= closed[before, here] + closed[ends, behind]
    best = int(change.argmin())
    if change[best] > -_SHORTER:
        return False
    tour[at : at + best + 1] = ends[best::-1].copy()
    return True


def _moved_from(tour: Order, at: int, closed: Distances) -> bool:
    """Move this frame to where it fits best, if that gains."""
    frame, rest = tour[at], np.delete(tour, at)
    cost = closed[rest[:-1], frame] + closed[frame, rest[1:]] - closed[rest[:-1], rest[1:]]
    best = int(cost.argmin())
    if cost[best] > cost[at - 1] - _SHORTER:
        return False
    tour[:] = np.insert(rest, best + 1, frame)
    return True
