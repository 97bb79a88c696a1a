"""What the decoders hand over, before it is turned upright and becomes a `Frame`."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels


class Header(NamedTuple):
    """Facts about the stored picture.

    Attributes:
        width_px: Columns as stored.
        height_px: Rows as stored.
        bits: Depth per channel that decoding gives.
        orientation: 1 to 8 where the decoder knows it, None where the EXIF has to be asked.
        undone: What the decoder turned upright itself, where it tells.
        shown_range: Values that ImageJ shows as black and white, of 16 bits and floating point.
    """

    width_px: int
    height_px: int
    bits: Literal[8, 16]
    orientation: int | None
    undone: int = 1
    shown_range: tuple[float, float] | None = None


class Decoded(NamedTuple):
    """Pixels and their meaning.

    Attributes:
        header: Facts of the full-size picture.
        pixels: (H, W, 3) uint8 or uint16 as stored; smaller where a smaller picture was asked for.
        icc_profile: Profile of these RGB numbers, if the file has one.
        colour_space: Name where the file says it without a profile.
    """

    header: Header
    pixels: Pixels
    icc_profile: bytes | None
    colour_space: str | None = None


def in_three(grey: NDArray[Any]) -> NDArray[Any]:
    """(H, W) as (H, W, 3); `np.repeat` keeps the interpreter's lock, and with it the window."""
    return np.ascontiguousarray(np.broadcast_to(grey[:, :, np.newaxis], (*grey.shape, 3)))
