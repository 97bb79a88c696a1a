"""Small pictures for the filmstrip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import FrameSource
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.faults import reading
from focusstack_app.io.icc import for_screen
from focusstack_app.io.orientation import upright
from focusstack_app.io.raw import embedded_preview
from focusstack_app.io.read import read_proxy
from focusstack_app.io.reduce import fitted_size, reduced


def read_thumbnail(source: FrameSource, max_side_px: int) -> NDArray[np.uint8]:
    """A small upright picture for the screen.

    Args:
        source: Of any kind. For RAW the camera's embedded preview is used where there is one.
        max_side_px: Longer side at most; a smaller picture is not enlarged.

    Returns:
        (H, W, 3) uint8, sRGB.

    Raises:
        InputError: If the file cannot be read.
    """
    if source.kind == "raw":
        with reading(source.path):
            preview = embedded_preview(source.path, min(max_side_px, max(source.size_px)))
        if preview is not None:
            preview = upright(preview, source.turned)
        if preview is not None and _same_shape(preview, source):
            height, width = preview.shape[:2]
            small = reduced(preview, fitted_size(width, height, max_side_px))
            return small.astype(np.uint8, copy=False)
    frame = read_proxy(source, max_side_px, narrow=True)
    return for_screen(rounded_to_8(frame.pixels), frame.icc_profile)


def _same_shape(preview: NDArray[np.uint8], source: FrameSource) -> bool:
    """Whether a preview is turned like the picture; some cameras store it otherwise."""
    height, width = preview.shape[:2]
    return bool(width >= height) == (source.width_px >= source.height_px)
