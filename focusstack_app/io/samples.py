"""Samples of other kinds than 8 or 16 bits, as integers that are encoded for a display."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.core.srgb import encoded
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import encoded_profile, is_linear, srgb_profile

_BAND_ROWS = 128
_MOST_OVER = 0.5  # of the samples: a picture may be burnt out, but not most of it


def scaled(samples: NDArray[Any], bits: int) -> Pixels:
    """Samples of 1 to 16 bits, so that white is white: 8 bits at most become 8, others 16."""
    if bits not in (8, 16):
        white, own = 255 if bits < 8 else 65535, (1 << bits) - 1
        table = np.rint(np.arange(1 << bits) * (white / own)).astype(np.uint16)
        samples = np.take(table, samples, mode="clip")
    if bits <= 8:
        return np.ascontiguousarray(samples, np.uint8)
    return np.ascontiguousarray(samples, np.uint16)


def ranged(samples: NDArray[np.uint16], shown_range: tuple[float, float]) -> NDArray[np.uint16]:
    """Samples of 16 bits, so that two values are black and white, and what lies outside, too."""
    black, white = shown_range
    table = np.clip((np.arange(65536) - black) / (white - black), 0.0, 1.0) * 65535
    return np.take(np.rint(table).astype(np.uint16), samples)


def from_float(
    path: Path,
    samples: NDArray[Any],
    icc_profile: bytes | None,
    shown_range: tuple[float, float] | None = None,
) -> tuple[NDArray[np.uint16], bytes | None]:
    """Samples of floating point as 16 bits, with the profile of these.

    1 is white, and what is above is burnt out; what is below 0, or no number, is black. Linear
    light (which a profile says, or that there is none) is encoded by the curve of sRGB: 16 bits
    then hold the dark parts as finely as the network and the eye want them.

    Args:
        path: For messages.
        samples: (H, W, 3) of floating point.
        icc_profile: Of RGB numbers, or None.
        shown_range: What ImageJ shows as black and white; then the samples are values for a
            display, as it shows them.

    Raises:
        InputError: If most of the samples are above 1: they are counts of some kind.
    """
    black, white = shown_range or (0.0, 1.0)
    light = shown_range is None and (icc_profile is None or is_linear(icc_profile))
    pixels = np.empty(samples.shape, np.uint16)
    over = 0
    for top in range(0, len(samples), _BAND_ROWS):
        with np.errstate(over="ignore"):  # what 32 bits do not hold is infinite
            band = samples[top : top + _BAND_ROWS].astype(np.float32)
            np.nan_to_num(band, copy=False, nan=black, posinf=white, neginf=black)
            band = (band - np.float32(black)) / np.float32(white - black)
        over += int(np.count_nonzero(band > 1))
        band = encoded(band) if light else np.clip(band, 0, 1)
        pixels[top : top + _BAND_ROWS] = np.rint(band * np.float32(65535))
    if over > _MOST_OVER * samples.size:
        raise InputError(
            message(
                "{file} holds values above 1, which is white, nearly everywhere.", file=shown(path)
            ),
            message("Save it with 16 bits, or divide its values by that of white."),
        )
    if not light:
        return pixels, icc_profile
    return pixels, srgb_profile() if icc_profile is None else encoded_profile(icc_profile)
