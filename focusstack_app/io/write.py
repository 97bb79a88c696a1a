"""Results on disk: the picture in the format of its suffix, and maps as PNG or TIFF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import focusstack_app
from focusstack_app.core.errors import OutputError
from focusstack_app.core.frames import FrameSource, Pixels
from focusstack_app.core.message import message
from focusstack_app.core.output import ColourSpace, FileFormat, OutputOptions, format_of
from focusstack_app.core.progress import Checkpoint
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.exif_block import exif_block
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import (
    adobe_rgb_profile,
    converted,
    rec2020_profile,
    srgb_profile,
)
from focusstack_app.io.jxl_colours import encoding_of
from focusstack_app.io.metadata import PROGRAM, ExportTags, dots_per_inch, exif_for_export
from focusstack_app.io.write_dng import write_dng
from focusstack_app.io.write_jpeg import LARGEST_SIDE_PX as LARGEST_JPEG_SIDE_PX
from focusstack_app.io.write_jpeg import MOST_DPI as MOST_JPEG_DPI
from focusstack_app.io.write_jpeg import write_jpeg
from focusstack_app.io.write_jxl import write_jxl
from focusstack_app.io.write_png import MOST_DPI as MOST_PNG_DPI
from focusstack_app.io.write_png import write_png
from focusstack_app.io.write_tiff import write_tiff
from focusstack_app.io.write_webp import LARGEST_SIDE_PX as LARGEST_WEBP_SIDE_PX
from focusstack_app.io.write_webp import write_webp

_PROFILES = {
    ColourSpace.SRGB: srgb_profile,
    ColourSpace.ADOBE_RGB: adobe_rgb_profile,
    ColourSpace.REC2020: rec2020_profile,
}

# Largest side, name and what else to choose.
_LIMITS = {
    FileFormat.JPEG: (LARGEST_JPEG_SIDE_PX, "JPEG", message("Choose TIFF or PNG.")),
    FileFormat.WEBP: (LARGEST_WEBP_SIDE_PX, "WebP", message("Choose TIFF, PNG or JPEG.")),
}


def write_picture(
    path: Path,
    pixels: NDArray[np.uint16],
    *,
    icc_profile: bytes | None,
    source: FrameSource | None,
    description: str,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    checkpoint: Checkpoint = lambda: None,
) -> None:
    """Write a picture with its metadata in the format of its suffix.

    Args:
        path: Replaced if it exists. It may be left half written: see `atomic.replacing`.
        pixels: (H, W, 3) uint16, display-encoded in the colour space of `icc_profile`.
        icc_profile: Embedded as it is, unless the options want another colour space, or `source`
            is RAW.
        source: The reference frame, whose EXIF is carried over (see `metadata.exif_for_export`).
        description: ImageDescription.
        options: How it is written.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OutputError: If the file has the suffix of no format, or the picture is too large for it.
        OSError: If it cannot be written.
        ValueError: If `pixels` is not (H, W, 3) uint16.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint16 or not pixels.size:
        raise ValueError(f"pixels must be (H, W, 3) uint16, not {pixels.shape} {pixels.dtype}")
    kind = format_of(path)
    if kind is None:
        raise OutputError(
            message("{file} has the suffix of no picture format.", file=shown(path)),
            message("Use .tif, .png, .jpg, .webp, .jxl or .dng."),
        )
    space = _space(kind, options.colour_space, icc_profile)
    if space is ColourSpace.KEPT and source is not None and source.kind == "raw":
        space = ColourSpace.SRGB  # RAW has none of its own, and is wide to keep the choice open
    tags = exif_for_export(source, software(), description, options.metadata, space)
    if kind is FileFormat.DNG:
        write_dng(path, pixels, icc_profile, tags, checkpoint=checkpoint)
        return
    if space is not ColourSpace.KEPT:
        target = _PROFILES[space]()
        if target != icc_profile:
            pixels = converted(pixels, icc_profile, target, checkpoint)
        icc_profile = target
    _write(path, kind, pixels, tags, icc_profile, options, checkpoint)


