"""The chunks of a PNG file (third edition, section 5.3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO


def chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The kind of each chunk and how many bytes of data it has.

    Args:
        file: One that holds a PNG; it stands at these data whenever it is the caller's turn.
    """
    at = 8
    file.seek(at)
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        yield kind, size
        at += 12 + size
        file.seek(at)
