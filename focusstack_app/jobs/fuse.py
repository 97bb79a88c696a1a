"""One fusion: frames from their files, the model, the engine, and the result in memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from focusstack_app.core.errors import DeviceMemoryError, InputError
from focusstack_app.core.frames import Frame, Pixels, Stack
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Method, Mode, Provenance
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import moves, proxy_of, register, resample
from focusstack_app.engine.composite import composite, generative_provenance
from focusstack_app.engine.latent_fusion import encode_frame, fuse_latents
from focusstack_app.engine.pixels import as_uint16, to_float, to_uint16
from focusstack_app.engine.pyramid import fuse_pyramid
from focusstack_app.inference.manifest import find_model
from focusstack_app.io.read import read_frame, read_proxy

LoadModel = Callable[[FusionRequest], FusionModel]


def load_model(request: FusionRequest) -> FusionModel:
    """The model of a request, on its device.

    Raises:
        ModelError: If it is missing or damaged, or the device cannot be had.
    """
    manifest = find_model(request.model_id)
    from focusstack_app.inference.onnx import OnnxModel  # ONNX Runtime is slow to import

    return OnnxModel(manifest, request.device)


def fuse_stack(
    request: FusionRequest, progress: Progress, load: LoadModel = load_model
) -> FusionResult:
    """Fuse a stack; nothing is written.

    Args:
        request: What to do.
        progress: Reported on the calling thread.
        load: Gives the model.

    Raises:
        FocusStackError: If a frame, the model or the device cannot be used.
        Cancelled: If the user stopped the job.
    """
    timings: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - start

    progress.report(0.0, "Reading")
    model: FusionModel | None = None
    if len(request.stack) > 1 and request.method is Method.VAEEDOF:
        with timed("load model"):
            model = load(request)
    with timed("read"):
        frames = _read(request, progress.sub(0.0, 0.15))
    reference = frames[request.stack.reference]
    planes = [frame.pixels for frame in frames]
    warnings: list[str] = []
    if len(frames) == 1:
        warnings.append("There is one frame only: it is returned as it is.")
    elif request.align is Align.AUTO:
        with timed("align"):
            warnings += _align(request.stack, planes, progress.sub(0.15, 0.3))

    def pixels(index: int) -> FloatArray:
        return to_float(planes[index])

    provenance: Provenance | None = None
    if len(frames) == 1:
        picture = as_uint16(reference.pixels)
    elif model is None:
        with timed("fuse"):
            fused, provenance = fuse_pyramid(pixels, len(frames), progress.sub(0.3, 0.98))
        picture = to_uint16(fused)
    else:
        try:
            fused, provenance = _fuse_vaeedof(
                request, model, pixels, len(frames), timed, progress.sub(0.3, 0.98)
            )
        except DeviceMemoryError as error:
            raise DeviceMemoryError(
                error.message, "Close other programs, use --device cpu, or --method pyramid."
            ) from error
        picture = to_uint16(fused)
    progress.report(1.0, "Done")
    return FusionResult(
        request=request,
        picture=picture,
        icc_profile=reference.icc_profile,
        provenance=provenance,
        timings_s=timings,
        device=model.device if model is not None else "CPU",
        model=(
            f"{model.manifest.id} {model.manifest.version}"
            if model is not None
            else request.method.value
        ),
        peak_memory_bytes=_peak_memory_bytes(),
        warnings=tuple(warnings),
    )


def _fuse_vaeedof(
    request: FusionRequest,
    model: FusionModel,
    pixels: Callable[[int], FloatArray],
    count: int,
    timed: Callable[[str], AbstractContextManager[None]],
    progress: Progress,
) -> tuple[FloatArray, Provenance]:
    with timed("encode"):
        latents = []
        for index in range(count):
            latents.append(encode_frame(model, pixels(index), progress))
            progress.report((index + 1) / count * 0.2, "Encoding")
    height, width = pixels(0).shape[:2]
    with timed("fuse"):
        fusion = fuse_latents(
            model, latents, (height, width), request.overlap, progress.sub(0.2, 0.8)
        )
    del latents
    if request.mode is Mode.GENERATIVE:
        return fusion.picture, generative_provenance(fusion)
    with timed("composite"):
        return composite(
            fusion,
            pixels,
            agreement_rmse=model.manifest.agreement_rmse,
            synthesise=request.mode is Mode.FAITHFUL,
            progress=progress.sub(0.8, 1.0),
        )


def _read(request: FusionRequest, progress: Progress) -> list[Frame]:
    frames: list[Frame] = []
    for number, source in enumerate(request.stack.sources, start=1):
        progress.checkpoint()
        side = request.max_side_px
        frame = read_frame(source) if side is None else read_proxy(source, side)
        if frames and frame.pixels.shape != frames[0].pixels.shape:
            raise InputError(
                f"{source.path} is {frame.pixels.shape[1]} x {frame.pixels.shape[0]} px, the "
                f"frames before it {frames[0].pixels.shape[1]} x {frames[0].pixels.shape[0]}.",
                "Leave it out.",
            )
        frames.append(frame)
        progress.report(number / len(request.stack), "Reading")
    return frames


def _align(stack: Stack, planes: list[Pixels], progress: Progress) -> list[str]:
    """Resample the frames that do not lie on the reference, in place; returns the warnings."""
    height, width = planes[0].shape[:2]
    proxies = []
    for plane in planes:
        progress.checkpoint()
        proxies.append(proxy_of(to_float(plane)))
    found = register(proxies, stack.reference, (height, width), progress.sub(0.0, 0.7))
    outward = [*range(stack.reference + 1, len(planes)), *range(stack.reference - 1, -1, -1)]
    for number, index in enumerate(outward, start=1):
        progress.report(0.7 + 0.3 * number / len(planes), "Aligning")
        if moves(found.frame_from_reference[index], found.gains[index], height, width):
            beside = planes[index - 1 if index > stack.reference else index + 1]
            moved = resample(
                to_float(planes[index]),
                found.frame_from_reference[index],
                found.gains[index],
                to_float(beside),
            )
            planes[index] = to_uint16(moved)
    return [
        f"{stack.sources[index].path} could not be registered to the frame before it and is placed "
        "like it. Leave it out if edges look doubled."
        for index in found.doubtful
    ]


def _peak_memory_bytes() -> int:
    """Peak resident memory of this process; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
