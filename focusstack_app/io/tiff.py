"""TIFF, decoded by tifffile; palettes, CMYK, Lab and bilevel pictures by Pillow.

Floating point and odd depths become 16 bits (`samples`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.core.pages import file_of, page_of
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import rgb_profile
from focusstack_app.io.orientation import upright_size, valid_orientation
from focusstack_app.io.quiet import without_warnings
from focusstack_app.io.raster import rgb_from_pillow
from focusstack_app.io.samples import from_float, ranged, scaled
from focusstack_app.io.tiff_pages import Plane, plane, planes

_ORIENTATION = 274
_SIGNIFICANT = re.compile(r'\bSignificantBits="(\d{1,3})"')
_ICC_PROFILE = 34675
_PHOTOMETRIC = tifffile.PHOTOMETRIC
_ONE_CHANNEL = (_PHOTOMETRIC.MINISBLACK, _PHOTOMETRIC.MINISWHITE)
_THREE_CHANNELS = (_PHOTOMETRIC.RGB, _PHOTOMETRIC.YCBCR)
_FLOATS = (np.float16, np.float32, np.float64)
_DEPTHS = (np.uint8, np.uint16, *_FLOATS)
_OTHER_COLOURS: dict[int, str] = {_PHOTOMETRIC.SEPARATED: "CMYK", _PHOTOMETRIC.CIELAB: "Lab"}
_LEAST_FLOAT, _MOST_FLOAT = 1e-37, 1e38  # what 32 bits reckon with
_FOR_PILLOW = (_PHOTOMETRIC.PALETTE, _PHOTOMETRIC.SEPARATED, _PHOTOMETRIC.CIELAB)


def _decoder(path: Path, page: tifffile.TiffPage) -> Literal["tifffile", "pillow"]:
    """Which decoder reads the page.

    Raises:
        InputError: If none does.
    """
    depth = page.dtype
    if page.bitspersample == 1 and page.photometric in _ONE_CHANNEL:
        return "pillow"
    if depth in _DEPTHS and isinstance(page.bitspersample, int) and page.imagedepth == 1:
        one = page.photometric in _ONE_CHANNEL and page.samplesperpixel <= 2
        three = page.photometric in _THREE_CHANNELS and page.samplesperpixel >= 3
        subsampled = page.photometric == _PHOTOMETRIC.YCBCR and page.compression not in (6, 7)
        if (one or three) and not subsampled:
            return "tifffile"
        if page.bitspersample == 8 and page.photometric in _FOR_PILLOW:
            return "pillow"
    if page.bitspersample in (1, 2, 4) and page.photometric == _PHOTOMETRIC.PALETTE:
        return "pillow"
    other = _OTHER_COLOURS.get(page.photometric)
    if other is not None:
        raise InputError(
            message(
                "{file} is a {kind} picture, which is read with 8 bits only.",
                file=shown(path),
                kind=other,
            ),
            message("Save it as RGB."),
        )
    photometric = getattr(page.photometric, "name", page.photometric)
    raise InputError(
        message(
            "{file} is a TIFF of a kind that is not supported ({bits}-bit {photometric}, {depth}).",
            file=shown(path),
            bits=page.bitspersample,
            photometric=photometric,
            depth=depth,
        ),
        message("Save it as RGB or greyscale with 8, 16 or 32 bits (floating point)."),
    )


def _header(path: Path, page: tifffile.TiffPage) -> Header:
    decoder = _decoder(path, page)
    tag = page.tags.get(_ORIENTATION)
    orientation = valid_orientation(tag.value if tag is not None else 1)
    size = (page.imagewidth, page.imagelength)
    if decoder == "pillow":  # turns TIFF upright by itself
        return Header(*upright_size(*size, orientation), 8, 1)
    bits: Literal[8, 16] = 8 if page.bitspersample <= 8 else 16
    return Header(*size, bits, orientation, shown_range=_shown_range(page))


def read_header(path: Path) -> Header:
    """Read the header of a picture and check that all its data lie inside the file.

    Args:
        path: A file that holds one picture, or a page (`core.pages`).

    Raises:
        InputError: If the file is cut off, too large, or of a kind that is not supported.
        Exception: Whatever tifffile raises on a damaged header; see `faults.reading`.
    """
    with tifffile.TiffFile(file_of(path)) as tif:
        return _header(path, plane(path, tif, page_of(path)).page)


def read_headers(path: Path) -> list[tuple[int, Header]]:
    """Number of the page and header of each frame of a file: one, or those of a stack.

    Raises:
        InputError: As `read_header`; if it holds several stacks, or channels.
        Exception: As `read_header`.
    """
    with tifffile.TiffFile(path) as tif:
        return [(one.number, _header(path, one.page)) for one in planes(path, tif)]


def _rgb(
    path: Path, stored: Plane, icc: bytes | None, shown_range: tuple[float, float] | None
) -> tuple[Pixels, bytes | None]:
    """(H, W, 3) of one or three channels, and the profile of these numbers."""
    page, samples = stored.page, stored.samples()
    if stored.axes == "SYX":  # planar
        samples = np.moveaxis(samples, 0, 2)
    elif stored.axes == "YX":
        samples = samples[:, :, np.newaxis]
    elif stored.axes != "YXS":
        raise ValueError(f"unexpected axes {stored.axes}")
    grey = page.photometric in _ONE_CHANNEL and not stored.others
    samples = samples[:, :, :1] if grey else samples[:, :, :3]
    icc = rgb_profile(icc, grey=grey)
    pixels: Pixels
    if samples.dtype.kind == "f":
        pixels, icc = from_float(path, samples, icc, shown_range)
    elif shown_range is not None:
        pixels = ranged(samples, shown_range)
    else:
        pixels = scaled(samples, _significant_bits(page))
    if page.photometric == _PHOTOMETRIC.MINISWHITE:
        pixels = np.invert(pixels)
    return in_three(pixels[:, :, 0]) if grey else pixels, icc


def _significant_bits(page: tifffile.TiffPage) -> int:
    """How many bits the samples fill: microscope cameras put 12 bits into 16, which look black.

    OME says it (schema of 2016, Pixels).
    """
    said = _SIGNIFICANT.search(page.parent.ome_metadata or "")
    bits = int(said[1]) if said is not None and page.bitspersample == 16 else 0
    return bits if 8 < bits < 16 else page.bitspersample


def _shown_range(page: tifffile.TiffPage) -> tuple[float, float] | None:
    """What ImageJ shows as black and white, where it says that, and nothing else says what is.

    Of 16 bits a microscope's camera fills 12; the range is often that of the pixels. Colours have
    one each, and get one for all, so that none is tinted.
    """
    deep = page.dtype == np.uint16 and _significant_bits(page) == 16
    said = (page.parent.imagej_metadata or {}) if deep or page.dtype in _FLOATS else {}
    with suppress(KeyError, TypeError, ValueError):
        several = said.get("mode") == "composite" and "Ranges" in said
        ranges = said["Ranges"] if several else (said["min"], said["max"])
        low, high = float(min(ranges[::2])), float(max(ranges[1::2]))
        if deep:
            return (low, high) if 0 <= low < high <= 65535 else None
        if max(-low, high) <= _MOST_FLOAT and high - low >= _LEAST_FLOAT:  # false with NaN
            return low, high
    return None


def decode(path: Path, shown_range: tuple[float, float] | None = None) -> Decoded:
    """Decode a picture.

    Args:
        path: A file that holds one picture, or a page (`core.pages`).
        shown_range: Values that become black and white, in place of those that ImageJ says.

    Raises:
        InputError: As `read_header`.
        Exception: Whatever the decoders raise on damaged data; see `faults.reading`.
    """
    file_path = file_of(path)
    with tifffile.TiffFile(file_path) as tif:
        stored = plane(path, tif, page_of(path))
        page = stored.page
        header = _header(path, page)
        if _decoder(path, page) == "tifffile":
            tag = page.tags.get(_ICC_PROFILE)
            icc = bytes(tag.value) if tag is not None and tag.value else None
            shown_range = header.shown_range and (shown_range or header.shown_range)
            return Decoded(header, *_rgb(path, stored, icc, shown_range))
    with file_path.open("rb") as file, without_warnings():
        image = TiffImagePlugin.TiffImageFile(file)
        image.seek(page.index)
        image.load()
        pixels, icc = rgb_from_pillow(path, image)
    return Decoded(header, pixels, icc)
