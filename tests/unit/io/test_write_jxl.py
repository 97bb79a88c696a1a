from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focusstack_app.io.code_points import OF_SRGB
from focusstack_app.io.exif_block import exif_block
from focusstack_app.io.jxl_header import boxes, header_of, metadata_of
from focusstack_app.io.metadata import exif_for_export
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.io.write_jxl import write_jxl
from tests.unit.io.builders import noise8, noise16, smooth

EXIF = exif_block(exif_for_export(None, "a program", "a picture"), 31, 23)


def _write(path: Path, pixels: Any, **options: Any) -> Path:
    write_jxl(path, pixels, EXIF, b"", **({"quality": 95, "lossless": False} | options))
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
    write_jxl(path, picture, EXIF, b"<x/>", quality=90, lossless=lossless)
    file = io.BytesIO(path.read_bytes())
    kinds = [kind for kind, _ in boxes(file)]
    assert kinds[0] == b"ftyp"
    assert kinds[-3:] == [b"Exif", b"xml ", b"jxlc"]
    assert metadata_of(file, b"Exif") == bytes(4) + EXIF
    assert metadata_of(file, b"xml ") == b"<x/>"
    header = header_of(file)
    assert (header.bits, header.colours.transfer) == (16 if deep else 8, OF_SRGB)
