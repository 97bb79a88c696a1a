from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
import tifffile

from focusstack_app.io.big_tiff import directories, is_big_tiff
from focusstack_app.io.ifd import Tag, TagType, integers, rationals, text
from focusstack_app.io.metadata import exif_for_export, read_facts
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from tests.unit.io.builders import corners

_IMAGE = [text(271, "Canon"), text(272, "Canon EOS R5"), integers(274, TagType.SHORT, [6])]
_EXIF = [
    rationals(33434, TagType.RATIONAL, [(1, 200)]),
    integers(34855, TagType.SHORT, [800]),
    text(36867, "2024:01:02 03:04:05"),
    Tag(37510, TagType.UNDEFINED, b"ASCII\0\0\0on a stick"),
]
_GPS = [text(1, "N"), rationals(2, TagType.RATIONAL, [(48, 1), (8, 1), (14, 1)])]


def _turned(tag: Tag, order: str) -> bytes:
    unit = {TagType.SHORT: "H", TagType.LONG: "I", TagType.RATIONAL: "I"}.get(tag.type, "B")
    count = len(tag.data) // struct.calcsize(unit)
    return struct.pack(f"{order}{count}{unit}", *struct.unpack(f"<{count}{unit}", tag.data))


def _directory(order: str, tags: list[Tag], at: int) -> bytes:
    entries, values = struct.pack(f"{order}Q", len(tags)), b""
    behind = at + 8 + 20 * len(tags) + 8
    for tag in sorted(tags):
        data = _turned(tag, order)
        field = data.ljust(8, b"\0")
        if len(data) > 8:
            field = struct.pack(f"{order}Q", behind + len(values))
            values += data
        entries += struct.pack(f"{order}HHQ", tag.number, tag.type, tag.length) + field
    return entries + bytes(8) + values


def _file(order: str) -> bytes:
    """A BigTIFF without a picture."""
    head = b"II+\0\x08\0\0\0" if order == "<" else b"MM\0+\0\x08\0\0"
    body, pointers = b"", []
    for number, part in ((34665, _EXIF), (34853, _GPS)):
        pointers.append(integers(number, TagType.LONG, [16 + len(body)]))
        body += _directory(order, part, 16 + len(body))
    at = 16 + len(body)
    return head + struct.pack(f"{order}Q", at) + body + _directory(order, [*_IMAGE, *pointers], at)


@pytest.mark.parametrize("order", "<>")
def test_exif_and_place_are_found(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(_file(order))
    facts = read_facts(path)
    assert (facts.camera, facts.iso, facts.orientation) == ("Canon EOS R5", 800, 6)
    assert facts.exposure_s == pytest.approx(1 / 200)
    assert str(facts.captured_at) == "2024-01-02 03:04:05"
    with tifffile.TiffFile(io.BytesIO(directories(io.BytesIO(_file(order))))) as tif:
        tags = tif.pages.first.tags
        assert tags[34853].value["GPSLatitude"] == (48, 1, 8, 1, 14, 1)
        assert tags[34665].value["UserComment"] == "on a stick"


@pytest.mark.parametrize("cut", range(16, len(_file("<")), 5))
def test_a_cut_file_says_less_and_raises_nothing(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(_file("<")[:cut])
    assert 1 <= read_facts(path).orientation <= 8


def test_others_are_none() -> None:
    assert not is_big_tiff(b"II*\0\x08\0\0\0")
    assert not is_big_tiff(b"II+\0")


def test_a_big_frame_is_upright_and_its_exif_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tags = [(271, "s", 0, "Canon", True), (274, "H", 1, 6, True)]
    tifffile.imwrite(path, corners(), photometric="rgb", bigtiff=True, extratags=tags)
    source = probe(path)
    assert source.size_px == (32, 48)
    assert read_frame(source).pixels.shape == (48, 32, 3)
    image = {tag.number: tag.data for tag in exif_for_export(source, "s", "").image}
    assert image[271] == b"Canon\0"
    assert image[274] == b"\1\0"
