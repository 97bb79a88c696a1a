"""Opens a model on the device that was chosen, or on the next that works."""

from __future__ import annotations

from dataclasses import replace

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.fusion import DeviceChoice
from focusstack_app.core.model import FusionModel, ModelManifest
from focusstack_app.inference.devices import (
    ACCELERATORS,
    Accelerator,
    load_cuda_libraries,
    nvidia_cards,
)
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.selftest import agrees

_OTHER_DEVICE = "Choose automatic or the processor as the device."

# Whether a device agreed with the processor, by its name and the digests of the model's files:
# asking takes as long as some tiles.
_agreed: dict[tuple[str, ...], bool] = {}


def open_model(manifest: ModelManifest, choice: DeviceChoice) -> FusionModel:
    """Load a model.

    Args:
        manifest: Of the model folder; its files are checked.
        choice: "auto" takes the first device that is there and passes the self-test, else the
            processor; the model's `warnings` then say why a device that is there was not taken.

    Raises:
        ModelError: If a file is missing or damaged.
        DeviceError: If another device than "auto" was asked for and cannot be used.
    """
    problems = []
    for accelerator in ACCELERATORS:
        if choice not in ("auto", accelerator.choice):
            continue
        try:
            missing = _missing(accelerator)
            if not missing:
                return _started(manifest, accelerator)
        except DeviceError as error:
            if choice != "auto":
                raise
            problems.append(error.message.rstrip("."))
        else:
            if choice != "auto":
                raise DeviceError(missing, _OTHER_DEVICE)
    if not problems:
        return OnnxModel(manifest)
    reasons = "; ".join(problems)
    warning = f"The graphics card could not be used ({reasons}); the processor was used."
    return OnnxModel(manifest, warnings=(warning,))


def _missing(accelerator: Accelerator) -> str:
    """What this machine lacks for an accelerator; empty if nothing.

    Raises:
        DeviceError: If a driver is there and does not start.
    """
    import onnxruntime

    if accelerator.provider not in onnxruntime.get_available_providers():
        return f"The installed ONNX Runtime has no {accelerator.label}."
    if accelerator.choice == "cuda" and not nvidia_cards():
        return "There is no NVIDIA graphics card with a driver."
    return ""


def _started(manifest: ModelManifest, accelerator: Accelerator) -> OnnxModel:
    """The model on an accelerator that agrees with the processor.

    Raises:
        DeviceError: If it does not start or does not agree.
    """
    unloaded = ""
    if accelerator.choice == "cuda":
        unloaded = load_cuda_libraries()
        accelerator = replace(accelerator, label=f"CUDA ({nvidia_cards()[0]})")
    try:
        model = OnnxModel(manifest, accelerator)
    except DeviceError as error:
        if not unloaded:
            raise
        raise DeviceError(
            f"{accelerator.label} does not start: {unloaded} cannot be loaded.", error.hint
        ) from error
    key = accelerator.label, *manifest.sha256.values()
    if key not in _agreed:
        _agreed[key] = agrees(model, OnnxModel(manifest))
    if not _agreed[key]:
        raise DeviceError(
            f"{accelerator.label} gives other results than the processor.", _OTHER_DEVICE
        )
    return model
