"""Frames and stacks: what the photographer brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FileKind = Literal["jpeg", "png", "tiff", "raw", "heif", "webp", "bmp", "jxl"]
Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class FrameSource:
    """A file and the facts of its header; no pixels.

    `width_px` and `height_px` are those of the upright picture (orientation applied).
    `bits` is the depth per channel that `Frame.pixels` will have (8 or 16). `is_result` says that
    this program made the picture. `orientation` is what the file says of how the camera was held
    (1 to 8, as in EXIF); `turned` is how the picture that is upright by it is turned further, by
    the same numbers. `shown_range` are the values that are read as black and white, where ImageJ
    says such.
    """

    path: Path
    kind: FileKind
    width_px: int
    height_px: int
    bits: Literal[8, 16]
    captured_at: datetime | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    focus_distance_m: float | None = None
    camera: str | None = None
    is_result: bool = False
    orientation: int = 1
    turned: int = 1
    shown_range: tuple[float, float] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        return self.width_px, self.height_px


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The decoded pixels of one source.

    Attributes:
        source: Where they came from.
        pixels: (H, W, 3) uint8 or uint16, read-only, upright, display-encoded in `colour_space`.
        colour_space: Name for people: "sRGB", "Adobe RGB (1998)", "unlabelled" ...
        icc_profile: The embedded profile, or None where the file has none (then sRGB is assumed).
    """

    source: FrameSource
    pixels: Pixels
    colour_space: str = "sRGB"
    icc_profile: bytes | None = None

    def __post_init__(self) -> None:
        """Check the shape and make the pixels read-only."""
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            raise ValueError(f"pixels must be (H, W, 3), not {self.pixels.shape}")
        if self.pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels must be uint8 or uint16, not {self.pixels.dtype}")
        self.pixels.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Stack:
    """Ordered sources of one picture; the reference gives geometry, metadata and profile.

    Raises:
        ValueError: If it has no frame or the reference is outside it.
    """

    sources: tuple[FrameSource, ...]
    reference: int = 0

    def __post_init__(self) -> None:
        """Refuse an empty stack and a reference outside it."""
        if not self.sources:
            raise ValueError("a stack needs at least one frame")
        if not 0 <= self.reference < len(self.sources):
            raise ValueError(f"reference {self.reference} is not one of {len(self.sources)} frames")

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.sources)

    @property
    def all_raw(self) -> bool:
        """Whether every frame is RAW; then they are developed into a wide colour space."""
        return all(source.kind == "raw" for source in self.sources)

    def taken(self, positions: Sequence[int]) -> Stack:
        """The frames at these positions, in this order.

        Where the reference is none of them, the one nearest to it takes its place.
        """
        sources = tuple(self.sources[position] for position in positions)
        return Stack(sources, positions.index(nearest(positions, self.reference)))


def nearest(positions: Iterable[int], wanted: int) -> int:
    """The one of some positions that is nearest to another; of two, the first."""
    return min(positions, key=lambda position: abs(position - wanted))
