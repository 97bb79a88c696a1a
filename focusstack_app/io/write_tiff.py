"""TIFF: strips that are compressed as they are written, EXIF and GPS directories, the profile."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import imagecodecs

from focusstack_app.core.errors import OutputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.core.progress import Checkpoint
from focusstack_app.io.ifd import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    Tag,
    TagType,
    integers,
    packed_directory,
    rationals,
)
from focusstack_app.io.metadata import ExportTags
from focusstack_app.io.xmp import XMP_TAG

HEADER = b"II*\0\0\0\0\0"  # the place of the directory is filled in last
_LARGEST_BYTES = 2**32 - 2**24  # classic TIFF has 32-bit offsets; room for tags and bad luck
_STRIP_BYTES = 2**20
_DEFLATE_LEVEL = 4
_MAX_THREADS = 8
_ICC_PROFILE = 34675


def _deflated(strip: Pixels) -> bytes:
    """(rows, W, C) as a deflated strip with horizontal differences (TIFF 6.0, section 14)."""
    differences = strip.copy()
    differences[:, 1:] -= strip[:, :-1]
    return bytes(imagecodecs.deflate_encode(_little_endian(differences), _DEFLATE_LEVEL))


def _little_endian(strip: Pixels) -> bytes:
    return strip.astype(strip.dtype.newbyteorder("<"), copy=False).tobytes()


def _strips(pixels: Pixels, rows: int) -> Iterator[Pixels]:
    for top in range(0, pixels.shape[0], rows):
        yield pixels[top : top + rows]


def _layout(
    pixels: Pixels, rows: int, offsets: list[int], sizes: list[int], *, compress: bool
) -> list[Tag]:
    """The tags that say how the picture is stored (TIFF 6.0, section 6)."""
    height, width, channels = pixels.shape
    short, long = TagType.SHORT, TagType.LONG
    return [
        integers(254, long, [0]),  # NewSubfileType: the picture itself
        integers(256, long, [width]),
        integers(257, long, [height]),
        integers(258, short, [8 * pixels.dtype.itemsize] * channels),
        integers(259, short, [8 if compress else 1]),  # Compression: deflate or none
        integers(262, short, [2 if channels == 3 else 1]),  # Photometric: RGB or black is zero
        integers(273, long, offsets),
        integers(277, short, [channels]),
        integers(278, long, [rows]),
        integers(279, long, sizes),
        integers(284, short, [1]),  # PlanarConfiguration: interleaved
        integers(317, short, [2 if compress else 1]),  # Predictor: horizontal differences or none
        integers(339, short, [1] * channels),  # SampleFormat: unsigned
    ]


def write_tiff(
    path: Path,
    pixels: Pixels,
    tags: ExportTags,
    icc_profile: bytes | None,
    *,
    compress: bool,
    checkpoint: Checkpoint,
) -> None:
    """Write a picture or map, in strips of about 1 MiB.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 1 or 3) uint8 or uint16.
        tags: Metadata.
        icc_profile: Embedded as it is.
        compress: Deflate with horizontal differences.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OutputError: If the file would be larger than 4 GB.
        OSError: If it cannot be written.
    """
    with fitting(pixels), path.open("wb") as file:
        _write(file, pixels, tags, icc_profile, compress, checkpoint)


@contextmanager
def fitting(pixels: Pixels) -> Iterator[None]:
    """While a picture is written: what is too large for offsets of 32 bits is an `OutputError`."""
    too_large = OutputError(
        message("The picture would be larger than 4 GB, which TIFF and DNG cannot hold."),
        message("Stack smaller pictures."),
    )
    if pixels.nbytes > _LARGEST_BYTES:
        raise too_large
    try:
        yield
    except struct.error as error:
        raise too_large from error


def _write(
    file: BinaryIO,
    pixels: Pixels,
    tags: ExportTags,
    icc: bytes | None,
    compress: bool,
    checkpoint: Checkpoint,
) -> None:
    """Header, strips, EXIF and GPS directories, image directory."""
    rows = max(1, _STRIP_BYTES // max(1, pixels[0].nbytes))
    file.write(HEADER)
    pack = _deflated if compress else _little_endian
    offsets, sizes = write_parts(file, _strips(pixels, rows), pack, checkpoint)
    layout = _layout(pixels, rows, offsets, sizes, compress=compress)
    if icc is not None:
        layout.append(Tag(_ICC_PROFILE, TagType.UNDEFINED, icc))
    write_directories(file, tags, layout)


def write_parts(
    file: BinaryIO,
    parts: Iterator[Pixels],
    pack: Callable[[Pixels], bytes],
    checkpoint: Checkpoint,
) -> tuple[list[int], list[int]]:
    """Write strips or tiles, packed in a few threads.

    Returns:
        Where they lie, and their sizes in bytes.
    """
    offsets, sizes = [], []
    threads = min(_MAX_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        while batch := list(islice(parts, 2 * threads)):  # bounds what waits in memory
            checkpoint()
            for packed in pool.map(pack, batch):
                offsets.append(file.tell())
                sizes.append(len(packed))
                file.write(packed + b"\0" * (len(packed) % 2))
    return offsets, sizes


def write_directories(file: BinaryIO, tags: ExportTags, layout: Iterable[Tag]) -> None:
    """Write EXIF and GPS directories, that of the picture, and into the header where that is.

    Args:
        file: Begins with `HEADER`, at an even place.
        tags: Metadata.
        layout: How the picture is stored, and what else its directory has.
    """
    directory = {tag.number: tag for tag in (*_default_resolution(), *tags.image, *layout)}
    if tags.xmp:
        directory[XMP_TAG] = Tag(XMP_TAG, TagType.BYTE, tags.xmp)
    for number, part in ((EXIF_DIRECTORY, tags.exif), (GPS_DIRECTORY, tags.gps)):
        if part:
            at = file.tell()
            file.write(packed_directory(part, at))
            directory[number] = integers(number, TagType.LONG, [at])
    at = file.tell()
    file.write(packed_directory(directory.values(), at))
    file.seek(4)
    file.write(struct.pack("<I", at))


def _default_resolution() -> tuple[Tag, Tag, Tag]:
    dots = [(300, 1)]
    return (
        rationals(282, TagType.RATIONAL, dots),
        rationals(283, TagType.RATIONAL, dots),
        integers(296, TagType.SHORT, [2]),  # per inch
    )
