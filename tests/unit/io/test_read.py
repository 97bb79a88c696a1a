from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.io.icc import adobe_rgb_profile, rgb_profile, srgb_profile
from focusstack_app.io.orientation import turn_between, upright, upright_size
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame, read_proxy
from tests.unit.io.builders import (
    STORED_FOR_UPRIGHT,
    corners,
    exif,
    noise8,
    save_jpeg,
    smooth,
)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_all_orientations(tmp_path: Path, orientation: int, kind: str) -> None:
    picture = corners(96, 144)
    stored = upright(picture, STORED_FOR_UPRIGHT[orientation])
    path = tmp_path / "a.bin"
    if kind == "jpeg":
        save_jpeg(path, stored, exif=exif(orientation))
    else:
        Image.fromarray(stored).save(path, "PNG", exif=exif(orientation))
    source = probe(path)
    frame, proxy = read_frame(source), read_proxy(source, 36)
    assert source.size_px == (144, 96)
    assert frame.pixels.shape == (96, 144, 3)
    assert np.abs(frame.pixels.astype(int) - picture).mean() < 2
    assert proxy.pixels.shape == (24, 36, 3)
    for row, column in ((4, 4), (4, -4), (-4, 4), (-4, -4)):
        expected = picture[row, column].astype(int)
        assert np.abs(frame.pixels[row, column] - expected).max() < 12
        assert np.abs(proxy.pixels[row, column] - expected).max() < 25


def test_pixels_are_read_only(tmp_path: Path) -> None:
    frame = read_frame(probe(save_jpeg(tmp_path / "a.jpg", corners())))
    assert not frame.pixels.flags.writeable


def test_the_profile_of_a_jpeg_is_kept(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners(), icc_profile=srgb_profile())
    frame = read_frame(probe(path))
    assert frame.icc_profile == srgb_profile()
    assert frame.colour_space == "sRGB"
    assert read_proxy(probe(path), 8).icc_profile == srgb_profile()


def test_exif_may_name_the_colour_space(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners(), exif=exif(photo={40961: 1}))
    assert read_frame(probe(path)).colour_space == "sRGB"
    path = save_jpeg(tmp_path / "b.jpg", corners(), exif=exif(photo={40961: 65535}))
    assert read_frame(probe(path)).colour_space == "unlabelled"


@pytest.mark.parametrize(("limit", "shape"), [(40, (27, 40, 3)), (33, (22, 33, 3)), (9, (6, 9, 3))])
def test_proxies_look_like_the_picture(
    tmp_path: Path, limit: int, shape: tuple[int, int, int]
) -> None:
    picture = smooth(160, 240)
    source = probe(save_jpeg(tmp_path / "a.jpg", picture))
    proxy = read_proxy(source, limit)
    assert proxy.pixels.shape == shape
    assert proxy.source is source
    plain = Image.fromarray(picture).resize(shape[1::-1], Image.Resampling.BOX)
    assert np.abs(proxy.pixels.astype(int) - np.asarray(plain)).mean() < 4


def test_a_proxy_is_never_enlarged(tmp_path: Path) -> None:
    source = probe(save_jpeg(tmp_path / "a.jpg", corners(20, 30)))
    assert read_proxy(source, 30).pixels.shape == (20, 30, 3)
    assert read_proxy(source, 5000).pixels.shape == (20, 30, 3)


def test_a_proxy_has_a_side() -> None:
    source = FrameSource(Path("a.jpg"), "jpeg", 3, 2, 8)
    with pytest.raises(ValueError, match="max_side_px"):
        read_proxy(source, 0)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "raw"])
def test_a_file_that_disappeared(tmp_path: Path, kind: str) -> None:
    source = FrameSource(tmp_path / "gone.x", kind, 30, 20, 8)  # type: ignore[arg-type]
    for read in (read_frame, lambda s: read_proxy(s, 5)):
        with pytest.raises(InputError, match=r"gone\.x does not exist"):
            read(source)


def test_a_file_that_changed(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners(20, 30))
    source = probe(path)
    save_jpeg(path, corners(22, 30))
    with pytest.raises(InputError, match=r"a\.jpg has 30 x 22 pixels now, not 30 x 20"):
        read_frame(source)
    with pytest.raises(InputError, match="changed since it was opened"):
        read_proxy(source, 10)


def test_a_file_that_became_another_kind(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners(20, 30))
    source = probe(path)
    Image.fromarray(noise8(20, 30)).save(path, "PNG")
    with pytest.raises(InputError, match=r"a\.jpg is damaged"):
        read_frame(source)


def test_real_stacks(shared_data: Path) -> None:
    source = probe(shared_data / "stacks" / "pcb" / "pcb_001.jpg")
    assert source.size_px == (2048, 1536)
    assert source.exposure_s == pytest.approx(1 / 126)
    frame, proxy = read_frame(source), read_proxy(source, 512)
    assert frame.colour_space == "sRGB"
    assert proxy.pixels.shape == (384, 512, 3)
    assert abs(float(frame.pixels.mean()) - float(proxy.pixels.mean())) < 1


@pytest.mark.parametrize("wanted", range(1, 9))
@pytest.mark.parametrize("said", range(1, 9))
def test_a_picture_is_turned_from_what_its_file_says(
    tmp_path: Path, said: int, wanted: int
) -> None:
    stored = corners(96, 144)
    source = probe(save_jpeg(tmp_path / "a.jpg", stored, exif=exif(said)))
    assert source.orientation == said
    width, height = upright_size(144, 96, wanted)
    source = replace(source, width_px=width, height_px=height, turned=turn_between(said, wanted))
    expected = upright(stored, wanted).astype(int)
    assert np.abs(read_frame(source).pixels - expected).mean() < 2
    small = read_proxy(source, 36).pixels
    assert small.shape == (height // 4, width // 4, 3)
    for row, column in ((4, 4), (4, -4), (-4, 4), (-4, -4)):
        assert np.abs(small[row, column] - expected[row, column]).max() < 25


@pytest.mark.parametrize("tags", [{40961: 65535, 40965: {1: "R03"}}, {40961: 2}])
def test_adobe_rgb_that_only_the_exif_names_gets_its_profile(
    tmp_path: Path, tags: dict[int, object]
) -> None:
    path = save_jpeg(tmp_path / "_DSC0001.JPG", corners(), exif=exif(photo=tags))
    frame = read_frame(probe(path))
    assert frame.colour_space == "Adobe RGB (1998)"
    assert frame.icc_profile == adobe_rgb_profile()
    assert read_frame(probe(save_jpeg(tmp_path / "a.jpg", corners()))).icc_profile is None


@pytest.mark.parametrize("kind", ["8.jpg", "8.png", "16.png", "8.tif", "16.tif"])
def test_grey_pictures_keep_their_tones(tmp_path: Path, kind: str) -> None:
    profile = bytes(imagecodecs.cms_profile("gray", gamma=1.8))
    depth, path = kind.split(".")[0], tmp_path / kind
    numbers = smooth(32, 48)[:, :, 0].astype(np.uint16 if depth == "16" else np.uint8)
    if path.suffix == ".tif":
        tifffile.imwrite(path, numbers, iccprofile=profile)
    else:
        Image.fromarray(numbers).save(path, icc_profile=profile)
    frame = read_frame(probe(path))
    assert frame.icc_profile == rgb_profile(profile, grey=True)
    assert frame.icc_profile is not None