def _space(kind: FileFormat, wanted: ColourSpace, icc_profile: bytes | None) -> ColourSpace:
    """What a file of this format holds, where `wanted` is wanted."""
    if kind is FileFormat.DNG:
        return ColourSpace.REC2020
    if kind is FileFormat.JXL and wanted is ColourSpace.KEPT:
        known = icc_profile is not None and encoding_of(icc_profile) is not None
        return ColourSpace.KEPT if known else ColourSpace.SRGB
    return wanted


def check_side(kind: FileFormat, side_px: int) -> None:
    """Find out whether a format can hold a picture.

    Raises:
        OutputError: If its longer side, `side_px`, is too long.
    """
    if kind not in _LIMITS:
        return
    largest_px, name, instead = _LIMITS[kind]
    if side_px > largest_px:
        raise OutputError(
            message(
                "The picture has more than {largest_px} pixels on a side, which {name} "
                "cannot hold.",
                largest_px=largest_px,
                name=name,
            ),
            instead,
        )


def _write(
    path: Path,
    kind: FileFormat,
    pixels: NDArray[np.uint16],
    tags: ExportTags,
    icc_profile: bytes | None,
    options: OutputOptions,
    checkpoint: Checkpoint,
) -> None:
    check_side(kind, max(pixels.shape))
    deep: Pixels = pixels
    if options.bits_in(kind) == 8:
        deep = rounded_to_8(pixels, checkpoint)
    if kind is FileFormat.TIFF:
        write_tiff(path, deep, tags, icc_profile, compress=options.compress, checkpoint=checkpoint)
        return
    exif = exif_block(tags, pixels.shape[1], pixels.shape[0])
    if kind is FileFormat.PNG:
        write_png(
            path, deep, exif, icc_profile, tags.xmp, dots_per_inch(tags, MOST_PNG_DPI), checkpoint
        )
    elif kind is FileFormat.JPEG:
        write_jpeg(
            path,
            rounded_to_8(deep),
            exif,
            icc_profile,
            tags.xmp,
            quality=options.quality,
            subsampling=options.subsampling,
            dots_per_inch=dots_per_inch(tags, MOST_JPEG_DPI),
            checkpoint=checkpoint,
        )
    elif kind is FileFormat.JXL:
        write_jxl(
            path,
            deep,
            exif,
            icc_profile or srgb_profile(),
            tags.xmp,
            quality=options.quality,
            lossless=options.lossless,
            checkpoint=checkpoint,
        )
    else:
        write_webp(
            path,
            rounded_to_8(deep),
            exif,
            icc_profile,
            tags.xmp,
            quality=options.quality,
            lossless=options.lossless,
            checkpoint=checkpoint,
        )


def write_map(path: Path, pixels: Pixels, checkpoint: Checkpoint = lambda: None) -> None:
    """Write a map (provenance, depth) as PNG or TIFF, by suffix.

    Args:
        path: As of `write_picture`: .png, .tif or .tiff.
        pixels: (H, W) uint8 or uint16, or (H, W, 3) uint8.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OutputError: If the suffix is another one.
        OSError: If the file cannot be written.
        ValueError: If `pixels` is of another shape or type.
    """
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    colour = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    if not (grey or colour) or not pixels.size:
        raise ValueError(f"not a map: {pixels.shape} {pixels.dtype}")
    kind = format_of(path)
    if kind not in (FileFormat.TIFF, FileFormat.PNG):
        raise OutputError(
            message("{file}: a map is written as PNG or TIFF.", file=shown(path)),
            message("Give a name ending in .png or .tif."),
        )
    tags = exif_for_export(None, software(), "")
    if kind is FileFormat.TIFF:
        planes = pixels.reshape(*pixels.shape[:2], -1)
        write_tiff(path, planes, tags, None, compress=True, checkpoint=checkpoint)
    else:
        exif = exif_block(tags, pixels.shape[1], pixels.shape[0])
        write_png(path, pixels, exif, checkpoint=checkpoint)


def software() -> str:
    """What files say that they were written by."""
    return f"{PROGRAM} {focusstack_app.__version__}"
