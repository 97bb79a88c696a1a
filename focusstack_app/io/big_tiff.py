"""The directories of a BigTIFF as a usual TIFF, which is what exifread reads.

BigTIFF is TIFF with offsets and counts of 64 bits
(https://www.awaresystems.be/imaging/tiff/bigtiff.html).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

import numpy as np

from focusstack_app.io.ifd import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    Tag,
    TagType,
    item_bytes,
    packed_tiff,
)

_ORDERS = {b"II+\0\x08\0\0\0": "<", b"MM\0+\0\x08\0\0": ">"}
_MOST_TAGS = 1000
_LONGEST_VALUE_BYTES = 2**16
_POINTERS = {4: "I", 13: "I", 16: "Q", 18: "Q"}  # types that say where a directory lies


def is_big_tiff(start: bytes) -> bool:
    """Whether a file begins so (at least eight bytes)."""
    return start[:8] in _ORDERS


def directories(file: BinaryIO) -> bytes:
    """The tags of the first picture, of its EXIF and its place, without pixels and long values.

    Args:
        file: A BigTIFF.

    Returns:
        A TIFF of its own, little-endian.

    Raises:
        struct.error: If it is cut off.
        OSError: If it cannot be read.
    """
    file.seek(0)
    order = _ORDERS[file.read(8)]
    (at,) = struct.unpack(f"{order}Q", file.read(8))
    image, pointers = _directory(file, order, at)
    parts = {number: _directory(file, order, at)[0] for number, at in pointers.items()}
    return packed_tiff(image, parts)


def _directory(file: BinaryIO, order: str, at: int) -> tuple[list[Tag], dict[int, int]]:
    """The tags of a directory, and where those lie that it names."""
    file.seek(at)
    (count,) = struct.unpack(f"{order}Q", file.read(8))
    entries = file.read(20 * min(count, _MOST_TAGS))
    tags, pointers = [], {}
    for number, kind, length, field in struct.iter_unpack(f"{order}HHQ8s", entries):
        if number in (EXIF_DIRECTORY, GPS_DIRECTORY):
            if kind in _POINTERS:
                (pointers[number],) = struct.unpack_from(f"{order}{_POINTERS[kind]}", field)
        elif kind in tuple(TagType):
            tag_type = TagType(kind)
            size_bytes, data = length * item_bytes(tag_type), field
            if size_bytes > _LONGEST_VALUE_BYTES:
                continue
            if size_bytes > len(field):
                file.seek(*struct.unpack(f"{order}Q", field))
                data = file.read(size_bytes)
            tags.append(Tag(number, tag_type, _little_endian(data[:size_bytes], tag_type, order)))
    return tags, pointers


def _little_endian(data: bytes, tag_type: TagType, order: str) -> bytes:
    unit = min(item_bytes(tag_type), 4)  # of a ratio, two numbers
    return np.frombuffer(data, f"{order}u{unit}").astype(f"<u{unit}").tobytes()
