"""What is looked at first, from a few frames, while the others have not been read.

A preview tells which frames are in focus where, where they lie, and what is found of them as a
whole. So a part of the picture is fused of the few that are in focus there: nearly as the render
will make it. What is read for it is kept for the viewport that is opened next.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Mode
from focusstack_app.core.model import FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.align import rescaled
from focusstack_app.engine.composite import blocks_over
from focusstack_app.engine.latent_fusion import anew
from focusstack_app.engine.overview import Noise, noise_of
from focusstack_app.inference.fallback import on_processor
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.budget import FRAME_BYTES, viewport_room
from focusstack_app.jobs.fuse import LoadModel, load_model
from focusstack_app.jobs.on_demand import frames_by_reference, latents_on_demand
from focusstack_app.jobs.placing import Prepared
from focusstack_app.jobs.preparing import placement_of
from focusstack_app.jobs.reading import KeptFrames, read_some
from focusstack_app.jobs.recent import RecentParts
from focusstack_app.jobs.remembered import stamp_of
from focusstack_app.jobs.sight import FEW, few_frames, part_of, seen_at


@dataclass(frozen=True, slots=True)
class _Unread:
    """A frame that is read when something of it is (`Planes`)."""

    shape: tuple[int, ...]
    read: Callable[[], Planes]

    def __getitem__(self, key: Any) -> NDArray[Any]:
        return self.read()[key]


class FirstLook:
    """The frames of a stack that have been read, and parts of its picture made of a few of them.

    Used by one thread at a time. Temporary files are gone after `close`, and when nobody holds it
    any more, unless a viewport has taken them over.

    Args:
        request: What the render would be asked.
        preview: Of the same frames, if there is one.
        load: Gives the model.

    Attributes:
        request: As above.
        load: As above.
        glimpses: Whether parts can be had: of more than a few frames, if the preview tells enough
            about them, and if memory holds those few.
        size_px: (width, height) of the picture, if they can.
        room: How much memory may be used.
        stamps: Of the files, before any was read.
        spool: Keeps the frames.
        kept: Those that have been read.
        prepared: All of them, once a viewport has got so far.
        model: Once it was needed.
        failed: Whether its device has failed, and the processor does its work.
    """

    def __init__(
        self,
        request: FusionRequest,
        preview: FusionResult | None = None,
        load: LoadModel = load_model,
    ) -> None:
        self.request = request
        self.load = load
        width, height = request.stack.sources[request.stack.reference].size_px
        self._frame_size_px = height, width
        self.room = viewport_room(request)
        self.stamps = [stamp_of(source) for source in request.stack.sources]
        self.kept: KeptFrames = {}
        self.prepared: Prepared | None = None
        self.model: FusionModel | None = None
        self.failed = False
        self._noise: Noise | None = None
        self._recent = RecentParts(self.room.recent_bytes)
        self._reading = threading.Lock()
        self.glimpses = preview is not None and self._told_by(preview)
        self._preview = preview if self.glimpses else None
        inside, self._placement = Region(0, 0, height, width), None
        if self.glimpses and request.registration is not None:
            found = rescaled(request.registration, self._frame_size_px)
            (rows, columns), self._placement = placement_of(request, found)
            inside = Region(rows.start, columns.start, rows.stop, columns.stop)
        self._inside = inside
        self.size_px = inside.width, inside.height
        self._stack = ExitStack()
        self.spool = self._stack.enter_context(
            Spool(self.room.frames_bytes, request.temporary_folder)
        )
        self._files = weakref.finalize(self, self._stack.close)

    def _told_by(self, preview: FusionResult) -> bool:
        request, needed = self.request, (FEW + 1) * FRAME_BYTES * np.prod(self._frame_size_px)
        placed = request.align is Align.OFF or request.registration is not None
        return (
            preview.sight is not None
            and preview.provenance is not None
            and preview.request.stack == request.stack
            and len(request.stack) > FEW
            and request.slab is None
            and placed
            and bool(needed <= self.room.frames_bytes)
        )

    @property
    def closed(self) -> bool:
        """Whether nothing can be had of it any more."""
        return not self._files.alive

    def serves(self, request: FusionRequest) -> bool:
        """Whether a request differs in nothing but the mode; see `Viewport.serves`."""
        return not self.closed and self.request.alike_but_mode(request)

    @property
    def icc_profile(self) -> bytes | None:
        """Of the pixels, if the reference frame has one."""
        return self._preview.icc_profile if self._preview is not None else None

    @property
    def source_index(self) -> NDArray[np.uint16] | None:
        """Which frame gave each pixel of the preview, if it tells that."""
        preview = self._preview
        return preview.provenance.source_index if preview and preview.provenance else None

    def parts_over(self, window: Region) -> list[Region]:
        """See `Viewport.parts_over`."""
        return parts_over(window, self._inside, self._frame_size_px)

    def glimpse_of(self, window: Region, mode: Mode, progress: Progress) -> NDArray[np.uint16]:
        """A part of the picture, from the few frames that are in focus there.

        Args:
            window: Which, in pixels of the picture.
            mode: Where its pixels come from.
            progress: Reported on the calling thread.

        Returns:
            (H, W, 3) uint16, display-encoded in the reference frame's colour space.

        Raises:
            ValueError: If it gives no glimpses.
            FocusStackError: If a frame, the model or the device cannot be used.
            Cancelled: If the user stopped it; what was read is kept.
        """
        preview, index, request = self._preview, self.source_index, self.request
        if preview is None or preview.sight is None or index is None:
            raise ValueError("the preview does not tell what is in focus where")
        few = few_frames(index, window, self.size_px, len(request.stack))
        sources = [request.stack.sources[number] for number in few]
        read_some(request, sources, self.spool, self.kept, progress.sub(0.0, 0.3))
        frames = frames_by_reference(
            [self._frame(number) for number in range(len(request.stack))],
            self._placement,
            request.stack.reference,
            self._recent,
        )
        model = self.model = self.model or self.load(request)
        if self._noise is None:
            plain = [self.kept[source].pixels for source in sources]
            self._noise = noise_of(model, plain, progress.sub(0.3, 0.4))
        seen = seen_at(preview.sight, self._frame_size_px, self._noise).taken(few)
        moved = window.moved(self._inside.top, self._inside.left)

        def made(model: FusionModel) -> NDArray[np.uint16]:
            latents = latents_on_demand(model, frames, [], self._recent)
            return part_of(
                model,
                [frames[number] for number in few],
                [latents[number] for number in few],
                seen,
                moved,
                overlap=request.overlap,
                mode=mode,
                progress=progress.sub(0.4, 1.0),
                recall=anew,
            )

        try:
            return made(model)
        except DeviceError as error:
            self.model, self.failed = on_processor(model, error), True
            return made(self.model)

    def _frame(self, number: int) -> Planes:
        source = self.request.stack.sources[number]

        def kept() -> Planes | None:
            known = self.kept.get(source)
            return known.pixels if known is not None and not known.gone else None

        def read() -> Planes:
            with self._reading:  # the reference may be asked for by several threads
                if kept() is None:
                    read_some(self.request, [source], self.spool, self.kept, Progress())
                return self.kept[source].pixels

        return kept() or _Unread((*self._frame_size_px, 3), read)

    def forget_parts(self) -> None:
        """Let go of what was made of the frames; they stay."""
        self._recent.forget_patches()

    def handed_over(self) -> ExitStack:
        """The files, for who closes them now: nothing can be had of it any more."""
        self._files.detach()
        self._end()
        return self._stack

    def close(self) -> None:
        """Give the memory back and remove the temporary files; can be called twice."""
        self._end()
        self._files()

    def _end(self) -> None:
        self.glimpses, self._preview, self.prepared = False, None, None
        self.kept = {}
        self._recent.limit(0)


def parts_over(window: Region, inside: Region, frame_size_px: tuple[int, int]) -> list[Region]:
    """The parts in which a picture is best made, over a window of it, row by row.

    Args:
        window: In pixels of the picture.
        inside: The picture, in those of the frames.
        frame_size_px: (height, width).
    """
    blocks = blocks_over(window.moved(inside.top, inside.left), frame_size_px)
    return [block.grown(0, inside).seen_from(inside) for block in blocks]
