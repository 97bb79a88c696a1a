"""Which pages of a TIFF are frames: one picture, perhaps with a thumbnail, or a whole stack."""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tifffile
from numpy.typing import NDArray

from focusstack_app.core.errors import InputError
from focusstack_app.core.message import message
from focusstack_app.io.faults import damaged, shown
from focusstack_app.io.raster import check_area

_MOST_PAGES = 10_000
_MOST_CHANNELS = 7  # of ImageJ's composites; what has more is a stack that was written carelessly
_AXES_OF_FRAME = "YXS"
_CHANNEL = "C"
_RGB_TABLES = np.eye(3, dtype=np.uint8)[:, :, np.newaxis] * np.arange(256, dtype=np.uint8)


class Plane(NamedTuple):
    """One frame in a file.

    Attributes:
        page: The directory that describes it.
        number: By which `core.pages` names it; the first is 1.
        at: Where its samples lie, if they follow those of the only page without a directory of
            their own (ImageJ's way beyond 4 GB).
        others: Pages with green and blue, where `page` has red (ImageJ's way with 16 bits).
    """

    page: tifffile.TiffPage
    number: int
    at: int | None = None
    others: tuple[tifffile.TiffPage, ...] = ()

    @property
    def axes(self) -> str:
        """Of the samples: "YX" of one channel; "YXS" or "SYX"."""
        return "SYX" if self.others else self.page.axes

    def samples(self) -> NDArray[Any]:
        """As stored, in the order of `axes`."""
        if self.others:
            return np.stack([page.asarray() for page in (self.page, *self.others)])
        if self.at is None:
            return np.asarray(self.page.asarray())
        page, file = self.page, self.page.parent.filehandle
        assert page.dtype is not None  # it was decoded to find out how long a plane is
        kind = page.dtype.newbyteorder(page.parent.byteorder)
        samples = file.read_array(kind, page.size, offset=self.at)
        return np.asarray(samples).reshape(page.shape)


def planes(path: Path, tif: tifffile.TiffFile) -> list[Plane]:
    """The frames of a file, in order: one, or those of a stack.

    Thumbnails, masks, and pages that are not like the largest one are passed over.

    Raises:
        InputError: If it holds several stacks, or channels, is cut off, or its pictures are too
            large.
    """
    pages, last = _pages(tif)
    largest = max(pages, key=lambda page: page.imagewidth * page.imagelength)
    check_area(path, largest.imagewidth, largest.imagelength)
    alike = [page for page in pages if _kind(page) == _kind(largest)]
    for page in alike:
        _check_whole(path, page)
    goes_on = _next_at(last)
    if goes_on >= tif.filehandle.size or (goes_on and _said(tif) > len(pages)):
        raise damaged(path)  # further frames were behind
    if len(pages) == 1 and not goes_on:
        return _without_directories(path, tif, largest)
    if len(alike) > 1:
        if goes_on or _said(tif) > len(pages):  # directories further down are lost
            raise damaged(path)
        colours = _has_colours_apart(tif)
        _check_axes(path, tif, largest, colours=colours)
        if colours:
            return [
                Plane(red, red.index + 1, None, (green, blue))
                for red, green, blue in zip(alike[::3], alike[1::3], alike[2::3], strict=True)
            ]
    return [Plane(page, page.index + 1) for page in alike]


def plane(path: Path, tif: tifffile.TiffFile, number: int | None) -> Plane:
    """The frame of a number, or the only one.

    Raises:
        InputError: As `planes`; if there is no such page, or there are several and none is named.
    """
    if number is not None and not _has_colours_apart(tif):
        with suppress(IndexError):  # the others need not be looked at
            page = tif.pages[number - 1]
            if isinstance(page, tifffile.TiffPage):
                check_area(path, page.imagewidth, page.imagelength)
                _check_whole(path, page)
                return Plane(page, number)
    found = planes(path, tif)
    if number is None and len(found) > 1:
        raise InputError(
            message("{file} holds several pictures.", file=shown(path)),
            message("Its name has to end in .tif, so that it is opened as a stack."),
        )
    for one in found:
        if number in (None, one.number):
            return one
    raise InputError(
        message("{file} does not exist: the file has fewer pages.", file=shown(path)),
        message("Open the stack again."),
    )


