from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
import tifffile

from focusstack_app.io.iptc import iptc_of
from focusstack_app.io.probe import probe
from tests.unit.io.builders import corners, save_jpeg

_UTF8 = (1, 90, b"\x1b%G")


def _records(*datasets: tuple[int, int, bytes]) -> bytes:
    return b"".join(
        struct.pack(">BBBH", 0x1C, record, dataset, len(data)) + data
        for record, dataset, data in datasets
    )


def _resources(records: bytes) -> bytes:
    """Among others, one of which has a name of odd length."""
    packed = b""
    for number, name, data in ((1005, b"res", b"12345"), (0x0404, b"", records), (1036, b"", b"")):
        packed += b"8BIM" + struct.pack(">HB", number, len(name)) + name
        packed += b"\0" * ((1 + len(name)) % 2) + struct.pack(">I", len(data)) + data
        packed += b"\0" * (len(data) % 2)
    return packed


def _jpeg(folder: Path, records: bytes) -> Path:
    path = save_jpeg(folder / "a.jpg", corners())
    data, segment = path.read_bytes(), b"Photoshop 3.0\0" + _resources(records)
    head = b"\xff\xed" + struct.pack(">H", len(segment) + 2)
    path.write_bytes(data[:2] + head + segment + data[2:])
    return path


def _tiff(folder: Path, tag: tuple[Any, ...], **options: Any) -> Path:
    tifffile.imwrite(folder / "a.tif", corners(), photometric="rgb", extratags=[tag], **options)
    return folder / "a.tif"


_WORDS = _records(
    _UTF8,
    (2, 0, b"\0\4"),
    (2, 25, "Käfer".encode()),
    (2, 25, b"macro"),
    (2, 90, b"Bonn"),
    (2, 120, b"On a\nstick\x00"),
)
_TOLD = {
    "dc:subject": ["Käfer", "macro"],
    "photoshop:City": ["Bonn"],
    "dc:description": ["On a\nstick"],
}


def test_of_a_jpeg(tmp_path: Path) -> None:
    assert iptc_of(probe(_jpeg(tmp_path, _WORDS))) == _TOLD


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("big", [False, True])
def test_of_a_tiff_as_bytes_or_as_what_it_calls_integers(
    tmp_path: Path, order: Any, big: bool
) -> None:
    padded = _WORDS.ljust((len(_WORDS) + 3) // 4 * 4, b"\0")
    integers = struct.unpack(f"{order}{len(padded) // 4}I", padded)
    for tag in (
        (33723, "B", len(_WORDS), _WORDS, True),
        (33723, "I", len(integers), integers, True),
        (34377, "B", len(_resources(_WORDS)), _resources(_WORDS), True),
    ):
        path = _tiff(tmp_path, tag, byteorder=order, bigtiff=big)
        assert iptc_of(probe(path)) == _TOLD


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_letters_of_an_encoding_that_is_not_said(tmp_path: Path, encoding: str) -> None:
    path = _jpeg(tmp_path, _records((2, 25, "Käfer".encode(encoding))))
    assert iptc_of(probe(path)) == {"dc:subject": ["Käfer"]}


@pytest.mark.parametrize("cut", range(0, 90, 3))
def test_what_is_cut_off_says_less_and_raises_nothing(tmp_path: Path, cut: int) -> None:
    told = iptc_of(probe(_jpeg(tmp_path, _WORDS[:cut])))
    assert set(told) <= set(_TOLD)


def test_others_have_none(tmp_path: Path) -> None:
    assert iptc_of(probe(save_jpeg(tmp_path / "a.jpg", corners()))) == {}
    tifffile.imwrite(tmp_path / "a.tif", corners(), photometric="rgb")
    assert iptc_of(probe(tmp_path / "a.tif")) == {}
