"""JPEG XL with 8 or 16 bits, by libjxl; metadata are put in beside the pixels.

The library's encoder cannot be told what the numbers mean: it takes floating point for linear light
with the primaries of sRGB. So pictures with loss are given to it like that, which codes them by how
they look, and the header is written anew, with the colours that they come from.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import beside
from focusstack_app.core.frames import Pixels
from focusstack_app.core.progress import Checkpoint
from focusstack_app.io.jxl_colours import encoding_of, linear_srgb
from focusstack_app.io.jxl_header import BOXED, boxes, header_of, packed_header

_EFFORT = 7  # libjxl's own choice
_EFFORT_WITHOUT_LOSS = 3  # more takes several times as long, for a hundredth of the size
_MOST_THREADS = 8
_BAND_ROWS = 128
_HEAD_BYTES = 4096  # of the file; more than comes before the frames


def write_jxl(
    path: Path,
    pixels: Pixels,
    exif: bytes,
    icc_profile: bytes,
    xmp: bytes,
    *,
    quality: int,
    lossless: bool,
    checkpoint: Checkpoint = lambda: None,
) -> None:
    """Write a picture.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 3) uint8 or uint16.
        exif: From `exif_block`.
        icc_profile: What the numbers mean, which is said without it; one that `encoding_of` knows.
        xmp: A packet; nothing where it is empty.
        quality: 1 to 100, with loss.
        lossless: Without loss.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OSError: If it cannot be written.
        ValueError: If the profile is another one.
    """
    colours = encoding_of(icc_profile)
    if colours is None:
        raise ValueError("JPEG XL cannot say these colours")
    how = {"lossless": True} if lossless else {"distance": _distance(quality)}

    def packed() -> bytes:
        return bytes(
            imagecodecs.jpegxl_encode(
                np.ascontiguousarray(pixels) if lossless else _light(pixels, icc_profile),
                effort=_EFFORT_WITHOUT_LOSS if lossless else _EFFORT,
                usecontainer=True,
                numthreads=min(_MOST_THREADS, os.cpu_count() or 1),
                **how,
            )
        )

    data = memoryview(beside(packed, checkpoint))
    made = header_of(io.BytesIO(data[:_HEAD_BYTES]))
    box_at, codestream_at = _codestream(data)
    if made.size_bytes == 0:
        raise ValueError("the library has written a header of another kind")
    frames = data[codestream_at + made.size_bytes :]
    bits = 8 * pixels.dtype.itemsize
    header = packed_header(replace(made, bits=bits, floating=False, colours=colours))
    with path.open("wb") as file:
        file.write(data[:box_at])
        file.write(_box(b"Exif", bytes(4) + exif))  # its TIFF header follows at once
        if xmp:
            file.write(_box(b"xml ", xmp))
        file.write(_box_head(b"jxlc", len(header) + len(frames)))
        file.write(header)
        file.write(frames)


def _light(pixels: Pixels, icc_profile: bytes) -> NDArray[np.float32]:
    """(H, W, 3) of linear light with the primaries of sRGB."""
    light, mix = linear_srgb(icc_profile, 1 << 8 * pixels.dtype.itemsize)
    made = np.empty(pixels.shape, np.float32)
    for top in range(0, len(pixels), _BAND_ROWS):
        band = np.take(light, pixels[top : top + _BAND_ROWS], mode="clip")
        np.matmul(band, mix, out=made[top : top + _BAND_ROWS])
    return made


def _distance(quality: int) -> float:
    """What libjxl makes of a quality (JxlEncoderDistanceFromQuality), but never without loss."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25


def _codestream(data: memoryview) -> tuple[int, int]:
    """Where the box with the codestream begins, which is the last one, and where that does."""
    at = len(BOXED)
    file = io.BytesIO(data[:_HEAD_BYTES])
    for kind, size in boxes(file):
        if kind == b"jxlc":
            return at, file.tell()
        at = file.tell() + size
    raise ValueError("no codestream in one piece")


def _box(kind: bytes, contents: bytes) -> bytes:
    return _box_head(kind, len(contents)) + contents


def _box_head(kind: bytes, size_bytes: int) -> bytes:
    """ISO/IEC 18181-2, section 9.1."""
    return struct.pack(">I4s", 8 + size_bytes, kind)
