"""How many frames are fused, a few at a time: a tree whose lowest level are the frames."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from focusstack_app.core.model import ModelManifest
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.tiling import TilePlan

_FULL_GROUPS = 3  # of frames, from which on none is left alone where two levels are enough


def groups_of(count: int, slots: int) -> list[list[int]]:
    """Neighbouring frames together, or alone: as many as are to be left for the next level.

    The levels above are as full as they can be. So fewest groups are fused, and most frames on
    fewest levels: each level costs some quality. But beside fused frames one that is alone passes
    for sharp in faint texture, as it has all of its grain: so none is, where two levels are
    enough and their groups are full.
    """
    if count <= slots:
        return [list(range(count))]
    left = slots
    while left * slots < count:
        left *= slots
    if left == slots and count >= _FULL_GROUPS * slots:
        return [part.tolist() for part in np.array_split(np.arange(count), -(-count // slots))]
    fused = -(-(count - left) // (slots - 1))
    sizes = [1] * left
    for number, part in enumerate(np.array_split(np.arange(count - left + fused), fused)):
        sizes[(2 * number + 1) * left // (2 * fused)] = len(part)
    ends = itertools.accumulate(sizes)
    return [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]


def fusions_of(count: int, slots: int) -> int:
    """Groups that are fused, on all levels of the tree."""
    groups = groups_of(count, slots)
    own = sum(len(group) > 1 for group in groups)
    return own if len(groups) == 1 else own + fusions_of(len(groups), slots)


class Needed(NamedTuple):
    """What is made for a window of the picture, in latent cells.

    Attributes:
        decoded: The tiles that reach into it.
        seen: What of them is decoded.
        shown: What weights, carriers and mix cover.
        tiles: Those that are fused.
    """

    decoded: list[Region]
    seen: Region
    shown: Region
    tiles: list[Region]


def needed_for(window: Region, reach_px: int, plan: TilePlan, manifest: ModelManifest) -> Needed:
    """What a fusion makes for a window.

    Args:
        window: In pixels.
        reach_px: How far around it weights, carriers and mix are wanted.
        plan: Of the latents.
        manifest: Of the model.
    """
    scale = manifest.scale
    cells = Region(
        window.top // scale, window.left // scale, -(-window.bottom // scale),
        -(-window.right // scale),
    )  # fmt: skip
    decoded = plan.tiles_over(cells)
    # Beyond this a decoded tile may be wrong: the window does not see it.
    seen = cells.grown(manifest.decoder_reach, bounds(decoded))
    # The compositing enlarges the planes, for which it looks a little beyond.
    shown = cells.grown(1 + -(-reach_px // scale), Region(0, 0, plan.height, plan.width))
    return Needed(decoded, seen, shown, plan.tiles_over(bounds([seen, shown])))
