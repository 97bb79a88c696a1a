"""One fusion: frames from their files, the model, the engine, and the result in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import DeviceError, DeviceMemoryError
from focusstack_app.core.fusion import (
    Depth,
    FusionRequest,
    FusionResult,
    Method,
    Provenance,
    Sight,
)
from focusstack_app.core.kinds import on_card, on_host
from focusstack_app.core.message import message
from focusstack_app.core.model import Card, FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.composite import composite
from focusstack_app.engine.defocus import nearest_first
from focusstack_app.engine.depth import cut, depth_of
from focusstack_app.engine.encode import reconstruction_error
from focusstack_app.engine.latent_fusion import fuse_latents
from focusstack_app.engine.pixels import as_uint16, to_float, to_uint16
from focusstack_app.engine.pyramid import fuse_pyramid
from focusstack_app.inference.backend import open_model
from focusstack_app.inference.manifest import find_model
from focusstack_app.io.spool import Held, Spool, meanwhile
from focusstack_app.jobs.advice import motion_advice
from focusstack_app.jobs.budget import room_bytes
from focusstack_app.jobs.on_demand import frames_on_demand
from focusstack_app.jobs.placing import Clock, Prepared, placed, placed_on
from focusstack_app.jobs.preparing import (
    Encoded,
    encode,
    look_over,
    prepare,
    registers,
)
from focusstack_app.jobs.remembered import Remembered
from focusstack_app.jobs.sight import Seen, sight_of

# Picture, provenance, depth, whether the first frame is nearest, and what previews keep: of all
# that the reference shows, of the kind of the frames; and in 16 bits of what all frames show.
_Whole = tuple[FloatArray, Provenance, Depth, bool | None, Sight | None]
_Inside = tuple[NDArray[np.uint16], Provenance, Depth, bool | None, Sight | None]
LoadModel = Callable[[FusionRequest], FusionModel]

# What a stack takes on a card, per pixel: each frame with all that is found of it, and the rest.
_CARD_FRAME_BYTES = 12
_CARD_PIXEL_BYTES = 120
_SOON_S = 0.3  # a model that is missing or damaged is told before anything is read
_UNFIT = 5.0  # times the usual error of the autoencoder
_QUANTISED = 1 / 255


def load_model(request: FusionRequest) -> FusionModel:
    """The model of a request, on its device.

    Raises:
        ModelError: If it is missing or damaged.
        DeviceError: If a device was asked for that cannot be used.
    """
    return open_model(find_model(request.model_id), request.device)


def fuse_stack(
    request: FusionRequest,
    progress: Progress,
    load: LoadModel = load_model,
    remembered: Remembered | None = None,
) -> FusionResult:
    """Fuse a stack; nothing is written but temporary files beyond the memory budget.

    Args:
        request: What to do.
        progress: Reported on the calling thread.
        load: Gives the model.
        remembered: What is known of the frames from before, and takes what is found: changes
            nothing but how long it takes.

    Raises:
        ValueError: If it is not known where the frames of a slab lie.
        FocusStackError: If a frame, the model or the device cannot be used.
        Cancelled: If the user stopped the job.
    """
    clock = Clock()
    progress.report(0.0, message("Reading"))
    known = 0.2 if registers(request) else 0.1
    loads = len(request.positions) > 1 and request.method is Method.VAEEDOF
    with (
        _loaded_beside(load, request) if loads else nullcontext() as loading,
        Spool(room_bytes(request), request.temporary_folder) as spool,
    ):

        def loaded() -> FusionModel | None:
            if loading is None:
                return None
            with clock("load model"):  # what is left of it
                while not loading.done():
                    progress.checkpoint()
                    wait((loading,), _SOON_S)
                return loading.result()

        prepared = prepare(
            request,
            spool,
            clock,
            progress.sub(0.0, known),
            lambda frames: card_for(frames, loaded()),
            remembered,
        )
        model = loaded()
        return fuse_prepared(prepared, model, spool, clock, progress.sub(known, 1.0))


@contextmanager
def _loaded_beside(load: LoadModel, request: FusionRequest) -> Iterator[Future[FusionModel]]:
    """A model that a thread loads. PyTorch takes seconds for it: who leaves early does not wait.

    Raises:
        FocusStackError: If it is missing or damaged.
    """
    pool = ThreadPoolExecutor(1)
    loading = pool.submit(load, request)
    try:
        with suppress(TimeoutError):
            loading.result(_SOON_S)
        yield loading
    finally:
        pool.shutdown(wait=loading.done())


def fuse_prepared(
    prepared: Prepared,
    model: FusionModel | None,
    spool: Spool,
    clock: Clock,
    progress: Progress,
    known: Encoded | None = None,
) -> FusionResult:
    """Fuse frames that were read, and where it is known how they lie.

    Frames that are astray are resampled first; the others stay as they are.

    Args:
        prepared: The frames, and what is asked of them.
        model: What fuses them; None for pyramids, and for a single frame.
        spool: Keeps what grows with the number of frames.
        clock: Told what the stages take; the result has what it says.
        progress: Reported on the calling thread.
        known: What this model has seen in the frames before. It stays, too. The frames are then
            taken where they are, and not to a card.

    Raises:
        FocusStackError: If the device cannot be used, or there is no room for temporary files.
        Cancelled: If the user stopped the job.
    """
    request, aligned = prepared.request, prepared.aligned
    unfit: list[str] = []
    made: _Inside | None = None
    if model is not None:
        model, unfit, made = _fuse_on_device(
            prepared, model, spool, clock, progress.sub(0.0, 0.99), known
        )
    elif len(prepared.frames) > 1:
        frames = placed(prepared, spool, clock, progress.sub(0.0, 0.3)).frames
        with clock("fuse"):
            fused = fuse_pyramid(
                lambda index: to_float(frames[index][:]), len(frames), progress.sub(0.3, 0.99)
            )
            made = _inside((*fused, None, None), prepared)
    nothing = None, None, None, None
    picture, provenance, depth, first, sight = made or (as_uint16(prepared.frames[0][:]), *nothing)
    progress.report(1.0, message("Fused"))
    return FusionResult(
        request=request,
        picture=picture,
        icc_profile=prepared.icc_profile,
        provenance=provenance,
        depth=depth,
        nearest_first=first,
        sight=sight,
        timings_s=clock.timings_s,
        device=model.device if model is not None else "CPU",
        model=(
            f"{model.manifest.id} {model.manifest.version}"
            if model is not None
            else request.method.value
        ),
        peak_memory_bytes=_peak_memory_bytes(),
        spooled_bytes=spool.spooled_bytes,
        warnings=(*(model.warnings if model is not None else ()), *aligned.warnings, *unfit),
        placement=aligned.placement,
        registration=aligned.registration,
        registration_reused=aligned.registration is not None and request.registration is not None,
        cpu_s=clock.cpu_s,
    )


def _inside(fused: _Whole, prepared: Prepared) -> _Inside:
    """What all frames show, in 16 bits, from positions in the whole stack."""
    picture, provenance, depth, near, sight = fused
    inside, first = prepared.aligned.inside, prepared.request.positions.start
    height, width = picture.shape[:2]
    depth = cut(depth, (height, width), inside)
    index = np.ascontiguousarray(on_host(provenance.source_index[inside]), np.uint16)
    return (
        to_uint16(picture[inside]),
        Provenance(
            index + np.uint16(first),
            np.ascontiguousarray(on_host(provenance.confidence[inside])),
            np.ascontiguousarray(on_host(provenance.synthesised[inside])),
        ),
        replace(depth, position=depth.position + np.float32(first)),
        near,
        sight,
    )


def card_for(frames: Sequence[Planes], model: FusionModel | None) -> Card | None:
    """The model's card, if all frames fit there: a render is made there from the start."""
    card = model.card if model is not None else None
    height, width = frames[0].shape[:2]
    needed = height * width * (_CARD_PIXEL_BYTES + _CARD_FRAME_BYTES * len(frames))
    return card if card is not None and card.room_bytes() >= needed else None


