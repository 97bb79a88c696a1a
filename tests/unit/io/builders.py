"""Small picture files for the tests of `io`, made from scratch."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from focusstack_app.core.frames import FrameSource
from focusstack_app.io.probe import probe
from focusstack_app.io.write import write_picture

# From XYZ: IEC 61966-2-1, ITU-R BT.2020.
OF_SRGB = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))
OF_REC2020 = (
    *((1.71665, -0.35567, -0.25337), (-0.66668, 1.61648, 0.01577)),
    (0.01764, -0.04277, 0.9421),
)
STORED_FOR_UPRIGHT = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}  # each one's inverse
_CORNERS = ((230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40))


def corners(height: int = 32, width: int = 48) -> NDArray[np.uint8]:
    """(H, W, 3): four quadrants of different colours, so that every orientation is told apart."""
    picture = np.empty((height, width, 3), np.uint8)
    for quadrant, colour in enumerate(_CORNERS):
        rows = slice(None, height // 2) if quadrant < 2 else slice(height // 2, None)
        columns = slice(None, width // 2) if quadrant % 2 == 0 else slice(width // 2, None)
        picture[rows, columns] = colour
    return picture


def noise8(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """(H, W, 3) random values."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def noise16(height: int, width: int, seed: int = 0) -> NDArray[np.uint16]:
    """(H, W, 3) random values."""
    return np.random.default_rng(seed).integers(0, 65536, (height, width, 3), dtype=np.uint16)


def smooth(height: int, width: int) -> NDArray[np.uint8]:
    """(H, W, 3) soft waves, which survive JPEG almost unchanged."""
    rows, columns = np.mgrid[:height, :width]
    waves = [np.sin(rows / 17 + k) + np.cos(columns / 23 - k) for k in range(3)]
    picture: NDArray[np.uint8] = np.clip(127 + 50 * np.stack(waves, axis=2), 0, 255).astype(
        np.uint8
    )
    return picture


def exif(
    orientation: int | None = None,
    image: Mapping[int, Any] | None = None,
    photo: Mapping[int, Any] | None = None,
    gps: Mapping[int, Any] | None = None,
) -> Image.Exif:
    """EXIF with the given tags in the image's, the photo's and the GPS directory.

    Rationals are given as `Fraction`.
    """
    tags = Image.Exif()
    for number, value in (image or {}).items():
        tags[number] = value
    if orientation is not None:
        tags[274] = orientation
    for directory, values in ((34665, photo), (34853, gps)):
        if values:
            tags[directory] = {
                number: TiffImagePlugin.IFDRational(*Fraction(value).as_integer_ratio())
                if isinstance(value, Fraction)
                else value
                for number, value in values.items()
            }
    return tags


def profile_with_curve(light: NDArray[np.float64]) -> bytes:
    """A profile with the primaries of sRGB, and a table of the light of evenly spaced numbers."""
    points = [0.64, 0.33, 1, 0.3, 0.6, 1, 0.15, 0.06, 1]
    white, curve = (0.3127, 0.329, 1.0), light.astype(np.float32)
    return bytes(
        imagecodecs.cms_profile(
            "rgb", whitepoint=white, primaries=points, transferfunction=[curve] * 3
        )
    )


def save_jpeg(path: Path, pixels: NDArray[np.uint8], **options: Any) -> Path:
    """A JPEG of good quality without chroma subsampling."""
    Image.fromarray(pixels).save(path, "JPEG", quality=95, subsampling=0, **options)
    return path


def save_dng(
    path: Path,
    linear: NDArray[np.float64],
    *,
    orientation: int = 1,
    tags: tuple[tuple[Any, ...], ...] = (),
    balanced: bool = True,
    preview: NDArray[np.uint8] | None = None,
    matrix: tuple[tuple[float, ...], ...] = OF_SRGB,
    full: int = 16383,
) -> Path:
    """A Bayer DNG of a scene.

    Args:
        path: The file to make.
        linear: (H, W, 3) scene-linear, neutral grey has equal channels, 1 is clipped. H, W even.
        orientation: TIFF orientation.
        tags: More tags, as tifffile takes them.
        balanced: Whether it says the white balance.
        preview: (H, W, 3) stored as JPEG in front of the sensor data.
        matrix: From XYZ to the channels of the scene.
        full: What the sensor counts at most; the file declares 16383.
    """
    black, white = 512, 16383
    neutral = np.array([0.5, 1.0, 0.6])  # the sensor's answer to neutral grey
    sensor = linear * neutral
    of_sensor = (np.array(matrix) * neutral[:, np.newaxis]).ravel().tolist()
    mosaic = np.empty(linear.shape[:2])
    mosaic[0::2, 0::2] = sensor[0::2, 0::2, 0]
    mosaic[0::2, 1::2] = sensor[0::2, 1::2, 1]
    mosaic[1::2, 0::2] = sensor[1::2, 0::2, 1]
    mosaic[1::2, 1::2] = sensor[1::2, 1::2, 2]
    counts = np.rint(black + mosaic * (white - black)).clip(0, full).astype(np.uint16)
    general = (
        (271, "s", 0, "Example", True),
        (272, "s", 0, "Bayer One", True),
        (274, "H", 1, orientation, True),
        (50706, "B", 4, (1, 4, 0, 0), True),
        (50707, "B", 4, (1, 1, 0, 0), True),
        (50708, "s", 0, "Example Bayer One", True),
        (50721, "2i", 9, tuple(n for m in of_sensor for n in (round(m * 10000), 10000)), True),
        *(((50728, "2I", 3, (5, 10, 1, 1, 6, 10), True),) if balanced else ()),
        (50778, "H", 1, 21, True),
        *tags,
    )
    layout = (
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, (0, 1, 1, 2), True),
        (50714, "H", 1, black, True),
        (50717, "H", 1, white, True),
    )
    with tifffile.TiffWriter(path) as tif:
        if preview is None:
            tif.write(
                counts,
                photometric="cfa",
                metadata=None,
                software=None,
                extratags=general + layout,
            )
            return path
        tif.write(
            preview,
            photometric="rgb",  # stored as YCbCr
            compression="jpeg",
            subfiletype=1,
            subifds=1,
            metadata=None,
            extratags=general,
        )
        tif.write(counts, photometric="cfa", subfiletype=0, metadata=None, extratags=layout)
    return path


def written(path: Path, pixels: NDArray[np.uint16], **options: Any) -> Path:
    """A picture on disk, by `write_picture`; returns its path."""
    defaults: dict[str, Any] = {"icc_profile": None, "source": None, "description": "test"}
    write_picture(path, pixels, **(defaults | options))
    return path


def turned_reference(folder: Path) -> FrameSource:
    """A turned JPEG that says of itself what cameras say."""
    tags = exif(
        6,
        image={271: "Example", 272: "One", 306: "2024:05:06 07:08:10"},
        photo={
            33434: Fraction(1, 250),
            33437: Fraction(28, 10),
            34855: 200,
            36867: "2024:05:06 07:08:09",
            37521: "25",
            37380: Fraction(-2, 3),
            37386: Fraction(100),
        },
        gps={1: "N", 2: (Fraction(48), Fraction(8), Fraction(14)), 3: "E"},
    )
    return probe(save_jpeg(folder / "reference.jpg", corners(), exif=tags))
