"""How the memory that a job may use is shared out: a render's, and a viewport's.

What a job needs whatever the number of frames (the program, its model, what threads have in hand)
comes off first. The rest is for arrays that grow with the frames, kept in a `Spool`: beyond it they
go to temporary files. A viewport keeps a part of it for what was looked at last.
"""

from __future__ import annotations

from typing import NamedTuple

from focusstack_app.core.ahead import MOST_THREADS
from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.engine.composite import most_sheets_bytes
from focusstack_app.io.spool import default_budget_bytes

FRAME_BYTES = 7  # per pixel: 16 bits of three colours, and the latent

# Measured with seven frames of 24 megapixels: the program and its model, and what the stages need
# whatever the number of frames, in all and for the rows that a thread has in hand.
_RENDER_BYTES = 300_000_000
_PIXEL_BYTES = 70
_COLUMN_BYTES = 8_000
_CELL_PX = 2  # of a fusion's planes

_VIEWPORT_BYTES = 600_000_000  # the program, its model, and what one part needs
_RECENT_SHARE = 0.3  # of what a viewport has


def budget_bytes(request: FusionRequest, usual_bytes: int | None = None) -> int:
    """How much memory a request may use.

    Args:
        request: It may say it.
        usual_bytes: Where it does not; by default 40 % of what is free.
    """
    if request.memory_bytes is not None:
        return request.memory_bytes
    return default_budget_bytes() if usual_bytes is None else usual_bytes


def threads_bytes(width_px: int) -> int:
    """What the threads of a stage have in hand at a time."""
    return MOST_THREADS * _COLUMN_BYTES * width_px


def room_bytes(request: FusionRequest, usual_bytes: int | None = None) -> int:
    """What a render leaves of the memory for arrays whose size grows with the frames.

    Args:
        request: What is rendered.
        usual_bytes: As for `budget_bytes`.
    """
    budget = budget_bytes(request, usual_bytes)
    width, height = request.stack.sources[request.stack.reference].size_px
    if request.max_side_px is not None:
        return budget
    fixed = _RENDER_BYTES + _PIXEL_BYTES * width * height + threads_bytes(width)
    if request.method is Method.VAEEDOF:
        fixed += most_sheets_bytes(len(request.positions), _CELL_PX)
    return max(0, budget - fixed)


class ViewportRoom(NamedTuple):
    """How much memory a viewport may use.

    Attributes:
        budget_bytes: In all.
        frames_bytes: By the frames and their latents.
        recent_bytes: By the parts of them, and the tiles, that were used last.
    """

    budget_bytes: int
    frames_bytes: int
    recent_bytes: int


def viewport_room(request: FusionRequest) -> ViewportRoom:
    """What the viewport of a request may use."""
    budget = budget_bytes(request)
    width, _ = request.stack.sources[request.stack.reference].size_px
    room = max(0, budget - _VIEWPORT_BYTES - threads_bytes(width))
    recent = int(room * _RECENT_SHARE)
    return ViewportRoom(budget, room - recent, recent)


def fits_in_memory(request: FusionRequest) -> bool:
    """Whether `Viewport.finish` needs no temporary files."""
    width, height = request.stack.sources[request.stack.reference].size_px
    needed = FRAME_BYTES * width * height * len(request.stack)
    return needed <= viewport_room(request).frames_bytes
