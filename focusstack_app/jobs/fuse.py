"""One fusion: frames from their files, the model, the engine, and the result in memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError, DeviceMemoryError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    Align,
    FusionRequest,
    FusionResult,
    Method,
    Mode,
    Placement,
    Provenance,
    Registration,
)
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register, rescaled
from focusstack_app.engine.composite import composite, generative_provenance
from focusstack_app.engine.defocus import focus_of_frames
from focusstack_app.engine.diagnose import diagnose
from focusstack_app.engine.encode import encode_frame, reconstruction_error
from focusstack_app.engine.latent_fusion import fuse_latents
from focusstack_app.engine.pixels import as_uint16, to_float, to_uint16
from focusstack_app.engine.pyramid import fuse_pyramid
from focusstack_app.engine.resampling import common_area, moves, resample
from focusstack_app.engine.veil import Focus
from focusstack_app.inference.backend import open_model
from focusstack_app.inference.manifest import find_model
from focusstack_app.io.spool import Held, Spool, default_budget_bytes, meanwhile
from focusstack_app.jobs.advice import advice
from focusstack_app.jobs.reading import read_frames

LoadModel = Callable[[FusionRequest], FusionModel]
Timed = Callable[[str], AbstractContextManager[None]]

# Measured with seven frames of 24 megapixels: the program and its model, and what the stages need
# whatever the number of frames.
_FIXED_BYTES = 300_000_000
_PIXEL_BYTES = 60
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
    request: FusionRequest, progress: Progress, load: LoadModel = load_model
) -> FusionResult:
    """Fuse a stack; nothing is written but temporary files beyond the memory budget.

    Args:
        request: What to do.
        progress: Reported on the calling thread.
        load: Gives the model.

    Raises:
        FocusStackError: If a frame, the model or the device cannot be used.
        Cancelled: If the user stopped the job.
    """
    timings: dict[str, float] = {}
    cpu: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start, cpu_start = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - start
            cpu[stage] = cpu.get(stage, 0.0) + time.process_time() - cpu_start

    progress.report(0.0, message("Reading"))
    model: FusionModel | None = None
    if len(request.stack) > 1 and request.method is Method.VAEEDOF:
        with timed("load model"):
            model = load(request)
    with Spool(_room_bytes(request)) as spool:
        made = _fuse(request, model, spool, timed, progress.sub(0.0, 0.99))
        model = made.model
        spooled_bytes = spool.spooled_bytes
    progress.report(1.0, message("Fused"))
    return FusionResult(
        request=made.request,
        picture=made.picture,
        icc_profile=made.icc_profile,
        provenance=made.provenance,
        timings_s=timings,
        device=model.device if model is not None else "CPU",
        model=(
            f"{model.manifest.id} {model.manifest.version}"
            if model is not None
            else request.method.value
        ),
        peak_memory_bytes=_peak_memory_bytes(),
        spooled_bytes=spooled_bytes,
        warnings=(*(model.warnings if model is not None else ()), *made.warnings),
        placement=made.placement,
        registration=made.registration,
        registration_reused=made.registration is not None and request.registration is not None,
        cpu_s=cpu,
    )


class _Made(NamedTuple):
    """What comes of the frames; see `FusionResult`."""

    request: FusionRequest
    picture: NDArray[np.uint16]
    icc_profile: bytes | None
    warnings: list[str]
    provenance: Provenance | None = None
    placement: Placement | None = None
    registration: Registration | None = None
    model: FusionModel | None = None


class Aligned(NamedTuple):
    """How the frames lie: the rows and columns that all of them show, and more of the result."""

    inside: tuple[slice, slice]
    warnings: list[str]
    placement: Placement | None = None
    registration: Registration | None = None


def _fuse(
    request: FusionRequest,
    model: FusionModel | None,
    spool: Spool,
    timed: Timed,
    progress: Progress,
) -> _Made:
    with timed("read"):
        asked = request
        request, frames, proxies, icc_profile = read_frames(request, spool, progress.sub(0.0, 0.06))
    if len(frames) == 1:
        warning = message("There is one frame only: it is returned as it is.")
        return _Made(request, as_uint16(frames[0][:]), icc_profile, [warning])
    # What is known from before, such as from the preview, is not looked for again.
    placed = 0.3 if request.align is Align.AUTO and request.registration is None else 0.1
    with timed("align"):
        aligned = align_frames(request, frames, proxies, spool, progress.sub(0.06, placed))
    for proxy in proxies:
        proxy.drop()
    warnings = aligned.warnings
    if request is not asked:
        warnings.append(
            message(
                "The frames did not come in the order of their focus: {first} to {last} were put "
                "in it. The depth map counts them so.",
                first=request.stack.sources[0].path.name,
                last=request.stack.sources[-1].path.name,
            )
        )
    progress = progress.sub(placed, 1.0)
    if model is None:
        with timed("fuse"):
            picture, provenance = fuse_pyramid(
                lambda index: to_float(frames[index][:]), len(frames), progress
            )
    else:
        model, unfit, (picture, provenance) = _fuse_on_device(
            request, model, frames, spool, timed, progress
        )
        warnings += unfit
    rows, columns = aligned.inside
    kept = Provenance(*(np.ascontiguousarray(m[rows, columns]) for m in _maps(provenance)))
    fused = to_uint16(picture[rows, columns])
    return _Made(
        request, fused, icc_profile, warnings, kept, aligned.placement, aligned.registration, model
    )


def _maps(provenance: Provenance) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    return provenance.source_index, provenance.confidence, provenance.synthesised


def _fuse_on_device(
    request: FusionRequest,
    model: FusionModel,
    frames: list[Held],
    spool: Spool,
    timed: Timed,
    progress: Progress,
) -> tuple[FusionModel, list[str], tuple[FloatArray, Provenance]]:
    """Fuse, and start again with what needs less of the device as long as it fails.

    Returns:
        The model that did it, the warnings, the picture and its provenance.
    """
    while True:
        try:
            with timed("check"):
                unfit = _unfit_frames(request.stack, model, frames, progress)
            with meanwhile(spool.keep) as keep:
                made = _fuse_vaeedof(request, model, frames, keep, timed, progress)
        except DeviceError as error:
            reason, out_of_memory = error.message, isinstance(error, DeviceMemoryError)
        else:
            return model, unfit, made
        # After the handler: the error holds on to what lies on the device.
        lighter = model.fallback(reason, out_of_memory=out_of_memory)
        if lighter is None:
            raise DeviceMemoryError(
                reason, message("Close other programs, or use --method pyramid.")
            )
        model = lighter


def _fuse_vaeedof(
    request: FusionRequest,
    model: FusionModel,
    frames: list[Held],
    keep: Callable[[NDArray[Any]], Held],
    timed: Timed,
    progress: Progress,
) -> tuple[FloatArray, Provenance]:
    height, width = frames[0].shape[:2]
    focus = np.zeros(len(frames))
    if request.mode is Mode.FAITHFUL:
        with timed("defocus"):
            focus = measure_focus(model, frames, request.overlap, keep, progress.sub(0.0, 0.1))
    with timed("encode"):
        latents = encode_frames(model, frames, keep, progress.sub(0.1, 0.2))
    with timed("fuse"):
        fusion = fuse_latents(
            model, latents, (height, width), request.overlap, progress.sub(0.2, 0.8), keep
        )
    for latent in latents:
        latent.drop()
    if request.mode is Mode.GENERATIVE:
        return fusion.picture, generative_provenance(fusion)
    with timed("composite"):
        return composite(
            fusion,
            frames,
            focus=focus,
            agreement_rmse=model.manifest.agreement_rmse,
            synthesise=request.mode is Mode.FAITHFUL,
            progress=progress.sub(0.8, 1.0),
        )


def measure_focus(
    model: FusionModel,
    frames: Sequence[Planes],
    overlap: float,
    keep: Callable[[NDArray[Any]], Held],
    progress: Progress,
) -> Focus:
    """The focus of all frames; see `focus_of_frames`."""
    with meanwhile(keep) as keep_meanwhile:
        return focus_of_frames(model, frames, overlap, progress, keep_meanwhile)


def encode_frames(
    model: FusionModel,
    frames: Sequence[Planes],
    keep: Callable[[NDArray[Any]], Held],
    progress: Progress,
) -> list[Held]:
    """The latents of all frames; see `encode_frame`."""
    latents = []
    for number, frame in enumerate(frames, start=1):
        # Half precision errs by a few hundredths of an 8-bit step, and takes half the memory.
        latents.append(keep(encode_frame(model, frame, progress).astype(np.float16)))
        progress.report(number / len(frames), message("Encoding"))
    return latents


def align_frames(
    request: FusionRequest,
    frames: list[Held],
    proxies: list[Held],
    spool: Spool,
    progress: Progress,
) -> Aligned:
    """Resample the frames that do not lie on the reference, in place."""
    stack = request.stack
    height, width = frames[0].shape[:2]
    whole = slice(0, height), slice(0, width)
    if request.align is Align.OFF:
        return Aligned(whole, advice(stack, diagnose(proxies, None, stack.reference, progress)))
    full = request.registration
    if full is None:
        size_px = stack.sources[stack.reference].size_px[::-1]
        with meanwhile(spool.keep) as keep:
            full = register(proxies, stack.reference, size_px, progress.sub(0.0, 0.7), keep)
    found = rescaled(full, (height, width))
    outward = [*range(stack.reference + 1, len(frames)), *range(stack.reference - 1, -1, -1)]
    moved = []
    for number, index in enumerate(outward, start=1):
        progress.report(0.7 + 0.3 * number / len(frames), message("Aligning"))
        if moves(found.frame_from_reference[index], found.gains[index], height, width):
            moved.append(index)
            beside = frames[index - 1 if index > stack.reference else index + 1]
            there = resample(
                frames[index],
                found.frame_from_reference[index],
                found.gains[index],
                beside,
                progress,
            )
            frames[index].drop()
            frames[index] = spool.keep(there)
    warnings: list[str] = [
        message(
            "{file} could not be registered to the frame before it and is placed like it. Leave it "
            "out if edges look doubled.",
            file=stack.sources[index].path,
        )
        for index in found.doubtful
    ]
    findings = diagnose(proxies, found, stack.reference, progress)
    warnings += advice(stack, [f for f in findings if f.frame not in found.doubtful])
    inside = common_area(found, moved) if request.crop else whole
    corner = inside[0].start, inside[1].start
    placement = Placement(found.frame_from_reference, found.gains, tuple(moved), *corner)
    return Aligned(inside, warnings, placement, full)


def _unfit_frames(
    stack: Stack, model: FusionModel, frames: Sequence[Planes], progress: Progress
) -> list[str]:
    """The paper's safeguard: frames that the autoencoder cannot represent."""
    usual = model.manifest.reconstruction_rmse
    errors = []
    for frame in frames:
        progress.checkpoint()
        errors.append(reconstruction_error(model, frame)[1])
    worst = int(np.argmax(errors))
    unfit = sum(error > _UNFIT * usual + _QUANTISED for error in errors)
    if unfit == 0:
        return []
    frames_text: object = stack.sources[worst].path
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


def _room_bytes(request: FusionRequest) -> int:
    """What is left of the memory budget for arrays whose size grows with the frames."""
    budget = request.memory_bytes if request.memory_bytes is not None else default_budget_bytes()
    width, height = request.stack.sources[request.stack.reference].size_px
    if request.max_side_px is not None:
        return budget
    return max(0, budget - _FIXED_BYTES - _PIXEL_BYTES * width * height)


def _peak_memory_bytes() -> int:
    """Peak resident memory of this process."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
