"""The order of the frames along the focus: names do not always tell it.

Cameras bracket around the first frame, frames are taken again at the end, files are renamed. What
is sharp in neighbours overlaps, so the order is the shortest path through all frames, from what is
sharp to what is sharp. It starts from the second eigenvector of the graph's Laplacian (Atkins,
Boman and Hendrickson, "A spectral algorithm for seriation and the consecutive ones problem", 1998)
and is shortened by reversing and moving parts (2-opt, or-opt).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.chain import chain
from focusstack_app.engine.matching import Known, Pyramids, pyramid
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.resampling import covered, warped
from focusstack_app.engine.sharpness import sharpness_map
from focusstack_app.engine.warps import Similarity

_BLOCK_CELLS = 4
_SMALL_PX = 160  # longer side of the copies that tell where frames lie
_WHOLE = 0.99  # of a block that a frame shows
_FLOOR = 0.0005  # of a block's sharpness, against noise
_SHARP = 0.5  # of the sharpest there: a frame that comes near it nowhere tells nothing
_CLEARLY = 0.9  # of the given order's length, or it stays
_LEAST_FRAMES = 4
_SHORTER = 1e-9

Distances = NDArray[np.float64]
Order = NDArray[np.intp]


@in_our_threads_only()
def focus_order(
    proxies: Sequence[Planes],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
    known: Known | None = None,
) -> list[int]:
    """Put frames in the order of their focus.

    Args:
        proxies: Of `align.proxy_of`, one per frame; they need not lie on each other.
        progress: Only checked for cancelling.
        keep: Puts away what grows with the number of frames.
        known: See `Pyramids`.

    Returns:
        Positions of the frames, nearest or farthest first, whichever is more like the given order.
        The given order itself where no other one is clearly better.

    Raises:
        Cancelled: If the user stopped the job.
    """
    given = np.arange(len(proxies))
    if len(given) < _LEAST_FRAMES:
        return list(range(len(given)))
    curves, odd = _curves(proxies, progress, keep, known)
    seen = np.array([index for index in given if index not in odd])
    telling = seen[np.nanmax(_shares(curves[seen]), axis=1, initial=0) > _SHARP]
    # One shaken frame would reverse whole parts: it is at the same distance from all others.
    if _ordered(curves[telling], progress) == list(range(len(telling))):
        return list(range(len(given)))
    return _ordered(curves, progress)


def _ordered(curves: Distances, progress: Progress) -> list[int]:
    """The order of frames by their sharpness, (N, blocks); as they are where none is clearer."""
    given = np.arange(len(curves))
    if len(given) < _LEAST_FRAMES:
        return list(range(len(given)))
    shares = _shares(curves)
    shown = np.isfinite(shares)
    shares[~shown] = 0
    shared, own = shares @ shares.T, np.square(shares) @ shown.T  # of what both of two show
    norms = np.sqrt(own) + _FLOOR
    apart = 1 - shared / (norms * norms.T)
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


def _curves(
    proxies: Sequence[Planes],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes],
    known: Known | None,
) -> tuple[Distances, frozenset[int]]:
    """(N, blocks), how sharp frames are there, NaN beside them; and which show something else."""
    places, odd = _places(proxies, progress, keep, known)

    def seen(index: int) -> Distances:
        """Sharpness by blocks of the first frame."""
        cells = sharpness_map(proxies[index][:])
        height, width = cells.shape
        shift = places[index].t * max(cells.shape) / _SMALL_PX
        # Breathing stays: frames next to each other differ least in it, too.
        turn = places[index].z / abs(places[index].z)
        if abs(shift) + abs(turn - 1) * max(cells.shape) / 2 < _BLOCK_CELLS / 2:
            shift, turn = 0j, 1 + 0j
        matrix = Similarity(turn, shift).matrix(height, width)
        shown = covered(height, width, matrix).astype(np.float32)
        size = tuple(max(1, side // _BLOCK_CELLS) for side in (width, height))
        there = warped(cells, matrix, (height, width), cv2.INTER_LINEAR)
        sharp, whole = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (there, shown))
        return np.where(whole > _WHOLE, sharp, np.nan).ravel().astype(np.float64)

    curves = []
    for curve in ahead(seen, range(len(proxies))):
        progress.checkpoint()
        curves.append(curve)
    return np.stack(curves), odd


def _shares(curves: Distances) -> Distances:
    """The same from 0 to 1, in blocks that go in and out of focus."""
    shown = np.isfinite(curves)
    least = np.where(shown, curves, np.inf).min(axis=0)
    most = np.where(shown, curves, 0).max(axis=0)
    contrast = most / (least + _FLOOR)
    told = contrast >= np.median(contrast)
    shares: Distances = ((curves - least) / (most - least + _FLOOR))[:, told]
    return shares


def _places(
    proxies: Sequence[Planes],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes],
    known: Known | None,
) -> tuple[list[Similarity], frozenset[int]]:
    """About where the frames lie, from the first, in pixels of small copies; the odd ones.

    So small that it does not matter which of them are neighbours: defocus does not show.
    """

    def small(proxy: Planes) -> list[FloatArray]:
        shrink = _SMALL_PX / max(proxy.shape[:2])
        size = tuple(max(1, round(side * shrink)) for side in proxy.shape[1::-1])
        return pyramid(cv2.resize(proxy[:], size, interpolation=cv2.INTER_AREA))

    pyramids = Pyramids(keep, None, known)
    for fine_to_coarse in ahead(small, proxies):
        progress.checkpoint()
        pyramids.add(fine_to_coarse)
    found = chain(pyramids, progress.checkpoint)
    return found.frame_from_first, found.odd


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
