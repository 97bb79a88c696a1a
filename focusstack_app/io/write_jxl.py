"""JPEG XL with 8 or 16 bits, by libjxl; metadata are put in beside the pixels.

The encoder cannot be told what the numbers mean: libjxl then takes 8 bits for sRGB, and 16 for
linear light with its primaries. So 16 bits with loss are given to it like that, and in all of 16
bits the header is corrected, by four bits, to what the numbers are meant to become or are: sRGB.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

from focusstack_app.core.ahead import beside
from focusstack_app.core.frames import Pixels
from focusstack_app.core.srgb import decoded
from focusstack_app.io.code_points import LINEAR, OF_SRGB
from focusstack_app.io.jxl_header import BOXED, HEAD_BYTES, boxes, header_of

_EFFORT = 7  # libjxl's own choice
_EFFORT_WITHOUT_LOSS = 3  # more takes several times as long, for a hundredth of the size
_MOST_THREADS = 8


def write_jxl(
    path: Path,
    pixels: Pixels,
    exif: bytes,
    xmp: bytes,
    *,
    quality: int,
    lossless: bool,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Write a picture.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 3) uint8 or uint16, sRGB.
        exif: From `exif_block`.
        xmp: A packet; nothing where it is empty.
        quality: 1 to 100, with loss.
        lossless: Without loss.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OSError: If it cannot be written.
    """
    whole: Any = np.ascontiguousarray(pixels)
    deep = whole.dtype == np.uint16 and _takes_light()
    if deep and not lossless:  # coded by how it looks, for which its light has to be known
        whole = np.take(_light(), whole)
    how = {"lossless": True} if lossless else {"distance": _distance(quality)}

    def packed() -> bytes:
        return bytes(
            imagecodecs.jpegxl_encode(
                whole,
                effort=_EFFORT_WITHOUT_LOSS if lossless else _EFFORT,
                usecontainer=True,
                numthreads=min(_MOST_THREADS, os.cpu_count() or 1),
                **how,
            )
        )

    data = memoryview(beside(packed, checkpoint))
    at = _pixels_at(data)
    head = bytearray(data[: at + HEAD_BYTES])
    if deep:
        _say_srgb(head, at)
    with path.open("wb") as file:
        file.write(head[:at])
        file.write(_box(b"Exif", bytes(4) + exif))  # its TIFF header follows at once
        if xmp:
            file.write(_box(b"xml ", xmp))
        file.write(head[at:])
        file.write(data[len(head) :])


@cache
def _takes_light() -> bool:
    """Whether the encoder takes 16 bits for linear light."""
    made = imagecodecs.jpegxl_encode(np.zeros((8, 8, 3), np.uint16))
    return header_of(io.BytesIO(made)).colours.transfer == LINEAR


@cache
def _light() -> Pixels:
    """Linear light by value of sRGB, with 16 bits each."""
    values: Pixels = np.rint(decoded(np.arange(65536) / 65535) * 65535).astype(np.uint16)
    return values


def _say_srgb(head: bytearray, at: int) -> None:
    """Correct the transfer function that the codestream in the box at `at` names.

    Both are written as 2 bits that choose and 4 that count from 2 (ISO/IEC 18181-1, B.2.2).
    """
    first = 8 * (at + 8) + header_of(io.BytesIO(head)).colours.transfer_at_bit + 2
    for bit in range(4):
        byte, place = divmod(first + bit, 8)
        head[byte] = head[byte] & ~(1 << place) | ((OF_SRGB - 2) >> bit & 1) << place


def _distance(quality: int) -> float:
    """What libjxl makes of a quality (JxlEncoderDistanceFromQuality), but never without loss."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25


def _pixels_at(data: memoryview) -> int:
    """Where the box with the codestream begins."""
    at = len(BOXED)
    file = io.BytesIO(data[:HEAD_BYTES])
    for kind, size in boxes(file):
        if kind == b"jxlc":
            return at
        at = file.tell() + size
    raise ValueError("no codestream in one piece")


def _box(kind: bytes, contents: bytes) -> bytes:
    """ISO/IEC 18181-2, section 9.1."""
    return struct.pack(">I4s", 8 + len(contents), kind) + contents
