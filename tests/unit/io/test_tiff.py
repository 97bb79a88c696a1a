from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.core.srgb import encoded
from focusstack_app.io.icc import srgb_profile
from focusstack_app.io.probe import probe, probe_frames
from focusstack_app.io.read import read_frame, read_proxy
from tests.unit.io.builders import (
    STORED_FOR_UPRIGHT,
    corners,
    noise8,
    noise16,
    smooth,
)


@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits", "zstd"])
@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("predictor", [False, True])
def test_compressions_are_exact(
    tmp_path: Path, compression: str | None, deep: bool, predictor: bool
) -> None:
    path = tmp_path / "a.tif"
    picture: Any = noise16(23, 31) if deep else noise8(23, 31)
    tifffile.imwrite(
        path,
        picture,
        photometric="rgb",
        compression=compression,
        predictor=predictor if compression else None,
        rowsperstrip=5,
    )
    frame = read_frame(probe(path))
    assert frame.pixels.dtype == picture.dtype
    assert np.array_equal(frame.pixels, picture)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("options", [{}, {"tile": (16, 16)}, {"bigtiff": True}])
def test_layouts_are_exact(tmp_path: Path, byteorder: Any, options: dict[str, Any]) -> None:
    path, picture = tmp_path / "a.tif", noise16(40, 50)
    tifffile.imwrite(path, picture, photometric="rgb", byteorder=byteorder, **options)
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_planar(tmp_path: Path, compression: str | None) -> None:
    path, picture = tmp_path / "a.tif", noise16(23, 31)
    planes = np.ascontiguousarray(np.moveaxis(picture, 2, 0))
    tifffile.imwrite(
        path, planes, photometric="rgb", planarconfig="separate", compression=compression
    )
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


def test_alpha_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    rgba = np.dstack([noise16(9, 11), noise16(9, 11, seed=1)[:, :, 0]])
    tifffile.imwrite(path, rgba, photometric="rgb", extrasamples=["unassalpha"])
    assert np.array_equal(read_frame(probe(path)).pixels, rgba[:, :, :3])


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_grey(tmp_path: Path, deep: bool, photometric: str) -> None:
    path = tmp_path / "a.tif"
    grey: Any = (noise16(9, 11) if deep else noise8(9, 11))[:, :, 0]
    tifffile.imwrite(path, grey, photometric=photometric)
    expected = np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    if photometric == "miniswhite":
        expected = np.iinfo(grey.dtype).max - expected
    assert np.array_equal(read_frame(probe(path)).pixels, expected)


