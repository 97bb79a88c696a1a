"""RAW files through LibRaw: camera white balance, no automatic brightness, wide, 16 bits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rawpy
from numpy.typing import NDArray
from PIL import ExifTags, JpegImagePlugin

from focusstack_app.core.errors import InputError
from focusstack_app.core.message import message
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import damaged, shown
from focusstack_app.io.icc import rec2020_profile, srgb_profile
from focusstack_app.io.orientation import upright, valid_orientation
from focusstack_app.io.quiet import libraw_complaints, without_warnings
from focusstack_app.io.raster import check_area, rgb_from_pillow

_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}  # LibRaw's rotation as EXIF orientation
_LEAST_FULL = 0.75  # of the declared white level; what ends lower is merely dark
_END = 1 / 256  # of the range of values: how far below its end a full sensor's values may lie
_HEAP = 4  # times as many values at the end as just below it, where the sensor is full
_FEWEST_FULL = 64  # values of a colour


def _upright_size(sizes: rawpy.ImageSizes) -> tuple[int, int]:
    """(width, height) that LibRaw's output will have: square pixels, turned upright."""
    width, height, aspect = sizes.width, sizes.height, sizes.pixel_aspect
    if aspect < 1:
        height = int(height / aspect + 0.5)
    elif aspect > 1:
        width = int(width * aspect + 0.5)
    return (height, width) if sizes.flip & 4 else (width, height)


def _header(path: Path, raw: rawpy.RawPy) -> Header:
    width, height = _upright_size(raw.sizes)
    check_area(path, width, height)
    return Header(width, height, 16, 1, _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1))


@contextmanager
def _known_kind(path: Path) -> Iterator[None]:
    """Tell a kind of RAW that LibRaw does not know from damage."""
    try:
        yield
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawNotImplementedError) as error:
        raise InputError(
            message(
                "{file} cannot be read: it is no RAW file, or of a camera or compression that is "
                "not known.",
                file=shown(path),
            ),
            message("Convert the frames to uncompressed DNG, or to TIFF."),
        ) from error


def _opened(path: Path) -> rawpy.RawPy:
    with path.open("rb"), _known_kind(path):  # says why, which LibRaw does not
        return rawpy.imread(str(path))


@contextmanager
def _unpacked(path: Path) -> Iterator[rawpy.RawPy]:
    """The file with its sensor data read; damaged data are an error and not a printed line."""
    with libraw_complaints() as complaints:
        raw = _opened(path)
        with _known_kind(path):
            raw.unpack()
    with raw:
        if complaints:
            raise damaged(path)
        yield raw


def read_header(path: Path) -> Header:
    """Read the header of a RAW file; the sensor data are not touched.

    Raises:
        InputError: If the picture is too large, or of a kind that is not known.
        Exception: Whatever LibRaw raises on a damaged header; see `faults.reading`.
    """
    with libraw_complaints():
        raw = _opened(path)
    with raw:
        return _header(path, raw)


def decode(path: Path, size_px: tuple[int, int] | None = None, *, narrow: bool = False) -> Decoded:
    """Develop a RAW file: upright, primaries of Rec. 2020 with the curve of sRGB, 16 bits.

    The white level is the camera's declared one for every frame (`adjust_maximum_thr=0`): LibRaw's
    default follows each frame's brightest pixel, which makes frames of one stack differ. For the
    same reason a file without a white balance gets that of daylight: LibRaw would make the mean of
    each frame grey, be it a leaf.

    Args:
        path: The file.
        size_px: (width, height) that is enough; at half size or less every 2 x 2 sensor block
            becomes one pixel, which is some ten times faster.
        narrow: With the primaries of sRGB, which cut off saturated colours.

    Raises:
        InputError: If the data are damaged or of a kind that is not known, or the picture is too
            large.
        Exception: Whatever else LibRaw raises; see `faults.reading`.
    """
    with _unpacked(path) as raw:
        header = _header(path, raw)
        half = size_px is not None and 2 * max(size_px) <= max(header.width_px, header.height_px)
        _whiten(raw)
        developed = raw.postprocess(
            use_camera_wb=min(raw.camera_whitebalance[:3]) > 0,  # else that of daylight
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            output_bps=16,
            output_color=rawpy.ColorSpace.sRGB if narrow else rawpy.ColorSpace.Rec2020,
            gamma=(2.4, 12.92),
            half_size=half,
        )
    pixels: NDArray[np.uint16] = np.atleast_3d(developed).view(np.uint16)
    if pixels.shape[2] == 1:  # monochrome sensors
        pixels = in_three(pixels[:, :, 0])
    profile = srgb_profile() if narrow else rec2020_profile()
    return Decoded(header, np.ascontiguousarray(pixels[:, :, :3]), profile)


def _whiten(raw: rawpy.RawPy) -> None:
    """Lift what the sensor could not count any further to the declared white level.

    Some cameras declare more than their sensor reaches. Where it is full, white balance takes red
    and blue to white, but green ends just below it, and what is burnt out would be pink. Where a
    sensor ends is seen by a heap of equal values of two colours at least. Only these are changed:
    all others keep the scale of the declared level, which all frames of a stack have.
    """
    if raw.raw_type != rawpy.RawType.Flat or raw.num_colors < 3:
        return
    values, white, black = raw.raw_image_visible, raw.white_level, min(raw.black_level_per_channel)
    highest = int(values.max())
    if not black + _LEAST_FULL * (white - black) <= highest < white:
        return
    end = max(1, round(_END * (white - black)))
    near = values > highest - 2 * end
    if np.count_nonzero(near) < 2 * _FEWEST_FULL:
        return
    at = np.nonzero(near)
    full = values[at] > highest - end
    letters = np.frombuffer(raw.color_desc, np.uint8)[raw.raw_colors_visible[at]]
    heaps = 0
    for letter in b"RGB":  # there are two kinds of green
        many = int(np.count_nonzero(full[letters == letter]))
        below = int(np.count_nonzero(~full[letters == letter]))
        heaps += many >= max(_FEWEST_FULL, _HEAP * below)
    if heaps > 1:
        values[values > highest - end] = white


def embedded_preview(path: Path, min_side_px: int) -> NDArray[np.uint8] | None:
    """The camera's own small picture, upright, (H, W, 3) uint8.

    Returns:
        None where the file has none whose longer side is at least `min_side_px`.

    Raises:
        Exception: Whatever LibRaw and Pillow raise on damaged data; see `faults.reading`.
    """
    with libraw_complaints():
        raw = _opened(path)
    with raw:
        sizes = raw.sizes
        try:
            with libraw_complaints():
                preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            return None
        orientation = _ORIENTATION_OF_FLIP.get(sizes.flip, 1)
        if isinstance(preview.data, bytes):
            with without_warnings():
                image = JpegImagePlugin.JpegImageFile(io.BytesIO(preview.data))
                own = image.getexif().get(ExifTags.Base.Orientation)
            if max(image.size) < min_side_px:
                return None
            check_area(path, *image.size)
            image.draft(None, (min_side_px, min_side_px))
            image.load()
            pixels = rgb_from_pillow(path, image)[0].astype(np.uint8, copy=False)
            orientation = valid_orientation(own) if own is not None else orientation
        else:
            pixels = preview.data.copy()
            if max(pixels.shape[:2]) < min_side_px or pixels.ndim != 3:
                return None
    return upright(pixels, orientation)
