"""Pixels of a frame where the reference has them, and which of them every frame has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import Registration
from focusstack_app.core.kinds import by_kind
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.pixels import as_uint16, to_float, to_uint16
from focusstack_app.engine.warps import Matrix

_BAND_PX = 256
_CHUNK_PX = 256  # columns of a band; where a corner is bare, each pixel is looked at
_REACH_PX = 5  # of the Lanczos kernel
_STILL_PX, _EVEN = 0.2, 0.004  # at most these, and a frame is left as it is


def projected(points: Matrix, matrix: Matrix) -> Matrix:
    """(N, 2) where a homography (3, 3) takes (N, 2) points."""
    there = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(there[:, :2] / there[:, 2:])


def warped(
    picture: FloatArray, picture_from_here: Matrix, size_px: tuple[int, int], kernel: int
) -> FloatArray:
    """A picture seen through a homography, reflected beyond its border.

    Args:
        picture: (H, W) or (H, W, 3).
        picture_from_here: (3, 3) on pixel centres.
        size_px: (height, width) of the result.
        kernel: OpenCV's interpolation.
    """
    flags, size = kernel | cv2.WARP_INVERSE_MAP, size_px[::-1]
    if np.array_equal(picture_from_here[2], (0, 0, 1)):
        there = cv2.warpAffine(
            picture, picture_from_here[:2], size, flags=flags, borderMode=cv2.BORDER_REFLECT
        )
    else:
        there = cv2.warpPerspective(
            picture, picture_from_here, size, flags=flags, borderMode=cv2.BORDER_REFLECT
        )
    return np.asarray(there, dtype=np.float32)


@by_kind
@in_our_threads_only()
def resample(
    frame: Planes,
    frame_from_reference: Matrix,
    gains: Matrix,
    beside: Planes,
    progress: Progress,
) -> NDArray[np.uint16]:
    """A frame as the reference camera would have seen it.

    Args:
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        frame_from_reference: (3, 3).
        gains: (3,).
        beside: (H, W, 3) uint8 or uint16, the resampled neighbour towards the reference; it fills
            in where the frame shows nothing, so that no made-up border can pass for detail.
        progress: Only checked for cancelling.

    Returns:
        (H, W, 3) uint16, resampled once (Lanczos).

    Raises:
        Cancelled: If the user stopped the job.
    """
    height, width = frame.shape[:2]
    moved = np.empty((height, width, 3), np.uint16)

    def resample_band(top: int) -> None:
        bottom = min(height, top + _BAND_PX)
        down = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
        rows = projected(_corners(Region(top, 0, bottom, width)), frame_from_reference)[:, 1]
        first = int(np.clip(np.floor(rows.min()) - _REACH_PX, 0, height - 1))
        last = int(np.clip(np.ceil(rows.max()) + _REACH_PX, first + 1, height))
        up = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -first], [0.0, 0.0, 1.0]])
        band = warped(
            to_float(frame[first:last]),
            up @ frame_from_reference @ down,
            (bottom - top, width),
            cv2.INTER_LANCZOS4,
        )
        moved[top:bottom] = to_uint16(band, gains.tolist())
        for left in range(0, width, _CHUNK_PX):
            chunk = Region(top, left, bottom, min(left + _CHUNK_PX, width))
            there = projected(_corners(chunk), frame_from_reference)
            if not within(there[:, 0], there[:, 1], (height, width)).all():
                from_chunk = frame_from_reference @ np.array([[1, 0, left], [0, 1, top], [0, 0, 1]])
                bare = ~covered(chunk.height, chunk.width, from_chunk, (height, width))
                moved[chunk.slices][bare] = as_uint16(beside[chunk.slices])[bare]

    for _ in ahead(resample_band, range(0, height, _BAND_PX)):
        progress.checkpoint()
    return moved


def _corners(part: Region) -> Matrix:
    """(4, 2) of its outermost pixels."""
    columns, rows = (part.left, part.right - 1), (part.top, part.bottom - 1)
    return np.array([[x, y] for x in columns for y in rows], np.float64)


def common_area(registration: Registration, moved: Sequence[int]) -> tuple[slice, slice]:
    """Rows and columns of the reference that the moved frames show as well.

    Borders are cut where they are barest, until nothing is bare; where less than half of the
    picture would remain, nothing is cut.
    """
    height, width = registration.size_px
    step = max(1, max(height, width) // 600)
    bare = np.zeros((-(-height // step), -(-width // step)), np.bool_)
    scale = np.diag([step, step, 1.0])
    for index in moved:
        matrix = registration.frame_from_reference[index] @ scale
        bare |= ~covered(bare.shape[0], bare.shape[1], matrix, (height, width))
    top, bottom, left, right = 0, bare.shape[0], 0, bare.shape[1]
    while (inside := bare[top:bottom, left:right]).any():
        sides = {
            "top": inside[0].mean(), "bottom": inside[-1].mean(),
            "left": inside[:, 0].mean(), "right": inside[:, -1].mean(),
        }  # fmt: skip
        barest = max(sides, key=lambda side: sides[side])
        top, bottom = top + (barest == "top"), bottom - (barest == "bottom")
        left, right = left + (barest == "left"), right - (barest == "right")
    if (bottom - top) * (right - left) < 0.5 * bare.size:
        return slice(0, height), slice(0, width)
    # A step further in on each side that was cut: the grid is coarse.
    rows = slice(
        top and (top + 1) * step, height if bottom == bare.shape[0] else (bottom - 1) * step
    )
    columns = slice(
        left and (left + 1) * step, width if right == bare.shape[1] else (right - 1) * step
    )
    return rows, columns


def covered(
    height: int, width: int, frame_from_reference: Matrix, size_px: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """(height, width) where a frame of `size_px` (by default that), moved, shows something."""
    m = frame_from_reference.astype(np.float32)
    across = np.arange(width, dtype=np.float32)[None]
    down = np.arange(height, dtype=np.float32)[:, None]
    x = m[0, 0] * across + m[0, 1] * down + m[0, 2]
    y = m[1, 0] * across + m[1, 1] * down + m[1, 2]
    if m[2, :2].any():
        w = m[2, 0] * across + m[2, 1] * down + m[2, 2]
        x, y = x / w, y / w
    return within(x, y, size_px or (height, width))


def within(x: NDArray[Any], y: NDArray[Any], size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """Which positions, in pixel centres, lie in a frame of (height, width) pixels.

    A hundredth of a pixel outside is inside: transforms are not exact.
    """
    height, width = size_px
    inside = (x > -0.01) & (x < width - 0.99) & (y > -0.01) & (y < height - 0.99)
    return np.asarray(inside, dtype=np.bool_)


def moves(frame_from_reference: Matrix, gains: Matrix, height: int, width: int) -> bool:
    """Whether resampling changes anything that can be told from the estimate's own error."""
    corners = _corners(Region(0, 0, height, width))
    shifts = projected(corners, frame_from_reference) - corners
    return bool(np.hypot(*shifts.T).max() > _STILL_PX or np.abs(gains - 1).max() > _EVEN)
