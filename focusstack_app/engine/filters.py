"""What is done to planes of pixels and cells: by OpenCV here, and by its counterparts on a card.

Planes are (H, W) or (H, W, C) float32. Borders are mirrored at the outermost pixel, or repeat it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.kinds import by_kind
from focusstack_app.core.model import FloatArray
from focusstack_app.core.region import Region


def square_of(reach: int) -> NDArray[np.uint8]:
    """What OpenCV looks at around a pixel: a square that reaches so far."""
    return np.ones((2 * reach + 1,) * 2, np.uint8)


@by_kind
def gaussian(planes: FloatArray, sigma: float) -> FloatArray:
    """Blurred by a Gaussian that reaches four sigmas; borders mirrored."""
    return np.asarray(cv2.GaussianBlur(planes, (0, 0), sigma), np.float32)


@by_kind
def gaussian_around(planes: FloatArray, sigma: float) -> FloatArray:
    """Blurred by a Gaussian that reaches three sigmas of whole cells; borders repeated."""
    side = 6 * round(sigma) + 1
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.GaussianBlur(planes, (side, side), sigma, borderType=border), np.float32)


@by_kind
def filtered(planes: FloatArray, kernel: FloatArray) -> FloatArray:
    """Correlated with a small odd kernel; borders mirrored."""
    return np.asarray(cv2.filter2D(planes, -1, kernel), np.float32)


@by_kind
def box(plane: FloatArray, reach: int) -> FloatArray:
    """(H, W) means of squares that reach so far; borders repeated."""
    side = (2 * reach + 1,) * 2
    return np.asarray(cv2.blur(plane, side, borderType=cv2.BORDER_REPLICATE), np.float32)


@by_kind
def eroded(plane: FloatArray, reach: int) -> FloatArray:
    """(H, W) least values of squares that reach so far."""
    square, border = square_of(reach), cv2.BORDER_REPLICATE
    return np.asarray(cv2.erode(plane, square, borderType=border), np.float32)


@by_kind
def dilated(plane: FloatArray, radius: int) -> FloatArray:
    """(H, W) largest values of discs."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    return np.asarray(cv2.dilate(plane, disc), np.float32)


@by_kind
def enlarged(planes: FloatArray, factor: int) -> FloatArray:
    """Bilinear, by a whole number; cells keep their place."""
    height, width = planes.shape[:2]
    size = (width * factor, height * factor)
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_LINEAR), np.float32)


@by_kind
def shrunk(frame: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """(H, W, 3) integers reduced to (width, height) by the means of areas."""
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))


@by_kind
def stretched(
    plane: FloatArray, own_from_there: NDArray[np.float64], size_px: tuple[int, int]
) -> FloatArray:
    """A part of (H, W) seen through (2, 3) scales and shifts, bilinear; borders repeated.

    Args:
        plane: Of any float type.
        own_from_there: On centres of cells.
        size_px: (height, width) of the result.
    """
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    there = cv2.warpAffine(
        plane.astype(np.float32), own_from_there, size_px[::-1], flags=flags, borderMode=border
    )
    return np.asarray(there, np.float32)


def seen_in_cells(
    plane: FloatArray,
    cell_px: tuple[float, float],
    part: Region,
    edge_px: int = 1,
    corner: tuple[int, int] = (0, 0),
) -> FloatArray:
    """(h, w): a part of a picture, seen in a plane with larger cells.

    Args:
        plane: (H, W) of any float type.
        cell_px: Height and width of its cells in pixels of the picture.
        part: In cells of an edge.
        edge_px: That edge.
        corner: First row and column that the plane shows, in cells of its own.
    """
    down, across = (edge_px / own for own in cell_px)
    own_from_part = np.array(
        [
            [across, 0, across * (part.left + 0.5) - 0.5 - corner[1]],
            [0, down, down * (part.top + 0.5) - 0.5 - corner[0]],
        ]
    )
    return stretched(plane, own_from_part, (part.height, part.width))


@by_kind
def outer(like: object, down: NDArray[np.float64], across: NDArray[np.float64]) -> FloatArray:
    """(H, W) products of (H,) and (W,) of NumPy, of the kind of another array."""
    del like
    return np.asarray(down[:, None] * across[None, :], dtype=np.float32)


@by_kind
def looked_up(
    values: FloatArray, levels: NDArray[np.float64], table: FloatArray
) -> NDArray[np.float32]:
    """Between the entries of a table at evenly spaced levels; its ends beyond them."""
    return np.interp(values, levels, table).astype(np.float32)


@by_kind
def padded_below(pixels: NDArray[Any], down: int, across: int) -> NDArray[Any]:
    """(H, W, 3) with mirrored rows below and columns on the right, the outermost ones twice."""
    return cv2.copyMakeBorder(pixels, 0, down, 0, across, cv2.BORDER_REFLECT)


@by_kind
def times(colours: FloatArray, plane: FloatArray) -> FloatArray:
    """(H, W, C) times (H, W); several times faster than NumPy's."""
    return np.asarray(colours * cv2.merge([plane] * colours.shape[2]))


@by_kind
def least(colours: FloatArray) -> FloatArray:
    """(H, W) least of three colours."""
    first, second, third = cv2.split(colours)
    return np.asarray(np.minimum(np.minimum(first, second), third), np.float32)


@by_kind
def accumulate(total: FloatArray, weight: FloatArray, pixels: FloatArray) -> None:
    """Add (H, W) weights times (H, W, C) pixels in place."""
    cv2.accumulateProduct(cv2.merge([weight] * total.shape[2]), pixels, total)


@by_kind
def blend(alpha: FloatArray, planes: FloatArray, totals: Sequence[FloatArray]) -> None:
    """Add (H, W) alpha times each of (N, H, W) planes to one of N totals, or of more, in place."""
    for plane, total in zip(planes, totals, strict=False):
        total += alpha * plane


@by_kind
def squared_distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """(H, W) mean over the colours of squared differences; several times faster than NumPy's."""
    difference = cv2.subtract(one, other)
    cv2.multiply(difference, difference, dst=difference)
    return np.asarray(cv2.transform(difference, np.full((1, 3), 1 / 3, np.float32)), np.float32)
