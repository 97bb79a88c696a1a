"""JPEG, by libjpeg through Pillow."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.core.ahead import beside
from focusstack_app.core.output import Subsampling
from focusstack_app.core.progress import Checkpoint

LARGEST_SIDE_PX = 65500  # libjpeg's JPEG_MAX_DIMENSION
MOST_DPI = 65535  # JFIF 1.02 holds 16 bits


def write_jpeg(
    path: Path,
    pixels: NDArray[np.uint8],
    exif: bytes,
    icc_profile: bytes | None,
    xmp: bytes,
    *,
    quality: int,
    subsampling: Subsampling,
    dots_per_inch: int,
    checkpoint: Checkpoint = lambda: None,
) -> None:
    """Write a picture.

    Args:
        path: Replaced if it exists.
        pixels: (H, W, 3), no side longer than `LARGEST_SIDE_PX`.
        exif: From `exif_block`.
        icc_profile: Embedded as it is.
        xmp: The same; nothing where it is empty.
        quality: 1 to 100.
        subsampling: Of colour.
        dots_per_inch: In the header; programs read it there or in the EXIF.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OSError: If it cannot be written.
    """

    def packed() -> BytesIO:
        whole = BytesIO()
        Image.fromarray(pixels).save(
            whole,
            "JPEG",
            quality=quality,
            subsampling=str(subsampling),
            exif=b"Exif\0\0" + exif,
            icc_profile=icc_profile,
            xmp=xmp,
            dpi=(dots_per_inch, dots_per_inch),
        )
        return whole

    path.write_bytes(beside(packed, checkpoint).getbuffer())
