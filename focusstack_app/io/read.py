"""From a file to pixels: upright, RGB, at full size or reduced."""

from __future__ import annotations

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Frame, FrameSource
from focusstack_app.core.message import message
from focusstack_app.core.pages import file_of
from focusstack_app.io import heif, jxl, raster, raw, tiff
from focusstack_app.io.decoded import Decoded
from focusstack_app.io.faults import reading, shown
from focusstack_app.io.icc import ADOBE_RGB, UNLABELLED, adobe_rgb_profile, profile_name
from focusstack_app.io.metadata import ExifFacts, read_facts
from focusstack_app.io.orientation import upright, upright_size
from focusstack_app.io.reduce import fitted_size, reduced


def _decode(source: FrameSource, size_px: tuple[int, int] | None, *, narrow: bool) -> Decoded:
    path, kind = source.path, source.kind
    with reading(path):
        if kind == "raw":
            return raw.decode(path, size_px, narrow=narrow)
        if kind == "tiff":
            return tiff.decode(path, source.shown_range)
        if kind == "heif":
            return heif.decode(path)
        if kind == "jxl":
            return jxl.decode(path)
        return raster.decode(path, kind, size_px)


def _labelled(decoded: Decoded, facts: ExifFacts) -> tuple[str, bytes | None]:
    """Name of the colour space and its profile, if there is a usable one."""
    if decoded.icc_profile is not None:
        name = profile_name(decoded.icc_profile)
        if name is not None:
            return name, decoded.icc_profile
    name = decoded.colour_space or facts.colour_space or UNLABELLED
    return name, adobe_rgb_profile() if name == ADOBE_RGB else None


def _frame(source: FrameSource, max_side_px: int | None, *, narrow: bool) -> Frame:
    path = source.path
    with reading(path):
        facts = read_facts(file_of(path)) if source.kind != "raw" else ExifFacts()
    wanted = None
    if max_side_px is not None:
        wanted = fitted_size(*upright_size(*source.size_px, source.turned), max_side_px)
        if facts.orientation >= 5 and source.kind in ("jpeg", "png"):
            wanted = wanted[::-1]
    decoded = _decode(source, wanted, narrow=narrow)
    header = decoded.header
    orientation = header.orientation or facts.orientation
    size = upright_size(header.width_px, header.height_px, orientation)
    size = upright_size(*size, source.turned)
    if size != source.size_px:
        raise InputError(
            message(
                "{file} has {width_px} x {height_px} pixels now, not {width_before_px} x "
                "{height_before_px}: it was changed since it was opened.",
                file=shown(path),
                width_px=size[0],
                height_px=size[1],
                width_before_px=source.width_px,
                height_before_px=source.height_px,
            ),
            message("Open the stack again."),
        )
    pixels = decoded.pixels
    if max_side_px is not None:
        pixels = reduced(pixels, fitted_size(header.width_px, header.height_px, max_side_px))
    name, icc_profile = _labelled(decoded, facts)
    return Frame(source, upright(upright(pixels, orientation), source.turned), name, icc_profile)


def read_frame(source: FrameSource, *, narrow: bool = False) -> Frame:
    """Decode a source at full size.

    Args:
        source: The file.
        narrow: RAW into sRGB, as for a stack that has other files too; by default it is developed
            into Rec. 2020.

    Returns:
        Upright (H, W, 3) in the file's own depth: uint8, or uint16 for 16-bit files and RAW.
        Greyscale is expanded, alpha dropped, CMYK converted.

    Raises:
        InputError: If the file is missing, damaged, cut off, changed since it was probed, or of a
            kind that is not supported. The message names the file.
    """
    return _frame(source, None, narrow=narrow)


def read_proxy(source: FrameSource, max_side_px: int, *, narrow: bool = False) -> Frame:
    """Decode a source reduced so that its longer side is at most `max_side_px`, and quickly.

    JPEG is decoded at a reduced scale, RAW at half size; the rest is reduced with an antialiasing
    filter. A smaller picture is returned as it is. All frames of a stack get the same size.
    `narrow` as for `read_frame`.

    Raises:
        InputError: As `read_frame`.
        ValueError: If `max_side_px` is below 1.
    """
    if max_side_px < 1:
        raise ValueError(f"max_side_px must be at least 1, not {max_side_px}")
    return _frame(source, max_side_px, narrow=narrow)
