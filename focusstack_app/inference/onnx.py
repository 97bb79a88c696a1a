"""The ONNX Runtime back end of a fusion model."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from copy import copy
from typing import Any

import numpy as np
import psutil

from focusstack_app.core.errors import DeviceError, ModelError
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, Fused, FusionModel, ModelManifest
from focusstack_app.inference.binding import BoundSession
from focusstack_app.inference.devices import Accelerator
from focusstack_app.inference.fallback import (
    PROCESSOR,
    failure,
    first_line,
    out_of_memory,
    processor_warning,
    smaller_tiles,
    tiles_warning,
)
from focusstack_app.inference.manifest import HALF_FUSION, read_verified
from focusstack_app.inference.slots import filled_slots, of_frames
from focusstack_app.inference.weights import weights_beside

_PROCESSOR = "CPUExecutionProvider"
_DIRECTML = "DmlExecutionProvider"
MOST_CALLS = 4
# Of the libraries of C++ of Linux and of Windows, of CUDA, and of DirectML.
_OUT_OF_MEMORY = (
    *("out of memory", "failed to allocate", "bad_alloc", "bad allocation", "bfcarena"),
    *("8007000e", "not enough memory"),
)


class OnnxModel:
    """A `FusionModel` of three ONNX graphs.

    Args:
        manifest: Of the model folder; every file is checked before it is loaded.
        accelerator: Where to compute; None for the processor.
        warnings: About the choice of device.

    Raises:
        ModelError: If a file is missing or damaged.
        DeviceError: If the accelerator does not start.
    """

    def __init__(
        self,
        manifest: ModelManifest,
        accelerator: Accelerator | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.manifest = self._whole = manifest
        self._accelerator = accelerator
        self.device = "CPU" if accelerator is None else accelerator.label
        self.card = None
        self.warnings = warnings
        # What is between a card's calls is the processor's: threads prepare and take over.
        self.calls_at_once = _calls_at_once(manifest)
        self._turn = threading.Lock() if accelerator is not None else nullcontext()
        self._encoder = _session(manifest, "encoder.onnx", accelerator)
        self._fusion = _fusion_session(manifest, accelerator)
        self._decoder = _session(manifest, "decoder.onnx", accelerator)

    def encode(self, pixels: FloatArray) -> FloatArray:
        """See `FusionModel.encode`."""
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
        latent: FloatArray = self._run(self._encoder, {"pixels": planes})[0][0]
        return latent

    def fuse(self, latents: FloatArray) -> Fused:
        """See `FusionModel.fuse`."""
        frames = len(latents)
        # What accelerators do for inputs of a new size is prepared first.
        slots = frames if self._accelerator is None else self.manifest.slots
        filled, shares = filled_slots(latents, slots)
        outputs = self._run(self._fusion, {"latents": filled[None], "shares": shares[None]})
        return of_frames(Fused(*(output[0] for output in outputs)), frames)

    def decode(self, latent: FloatArray) -> FloatArray:
        """See `FusionModel.decode`."""
        planes = self._run(self._decoder, {"latent": latent[None]})[0][0]
        return np.ascontiguousarray(planes.transpose(1, 2, 0))

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        """See `FusionModel.fallback`."""
        if self._accelerator is None:
            return None
        self._fusion = None  # makes room
        smaller = smaller_tiles(self.manifest) if out_of_memory else None
        if smaller is not None:
            model = copy(self)
            model.manifest = smaller
            model.warnings = (tiles_warning(smaller.tile_px),)
            try:
                model._fusion = _fusion_session(smaller, self._accelerator)
            except DeviceError as error:
                reason = error.message
            else:
                # Graphs that were exported for one size of tile keep it.
                if model._fusion.get_inputs()[0].shape[-1] == smaller.tile_px // smaller.scale:
                    return model
        return OnnxModel(self._whole, warnings=(processor_warning(reason),))

    def _run(self, session: Any, inputs: dict[str, FloatArray]) -> list[FloatArray]:
        try:
            with self._turn:
                outputs: list[FloatArray] = session.run(None, inputs)
        except Exception as error:  # ONNX Runtime's errors share no base class
            if any(words in str(error).lower() for words in _OUT_OF_MEMORY):
                raise out_of_memory() from error
            if self.device == "CPU":
                raise
            raise failure(self.device, error) from error
        return outputs


def _cores() -> int:
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _calls_at_once(manifest: ModelManifest) -> int:
    """Several tiles at a time on a thread each keep the processor busier than one on all threads.

    Each takes memory of its own: too much where the layers of an autoencoder are as large as the
    picture. Only ours see single cells.
    """
    return 1 if manifest.encoder_halo_px else min(MOST_CALLS, _cores())


def _fusion_session(manifest: ModelManifest, accelerator: Accelerator | None) -> Any:
    half = accelerator is not None and accelerator.half and HALF_FUSION in manifest.sha256
    name = HALF_FUSION if half else "fusion.onnx"
    return _session(manifest, name, accelerator, fixed_axes=("height", "width"))


def _session(
    manifest: ModelManifest,
    name: str,
    accelerator: Accelerator | None,
    fixed_axes: tuple[str, ...] = (),
) -> Any:
    import onnxruntime

    content = read_verified(manifest, name)
    options = _options(manifest, accelerator, fixed_axes)
    if weights := weights_beside(manifest, name):  # not copied: they must outlive the next call
        values = map(onnxruntime.OrtValue.ortvalue_from_numpy, weights.values())
        options.add_external_initializers(list(weights), list(values))
    providers: dict[str, Mapping[str, str]] = {}
    if accelerator is not None:
        providers[accelerator.provider] = accelerator.options
        # What does not start is told by `DeviceError`, not by ONNX Runtime's log as well.
        onnxruntime.set_default_logger_severity(4)
    providers.setdefault(_PROCESSOR, {})
    try:
        # Without ONNX Runtime's own fallback, which would go on elsewhere and not tell.
        session = onnxruntime.InferenceSession(
            content,
            options,
            providers=[(provider, dict(given)) for provider, given in providers.items()],
            enable_fallback=False,
        )
    except Exception as error:  # ONNX Runtime's errors share no base class
        if accelerator is not None:
            raise DeviceError(
                message(
                    "{label} does not start ({error}).",
                    label=accelerator.label,
                    error=first_line(error),
                ),
                PROCESSOR,
            ) from error
        raise ModelError(
            message(
                "The model file {file} cannot be loaded ({error}).",
                file=manifest.folder / name,
                error=error,
            ),
            message("Install the model again."),
        ) from error
    if accelerator is None:
        return session
    if accelerator.provider not in session.get_providers():
        raise DeviceError(
            message(
                "{label} does not start: ONNX Runtime cannot load its libraries.",
                label=accelerator.label,
            ),
            message("Install them, or choose the processor as the device."),
        )
    return BoundSession(session, accelerator.memory) if accelerator.memory else session


def _options(
    manifest: ModelManifest, accelerator: Accelerator | None, fixed_axes: tuple[str, ...]
) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if accelerator is None:
        # The threads that call compute too; all of them together are as many as the cores.
        options.intra_op_num_threads = _cores() - _calls_at_once(manifest) + 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    else:
        options.enable_mem_pattern = accelerator.provider != _DIRECTML  # which refuses it
    for axis in fixed_axes:
        options.add_free_dimension_override_by_name(axis, manifest.tile_px // manifest.scale)
    return options
