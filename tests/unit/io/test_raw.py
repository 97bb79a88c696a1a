from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.engine.pixels import as_uint16
from focusstack_app.io.icc import REC2020, converted, rec2020_profile, srgb_profile
from focusstack_app.io.orientation import upright
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.thumbnail import read_thumbnail
from tests.unit.io.builders import OF_REC2020, corners, save_dng, smooth


def _srgb(linear: float) -> float:
    return 65535 * (1.055 * linear ** (1 / 2.4) - 0.055 if linear > 0.0031308 else 12.92 * linear)


@pytest.mark.parametrize("linear", [0.002, 0.02, 0.18, 0.5, 0.9])
def test_grey_is_grey_and_follows_the_srgb_curve(tmp_path: Path, linear: float) -> None:
    frame = read_frame(probe(save_dng(tmp_path / "a.dng", np.full((64, 96, 3), linear))))
    assert frame.pixels.dtype == np.uint16
    assert frame.pixels.shape == (64, 96, 3)
    centre = frame.pixels[8:-8, 8:-8].reshape(-1, 3).mean(axis=0)
    assert np.ptp(centre) < 60
    assert centre.mean() == pytest.approx(_srgb(linear), rel=0.005, abs=60)
    assert frame.colour_space == REC2020
    assert frame.icc_profile == rec2020_profile()


def _patches(scene: NDArray[Any]) -> NDArray[np.float64]:
    """The means of what `test_saturated_colours_...` shows side by side."""
    inner = [scene[8:-8, left + 8 : left + 24] for left in range(0, 128, 32)]
    return np.array([part.mean((0, 1)) for part in inner], np.float64)


def test_saturated_colours_are_all_there_until_srgb_is_asked_for(tmp_path: Path) -> None:
    colours = np.array([[0.7, 0.1, 0.02], [0.05, 0.6, 0.08], [0.04, 0.08, 0.5], [0.3, 0.3, 0.3]])
    scene = np.broadcast_to(np.repeat(colours, 32, axis=0), (64, 128, 3))
    source = probe(save_dng(tmp_path / "a.dng", scene, matrix=OF_REC2020))
    wide, narrow = read_frame(source), read_frame(source, narrow=True)
    expected = np.array([[_srgb(light) for light in colour] for colour in colours])
    assert np.abs(_patches(wide.pixels) - expected).max() < 150
    assert (_patches(narrow.pixels)[:3].min(1) == 0).all()
    assert (narrow.icc_profile, narrow.colour_space) == (srgb_profile(), "sRGB")
    at_export = converted(as_uint16(wide.pixels), wide.icc_profile, srgb_profile())
    assert np.abs(_patches(at_export) - _patches(narrow.pixels)).max() < 40
    assert read_proxy(source, 32).icc_profile == rec2020_profile()
    assert read_proxy(source, 32, narrow=True).icc_profile == srgb_profile()


def test_colours_of_srgb_are_what_they_were(tmp_path: Path) -> None:
    source = probe(save_dng(tmp_path / "a.dng", smooth(128, 192) / 300.0))
    wide, narrow = read_frame(source), read_frame(source, narrow=True).pixels.astype(int)
    assert narrow.min() > 0
    away = np.abs(converted(as_uint16(wide.pixels), wide.icc_profile, srgb_profile()) - narrow)
    assert away.max() < 40  # of 65535


def _burnt_out(path: Path, full: int) -> NDArray[np.uint16]:
    scene = smooth(128, 192) / 400.0
    scene[20:60, 20:60] = 5
    return as_uint16(read_frame(probe(save_dng(path, scene, full=full))).pixels)


@pytest.mark.parametrize("full", [16383, 16000, 15200])
def test_what_is_burnt_out_is_white_where_the_sensor_is_full_too_early(
    tmp_path: Path, full: int
) -> None:
    pixels = _burnt_out(tmp_path / "a.dng", full)
    assert pixels[24:56, 24:56].min() == 65535
    usual = _burnt_out(tmp_path / "b.dng", 16383)
    assert np.array_equal(pixels[70:], usual[70:])  # of one stack, so on one scale


def test_a_bright_colour_is_no_full_sensor(tmp_path: Path) -> None:
    """Green is highest in all of it; a lamp that only green cannot count shows no heap of two."""
    scene = smooth(128, 192) / 400.0
    scene[20:60, 20:60] = (0.5, 0.9, 0.5)
    seen = read_frame(probe(save_dng(tmp_path / "a.dng", scene))).pixels[24:56, 24:56]
    assert seen.max() < 65000