def test_further_pages_are_ignored(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.tif", noise16(9, 11)
    with tifffile.TiffWriter(path) as tif:
        tif.write(picture, photometric="rgb")
        tif.write(noise8(3, 4), photometric="rgb")
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


@pytest.mark.parametrize("mode", ["P", "1", "CMYK"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_kinds_that_pillow_reads(tmp_path: Path, mode: str, orientation: int) -> None:
    path = tmp_path / "a.tif"
    image = Image.fromarray(corners()).convert(mode)
    image.save(path, tiffinfo={274: orientation})
    expected = np.asarray(image.convert("RGB"))
    if orientation == 6:
        expected = np.rot90(expected, -1)
    source = probe(path)
    assert source.size_px == (expected.shape[1], expected.shape[0])
    assert np.array_equal(read_frame(source).pixels, expected)


def test_jpeg_in_tiff(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.tif", smooth(64, 80)
    tifffile.imwrite(path, picture, photometric="rgb", compression="jpeg")
    assert np.abs(read_frame(probe(path)).pixels.astype(int) - picture).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("deep", [False, True])
def test_orientation_is_applied_once(tmp_path: Path, orientation: int, deep: bool) -> None:
    path = tmp_path / "a.tif"
    picture = corners() if not deep else corners().astype(np.uint16) * 257
    stored = _turned(picture, STORED_FOR_UPRIGHT[orientation])
    tifffile.imwrite(
        path, stored, photometric="rgb", extratags=[(274, "H", 1, orientation, True)], metadata=None
    )
    source = probe(path)
    assert source.size_px == (48, 32)
    assert np.array_equal(read_frame(source).pixels, picture)
    assert read_proxy(source, 24).pixels.shape == (16, 24, 3)


def _turned(picture: Any, orientation: int) -> Any:
    """By Pillow, as a second opinion."""
    method = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }[orientation]
    if method is None:
        return picture
    planes = [Image.fromarray(np.ascontiguousarray(picture[:, :, k])) for k in range(3)]
    return np.dstack([np.asarray(plane.transpose(method)) for plane in planes])


def test_the_profile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(4, 5), photometric="rgb", iccprofile=srgb_profile())
    frame = read_frame(probe(path))
    assert frame.icc_profile == srgb_profile()
    assert frame.colour_space == "sRGB"


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_a_tail_lost_after_probing(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(40, 50), photometric="rgb", compression=compression)
    source = probe(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match=r"a\.tif is damaged or cut off"):
        read_frame(source)


def test_damaged_deflate_data(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(40, 50), photometric="rgb", compression="zlib")
    source = probe(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.tif is damaged"):
        read_frame(source)


def test_a_picture_with_holes_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(40, 50), photometric="rgb", compression="zlib", rowsperstrip=10)
    with tifffile.TiffFile(path, mode="r+") as tif:
        counts = tif.pages.first.tags["StripByteCounts"]
        counts.overwrite((*counts.value[:-1], 0))
    with pytest.raises(InputError, match="damaged or cut off"):
        probe(path)


def test_one_row_and_one_column(tmp_path: Path) -> None:
    for height, width in ((1, 1), (1, 7), (7, 1)):
        path, picture = tmp_path / "a.tif", noise16(height, width)
        tifffile.imwrite(path, picture, photometric="rgb")
        assert np.array_equal(read_frame(probe(path)).pixels, picture)


@pytest.mark.parametrize("said", [True, False])
def test_a_thumbnail_before_the_picture_is_passed_over(tmp_path: Path, said: bool) -> None:
    path, picture = tmp_path / "a.tif", noise16(40, 60)
    with tifffile.TiffWriter(path) as writer:
        writer.write(picture[::4, ::4], photometric="rgb", subfiletype=1 if said else 0)
        writer.write(picture, photometric="rgb", subfiletype=0)
    source = probe(path)
    assert source.size_px == (60, 40)
    assert np.array_equal(read_frame(source).pixels, picture)


def test_a_thumbnail_before_a_palette_picture_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    picture = Image.fromarray(corners()).quantize(4)
    small = picture.resize((12, 8))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    small.save(path, save_all=True, append_images=[picture], tiffinfo={254: 1})
    with tifffile.TiffFile(path, mode="r+") as tif:
        second = tif.pages[1]
        assert isinstance(second, tifffile.TiffPage)
        second.tags[254].overwrite(0)
    source = probe(path)
    assert source.size_px == (48, 32)
    assert np.array_equal(read_frame(source).pixels, np.asarray(picture.convert("RGB")))


def test_a_thumbnail_behind_the_picture_does_not_matter(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.tif", noise8(40, 60)
    with tifffile.TiffWriter(path) as writer:
        writer.write(picture, photometric="rgb")
        writer.write(picture[::4, ::4], photometric="rgb")
        writer.write(picture[..., 0] > 99, photometric="minisblack", subfiletype=4)  # a mask
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


def test_three_channels_that_are_no_colours_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise8(16, 24), photometric="minisblack", planarconfig="contig")
    with pytest.raises(InputError, match="not supported"):
        probe(path)


def test_a_damaged_second_directory_does_not_matter(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.tif", noise8(16, 24)
    tifffile.imwrite(path, picture, photometric="rgb")
    with tifffile.TiffFile(path) as tif:
        page = tif.pages.first
        next_at = page.offset + 2 + 12 * len(page.tags)
    data = bytearray(path.read_bytes())
    data[next_at : next_at + 4] = (7).to_bytes(4, "little")
    path.write_bytes(data)
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zlib", "predictor": True}, {"tile": (16, 16)}, {"byteorder": ">"}],
)
def test_floating_point(tmp_path: Path, kind: Any, channels: int, options: dict[str, Any]) -> None:
    path = tmp_path / "a.tif"
    light = np.random.default_rng(0).random((40, 50, channels)).astype(kind)
    said = {1: "minisblack", 3: "rgb", 4: "rgb"}[channels]
    extra: Any = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    tifffile.imwrite(path, light.squeeze(), photometric=said, **options, **extra)
    source = probe(path)
    assert source.bits == 16
    frame = read_frame(source)
    seen = np.broadcast_to(light[:, :, :3], (40, 50, 3)).astype(np.float64)
    assert np.abs(frame.pixels - 65535 * encoded(seen)).max() < 0.6
    assert (frame.colour_space, frame.icc_profile) == ("sRGB", srgb_profile())


def test_floating_point_of_imagej_as_it_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    counts = np.random.default_rng(0).uniform(300, 4095, (3, 20, 30)).astype(np.float32)
    facts: Any = {"axes": "ZYX", "min": 200.0, "max": 4200.0}
    tifffile.imwrite(path, counts, imagej=True, metadata=facts)
    for source, stored in zip(probe_frames(path), counts, strict=True):
        shown = np.rint((stored - 200) / 4000 * 65535)
        assert np.abs(read_frame(source).pixels[:, :, 1] - shown).max() <= 1


def test_16_bits_of_imagej_as_it_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    counts = np.random.default_rng(0).integers(100, 4096, (3, 20, 30), np.uint16)
    facts: Any = {"axes": "ZYX", "min": 200.0, "max": 4000.0}
    tifffile.imwrite(path, counts, imagej=True, metadata=facts)
    for source, stored in zip(probe_frames(path), counts, strict=True):
        shown = np.rint(np.clip((stored - 200.0) / 3800, 0, 1) * 65535)
        assert np.array_equal(read_frame(source).pixels[:, :, 1], shown)


@pytest.mark.parametrize("said", [{}, {"min": -5, "max": 100}, {"min": 9, "max": 9}, {"min": 5}])
def test_16_bits_of_imagej_without_a_range_stay_what_they_are(tmp_path: Path, said: Any) -> None:
    path = tmp_path / "a.tif"
    counts = np.random.default_rng(0).integers(0, 65536, (20, 30), np.uint16)
    tifffile.imwrite(path, counts, imagej=True, metadata=said)
    assert np.array_equal(read_frame(probe(path)).pixels[:, :, 0], counts)


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1e-50), (0, 1e308), (-1e300, 1e300), ("nan", 1), (0, "inf"), (1, 0)]
)
def test_a_range_of_imagej_that_makes_no_sense_says_nothing(
    tmp_path: Path, low: Any, high: Any
) -> None:
    path = tmp_path / "a.tif"
    light = np.random.default_rng(0).random((20, 30), np.float32)
    tifffile.imwrite(path, light, imagej=True, metadata={"min": low, "max": high})
    shown = 65535 * encoded(light.astype(np.float64))
    assert np.abs(read_frame(probe(path)).pixels[:, :, 0] - shown).max() < 0.6


