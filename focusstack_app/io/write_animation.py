"""Animations, as WebP or GIF by Pillow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.io.exif_block import exif_block
from focusstack_app.io.icc import srgb_profile
from focusstack_app.io.metadata import exif_for_export
from focusstack_app.io.write import software

_QUALITY = 80  # of WebP


def write_animation(path: Path, frames: Iterable[NDArray[np.uint8]], frame_ms: int) -> None:
    """Write frames that are shown in turn, without end.

    Args:
        path: WebP or GIF by its suffix; replaced if it exists.
        frames: Two or more of (H, W, 3), sRGB.
        frame_ms: For how long each is shown.

    Raises:
        OSError: If it cannot be written.
    """
    first, *others = (Image.fromarray(frame) for frame in frames)
    gif = path.suffix.lower() == ".gif"
    made_here = exif_block(exif_for_export(None, software(), ""), *first.size)
    of_webp = {"quality": _QUALITY, "icc_profile": srgb_profile(), "exif": made_here}
    first.save(
        path,
        "GIF" if gif else "WEBP",
        save_all=True,
        append_images=others,
        duration=frame_ms,
        loop=0,
        **({} if gif else of_webp),
    )
