from __future__ import annotations

import threading
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import exifread
import numpy as np
import pytest
import rawpy
import tifffile
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.frames import FrameSource, Pixels
from focusstack_app.core.output import Carried, ColourSpace, OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.engine.pixels import as_uint16
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    linear_rec2020_profile,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.metadata import exif_for_export
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.io.reduce import reduced
from focusstack_app.io.thumbnail import read_thumbnail
from focusstack_app.io.write import write_picture
from focusstack_app.io.write_dng import write_dng
from tests.unit.io.builders import exif, noise16, save_dng, save_jpeg, smooth

HEIGHT, WIDTH = 300, 530  # neither is a whole number of tiles
SOFT = as_uint16(smooth(HEIGHT, WIDTH))


def _reference(folder: Path) -> FrameSource:
    tags = exif(
        6,
        image={271: "Canon", 272: "Canon EOS R5"},
        photo={33434: Fraction(1, 250), 34855: 200, 36867: "2024:05:06 07:08:09"},
        gps={1: "N", 2: (Fraction(48), Fraction(8), Fraction(14)), 3: "E"},
    )
    return probe(save_jpeg(folder / "reference.jpg", smooth(WIDTH, HEIGHT), exif=tags))


def _written(
    path: Path,
    pixels: NDArray[np.uint16],
    icc_profile: bytes | None,
    source: FrameSource | None = None,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
) -> Path:
    description = "Focus stack of 7 frames; vaeedof-base, faithful; focusstack_app 0.1.0"
    write_picture(
        path,
        pixels,
        icc_profile=icc_profile,
        source=source,
        description=description,
        options=options,
    )
    return path


def _light(path: Path) -> tuple[NDArray[np.uint16], dict[int, Any], dict[int, Any]]:
    """The linear picture, the tags of the first directory, and those of the picture."""
    with tifffile.TiffFile(path) as tif:
        first = tif.pages.first
        assert first.pages is not None
        page = first.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        of_first, of_page = ({tag.code: tag.value for tag in of.tags} for of in (first, page))
        return np.asarray(page.asarray(), np.uint16), of_first, of_page


@pytest.mark.parametrize("profile", [None, adobe_rgb_profile(), rec2020_profile()])
def test_the_light_of_the_picture_is_in_it_without_loss(
    tmp_path: Path, profile: bytes | None
) -> None:
    for pixels in (SOFT, noise16(HEIGHT, WIDTH)):
        path = _written(tmp_path / "a.dng", pixels, profile)
        assert np.array_equal(_light(path)[0], converted(pixels, profile, linear_rec2020_profile()))


def test_light_is_half_where_the_curve_of_srgb_says_so(tmp_path: Path) -> None:
    grey = np.full((64, 64, 3), 48192, np.uint16)  # 0.5 in linear light
    light, *_ = _light(_written(tmp_path / "a.dng", grey, rec2020_profile()))
    assert np.abs(light / 65535 - 0.5).max() < 1e-4


@pytest.mark.parametrize("profile", [None, adobe_rgb_profile(), rec2020_profile()])
def test_libraw_develops_it_to_the_picture(tmp_path: Path, profile: bytes | None) -> None:
    """Into sRGB, with white where the file says it is."""
    path = _written(tmp_path / "a.dng", SOFT, profile, _reference(tmp_path))
    with rawpy.imread(str(path)) as raw:
        assert raw.raw_type == rawpy.RawType.Stack
        assert list(raw.camera_whitebalance[:3]) == [1, 1, 1]
        developed = raw.postprocess(
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            output_bps=16,
            gamma=(2.4, 12.92),
        )
    expected = SOFT if profile is None else converted(SOFT, profile, srgb_profile())
    away = np.abs(developed.astype(int) - expected)
    assert away.max() < 80  # of 65535; near black, a step of linear light is 13 of these
    assert away.mean() < 5


@pytest.mark.parametrize("make", ["Canon", "NIKON CORPORATION", "FUJIFILM", "SONY", "SIGMA"])
def test_as_a_frame_it_is_the_picture_whatever_the_camera(tmp_path: Path, make: str) -> None:
    frame = save_jpeg(tmp_path / "a.jpg", smooth(80, 90), exif=exif(image={271: make, 272: "X1"}))
    path = _written(tmp_path / "a.dng", SOFT, rec2020_profile(), probe(frame))
    found = read_frame(probe(path))
    assert found.icc_profile == rec2020_profile()
    assert np.abs(found.pixels.astype(int) - SOFT).max() < 20


def test_white_stays_white_and_black_black(tmp_path: Path) -> None:
    pixels = SOFT.copy()
    pixels[:100], pixels[100:200] = 65535, 0
    for profile in (None, rec2020_profile()):
        seen = read_frame(probe(_written(tmp_path / "a.dng", pixels, profile))).pixels
        assert seen[:100].min() == 65535
        assert seen[100:200].max() == 0


