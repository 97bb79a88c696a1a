"""TIFF, decoded by tifffile; palettes, CMYK, Lab and bilevel pictures by Pillow."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import damaged, shown
from focusstack_app.io.icc import rgb_profile
from focusstack_app.io.orientation import upright_size, valid_orientation
from focusstack_app.io.quiet import without_warnings
from focusstack_app.io.raster import check_area, rgb_from_pillow

_ORIENTATION = 274
_ICC_PROFILE = 34675
_MOST_PAGES = 6  # that are looked at
_PHOTOMETRIC = tifffile.PHOTOMETRIC
_ONE_CHANNEL = (_PHOTOMETRIC.MINISBLACK, _PHOTOMETRIC.MINISWHITE)
_THREE_CHANNELS = (_PHOTOMETRIC.RGB, _PHOTOMETRIC.YCBCR)
_FOR_PILLOW = (_PHOTOMETRIC.PALETTE, _PHOTOMETRIC.SEPARATED, _PHOTOMETRIC.CIELAB)


def _picture(path: Path, tif: tifffile.TiffFile) -> tifffile.TiffPage:
    """The one picture that a file holds; some cameras and scanners put a thumbnail before it.

    Raises:
        InputError: If it holds several, is cut off, or too large.
    """
    pages = _pages(tif)
    page = pages[0]
    check_area(path, page.imagewidth, page.imagelength)
    size = page.imagewidth, page.imagelength
    copies = int((tif.imagej_metadata or {}).get("images", 1)) if len(pages) == 1 else 1
    if copies > 1 or any((other.imagewidth, other.imagelength) == size for other in pages[1:]):
        raise InputError(
            message("{file} holds several pictures.", file=shown(path)),
            message("Save each of them as a file of its own."),
        )
    file_bytes = tif.filehandle.size
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not segments or any(
        offset == 0 or count == 0 or offset + count > file_bytes for offset, count in segments
    ):
        raise damaged(path)
    return page


def _pages(tif: tifffile.TiffFile) -> list[tifffile.TiffPage]:
    """The first pages but for those that say they are thumbnails or masks, the largest in front."""
    first = tif.pages.first
    assert isinstance(first, tifffile.TiffPage)  # only further pages can be lazy frames
    found: list[tifffile.TiffPage] = []
    with suppress(Exception):  # of a damaged directory further down
        for page in islice(tif.pages, _MOST_PAGES):
            if isinstance(page, tifffile.TiffPage) and not (page.is_reduced or page.is_mask):
                found.append(page)
    found.sort(key=lambda page: page.imagewidth * page.imagelength, reverse=True)
    return found or [first]


def _decoder(path: Path, page: tifffile.TiffPage) -> Literal["tifffile", "pillow"]:
    """Which decoder reads the page.

    Raises:
        InputError: If none does.
    """
    depth = page.dtype
    if depth in (np.uint8, np.uint16) and page.bitspersample in (8, 16) and page.imagedepth == 1:
        one = page.photometric in _ONE_CHANNEL and page.samplesperpixel <= 2
        three = page.photometric in _THREE_CHANNELS and page.samplesperpixel >= 3
        subsampled = page.photometric == _PHOTOMETRIC.YCBCR and page.compression not in (6, 7)
        if (one or three) and not subsampled:
            return "tifffile"
        if depth == np.uint8 and page.photometric in _FOR_PILLOW:
            return "pillow"
    if page.bitspersample == 1 and page.photometric in _ONE_CHANNEL:
        return "pillow"
    if page.bitspersample in (1, 2, 4) and page.photometric == _PHOTOMETRIC.PALETTE:
        return "pillow"
    photometric = getattr(page.photometric, "name", page.photometric)
    raise InputError(
        message(
            "{file} is a TIFF of a kind that is not supported ({bits}-bit {photometric}, {depth}).",
            file=shown(path),
            bits=page.bitspersample,
            photometric=photometric,
            depth=depth,
        ),
        message("Save it as an 8- or 16-bit RGB TIFF."),
    )


def _header(path: Path, page: tifffile.TiffPage) -> Header:
    decoder = _decoder(path, page)
    tag = page.tags.get(_ORIENTATION)
    orientation = valid_orientation(tag.value if tag is not None else 1)
    size = (page.imagewidth, page.imagelength)
    if decoder == "pillow":  # turns TIFF upright by itself
        return Header(*upright_size(*size, orientation), 8, 1)
    return Header(*size, 16 if page.bitspersample == 16 else 8, orientation)


def read_header(path: Path) -> Header:
    """Read the header of a TIFF file and check that all its data lie inside the file.

    Raises:
        InputError: If the file is cut off, too large, or of a kind that is not supported.
        Exception: Whatever tifffile raises on a damaged header; see `faults.reading`.
    """
    with tifffile.TiffFile(path) as tif:
        return _header(path, _picture(path, tif))


def _rgb(page: tifffile.TiffPage) -> Pixels:
    samples = page.asarray()
    if page.axes == "SYX":  # planar
        samples = np.moveaxis(samples, 0, 2)
    elif page.axes == "YX":
        samples = samples[:, :, np.newaxis]
    elif page.axes != "YXS":
        raise ValueError(f"unexpected axes {page.axes}")
    if page.photometric in _ONE_CHANNEL:
        samples = in_three(samples[:, :, 0])
    if page.photometric == _PHOTOMETRIC.MINISWHITE:
        samples = np.invert(samples)
    samples = samples[:, :, :3]
    if page.bitspersample == 16:
        return np.ascontiguousarray(samples, dtype=np.uint16)
    return np.ascontiguousarray(samples, dtype=np.uint8)


def decode(path: Path) -> Decoded:
    """Decode the picture of a TIFF file.

    Raises:
        InputError: As `read_header`.
        Exception: Whatever the decoders raise on damaged data; see `faults.reading`.
    """
    with tifffile.TiffFile(path) as tif:
        page = _picture(path, tif)
        header = _header(path, page)
        if _decoder(path, page) == "tifffile":
            tag = page.tags.get(_ICC_PROFILE)
            icc = bytes(tag.value) if tag is not None and tag.value else None
            grey = page.photometric in _ONE_CHANNEL
            return Decoded(header, _rgb(page), rgb_profile(icc, grey=grey))
    with path.open("rb") as file, without_warnings():
        image = TiffImagePlugin.TiffImageFile(file)
        image.seek(page.index)
        image.load()
        pixels, icc = rgb_from_pillow(path, image)
    return Decoded(header, pixels, icc)
