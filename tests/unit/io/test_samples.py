from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focusstack_app.core.errors import InputError
from focusstack_app.core.srgb import encoded
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    linear_rec2020_profile,
    profile_name,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.samples import from_float, ranged, scaled

PATH = Path("a.tif")


def _linear_adobe() -> bytes:
    gamma, none = (struct.pack(">4sxxxxIH", b"curv", 1, power) for power in (563, 256))
    return adobe_rgb_profile().replace(gamma, none)


def _light() -> Any:
    return np.random.default_rng(0).random((300, 7, 3), np.float32) ** 3


@pytest.mark.parametrize("bits", range(1, 17))
def test_white_stays_white_in_every_depth(bits: int) -> None:
    stored = np.arange(1 << bits, dtype=np.uint8 if bits <= 8 else np.uint16)
    made = scaled(stored, bits)
    white = 255 if bits <= 8 else 65535
    assert made.dtype == (np.uint8 if bits <= 8 else np.uint16)
    assert (made[0], made[-1]) == (0, white)
    assert np.abs(made / white - stored / stored[-1]).max() <= 0.5 / white + 1e-12


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("profile", [None, linear_rec2020_profile()])
def test_linear_light_is_encoded(kind: Any, profile: bytes | None) -> None:
    light = _light().astype(kind)
    pixels, icc = from_float(PATH, light, profile)
    assert np.abs(pixels - encoded(light.astype(np.float64)) * 65535).max() < 0.6
    assert icc == (srgb_profile() if profile is None else rec2020_profile())


def test_other_primaries_are_kept() -> None:
    light, linear = _light(), _linear_adobe()
    pixels, icc = from_float(PATH, light, linear)
    assert icc is not None
    assert (profile_name(icc) or "").endswith("tones of sRGB")
    whole = np.rint(light * 65535).astype(np.uint16)
    error = converted(pixels, icc, srgb_profile()) - converted(
        whole, linear, srgb_profile()
    ).astype(float)
    assert np.abs(error[light.min(axis=2) > 0.05]).max() < 30


def test_encoded_values_stay_what_they_are() -> None:
    values = _light()
    pixels, icc = from_float(PATH, values, adobe_rgb_profile())
    assert np.array_equal(pixels, np.rint(values * np.float32(65535)))
    assert icc == adobe_rgb_profile()


def test_what_is_outside_the_range_is_burnt_out_or_black() -> None:
    odd = np.zeros((2, 3, 3), np.float32)
    odd[0, 0] = (1.5, np.inf, 1e30)
    odd[0, 1] = (-0.1, -np.inf, np.nan)
    pixels, _ = from_float(PATH, odd, None)
    assert pixels[0, :2].tolist() == [[65535] * 3, [0] * 3]


def test_what_32_bits_do_not_hold_is_burnt_out_or_black() -> None:
    odd = np.zeros((2, 3, 3))
    odd[0, 0], odd[0, 1] = 1e300, -1e300
    pixels, _ = from_float(PATH, odd, None)
    assert pixels[0, :2].tolist() == [[65535] * 3, [0] * 3]
    shown, _ = from_float(PATH, odd.astype(np.float64), None, (-1e38, 1e38))
    assert shown[0].tolist() == [[65535] * 3, [0] * 3, [32768] * 3]


def test_the_range_that_imagej_shows_is_used_as_shown() -> None:
    counts = np.array([[[100.0, 2100.0, 4100.0]], [[50.0, 9000.0, np.nan]]])
    pixels, icc = from_float(PATH, counts, None, (100.0, 4100.0))
    assert pixels.tolist() == [[[0, 32768, 65535]], [[0, 65535, 0]]]
    assert icc is None


def test_16_bits_are_used_as_shown() -> None:
    counts = np.array([[0, 100, 2100], [4100, 4101, 65535]], np.uint16)
    assert ranged(counts, (100.0, 4100.0)).tolist() == [[0, 0, 32768], [65535] * 3]


def test_counts_are_no_picture() -> None:
    with pytest.raises(InputError, match=r"a\.tif holds values above 1") as error:
        from_float(PATH, 4000 * _light() + 2, None)
    assert "16 bits" in error.value.hint
