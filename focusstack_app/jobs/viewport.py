"""The picture of a stack in parts, in any order: what is looked at is made first.

A part has the pixels that the render has there: it is made by the same functions from the same
frames, latents and tiles.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionRequest, FusionResult, Method, Mode
from focusstack_app.core.message import message
from focusstack_app.core.model import FusionModel
from focusstack_app.core.pages import file_of
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.composite import blocks_over, composite, surrounds
from focusstack_app.engine.latent_fusion import LatentFusion, fuse_latents
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.veil import reach_px
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.fuse import (
    LoadModel,
    card_for,
    fuse_prepared,
    fuse_stack,
    load_model,
    room_bytes,
    threads_bytes,
)
from focusstack_app.jobs.placing import Clock, Prepared, placed
from focusstack_app.jobs.preparing import (
    Encoded,
    encode_frames,
    measure_focus,
    overview_of_frames,
    prepare,
)
from focusstack_app.jobs.reading import budget_bytes
from focusstack_app.jobs.recent import RecentTiles

_FIXED_BYTES = 600_000_000  # the program, its model, and what one part needs
_RECENT_SHARE = 0.3  # of the memory, for the latest tiles
_FRAME_BYTES = 7  # per pixel: 16 bits of three colours, and the latent

Stamps = list[tuple[int, int] | None]


def fits_in_memory(request: FusionRequest) -> bool:
    """Whether `open_viewport` needs no temporary files."""
    width, height = request.stack.sources[request.stack.reference].size_px
    return _FRAME_BYTES * width * height * len(request.stack) <= _rooms(request).frames_bytes


def open_viewport(
    request: FusionRequest, progress: Progress, load: LoadModel = load_model
) -> Viewport:
    """Read, align and encode a stack, so that its picture can be made in parts.

    Args:
        request: What the render would be asked; of the method VAEEDOF, two frames at least.
        progress: Reported on the calling thread.
        load: Gives the model.

    Raises:
        ValueError: If the request is of another method, of one frame, or for a preview.
        FocusStackError: If a frame, the model or the device cannot be used.
        Cancelled: If the user stopped it.
    """
    if request.method is not Method.VAEEDOF or len(request.stack) < 2 or request.max_side_px:
        raise ValueError("only a render by VAEEDOF of several frames is made in parts")
    progress.report(0.0, message("Reading"))
    rooms = _rooms(request)
    stamps = _stamps(request.stack.sources)
    recent = RecentTiles(rooms.recent_bytes)
    with ExitStack() as files:
        spool = files.enter_context(Spool(rooms.frames_bytes))
        prepared = prepare(request, spool, Clock(), progress.sub(0.0, 0.6))
        prepared = placed(prepared, spool, Clock(), progress.sub(0.6, 0.8))
        model = load(request)
        progress = progress.sub(0.8, 1.0)
        try:
            encoded = _encoded(model, prepared, spool, recent, progress)
        except DeviceError as error:
            model = _on_processor(model, error)
            encoded = _encoded(model, prepared, spool, recent, progress)
            encoded.failed = True
        return Viewport(
            request, stamps, prepared, encoded, recent, rooms, spool, files.pop_all(), load
        )


def _encoded(
    model: FusionModel, prepared: Prepared, spool: Spool, recent: RecentTiles, progress: Progress
) -> Encoded:
    frames, overlap = prepared.frames, prepared.request.overlap
    focus = measure_focus(model, frames, overlap, spool.keep, progress.sub(0.0, 0.3))
    overview = overview_of_frames(model, frames, overlap, spool.keep, progress.sub(0.3, 0.4))
    latents = encode_frames(model, frames, spool.keep, progress.sub(0.4, 1.0))
    return Encoded(model, focus, overview, latents, recent.known)


class Viewport:
    """A stack of which any part can be had as the render makes it, and the render itself.

    Made by `open_viewport`; used by one thread at a time, but parts may be made while `render`
    rests at a checkpoint. Temporary files are gone after `close`, and when nobody holds it any
    more.

    Attributes:
        size_px: (width, height) of the picture.
        icc_profile: Of its pixels, if the reference frame has one.
        device: Where parts are computed.
    """

    def __init__(
        self,
        request: FusionRequest,
        stamps: Stamps,
        prepared: Prepared,
        encoded: Encoded,
        recent: RecentTiles,
        rooms: _Rooms,
        spool: Spool,
        files: ExitStack,
        load: LoadModel,
    ) -> None:
        rows, columns = prepared.aligned.inside
        self._request = request
        self._stamps = stamps
        self._prepared = prepared
        self._frames = prepared.frames
        self._encoded = encoded
        self._model = encoded.model
        self._inside = Region(rows.start, columns.start, rows.stop, columns.stop)
        self._recent = recent
        self._rooms = rooms
        self._spool = spool
        self._files = weakref.finalize(self, files.close)
        self._load = load
        self.size_px = self._inside.width, self._inside.height
        self.icc_profile = prepared.icc_profile
        self.device = self._model.device

    @property
    def closed(self) -> bool:
        """Whether nothing can be had of it any more."""
        return not self._files.alive

    def serves(self, request: FusionRequest) -> bool:
        """Whether a request differs in nothing but the mode, which each part may choose.

        It may know where the frames lie by another object; and how much memory may be used does
        not change the picture.
        """
        own, asked = self._request.registration, request.registration
        known_alike = own.equals(asked) if own is not None else asked is None
        return not self.closed and known_alike and _but_mode(request) == _but_mode(self._request)

    def render(self, request: FusionRequest, progress: Progress) -> FusionResult:
        """The whole picture, as `fuse_stack` makes it, of what is at hand for the parts.

        Frames whose files have changed are read again. The viewport is closed then, as it is after
        its device has failed.

        Args:
            request: One that it `serves`.
            progress: Reported on the calling thread.

        Raises:
            ValueError: If it was closed.
            FocusStackError: If a frame, the model or the device cannot be used.
            Cancelled: If the user stopped it.
        """
        self._check_open()
        if _stamps(request.stack.sources) != self._stamps:
            self.close()
            return fuse_stack(request, progress, self._load)
        progress.report(0.0, message("Fusing"))
        clock, encoded = Clock(), self._encoded
        model = encoded.model
        if encoded.failed:  # the device may serve a render all the same, in smaller tiles
            with clock("load model"):
                model = self._load(request)
        afresh = encoded.failed or card_for(self._frames, model) is not None
        known = None if afresh else encoded
        mine = self._prepared.request
        prepared = self._prepared._replace(
            request=replace(
                mine,
                mode=request.mode,
                request_id=request.request_id,
                memory_bytes=request.memory_bytes,
            )
        )
        before = self._spool.spooled_bytes
        self._recent.recalled = 0
        try:
            with self._memory_of(request):
                result = fuse_prepared(prepared, model, self._spool, clock, progress, known)
        finally:
            if known is not None and encoded.failed:
                self.close()
        at_hand = ["read", "align"]
        if not encoded.failed:
            at_hand.append("load model")
        served = known is not None and not encoded.failed
        if served:
            at_hand += ["encode", "defocus"] if request.mode is Mode.FAITHFUL else ["encode"]
        return replace(
            result,
            spooled_bytes=self._spool.spooled_bytes - before,
            reused=tuple(at_hand),
            reused_tiles=self._recent.recalled if served else 0,
        )

    @contextmanager
    def _memory_of(self, request: FusionRequest) -> Iterator[None]:
        """Hold the memory budget of a render, frames and tiles included."""
        room, rooms = room_bytes(request, self._rooms.budget_bytes), self._rooms
        self._recent.limit(room)
        self._recent.limit(self._recent.size_bytes)  # parts that are made meanwhile take no more
        left = room - self._recent.size_bytes
        try:
            self._spool.limit(left, [*self._encoded.latents, *self._frames])
            yield
        finally:
            self._spool.limit(rooms.frames_bytes, [])
            self._recent.limit(rooms.recent_bytes)

    def parts_over(self, window: Region) -> list[Region]:
        """The parts in which the picture is best made, over a window of it, row by row."""
        blocks = blocks_over(self._in_frames(window), self._frame_size_px)
        return [block.grown(0, self._inside).seen_from(self._inside) for block in blocks]

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
        wanted, size_px = self._in_frames(window), self._frame_size_px
        whole = bounds(blocks_over(wanted, size_px))
        seen = surrounds(whole, size_px)
        manifest = self._model.manifest
        cell_px = manifest.scale // manifest.weight_scale
        reach = reach_px(self._encoded.focus, cell_px) if mode is Mode.FAITHFUL else 0
        try:
            fusion = self._fused(seen, reach, progress.sub(0.0, 0.8))
        except DeviceError as error:
            self._model = _on_processor(self._model, error)
            self._encoded.failed = True
            self.device = self._model.device
            fusion = self._fused(seen, reach, progress.sub(0.0, 0.8))
        picture, _ = composite(
            fusion,
            self._frames,
            focus=self._encoded.focus,
            overview=self._encoded.overview,
            agreement_rmse=self._model.manifest.agreement_rmse,
            mode=mode,
            progress=progress.sub(0.8, 1.0),
            window=whole,
        )
        return to_uint16(picture[wanted.seen_from(whole).slices])

    def _fused(self, window: Region, reach: int, progress: Progress) -> LatentFusion:
        return fuse_latents(
            self._model,
            self._encoded.latents,
            self._frame_size_px,
            self._request.overlap,
            progress,
            window=window,
            reach_px=reach,
            recall=self._recent,
        )

    def close(self) -> None:
        """Give the memory back and remove the temporary files; can be called twice."""
        self._recent.limit(0)
        self._files()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the viewport was closed")

    @property
    def _frame_size_px(self) -> tuple[int, int]:
        height, width = self._frames[0].shape[:2]
        return height, width

    def _in_frames(self, window: Region) -> Region:
        """A window of the picture in the coordinates of the frames."""
        top, left = self._inside.top, self._inside.left
        return Region(
            window.top + top, window.left + left, window.bottom + top, window.right + left
        )


class _Rooms(NamedTuple):
    """How much memory may be used: in all, by the frames, and by the latest tiles."""

    budget_bytes: int
    frames_bytes: int
    recent_bytes: int


def _rooms(request: FusionRequest) -> _Rooms:
    budget = budget_bytes(request)
    width, _ = request.stack.sources[request.stack.reference].size_px
    room = max(0, budget - _FIXED_BYTES - threads_bytes(width))
    recent = int(room * _RECENT_SHARE)
    return _Rooms(budget, room - recent, recent)


def _stamps(sources: Sequence[FrameSource]) -> Stamps:
    """What tells a file that was written anew; None of one that cannot be reached."""
    stamps: Stamps = []
    for source in sources:
        try:
            facts = file_of(source.path).stat()
        except OSError:
            stamps.append(None)
        else:
            stamps.append((facts.st_mtime_ns, facts.st_size))
    return stamps


def _on_processor(model: FusionModel, error: DeviceError) -> FusionModel:
    """What goes on after an error. Tiles stay as large: parts must fit those that are there.

    Raises:
        DeviceError: That error, if it was the processor's.
    """
    processor = model.fallback(error.message, out_of_memory=False)
    if processor is None:
        raise error
    return processor


def _but_mode(request: FusionRequest) -> FusionRequest:
    return replace(request, mode=Mode.FAITHFUL, request_id="", memory_bytes=None, registration=None)
