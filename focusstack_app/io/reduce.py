"""Smaller copies of pictures for previews."""

from __future__ import annotations

import numpy as np
from PIL import Image

from focusstack_app.core.frames import Pixels


def fitted_size(width_px: int, height_px: int, max_side_px: int) -> tuple[int, int]:
    """(width, height) with the same aspect whose longer side is at most `max_side_px`.

    Never larger than the picture itself; no side is below one pixel.
    """
    scale = min(1.0, max_side_px / max(width_px, height_px))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))


def reduced(pixels: Pixels, size_px: tuple[int, int]) -> Pixels:
    """Reduce a picture with an antialiased filter (Hamming: an area filter without its jitter).

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        size_px: Wanted (width, height), not larger than the picture.

    Returns:
        (height, width, 3) of the same type; `pixels` itself where the size is already right.
    """
    if (pixels.shape[1], pixels.shape[0]) == size_px:
        return pixels
    small = np.empty((size_px[1], size_px[0], 3), pixels.dtype)
    deep = pixels.dtype == np.uint16
    # One plane at a time: a float copy is the largest thing here, and Pillow borrows planes, but
    # copies RGB with the interpreter's lock held, while the window stands still.
    for channel in range(3):
        plane = Image.fromarray(pixels[:, :, channel].astype(np.float32 if deep else np.uint8))
        values = np.asarray(plane.resize(size_px, Image.Resampling.HAMMING, reducing_gap=3.0))
        small[:, :, channel] = np.clip(np.rint(values), 0, 65535) if deep else values
    return small
