"""The segments of a JPEG file before its pixels (ITU-T T.81, section B.1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_CUR
from typing import BinaryIO

_APP1 = 0xE1  # EXIF and XMP
_SCAN = 0xDA  # pixels follow


def segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The marker of each segment and how many bytes of data it has.

    Args:
        file: One that holds a JPEG; it stands at these data whenever it is the caller's turn.
    """
    file.seek(2)
    while len(mark := file.read(2)) == 2 and mark[0] == 0xFF and mark[1] != _SCAN:
        if mark[1] == 0xFF:  # fill
            file.seek(-1, SEEK_CUR)
            continue
        size = int.from_bytes(file.read(2), "big") - 2
        if size < 0:
            return
        at = file.tell()
        yield mark[1], size
        file.seek(at + size)


def app1(file: BinaryIO, mark: bytes) -> bytes:
    """What stands behind a mark in the first segment that begins with it; empty if none does."""
    for marker, size in segments(file):
        if marker == _APP1 and (data := file.read(size)).startswith(mark):
            return data.removeprefix(mark)
    return b""
