"""WebP, by libwebp through Pillow."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.core.ahead import beside
from focusstack_app.core.progress import Checkpoint

LARGEST_SIDE_PX = 16383  # libwebp's WEBP_MAX_DIMENSION
_EFFORT = 50  # where there is no loss, the quality says how hard the encoder tries


def write_webp(
    path: Path,
    pixels: NDArray[np.uint8],
    exif: bytes,
    icc_profile: bytes | None,
    xmp: bytes,
    *,
    quality: int,
    lossless: bool,
    checkpoint: Checkpoint = lambda: None,
) -> None:
    """Write a picture.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 3), no side longer than `LARGEST_SIDE_PX`.
        exif: From `exif_block`.
        icc_profile: Embedded as it is.
        xmp: The same; nothing where it is empty.
        quality: 1 to 100, with loss.
        lossless: Without loss.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OSError: If it cannot be written.
    """

    def packed() -> BytesIO:
        whole = BytesIO()
        Image.fromarray(pixels).save(
            whole,
            "WEBP",
            quality=_EFFORT if lossless else quality,
            lossless=lossless,
            exif=exif,
            icc_profile=icc_profile,
            xmp=xmp,
        )
        return whole

    path.write_bytes(beside(packed, checkpoint).getbuffer())
