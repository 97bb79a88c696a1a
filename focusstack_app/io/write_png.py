"""PNG with 8 or 16 bits; libpng writes the pixels, metadata and profile are put in beside them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np

from focusstack_app.core.ahead import beside
from focusstack_app.core.frames import Pixels
from focusstack_app.core.progress import Checkpoint

MOST_DPI = 50_000_000  # per metre in 31 bits
_LEVEL = 3
_HEAD_BYTES = 33  # signature and IHDR, PNG (third edition), sections 5.2 and 11.2.1


def write_png(
    path: Path,
    pixels: Pixels,
    exif: bytes | None = None,
    icc_profile: bytes | None = None,
    xmp: bytes = b"",
    dots_per_inch: int | None = None,
    checkpoint: Checkpoint = lambda: None,
) -> None:
    """Write a picture or map without loss.

    Args:
        path: Replaced if it exists.
        pixels: (H, W) or (H, W, 3) uint8 or uint16.
        exif: From `exif_block`.
        icc_profile: Embedded as it is.
        xmp: The same; nothing where it is empty.
        dots_per_inch: Many programs look for it beside the EXIF only.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OSError: If it cannot be written.
    """
    whole = np.ascontiguousarray(pixels)
    packed = memoryview(beside(lambda: imagecodecs.png_encode(whole, level=_LEVEL), checkpoint))
    with path.open("wb") as file:
        file.write(packed[:_HEAD_BYTES])
        if icc_profile is not None:  # section 11.3.2.3: name, 0, method 0, deflated profile
            file.write(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
        if dots_per_inch is not None:  # section 11.3.4.3: per metre, both ways
            dots = round(dots_per_inch / 0.0254)
            file.write(_chunk(b"pHYs", struct.pack(">IIB", dots, dots, 1)))
        if exif is not None:
            file.write(_chunk(b"eXIf", exif))
        if xmp:  # section 11.3.3.4: keyword, 0, not compressed, no language, no translation
            file.write(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
        file.write(packed[_HEAD_BYTES:])


def _chunk(kind: bytes, data: bytes) -> bytes:
    """Section 5.3."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
