"""The picture of a stack in parts, in any order: what is looked at is made first.

A part has the pixels that the render has there: it is made by the same functions from the same
frames, latents and tiles.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.fusion import FusionRequest, Method, Mode
from focusstack_app.core.message import message
from focusstack_app.core.model import Fused, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.composite import blocks_over, composite, surrounds
from focusstack_app.engine.latent_fusion import LatentFusion, fuse_latents
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.veil import Focus, reach_px
from focusstack_app.io.spool import Held, Spool, default_budget_bytes
from focusstack_app.jobs.fuse import (
    LoadModel,
    align_frames,
    encode_frames,
    load_model,
    measure_focus,
)
from focusstack_app.jobs.reading import read_frames

_FIXED_BYTES = 600_000_000  # the program, its model, and what one part needs
_RECENT_SHARE = 0.3  # of the memory, for the latest tiles
_FRAME_BYTES = 7  # per pixel: 16 bits of three colours, and the latent


def fits_in_memory(request: FusionRequest) -> bool:
    """Whether `open_viewport` needs no temporary files."""
    width, height = request.stack.sources[request.stack.reference].size_px
    return _FRAME_BYTES * width * height * len(request.stack) <= _rooms_bytes(request)[0]


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
    frames_bytes, recent_bytes = _rooms_bytes(request)
    with ExitStack() as stack:
        spool = stack.enter_context(Spool(frames_bytes))
        ordered, frames, proxies, icc_profile = read_frames(request, spool, progress.sub(0.0, 0.5))
        aligned = align_frames(ordered, frames, proxies, spool, progress.sub(0.5, 0.8))
        for proxy in proxies:
            proxy.drop()
        model = load(request)
        progress = progress.sub(0.8, 1.0)
        try:
            focus, latents = _prepared(model, frames, request.overlap, spool, progress)
        except DeviceError as error:
            model = _on_processor(model, error)
            focus, latents = _prepared(model, frames, request.overlap, spool, progress)
        files = stack.pop_all()
    rows, columns = aligned.inside
    inside = Region(rows.start, columns.start, rows.stop, columns.stop)
    recent = _Recent(recent_bytes)
    return Viewport(request, model, frames, focus, latents, inside, icc_profile, recent, files)


def _prepared(
    model: FusionModel,
    frames: list[Held],
    overlap: float,
    spool: Spool,
    progress: Progress,
) -> tuple[Focus, list[Held]]:
    focus = measure_focus(model, frames, overlap, spool.keep, progress.sub(0.0, 0.3))
    return focus, encode_frames(model, frames, spool.keep, progress.sub(0.3, 1.0))


class Viewport:
    """A stack of which any part can be had as the render makes it.

    Made by `open_viewport`; used by one thread at a time. Temporary files are gone after `close`,
    and when nobody holds it any more.

    Attributes:
        size_px: (width, height) of the picture.
        icc_profile: Of its pixels, if the reference frame has one.
        device: Where it is computed.
    """

    def __init__(
        self,
        request: FusionRequest,
        model: FusionModel,
        frames: list[Held],
        focus: Focus,
        latents: list[Held],
        inside: Region,
        icc_profile: bytes | None,
        recent: _Recent,
        files: ExitStack,
    ) -> None:
        self._request = request
        self._model = model
        self._frames = frames
        self._focus = focus
        self._latents = latents
        self._inside = inside
        self._recent = recent
        self._files = weakref.finalize(self, files.close)
        self.size_px = inside.width, inside.height
        self.icc_profile = icc_profile
        self.device = model.device

    def serves(self, request: FusionRequest) -> bool:
        """Whether a request differs in nothing but the mode, which each part may choose."""
        return _but_mode(request) == _but_mode(self._request)

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
        if not self._files.alive:
            raise ValueError("the viewport was closed")
        wanted, size_px = self._in_frames(window), self._frame_size_px
        whole = bounds(blocks_over(wanted, size_px))
        generative = mode is Mode.GENERATIVE
        seen = wanted if generative else surrounds(whole, size_px)
        manifest = self._model.manifest
        cell_px = manifest.scale // manifest.weight_scale
        reach = reach_px(self._focus, cell_px) if mode is Mode.FAITHFUL else 0
        try:
            fusion = self._fused(seen, reach, progress.sub(0.0, 0.8))
        except DeviceError as error:
            self._model = _on_processor(self._model, error)
            self.device = self._model.device
            fusion = self._fused(seen, reach, progress.sub(0.0, 0.8))
        if generative:
            return to_uint16(fusion.picture)
        picture, _ = composite(
            fusion,
            self._frames,
            focus=self._focus,
            agreement_rmse=self._model.manifest.agreement_rmse,
            synthesise=mode is Mode.FAITHFUL,
            progress=progress.sub(0.8, 1.0),
            window=whole,
        )
        return to_uint16(picture[wanted.seen_from(whole).slices])

    def _fused(self, window: Region, reach: int, progress: Progress) -> LatentFusion:
        return fuse_latents(
            self._model,
            self._latents,
            self._frame_size_px,
            self._request.overlap,
            progress,
            window=window,
            reach_px=reach,
            recall=self._recent,
        )

    def close(self) -> None:
        """Remove the temporary files; can be called twice."""
        self._files()

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


def _rooms_bytes(request: FusionRequest) -> tuple[int, int]:
    """What the frames may take of the memory, and what the latest tiles may."""
    budget = request.memory_bytes if request.memory_bytes is not None else default_budget_bytes()
    room = max(0, budget - _FIXED_BYTES)
    recent = int(room * _RECENT_SHARE)
    return room - recent, recent


def _on_processor(model: FusionModel, error: DeviceError) -> FusionModel:
    """What goes on after an error. Tiles stay as large: parts must fit those that are there.

    Raises:
        DeviceError: That error, if it was the processor's.
    """
    processor = model.fallback(error.message, out_of_memory=False)
    if processor is None:
        raise error
    return processor


class _Recent:
    """What the model made of the tiles that were used last.

    Args:
        limit_bytes: That they may take.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._left_bytes = limit_bytes
        self._tiles: OrderedDict[Hashable, Fused] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Hashable, make: Callable[[], Fused]) -> Fused:
        """See `fuse_latents`."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        fused = make()
        with self._lock:
            self._tiles[key] = fused
            self._left_bytes -= _size_bytes(fused)
            while self._left_bytes < 0 and self._tiles:
                _, oldest = self._tiles.popitem(last=False)
                self._left_bytes += _size_bytes(oldest)
        return fused


def _size_bytes(fused: Fused) -> int:
    return sum(array.nbytes for array in fused)


def _but_mode(request: FusionRequest) -> FusionRequest:
    return replace(request, mode=Mode.FAITHFUL, request_id="", memory_bytes=None, registration=None)
