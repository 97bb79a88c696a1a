"""The picture of a stack in parts, in any order: what is looked at is made first.

A part has the pixels that the render has there: it is made by the same functions from the same
frames, latents and tiles. Frames are resampled and encoded only where a part needs it, until all of
them are: for the render, or before, when there is time (`Viewport.finish`).

Two threads use a viewport: that of renders, and that of previews, which makes parts. One of them
works at a time (`core.turns`), so there is no lock; but parts are also made while a render rests at
a checkpoint. Between two checkpoints of its own a render can rely on what it has seen. Behind one,
frames may have been placed (`Prepared.astray` is shorter), latents added, and the model may be the
processor's: who does one of that looks first whether it is done. `RecentParts` is read and filled
by the threads that work ahead, too, and has a lock of its own.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError, OutputError
from focusstack_app.core.fusion import FusionRequest, FusionResult, Method, Mode
from focusstack_app.core.message import message
from focusstack_app.core.model import FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.composite import surrounds
from focusstack_app.engine.latent_fusion import Recall, anew
from focusstack_app.engine.overview import Overview, noise_of
from focusstack_app.inference.fallback import on_processor
from focusstack_app.io.spool import Spool, unless_stopped
from focusstack_app.jobs.budget import FRAME_BYTES, room_bytes
from focusstack_app.jobs.first_look import FirstLook, parts_over
from focusstack_app.jobs.fuse import LoadModel, card_for, fuse_prepared, fuse_stack, load_model
from focusstack_app.jobs.on_demand import frames_on_demand, latents_on_demand, needed_cells
from focusstack_app.jobs.placing import Clock, Prepared, placed
from focusstack_app.jobs.preparing import Encoded, add_latents, look_over, prepare
from focusstack_app.jobs.recent import RecentParts
from focusstack_app.jobs.remembered import stamp_of
from focusstack_app.jobs.sight import Seen, blocks_around, few_frames, part_of, reach_of

Result = TypeVar("Result")


def open_viewport(
    request: FusionRequest,
    progress: Progress,
    load: LoadModel = load_model,
) -> Viewport:
    """Read a stack and find where its frames lie, so that its picture can be made in parts.

    Args:
        request: What the render would be asked; of the method VAEEDOF, two frames at least.
        progress: Reported on the calling thread.
        load: Gives the model.

    Raises:
        ValueError: If the request is of another method, of one frame, or for a preview.
        FocusStackError: If a frame, the model or the device cannot be used.
        Cancelled: If the user stopped it.
    """
    with closing(FirstLook(request, load=load)) as first:
        return open_after(first, progress)


def open_after(first: FirstLook, progress: Progress) -> Viewport:
    """The same of what has been looked at. What is stopped can be gone on with.

    Args:
        first: What was read for it is taken over: nothing can be had of it any more.
        progress: Reported on the calling thread.

    Raises:
        As `open_viewport`.
    """
    request = first.request
    if request.method is not Method.VAEEDOF or len(request.stack) < 2 or request.max_side_px:
        raise ValueError("only a render by VAEEDOF of several frames is made in parts")
    progress.report(0.0, message("Reading"))
    first.forget_parts()
    spool, recent = first.spool, RecentParts(first.room.recent_bytes)
    if first.prepared is None:
        reading = progress.sub(0.0, 0.6)
        first.prepared = prepare(request, spool, Clock(), reading, keeps=first.kept)
    prepared, failed = first.prepared, first.failed
    model, progress = first.model or first.load(request), progress.sub(0.6, 1.0)
    try:
        encoded = _looked_over(model, prepared, spool, recent, progress)
    except DeviceError as error:
        model, failed = on_processor(model, error), True
        encoded = _looked_over(model, prepared, spool, recent, progress)
    encoded.failed = failed
    return Viewport(first, prepared, encoded, recent)


def _looked_over(
    model: FusionModel, prepared: Prepared, spool: Spool, recent: RecentParts, progress: Progress
) -> Encoded:
    frames, overlap = frames_on_demand(prepared, recent), prepared.request.overlap
    with unless_stopped(spool.keep) as keep:
        looked = look_over(model, frames, overlap, keep, Clock(), progress.sub(0.0, 0.8))
        overview = Overview(*looked.choice, *noise_of(model, frames, progress.sub(0.8, 1.0)))
        progress.checkpoint()  # behind it what is stopped is lost: frames are handed over
    return Encoded(model, looked.focus, overview, looked.motion, [], recent.known, stays=True)


class Viewport:
    """A stack of which any part can be had as the render makes it, and the render itself.

    Made by `open_viewport`; used by one thread at a time, but parts may be made while `render`
    rests at a checkpoint. Temporary files are gone after `close`, and when nobody holds it any
    more.

    Attributes:
        size_px: (width, height) of the picture.
        icc_profile: Of its pixels, if the reference frame has one.
        device: Where parts are computed.
        stale: Whether a render has found other files than those that were read.
        glimpses: Whether parts can be had of a few frames, too, see `FirstLook`.
    """

    def __init__(
        self,
        first: FirstLook,
        prepared: Prepared,
        encoded: Encoded,
        recent: RecentParts,
    ) -> None:
        rows, columns = prepared.aligned.inside
        self._request = first.request
        self._stamps = first.stamps
        self._prepared = prepared
        self._encoded = encoded
        self._inside = Region(rows.start, columns.start, rows.stop, columns.stop)
        self._recent = recent
        self._room = first.room
        self._spool = first.spool
        # Its order may be another one than that of all frames together.
        as_seen = prepared.request.stack == first.request.stack
        self._source_index = first.source_index if as_seen else None
        self.glimpses = self._source_index is not None
        self._files = weakref.finalize(self, first.handed_over().close)
        self._load = first.load
        self.stale = self._lent = (
            False  # lent to a render that begins anew: frames stay as they are
        )
        self.size_px = self._inside.width, self._inside.height
        self.icc_profile = prepared.icc_profile
        self.device = encoded.model.device

    @property
    def closed(self) -> bool:
        """Whether nothing can be had of it any more."""
        return not self._files.alive

    def serves(self, request: FusionRequest) -> bool:
        """Whether a request differs in nothing but the mode, which each part may choose.

        It may know where the frames lie by another object; and how much memory may be used does
        not change the picture.
        """
        return not (self.closed or self.stale) and self._request.alike_but_mode(request)

    def render(self, request: FusionRequest, progress: Progress) -> FusionResult:
        """The whole picture, as `fuse_stack` makes it, of what is at hand for the parts.

        Files that have changed are read anew: it serves no other render then. It is closed where
        one is gone, as after its device has failed.

        Args:
            request: One that it `serves`.
            progress: Reported on the calling thread.

        Raises:
            ValueError: If it was closed.
            FocusStackError: If a frame, the model or the device cannot be used.
            Cancelled: If the user stopped it.
        """
        self._check_open()
        stamps = [stamp_of(source) for source in request.stack.sources]
        if stamps != self._stamps:
            self.stale = None not in stamps
            return self._anew(request, progress)
        progress.report(0.0, message("Fusing"))
        clock, encoded = Clock(), self._encoded
        model = encoded.model
        if encoded.failed:  # the device may serve a render all the same, in smaller tiles
            with clock("load model"):
                model = self._load(request)
        afresh = encoded.failed or card_for(self._prepared.frames, model) is not None
        known = None if afresh else encoded
        asked = replace(
            self._prepared.request,
            mode=request.mode,
            request_id=request.request_id,
            memory_bytes=request.memory_bytes,
        )
        prepared = self._prepared._replace(request=asked)
        before = self._spool.spooled_bytes
        self._recent.recalled = 0
        placed_before, complete = not self._prepared.astray, self.complete
        self._lent = afresh
        try:
            with self._memory_of(request):
                if known is not None:
                    self._recent.forget_patches()
                    self._finish(clock, progress.sub(0.0, 0.2))
                    model, progress = encoded.model, progress.sub(0.2, 1.0)
                result = fuse_prepared(prepared, model, self._spool, clock, progress, known)
        finally:
            self._lent = False
            if known is not None and encoded.failed:
                self.close()
        served = known is not None and not encoded.failed
        at_hand = {
            "read": True,
            "align": placed_before,
            "load model": not encoded.failed,
            "encode": served and complete,
            "defocus": served,
        }
        return replace(
            result,
            spooled_bytes=self._spool.spooled_bytes - before,
            reused=tuple(stage for stage, known in at_hand.items() if known),
            reused_tiles=self._recent.recalled if served else 0,
        )

    def _anew(self, request: FusionRequest, progress: Progress) -> FusionResult:
        """The picture of the files as they are now; meanwhile parts can be had of what was read."""
        room, asked = self._room.recent_bytes // 2, request.memory_bytes
        self._lent = True
        self._recent.limit(room)
        try:
            self._spool.limit(0, [*self._encoded.latents, *self._prepared.frames])
        except OutputError:
            self.stale = False
        if not self.stale:  # a file is gone, or there is no room on disk
            self.close()
        most = max(0, (self._room.budget_bytes if asked is None else asked) - room)
        result = fuse_stack(replace(request, memory_bytes=most), progress, self._load)
        return replace(result, request=replace(result.request, memory_bytes=asked))

    @property
    def complete(self) -> bool:
        """Whether all frames are resampled and encoded."""
        frames, astray = self._prepared.frames, self._prepared.astray
        return not astray and len(self._encoded.latents) == len(frames)

    def finish(self, progress: Progress) -> None:
        """Resample and encode all frames. What is done of it stays done when it is stopped.

        Nothing is done in the middle of a render that does it by itself: on a card, or after the
        device has failed.

        Args:
            progress: Reported on the calling thread.

        Raises:
            ValueError: If it was closed.
            DeviceMemoryError: If the processor has too little memory.
            OutputError: If there is no room for temporary files.
            Cancelled: If the user stopped it.
        """
        self._check_open()
        if not self._lent:
            self._finish(Clock(), progress)
            self._recent.forget_patches()

    def _finish(self, clock: Clock, progress: Progress) -> None:
        frames = placed(self._prepared, self._spool, clock, progress.sub(0.0, 0.6)).frames
        if self.complete:
            return
        adding = progress.sub(0.6, 1.0)
        with clock("encode"):
            self._on_device(lambda: add_latents(self._encoded, frames, self._spool.keep, adding))

    def _on_device(self, work: Callable[[], Result]) -> Result:
        """What `work` gives; the processor does it, too, where a device fails at it."""
        model = self._encoded.model
        try:
            return work()
        except DeviceError as error:
            if self._encoded.model is model:  # or a part in the middle of it found that before
                self._encoded.model = on_processor(model, error)
                self._encoded.failed = True
                self.device = self._encoded.model.device
            return work()

    @contextmanager
    def _memory_of(self, request: FusionRequest) -> Iterator[None]:
        """Hold the memory budget of a render, frames and tiles included."""
        room_of_render = room_bytes(request, self._room.budget_bytes)
        self._recent.limit(room_of_render)
        self._recent.limit(self._recent.size_bytes)  # parts that are made meanwhile take no more
        left = room_of_render - self._recent.size_bytes
        try:
            self._spool.limit(left, [*self._encoded.latents, *self._prepared.frames])
            yield
        finally:
            self._spool.limit(self._room.frames_bytes, [])
            self._recent.limit(self._room.recent_bytes)

    def parts_over(self, window: Region) -> list[Region]:
        """The parts in which the picture is best made, over a window of it, row by row."""
        return parts_over(window, self._inside, self._frame_size_px)

    def picture_of(self, window: Region, mode: Mode, progress: Progress) -> NDArray[np.uint16]:
        """A part of the picture.

        Args:
            window: Which, in pixels of the picture; `parts_over` says what costs least.
            mode: Where its pixels come from.
            progress: Reported on the calling thread.

        Returns:
            (H, W, 3) uint16, display-encoded in the reference frame's colour space.

        Raises:
            ValueError: If it was closed.
            DeviceMemoryError: If the processor has too little memory; it takes over from a device
                that fails.
            Cancelled: If the user stopped it.
        """
        self._check_open()
        encoded, moved = self._encoded, self._in_frames(window)

        def made() -> NDArray[np.uint16]:
            latents, size_px = self._latents, self._frame_size_px
            manifest, reach = encoded.model.manifest, reach_of(encoded.model, encoded.focus, mode)
            around = surrounds(blocks_around(moved, size_px), size_px)
            cells = needed_cells(latents, around, reach, self._request.overlap, manifest)
            needed = len(latents) * cells.height * cells.width * manifest.scale**2 * FRAME_BYTES
            if needed > self._room.recent_bytes and not self.complete and not self._lent:
                self._finish(Clock(), progress.sub(0.0, 0.4))  # again and again takes longer
            frames = range(len(self._prepared.frames))
            return self._made_of(frames, moved, mode, progress.sub(0.4, 1.0), self._recent)

        return self._on_device(made)

    def glimpse_of(self, window: Region, mode: Mode, progress: Progress) -> NDArray[np.uint16]:
        """The same of the few frames that are in focus there; see `FirstLook.glimpse_of`."""
        self._check_open()
        if self._source_index is None:
            raise ValueError("it is not known what is in focus where")
        count, moved = len(self._prepared.frames), self._in_frames(window)
        few = few_frames(self._source_index, window, self.size_px, count)
        return self._on_device(lambda: self._made_of(few, moved, mode, progress, anew))

    def _made_of(
        self, of: Sequence[int], window: Region, mode: Mode, progress: Progress, recall: Recall
    ) -> NDArray[np.uint16]:
        """A part of some of the frames, in pixels of these."""
        encoded, latents = self._encoded, self._latents
        frames = frames_on_demand(self._prepared, self._recent)
        seen = Seen(encoded.focus, encoded.overview, encoded.motion)
        return part_of(
            encoded.model,
            [frames[index] for index in of],
            [latents[index] for index in of],
            seen.taken(of) if len(of) < len(frames) else seen,
            window,
            overlap=self._request.overlap,
            mode=mode,
            progress=progress,
            recall=recall,
        )

    def close(self) -> None:
        """Give the memory back and remove the temporary files; can be called twice."""
        self._recent.limit(0)
        self._files()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the viewport was closed")

    @property
    def _latents(self) -> list[Planes]:
        frames = frames_on_demand(self._prepared, self._recent)
        return latents_on_demand(self._encoded.model, frames, self._encoded.latents, self._recent)

    @property
    def _frame_size_px(self) -> tuple[int, int]:
        height, width = self._prepared.frames[0].shape[:2]
        return height, width

    def _in_frames(self, window: Region) -> Region:
        """A window of the picture in the coordinates of the frames."""
        return window.moved(self._inside.top, self._inside.left)