def test_brightness_does_not_depend_on_the_brightest_pixel(tmp_path: Path) -> None:
    dim, bright = np.full((64, 96, 3), 0.18), np.full((64, 96, 3), 0.18)
    bright[20:30, 20:30] = 0.85
    means = [
        read_frame(probe(save_dng(tmp_path / "a.dng", scene))).pixels[40:60, 60:90].mean()
        for scene in (dim, bright)
    ]
    assert means[0] == pytest.approx(means[1], abs=2)


def test_colours_do_not_depend_on_the_picture_where_no_white_balance_is_said(
    tmp_path: Path,
) -> None:
    grey = np.full((64, 96, 3), 0.18)
    leaf = grey.copy()
    leaf[:, :48] = (0.05, 0.4, 0.05)
    pixels = []
    for number, scene in enumerate((grey, leaf)):
        path = tmp_path / f"{number}.dng"
        save_dng(path, scene, balanced=False)
        pixels.append(read_frame(probe(path)).pixels[32, 80].astype(int))
    assert np.abs(pixels[0] - pixels[1]).max() <= 8


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation_is_applied_once(tmp_path: Path, orientation: int) -> None:
    scene = corners(64, 96) / 255.0
    level = read_frame(probe(save_dng(tmp_path / "level.dng", scene))).pixels
    source = probe(save_dng(tmp_path / "turned.dng", scene, orientation=orientation))
    frame = read_frame(source)
    assert source.size_px == frame.pixels.shape[1::-1]
    assert np.array_equal(frame.pixels, upright(level, orientation))
    proxy = read_proxy(source, 24).pixels
    assert proxy.shape == ((16, 24, 3) if orientation in (1, 3) else (24, 16, 3))


def test_the_proxy_looks_like_the_picture(tmp_path: Path) -> None:
    source = probe(save_dng(tmp_path / "a.dng", smooth(128, 192) / 300.0))
    frame, proxy = read_frame(source).pixels, read_proxy(source, 48)
    assert proxy.pixels.dtype == np.uint16
    assert proxy.pixels.shape == (32, 48, 3)
    blocks = frame.reshape(32, 4, 48, 4, 3).mean(axis=(1, 3))
    assert np.abs(proxy.pixels - blocks).mean() < 600
    assert read_proxy(source, 1000).pixels.shape == frame.shape


def test_exif_of_tiff_ep(tmp_path: Path) -> None:
    tags = ((33434, "2I", 1, (1, 60), True), (33437, "2I", 1, (28, 10), True))
    source = probe(save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2), tags=tags))
    assert source.exposure_s == pytest.approx(1 / 60)
    assert source.f_number == pytest.approx(2.8)
    assert source.camera == "Example Bayer One"


def test_a_compression_that_is_not_known_is_no_damage(tmp_path: Path) -> None:
    path = save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2))
    with tifffile.TiffFile(path) as tif:
        at = tif.pages.first.tags[259].valueoffset
    data = bytearray(path.read_bytes())
    data[at : at + 2] = (52546).to_bytes(2, "little")  # JPEG XL, as new DNG files have it
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.dng cannot be read: .* compression"):
        read_frame(probe(path))


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.99])
def test_lost_sensor_data_is_one_error_and_no_print(
    tmp_path: Path, cut: float, capfd: pytest.CaptureFixture[str]
) -> None:
    path = save_dng(tmp_path / "a.dng", np.full((200, 300, 3), 0.2))
    source = probe(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    for read in (read_frame, lambda s: read_proxy(s, 50)):
        with pytest.raises(InputError, match=r"a\.dng is damaged or cut off") as caught:
            read(source)
        assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_real_chart(shared_data: Path) -> None:
    source = probe(shared_data / "raw" / "colorchart.dng")
    assert source.size_px == (1734, 1156)
    assert source.camera == "Canon EOS Kiss X4"
    assert source.exposure_s is None  # the file says 0
    frame = read_frame(source)
    assert frame.pixels.shape == (1156, 1734, 3)
    assert 5000 < frame.pixels.mean() < 30000


@pytest.mark.parametrize("name", ["truncated_1.nef", "truncated_2.nef"])
def test_real_truncated_files(
    shared_data: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = shared_data / "raw" / "truncated" / name
    with pytest.raises(InputError) as caught:
        read_frame(probe(path))
    assert name in caught.value.message
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_real_frames_have_one_size(shared_data: Path) -> None:
    sources: list[FrameSource] = [
        probe(path) for path in sorted((shared_data / "raw" / "synthetic_stack").iterdir())
    ]
    assert {source.size_px for source in sources} == {(1024, 768)}
    assert read_thumbnail(sources[0], 100).shape == (75, 100, 3)
