from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from focusstack_app.io.ifd import Tag, TagType, integers, packed_directory, rationals, text


def _read_back(tags: list[Tag], offset: int = 8) -> ImageFileDirectory_v2:
    file = io.BytesIO(b"\0" * offset + packed_directory(tags, offset))
    file.seek(offset)
    directory = ImageFileDirectory_v2(b"II*\0" + struct.pack("<I", offset))
    directory.load(file)
    return directory


@given(
    st.lists(st.integers(0, 65535), min_size=1, max_size=9),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=5),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40),
    st.integers(4, 500).map(lambda half: 2 * half),
)
def test_pillow_reads_what_is_packed(
    shorts: list[int], longs: list[int], words: str, offset: int
) -> None:
    directory = _read_back(
        [
            text(60003, words),
            integers(60001, TagType.SHORT, shorts),
            integers(60002, TagType.SLONG, longs),
            rationals(60004, TagType.SRATIONAL, [(-1, 3)]),
            Tag(60005, TagType.UNDEFINED, b"0232"),
        ],
        offset,
    )
    assert directory[60001] == (tuple(shorts) if len(shorts) > 1 else shorts[0])
    assert directory[60002] == (tuple(longs) if len(longs) > 1 else longs[0])
    assert directory[60003] == words
    assert float(directory[60004]) == pytest.approx(-1 / 3)
    assert directory[60005] == b"0232"


def test_entries_are_sorted_and_even() -> None:
    packed = packed_directory([text(305, "odd"), text(270, "five!"), text(271, "x")], 8)
    numbers = [struct.unpack_from("<H", packed, 2 + 12 * entry)[0] for entry in range(3)]
    assert numbers == [270, 271, 305]
    assert len(packed) % 2 == 0


def test_the_later_of_two_wins() -> None:
    assert _read_back([text(305, "first"), text(305, "second")])[305] == "second"


def test_a_value_beyond_its_type_is_refused() -> None:
    with pytest.raises(struct.error):
        integers(256, TagType.SHORT, [65536])


def test_text_loses_inner_zeros_and_keeps_other_alphabets() -> None:
    assert text(270, "a\0b é").data == "ab é".encode() + b"\0"
