"""Which files a result can become, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

Bits = Literal[8, 16]


class FileFormat(StrEnum):
    """What a picture is written as; the suffix of its file decides."""

    TIFF = "tiff"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    JXL = "jxl"
    DNG = "dng"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of its files, the usual one first."""
        return _SUFFIXES[self]


class Subsampling(StrEnum):
    """How finely JPEG keeps colour."""

    FULL = "4:4:4"
    HALF = "4:2:0"


class ColourSpace(StrEnum):
    """What the numbers of a file mean; its ICC profile says it."""

    KEPT = "source"  # that of the reference frame; sRGB where that is RAW, which has none
    SRGB = "srgb"
    ADOBE_RGB = "adobe-rgb"
    REC2020 = "rec2020"


class Carried(StrEnum):
    """What of the reference frame's metadata goes into a file."""

    ALL = "all"
    NO_PLACE = "no-place"
    NONE = "none"


DEEP = (FileFormat.TIFF, FileFormat.PNG, FileFormat.JXL)  # 8 bits or 16
_SUFFIXES = {
    FileFormat.TIFF: (".tif", ".tiff"),
    FileFormat.PNG: (".png",),
    FileFormat.JPEG: (".jpg", ".jpeg"),
    FileFormat.WEBP: (".webp",),
    FileFormat.JXL: (".jxl",),
    FileFormat.DNG: (".dng",),
}
_ANIMATED = (".webp", ".gif")
USUAL_PARALLAX = 0.03  # stereo photographers' thirtieth of the width
MOST_PARALLAX = 0.1


class StereoKind(StrEnum):
    """How a stereo view is looked at."""

    PARALLEL = "parallel"  # the view of the left eye on the left
    CROSSED = "crossed"  # the view of the left eye on the right
    ANAGLYPH = "anaglyph"  # through red-cyan glasses
    ROCKING = "rocking"  # an animation that needs nothing

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of its files, the usual one first."""
        if self is StereoKind.ROCKING:
            return _ANIMATED
        return tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)


@dataclass(frozen=True, slots=True)
class Stereo:
    """A stereo view beside a picture.

    Attributes:
        path: Its file, in one of the formats of the kind.
        kind: How it is looked at.
        parallax: By how much what is nearest moves against what is farthest between both eyes, of
            the width.
        nearest_first: Whether the first frame is focused nearest; None: what the result says.

    Raises:
        ValueError: If the parallax is outside its range.
    """

    path: Path
    kind: StereoKind = StereoKind.PARALLEL
    parallax: float = USUAL_PARALLAX
    nearest_first: bool | None = None

    def __post_init__(self) -> None:
        """Check the parallax."""
        if not 0 < self.parallax <= MOST_PARALLAX:
            raise ValueError(f"parallax must be above 0, at most {MOST_PARALLAX}")


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How pictures are written. A field holds for the formats that know it.

    Attributes:
        bits: Per channel, in TIFF, PNG and JPEG XL; JPEG and WebP have 8, DNG 16.
        compress: Deflate without loss, in TIFF.
        quality: Of JPEG, and of WebP and JPEG XL with loss, 1 to 100.
        subsampling: Of colour, in JPEG.
        lossless: WebP and JPEG XL without loss.
        colour_space: What the picture is converted to; DNG has its own.
        metadata: What goes into the file of the reference frame's.

    Raises:
        ValueError: If the quality is outside its range.
    """

    bits: Bits = 16
    compress: bool = True
    quality: int = 95
    subsampling: Subsampling = Subsampling.FULL
    lossless: bool = False
    colour_space: ColourSpace = ColourSpace.KEPT
    metadata: Carried = Carried.ALL

    def __post_init__(self) -> None:
        """Check the quality."""
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {self.quality}")

    def bits_in(self, kind: FileFormat) -> Bits:
        """Bits per channel that a file of this format gets."""
        if kind is FileFormat.DNG:
            return 16
        return self.bits if kind in DEEP else 8


def format_of(path: Path) -> FileFormat | None:
    """The format of a file by its suffix, in either case; None for a suffix of no format."""
    suffix = path.suffix.lower()
    return next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), None)
