"""Colours that a file says by numbers: code points (ITU-T H.273), or gamma and chromaticities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import imagecodecs
import numpy as np

from focusstack_app.core.errors import InputError
from focusstack_app.core.message import message
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import encoded_profile, gamma_profile

LINEAR, OF_SRGB = 8, 13  # of the transfer functions, table 3
UNSPECIFIED = 2  # primaries and transfer function
D65 = (0.3127, 0.3290)
# Chromaticities (x, y) of red, green and blue, table 2.
PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
DISPLAY_P3 = "Display P3"
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
_GAMMAS = {4: 2.2, 5: 2.8, LINEAR: 1.0}
_SHOWN_AS_SRGB = (1, 6, OF_SRGB, 14, 15)  # the cameras' curves of television, for a picture
_USUAL_GAMMA, _LEAST_EXPONENT = 2.2, 0.1
_SAME = 0.01  # of gamma and chromaticities


def check_range(path: Path, transfer: int | None) -> None:
    """Refuse pictures of high dynamic range.

    Raises:
        InputError: If `transfer` is that of one.
    """
    if transfer in _HDR_TRANSFERS:
        raise InputError(
            message(
                "{file} is an HDR picture ({kind}).",
                file=shown(path),
                kind=_HDR_TRANSFERS[transfer],
            ),
            message("Save it as a TIFF or JPEG, or use the camera's RAW file."),
        )


def profile_of(primaries: int, transfer: int) -> bytes | None:
    """The profile of the numbers; None where the code points are others, or say nothing."""
    points = PRIMARIES.get(primaries)
    if points is None:
        return None
    if transfer in _GAMMAS:
        return gamma_profile(D65, points, _GAMMAS[transfer])
    if transfer not in _SHOWN_AS_SRGB:
        return None
    return encoded_profile(gamma_profile(D65, points, 1.0), DISPLAY_P3)


def profile_of_gamma(exponent: float, chromaticities: Sequence[float]) -> bytes | None:
    """The profile of what a PNG says in gAMA and cHRM (third edition, sections 11.3.2.1 and 2).

    Args:
        exponent: From light to numbers.
        chromaticities: x and y of white, red, green and blue; empty where they are not told.

    Returns:
        None where they make no sense, or come close to sRGB, by which they are written then.
    """
    usual = [*D65, *(value for point in PRIMARIES[1] for value in point)]
    told = list(chromaticities) or usual
    if exponent < _LEAST_EXPONENT or len(told) != len(usual):
        return None
    gamma = 1 / exponent
    if abs(gamma - _USUAL_GAMMA) < _SAME and np.abs(np.subtract(told, usual)).max() < _SAME:
        return None
    white, *points = zip(told[::2], told[1::2], strict=True)
    try:
        return gamma_profile(white, points, gamma)
    except imagecodecs.CmsError:
        return None