def test_its_preview_is_the_picture_in_srgb(tmp_path: Path) -> None:
    large = as_uint16(smooth(900, 1500))
    path = _written(tmp_path / "a.dng", large, rec2020_profile())
    shown = converted(large, rec2020_profile(), srgb_profile()) / 257
    with Image.open(path) as image:
        assert image.size == (1024, 614)
        small = np.asarray(image.convert("RGB")).astype(float)
    expected = np.asarray(
        Image.fromarray(shown.astype(np.uint8)).resize((1024, 614), Image.Resampling.BOX)
    )
    assert np.abs(small - expected).mean() < 1.5
    assert read_thumbnail(probe(path), 100).shape == (60, 100, 3)


def test_its_metadata_are_those_of_the_frame(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.dng", SOFT, None, _reference(tmp_path))
    source = probe(path)
    assert source.is_result
    assert source.size_px == (WIDTH, HEIGHT)
    assert source.captured_at == datetime(2024, 5, 6, 7, 8, 9)
    assert (source.camera, source.iso) == ("Canon EOS R5", 200)
    with path.open("rb") as file:
        tags = exifread.process_file(file)
    assert tags["Image Orientation"].values == [1]
    assert str(tags["GPS GPSLatitudeRef"]) == "N"
    options = OutputOptions(metadata=Carried.NONE)
    bare = probe(_written(tmp_path / "b.dng", SOFT, None, _reference(tmp_path), options))
    assert (bare.is_result, bare.captured_at, bare.iso) == (True, None, None)


def test_it_is_what_the_specification_asks_for(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.dng", SOFT, None, _reference(tmp_path))
    _, first_tags, light = _light(path)
    assert (first_tags[254], light[254]) == (1, 0)
    assert (first_tags[50706], first_tags[50707]) == (bytes((1, 4, 0, 0)), bytes((1, 2, 0, 0)))
    assert (light[262], light[259], light[258]) == (34892, 7, (16, 16, 16))
    assert (light[50714], light[50717]) == ((0, 0, 0), (65535, 65535, 65535))
    assert len(light[324]) == 2 * 3
    # The camera's white is that of its calibration, D65, and its primaries make D50 of it.
    to_camera = np.array(first_tags[50721]).reshape(9, 2)
    white = (to_camera[:, 0] / to_camera[:, 1]).reshape(3, 3) @ [0.95046, 1, 1.08906]
    assert np.abs(white - 1).max() < 1e-3
    forward = np.array(first_tags[50964]).reshape(9, 2)
    seen = (forward[:, 0] / forward[:, 1]).reshape(3, 3).sum(1)
    assert np.abs(seen - [0.9642, 1, 0.8249]).max() < 1e-4
    assert first_tags[50940] == (0.0, 0.0, 1.0, 1.0)


def test_it_has_one_colour_space_and_16_bits_whatever_is_chosen(tmp_path: Path) -> None:
    raw = probe(save_dng(tmp_path / "raw.dng", smooth(96, 128) / 300))
    options = OutputOptions(bits=8, colour_space=ColourSpace.SRGB)
    chosen = _written(tmp_path / "a.dng", SOFT, rec2020_profile(), raw, options).read_bytes()
    usual = _written(tmp_path / "b.dng", SOFT, rec2020_profile(), raw).read_bytes()
    assert chosen == usual


def test_writing_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    class Late(Progress):
        """Is cancelled while tiles are written, after the conversion."""

        calls = 0

        def checkpoint(self) -> None:
            self.calls += 1
            if self.calls > 10:
                self.cancel()
            super().checkpoint()

    progress = Late()
    with pytest.raises(Cancelled):
        write_picture(
            tmp_path / "a.dng",
            noise16(1100, 1100),  # 9 bands to convert, and more tiles than eight threads take
            icc_profile=None,
            source=None,
            description="",
            checkpoint=progress.checkpoint,
        )
    assert progress.calls == 11


def test_what_dng_cannot_hold_is_told(tmp_path: Path) -> None:
    huge = np.broadcast_to(np.zeros(3, np.uint16), (30_000, 30_000, 3))
    with pytest.raises(OutputError, match="larger than 4 GB"):
        write_picture(tmp_path / "a.dng", huge, icc_profile=None, source=None, description="")
    assert not list(tmp_path.iterdir())


def test_writing_stops_while_the_preview_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    def slow(pixels: Pixels, size_px: tuple[int, int]) -> Pixels:
        assert told.wait(10), "nobody asks meanwhile whether to stop"
        return reduced(pixels, size_px)

    def stop() -> None:
        told.set()
        raise Cancelled

    monkeypatch.setattr("focusstack_app.io.write_dng.reduced", slow)
    tags = exif_for_export(None, "program", "")
    with pytest.raises(Cancelled):
        write_dng(tmp_path / "out.dng", noise16(40, 60), None, tags, checkpoint=stop)
