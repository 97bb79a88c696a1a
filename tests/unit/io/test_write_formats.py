"""What each format keeps of a picture, and what it cannot hold."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import exifread
import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, JpegImagePlugin

from focusstack_app.core.errors import OutputError
from focusstack_app.core.output import ColourSpace, OutputOptions, Subsampling
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.metadata import exif_for_export
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from tests.unit.io.builders import (
    exif,
    noise8,
    noise16,
    profile_with_curve,
    save_jpeg,
    smooth,
    turned_reference,
    written,
)


@pytest.mark.parametrize("name", ["out.tif", "out.png", "out.jpg", "out.webp"])
@pytest.mark.parametrize("bits", [8, 16])
def test_every_format_keeps_metadata_and_profile(
    tmp_path: Path, name: str, bits: Literal[8, 16]
) -> None:
    path = written(
        tmp_path / name,
        noise16(20, 30),
        source=turned_reference(tmp_path),
        icc_profile=srgb_profile(),
        description="Seven frames",
        options=OutputOptions(bits=bits),
    )
    with Image.open(path) as image:
        image.load()
        assert image.size == (30, 20)
        assert image.info["icc_profile"] == srgb_profile()
        tags = image.getexif()
        assert tags[ExifTags.Base.Make] == "Example"
        assert tags[ExifTags.Base.ImageDescription] == "Seven frames"
        assert tags[ExifTags.Base.Orientation] == 1
        photo = tags.get_ifd(ExifTags.IFD.Exif)
        assert photo[ExifTags.Base.DateTimeOriginal] == "2024:05:06 07:08:09"
        assert float(photo[ExifTags.Base.FNumber]) == 2.8
        assert tags.get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"
        if not name.endswith(".tif"):
            assert photo[ExifTags.Base.ExifImageWidth] == 30
    if not name.endswith(".webp"):
        with path.open("rb") as file:
            read = exifread.process_file(file)
        assert str(read["EXIF ISOSpeedRatings"]) == "200"
        source = probe(path)
        assert source.captured_at == datetime(2024, 5, 6, 7, 8, 9, 250000)
        assert source.size_px == (30, 20)
        assert read_frame(source).icc_profile == srgb_profile()


@pytest.mark.parametrize("name", ["out.tif", "out.png"])
@pytest.mark.parametrize("compress", [True, False])
def test_formats_without_loss_give_back_16_bits_or_the_nearest_8(
    tmp_path: Path, name: str, compress: bool
) -> None:
    pixels = noise16(300, 900)
    for bits in (8, 16):
        options = OutputOptions(bits=bits, compress=compress)
        path = written(tmp_path / name, pixels, options=options)
        frame = read_frame(probe(path))
        assert frame.source.bits == bits
        assert np.array_equal(frame.pixels, pixels if bits == 16 else rounded_to_8(pixels))
        if path.suffix == ".tif":
            assert np.array_equal(tifffile.imread(path), frame.pixels)
            assert (path.stat().st_size > pixels.nbytes * bits / 16) or compress


def test_webp_without_loss(tmp_path: Path) -> None:
    pixels = noise16(40, 50)
    path = written(tmp_path / "out.webp", pixels, options=OutputOptions(lossless=True))
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), rounded_to_8(pixels))


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".JPG", ".webp"])
def test_formats_with_loss_come_close_and_the_quality_counts(tmp_path: Path, suffix: str) -> None:
    pixels = smooth(200, 300)
    deep = pixels.astype(np.uint16) * 257
    best = written(tmp_path / f"best{suffix}", deep, options=OutputOptions(quality=95))
    low = written(tmp_path / f"low{suffix}", deep, options=OutputOptions(quality=30))
    with Image.open(best) as image:
        away = np.abs(np.asarray(image, np.int32) - pixels)
        assert image.format == ("WEBP" if suffix == ".webp" else "JPEG")
    assert away.mean() < 1.0
    assert low.stat().st_size < best.stat().st_size


@pytest.mark.parametrize(
    ("subsampling", "layer"), [(Subsampling.FULL, (1, 1)), (Subsampling.HALF, (2, 2))]
)
def test_jpeg_keeps_colour_as_finely_as_asked(
    tmp_path: Path, subsampling: Subsampling, layer: tuple[int, int]
) -> None:
    options = OutputOptions(subsampling=subsampling)
    path = written(tmp_path / "out.jpg", noise16(20, 30), options=options)
    with Image.open(path) as image:
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        assert image.layer[0][1:3] == layer
        assert image.info["dpi"] == (300, 300)


@pytest.mark.parametrize(
    ("tags", "dpi"),
    [
        ({282: Fraction(240), 283: Fraction(240), 296: 2}, 240),
        ({282: Fraction(100), 283: Fraction(100), 296: 3}, 254),
        ({282: Fraction(0), 296: 2}, 300),
        ({}, 300),
    ],
)
def test_pictures_have_the_resolution_of_the_frame(
    tmp_path: Path, tags: dict[int, Any], dpi: int
) -> None:
    frame = save_jpeg(tmp_path / "a.jpg", noise8(20, 30), exif=exif(image=tags))
    for name in ("out.jpg", "out.png"):
        path = written(tmp_path / name, noise16(20, 30), source=probe(frame))
        with Image.open(path) as image:
            assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


def test_sides_that_a_format_cannot_hold(tmp_path: Path) -> None:
    for name, side in (("out.jpg", 65501), ("out.webp", 16384)):
        with pytest.raises(OutputError, match=f"more than {side - 1} pixels"):
            written(tmp_path / name, np.zeros((1, side, 3), np.uint16))
    assert not list(tmp_path.iterdir())


def test_a_suffix_of_no_format(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no picture format"):
        written(tmp_path / "out.gif", noise16(2, 3))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("space", [ColourSpace.KEPT, ColourSpace.SRGB, ColourSpace.REC2020])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("bits", [8, 16])
def test_jpeg_xl_keeps_colours_and_what_the_reference_says(
    tmp_path: Path, lossless: bool, bits: Literal[8, 16], space: ColourSpace
) -> None:
    green = np.zeros((64, 64, 3), np.uint16)
    green[..., 1] = 40_000
    reference = turned_reference(tmp_path)
    path = written(
        tmp_path / "out.jxl",
        green,
        source=reference,
        icc_profile=adobe_rgb_profile(),
        options=OutputOptions(bits=bits, lossless=lossless, colour_space=space),
    )
    source = probe(path)
    assert (source.size_px, source.bits, source.is_result) == ((64, 64), bits, True)
    for name in ("camera", "captured_at", "exposure_s", "f_number", "iso", "focal_length_mm"):
        assert getattr(source, name) == getattr(reference, name)
    frame = read_frame(source)
    profiles = {ColourSpace.SRGB: srgb_profile(), ColourSpace.REC2020: rec2020_profile()}
    profile = profiles.get(space, adobe_rgb_profile())
    assert frame.icc_profile == profile
    expected = converted(green, adobe_rgb_profile(), profile)[32, 32]
    full = 255 if bits == 8 else 65535
    assert np.abs(frame.pixels[32, 32] / full - expected / 65535).max() < 0.03
    kept = exif_for_export(source, "", "")
    assert any(tag.number == 1 for tag in kept.gps)


@pytest.mark.parametrize("profile", [profile_with_curve(np.linspace(0, 1, 99) ** 2 / 2), None])
def test_jpeg_xl_is_srgb_where_it_cannot_say_the_colours(
    tmp_path: Path, profile: bytes | None
) -> None:
    pixels = np.full((8, 8, 3), (20_000, 30_000, 40_000), np.uint16)
    path = written(
        tmp_path / "a.jxl",
        pixels,
        icc_profile=profile,
        source=turned_reference(tmp_path),
        options=OutputOptions(lossless=True),
    )
    frame = read_frame(probe(path))
    assert frame.icc_profile == srgb_profile()
    expected = pixels if profile is None else converted(pixels, profile, srgb_profile())
    assert np.array_equal(frame.pixels, expected)
    kept = exif_for_export(probe(path), "", "")
    assert any(tag.number == 40961 and tag.data == b"\1\0" for tag in kept.exif)  # sRGB


def test_jpeg_xl_without_loss_is_exact(tmp_path: Path) -> None:
    pixels = noise16(40, 50)
    path = written(tmp_path / "a.jxl", pixels, options=OutputOptions(lossless=True))
    assert np.array_equal(read_frame(probe(path)).pixels, pixels)