def _pages(tif: tifffile.TiffFile) -> tuple[list[tifffile.TiffPage], tifffile.TiffPage]:
    """Pages but for those that say they are thumbnails or masks (the first, if all say so).

    Returns:
        They, and the last page of all that can be read.
    """
    first = last = tif.pages.first
    assert isinstance(first, tifffile.TiffPage)  # only further pages can be lazy frames
    found: list[tifffile.TiffPage] = []
    seen: set[int] = set()
    with suppress(Exception):  # of a damaged directory further down
        for page in islice(tif.pages, _MOST_PAGES):
            if page.offset in seen or not isinstance(page, tifffile.TiffPage):
                break
            seen.add(page.offset)
            last = page
            if not (page.is_reduced or page.is_mask):
                found.append(page)
    return found or [first], last


def _kind(page: tifffile.TiffPage) -> tuple[object, ...]:
    return page.shape, page.dtype, page.photometric, page.bitspersample


def _check_whole(path: Path, page: tifffile.TiffPage) -> None:
    """Refuse a picture whose data do not all lie inside the file."""
    file_bytes = page.parent.filehandle.size
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not segments or any(
        offset == 0 or count == 0 or offset + count > file_bytes for offset, count in segments
    ):
        raise damaged(path)


def _next_at(page: tifffile.TiffPage) -> int:
    """Where the directory that follows that of a page is said to be (TIFF 6.0, section 2); 0: none.

    Many programs write the directories behind all pictures: a stack that was cut off ends before.
    """
    layout, file = page.parent.tiff, page.parent.filehandle
    try:
        file.seek(page.offset)
        (count,) = struct.unpack(layout.tagnoformat, file.read(layout.tagnosize))
        file.seek(page.offset + layout.tagnosize + count * layout.tagsize)
        (following,) = struct.unpack(layout.offsetformat, file.read(layout.offsetsize))
    except struct.error:
        return 0
    return int(following)


def _said(tif: tifffile.TiffFile) -> int:
    """How many frames ImageJ says that it has written."""
    return int((tif.imagej_metadata or {}).get("images", 1))


def _without_directories(
    path: Path, tif: tifffile.TiffFile, page: tifffile.TiffPage
) -> list[Plane]:
    """The frame of the only page, and those that follow it."""
    if not (tif.is_imagej or tif.is_shaped):
        return [Plane(page, 1)]
    series = tif.series[0]
    count = series.size // max(1, page.size)
    if count < 2 and _said(tif) < 2:
        return [Plane(page, 1)]
    _check_axes(path, tif, page, colours=False)
    if count < _said(tif) or series.dataoffset is None or page.dtype is None:
        raise damaged(path)
    step = page.size * page.dtype.itemsize
    if series.dataoffset + count * step > tif.filehandle.size:
        raise damaged(path)
    return [Plane(page, n + 1, series.dataoffset + n * step) for n in range(count)]


def _has_colours_apart(tif: tifffile.TiffFile) -> bool:
    """Whether ImageJ has put red, green and blue into pages that follow each other."""
    said = tif.imagej_metadata or {}
    if said.get("channels") != 3 or said.get("mode") != "composite":
        return False
    tables = said.get("LUTs", _RGB_TABLES)  # these are its own choice
    return np.array_equal(tables, _RGB_TABLES)


def _check_axes(
    path: Path, tif: tifffile.TiffFile, page: tifffile.TiffPage, *, colours: bool
) -> None:
    """Refuse several stacks in one file, and channels, where it says that it has such.

    Args:
        path: For messages.
        tif: The file.
        page: One of its frames.
        colours: Whether its channels are red, green and blue.
    """
    if not (tif.is_ome or tif.is_imagej):
        return
    series = [one for one in tif.series if one.keyframe.shape == page.shape]
    many = [
        (axis, count)
        for axis, count in zip(series[0].axes, series[0].shape, strict=True)
        if count > 1 and axis not in _AXES_OF_FRAME and not (colours and axis == _CHANNEL)
    ]
    channels = dict(many).get(_CHANNEL, 1)
    if page.samplesperpixel < 3 and channels > 1 and (channels <= _MOST_CHANNELS or many[1:]):
        raise InputError(
            message("{file} has {count} channels.", file=shown(path), count=channels),
            message("Save the stack as RGB, or each channel as a file of its own."),
        )
    if len(series) > 1 or len(many) > 1:
        raise InputError(
            message("{file} holds several stacks.", file=shown(path)),
            message("Save each of them as a file of its own."),
        )
