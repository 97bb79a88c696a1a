"""Pixels of a frame where the reference has them, and which of them every frame has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
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
from focusstack_app.core.region import Region, squares_over
from focusstack_app.engine.filters import shrunk
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.pixels import as_uint16, to_float, to_uint16
from focusstack_app.engine.warps import Matrix, in_copies

PATCH_PX = 128  # edge of what is resampled at once: where a corner is bare, each pixel is looked at
_FINER = 4  # pixels for one of a reduced frame
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
    return np.asarray(_warped(picture, picture_from_here, size_px, kernel), dtype=np.float32)


def _warped(
    picture: NDArray[Any], picture_from_here: Matrix, size_px: tuple[int, int], kernel: int
) -> NDArray[Any]:
    """The same of the picture's own type."""
    flags, size = kernel | cv2.WARP_INVERSE_MAP, size_px[::-1]
    border = cv2.BORDER_REFLECT
    if np.array_equal(picture_from_here[2], (0, 0, 1)):
        return cv2.warpAffine(picture, picture_from_here[:2], size, flags=flags, borderMode=border)
    return cv2.warpPerspective(picture, picture_from_here, size, flags=flags, borderMode=border)


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

    def resample_row(top: int) -> None:
        row = Region(top, 0, min(height, top + PATCH_PX), width)
        for patch in patches_over(row, (height, width)):
            filling = functools.partial(beside.__getitem__, patch.slices)
            moved[patch.slices] = resampled(frame, frame_from_reference, gains, filling, patch)

    for _ in ahead(resample_row, range(0, height, PATCH_PX)):
        progress.checkpoint()
    return moved


def patches_over(window: Region, size_px: tuple[int, int]) -> list[Region]:
    """The patches of a frame that reach into a window; see `squares_over`."""
    return squares_over(window, size_px, PATCH_PX, PATCH_PX)


@in_our_threads_only()
def resampled(
    frame: Planes,
    frame_from_reference: Matrix,
    gains: Matrix,
    filling: Callable[[], NDArray[Any]],
    part: Region,
) -> NDArray[np.uint16]:
    """A part of what `resample` makes: to the bit, if it is one of its patches.

    Args:
        frame: See there, as of the others.
        frame_from_reference: As there.
        gains: As there.
        filling: Gives the same part of what is `beside` there; asked only where the frame `lacks`
            some of it.
        part: Of the result, in its pixels.

    Returns:
        (h, w, 3) uint16.
    """
    height, width = frame.shape[:2]
    there = projected(_corners(part), frame_from_reference)
    columns, rows = (
        slice(
            first := int(np.clip(np.floor(at.min()) - _REACH_PX, 0, length - 1)),
            int(np.clip(np.ceil(at.max()) + _REACH_PX, first + 1, length)),
        )
        for at, length in zip(there.T, (width, height), strict=True)
    )
    down = np.array([[1, 0, part.left], [0, 1, part.top], [0, 0, 1]], np.float64)
    up = np.array([[1, 0, -columns.start], [0, 1, -rows.start], [0, 0, 1]], np.float64)
    picture = warped(
        to_float(frame[rows, columns]),
        up @ frame_from_reference @ down,
        (part.height, part.width),
        cv2.INTER_LANCZOS4,
    )
    pixels = to_uint16(picture, gains.tolist())
    if lacks(part, frame_from_reference, (height, width)):
        bare = ~covered(part.height, part.width, frame_from_reference @ down, (height, width))
        pixels[bare] = as_uint16(filling())[bare]
    return pixels


@in_our_threads_only()
def resampled_small(
    frame: Planes,
    frame_from_reference: Matrix,
    gains: Matrix,
    reference: NDArray[Any],
    size: tuple[int, int],
) -> NDArray[np.uint16]:
    """What `resample` makes, reduced: made from the frame reduced, in a tenth of the time.

    Args:
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        frame_from_reference: (3, 3).
        gains: (3,).
        reference: (h, w, 3) uint8 or uint16, reduced; it fills in where the frame shows nothing.
        size: (width, height) of the result.
    """
    height, width = frame.shape[:2]
    # What is lost between its pixels is no more than a quarter of one of the result.
    finer = min(width, _FINER * size[0]), min(height, _FINER * size[1])
    matrix = in_copies(frame_from_reference, (height, width), finer[::-1])
    there = _warped(shrunk(frame[:], finer), matrix, finer[::-1], cv2.INTER_LINEAR)
    small = to_uint16(to_float(shrunk(there, size)), gains.tolist())
    bare = ~covered(size[1], size[0], in_copies(frame_from_reference, (height, width), size[::-1]))
    small[bare] = as_uint16(reference)[bare]
    return small


def lacks(part: Region, frame_from_reference: Matrix, size_px: tuple[int, int]) -> bool:
    """Whether a frame of (height, width) pixels, moved, does not show all of a part."""
    there = projected(_corners(part), frame_from_reference)
    return not within(there[:, 0], there[:, 1], size_px).all()


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