def _fuse_on_device(
    prepared: Prepared,
    model: FusionModel,
    spool: Spool,
    clock: Clock,
    progress: Progress,
    known: Encoded | None,
) -> tuple[FusionModel, list[str], _Inside]:
    """Fuse, and start again with what needs less of the device as long as it fails.

    Returns:
        The model that did it, the warnings, the picture, its provenance and its depth.
    """
    request = prepared.request
    card = card_for(prepared.frames, model) if known is None else None
    while True:
        frames: Sequence[Planes]
        try:
            with (
                card.errors() if card is not None else nullcontext(),
                meanwhile(spool.keep) as keep,
            ):
                ready, later = progress.sub(0.0, 0.1), progress.sub(0.1, 1.0)
                if card is not None:
                    frames = placed_on(card, prepared, clock, ready)
                else:
                    frames = frames_on_demand(prepared)
                if known is None:
                    looked = look_over(
                        model, frames, request.overlap, keep, clock, later.sub(0.0, 0.12)
                    )
                if card is None:
                    frames = placed(prepared, spool, clock, ready).frames
                with clock("check"):
                    unfit = _unfit_frames(request, model, frames, later)
                encoded = known or encode(model, frames, looked, keep, clock, later.sub(0.12, 0.2))
                unfit += motion_advice(request.sources, encoded.motion)
                made = _fuse_vaeedof(request, encoded, frames, keep, clock, later)
                return model, unfit, _inside(made, prepared)
        except DeviceError as error:
            reason, out_of_memory = error.message, isinstance(error, DeviceMemoryError)
        finally:
            frames = ()
            if card is not None:
                card.rest()
        # After the handler: the error holds on to what lies on the device.
        there, card = card is not None, None
        if there and out_of_memory:
            continue  # the same model may do it with the frames elsewhere
        if known is not None:
            known.failed, known = True, None
        lighter = model.fallback(reason, out_of_memory=out_of_memory)
        if lighter is None:
            raise DeviceMemoryError(
                reason, message("Close other programs, or use the Pyramid method.")
            )
        model = lighter


