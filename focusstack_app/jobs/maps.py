"""Maps beside a picture: where its pixels come from, and how deep they lie."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.fusion import Depth, FusionResult, Provenance
from focusstack_app.core.progress import Checkpoint
from focusstack_app.engine.depth import depth_by_source
from focusstack_app.engine.depth_map import filled


class MapKind(StrEnum):
    """A map beside a picture; its file is called so: "beetle-depth.png"."""

    DEPTH = "depth"
    PROVENANCE = "provenance"


def map_pixels(result: FusionResult, kind: MapKind, checkpoint: Checkpoint) -> Pixels:
    """The map of this kind."""
    return depth_map(result, checkpoint) if kind is MapKind.DEPTH else provenance_map(result)


def depth_of(result: FusionResult) -> Depth:
    """What is known of the depth of a result that has a provenance."""
    if result.depth is not None:
        return result.depth
    return depth_by_source(_provenance(result))


def provenance_map(result: FusionResult) -> NDArray[np.uint8]:
    """The provenance as a picture.

    Returns:
        (H, W, 3) uint8. Red: the frame that contributed most, `round(index * 255 / (n - 1))` for
        the position 0 to n - 1 in the stack (0 for a single frame), so that
        `index = round(red * (n - 1) / 255)` for up to 256 frames. Green: confidence, 255 where
        that frame alone gave the pixel. Blue: share of the pixel that no frame has.
    """
    provenance = _provenance(result)
    count = len(result.request.stack)
    levels = np.round(np.arange(count) * (255 / max(count - 1, 1))).astype(np.uint8)
    red = levels[provenance.source_index]
    return np.dstack([red, provenance.confidence, provenance.synthesised])


def depth_map(result: FusionResult, checkpoint: Checkpoint = lambda: None) -> NDArray[np.uint16]:
    """The place in the stack as depth, between frames too; guessed where no frame tells it.

    Args:
        result: What was fused.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        (H, W) uint16, `round(place / (n - 1) * 65535)`: 0 for the first frame of the stack, 65535
        for the last; all 0 for a single frame.
    """
    count = len(result.request.stack)
    if result.provenance is None or count < 2:
        return np.zeros(result.picture.shape[:2], np.uint16)
    place = filled(depth_of(result), result.picture, checkpoint)
    full = np.clip(place * np.float32(65535 / (count - 1)), 0, 65535)
    return np.asarray(np.rint(full, out=full), np.uint16)


def _provenance(result: FusionResult) -> Provenance:
    if result.provenance is not None:
        return result.provenance
    shape = result.picture.shape[:2]
    return Provenance(
        source_index=np.zeros(shape, np.uint16),
        confidence=np.full(shape, 255, np.uint8),
        synthesised=np.zeros(shape, np.uint8),
    )
