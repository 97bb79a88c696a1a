"""Results on disk: the 16-bit TIFF with its metadata, and maps as PNG or TIFF."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import focusstack_app
from focusstack_app.core.errors import OutputError
from focusstack_app.core.frames import FrameSource, Pixels
from focusstack_app.io.atomic import replacing
from focusstack_app.io.faults import shown
from focusstack_app.io.ifd import Tag, TagType, integers, packed_directory, rationals
from focusstack_app.io.metadata import ExportTags, exif_for_export

TIFF_SUFFIXES = frozenset((".tif", ".tiff"))

_LARGEST_BYTES = 2**32 - 2**24  # classic TIFF has 32-bit offsets; room for tags and bad luck
_STRIP_BYTES = 2**20
_DEFLATE_LEVEL = 4
_MAX_THREADS = 8
_EXIF_DIRECTORY, _GPS_DIRECTORY, _ICC_PROFILE = 34665, 34853, 34675


def _software() -> str:
    return f"focusstack_app {focusstack_app.__version__}"


def _packed_strip(strip: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """(rows, W, C) as a deflated strip with horizontal differences (TIFF 6.0, section 14)."""
    differences = strip.copy()
    differences[:, 1:] -= strip[:, :-1]
    return bytes(imagecodecs.deflate_encode(differences.tobytes(), _DEFLATE_LEVEL))


def _strips(pixels: Pixels, rows: int) -> Iterator[Pixels]:
    for top in range(0, pixels.shape[0], rows):
        yield pixels[top : top + rows]


def _layout(pixels: Pixels, rows: int, offsets: list[int], sizes: list[int]) -> list[Tag]:
    """The tags that say how the picture is stored (TIFF 6.0, section 6)."""
    height, width, channels = pixels.shape
    short, long = TagType.SHORT, TagType.LONG
    return [
        integers(254, long, [0]),  # NewSubfileType: the picture itself
        integers(256, long, [width]),
        integers(257, long, [height]),
        integers(258, short, [8 * pixels.dtype.itemsize] * channels),
        integers(259, short, [8]),  # Compression: deflate
        integers(262, short, [2 if channels == 3 else 1]),  # Photometric: RGB or black is zero
        integers(273, long, offsets),
        integers(277, short, [channels]),
        integers(278, long, [rows]),
        integers(279, long, sizes),
        integers(284, short, [1]),  # PlanarConfiguration: interleaved
        integers(317, short, [2]),  # Predictor: horizontal differences
        integers(339, short, [1] * channels),  # SampleFormat: unsigned
    ]


def _write_picture(file: BinaryIO, pixels: Pixels, tags: ExportTags, icc: bytes | None) -> None:
    """Write a whole TIFF file: header, strips, EXIF and GPS directories, image directory.

    Args:
        file: Empty, writable, seekable.
        pixels: (H, W, 1 or 3) uint8 or uint16.
        tags: Metadata.
        icc: Profile or None.

    Raises:
        struct.error: If the file would pass 4 GiB.
        OSError: If it cannot be written.
    """
    rows = max(1, _STRIP_BYTES // max(1, pixels[0].nbytes))
    offsets, sizes = [], []
    file.write(b"II*\0\0\0\0\0")  # the place of the directory is filled in last
    threads = min(_MAX_THREADS, os.cpu_count() or 1)
    strips = _strips(pixels, rows)
    with ThreadPoolExecutor(threads) as pool:
        while batch := list(islice(strips, 2 * threads)):  # bounds what waits in memory
            for packed in pool.map(_packed_strip, batch):
                offsets.append(file.tell())
                sizes.append(len(packed))
                file.write(packed + b"\0" * (len(packed) % 2))
    directory = {tag.number: tag for tag in _default_resolution()}
    directory |= {tag.number: tag for tag in tags.image}
    directory |= {tag.number: tag for tag in _layout(pixels, rows, offsets, sizes)}
    if icc is not None:
        directory[_ICC_PROFILE] = Tag(_ICC_PROFILE, TagType.UNDEFINED, icc)
    for number, part in ((_EXIF_DIRECTORY, tags.exif), (_GPS_DIRECTORY, tags.gps)):
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


def _save_tiff(
    path: Path, pixels: Pixels, tags: ExportTags, icc: bytes | None, *, overwrite: bool
) -> None:
    too_large = OutputError(
        f"{shown(path)} would be larger than 4 GB, which TIFF cannot hold.",
        "Stack smaller pictures.",
    )
    if pixels.nbytes > _LARGEST_BYTES:
        raise too_large
    with replacing(path, overwrite=overwrite) as temporary:
        try:
            with temporary.open("wb") as file:
                _write_picture(file, pixels, tags, icc)
        except struct.error as error:
            raise too_large from error


def write_tiff(
    path: Path,
    pixels: NDArray[np.uint16],
    *,
    icc_profile: bytes | None,
    source: FrameSource | None,
    description: str,
    overwrite: bool = False,
) -> None:
    """Write a picture as a 16-bit RGB TIFF with metadata; whole or not at all.

    Deflate with horizontal differences, in strips of about 1 MiB that are compressed as they are
    written.

    Args:
        path: The file to make.
        pixels: (H, W, 3) uint16, display-encoded in the colour space of `icc_profile`.
        icc_profile: Embedded as it is.
        source: The reference frame, whose EXIF is carried over (see `metadata.exif_for_export`).
        description: ImageDescription.
        overwrite: Whether an existing file may be replaced.

    Raises:
        OutputExistsError: If the file exists and `overwrite` is False.
        OutputError: If it cannot be written, or would be larger than 4 GB.
        ValueError: If `pixels` is not (H, W, 3) uint16.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint16 or not pixels.size:
        raise ValueError(f"pixels must be (H, W, 3) uint16, not {pixels.shape} {pixels.dtype}")
    tags = exif_for_export(source, _software(), description)
    _save_tiff(path, pixels, tags, icc_profile, overwrite=overwrite)


def write_map(
    path: Path,
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    *,
    overwrite: bool = False,
) -> None:
    """Write a map (provenance, depth) as PNG or TIFF, by suffix; whole or not at all.

    Args:
        path: The file to make: .png, .tif or .tiff.
        pixels: (H, W) uint8 or uint16, or (H, W, 3) uint8.
        overwrite: Whether an existing file may be replaced.

    Raises:
        OutputExistsError: If the file exists and `overwrite` is False.
        OutputError: If the suffix is another one or the file cannot be written.
        ValueError: If `pixels` is of another shape or type.
    """
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    colour = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    if not (grey or colour) or not pixels.size:
        raise ValueError(f"not a map: {pixels.shape} {pixels.dtype}")
    suffix = path.suffix.lower()
    if suffix in TIFF_SUFFIXES:
        tags = exif_for_export(None, _software(), "")
        _save_tiff(path, pixels.reshape(*pixels.shape[:2], -1), tags, None, overwrite=overwrite)
    elif suffix == ".png":
        with replacing(path, overwrite=overwrite) as temporary:
            Image.fromarray(pixels).save(temporary, format="PNG")
    else:
        raise OutputError(
            f"{shown(path)}: a map is written as PNG or TIFF.",
            "Give a name ending in .png or .tif.",
        )
