"""Maps of an output as pictures: where its pixels come from, and how far away they are."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import FusionResult
from focusstack_app.io.depth import rounded_to_8
from focusstack_app.jobs.export import depth_map, provenance_map

_FILLED_IN = np.array([255, 0, 255], np.float32)
_COLOUR_SHARE = 0.6
_BAND_ROWS = 256


class Overlay(Enum):
    """What is laid over an output; the value is for menus."""

    NONE = "Off"
    PROVENANCE = "Where Pixels Come From"
    DEPTH = "Depth"


LEGENDS = {
    Overlay.NONE: "",
    Overlay.PROVENANCE: "Colour: the frame, from blue (first) to red (last). Pink: filled in.",
    Overlay.DEPTH: "Black: sharp in the first frame. White: in the last.",
}


def overlay_pixels(
    result: FusionResult, overlay: Overlay, checkpoint: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """The output under an overlay.

    Args:
        result: The output.
        overlay: Not `Overlay.NONE`.
        checkpoint: Called between bands; may raise to stop.

    Returns:
        (H, W, 3) uint8 RGB. Provenance: each frame has a colour, paler where several frames
        contributed, pink by the share that was filled in, over the picture in grey. Depth: grey.
    """
    if overlay is Overlay.DEPTH:
        return np.repeat(rounded_to_8(depth_map(result))[:, :, np.newaxis], 3, axis=2)
    colours = np.asarray(
        cv2.applyColorMap(np.arange(256, dtype=np.uint8)[np.newaxis], cv2.COLORMAP_TURBO)
    )[0, :, ::-1].astype(np.float32)
    maps = provenance_map(result)
    out = np.empty(maps.shape, np.uint8)
    for top in range(0, len(maps), _BAND_ROWS):
        checkpoint()
        band = slice(top, top + _BAND_ROWS)
        picture = rounded_to_8(result.picture[band]).astype(np.float32)
        grey = picture.mean(axis=2, keepdims=True)
        index, sure, filled = (maps[band, :, channel] for channel in range(3))
        share = _COLOUR_SHARE * (0.25 + 0.75 * sure[:, :, np.newaxis].astype(np.float32) / 255)
        mixed = grey + share * (colours[index] - grey)
        away = filled[:, :, np.newaxis].astype(np.float32) / 255
        out[band] = np.rint(mixed + away * (_FILLED_IN - mixed)).astype(np.uint8)
    return out
