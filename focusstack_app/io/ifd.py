"""Tags of TIFF and EXIF as bytes: image file directories (TIFF 6.0, section 2), little-endian."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

EXIF_DIRECTORY, GPS_DIRECTORY = 34665, 34853  # EXIF 2.32, section 4.6.3
_HEADER = b"II*\0\x08\0\0\0"  # the first directory follows at once


class TagType(IntEnum):
    """Field types of TIFF 6.0, section 2, as far as they are written here."""

    BYTE = 1
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5
    UNDEFINED = 7
    SLONG = 9
    SRATIONAL = 10
    FLOAT = 11


_FORMATS = {TagType.SHORT: "H", TagType.LONG: "I", TagType.SLONG: "i"}
_ITEM_BYTES = {
    TagType.SHORT: 2,
    TagType.LONG: 4,
    TagType.RATIONAL: 8,
    TagType.SLONG: 4,
    TagType.SRATIONAL: 8,
    TagType.FLOAT: 4,
}


class Tag(NamedTuple):
    """One entry of a directory; `data` are its values, packed little-endian."""

    number: int
    type: TagType
    data: bytes

    @property
    def length(self) -> int:
        """Number of values."""
        return len(self.data) // item_bytes(self.type)


def item_bytes(type_: TagType) -> int:
    """The size of one value."""
    return _ITEM_BYTES.get(type_, 1)


def integers(number: int, type_: TagType, values: Sequence[int]) -> Tag:
    """A SHORT, LONG or SLONG tag.

    Raises:
        struct.error: If a value does not fit the type.
    """
    return Tag(number, type_, struct.pack(f"<{len(values)}{_FORMATS[type_]}", *values))


def rationals(number: int, type_: TagType, values: Iterable[tuple[int, int]]) -> Tag:
    """A RATIONAL or SRATIONAL tag of (numerator, denominator) pairs.

    Raises:
        struct.error: If a value does not fit the type.
    """
    pair = "<ii" if type_ is TagType.SRATIONAL else "<II"
    return Tag(number, type_, b"".join(struct.pack(pair, *value) for value in values))


def matrix(number: int, values: Iterable[Iterable[float]]) -> Tag:
    """An SRATIONAL tag of the rows of a matrix, to a millionth."""
    ratios = [(round(value * 1_000_000), 1_000_000) for row in values for value in row]
    return rationals(number, TagType.SRATIONAL, ratios)


def text(number: int, value: str | bytes) -> Tag:
    """An ASCII tag; other characters are written as UTF-8, which readers accept."""
    data = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return Tag(number, TagType.ASCII, data.replace(b"\0", b"") + b"\0")


def packed_directory(tags: Iterable[Tag], offset: int) -> bytes:
    """A directory without a successor, ready to lie at `offset` of a file.

    Args:
        tags: In any order; of two with the same number the later wins.
        offset: Even position in the file.

    Returns:
        The entries followed by the values that do not fit into them; of even length.

    Raises:
        struct.error: If an offset is beyond 4 GiB.
    """
    ordered = sorted({tag.number: tag for tag in tags}.values())
    entries, values = struct.pack("<H", len(ordered)), b""
    values_at = offset + 2 + 12 * len(ordered) + 4
    for tag in ordered:
        if len(tag.data) <= 4:
            field = tag.data.ljust(4, b"\0")
        else:
            field = struct.pack("<I", values_at + len(values))
            values += tag.data + b"\0" * (len(tag.data) % 2)
        entries += struct.pack("<HHI", tag.number, tag.type, tag.length) + field
    return entries + struct.pack("<I", 0) + values


def packed_tiff(image: Iterable[Tag], parts: Mapping[int, Iterable[Tag]]) -> bytes:
    """A TIFF without a picture, little-endian, which is what EXIF is outside of TIFF.

    Args:
        image: Its directory.
        parts: Directories that it names, by the number of the tag that does; empty ones are not.

    Raises:
        struct.error: If it would be larger than 4 GiB.
    """
    own, further = list(image), {number: list(part) for number, part in parts.items()}
    further = {number: part for number, part in further.items() if part}
    # The size of the first directory does not depend on the offsets in it.
    pointers = [integers(number, TagType.LONG, [0]) for number in further]
    at = len(_HEADER) + len(packed_directory([*own, *pointers], len(_HEADER)))
    pointers, directories = [], b""
    for number, part in further.items():
        pointers.append(integers(number, TagType.LONG, [at + len(directories)]))
        directories += packed_directory(part, at + len(directories))
    return _HEADER + packed_directory([*own, *pointers], len(_HEADER)) + directories
