from __future__ import annotations

import struct

import numpy as np
import pytest

from focusstack_app.core.srgb import decoded, encoded
from focusstack_app.io.code_points import LINEAR, OF_SRGB, profile_of
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    gamma_profile,
    linear_rec2020_profile,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.jxl_colours import encoding_of, linear_srgb, profile_of_encoding
from focusstack_app.io.jxl_header import TOLD, ColourEncoding
from tests.unit.io.builders import profile_with_curve


def _with_last(icc_profile: bytes, kind: bytes, values: bytes) -> bytes:
    """A profile with other values in the data of this kind that comes last."""
    at = icc_profile.rindex(kind + bytes(4)) + 8
    return icc_profile[:at] + values + icc_profile[at + len(values) :]


_PROPHOTO = gamma_profile(
    (0.3457, 0.3585), ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), 1.8
)
_NUMBERS = np.linspace(0, 1, 1024)


@pytest.mark.parametrize(
    ("icc_profile", "primaries", "transfer", "gamma"),
    [
        (srgb_profile(), 1, OF_SRGB, 0.0),
        (profile_with_curve(decoded(_NUMBERS)), 1, OF_SRGB, 0.0),
        (profile_of(12, 13), 11, OF_SRGB, 0.0),
        (rec2020_profile(), 9, OF_SRGB, 0.0),
        (linear_rec2020_profile(), 9, LINEAR, 0.0),
        (adobe_rgb_profile(), TOLD, None, 563 / 256),
        (_PROPHOTO, TOLD, None, 1.8),
    ],
)
def test_profiles_of_matrix_and_curve_are_said_and_read_again(
    icc_profile: bytes, primaries: int, transfer: int | None, gamma: float
) -> None:
    said = encoding_of(icc_profile)
    assert said is not None
    assert (said.primaries, said.transfer) == (primaries, transfer)
    assert said.gamma == pytest.approx(gamma, abs=0.01)
    again = profile_of_encoding(said)
    assert again is not None
    picture = np.random.default_rng(0).integers(0, 65536, (20, 20, 3), dtype=np.uint16)
    one, other = (converted(picture, made, rec2020_profile()) for made in (icc_profile, again))
    assert np.abs(one.astype(int) - other.astype(int)).mean() < 20


@pytest.mark.parametrize(
    "icc_profile",
    [
        profile_with_curve(_NUMBERS**2 / 2 + _NUMBERS / 2),
        b"",
        srgb_profile().replace(b"cprt", b"A2B0"),
        srgb_profile().replace(b"rXYZ", b"none"),
        _with_last(srgb_profile(), b"para", struct.pack(">Hxx5i", 3, *(-65536,) * 5)),
        _with_last(srgb_profile(), b"para", struct.pack(">Hxxi", 0, 65536 // 2)),
        _with_last(adobe_rgb_profile(), b"XYZ ", struct.pack(">3i", 2**31 - 1, 0, -(2**30))),
        _with_last(adobe_rgb_profile(), b"XYZ ", struct.pack(">3i", 65536, 65536, 65536)),
        b"no profile at all" * 40,
        srgb_profile()[:200],
    ],
)
def test_others_cannot_be_said(icc_profile: bytes) -> None:
    assert encoding_of(icc_profile) is None


@pytest.mark.parametrize("gamma", [0.0, 1e7])
def test_a_gamma_that_makes_no_sense_is_none(gamma: float) -> None:
    assert profile_of_encoding(ColourEncoding(transfer=None, gamma=gamma)) is None


def test_light_of_colours_outside_srgb_is_kept() -> None:
    light, mix = linear_srgb(rec2020_profile(), 256)
    assert light.shape == (256,)
    assert np.abs(encoded(light.astype(np.float64)) - np.arange(256) / 255).max() < 1e-4
    green = light[np.array([[0, 255, 0]])] @ mix
    # ITU-R BT.2087, section 2: Rec. 2020's green in linear light of Rec. 709
    assert green[0] == pytest.approx([-0.5876, 1.1329, -0.1006], abs=0.002)
    white = light[np.array([[255, 255, 255]])] @ mix
    assert white[0] == pytest.approx([1, 1, 1], abs=0.001)
