"""A stack fused reduced in size: what the network says of it as a whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import as_float16, on_card
from focusstack_app.core.model import FusionModel
from focusstack_app.core.planes import Planes, Reducible, on_disk
from focusstack_app.core.progress import Progress
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.filters import shrunk
from focusstack_app.engine.latent_fusion import LatentFusion, fuse_latents
from focusstack_app.engine.opencv import in_our_threads_only

_WHOLE_FRAMES = 2  # read from disk at a time: each takes its own memory then


class Reduced(NamedTuple):
    """What is found of reduced frames.

    Attributes:
        fusion: Of them; its planes may reach over the border.
        size: (width, height) of them.
        seen: What `look` made of each of them.
    """

    fusion: LatentFusion
    size: tuple[int, int]
    seen: list[Planes]


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
    look: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
) -> Reduced:
    """Reduce aligned frames and fuse them.

    Args:
        model: The model.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded. Those that are resampled only where
            they are read are reduced before (`core.planes.Reducible`).
        side_px: See `shrink_to`.
        overlap: Share of a tile that overlaps its neighbour.
        stage: What is reported while frames are reduced.
        progress: Reported per frame and tile.
        keep: Puts away what grows with the number of frames.
        look: Shown each reduced frame, a few at a time on threads.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """
    height, width = frames[0].shape[:2]
    shrink = shrink_to(side_px, height, width)
    size = max(1, width // shrink), max(1, height // shrink)

    seen: list[Planes] = []

    def prepared(frame: Planes) -> tuple[NDArray[Any], NDArray[Any] | None]:
        small = frame.shrunk(size) if isinstance(frame, Reducible) else shrunk(frame[:], size)
        return small, look(small) if look is not None else None

    threads = 0 if on_card(frames[0]) else _WHOLE_FRAMES if any(map(on_disk, frames)) else None

    def encoded() -> Iterator[Planes]:
        """Their latents; nothing of the last frame is held on to while they are fused."""
        with closing(ahead(prepared, frames, threads)) as each:
            for number, (small, of_it) in enumerate(each, start=1):
                if of_it is not None:
                    seen.append(keep(of_it))
                yield keep(as_float16(encode_frame(model, small, progress)))
                progress.report(0.5 * number / len(frames), stage)

    latents = list(encoded())
    fusion = fuse_latents(model, latents, size[::-1], overlap, progress.sub(0.5, 1.0), keep)
    return Reduced(fusion, size, seen)
