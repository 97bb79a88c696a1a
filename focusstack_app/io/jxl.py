"""JPEG XL, decoded by libjxl; whole numbers up to 16 bits, and floating point."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np

from focusstack_app.core.errors import InputError
from focusstack_app.core.message import message
from focusstack_app.io.code_points import check_range
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import shown
from focusstack_app.io.jxl_colours import profile_of_encoding
from focusstack_app.io.jxl_header import BLACK, JxlHeader, boxes, header_of
from focusstack_app.io.orientation import upright, upright_size
from focusstack_app.io.raster import check_area, decode_jpeg
from focusstack_app.io.samples import from_float, scaled

_MOST_BITS = 16  # of whole numbers


def read_header(path: Path) -> Header:
    """Read the header of a file; what it says of the orientation is undone by the decoder.

    Raises:
        InputError: If the picture is too large, or its colours cannot be read.
        Exception: Whatever is raised on a damaged header; see `faults.reading`.
    """
    return _header(path, _found(path))


def decode(path: Path) -> Decoded:
    """Decode a file; of an animation the first picture.

    Raises:
        InputError: As `read_header`.
        Exception: Whatever libjxl raises on damaged data; see `faults.reading`.
    """
    found = _found(path)
    header = _header(path, found)
    with path.open("rb", buffering=0) as file:  # a buffer would copy it all
        data = file.read()
    if found.colours.has_profile:
        pixels, icc = decode_jpeg(path, bytes(imagecodecs.jpegxl_decode_jpeg(data, numthreads=0)))
        return Decoded(header, upright(pixels, found.orientation), icc)
    stored = np.asarray(imagecodecs.jpegxl_decode(data, 0))
    grey = stored.ndim == 2 or stored.shape[2] < 3
    samples = stored.reshape(*stored.shape[:2], -1)[:, :, : 1 if grey else 3]
    icc = profile_of_encoding(found.colours)
    if found.floating:
        pixels, icc = from_float(path, samples, icc)
    else:
        pixels = scaled(samples, found.bits)
    return Decoded(header, in_three(pixels[:, :, 0]) if grey else pixels, icc)


def _found(path: Path) -> JxlHeader:
    with path.open("rb") as file:
        found = header_of(file)
    check_area(path, found.width_px, found.height_px)
    return found


def _holds_jpeg(path: Path) -> bool:
    """Whether the JPEG that the file was made of can be had again, to the last bit.

    ISO/IEC 18181-2: there is a box for what the pixels do not tell.
    """
    with path.open("rb") as file:
        return any(kind == b"jbrd" for kind, _ in boxes(file))


def _header(path: Path, found: JxlHeader) -> Header:
    check_range(path, found.colours.transfer)
    told = found.colours.has_profile and _holds_jpeg(path)
    if not told and profile_of_encoding(found.colours) is None:
        raise InputError(
            message(
                "{file} is a JPEG XL picture with an ICC profile, which cannot be read from it.",
                file=shown(path),
            ),
            message("Save it as TIFF or PNG, or as JPEG XL in sRGB."),
        )
    if BLACK in found.further or (found.bits > _MOST_BITS and not found.floating):
        raise InputError(
            message(
                "{file} is a JPEG XL picture of a kind that is not supported.", file=shown(path)
            ),
            message("Save it as RGB or greyscale with 8, 16 or 32 bits (floating point)."),
        )
    size = upright_size(found.width_px, found.height_px, found.orientation)
    deep = found.floating or found.bits > 8
    return Header(*size, 16 if deep else 8, 1, found.orientation)
