from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.code_points import OF_SRGB, profile_of
from focusstack_app.io.exif_block import exif_block
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.jxl_header import boxes, header_of, metadata_of
from focusstack_app.io.metadata import exif_for_export
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.io.write_jxl import write_jxl
from tests.unit.io.builders import noise8, noise16, smooth

EXIF = exif_block(exif_for_export(None, "a program", "a picture"), 31, 23)


def _write(path: Path, pixels: Any, **options: Any) -> Path:
    usual: dict[str, Any] = {
        "icc_profile": srgb_profile(),
        "xmp": b"",
        "quality": 95,
        "lossless": False,
    }
    write_jxl(path, pixels, EXIF, **(usual | options))
    return path


@pytest.mark.parametrize("deep", [False, True])
def test_without_loss_it_is_exact_and_srgb(tmp_path: Path, deep: bool) -> None:
    picture: Any = noise16(23, 31) if deep else noise8(23, 31)
    path = _write(tmp_path / "a.jxl", picture, lossless=True)
    frame = read_frame(probe(path))
    assert frame.pixels.dtype == picture.dtype
    assert np.array_equal(frame.pixels, picture)
    assert frame.colour_space == "sRGB"


@pytest.mark.parametrize("deep", [False, True])
def test_with_loss_it_comes_close_and_the_quality_counts(tmp_path: Path, deep: bool) -> None:
    picture: Any = smooth(200, 300).astype(np.uint16) * 257 if deep else smooth(200, 300)
    picture[:60] //= 16  # dark parts too
    white = 65535 if deep else 255
    sizes, errors = [], []
    for quality in (20, 60, 90, 100):
        path = _write(tmp_path / f"{quality}.jxl", picture, quality=quality)
        frame = read_frame(probe(path))
        assert (frame.pixels.dtype, frame.colour_space) == (picture.dtype, "sRGB")
        errors.append(np.abs(frame.pixels / white - picture / white).mean())
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)
    assert errors[-2] < 0.003
    assert np.abs(frame.pixels[:60] / white - picture[:60] / white).max() < 0.01


def test_16_bits_are_finer_than_8(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.linspace(20_000, 21_000, 256)[None, :, None], (64, 256, 3))
    picture = np.rint(ramp).astype(np.uint16)
    frame = read_frame(probe(_write(tmp_path / "a.jxl", picture, quality=100)))
    assert len(np.unique(frame.pixels[32, :, 1])) > 100
    assert np.abs(frame.pixels.astype(int) - picture).mean() < 60


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("deep", [False, True])
def test_metadata_stand_before_the_pixels(tmp_path: Path, lossless: bool, deep: bool) -> None:
    picture: Any = noise16(23, 31) if deep else noise8(23, 31)
    path = tmp_path / "a.jxl"
    _write(path, picture, xmp=b"<x/>", quality=90, lossless=lossless)
    file = io.BytesIO(path.read_bytes())
    kinds = [kind for kind, _ in boxes(file)]
    assert kinds[0] == b"ftyp"
    assert kinds[-3:] == [b"Exif", b"xml ", b"jxlc"]
    assert metadata_of(file, b"Exif") == bytes(4) + EXIF
    assert metadata_of(file, b"xml ") == b"<x/>"
    header = header_of(file)
    assert (header.bits, header.colours.transfer) == (16 if deep else 8, OF_SRGB)


@pytest.mark.parametrize("profile", [adobe_rgb_profile(), rec2020_profile(), profile_of(12, 13)])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("deep", [False, True])
def test_colours_that_srgb_has_not_are_kept(
    tmp_path: Path, profile: bytes, lossless: bool, deep: bool
) -> None:
    picture = np.zeros((64, 96, 3), np.uint16)
    for number, colour in enumerate([(0, 60000, 0), (60000, 0, 0), (0, 0, 60000)]):
        picture[:, 32 * number : 32 * number + 32] = colour
    assert converted(picture, profile, srgb_profile())[5, 5, 0] == 0  # cut off there
    stored = picture if deep else rounded_to_8(picture)
    path = _write(tmp_path / "a.jxl", stored, icc_profile=profile, lossless=lossless)
    frame = read_frame(probe(path))
    assert frame.icc_profile == profile
    if lossless:
        assert np.array_equal(frame.pixels, stored)
    seen = frame.pixels[32, 16::32] / (65535 if deep else 255)
    light = seen**2.2 - (picture[32, 16::32] / 65535) ** 2.2
    assert np.abs(light).max() < 0.02


def test_a_profile_that_cannot_be_said_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot say"):
        _write(tmp_path / "a.jxl", noise8(8, 8), icc_profile=b"")
    assert not list(tmp_path.iterdir())
