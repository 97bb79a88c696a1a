from __future__ import annotations

import struct
import subprocess
import sys
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.progress import Progress
from focusstack_app.io import icc
from tests.unit.io.builders import smooth


def test_srgb_profile_is_usable_and_the_same_in_every_run() -> None:
    profile = icc.srgb_profile()
    assert icc.profile_name(profile) == "sRGB"
    assert icc.profile_space(profile) == "RGB"
    script = "from focusstack_app.io.icc import srgb_profile; print(srgb_profile().hex())"
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == profile.hex()


def test_a_broken_profile_has_no_name() -> None:
    assert icc.profile_name(b"not a profile at all") is None
    assert icc.profile_name(icc.srgb_profile()[:200]) is None


def test_no_profile_has_no_space() -> None:
    assert icc.profile_space(None) == ""


def test_lab_becomes_srgb() -> None:
    picture = smooth(20, 30)
    lab_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.createProfile("sRGB")
    lab = ImageCms.profileToProfile(
        Image.fromarray(picture), srgb, ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    back = icc.converted_to_srgb(lab, lab_profile)
    assert back is not None
    assert np.abs(np.asarray(back).astype(int) - picture).max() <= 6


def test_a_profile_for_other_data_is_not_applied() -> None:
    lab_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert icc.converted_to_srgb(Image.new("RGB", (4, 4)), lab_profile) is None
    picture = smooth(8, 8)
    assert np.array_equal(icc.for_screen(picture, lab_profile), picture)
    assert np.array_equal(icc.for_screen(picture, None), picture)


def test_adobe_rgb_is_what_its_specification_says() -> None:
    profile = icc.adobe_rgb_profile()
    assert icc.profile_name(profile) == "Compatible with Adobe RGB (1998)"
    assert int.from_bytes(profile[:4], "big") == len(profile)
    picture = np.array([[[128, 128, 128], [140, 160, 120], [90, 70, 80]]], np.uint8)
    # Both have the white D65; matrices of Adobe RGB (1998), 4.3.5.3, and of IEC 61966-2-1.
    linear = (picture / 255.0) ** (563 / 256)
    xyz = linear @ np.array(
        [[0.57667, 0.29734, 0.02703], [0.18556, 0.62736, 0.07069], [0.18823, 0.07529, 0.99134]]
    )
    linear = xyz @ np.array(
        [[3.2406, -0.9689, 0.0557], [-1.5372, 1.8758, -0.2040], [-0.4986, 0.0415, 1.0570]]
    )
    expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(icc.for_screen(picture, profile) - expected).max() < 1.5


@pytest.mark.parametrize(
    "tones",
    [{"gamma": 1.8}, {"transferfunction": (np.linspace(0, 1, 1024) ** 1.8 * 65535).astype("u2")}],
)
def test_a_profile_for_grey_becomes_one_for_the_repeated_numbers(tones: dict[str, Any]) -> None:
    grey = bytes(imagecodecs.cms_profile("gray", **tones))
    profile = icc.rgb_profile(grey, grey=True)
    assert profile is not None
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert icc.profile_name(profile) == icc.profile_name(grey)
    numbers = np.tile(np.arange(256, dtype=np.uint8)[:, np.newaxis, np.newaxis], (1, 4, 3))
    shown = icc.for_screen(numbers, profile)
    linear = (numbers / 255) ** 1.8
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(shown - 255 * encoded)[8:].max() < 1.5
    assert np.abs(shown.astype(int) - numbers).max() > 10  # this is what was lost


def test_profiles_that_say_nothing_about_grey_numbers() -> None:
    grey = bytes(imagecodecs.cms_profile("gray", gamma=1.8))
    assert icc.rgb_profile(grey, grey=False) is None
    assert icc.rgb_profile(grey[:140], grey=True) is None
    assert icc.rgb_profile(grey.replace(b"kTRC", b"none"), grey=True) is None
    assert icc.rgb_profile(grey.replace(b"XYZ ", b"Lab ", 1), grey=True) is None
    assert icc.rgb_profile(None, grey=True) is None


def test_16_bits_are_converted_as_the_specifications_say() -> None:
    """By the matrices of Adobe RGB (1998), 4.3.5.3, and of IEC 61966-2-1; both have D65."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(2000, 65536, (300, 40, 3), dtype=np.uint16)
    there = icc.converted(pixels, None, icc.adobe_rgb_profile())
    encoded = pixels / 65535
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    from_xyz = np.array(
        [[2.04159, -0.56501, -0.34473], [-0.96924, 1.87597, 0.04156], [0.01344, -0.11836, 1.01517]]
    )
    expected = np.clip(linear @ to_xyz.T @ from_xyz.T, 0, 1) ** (256 / 563)
    assert np.abs(there / 65535 - expected).max() < 0.004
    back = icc.converted(there, icc.adobe_rgb_profile(), icc.srgb_profile())
    assert np.abs(back.astype(int) - pixels).max() < 40
    grey = np.full((2, 2, 3), 30000, np.uint16)
    assert np.ptp(icc.converted(grey, None, icc.adobe_rgb_profile())) == 0


def test_rec_2020_is_what_its_recommendation_says() -> None:
    profile = icc.rec2020_profile()
    assert icc.profile_name(profile) == icc.REC2020
    assert int.from_bytes(profile[:4], "big") == len(profile)
    rng = np.random.default_rng(0)
    pixels = rng.integers(2000, 65536, (300, 40, 3), dtype=np.uint16)
    there = icc.converted(pixels, None, profile)
    encoded = pixels / 65535
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    # ITU-R BT.2087-0, 2.2: from BT.709, which has the primaries and the white of sRGB.
    linear = (
        linear
        @ np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]).T
    )
    expected = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(there / 65535 - expected).max() < 2e-4
    back = icc.converted(there, profile, icc.srgb_profile())
    assert np.abs(back.astype(int) - pixels).max() < 20
    grey = np.repeat(np.arange(0, 65536, 257, dtype=np.uint16), 3).reshape(1, -1, 3)
    assert np.abs(icc.converted(grey, profile, icc.srgb_profile()).astype(int) - grey).max() <= 1
    assert icc.converted(grey, profile, icc.srgb_profile())[0, -1].tolist() == [65535] * 3


def test_a_profile_that_cannot_be_used_says_what_to_do() -> None:
    with pytest.raises(OutputError, match="cannot be used") as caught:
        icc.converted(np.zeros((4, 4, 3), np.uint16), b"not a profile", icc.srgb_profile())
    assert "in the colour space of the frames" in caught.value.hint


def test_a_conversion_can_be_stopped() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        icc.converted(
            np.zeros((400, 4, 3), np.uint16), None, icc.adobe_rgb_profile(), progress.checkpoint
        )


def _with_curve(curve: bytes) -> bytes:
    profile = bytearray(icc.adobe_rgb_profile())
    for at in range(132, 132 + 12 * profile[131], 12):
        name, _, _ = struct.unpack_from(">4sII", profile, at)
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            struct.pack_into(">II", profile, at + 4, len(profile), len(curve))
    return bytes(profile) + curve


@pytest.mark.parametrize(
    ("curve", "linear"),
    [
        (struct.pack(">4sxxxxI", b"curv", 0), True),
        (struct.pack(">4sxxxxIH", b"curv", 1, 256), True),
        (struct.pack(">4sxxxxI4H", b"curv", 4, 0, 21845, 43690, 65535), True),
        (struct.pack(">4sxxxxHxxi", b"para", 0, 65536), True),
        (struct.pack(">4sxxxxIH", b"curv", 1, 563), False),
        (struct.pack(">4sxxxxI4H", b"curv", 4, 0, 9000, 30000, 65535), False),
        (struct.pack(">4sxxxxHxxi", b"para", 0, 2 * 65536), False),
        (struct.pack(">4sxxxxHxxi", b"para", 3, 65536), False),
        (struct.pack(">4sxxxxI", b"curv", 2**32 - 1), False),
        (struct.pack(">4sxxxxI", b"sf32", 0), False),
        (b"curv", False),
        (b"", False),
    ],
)
def test_which_profiles_are_linear(curve: bytes, linear: bool) -> None:
    assert icc.is_linear(_with_curve(curve)) is linear


def test_known_primaries_get_their_known_profile_once_encoded() -> None:
    assert icc.encoded_profile(icc.linear_rec2020_profile()) == icc.rec2020_profile()
    assert icc.encoded_profile(icc.srgb_profile()) == icc.srgb_profile()
    assert icc.encoded_profile(b"no profile") is None
    other = icc.encoded_profile(icc.adobe_rgb_profile())
    assert other is not None
    assert icc.profile_space(other) == "RGB"
    assert not icc.is_linear(other)
