from __future__ import annotations

import struct
import textwrap
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from focusstack_app.core.frames import FrameSource
from focusstack_app.io.exif import read_tags
from focusstack_app.io.ifd import (
    Tag,
    TagType,
    integers,
    packed_directory,
    packed_tiff,
    rationals,
    text,
)
from focusstack_app.io.metadata import exif_for_export, read_facts
from focusstack_app.io.probe import probe
from tests.unit.io.builders import corners, exif, save_jpeg


def _tiff(*tags: Tag) -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + packed_directory(tags, 8)


def _box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


_CAMERA = _tiff(text(271, "Canon"), text(272, "Canon EOS R5"), integers(274, TagType.SHORT, [6]))
_EXPOSURE = _tiff(
    rationals(33434, TagType.RATIONAL, [(1, 200)]),
    integers(34855, TagType.SHORT, [800]),
    text(36867, "2024:01:02 03:04:05"),
)


def _cr3(canon: bytes) -> bytes:
    uuid = _box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48") + canon)
    return _box(b"ftyp", b"crx \0\0\0\1crx isom") + _box(b"moov", uuid + _box(b"mvhd", bytes(100)))


def test_cr3(tmp_path: Path) -> None:
    path = tmp_path / "a.cr3"
    canon = _box(b"CNCV", b"CanonCR3_001") + _box(b"CMT1", _CAMERA) + _box(b"CMT2", _EXPOSURE)
    path.write_bytes(_cr3(canon) + _box(b"mdat", bytes(1000)))
    facts = read_facts(path)
    assert facts.camera == "Canon EOS R5"
    assert facts.exposure_s == pytest.approx(1 / 200)
    assert facts.iso == 800
    assert facts.captured_at is not None


@pytest.mark.parametrize("cut", range(0, 220, 7))
def test_a_cut_cr3_says_less_and_raises_nothing(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.cr3"
    path.write_bytes(_cr3(_box(b"CMT1", _CAMERA) + _box(b"CMT2", _EXPOSURE))[:cut])
    facts = read_facts(path)  # a cut value may read as another one; it must only be a value
    assert facts.captured_at is None
    assert 1 <= facts.orientation <= 8


def test_raf(tmp_path: Path) -> None:
    tags = exif(image={271: "FUJIFILM", 272: "X-T5"}, photo={34855: 125})
    jpeg = save_jpeg(tmp_path / "preview.jpg", corners(), exif=tags).read_bytes()
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">II", 160, len(jpeg))
    path = tmp_path / "a.raf"
    path.write_bytes(head.ljust(160, b"\0") + jpeg + bytes(1000))
    facts = read_facts(path)
    assert facts.camera == "FUJIFILM X-T5"
    assert facts.iso == 125
    path.write_bytes(head[:90])
    assert read_tags(path) == {}