def _fuse_vaeedof(
    request: FusionRequest,
    encoded: Encoded,
    frames: Sequence[Planes],
    keep: Callable[[NDArray[Any]], Held],
    clock: Clock,
    progress: Progress,
) -> _Whole:
    """The picture and its provenance, of the kind of the frames, and its depth."""
    model = encoded.model
    height, width = frames[0].shape[:2]
    with clock("fuse"):
        fusion = fuse_latents(
            model,
            encoded.latents,
            (height, width),
            request.overlap,
            progress.sub(0.2, 0.8),
            keep,
            recall=encoded.recall,
        )
    if not encoded.stays:
        for latent in encoded.latents:
            latent.drop()
    with clock("composite"):
        picture, provenance = composite(
            fusion,
            frames,
            focus=encoded.focus,
            overview=encoded.overview,
            motion=encoded.motion,
            agreement_rmse=model.manifest.agreement_rmse,
            mode=request.mode,
            progress=progress.sub(0.8, 1.0),
        )
        cells = -(-height // fusion.cell_px), -(-width // fusion.cell_px)
        depth = depth_of(fusion.weights, fusion.carriers, provenance, cells, progress)
        sight = None
        if request.max_side_px is not None and not request.rough:
            seen = Seen(encoded.focus, encoded.overview, encoded.motion)
            sight = sight_of(seen, (height, width))
        return picture, provenance, depth, nearest_first(encoded.focus), sight


def _unfit_frames(
    request: FusionRequest, model: FusionModel, frames: Sequence[Planes], progress: Progress
) -> list[str]:
    """The paper's safeguard: frames that the autoencoder cannot represent."""
    if request.rough:
        return []
    usual = model.manifest.reconstruction_rmse
    errors = []

    def error_of(frame: Planes) -> float:
        return reconstruction_error(model, frame)[1]

    threads = 0 if on_card(frames[0]) else model.calls_at_once
    with closing(ahead(error_of, frames, threads)) as found:
        for error in found:
            progress.checkpoint()
            errors.append(error)
    worst = int(np.argmax(errors))
    unfit = sum(error > _UNFIT * usual + _QUANTISED for error in errors)
    if unfit == 0:
        return []
    frames_text: object = request.sources[worst].path
    if unfit > 1:
        frames_text = message("{file} and {count} more", file=frames_text, count=unfit - 1)
    return [
        message(
            "{frames}: the model reproduces the detail or the noise badly (error {error:.3f}, "
            "usually {usual:.3f}). Look at the result at 100 %, or use strict mode or the pyramid "
            "method.",
            frames=frames_text,
            error=errors[worst],
            usual=usual,
        )
    ]


def _peak_memory_bytes() -> int:
    """Peak resident memory of this process."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
