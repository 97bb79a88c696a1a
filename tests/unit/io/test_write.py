from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import exifread
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import ExifTags, Image

import focusstack_app
from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.message import Message
from focusstack_app.core.output import Carried, ColourSpace, FileFormat, OutputOptions
from focusstack_app.io.icc import adobe_rgb_profile, converted, rec2020_profile, srgb_profile
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.io.write import check_side, write_map
from tests.unit.io.builders import (
    noise8,
    noise16,
    save_dng,
    turned_reference,
    written,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    arrays.arrays(
        np.uint16,
        st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
        elements=st.integers(0, 65535),
    )
)
def test_any_picture_comes_back(tmp_path: Path, pixels: NDArray[np.uint16]) -> None:
    path = written(tmp_path / "out.tif", pixels)
    frame = read_frame(probe(path))
    assert frame.pixels.dtype == np.uint16
    assert np.array_equal(frame.pixels, pixels)
    assert np.array_equal(tifffile.imread(path), pixels)


def test_many_strips(tmp_path: Path) -> None:
    pixels = noise16(700, 900)
    path = written(tmp_path / "out.tif", pixels)
    with tifffile.TiffFile(path) as tif:
        page = tif.pages.first
        assert len(page.dataoffsets) == 4
        assert np.array_equal(page.asarray(), pixels)
        assert page.compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert page.predictor == tifffile.PREDICTOR.HORIZONTAL


def test_wide_rows_and_views(tmp_path: Path) -> None:
    wide = noise16(2, 200_000)
    assert np.array_equal(tifffile.imread(written(tmp_path / "wide.tif", wide)), wide)
    view = noise16(30, 40)[::-1, ::2]
    assert np.array_equal(tifffile.imread(written(tmp_path / "view.tif", view)), view)


def test_smooth_pictures_become_small(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 1000).astype(np.uint16)
    pixels = np.broadcast_to(ramp[np.newaxis, :, np.newaxis], (400, 1000, 3))
    path = written(tmp_path / "out.tif", pixels)
    assert path.stat().st_size < pixels.nbytes / 20


def test_metadata_by_three_readers(tmp_path: Path) -> None:
    path = written(
        tmp_path / "out.tif",
        noise16(20, 30),
        source=turned_reference(tmp_path),
        icc_profile=srgb_profile(),
        description="Seven frames",
    )
    software = f"focusstack_app {focusstack_app.__version__}"

    with Image.open(path) as image:
        tags = image.getexif()
        assert image.size == (30, 20)
        assert image.info["icc_profile"] == srgb_profile()
        assert tags[ExifTags.Base.Make] == "Example"
        assert tags[ExifTags.Base.Software] == software
        assert tags[ExifTags.Base.ImageDescription] == "Seven frames"
        assert tags[ExifTags.Base.Orientation] == 1
        photo = tags.get_ifd(ExifTags.IFD.Exif)
        assert photo[ExifTags.Base.DateTimeOriginal] == "2024:05:06 07:08:09"
        assert float(photo[ExifTags.Base.ExposureTime]) == pytest.approx(1 / 250)
        assert float(photo[ExifTags.Base.ExposureBiasValue]) == pytest.approx(-2 / 3)
        place = tags.get_ifd(ExifTags.IFD.GPSInfo)
        assert tuple(float(part) for part in place[2]) == (48, 8, 14)

    with path.open("rb") as file:
        read = exifread.process_file(file)
    assert str(read["EXIF FNumber"]) == "14/5"
    assert str(read["EXIF SubSecTimeOriginal"]) == "25"
    assert str(read["Image Model"]) == "One"
    assert str(read["GPS GPSLatitudeRef"]) == "N"

    with tifffile.TiffFile(path) as tif:
        page = tif.pages.first
        assert page.photometric == tifffile.PHOTOMETRIC.RGB
        assert page.bitspersample == 16
        assert page.software == software
        assert page.iccprofile == srgb_profile()
        assert page.tags["ExifTag"].value["ISOSpeedRatings"] == 200
        assert page.tags["ExifTag"].value["FocalLength"] == (100, 1)

    source = probe(path)
    assert source.captured_at == datetime(2024, 5, 6, 7, 8, 9, 250000)
    assert source.size_px == (30, 20)  # upright, though the reference was turned
    assert read_frame(source).icc_profile == srgb_profile()


