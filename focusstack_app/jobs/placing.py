"""The frames of a fusion, and how they come to lie on the reference."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import FusionRequest, Placement, Registration
from focusstack_app.core.message import message
from focusstack_app.core.model import Card
from focusstack_app.core.progress import Progress
from focusstack_app.engine.diagnose import Trouble
from focusstack_app.engine.resampling import moves, resample
from focusstack_app.io.spool import Held, Spool

_PUTS = 3  # frames at a time on their way to a card


class Clock:
    """What the stages of a job took.

    Attributes:
        timings_s: Seconds of each, wall clock.
        cpu_s: The same of processor time, all threads of the process.
    """

    def __init__(self) -> None:
        self.timings_s: dict[str, float] = {}
        self.cpu_s: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count a block to a stage."""
        start, cpu_start = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.timings_s[stage] = self.timings_s.get(stage, 0.0) + time.perf_counter() - start
            self.cpu_s[stage] = self.cpu_s.get(stage, 0.0) + time.process_time() - cpu_start


class Aligned(NamedTuple):
    """How the frames lie: the rows and columns that all of them show, and more of the result.

    Attributes:
        unlike: Frames that cannot be matched: too dark, too bright, or of something else.
    """

    inside: tuple[slice, slice]
    warnings: list[str]
    placement: Placement | None = None
    registration: Registration | None = None
    unlike: Mapping[int, Trouble] = MappingProxyType({})


class Prepared(NamedTuple):
    """The frames of a stack, or of a slab of it, ready to be fused.

    Attributes:
        request: What was asked, with the frames of the stack in the order of their focus.
        frames: Their pixels; where they lie on the reference, but for the `astray`.
        icc_profile: Of the reference, if it has one.
        aligned: How all frames of the stack lie.
        astray: Which of `frames` are still to be resampled, each after its neighbour towards the
            reference; `placed` takes out which it has.
        base: The reference, where it is none of `frames`: the neighbour of the nearest of them.
    """

    request: FusionRequest
    frames: list[Held]
    icc_profile: bytes | None
    aligned: Aligned
    astray: list[int]
    base: Held | None = None

    @property
    def reference(self) -> int:
        """Where the reference is among the frames, or would be: before or behind them."""
        return self.request.stack.reference - self.request.positions.start

    def towards_reference(self, index: int) -> int:
        """The neighbour of a frame; before or behind all of them, it is the base."""
        return index - 1 if index > self.reference else index + 1


def placed(prepared: Prepared, spool: Spool, clock: Clock, progress: Progress) -> Prepared:
    """Resample the frames that are astray, in place; those that were stay so if it is stopped.

    Returns:
        The same, with no frame astray.

    Raises:
        OutputError: If there is no room for temporary files.
        Cancelled: If the user stopped the job.
    """
    frames, astray = prepared.frames, prepared.astray
    with clock("align") if astray else nullcontext():
        count = len(astray)
        while astray:  # outward
            index = astray[0]
            progress.report(1 - (len(astray) - 1) / count, message("Aligning"))
            if index not in astray:
                continue
            beside = prepared.towards_reference(index)
            neighbour = frames[beside] if 0 <= beside < len(frames) else prepared.base
            # All at once: from disk, patch by patch takes longer.
            there = _resampled(prepared, frames[index][:], index, neighbour, progress)
            if index in astray:  # or who was let in at a checkpoint has done it
                frames[index] = spool.keep(there, frames[index])
                astray.remove(index)
    return prepared


def placed_on(card: Card, prepared: Prepared, clock: Clock, progress: Progress) -> list[Any]:
    """Copies of the frames on a card, those that are astray resampled.

    Raises:
        DeviceError: If the card fails, or has too little memory.
        Cancelled: If the user stopped the job.
    """
    reference, base, count = prepared.reference, prepared.base, len(prepared.frames)
    there: dict[int, Any] = {}
    own = [reference] if 0 <= reference < count else []
    order = [*own, *outward(reference, count)]
    put = ahead(lambda i: card.put(prepared.frames[i][:]), order, _PUTS)
    with clock("align" if prepared.astray else "upload"), closing(put):
        for index, frame in zip(order, put, strict=True):
            progress.report(len(there) / count, message("Aligning"))
            if index in prepared.astray:
                neighbour = there.get(prepared.towards_reference(index))
                if neighbour is None and base is not None:
                    neighbour = card.put(base[:])
                frame = _resampled(prepared, frame, index, neighbour, progress)
            there[index] = frame
    return [there[index] for index in range(count)]


def outward(reference: int, count: int) -> list[int]:
    """All frames but the reference, each after its neighbour towards it.

    Args:
        reference: One of them, or before or behind them.
        count: Of the frames.
    """
    return [*range(max(reference + 1, 0), count), *range(min(reference, count) - 1, -1, -1)]


def strays(registration: Registration, reference: int) -> list[int]:
    """Frames that do not fit as they are, each after its neighbour towards the reference."""
    return [
        index
        for index in outward(reference, len(registration.gains))
        if moves(
            registration.frame_from_reference[index],
            registration.gains[index],
            *registration.size_px,
        )
    ]


def _resampled(
    prepared: Prepared, frame: Any, index: int, beside: Any, progress: Progress
) -> NDArray[Any]:
    placement = prepared.aligned.placement
    if placement is None or beside is None:
        raise ValueError("a frame that is astray has a place, and a neighbour")
    position = prepared.request.positions[index]
    matrix, gains = placement.frame_from_reference[position], placement.gains[position]
    return resample(frame, matrix, gains, beside, progress)
