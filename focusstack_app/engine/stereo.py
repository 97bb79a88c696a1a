"""A picture seen from a little aside: each pixel moved by how near it is.

Where a pixel of the new view comes from is searched for along the shift, by steps of one pixel from
far to near, so that what is nearer hides what is farther. At an outline that opens, the search
ends on a wall that nobody has seen: there the ground behind goes on, mirrored at the outline.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Depth
from focusstack_app.core.model import FloatArray
from focusstack_app.core.srgb import encoded
from focusstack_app.engine.filters import square_of
from focusstack_app.engine.pixels import to_linear, to_uint16

# What a parallax of 1 is: the whole depth of a stack, or what of it the picture has. A scene that
# has less than this share of the stack is not stretched further: it would be noise.
_LEAST_RANGE = 0.25
_ENDS = 0.5, 99.5  # percentiles
_JUMP = 0.1  # of the whole depth, within the reach of an outline
_NEARER = 0.25  # what lies above this share of a jump belongs to the nearer side
_PIT, _REACH, _SPECK = 400, 700, 80  # parts of the longer side that a size is
_BAND_ROWS, _TALL_ROWS = 128, 512
_FURTHEST = 1.5  # shifts: the mirrored ground of the largest gap
_TORN_PX = 1.0  # the depth at which the search ended is another one
_LEVEL_PX = 1.5  # a mirrored ground that has another depth is no ground
_FRAME_SHARE = 0.1  # of the sides: what lies along the edge of a picture
_EVEN = 0.02  # of the whole depth: neither end is nearer

# From linear red, green and blue of either eye to those of the anaglyph, for red-cyan glasses:
# Dubois, "A projection method to generate anaglyph stereo images", ICASSP 2001, to three digits.
_LEFT_EYE = np.array(
    [[0.456, 0.500, 0.176], [-0.040, -0.038, -0.016], [-0.015, -0.021, -0.005]], np.float32
)
_RIGHT_EYE = np.array(
    [[-0.043, -0.088, -0.002], [0.378, 0.734, -0.018], [-0.072, -0.113, 1.226]], np.float32
)


def guess_nearest_first(depth: Depth) -> bool:
    """Which end of a stack is near, for want of a measurement.

    What lies along the upper edge and the sides of a picture is taken for the farther part.
    """
    rows, columns = depth.position.shape
    down = np.arange(rows)[:, None] / rows
    across = np.arange(columns)[None] / columns
    around = np.minimum(down, np.minimum(across, 1 - across)) < _FRAME_SHARE
    if around.all():
        return True
    sure = depth.sure.astype(np.float32) + np.float32(1)
    outside, inside = (
        float(np.average(depth.position[where], weights=sure[where])) for where in (around, ~around)
    )
    return inside <= outside + _EVEN * float(np.ptp(depth.position))


def nearness(
    place: FloatArray,
    steps: int,
    *,
    nearest_first: bool,
    checkpoint: Callable[[], None] = lambda: None,
) -> FloatArray:
    """How near each pixel is, calm enough to move pixels by it.

    Small pits and specks are levelled, outlines become steps, and what is nearer takes a seam of
    what is behind it along: its own edge lies in it.

    Args:
        place: (H, W), place in the stack of all pixels; see `depth.filled`.
        steps: Between the first and the last frame of the stack.
        nearest_first: Whether the first frame is focused nearest; else the last one is.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        (H, W) float32 in [-0.5, 0.5], 0.5 for what is nearest.
    """
    low, high = np.percentile(place[::4, ::4], _ENDS)
    middle, whole = np.float32((low + high) / 2), max(high - low, _LEAST_RANGE * steps, 1e-6)
    scale = np.float32((-1 if nearest_first else 1) / whole)
    near, side = np.empty_like(place), max(place.shape)
    pit, reach = max(2, round(side / _PIT)), max(2, math.ceil(side / _REACH))
    speck = side / _SPECK
    halo = 4 * pit + 2 * reach + math.ceil(speck)  # as far as anything is looked for
    for top in range(0, len(place), _TALL_ROWS):
        checkpoint()
        first, end = max(0, top - halo), top + _TALL_ROWS
        part = np.clip((place[first : end + halo] - middle) * scale, -0.5, 0.5)
        near[top:end] = _calm(part, pit, reach, speck)[top - first : end - first]
    return near


def _calm(near: Any, pit: int, reach: int, speck: float) -> FloatArray:
    """Without pits and specks, and with outlines that are steps."""
    near = cv2.morphologyEx(near, cv2.MORPH_CLOSE, square_of(pit))
    ground = cv2.morphologyEx(near, cv2.MORPH_OPEN, square_of(pit))
    thin = (near - ground > _JUMP).astype(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(thin)
    small = facts[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) < speck
    small[0] = False  # all that is not thin
    np.copyto(near, ground, where=small[labels])  # but no hair
    around = square_of(reach)
    behind, front = cv2.erode(near, around), cv2.dilate(near, around)
    jump = front - behind
    step = np.where(near - behind > np.float32(_NEARER) * jump, front, behind)
    np.copyto(near, step, where=jump > _JUMP)
    return np.asarray(cv2.dilate(near, square_of((reach + 1) // 2)), np.float32)


def seen_from(
    pixels: NDArray[Any],
    near: FloatArray,
    shift_px: tuple[float, float],
    checkpoint: Callable[[], None] = lambda: None,
) -> NDArray[Any]:
    """The picture from a point of view aside.

    Args:
        pixels: (H, W, C) uint8 or uint16.
        near: (H, W) of `nearness`.
        shift_px: By how much what is nearest moves to the right, and down, against what is
            farthest; what lies between them stays.
        checkpoint: Called between bands; may raise to stop.

    Returns:
        A picture like `pixels`; itself where there is no shift.
    """
    if shift_px == (0, 0):
        return pixels
    seen = np.empty_like(pixels)
    for top in range(0, len(near), _BAND_ROWS):
        checkpoint()
        rows = range(top, min(top + _BAND_ROWS, len(near)))
        across, down = _sources(near, rows, shift_px)
        cv2.remap(
            pixels,
            across,
            down,
            cv2.INTER_CUBIC,
            dst=seen[rows.start : rows.stop],
            borderMode=cv2.BORDER_REFLECT_101,
        )
    return seen


def anaglyph(
    left: NDArray[np.uint16],
    right: NDArray[np.uint16],
    checkpoint: Callable[[], None] = lambda: None,
) -> NDArray[np.uint16]:
    """One picture for both eyes, through red-cyan glasses (red on the left).

    Args:
        left: (H, W, 3), display-encoded, of sRGB or near it.
        right: The same for the other eye.
        checkpoint: Called between bands; may raise to stop.
    """
    made = np.empty_like(left)
    for top in range(0, len(left), _BAND_ROWS):
        checkpoint()
        rows = slice(top, top + _BAND_ROWS)
        light = np.zeros(left[rows].shape, np.float32)
        for eye, matrix in ((left, _LEFT_EYE), (right, _RIGHT_EYE)):
            light += cv2.transform(to_linear(eye[rows]), matrix)
        made[rows] = to_uint16(encoded(light))
    return made


def _sources(
    near: FloatArray, rows: range, shift_px: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Where the pixels of some rows of the view come from: (h, W) columns and rows."""
    (all_rows, width), height, steps = near.shape, len(rows), max(map(abs, shift_px))
    aside, below = (side / steps for side in shift_px)  # of a step
    left, top = (math.ceil(_FURTHEST * abs(side)) + 3 if side else 0 for side in shift_px)
    first, end = max(0, rows.start - top), min(all_rows, rows.stop + top)
    around = top - rows.start + first, top - end + rows.stop, left, left
    level: Any = cv2.copyMakeBorder(near[first:end], *around, cv2.BORDER_REPLICATE)
    level *= np.float32(steps)
    lowest = round(float(level.min()))
    count = round(float(level.max())) - lowest
    kind = np.uint8 if count < 256 else np.uint16
    whole = (level + np.float32(0.5 - lowest)).astype(kind)
    found, mark = np.zeros((2, height, width), kind)
    there = np.empty((height, width), np.bool_)
    for step in range(1, count + 1):
        down, across = (
            start - round((lowest + step) * part) for start, part in ((top, below), (left, aside))
        )
        part = whole[down : down + height, across : across + width]
        np.greater_equal(part, kind(step), out=there)
        np.multiply(there, kind(step), out=mark)
        np.maximum(found, mark, out=found)
    columns = np.arange(left, left + width, dtype=np.float32)[None]
    lines = np.arange(top, top + height, dtype=np.float32)[:, None]

    def at(moved: FloatArray, how: int) -> FloatArray:
        x = columns - moved * np.float32(aside)
        y = lines - moved * np.float32(below)
        return np.asarray(cv2.remap(level, x, y, how), np.float32)

    coarse = found.astype(np.float32) + np.float32(lowest)
    moved = at(coarse, cv2.INTER_NEAREST)
    torn = np.flatnonzero(cv2.absdiff(moved, coarse) > _TORN_PX)
    finer = at(moved, cv2.INTER_LINEAR)
    np.copyto(moved, finer, where=cv2.absdiff(finer, moved) < _TORN_PX)
    y, x = np.divmod(torn, width)
    wall = coarse[y, x]

    def level_at(step: FloatArray) -> FloatArray:
        column = np.rint(x + left - step * np.float32(aside)).astype(np.intp)
        row = np.rint(y + top - step * np.float32(below)).astype(np.intp)
        return np.asarray(level[row, column], np.float32)

    # The ground begins a step or, where a step is rounded, two behind the wall. It has moved less
    # than the wall, by the part of the gap that lies between it and here.
    ground = np.minimum(level_at(wall + 1), level_at(wall + 2))
    mirrored = 2 * wall + 2 - ground
    same = np.abs(level_at(mirrored) - ground) < _LEVEL_PX
    moved[y, x] = np.where(same, mirrored, wall + 1)
    x_from = columns - np.float32(left) - moved * np.float32(aside)
    y_from = lines + np.float32(rows.start - top) - moved * np.float32(below)
    return x_from, y_from