def test_metadata_of_a_raw_reference(tmp_path: Path) -> None:
    tags = (
        (306, "s", 0, "2024:05:06 07:08:09", True),
        (33434, "2I", 1, (1, 60), True),
        (33437, "2I", 1, (28, 10), True),
        (34855, "H", 1, 400, True),
        (37386, "2I", 1, (60, 1), True),
    )
    raw = save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2), orientation=6, tags=tags)
    path = written(tmp_path / "out.tif", noise16(96, 64), source=probe(raw))
    found = probe(path)
    assert found.size_px == (64, 96)
    assert found.captured_at == datetime(2024, 5, 6, 7, 8, 9)
    assert found.exposure_s == pytest.approx(1 / 60)
    assert found.f_number == pytest.approx(2.8)
    assert found.iso == 400
    assert found.focal_length_mm == 60
    assert found.camera == "Example Bayer One"
    with Image.open(path) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ColorSpace] == 1


def test_a_reference_that_is_gone_costs_no_picture(tmp_path: Path) -> None:
    source = FrameSource(tmp_path / "gone.jpg", "jpeg", 30, 20, 8, iso=100, camera="Example One")
    found = probe(written(tmp_path / "out.tif", noise16(20, 30), source=source))
    assert found.iso == 100
    assert found.camera == "Example One"


def test_beyond_4_gb_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    huge = np.broadcast_to(np.zeros((1, 1, 3), np.uint16), (30_000, 30_000, 3))
    with pytest.raises(OutputError, match="larger than 4 GB"):
        written(tmp_path / "out.tif", huge)
    assert not list(tmp_path.iterdir())


def test_a_side_that_is_too_long_is_refused_with_a_way_out() -> None:
    check_side(FileFormat.WEBP, 16383)
    with pytest.raises(OutputError, match="which WebP cannot hold") as caught:
        check_side(FileFormat.WEBP, 16384)
    assert isinstance(caught.value.hint, Message)  # which the window can translate


@pytest.mark.parametrize("pixels", [noise8(2, 3), noise16(2, 3)[:, :, :2], noise16(2, 3)[:, :0]])
def test_only_16_bit_rgb(tmp_path: Path, pixels: Any) -> None:
    with pytest.raises(ValueError, match="uint16"):
        written(tmp_path / "out.tif", pixels)
    assert not list(tmp_path.iterdir())


def test_no_thread_is_left(tmp_path: Path) -> None:
    before = threading.active_count()
    written(tmp_path / "out.tif", noise16(300, 900))
    assert threading.active_count() == before


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
@pytest.mark.parametrize("kind", ["grey8", "grey16", "colour8"])
def test_maps_come_back(tmp_path: Path, suffix: str, kind: str) -> None:
    pixels: Any = {
        "grey8": noise8(20, 30)[:, :, 0],
        "grey16": noise16(20, 30)[:, :, 0],
        "colour8": noise8(20, 30),
    }[kind]
    path = tmp_path / f"map{suffix}"
    write_map(path, pixels)
    back = tifffile.imread(path) if suffix != ".png" else np.asarray(Image.open(path))
    assert back.dtype == pixels.dtype
    assert np.array_equal(back, pixels)
    frame = read_frame(probe(path))
    assert np.array_equal(frame.pixels[:, :, 0], pixels if pixels.ndim == 2 else pixels[:, :, 0])


def test_maps_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="PNG or TIFF"):
        write_map(tmp_path / "map.jpg", noise8(2, 3))
    with pytest.raises(ValueError, match="not a map"):
        write_map(tmp_path / "map.png", noise16(2, 3))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.tif", "out.jpg"])
