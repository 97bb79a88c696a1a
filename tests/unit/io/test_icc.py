from __future__ import annotations

import subprocess
import sys

import numpy as np
from PIL import Image, ImageCms

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
