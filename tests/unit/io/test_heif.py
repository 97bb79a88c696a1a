from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.io.exif import read_tags
from focusstack_app.io.icc import adobe_rgb_profile, srgb_profile
from focusstack_app.io.probe import list_images, probe
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.jobs.opening import open_stack
from tests.unit.io.builders import corners, exif, smooth


def _save(path: Path, picture: Image.Image, **options: object) -> Path:
    pillow_heif.from_pillow(picture).save(path, quality=-1, chroma=444, **options)
    return path


def test_a_picture_keeps_its_pixels_profile_and_facts(tmp_path: Path) -> None:
    picture = smooth(64, 96)
    facts = exif(
        image={271: "Canon", 272: "EOS R5"},
        photo={33434: Fraction(1, 100), 36867: "2026:05:17 10:00:00"},
    )
    path = _save(
        tmp_path / "a.HEIC",
        Image.fromarray(picture),
        exif=facts.tobytes(),
        icc_profile=srgb_profile(),
    )
    assert list_images(tmp_path) == [path]
    source = probe(path)
    assert (source.kind, source.size_px, source.bits) == ("heif", (96, 64), 8)
    assert source.camera == "Canon EOS R5"
    assert source.exposure_s == pytest.approx(0.01)
    frame = read_frame(source)
    assert np.abs(frame.pixels.astype(int) - picture).max() <= 6  # YCbCr of 8 bits
    assert frame.icc_profile is not None
    assert max(read_proxy(source, 48).pixels.shape) == 48


def test_a_turned_picture_is_turned_once(tmp_path: Path) -> None:
    path = _save(tmp_path / "a.heic", Image.fromarray(corners(64, 96)), exif=exif(6).tobytes())
    source = probe(path)
    assert source.size_px == (64, 96)
    upright = np.rot90(corners(64, 96), -1)
    assert np.abs(read_frame(source).pixels.astype(int) - upright).mean() < 4


@pytest.mark.parametrize("odd", [3, 6, 8])
def test_a_frame_that_says_it_was_turned_is_read_as_the_others(tmp_path: Path, odd: int) -> None:
    scene = Image.fromarray(corners(64, 96))
    paths = [
        _save(tmp_path / f"{number}.heic", scene, exif=exif(said).tobytes())
        for number, said in enumerate([1, odd, 1])
    ]
    assert [probe(path).orientation for path in paths] == [1, odd, 1]
    opened = open_stack(paths)
    assert "1.heic says that the camera was held in another way" in opened.warnings[0]
    first, second, _ = (read_frame(source).pixels for source in opened.stack.sources)
    np.testing.assert_array_equal(first, second)


def test_a_picture_without_pixels_is_damaged(tmp_path: Path) -> None:
    path = _save(tmp_path / "a.heic", Image.fromarray(smooth(64, 96)))
    # Without the box that says the size (ISO/IEC 23008-12, section 6.5.3) the library says 0 x 0.
    path.write_bytes(path.read_bytes().replace(b"ispe", b"none"))
    with pytest.raises(InputError, match=r"a\.heic is damaged"):
        probe(path)


def test_ten_bits_become_sixteen_and_white_stays_white(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 96).astype(np.uint16)
    picture = np.repeat(np.repeat(ramp[None, :, None], 64, 0), 3, 2)
    path = tmp_path / "a.hif"
    pillow_heif.from_bytes("RGB;16", (96, 64), picture.tobytes()).save(path, quality=-1, chroma=444)
    source = probe(path)
    pixels = read_frame(source).pixels
    assert source.bits == 16
    assert pixels.dtype == np.uint16
    assert np.abs(pixels.astype(int) - picture).max() < 65535 * 4 / 1023
    assert pixels[:, -1].min() > 65535 * 1020 / 1023


@pytest.mark.parametrize(
    ("primaries", "transfer", "name"),
    [(12, 13, "Display P3"), (9, 1, "Rec. 2020 (sRGB tones)"), (1, 13, "sRGB")],
)
def test_colours_that_are_said_by_numbers(
    tmp_path: Path, primaries: int, transfer: int, name: str
) -> None:
    path, picture = tmp_path / "a.heic", pillow_heif.from_pillow(Image.fromarray(smooth(64, 96)))
    said = {"color_primaries": primaries, "transfer_characteristics": transfer}
    picture.save(path, matrix_coefficients=1, full_range_flag=1, **said)
    frame = read_frame(probe(path))
    assert frame.colour_space == name
    assert frame.icc_profile is not None
    picture.save(path, icc_profile=adobe_rgb_profile(), **said)
    assert read_frame(probe(path)).icc_profile == adobe_rgb_profile()


def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _save(tmp_path / "a.heic", Image.fromarray(smooth(64, 96)))
    cut = tmp_path / "cut.heic"
    cut.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(InputError, match="damaged"):
        read_frame(probe(cut))
    hdr = tmp_path / "hdr.heic"
    picture = pillow_heif.from_pillow(Image.fromarray(smooth(64, 96)))
    picture.save(hdr, transfer_characteristics=16, color_primaries=9)
    with pytest.raises(InputError, match=r"HDR picture \(PQ\)"):
        probe(hdr)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(InputError, match="pillow-heif is not installed"):
        probe(path)
    assert read_tags(path) == {}
