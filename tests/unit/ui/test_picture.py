from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColorSpace

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.ui.picture import SRGB, enlarged, prepare, refresh
from tests.helpers.profiles import SPACES, lut_profile, profile


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (513, 7), (1300, 700)])
def test_the_first_level_is_the_picture(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (*shape, 3), np.uint8)
    picture = prepare(pixels)
    image = picture.levels[0]
    assert (image.height(), image.width()) == shape
    last = image.pixelColor(shape[1] - 1, shape[0] - 1)
    assert (last.red(), last.green(), last.blue()) == tuple(int(v) for v in pixels[-1, -1])
    assert np.array_equal(picture.memory[0][..., 2::-1], pixels)
    assert not picture.is_proxy


def test_levels_halve_down_to_the_size_of_a_screen() -> None:
    picture = prepare(np.zeros((1500, 4100, 3), np.uint16))
    sizes = [(level.width(), level.height()) for level in picture.levels]
    assert sizes == [(4100, 1500), (2050, 750), (1025, 375), (512, 187)]


def test_a_proxy_knows_what_it_stands_for() -> None:
    picture = prepare(np.zeros((600, 900, 3), np.uint8), full_size_px=(6000, 4000))
    assert picture.is_proxy
    assert picture.full_size_px == (6000, 4000)


@pytest.mark.parametrize("icc_profile", [None, profile(SPACES.AdobeRgb), lut_profile()])
def test_a_refreshed_part_is_as_if_all_had_been_prepared(icc_profile: bytes | None) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 65536, (1100, 2048, 3), np.uint16)
    picture = prepare(pixels, icc_profile)
    for place in ((slice(100, 333), slice(777, 1030)), (slice(1099, 1100), slice(2047, 2048))):
        pixels[place] = rng.integers(0, 65536, pixels[place].shape, np.uint16)
        refresh(picture, pixels, place, icc_profile)
    expected = prepare(pixels, icc_profile)
    for level, other in zip(picture.memory, expected.memory, strict=True):
        np.testing.assert_array_equal(level, other)


def test_a_part_can_be_refreshed_in_a_picture_of_odd_size() -> None:
    pixels = np.zeros((1501, 1333, 3), np.uint16)
    picture = prepare(pixels)
    pixels[1300:, 1000:] = 65535
    refresh(picture, pixels, (slice(1300, 1501), slice(1000, 1333)))
    assert (picture.memory[1][-1, -1] == 255).all()
    away = picture.memory[1].astype(int) - prepare(pixels).memory[1]
    assert (away != 0).mean() < 0.01  # a row and a column at the edge of the part


def test_adobe_rgb_stays_what_it_is_until_it_is_drawn() -> None:
    pixels = np.full((300, 40, 3), (60, 180, 60), np.uint8)
    picture = prepare(pixels, profile(SPACES.AdobeRgb))
    assert np.array_equal(picture.memory[0][..., 2::-1], pixels)
    assert picture.space == QColorSpace(SPACES.AdobeRgb)
    assert enlarged(picture, (80, 600)).space == picture.space


def test_a_lut_profile_becomes_srgb() -> None:
    pixels = np.full((300, 40, 3), (60, 180, 60), np.uint8)
    picture = prepare(pixels, lut_profile())
    shown = picture.memory[0][..., 2::-1]
    # The green of Adobe RGB, which these tables are of, is outside sRGB: red goes to the bottom.
    assert np.ptp(shown.reshape(-1, 3), axis=0).max() == 0
    assert shown[0, 0, 0] < 30
    assert abs(int(shown[0, 0, 1]) - 181) <= 4
    assert picture.space == SRGB


def test_the_smallest_level_is_srgb() -> None:
    icc_profile = profile(SPACES.AdobeRgb)
    pixels = np.full((30, 40, 3), (60, 180, 60), np.uint8)
    colour = prepare(pixels, icc_profile).smallest.pixelColor(3, 3)
    assert colour.red() < 30
    assert abs(colour.green() - 181) <= 2
    grey = prepare(np.full((8, 8, 3), 120, np.uint8), icc_profile).smallest.pixelColor(3, 3)
    assert np.abs(np.array([grey.red(), grey.green(), grey.blue()]) - 120).max() <= 2


@pytest.mark.parametrize("icc_profile", [None, b"not a profile"])
def test_without_a_usable_profile_pixels_pass(icc_profile: bytes | None) -> None:
    pixels = np.full((20, 40, 3), (60, 180, 60), np.uint8)
    picture = prepare(pixels, icc_profile)
    assert np.array_equal(picture.memory[0][..., 2::-1], pixels)
    assert picture.space == SRGB


def test_an_srgb_profile_changes_nothing() -> None:
    pixels = np.full((20, 40, 3), (60, 180, 60), np.uint8)
    picture = prepare(pixels, profile(SPACES.SRgb))
    assert np.array_equal(picture.memory[0][..., 2::-1], pixels)
    assert picture.space == SRGB


def test_preparing_can_be_stopped() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        prepare(np.zeros((600, 900, 3), np.uint8), checkpoint=progress.checkpoint)
