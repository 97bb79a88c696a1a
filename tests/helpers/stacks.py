"""Small synthetic stacks: each frame is sharp in one vertical band and defocused elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.engine.pixels import to_linear, to_uint16
from focusstack_app.engine.veil import from_linear


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticStack:
    """Frames and the picture that a perfect fusion gives.

    Attributes:
        frames: (H, W, 3) uint16 each.
        truth: (H, W, 3) uint16.
        sharp_frame: (H, W) index of the frame that is sharp there.
    """

    frames: tuple[NDArray[np.uint16], ...]
    truth: NDArray[np.uint16]
    sharp_frame: NDArray[np.uint16]


def defocused(pixels: NDArray[Any], sigma_px: float) -> NDArray[np.uint16]:
    """Blurred as by a lens: in linear light. Display-encoded, blurred edges would lie elsewhere.

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        sigma_px: Standard deviation of the blur.
    """
    light = cv2.GaussianBlur(to_linear(pixels), (0, 0), sigma_px)
    return to_uint16(from_linear(np.asarray(light, np.float32)))


def make_stack(
    count: int = 3, *, width_px: int = 96, height_px: int = 64, seed: int = 0
) -> SyntheticStack:
    """A textured picture cut into `count` vertical bands; frame i is sharp in band i.

    The blur, in linear light, grows with the distance between a band and the frame's own band.
    """
    rng = np.random.default_rng(seed)
    fine = rng.random((height_px, width_px, 3))
    coarse = cv2.resize(rng.random((4, 6, 3)), (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    truth = _uint16(np.clip(0.15 + 0.4 * coarse + 0.35 * fine, 0.0, 1.0))
    sharp = np.broadcast_to(np.arange(width_px) * count // width_px, (height_px, width_px)).astype(
        np.uint16
    )
    frames = tuple(truth.copy() for _ in range(count))
    for distance in range(1, count):
        blurred = defocused(truth, 1.5 * distance)
        for index, frame in enumerate(frames):
            away = np.abs(sharp.astype(np.int32) - index) == distance
            frame[away] = blurred[away]
    return SyntheticStack(frames, truth, sharp)


def write_stack(
    folder: Path,
    count: int = 3,
    *,
    suffix: str = ".png",
    bits: int = 8,
    width_px: int = 96,
    height_px: int = 64,
    seed: int = 0,
) -> list[Path]:
    """Write `make_stack` as `frame_1`, `frame_2` ... into `folder` (made if missing).

    16 bits need suffix ".tif".
    """
    folder.mkdir(parents=True, exist_ok=True)
    stack = make_stack(count, width_px=width_px, height_px=height_px, seed=seed)
    paths = []
    for number, pixels in enumerate(stack.frames, start=1):
        path = folder / f"frame_{number}{suffix}"
        write_picture(path, pixels, bits=bits)
        paths.append(path)
    return paths


def write_z_stack(path: Path, count: int = 3, *, seed: int = 0) -> Path:
    """Write `make_stack` as the pages of one TIFF with 16 bits, as microscopes do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pages = np.stack(make_stack(count, seed=seed).frames)
    tifffile.imwrite(path, pages, photometric="rgb", metadata=None)
    return path


def write_timed_stack(folder: Path, seconds: Sequence[float]) -> list[Path]:
    """Write `make_stack` as JPEG files taken at these whole seconds after nine o'clock."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (pixels, second) in enumerate(
        zip(make_stack(len(seconds)).frames, seconds, strict=True), start=1
    ):
        taken = datetime(2026, 5, 17, 9) + timedelta(seconds=second)
        tags = Image.Exif()
        tags[306] = f"{taken:%Y:%m:%d %H:%M:%S}"
        paths.append(folder / f"IMG_{number:04d}.jpg")
        Image.fromarray((pixels >> 8).astype(np.uint8)).save(paths[-1], quality=95, exif=tags)
    return paths


def write_picture(path: Path, pixels: NDArray[np.uint16], *, bits: int = 8) -> None:
    """Write (H, W, 3) uint16 pixels with 8 bits (any format of Pillow) or 16 (TIFF)."""
    if bits == 16:
        tifffile.imwrite(path, pixels, photometric="rgb")
    else:
        Image.fromarray((pixels >> 8).astype(np.uint8)).save(path)


def fake_stack(
    count: int = 3, *, folder: Path = Path("frames"), width_px: int = 96, height_px: int = 64
) -> Stack:
    """A `Stack` of sources that are not on disk, for code that never reads them."""
    return Stack(
        tuple(
            FrameSource(folder / f"frame_{number}.png", "png", width_px, height_px, 8)
            for number in range(1, count + 1)
        )
    )


def _uint16(picture: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.round(picture * 65535.0).astype(np.uint16)
