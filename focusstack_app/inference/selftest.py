"""Whether a device computes what the processor computes, on one tile."""

from __future__ import annotations

import numpy as np

from focusstack_app.core.model import FloatArray, FusionModel

# Half precision stays below a fifth of these on the shipped model, bfloat16 just below them.
_PIXEL_TOLERANCE = 2 / 255
_PLANE_TOLERANCE = 0.02


def agrees(model: FusionModel, reference: FusionModel) -> bool:
    """Encode, fuse and decode one tile of two frames on both and compare.

    Raises:
        DeviceError: If a device fails.
    """
    mine, theirs = _results(model), _results(reference)
    tolerances = [_PIXEL_TOLERANCE, *[_PLANE_TOLERANCE] * (len(mine) - 1)]
    return all(
        # False for NaN as well.
        bool(np.abs(one - other).max() <= tolerance)
        for one, other, tolerance in zip(mine, theirs, tolerances, strict=True)
    )


def _results(model: FusionModel) -> list[FloatArray]:
    """The decoded picture, and all that fusion gives."""
    one, two = (model.encode(frame) for frame in _frames(model.manifest.tile_px))
    fused = model.fuse(np.stack([one, two]))
    return [model.decode(fused.latent), *fused]


def _frames(edge: int) -> tuple[FloatArray, FloatArray]:
    """Texture on three scales, sharp in the left half of one frame and the right half of the other.

    Args:
        edge: Of the frames, in pixels; a multiple of 64.
    """
    rng = np.random.default_rng(0)
    sharp = np.zeros((edge, edge, 3))
    for cell in (4, 16, 64):
        coarse = rng.random((edge // cell, edge // cell, 3)) / 3
        sharp += coarse.repeat(cell, axis=0).repeat(cell, axis=1)
    blurred = sharp
    for axis in (0, 1):
        blurred = np.mean([np.roll(blurred, shift, axis) for shift in range(-4, 5)], axis=0)
    left = (np.arange(edge) < edge // 2)[None, :, None]
    one, two = np.where(left, sharp, blurred), np.where(left, blurred, sharp)
    return one.astype(np.float32), two.astype(np.float32)
