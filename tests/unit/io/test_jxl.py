from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest

from focusstack_app.core.errors import InputError
from focusstack_app.core.srgb import encoded
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    profile_name,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.probe import list_images, probe
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.thumbnail import read_thumbnail
from tests.unit.io import jxl_files
from tests.unit.io.builders import noise8, noise16, smooth


def _saved(path: Path, data: bytes | bytearray) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_8_bits_are_exact(tmp_path: Path, channels: int) -> None:
    picture = np.dstack([noise8(23, 31), noise8(23, 31, seed=1)])[:, :, :channels]
    path = _saved(tmp_path / "a.jxl", imagecodecs.jpegxl_encode(picture, lossless=True))
    source = probe(path)
    assert (source.kind, source.bits, source.size_px) == ("jxl", 8, (31, 23))
    frame = read_frame(source)
    colours = picture[:, :, :3] if channels > 2 else picture[:, :, :1]
    assert np.array_equal(frame.pixels, np.broadcast_to(colours, (23, 31, 3)))
    assert (frame.colour_space, frame.icc_profile) == ("sRGB", srgb_profile())
    assert list_images(tmp_path) == [path]


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_deep_pictures_reach_white(tmp_path: Path, bits: int) -> None:
    picture = noise16(23, 31) >> (16 - bits)
    picture.flat[:2] = 0, (1 << bits) - 1
    data = imagecodecs.jpegxl_encode(picture, lossless=True, bitspersample=bits)
    source = probe(_saved(tmp_path / "a.jxl", data))
    assert source.bits == 16
    expected = picture / ((1 << bits) - 1) * 65535
    assert np.abs(read_frame(source).pixels - expected).max() <= 0.51


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_linear_floating_point_is_encoded(tmp_path: Path, kind: Any) -> None:
    light = (np.random.default_rng(0).random((23, 31, 3)) * 0.9 + 0.05).astype(kind)
    light[0, 0] = 1.5
    path = _saved(tmp_path / "a.jxl", imagecodecs.jpegxl_encode(light, lossless=True))
    frame = read_frame(probe(path))
    assert np.abs(frame.pixels - 65535 * encoded(light.astype(np.float64))).max() < 3
    assert frame.icc_profile == srgb_profile()


def test_a_picture_with_loss_comes_close(tmp_path: Path) -> None:
    picture = smooth(64, 80)
    path = _saved(tmp_path / "a.jxl", imagecodecs.jpegxl_encode(picture, distance=1.0))
    assert np.abs(read_frame(probe(path)).pixels.astype(int) - picture).mean() < 2
    assert read_proxy(probe(path), 20).pixels.shape == (16, 20, 3)


def test_known_primaries_have_their_name(tmp_path: Path) -> None:
    frame = read_frame(probe(_saved(tmp_path / "a.jxl", jxl_files.DISPLAY_P3)))
    assert frame.colour_space == "Display P3"
    assert np.array_equal(frame.pixels, jxl_files.PICTURE)
    assert frame.icc_profile is not None
    deep = np.array([[[65535, 0, 0], [30000, 30000, 30000]]], np.uint16)
    seen = converted(deep, frame.icc_profile, rec2020_profile())
    # Of P3's red 75 % of the light is Rec. 2020's red, 5 % its green, and none its blue.
    light = [0.7538, 0.0457, -0.0012]
    assert np.abs(seen[0, 0] / 65535 - encoded(np.array(light))).max() < 0.01
    assert np.abs(seen[0, 1].astype(int) - 30000).max() < 60


@pytest.mark.parametrize(
    ("data", "name"),
    [(jxl_files.CUSTOM, "Custom RGB"), (jxl_files.GAMMA, "Custom RGB, gamma 2.20")],
)
def test_other_colours_are_told_by_a_profile(tmp_path: Path, data: bytes, name: str) -> None:
    frame = read_frame(probe(_saved(tmp_path / "a.jxl", data)))
    assert frame.icc_profile is not None
    assert profile_name(frame.icc_profile) == name
    assert np.abs(frame.pixels.astype(int) - jxl_files.PICTURE).mean() < 8


def test_a_turned_picture_is_upright_and_keeps_its_exif(tmp_path: Path) -> None:
    source = probe(_saved(tmp_path / "a.jxl", jxl_files.TURNED))
    assert (source.size_px, source.orientation, source.camera) == ((8, 12), 6, "Maker")
    upright = np.rot90(jxl_files.PICTURE, -1)
    assert np.abs(read_frame(source).pixels.astype(int) - upright).mean() < 8
    assert read_thumbnail(source, 12).shape == (12, 8, 3)


def test_the_profile_of_a_jpeg_that_became_jpeg_xl_is_found_in_the_jpeg(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.jxl", jxl_files.FROM_JPEG_IN_ADOBE_RGB)
    source = probe(path)
    assert (source.size_px, source.bits, source.orientation) == ((8, 12), 8, 6)
    assert source.camera == "Maker"
    frame = read_frame(source)
    assert frame.icc_profile == adobe_rgb_profile()
    upright = np.rot90(jxl_files.PICTURE, -1)
    assert np.abs(frame.pixels.astype(int) - upright).mean() < 8
    assert read_thumbnail(source, 12).shape == (12, 8, 3)
    for kept in (0.2, 0.5, 0.8, 0.99):
        path.write_bytes(jxl_files.FROM_JPEG_IN_ADOBE_RGB[: int(kept * len(path.read_bytes()))])
        with pytest.raises(InputError):
            read_frame(source)
        path.write_bytes(jxl_files.FROM_JPEG_IN_ADOBE_RGB)


def test_of_an_animation_the_first_picture_counts(tmp_path: Path) -> None:
    frame = read_frame(probe(_saved(tmp_path / "a.jxl", jxl_files.ANIMATED)))
    assert np.array_equal(frame.pixels, jxl_files.PICTURE)


@pytest.mark.parametrize(
    ("data", "said"),
    [(jxl_files.PQ, r"HDR picture \(PQ\)"), (jxl_files.ADOBE_RGB_AS_ICC, "with an ICC profile")],
)
def test_colours_that_cannot_be_told_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        probe(_saved(tmp_path / "a.jxl", data))
    assert error.value.hint


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("kept", [0.0005, 0.3, 0.7, 0.97])
def test_a_file_that_is_cut_off(tmp_path: Path, lossless: bool, deep: bool, kept: float) -> None:
    picture: Any = noise16(60, 80) if deep else noise8(60, 80)
    data = bytes(imagecodecs.jpegxl_encode(picture, lossless=lossless))
    path = _saved(tmp_path / "a.jxl", data[: max(3, int(kept * len(data)))])
    with pytest.raises(InputError, match=r"a\.jxl is (damaged or cut off|no picture)"):
        read_frame(probe(path))


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    # Not small, a height of 30 bits, the aspect 2:1, everything else as usual.
    bits = 3 << 1 | 59_999 << 3 | 7 << 33 | 1 << 36
    path = _saved(tmp_path / "a.jxl", b"\xff\x0a" + bits.to_bytes(40, "little"))
    with pytest.raises(InputError, match="120000 x 60000"):
        probe(path)
