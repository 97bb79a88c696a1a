from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focusstack_app.io.code_points import LINEAR, OF_SRGB
from focusstack_app.io.jxl_header import (
    BOXED,
    TOLD,
    ColourEncoding,
    JxlHeader,
    boxes,
    header_of,
    metadata_of,
    packed_header,
)
from tests.unit.io import jxl_files
from tests.unit.io.builders import noise8


def _box(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(contents), kind) + contents


# Widths and heights of every way to write them down.
@pytest.mark.parametrize("height", [1, 8, 64, 256, 257, 513, 9000])
@pytest.mark.parametrize("width", [1, 8, 40, 64, 256, 300, 700])
def test_sizes(width: int, height: int) -> None:
    data = imagecodecs.jpegxl_encode(np.zeros((height, width), np.uint8), lossless=True, effort=1)
    found = header_of(io.BytesIO(data))
    assert (found.width_px, found.height_px) == (width, height)


@pytest.mark.parametrize(
    ("across", "down"), [(1, 1), (6, 5), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)]
)
def test_usual_aspects(across: int, down: int) -> None:
    data = imagecodecs.jpegxl_encode(np.zeros((30 * down, 30 * across), np.uint8), effort=1)
    found = header_of(io.BytesIO(data))
    assert (found.width_px, found.height_px) == (30 * across, 30 * down)


@pytest.mark.parametrize(
    ("kind", "options", "bits", "floating"),
    [
        (np.uint8, {}, 8, False),
        (np.uint16, {}, 16, False),
        (np.uint16, {"bitspersample": 10}, 10, False),
        (np.uint16, {"bitspersample": 12}, 12, False),
        (np.uint16, {"bitspersample": 14}, 14, False),
        (np.float16, {}, 16, True),
        (np.float32, {}, 32, True),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_depths_and_channels(
    kind: Any, options: Any, bits: int, floating: bool, channels: int
) -> None:
    picture = np.zeros((9, 11, channels), kind)
    found = header_of(io.BytesIO(imagecodecs.jpegxl_encode(picture, **options)))
    assert (found.bits, found.floating, found.animated) == (bits, floating, False)
    assert found.colours.grey == (channels < 3)
    assert found.further == ((0,) if channels in (2, 4) else ())
    assert found.colours.transfer == (OF_SRGB if kind is np.uint8 else LINEAR)


@pytest.mark.parametrize(
    ("data", "white", "primaries", "transfer"),
    [
        (jxl_files.DISPLAY_P3, 1, 11, 13),
        (jxl_files.PQ, 1, 9, 16),
        (jxl_files.GREY_LINEAR, 1, 1, 8),
        (jxl_files.GAMMA, 1, 1, None),
        (jxl_files.CUSTOM, 2, 2, 13),
    ],
)
def test_colours_as_jxlinfo_says_them(
    data: bytes, white: int, primaries: int, transfer: int | None
) -> None:
    found = header_of(io.BytesIO(data)).colours
    assert (found.white, found.primaries, found.transfer) == (white, primaries, transfer)
    assert not found.has_profile


def test_numbers_of_colours_as_jxlinfo_says_them() -> None:
    assert header_of(io.BytesIO(jxl_files.GAMMA)).colours.gamma == pytest.approx(2.2)
    assert header_of(io.BytesIO(jxl_files.CUSTOM)).colours.chromaticities == (
        (0.277649, 0.296366),
        (0.67709, 0.32087),
        (0.239768, 0.7096),
        (0.145549, 0.055355),
    )


def test_what_else_a_header_says() -> None:
    assert header_of(io.BytesIO(jxl_files.ADOBE_RGB_AS_ICC)).colours.has_profile
    turned = header_of(io.BytesIO(jxl_files.TURNED))
    assert (turned.width_px, turned.height_px, turned.orientation) == (12, 8, 6)
    assert turned.colours == ColourEncoding()
    assert header_of(io.BytesIO(jxl_files.ANIMATED)).animated


@pytest.mark.parametrize(
    "colours",
    [
        ColourEncoding(),
        ColourEncoding(primaries=9, transfer=LINEAR),
        ColourEncoding(
            primaries=TOLD,
            chromaticities=((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
            transfer=None,
            gamma=1e7 / 4547069,
        ),
        ColourEncoding(
            white=TOLD,
            primaries=TOLD,
            chromaticities=((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (1.9, -0.12)),
        ),
    ],
)
@pytest.mark.parametrize(
    ("bits", "width", "height"), [(8, 1, 1), (16, 512, 513), (12, 70_000, 9000)]
)
def test_a_header_that_is_packed_is_read_as_it_was(
    colours: ColourEncoding, bits: int, width: int, height: int
) -> None:
    for yes in (False, True):
        header = JxlHeader(width, height, 1, bits, False, False, (), colours, yes, not yes, 0)
        packed = packed_header(header)
        read = header_of(io.BytesIO(packed + b"frames"))
        assert read == replace(header, size_bytes=len(packed))


@pytest.mark.parametrize("options", [{"lossless": True}, {"distance": 1.0}])
def test_a_header_can_be_packed_anew(options: dict[str, Any]) -> None:
    data = bytes(imagecodecs.jpegxl_encode(noise8(23, 31), **options))
    found = header_of(io.BytesIO(data))
    assert found.xyb is ("distance" in options)
    anew = packed_header(found) + data[found.size_bytes :]
    assert np.array_equal(imagecodecs.jpegxl_decode(anew), imagecodecs.jpegxl_decode(data))
    assert header_of(io.BytesIO(jxl_files.ADOBE_RGB_AS_ICC)).size_bytes == 0


@pytest.mark.parametrize("data", [b"", b"\xff\x0a", BOXED, BOXED + _box(b"jxlc", b""), b"RIFF"])
def test_no_header(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no codestream|cut off"):
        header_of(io.BytesIO(data))


def test_metadata() -> None:
    for data in (jxl_files.TURNED, jxl_files.PQ, b""):
        assert metadata_of(io.BytesIO(data), b"xml ") == b""
    assert metadata_of(io.BytesIO(jxl_files.TURNED), b"Exif").startswith(b"\0\0\0\0")
    plain = BOXED + _box(b"ftyp", b"jxl ") + _box(b"xml ", b"<x/>") + _box(b"xml ", b"<y/>")
    assert metadata_of(io.BytesIO(plain), b"xml ") == b"<x/>"
    long = BOXED + struct.pack(">I4sQ", 1, b"xml ", 20) + b"<x/>" + struct.pack(">I4s", 0, b"Exif")
    assert list(boxes(io.BytesIO(long)))[:1] == [(b"xml ", 4)]
    assert metadata_of(io.BytesIO(long + b"to the end"), b"Exif") == b"to the end"


@pytest.mark.parametrize("packed", [b"garbage", bytes(imagecodecs.brotli_encode(bytes(2**25)))])
def test_packed_metadata_that_are_damaged_or_endless_count_as_none(packed: bytes) -> None:
    data = BOXED + _box(b"brob", b"xml " + packed)
    assert metadata_of(io.BytesIO(data), b"xml ") == b""


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_none(data: bytes) -> None:
    for start in (b"\xff\x0a", BOXED):
        file = io.BytesIO(start + data)
        metadata_of(file, b"Exif")
        try:
            found = header_of(file)
        except ValueError:
            continue
        assert found.width_px > 0
        assert found.height_px > 0
