"""The eight orientations of EXIF and TIFF (tag 274)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import FrameSource, Pixels

_Picture = TypeVar("_Picture", NDArray[np.uint8], NDArray[np.uint16], Pixels)


def valid_orientation(value: object) -> int:
    """`value` if it is one of 1 to 8, else 1 (upright)."""
    return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(width_px: int, height_px: int, orientation: int) -> tuple[int, int]:
    """(width, height) of the upright picture from those of the stored one."""
    return (height_px, width_px) if orientation >= 5 else (width_px, height_px)


def stored_size(source: FrameSource) -> tuple[int, int]:
    """(width, height) as the camera stored a picture, however it was held."""
    return upright_size(*upright_size(*source.size_px, source.turned), source.orientation)


def turn_between(said: int, wanted: int) -> int:
    """What turns a picture that is upright by `said` to where it is by `wanted`; 1 to 8 each."""
    stored = np.arange(6, dtype=np.uint8).reshape(2, 3)
    aim = upright(stored, wanted)
    return next(n for n in range(1, 9) if np.array_equal(upright(upright(stored, said), n), aim))


def upright(pixels: _Picture, orientation: int) -> _Picture:
    """Turn a stored picture upright.

    Args:
        pixels: (H, W, ...) as stored.
        orientation: 1 to 8, as in EXIF 2.32, section 4.6.4 (the place of the stored 0th row and
            0th column in the upright picture).

    Returns:
        C-contiguous (H, W, ...), or (W, H, ...) for 5 to 8; `pixels` itself for 1.
    """
    if orientation >= 5:  # stored rows are upright columns
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)  # type: ignore[return-value]  # keeps the type
