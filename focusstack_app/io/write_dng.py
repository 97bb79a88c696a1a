"""DNG: the picture in linear light, for raw developers, behind a small JPEG of how it looks.

By the Digital Negative specification 1.4.0.0. The "camera" is the wide colour space that RAW is
developed into: what is known of a fused picture is that, and no more the answer of a sensor.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import beside
from focusstack_app.core.frames import Pixels
from focusstack_app.core.progress import Checkpoint
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.icc import converted, linear_rec2020_profile, srgb_profile
from focusstack_app.io.ifd import Tag, TagType, integers, matrix, packed_directory, rationals, text
from focusstack_app.io.metadata import ExportTags
from focusstack_app.io.reduce import fitted_size, reduced
from focusstack_app.io.write_tiff import HEADER, fitting, write_directories, write_parts

_TILE_PX = 256
_PREVIEW_SIDE_PX = 1024  # the longer one
_PREVIEW_QUALITY = 90
_SUB_DIRECTORIES = 330
_D65 = 21  # EXIF 2.32, LightSource
# ITU-R BT.2020: from XYZ to linear RGB, and from linear RGB to XYZ adapted to D50 (Bradford).
_RGB_FROM_XYZ = (
    (1.716651, -0.355671, -0.253366),
    (-0.666684, 1.616481, 0.015769),
    (0.017640, -0.042771, 0.942103),
)
_XYZ_FROM_RGB = (
    (0.673480, 0.165671, 0.125049),
    (0.279043, 0.675344, 0.045613),
    (-0.001933, 0.029983, 0.796850),
)


def write_dng(
    path: Path,
    pixels: NDArray[np.uint16],
    icc_profile: bytes | None,
    tags: ExportTags,
    *,
    checkpoint: Checkpoint,
) -> None:
    """Write a picture as LinearRaw, in tiles of JPEG without loss.

    White balance and exposure can still be chosen. What is shown before that is the picture as it
    is: its white is that of the file, and its tone curve is none.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 3), display-encoded.
        icc_profile: What they mean; sRGB without one.
        tags: Metadata.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OutputError: If the file would be larger than 4 GB, or the profile cannot be used.
        OSError: If it cannot be written.
    """
    with fitting(pixels), path.open("wb") as file:
        file.write(HEADER)
        # On a thread of its own: with all of the picture in hand it does not stop by itself.
        preview = beside(lambda: _preview(pixels, icc_profile), checkpoint)
        light = converted(pixels, icc_profile, linear_rec2020_profile(), checkpoint)
        offsets, sizes = write_parts(file, _tiles(light), _packed, checkpoint)
        raw_at = file.tell()
        file.write(packed_directory(_of_light(light, offsets, sizes), raw_at))
        layout = [*_of_preview(file, preview), *_OF_CAMERA]
        layout.append(integers(_SUB_DIRECTORIES, TagType.LONG, [raw_at]))
        write_directories(file, tags, layout)


def _preview(pixels: NDArray[np.uint16], icc_profile: bytes | None) -> NDArray[np.uint8]:
    """The picture reduced, in sRGB."""
    height, width = pixels.shape[:2]
    small = reduced(pixels, fitted_size(width, height, _PREVIEW_SIDE_PX))
    return rounded_to_8(converted(np.asarray(small, np.uint16), icc_profile, srgb_profile()))


def _tiles(light: NDArray[np.uint16]) -> Iterator[Pixels]:
    """Squares from left to right and from top to bottom; the last ones repeat the border."""
    height, width = light.shape[:2]
    for top in range(0, height, _TILE_PX):
        for left in range(0, width, _TILE_PX):
            tile = light[top : top + _TILE_PX, left : left + _TILE_PX]
            missing = [(0, _TILE_PX - side) for side in tile.shape[:2]]
            yield np.pad(tile, (*missing, (0, 0)), "edge")


def _packed(tile: Pixels) -> bytes:
    """Lossless JPEG (ITU-T T.81, annex H); predictor 1 is the one that all readers know."""
    return bytes(
        imagecodecs.jpeg8_encode(
            tile,
            lossless=True,
            predictor=1,
            bitspersample=16,
            colorspace="rgb",
            outcolorspace="rgb",
        )
    )


def _of_light(light: NDArray[np.uint16], offsets: list[int], sizes: list[int]) -> list[Tag]:
    """The directory of the linear picture (TIFF 6.0, sections 6 and 15; DNG 1.4, chapters 3, 4)."""
    height, width = light.shape[:2]
    short, long = TagType.SHORT, TagType.LONG
    return [
        integers(254, long, [0]),  # NewSubfileType: the picture itself
        integers(256, long, [width]),
        integers(257, long, [height]),
        integers(258, short, [16] * 3),
        integers(259, short, [7]),  # Compression: JPEG
        integers(262, short, [34892]),  # PhotometricInterpretation: LinearRaw
        integers(277, short, [3]),
        integers(284, short, [1]),  # PlanarConfiguration: interleaved
        integers(322, long, [_TILE_PX]),
        integers(323, long, [_TILE_PX]),
        integers(324, long, offsets),
        integers(325, long, sizes),
        integers(50714, short, [0] * 3),  # BlackLevel
        integers(50717, long, [65535] * 3),  # WhiteLevel
    ]


def _of_preview(file: BinaryIO, preview: NDArray[np.uint8]) -> list[Tag]:
    """Write the small JPEG; how it is stored (TIFF 6.0, section 21; DNG 1.4, chapter 2)."""
    height, width = preview.shape[:2]
    jpeg = bytes(imagecodecs.jpeg8_encode(preview, _PREVIEW_QUALITY, subsampling="444"))
    short, long = TagType.SHORT, TagType.LONG
    at = file.tell()
    file.write(jpeg + b"\0" * (len(jpeg) % 2))
    levels = [(level, 1) for level in (0, 255, 128, 255, 128, 255)]
    return [
        integers(254, long, [1]),  # NewSubfileType: of reduced size
        integers(256, long, [width]),
        integers(257, long, [height]),
        integers(258, short, [8] * 3),
        integers(259, short, [7]),  # Compression: JPEG
        integers(262, short, [6]),  # PhotometricInterpretation: YCbCr
        integers(273, long, [at]),
        integers(277, short, [3]),
        integers(278, long, [height]),
        integers(279, long, [len(jpeg)]),
        integers(284, short, [1]),  # PlanarConfiguration: interleaved
        integers(530, short, [1, 1]),  # YCbCrSubSampling
        rationals(532, TagType.RATIONAL, levels),  # ReferenceBlackWhite
        integers(50970, long, [2]),  # PreviewColorSpace: sRGB
    ]


_OF_CAMERA = (  # DNG 1.4, chapters 4 and 6
    Tag(50706, TagType.BYTE, bytes((1, 4, 0, 0))),  # DNGVersion
    Tag(50707, TagType.BYTE, bytes((1, 2, 0, 0))),  # DNGBackwardVersion
    text(50708, "Focus Stack Linear Rec. 2020"),  # UniqueCameraModel: no profile of a camera fits
    matrix(50721, _RGB_FROM_XYZ),  # ColorMatrix1
    rationals(50728, TagType.RATIONAL, [(1, 1)] * 3),  # AsShotNeutral
    rationals(50730, TagType.SRATIONAL, [(0, 1)]),  # BaselineExposure
    integers(50778, TagType.SHORT, [_D65]),  # CalibrationIlluminant1
    text(50936, "Focus Stack"),  # ProfileName
    Tag(50940, TagType.FLOAT, struct.pack("<4f", 0, 0, 1, 1)),  # ProfileToneCurve: none
    integers(50941, TagType.LONG, [3]),  # ProfileEmbedPolicy: no restrictions
    matrix(50964, _XYZ_FROM_RGB),  # ForwardMatrix1
    integers(51110, TagType.LONG, [1]),  # DefaultBlackRender: none
)
