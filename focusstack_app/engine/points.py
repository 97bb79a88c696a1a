"""What is done at scattered points of planes: by OpenCV here, by its counterparts on a card.

N planes are (N, H, W) float32, with K points each; x and y are centres of pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.kinds import by_kind, namespace
from focusstack_app.core.model import FloatArray

_SLOPE = np.array([[-0.5, 0.0, 0.5]], np.float32)
_FIRST, _SECOND = 0.010, 0.0008  # px
_ROW = 256  # of scattered points, as OpenCV is given them

Doubles = NDArray[np.float64]
Indices = NDArray[np.intp]


@by_kind
def gradient(planes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Across and down, half the difference of what lies on both sides; nothing at the border."""
    across, down = np.empty_like(planes), np.empty_like(planes)
    for plane, own_across, own_down in zip(planes, across, down, strict=True):
        cv2.filter2D(plane, cv2.CV_32F, _SLOPE, dst=own_across)
        cv2.filter2D(plane, cv2.CV_32F, _SLOPE.T, dst=own_down)
    return across, down


@by_kind
def averaged(planes: FloatArray, reach: int) -> FloatArray:
    """Means of squares that reach so far; borders repeated."""
    side, means = (2 * reach + 1,) * 2, np.empty(planes.shape, np.float32)
    for plane, own in zip(planes, means, strict=True):
        cv2.blur(plane, side, dst=own, borderType=cv2.BORDER_REPLICATE)
    return means


def smoothed(planes: FloatArray, reach: int) -> FloatArray:
    """Averaged twice: nearly round, and without the edges of a square."""
    return averaged(averaged(planes, reach), reach)


@by_kind
def indices(mask: NDArray[np.bool_]) -> Indices:
    """Where a plane is true, row by row."""
    return np.flatnonzero(mask)


@by_kind
def taken(planes: FloatArray, index: Indices) -> Doubles:
    """(N, K) values at (N, K) indices."""
    each = zip(planes, index, strict=True)
    return np.stack([plane.take(own) for plane, own in each], dtype=np.float64)


@by_kind
def seen_at(x: Doubles, y: Doubles, planes: Sequence[FloatArray]) -> tuple[Doubles, ...]:
    """(N, K) values at (N, K) multiples of 1/32 px, of several lots of N planes.

    Of the first lot by the Lanczos kernel: OpenCV's bicubic one is so inexact that small movements
    are drawn to whole pixels. Of the others bilinear.
    """
    # OpenCV wants the points in rows; the last one is filled up.
    count = x.shape[1]
    rows = np.zeros((2, len(x), -(-count // _ROW) * _ROW), np.float32)
    rows[0, :, :count], rows[1, :, :count] = x, y
    at_x, at_y = rows.reshape(2, len(x), -1, _ROW)
    seen = tuple(np.empty(x.shape) for _ in planes)
    for lot, (those, values) in enumerate(zip(planes, seen, strict=True)):
        kernel = cv2.INTER_LINEAR if lot else cv2.INTER_LANCZOS4
        for plane, own_x, own_y, own in zip(those, at_x, at_y, values, strict=True):
            there = cv2.remap(plane, own_x, own_y, kernel, borderMode=cv2.BORDER_REPLICATE)
            own[:] = there.ravel()[:count]
    return seen


def seen_of(at: Doubles) -> Doubles:
    """Where the Lanczos kernel really looks, on the mean, when asked for these places.

    Between pixels its first moment is off, by 0.015 px at most: small movements would be drawn to
    whole pixels. These are the first terms of its Fourier series.
    """
    xp = namespace(at)
    turn = 2 * math.pi * at
    moved: Doubles = at + _FIRST * xp.sin(turn) + _SECOND * xp.sin(2 * turn)
    return moved


@by_kind
def medians(values: Doubles, known: NDArray[np.bool_]) -> Doubles:
    """(N,) medians of those of (N, K) values that are known; NaN where none is."""
    return np.array(
        [np.median(own[here]) if here.any() else np.nan
         for own, here in zip(values, known, strict=True)]
    )  # fmt: skip


@by_kind
def normal_equations(
    slopes: Doubles, weight: Doubles, residual: Doubles
) -> tuple[Doubles, Doubles]:
    """Of weighted least squares: (N, M, M) and (N, M) of NumPy.

    Args:
        slopes: (M, N, K).
        weight: (N, K).
        residual: (N, K).
    """
    weighted = slopes * weight
    fits = range(slopes.shape[1])
    # The operator @ keeps the interpreter's lock, and with it all other threads.
    return (
        np.stack([np.dot(weighted[:, i], slopes[:, i].T) for i in fits]),
        np.stack([np.dot(weighted[:, i], residual[i]) for i in fits]),
    )