@pytest.mark.parametrize("before", [b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0\1\1"])
def test_exif_behind_much_else(tmp_path: Path, before: bytes) -> None:
    path = save_jpeg(tmp_path / "a.jpg", corners(), exif=exif(6, image={272: "One"}))
    data, much = path.read_bytes(), before + b"\xff\xe1 " * 20_000
    marker = b"\xff\xe1" if before.startswith(b"http") else b"\xff\xe2"
    path.write_bytes(data[:2] + marker + (len(much) + 2).to_bytes(2, "big") + much + data[2:])
    source = probe(path)
    assert (source.camera, source.orientation, source.size_px) == ("One", 6, (32, 48))


def test_a_directory_of_endless_values_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    # 3000 tags, each with 999 values that are the whole file again
    entries = b"".join(struct.pack("<HHII", 50000 + n, TagType.SHORT, 999, 0) for n in range(3000))
    head = b"II*\0" + struct.pack("<IH", 8, 3000)
    path.write_bytes(head + entries + struct.pack("<I", 0))
    assert read_tags(path) == {}


@pytest.mark.parametrize("order", ["<", ">"])
def test_of_many_directories_the_first_counts(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a.tif"
    mark = b"II*\0" if order == "<" else b"MM\0*"

    def directory(n: int) -> bytes:
        entry = struct.pack(f"{order}HHHIHxx", 1, 274, TagType.SHORT, 1, 1 + n % 8)
        return entry + struct.pack(f"{order}I", 8 + 18 * (n + 1) if n < 20_000 else 0)

    body = b"".join(directory(n) for n in range(20_001))
    path.write_bytes(mark + struct.pack(f"{order}I", 8) + body)
    assert {name: tag.values for name, tag in read_tags(path).items()} == {"Image Orientation": [1]}


def test_copied_tags_keep_their_type_and_values(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tags = (
        text(271, "Ünïcode"),
        rationals(282, TagType.RATIONAL, [(300, 1)]),
        integers(296, TagType.SHORT, [2]),
    )
    path.write_bytes(_tiff(*tags))
    exported = exif_for_export(FrameSource(path, "tiff", 1, 1, 8), "s", "")
    assert set(tags) <= set(exported.image)


@pytest.mark.parametrize("mark", [b"", b"Exif\0\0"])
def test_webp_with_a_mark_that_does_not_belong_there(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "a.webp"
    Image.fromarray(corners()).save(path, exif=_CAMERA)
    data = path.read_bytes()
    at = data.index(b"EXIF")
    block = mark + _CAMERA
    data = data[:at] + b"EXIF" + struct.pack("<I", len(block)) + block
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    facts = read_facts(path)
    assert (facts.camera, facts.orientation) == ("Canon EOS R5", 6)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["exif", "APP1"])
def test_png_may_have_it_in_a_text(tmp_path: Path, packed: bool, name: str) -> None:
    block = b"Exif\0\0" + _CAMERA
    digits = "\n".join(textwrap.wrap(block.hex(), 72))
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "of the gimp", zip=packed)
    info.add_text(f"Raw profile type {name}", f"\n{name}\n{len(block):8d}\n{digits}\n", zip=packed)
    path = tmp_path / "a.png"
    Image.fromarray(corners()).save(path, pnginfo=info)
    source = probe(path)
    assert (source.camera, source.orientation) == ("Canon EOS R5", 6)
    other = _tiff(text(272, "Another"))
    Image.fromarray(corners()).save(path, pnginfo=info, exif=other)  # behind the text
    assert read_facts(path).camera == "Another"


@pytest.mark.parametrize("value", ["", "\nexif\n 8\nxyz", "\nexif\n 8\n4", "ü" * 9])
def test_a_text_in_a_png_that_makes_no_sense_says_nothing(tmp_path: Path, value: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", value, zip=True)
    path = tmp_path / "a.png"
    Image.fromarray(corners()).save(path, pnginfo=info)
    assert read_tags(path) == {}


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("words", ["on a stick", "Käfer", "很长 " * 500])
def test_a_comment_is_kept_whatever_its_order_of_bytes(
    tmp_path: Path, order: str, words: str
) -> None:
    encoded = words.encode("utf-16-le" if order == "II" else "utf-16-be")
    comment = Tag(37510, TagType.UNDEFINED, b"UNICODE\0" + encoded)
    pixels = {number: integers(number, TagType.SHORT, [1]) for number in (256, 257)}
    block = packed_tiff(pixels.values(), {34665: [comment]})
    if order == "MM":
        block = _big_endian(block)
    path = save_jpeg(tmp_path / "a.jpg", corners(), exif=b"Exif\0\0" + block)
    kept = {tag.number: tag.data for tag in exif_for_export(probe(path), "s", "").exif}
    assert kept[37510] == b"UNICODE\0" + words.encode("utf-16-le")


@pytest.mark.parametrize("kind", [TagType.BYTE, TagType.ASCII, TagType.UNDEFINED])
def test_a_comment_of_another_type_is_one_too(tmp_path: Path, kind: TagType) -> None:
    block = packed_tiff([], {34665: [Tag(37510, kind, b"ASCII\0\0\0on a stick")]})
    path = save_jpeg(tmp_path / "a.jpg", corners(), exif=b"Exif\0\0" + block)
    kept = {tag.number: tag for tag in exif_for_export(probe(path), "s", "").exif}
    assert kept[37510] == Tag(37510, TagType.UNDEFINED, b"ASCII\0\0\0on a stick")


@pytest.mark.parametrize("blank", [b"", bytes(40), b"ASCII\0\0\0   \0", b"UNICODE\0" + bytes(8)])
def test_a_blank_comment_is_none(tmp_path: Path, blank: bytes) -> None:
    exposure = rationals(33434, TagType.RATIONAL, [(1, 200)])
    block = packed_tiff([], {34665: [Tag(37510, TagType.UNDEFINED, blank), exposure]})
    path = save_jpeg(tmp_path / "a.jpg", corners(), exif=b"Exif\0\0" + block)
    kept = {tag.number for tag in exif_for_export(probe(path), "s", "").exif}
    assert 33434 in kept
    assert 37510 not in kept


def _big_endian(block: bytes) -> bytes:
    """A block of two directories, the second of which holds one long tag of bytes."""
    turned = bytearray(block)
    turned[:8] = b"MM\0*" + struct.pack(">I", 8)
    at = 8
    for _ in range(2):
        (count,) = struct.unpack_from("<H", block, at)
        struct.pack_into(">H", turned, at, count)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            number, kind, length = struct.unpack_from("<HHI", block, entry)
            struct.pack_into(">HHI", turned, entry, number, kind, length)
            form = "H2x" if kind == TagType.SHORT else "I"
            (value,) = struct.unpack_from(f"<{form}", block, entry + 8)
            struct.pack_into(f">{form}", turned, entry + 8, value)
        at = value
    return bytes(turned)
