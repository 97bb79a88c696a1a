"""Slots of the fusion module that no frame fills: they hold duplicates.

Accelerators prepare what they do for each size of input, so there all slots are filled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from focusstack_app.core.kinds import namespace
from focusstack_app.core.model import FloatArray, Fused


def filled_slots(latents: Any, slots: int) -> tuple[Any, FloatArray]:
    """The frames in turn, until all slots are filled.

    Args:
        latents: (..., frames, C, h, w), at most as many frames as slots.
        slots: How many there are.

    Returns:
        (..., slots, C, h, w), and (slots,) float32: one over the number of slots that hold the
        same frame.
    """
    frames = latents.shape[-4]
    frame_of_slot = np.arange(slots) % frames
    shares = (1 / np.bincount(frame_of_slot))[frame_of_slot].astype(np.float32)
    if frames == slots:
        return latents, shares
    turns = [latents] * -(-slots // frames)
    return namespace(latents).concatenate(turns, -4)[..., :slots, :, :, :], shares


def of_frames(fused: Fused, frames: int) -> Fused:
    """What `filled_slots` gave, by frame: a frame has what all of its slots have."""
    slots = fused.weights.shape[-3]
    if frames == slots:
        return fused
    xp = namespace(fused.weights)

    def summed(planes: Any) -> Any:
        turns = [range(frame, slots, frames) for frame in range(frames)]
        return xp.stack([sum(planes[..., slot, :, :] for slot in turn) for turn in turns], -3)

    return fused._replace(weights=summed(fused.weights), carriers=summed(fused.carriers))
