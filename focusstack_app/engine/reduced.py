"""A stack fused reduced in size: what the network says of it as a whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import as_float16, on_card
from focusstack_app.core.model import FusionModel
from focusstack_app.core.planes import Planes, on_disk
from focusstack_app.core.progress import Progress
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.filters import shrunk
from focusstack_app.engine.latent_fusion import LatentFusion, fuse_latents
from focusstack_app.engine.opencv import in_our_threads_only

Seen = TypeVar("Seen")

_WHOLE_FRAMES = 2  # read from disk at a time: each takes its own memory then


def shrink_to(side_px: int, height: int, width: int) -> int:
    """By which whole number a picture is reduced, so that its longer side is about `side_px`."""
    return max(1, math.ceil(max(height, width) / side_px))


@in_our_threads_only()
def fuse_reduced(
    model: FusionModel,
    frames: Sequence[Planes],
    side_px: int,
    overlap: float,
    stage: str,
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes],
    look: Callable[[Planes, NDArray[Any]], Seen],
    take: Callable[[Seen], object],
) -> tuple[LatentFusion, tuple[int, int]]:
    """Reduce aligned frames and fuse them.

    Args:
        model: The model.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded.
        side_px: See `shrink_to`.
        overlap: Share of a tile that overlaps its neighbour.
        stage: What is reported while frames are reduced.
        progress: Reported per frame and tile.
        keep: Puts away what grows with the number of frames.
        look: Shown each frame, and the same reduced, a few at a time on threads.
        take: Given what it saw, frame by frame.

    Returns:
        The fusion, whose planes may reach over the border, and (width, height) of the frames.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """
    height, width = frames[0].shape[:2]
    shrink = shrink_to(side_px, height, width)
    size = max(1, width // shrink), max(1, height // shrink)

    def prepared(frame: Planes) -> tuple[NDArray[Any], Seen]:
        small = shrunk(frame[:], size)
        return small, look(frame, small)

    threads = 0 if on_card(frames[0]) else _WHOLE_FRAMES if any(map(on_disk, frames)) else None

    def encoded() -> Iterator[Planes]:
        """Their latents; nothing of the last frame is held on to while they are fused."""
        with closing(ahead(prepared, frames, threads)) as each:
            for number, (small, seen) in enumerate(each, start=1):
                take(seen)
                yield keep(as_float16(encode_frame(model, small, progress)))
                progress.report(0.5 * number / len(frames), stage)

    latents = list(encoded())
    fusion = fuse_latents(model, latents, size[::-1], overlap, progress.sub(0.5, 1.0), keep)
    return fusion, size
