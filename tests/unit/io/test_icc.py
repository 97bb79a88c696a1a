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
