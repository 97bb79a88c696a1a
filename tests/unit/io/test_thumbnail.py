from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.io.icc import srgb_profile
from focusstack_app.io.orientation import upright
from focusstack_app.io.probe import probe
from focusstack_app.io.thumbnail import read_thumbnail
from tests.unit.io.builders import STORED_FOR_UPRIGHT, corners, exif, save_dng, save_jpeg, smooth


def _swapped_profile() -> bytes:
    """The sRGB profile with the red and blue primaries exchanged."""
    profile = bytearray(srgb_profile())
    entries = {
        bytes(profile[at : at + 4]): at
        for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12)
    }
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    profile[red + 4 : red + 12], profile[blue + 4 : blue + 12] = (
        profile[blue + 4 : blue + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_upright_and_small(tmp_path: Path, orientation: int) -> None:
    stored = upright(corners(200, 300), STORED_FOR_UPRIGHT[orientation])
    source = probe(save_jpeg(tmp_path / "a.jpg", stored, exif=exif(orientation)))
    small = read_thumbnail(source, 60)
    assert small.shape == (40, 60, 3)
    assert small.dtype == np.uint8
    expected = corners(40, 60).astype(int)
    for row, column in ((5, 5), (5, -5), (-5, 5), (-5, -5)):
        assert np.abs(small[row, column] - expected[row, column]).max() < 20


def test_16_bits_become_8(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    picture = smooth(20, 30)
    tifffile.imwrite(path, picture.astype(np.uint16) * 257, photometric="rgb")
    assert np.array_equal(read_thumbnail(probe(path), 100), picture)


def test_colours_are_converted_for_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    red = np.zeros((10, 10, 3), np.uint8)
    red[:, :, 0] = 255
    profile = _swapped_profile()
    Image.fromarray(red).save(path, icc_profile=profile)
    # It is still called sRGB, but its red is sRGB's blue.
    small = read_thumbnail(probe(path), 10)
    assert np.abs(small[5, 5].astype(int) - (0, 0, 255)).max() <= 2


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_cameras_own_preview_is_used(tmp_path: Path, orientation: int) -> None:
    scene = np.full((640, 960, 3), 0.18)  # grey, unlike the preview
    path = save_dng(tmp_path / "a.dng", scene, orientation=orientation, preview=corners(160, 240))
    small = read_thumbnail(probe(path), 120)
    expected = upright(corners(80, 120), orientation)
    assert small.shape == expected.shape
    for row, column in ((9, 9), (9, -9), (-9, 9), (-9, -9)):
        assert np.abs(small[row, column].astype(int) - expected[row, column]).max() < 25


def test_a_preview_that_is_too_small_is_not_used(tmp_path: Path) -> None:
    path = save_dng(tmp_path / "a.dng", np.full((640, 960, 3), 0.18), preview=corners(160, 240))
    small = read_thumbnail(probe(path), 300)
    assert small.shape == (200, 300, 3)
    assert np.ptp(small[50:150, 50:250]) <= 2


def test_a_preview_with_another_shape_is_not_used(tmp_path: Path) -> None:
    path = save_dng(tmp_path / "a.dng", np.full((640, 960, 3), 0.18), preview=corners(240, 160))
    assert read_thumbnail(probe(path), 120).shape == (80, 120, 3)


def test_a_file_that_disappeared(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners())
    source = probe(path)
    path.unlink()
    with pytest.raises(InputError, match=r"a\.jpg does not exist"):
        read_thumbnail(source, 50)