def test_a_file_says_what_it_was_converted_to(tmp_path: Path, name: str) -> None:
    pixels = np.zeros((20, 30, 3), np.uint16)
    pixels[..., 1] = 65535
    options = OutputOptions(colour_space=ColourSpace.ADOBE_RGB)
    path = written(
        tmp_path / name,
        pixels,
        source=turned_reference(tmp_path),
        icc_profile=srgb_profile(),
        options=options,
    )
    frame = read_frame(probe(path))
    assert frame.icc_profile == adobe_rgb_profile()
    red, green, blue = frame.pixels[10, 10] / (255 if frame.pixels.dtype == np.uint8 else 65535)
    # The green of sRGB in Adobe RGB (1998).
    assert (red, green, blue) == pytest.approx((0.565, 1.0, 0.234), abs=0.02)
    with Image.open(path) as image:
        photo = image.getexif().get_ifd(ExifTags.IFD.Exif)
        assert photo[ExifTags.Base.ColorSpace] == 0xFFFF
    again = written(
        tmp_path / f"srgb-{name}",
        pixels,
        source=turned_reference(tmp_path),
        icc_profile=None,
        options=OutputOptions(colour_space=ColourSpace.SRGB),
    )
    assert read_frame(probe(again)).icc_profile == srgb_profile()


@pytest.mark.parametrize("name", ["out.tif", "out.png", "out.jpg", "out.webp"])
def test_a_file_tells_no_more_than_it_may(tmp_path: Path, name: str) -> None:
    for carried, camera, place in (
        (Carried.ALL, True, True), (Carried.NO_PLACE, True, False), (Carried.NONE, False, False),
    ):  # fmt: skip
        path = written(
            tmp_path / f"{carried}-{name}",
            noise16(20, 30),
            source=turned_reference(tmp_path),
            icc_profile=srgb_profile(),
            description="Seven frames",
            options=OutputOptions(metadata=carried),
        )
        with Image.open(path) as image:
            tags = image.getexif()
            assert (ExifTags.Base.Make in tags) == camera
            assert bool(tags.get_ifd(ExifTags.IFD.GPSInfo)) == place
            assert tags[ExifTags.Base.ImageDescription] == "Seven frames"
            assert "focusstack_app" in tags[ExifTags.Base.Software]
            assert image.info["icc_profile"] == srgb_profile()


@pytest.mark.parametrize("metadata", [Carried.ALL, Carried.NONE])
def test_of_raw_a_file_is_in_srgb_unless_more_is_asked_for(
    tmp_path: Path, metadata: Carried
) -> None:
    tags = ((33434, "2I", 1, (1, 60), True),)
    raw = probe(save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2), tags=tags))
    wide, kept, pixels = rec2020_profile(), ColourSpace.KEPT, noise16(300, 40)
    for space, profile in (
        (kept, srgb_profile()),
        (ColourSpace.SRGB, srgb_profile()),
        (ColourSpace.ADOBE_RGB, adobe_rgb_profile()),
        (ColourSpace.REC2020, wide),
    ):
        options = OutputOptions(colour_space=space, metadata=metadata)
        path = tmp_path / f"{space}.tif"
        written(path, pixels, source=raw, icc_profile=wide, options=options)
        frame = read_frame(probe(path))
        assert frame.icc_profile == profile
        expected = pixels if profile == wide else converted(pixels, wide, profile)
        assert np.array_equal(frame.pixels, expected)
        if metadata is Carried.ALL:
            with path.open("rb") as file:
                named = exifread.process_file(file)["EXIF ColorSpace"].values
            assert named == [1 if profile == srgb_profile() else 0xFFFF]
    # A TIFF in the wide space keeps it.
    written(tmp_path / "again.tif", pixels, source=probe(path), icc_profile=wide)
    assert read_frame(probe(tmp_path / "again.tif")).icc_profile == wide


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp", "a.jxl"])
def test_writing_stops_when_it_is_told_to(tmp_path: Path, name: str) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        written(tmp_path / name, noise16(900, 900), checkpoint=stop)
