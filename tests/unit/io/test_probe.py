from __future__ import annotations

import os
import struct
import zlib
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.io.probe import IMAGE_SUFFIXES, list_images, probe
from tests.unit.io.builders import corners, exif, noise8, noise16, save_dng, save_jpeg


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_each_kind(tmp_path: Path) -> None:
    jpeg = save_jpeg(tmp_path / "a.jpg", corners(32, 48))
    png = tmp_path / "a.png"
    Image.fromarray(noise8(10, 20)).save(png)
    tiff8, tiff16 = tmp_path / "a.tif", tmp_path / "b.TIFF"
    tifffile.imwrite(tiff8, noise8(7, 9), photometric="rgb")
    tifffile.imwrite(tiff16, noise16(7, 9), photometric="rgb")
    raw = save_dng(tmp_path / "a.DNG", np.full((64, 96, 3), 0.2))
    found = [probe(path) for path in (jpeg, png, tiff8, tiff16, raw)]
    assert [(s.kind, s.size_px, s.bits) for s in found] == [
        ("jpeg", (48, 32), 8),
        ("png", (20, 10), 8),
        ("tiff", (9, 7), 8),
        ("tiff", (9, 7), 16),
        ("raw", (96, 64), 16),
    ]


def test_the_content_counts_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(corners()).save(path, "PNG")
    assert probe(path).kind == "png"


def test_exif_facts_are_there(tmp_path: Path) -> None:
    tags = exif(
        6,
        image={271: "Example", 272: "Example One"},
        photo={
            33434: Fraction(1, 250),
            33437: Fraction(28, 10),
            34855: 200,
            36867: "2024:05:06 07:08:09",
            37521: "25",
        },
    )
    source = probe(save_jpeg(tmp_path / "a.jpg", corners(32, 48), exif=tags))
    assert source.size_px == (32, 48)
    assert source.captured_at == datetime(2024, 5, 6, 7, 8, 9, 250000)
    assert source.exposure_s == pytest.approx(1 / 250)
    assert source.f_number == pytest.approx(2.8)
    assert source.iso == 200
    assert source.camera == "Example One"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jpg does not exist"):
        probe(tmp_path / "gone.jpg")


def test_a_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputError, match=r"a\.jpg does not exist"):
        probe(tmp_path / "file" / "a.jpg")


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder.jpg"
    folder.mkdir()
    with pytest.raises(InputError, match=r"folder\.jpg is a folder"):
        probe(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_which_nobody_writes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match=r"pipe\.jpg is a pipe or a device, not a picture"):
        probe(pipe)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_no_permission(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners())
    path.chmod(0)
    with pytest.raises(InputError, match="may not be read"):
        probe(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".nef"])
def test_an_empty_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.touch()
    with pytest.raises(InputError, match="is empty"):
        probe(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_text_under_a_picture_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"notes{suffix}"
    path.write_text("Dear diary, today I stacked 80 frames.\n" * 50)
    with pytest.raises(
        InputError, match=rf"notes\{suffix} is no picture of a kind that can be read"
    ):
        probe(path)


def test_text_under_a_raw_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.nef"
    path.write_text("Dear diary, today I stacked 80 frames.\n" * 50)
    with pytest.raises(InputError, match=r"notes\.nef cannot be read: it is no RAW file"):
        probe(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("length", [4, 11, 30])
def test_a_truncated_header(tmp_path: Path, length: int) -> None:
    jpeg = save_jpeg(tmp_path / "a.jpg", corners())
    png, tiff = tmp_path / "a.png", tmp_path / "a.tif"
    Image.fromarray(corners()).save(png)
    tifffile.imwrite(tiff, corners())
    for path in (jpeg, png, tiff):
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(InputError, match=path.name):
            probe(path)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_a_tiff_that_is_cut_off(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(40, 50), photometric="rgb", compression=compression)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a\.tif is damaged or cut off"):
        probe(path)


@pytest.mark.parametrize("dtype", [np.uint32, np.int16, np.complex64])
def test_a_tiff_of_an_unsupported_depth(tmp_path: Path, dtype: type[np.generic]) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((4, 5, 3), dtype), photometric="rgb")
    with pytest.raises(InputError, match="not supported") as caught:
        probe(path)
    assert "8, 16 or 32 bits" in caught.value.hint


def test_200_megapixels_open_and_a_bomb_does_not(tmp_path: Path) -> None:
    large, bomb = tmp_path / "large.png", tmp_path / "bomb.png"
    large.write_bytes(_png_header(16320, 12240))
    bomb.write_bytes(_png_header(60000, 60000))
    limit = Image.MAX_IMAGE_PIXELS
    assert probe(large).size_px == (16320, 12240)
    with pytest.raises(InputError, match=r"bomb\.png has 60000 x 60000 pixels"):
        probe(bomb)
    assert limit == Image.MAX_IMAGE_PIXELS


def test_list_images_in_natural_order(tmp_path: Path) -> None:
    for name in ("b10.jpg", "b2.JPG", "A1.nef", "b2a.tif", ".hidden.jpg", "notes.txt", "b.jpg.xmp"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    names = [path.name for path in list_images(tmp_path)]
    assert names == ["A1.nef", "b2.JPG", "b2a.tif", "b10.jpg"]


def test_list_images_survives_odd_digits(tmp_path: Path) -> None:
    for name in ("x².jpg", "x٣.jpg", "x1.jpg", "1.jpg", "01.jpg"):
        (tmp_path / name).touch()
    assert len(list_images(tmp_path)) == 5
    assert list_images(tmp_path)[0].name == "01.jpg"


def test_list_images_of_an_empty_folder(tmp_path: Path) -> None:
    assert list_images(tmp_path) == []


def test_list_images_needs_a_folder(tmp_path: Path) -> None:
    file = save_jpeg(tmp_path / "a.jpg", corners())
    with pytest.raises(InputError, match=r"a\.jpg is not a folder"):
        list_images(file)
    with pytest.raises(InputError, match="gone does not exist"):
        list_images(tmp_path / "gone")


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".dng", ".nef", ".cr3"} <= IMAGE_SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in IMAGE_SUFFIXES)