@pytest.mark.parametrize("bits", [4, 10, 12, 14])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite", "rgb"])
def test_packed_samples(tmp_path: Path, bits: int, photometric: str) -> None:
    path = tmp_path / "a.tif"
    shape = (31, 40, 3) if photometric == "rgb" else (31, 40)
    kind = np.uint8 if bits < 8 else np.uint16
    stored: Any = np.random.default_rng(0).integers(0, 1 << bits, shape).astype(kind)
    stored.flat[:2] = 0, (1 << bits) - 1
    options: Any = {"bitspersample": bits, "photometric": photometric}
    tifffile.imwrite(path, stored, **options)
    assert path.stat().st_size < stored.size * 2 * bits / 16 + 1000
    source = probe(path)
    assert source.bits == (8 if bits < 8 else 16)
    white = 255 if bits < 8 else 65535
    expected = stored / ((1 << bits) - 1)
    if photometric == "miniswhite":
        expected = 1 - expected
    pixels = read_frame(source).pixels
    assert np.abs(pixels - white * expected.reshape(31, 40, -1)).max() <= 0.51


def test_jpeg_of_12_bits_in_tiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    picture = (smooth(64, 80).astype(np.uint16) * 4095) // 255
    tifffile.imwrite(path, picture, photometric="rgb", compression="jpeg")
    assert np.abs(read_frame(probe(path)).pixels / 65535 - picture / 4095).mean() < 0.01


@pytest.mark.parametrize(("said", "name"), [("separated", "CMYK"), ("cielab", "Lab")])
def test_other_colours_with_16_bits_are_refused(tmp_path: Path, said: str, name: str) -> None:
    path, channels = tmp_path / "a.tif", 4 if said == "separated" else 3
    tifffile.imwrite(path, np.zeros((9, 11, channels), np.uint16), photometric=said)
    with pytest.raises(InputError, match=rf"a\.tif is a {name} picture") as error:
        probe(path)
    assert error.value.hint == "Save it as RGB."


def test_12_bits_in_16_reach_white_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    stored = noise16(31, 40) >> 4
    stored.flat[:3] = 0, 4095, 5000  # the last is more than there can be
    said: Any = {"axes": "YXS", "SignificantBits": 12}
    tifffile.imwrite(path, stored, photometric="rgb", ome=True, metadata=said)
    pixels = read_frame(probe(path)).pixels
    assert np.abs(pixels - np.minimum(stored / 4095, 1) * 65535).max() <= 0.51


@pytest.mark.parametrize("bits", [0, 1, 8, 16, 999])
def test_bits_that_make_no_sense_say_nothing(tmp_path: Path, bits: int) -> None:
    path, stored = tmp_path / "a.ome.tif", noise16(31, 40) >> 4
    said: Any = {"axes": "YXS", "SignificantBits": bits}
    tifffile.imwrite(path, stored, photometric="rgb", ome=True, metadata=said)
    assert np.array_equal(read_frame(probe(path)).pixels, stored)
