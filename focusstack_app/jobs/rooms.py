"""How the memory of a viewport is shared out."""

from __future__ import annotations

from typing import NamedTuple

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.jobs.fuse import threads_bytes
from focusstack_app.jobs.reading import budget_bytes

FRAME_BYTES = 7  # per pixel: 16 bits of three colours, and the latent
_FIXED_BYTES = 600_000_000  # the program, its model, and what one part needs
_RECENT_SHARE = 0.3  # of the memory


class Rooms(NamedTuple):
    """How much memory may be used.

    Attributes:
        budget_bytes: In all.
        frames_bytes: By the frames and their latents.
        recent_bytes: By the parts of them, and the tiles, that were used last.
    """

    budget_bytes: int
    frames_bytes: int
    recent_bytes: int


def rooms_of(request: FusionRequest) -> Rooms:
    """What a request may use; see `budget_bytes`."""
    budget = budget_bytes(request)
    width, _ = request.stack.sources[request.stack.reference].size_px
    room = max(0, budget - _FIXED_BYTES - threads_bytes(width))
    recent = int(room * _RECENT_SHARE)
    return Rooms(budget, room - recent, recent)


def fits_in_memory(request: FusionRequest) -> bool:
    """Whether `Viewport.finish` needs no temporary files."""
    width, height = request.stack.sources[request.stack.reference].size_px
    return FRAME_BYTES * width * height * len(request.stack) <= rooms_of(request).frames_bytes
