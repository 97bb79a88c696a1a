"""Pictures prepared for the screen on a worker thread, so that painting is only copying."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColorSpace, QImage

from focusstack_app.core.progress import Checkpoint
from focusstack_app.io.bit_depth import rounded_to_8

SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
_BAND_ROWS = 128
_SMALLEST_SIDE_PX = 512
_OPAQUE = 255


@dataclass(frozen=True, slots=True, eq=False)
class DisplayPicture:
    """A picture with its reductions by two, four, eight ...

    Attributes:
        levels: Level k is the pixels at hand reduced by 2**k. They borrow `memory`.
        full_size_px: (width, height) of the picture that this stands for; larger than the first
            level where only a proxy is at hand.
        memory: What the levels borrow, (H, W, 4) uint8 each; keep it as long as them.
        space: The colour space of the pixels.
    """

    levels: tuple[QImage, ...]
    full_size_px: tuple[int, int]
    memory: tuple[NDArray[np.uint8], ...]
    space: QColorSpace

    @property
    def is_proxy(self) -> bool:
        """Whether the pixels at hand are fewer than those of the picture."""
        return self.levels[0].width() < self.full_size_px[0]

    @property
    def smallest(self) -> QImage:
        """The coarsest level, in sRGB, with memory of its own."""
        image = self.levels[-1].copy()
        image.applyColorTransform(self.space.transformationToColorSpace(SRGB))
        return image


def prepare(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    icc_profile: bytes | None = None,
    full_size_px: tuple[int, int] | None = None,
    checkpoint: Checkpoint = lambda: None,
) -> DisplayPicture:
    """Lay out a picture for the screen, in bands, with its reductions.

    It keeps its colours, for they are converted when they are drawn. Only those of a LUT profile
    become sRGB: it takes too long to convert them then.

    Args:
        pixels: (H, W, 3) uint8 or uint16, display-encoded RGB.
        icc_profile: Of the pixels; sRGB is assumed where there is none, or one that Qt cannot use.
        full_size_px: (width, height) that it stands for; its own size by default.
        checkpoint: Called between bands; may raise to stop.
    """
    height, width = pixels.shape[:2]
    space = rgb_space(icc_profile)
    base: NDArray[np.uint8] = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        checkpoint()
        band = rounded_to_8(pixels[top : top + _BAND_ROWS])
        out = base[top : top + _BAND_ROWS]
        out[..., 0], out[..., 1], out[..., 2] = band[..., 2], band[..., 1], band[..., 0]
        out[..., 3] = _OPAQUE
        if is_lut(space):
            _to_srgb(out, space)
    kept = SRGB if is_lut(space) else space
    return _with_reductions(base, kept, full_size_px or (width, height), checkpoint)


def enlarged(
    picture: DisplayPicture, size_px: tuple[int, int], checkpoint: Checkpoint = lambda: None
) -> DisplayPicture:
    """A proxy at (width, height) pixels, so that parts of it can be pasted over."""
    base = cv2.resize(picture.memory[0], size_px, interpolation=cv2.INTER_CUBIC)
    base[..., 3] = _OPAQUE
    return _with_reductions(np.asarray(base, np.uint8), picture.space, size_px, checkpoint)


def refresh(
    picture: DisplayPicture,
    pixels: NDArray[np.uint16],
    place: tuple[slice, slice],
    icc_profile: bytes | None = None,
) -> None:
    """Bring a part of a prepared picture in line with pixels that changed there.

    Args:
        picture: Of `prepare`, at full size.
        pixels: (H, W, 3), all of them.
        place: The rows and columns that changed.
        icc_profile: As for `prepare`.
    """
    paste(picture, converted(pixels[place], icc_profile), place)


def converted(
    pixels: NDArray[np.uint8] | NDArray[np.uint16], icc_profile: bytes | None = None
) -> NDArray[np.uint8]:
    """A part of a picture for `paste`, (H, W, 4); arguments as for `prepare`."""
    band = rounded_to_8(pixels)
    part = np.full((*band.shape[:2], 4), _OPAQUE, np.uint8)
    part[..., :3] = band[..., ::-1]
    space = rgb_space(icc_profile)
    if is_lut(space):
        _to_srgb(part, space)
    return part


def paste(picture: DisplayPicture, part: NDArray[np.uint8], place: tuple[slice, slice]) -> None:
    """Put a converted part into a prepared picture, at full size, and into its reductions."""
    picture.memory[0][place] = part
    for fine, coarse in pairwise(picture.memory):
        place = _halved(place[0], len(coarse)), _halved(place[1], coarse.shape[1])
        rows, columns = (slice(2 * side.start, 2 * side.stop) for side in place)
        size = (place[1].stop - place[1].start, place[0].stop - place[0].start)
        if min(size) > 0:
            coarse[place] = cv2.resize(fine[rows, columns], size, interpolation=cv2.INTER_AREA)


def rgb_space(icc_profile: bytes | None) -> QColorSpace:
    """The colour space of a profile; sRGB where there is none, or none of RGB that can be used."""
    if icc_profile is None:
        return SRGB
    space = QColorSpace.fromIccProfile(QByteArray(icc_profile))
    usable = space.isValid() and space.colorModel() == QColorSpace.ColorModel.Rgb
    return space if usable else SRGB


def is_lut(space: QColorSpace) -> bool:
    """Whether tables of colours describe it, not a matrix and curves: a conversion takes longer."""
    return space.transformModel() != QColorSpace.TransformModel.ThreeComponentMatrix


def _with_reductions(
    base: NDArray[np.uint8],
    space: QColorSpace,
    full_size_px: tuple[int, int],
    checkpoint: Checkpoint,
) -> DisplayPicture:
    memory = [base]
    while max(base.shape[:2]) >= 2 * _SMALLEST_SIDE_PX:
        checkpoint()
        half = (max(1, base.shape[1] // 2), max(1, base.shape[0] // 2))
        base = np.asarray(cv2.resize(base, half, interpolation=cv2.INTER_AREA), np.uint8)
        memory.append(base)
    levels = tuple(_image(level) for level in memory)
    return DisplayPicture(levels, full_size_px, tuple(memory), space)


def _halved(side: slice, length: int) -> slice:
    """The pixels of the next coarser level that a range of pixels reaches."""
    return slice(min(side.start // 2, length), min((side.stop + 1) // 2, length))


def _to_srgb(bgrx: NDArray[np.uint8], space: QColorSpace) -> None:
    """Convert rows in place."""
    image = _image(bgrx)
    image.setColorSpace(space)
    srgb = image.convertedToColorSpace(SRGB)
    bgrx[:] = np.frombuffer(srgb.constBits(), np.uint8).reshape(bgrx.shape)


def _image(bgrx: NDArray[np.uint8]) -> QImage:
    height, width = bgrx.shape[:2]
    return QImage(bgrx.data, width, height, 4 * width, QImage.Format.Format_RGB32)
