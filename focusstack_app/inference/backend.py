"""Opens a model on the device that was chosen, or on the next that works."""

from __future__ import annotations

import sys
from dataclasses import replace

from focusstack_app.core.errors import DeviceError, ModelError
from focusstack_app.core.fusion import DeviceChoice
from focusstack_app.core.message import joined, message
from focusstack_app.core.model import FusionModel, ModelManifest
from focusstack_app.inference.devices import (
    ACCELERATORS,
    Accelerator,
    has_pytorch,
    load_cuda_libraries,
    nvidia_cards,
)
from focusstack_app.inference.fallback import OTHER_DEVICE, first_line, processor_warning
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.selftest import agrees

# With PyTorch whole stacks stay on a card: where it is installed, it is several times as fast.
_AUTOMATIC: tuple[DeviceChoice, ...] = ("torch-cuda", "cuda", "directml", "coreml")

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
        ModelError: If a file is missing or damaged, or ONNX Runtime cannot be loaded.
        DeviceError: If another device than "auto" was asked for and cannot be used.
    """
    _load_runtime()
    if choice == "cpu":
        return OnnxModel(manifest)
    problem = ""
    for device in _AUTOMATIC if choice == "auto" else (choice,):
        try:
            missing = _missing(device)
            if not missing:
                return _tested(manifest, device)
        except DeviceError as error:
            if choice != "auto":
                raise
            problem = joined(problem, error.message)
        else:
            if choice != "auto":
                raise DeviceError(missing, OTHER_DEVICE)
    return OnnxModel(manifest, warnings=(processor_warning(problem),) if problem else ())


def _load_runtime() -> None:
    """Load ONNX Runtime, which every model needs.

    Raises:
        ModelError: If it cannot be loaded. On Windows it needs libraries that many other programs
            bring, but not the system.
    """
    try:
        import onnxruntime  # noqa: F401 - only whether it can be
    except (ImportError, OSError) as error:
        hint = message("Install the program again.")
        if sys.platform == "win32":
            hint = message(
                "Install Microsoft's Visual C++ Redistributable (x64), and start the program again."
            )
        raise ModelError(
            message("ONNX Runtime cannot be loaded ({error}).", error=first_line(error)), hint
        ) from error


def _missing(device: DeviceChoice) -> str:
    """What a device needs and is not here; empty if nothing.

    Raises:
        DeviceError: If a driver is there and does not start.
    """
    import onnxruntime

    if device in ACCELERATORS:
        accelerator = ACCELERATORS[device]
        if accelerator.provider not in onnxruntime.get_available_providers():
            return message("The installed ONNX Runtime has no {label}.", label=accelerator.label)
    elif not has_pytorch():
        return message(
            "PyTorch or onnx is not installed; pip install 'focusstack_app[cuda]' does it."
        )
    if device in ("cuda", "torch-cuda") and not nvidia_cards():
        return message("There is no NVIDIA graphics card with a driver.")
    return ""


def _tested(manifest: ModelManifest, device: DeviceChoice) -> FusionModel:
    """The model on a device that agrees with the processor.

    Raises:
        DeviceError: If it does not start or does not agree.
    """
    model = _started(manifest, device)
    key = model.device, *manifest.sha256.values()
    if key not in _agreed:
        _agreed[key] = agrees(model, OnnxModel(manifest))
    if not _agreed[key]:
        raise DeviceError(
            message("{device} gives other results than the processor.", device=model.device),
            OTHER_DEVICE,
        )
    return model


def _started(manifest: ModelManifest, device: DeviceChoice) -> FusionModel:
    if device in ("torch-cuda", "torch-cpu"):
        try:
            from focusstack_app.inference.pytorch import TorchModel  # not in the base installation
        except (ImportError, OSError) as error:
            raise DeviceError(
                message("PyTorch cannot be loaded ({error}).", error=first_line(error)),
                message("Install it again."),
            ) from error
        return TorchModel(manifest, device.removeprefix("torch-"))
    accelerator = ACCELERATORS[device]
    if device == "cuda":
        return _started_cuda(manifest, accelerator)
    return OnnxModel(manifest, accelerator)


def _started_cuda(manifest: ModelManifest, accelerator: Accelerator) -> FusionModel:
    unloaded = load_cuda_libraries()
    card = nvidia_cards()[0]
    accelerator = replace(accelerator, label=f"CUDA ({card.name})", half=card.half)
    try:
        return OnnxModel(manifest, accelerator)
    except DeviceError as error:
        if not unloaded:
            raise
        raise DeviceError(
            message(
                "{label} does not start: {unloaded} cannot be loaded.",
                label=accelerator.label,
                unloaded=unloaded,
            ),
            error.hint,
        ) from error
