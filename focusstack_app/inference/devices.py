"""The graphics cards of this machine, and what ONNX Runtime needs to use them."""

from __future__ import annotations

import contextlib
import ctypes
import io
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import NamedTuple

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.fusion import DeviceChoice
from focusstack_app.core.message import joined, message
from focusstack_app.inference.fallback import OTHER_DEVICE

_NVIDIA_DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
_CAPABILITY_MAJOR = 75  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
_HALF_SINCE = 7  # the first with tensor cores


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A way of ONNX Runtime to compute elsewhere than on the processor.

    Attributes:
        label: Its name for people.
        provider: Its name in ONNX Runtime.
        options: For the provider.
        half: Whether it is fast in half precision.
        memory: What ONNX Runtime calls its memory, where inputs and outputs stay between calls;
            empty if they are handed over anew for each.
    """

    label: str
    provider: str
    options: Mapping[str, str] = field(default_factory=dict)
    half: bool = False
    memory: str = ""


class GraphicsCard(NamedTuple):
    """A graphics card.

    Attributes:
        name: As its driver says.
        half: Whether it is fast in half precision.
    """

    name: str
    half: bool


# By their names in `DeviceChoice`.
ACCELERATORS = {
    "cuda": Accelerator("CUDA", "CUDAExecutionProvider", memory="cuda"),
    "directml": Accelerator("DirectML", "DmlExecutionProvider"),
    "coreml": Accelerator("CoreML", "CoreMLExecutionProvider", {"ModelFormat": "MLProgram"}),
}


def possible_devices() -> tuple[DeviceChoice, ...]:
    """What there can be on this platform, with what is installed; not whether it works."""
    windows, mac = sys.platform == "win32", sys.platform == "darwin"
    pytorch = has_pytorch()
    possible: dict[DeviceChoice, bool] = {
        "auto": True,
        "cpu": True,
        "cuda": not mac,
        "directml": windows,
        "coreml": mac,
        "torch-cuda": pytorch and not mac,
        "torch-cpu": pytorch,
    }
    return tuple(device for device, there in possible.items() if there)


def has_pytorch() -> bool:
    """Whether what our network needs of PyTorch is installed."""
    return find_spec("torch") is not None and find_spec("onnx") is not None


def nvidia_cards() -> list[GraphicsCard]:
    """The NVIDIA cards that the driver offers; none where there is no driver.

    Raises:
        DeviceError: If there is a driver that does not start.
    """
    library = _NVIDIA_DRIVERS.get(sys.platform)
    if library is None:
        return []
    try:
        driver = ctypes.CDLL(library)
    except OSError:
        return []
    code = driver.cuInit(0)
    if code == _NO_DEVICE:
        return []
    count = ctypes.c_int()
    code = code or driver.cuDeviceGetCount(ctypes.byref(count))
    if code:
        raise DeviceError(
            message("The NVIDIA driver does not start (error {code}).", code=code),
            joined(message("Install the driver again, or restart the machine."), OTHER_DEVICE),
        )
    cards = []
    for number in range(count.value):
        name = ctypes.create_string_buffer(256)
        major = ctypes.c_int()
        driver.cuDeviceGetName(name, len(name), number)
        driver.cuDeviceGetAttribute(ctypes.byref(major), _CAPABILITY_MAJOR, number)
        half = major.value >= _HALF_SINCE
        cards.append(GraphicsCard(name.value.decode(errors="replace"), half))
    return cards


def load_cuda_libraries() -> str:
    """Load the CUDA libraries, from Python packages where they lie there.

    Returns:
        One that could not be loaded this way; ONNX Runtime may still find it. Empty if none.
    """
    import onnxruntime

    if not hasattr(onnxruntime, "preload_dlls"):  # before 1.21
        return ""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        onnxruntime.preload_dlls()
    failed = re.search(r"^Failed to load (.+?): ", printed.getvalue(), re.MULTILINE)
    return failed[1] if failed is not None else ""
