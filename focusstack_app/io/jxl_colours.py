"""Colours as JPEG XL says them, by numbers, and as ICC profiles.

The profiles that some files have instead can neither be read nor written with our library.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.srgb import decoded
from focusstack_app.io.code_points import D65, DISPLAY_P3, LINEAR, OF_SRGB, PRIMARIES
from focusstack_app.io.icc import (
    D50_XYZ,
    SAME_PRIMARIES,
    adobe_rgb_profile,
    encoded_profile,
    gamma_profile,
    primaries_of,
    srgb_profile,
    tones,
)
from focusstack_app.io.jxl_header import TOLD, ColourEncoding

# ISO/IEC 18181-1, section E.2: chromaticities (x, y), and exponents from numbers to light.
_WHITES = {1: D65, 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
_PRIMARIES = {1: PRIMARIES[1], 9: PRIMARIES[9], 11: PRIMARIES[12]}
_GAMMAS: dict[int | None, float] = {LINEAR: 1.0, 17: 2.6, OF_SRGB: 1.0}  # sRGB's curve comes later
_NAMES = {(1, 11): DISPLAY_P3}
_D50 = (0.3457, 0.3585)
_ADOBE_GAMMA = 563 / 256
_OF_ADOBE_RGB = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))
_SAME_LIGHT = 0.001
_SAME_WHITE = 0.003  # of XYZ
_MOST_CHROMATICITY = 2.0  # that can be said
_MOST_GAMMA = 8.0


def profile_of_encoding(colours: ColourEncoding) -> bytes | None:
    """The profile of the numbers; None where it cannot be told."""
    told = list(colours.chromaticities)
    white = _WHITES.get(colours.white) or told.pop(0)
    primaries = _PRIMARIES.get(colours.primaries) or told
    gamma = _GAMMAS.get(colours.transfer, colours.gamma)
    if colours.has_profile or not 0 < gamma <= _MOST_GAMMA:
        return None
    made = gamma_profile(white, primaries, gamma)
    if colours.transfer == OF_SRGB:
        return encoded_profile(made, _NAMES.get((colours.white, colours.primaries), "Custom RGB"))
    adobe = adobe_rgb_profile()
    known = abs(gamma - _ADOBE_GAMMA) < _SAME_LIGHT and _same_primaries(made, adobe)
    return adobe if known else made


def encoding_of(icc_profile: bytes) -> ColourEncoding | None:
    """How JPEG XL says the colours of an RGB profile.

    Returns:
        None where it cannot: the profile has tables, a curve that is neither sRGB's nor a gamma, or
        primaries that do not make its white.
    """
    gamma, xyz = _gamma(icc_profile), primaries_of(icc_profile)
    if gamma is None or xyz is None or np.abs(xyz.sum(axis=0) - D50_XYZ).max() > _SAME_WHITE:
        return None
    sums = xyz.sum(axis=1, keepdims=True)
    if sums.min() <= 0 or np.abs(xyz / sums).max() > _MOST_CHROMATICITY:
        return None
    transfer = {0.0: OF_SRGB, 1.0: LINEAR}.get(gamma)
    if transfer is not None:
        gamma = 0.0
    for number, points in (*_PRIMARIES.items(), (TOLD, _OF_ADOBE_RGB)):
        if _same_primaries(gamma_profile(D65, points, 1.0), icc_profile):
            told = points if number == TOLD else ()
            return ColourEncoding(False, False, 1, number, told, transfer, gamma)
    x, y, _ = (xyz / sums).T.tolist()
    white_and_points = (_D50, *zip(x, y, strict=True))
    return ColourEncoding(False, False, TOLD, TOLD, white_and_points, transfer, gamma)


def linear_srgb(icc_profile: bytes, steps: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How numbers become linear light with the primaries of sRGB.

    What is outside sRGB is below 0 or above 1 there.

    Args:
        icc_profile: One that `encoding_of` knows.
        steps: Numbers of a channel, such as 65536.

    Returns:
        Light by number, (steps,), and what is multiplied on (..., 3) of it from the right, (3, 3).
    """
    gamma, xyz, of_srgb = (
        _gamma(icc_profile),
        primaries_of(icc_profile),
        primaries_of(srgb_profile()),
    )
    assert gamma is not None
    assert xyz is not None
    assert of_srgb is not None
    numbers = np.arange(steps) / (steps - 1)
    light = numbers**gamma if gamma else decoded(numbers)
    return light.astype(np.float32), (xyz @ np.linalg.inv(of_srgb)).astype(np.float32)


def _gamma(icc_profile: bytes) -> float | None:
    """Exponent from numbers to light; 0 where the curve is that of sRGB, None of another."""
    numbers = np.linspace(0, 1, 256)
    light = tones(icc_profile, numbers)
    if light is None:
        return None
    if np.abs(light - decoded(numbers)).max() < _SAME_LIGHT:
        return 0.0
    middle = float(light[1, 128])
    gamma = float(np.log(middle) / np.log(numbers[128])) if 0 < middle < 1 else 0.0
    gamma = 1.0 if abs(gamma - 1) < _SAME_LIGHT else gamma
    known = 1 <= gamma <= _MOST_GAMMA and np.abs(light - numbers**gamma).max() < _SAME_LIGHT
    return gamma if known else None


def _same_primaries(one: bytes, other: bytes) -> bool:
    both = primaries_of(one), primaries_of(other)
    assert both[0] is not None
    return both[1] is not None and bool(np.abs(both[0] - both[1]).max() < SAME_PRIMARIES)
