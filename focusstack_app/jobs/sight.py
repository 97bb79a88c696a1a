"""What is known of the frames of a stack as a whole, and parts of its picture that are made by it.

A part is made of all frames, as the render makes it, or of those few that a preview says are in
focus there, which takes a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Mode, Sight
from focusstack_app.core.kinds import on_host
from focusstack_app.core.model import FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.composite import blocks_over, composite, surrounds
from focusstack_app.engine.latent_fusion import Recall, fuse_latents
from focusstack_app.engine.motion import Motion
from focusstack_app.engine.overview import Choice, Noise, Overview
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.veil import Focus, reach_px
from focusstack_app.jobs.on_demand import needed_cells, read_ahead

FEW = 7  # frames: what the network fuses at one go
# Reduced, a frame may pass for as sharp as those beside it: they count, too.
_BESIDE = np.array([0.05, 0.25, 1.0, 0.25, 0.05])
_FAR = 5  # frames away from what is in focus, one frame is as wrong as another


class Seen(NamedTuple):
    """What is found of frames as a whole.

    Attributes:
        focus: See `focus_of_frames`.
        overview: See there.
        motion: What moved.
    """

    focus: Focus
    overview: Overview
    motion: Motion | None

    def taken(self, indices: Sequence[int]) -> Seen:
        """That of some of the frames."""
        motion = self.motion
        return Seen(
            self.focus[list(indices)],
            self.overview.taken(indices),
            motion.taken(indices) if motion is not None else None,
        )


def sight_of(seen: Seen, size_px: tuple[int, int]) -> Sight:
    """What a preview keeps of that.

    Args:
        seen: Of its frames.
        size_px: (height, width) of them.
    """
    weights = [np.array(on_host(plane[:])) for plane in seen.overview.weights]
    motion = seen.motion
    if motion is not None:
        motion = motion._replace(alike=[np.array(plane[:]) for plane in motion.alike])
    choice = Choice(weights, seen.overview.cell_px)
    return Sight(size_px, seen.focus, tuple(choice), tuple(motion) if motion is not None else None)


def seen_at(sight: Sight, size_px: tuple[int, int], noise: Noise) -> Seen:
    """The same of larger copies of the frames.

    Args:
        sight: Of a preview.
        size_px: (height, width) of the copies.
        noise: Of some of them: smaller ones have another noise.
    """
    down, across = (there / here for there, here in zip(size_px, sight.size_px, strict=True))

    def enlarged(cell_px: tuple[float, float]) -> tuple[float, float]:
        return cell_px[0] * down, cell_px[1] * across

    choice = Choice(*sight.overview)
    overview = Overview(choice.weights, enlarged(choice.cell_px), *noise)
    motion = Motion(*sight.motion) if sight.motion is not None else None
    if motion is not None:
        motion = motion._replace(cell_px=enlarged(motion.cell_px))
    return Seen(sight.focus * max(down, across), overview, motion)


def few_frames(
    source_index: NDArray[np.uint16], part: Region, size_px: tuple[int, int], count: int
) -> list[int]:
    """The frames that show a part of a picture best, `FEW` at most, in their order.

    Each next one is that which brings what is in focus in the part nearest to one of them.

    Args:
        source_index: (h, w), which frame gave each pixel of a preview.
        part: Of the full picture.
        size_px: (width, height) of that.
        count: Of all frames.
    """
    height, width = source_index.shape
    down, across = height / size_px[1], width / size_px[0]
    there = source_index[
        int(part.top * down) : int(np.ceil(part.bottom * down)),
        int(part.left * across) : int(np.ceil(part.right * across)),
    ]
    wide = np.convolve(np.bincount(there.ravel(), minlength=count), _BESIDE)
    votes = wide[len(_BESIDE) // 2 :][:count]
    apart = np.minimum(np.abs(np.subtract.outer(np.arange(count), np.arange(count))), _FAR)
    left = np.full(count, _FAR)
    taken: list[int] = []
    while len(taken) < min(FEW, count):
        gains = (np.maximum(left - apart, 0) * votes).sum(axis=1)
        gains[taken] = -1
        taken.append(int(gains.argmax()))
        left = np.minimum(left, apart[taken[-1]])
    return sorted(taken)


def part_of(
    model: FusionModel,
    frames: Sequence[Planes],
    latents: Sequence[Planes],
    seen: Seen,
    window: Region,
    *,
    overlap: float,
    mode: Mode,
    progress: Progress,
    recall: Recall,
) -> NDArray[np.uint16]:
    """A part of the picture of frames, made of what of them reaches there.

    Args:
        model: The model.
        frames: They, aligned.
        latents: Of them.
        seen: Of them.
        window: The part, in pixels of the frames.
        overlap: Share of a tile that overlaps its neighbour.
        mode: Where its pixels come from.
        progress: Reported on the calling thread.
        recall: See `fuse_latents`.

    Returns:
        (H, W, 3) uint16, display-encoded.

    Raises:
        DeviceError: If the device fails.
        Cancelled: If the user stopped it.
    """
    height, width = frames[0].shape[:2]
    whole, reach = blocks_around(window, (height, width)), reach_of(model, seen.focus, mode)
    around = surrounds(whole, (height, width))
    cells = needed_cells(latents, around, reach, overlap, model.manifest)
    read_ahead(latents, cells, model.calls_at_once, progress.checkpoint)
    fusion = fuse_latents(
        model,
        latents,
        (height, width),
        overlap,
        progress.sub(0.0, 0.7),
        window=around,
        reach_px=reach,
        recall=recall,
    )
    picture, _ = composite(
        fusion,
        frames,
        focus=seen.focus,
        overview=seen.overview,
        motion=seen.motion,
        agreement_rmse=model.manifest.agreement_rmse,
        mode=mode,
        progress=progress.sub(0.7, 1.0),
        window=whole,
    )
    return to_uint16(picture[window.seen_from(whole).slices])


def blocks_around(window: Region, size_px: tuple[int, int]) -> Region:
    """A window with what else is in its blocks; `size_px` is (height, width) of the frames."""
    return bounds(blocks_over(window, size_px))


def reach_of(model: FusionModel, focus: Focus, mode: Mode) -> int:
    """How far around a window veils come from, in pixels."""
    cell_px = model.manifest.scale // model.manifest.weight_scale
    return reach_px(focus, cell_px) if mode is Mode.FAITHFUL else 0
