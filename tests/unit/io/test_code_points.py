from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import InputError
from focusstack_app.core.srgb import encoded
from focusstack_app.io.code_points import check_range, profile_of, profile_of_gamma
from focusstack_app.io.icc import converted, rec2020_profile, srgb_profile

_SRGB_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_ADOBE_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)


def _in_rec2020(profile: bytes | None, colour: tuple[int, int, int]) -> list[float]:
    assert profile is not None
    seen = converted(np.array([[colour]], np.uint16), profile, rec2020_profile())
    return [float(value) / 65535 for value in seen[0, 0]]


def test_known_colours_are_those_that_we_know() -> None:
    assert profile_of(1, 13) == profile_of(1, 1) == srgb_profile()
    assert profile_of(9, 14) == rec2020_profile()
    # Of P3's red 75 % of the light is Rec. 2020's red, 5 % its green, and none its blue.
    expected = encoded(np.array([0.7538, 0.0457, 0.0]))
    assert _in_rec2020(profile_of(12, 13), (65535, 0, 0)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("transfer", "gamma"), [(4, 2.2), (5, 2.8), (8, 1.0)])
def test_curves_of_a_gamma(transfer: int, gamma: float) -> None:
    grey = encoded(np.array([0.5**gamma] * 3))
    seen = _in_rec2020(profile_of(9, transfer), (32768,) * 3)
    assert seen == pytest.approx(grey, abs=0.002)


@pytest.mark.parametrize(("primaries", "transfer"), [(2, 2), (2, 13), (1, 2), (1, 16), (4, 13)])
def test_others_say_nothing(primaries: int, transfer: int) -> None:
    assert profile_of(primaries, transfer) is None


def test_what_gamma_and_chromaticities_say() -> None:
    green = _in_rec2020(profile_of_gamma(1 / 2.2, _ADOBE_POINTS), (0, 65535, 0))
    wide = encoded(np.array([0.0775, 0.8915, 0.0430]))  # of Adobe RGB's green
    assert green == pytest.approx(wide, abs=0.01)
    grey = _in_rec2020(profile_of_gamma(1 / 1.8, ()), (32768,) * 3)
    assert grey == pytest.approx(encoded(np.array([0.5**1.8] * 3)), abs=0.002)


@pytest.mark.parametrize(
    ("exponent", "points"),
    [
        (0.45455, ()),
        (0.45455, _SRGB_POINTS),
        (0.0, ()),
        (0.00001, ()),
        (0.5, _SRGB_POINTS[:6]),
        (0.5, (0.0,) * 8),
    ],
)
def test_what_is_as_usual_or_makes_no_sense_says_nothing(
    exponent: float, points: tuple[float, ...]
) -> None:
    assert profile_of_gamma(exponent, points) is None


def test_high_dynamic_range_is_refused() -> None:
    check_range(Path("a.png"), 13)
    check_range(Path("a.png"), None)
    with pytest.raises(InputError, match=r"a\.png is an HDR picture \(HLG\)"):
        check_range(Path("a.png"), 18)
