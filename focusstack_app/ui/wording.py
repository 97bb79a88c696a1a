"""The sentences that depend on numbers: sizes, times, captions, proposed names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Method, Mode
from focusstack_app.core.output import FileFormat, OutputOptions, Subsampling
from focusstack_app.settings.schema import Theme

METHOD_NAMES = {Method.VAEEDOF: "VAEEDOF", Method.PYRAMID: "Pyramid"}
METHOD_BEST_FOR = {
    Method.VAEEDOF: "Best for most subjects: hairs, overlapping edges, smooth backgrounds.",
    Method.PYRAMID: "Best for flat, finely textured subjects, and for a quick result.",
}
MODE_NAMES = {
    Mode.FAITHFUL: "Faithful",
    Mode.STRICT: "Strict",
    Mode.GENERATIVE: "Generative",
}
MODE_SENTENCES = {
    Mode.FAITHFUL: "Pixels from your frames; filled in only where no frame is sharp.",
    Mode.STRICT: "Pixels from your frames and nothing else, for contests and science.",
    Mode.GENERATIVE: "The whole picture, redrawn by the network.",
}

FORMAT_NAMES = {
    FileFormat.TIFF: "TIFF",
    FileFormat.PNG: "PNG",
    FileFormat.JPEG: "JPEG",
    FileFormat.WEBP: "WebP",
}
_CHOICES: dict[type, dict[Any, str]] = {
    Method: METHOD_NAMES,
    Mode: MODE_NAMES,
    Align: {Align.AUTO: "Where frames need it", Align.OFF: "Never"},
    FileFormat: FORMAT_NAMES,
    Subsampling: {Subsampling.FULL: "Full (4:4:4)", Subsampling.HALF: "Half (4:2:0)"},
    Theme: {Theme.SYSTEM: "Like the desktop", Theme.LIGHT: "Light", Theme.DARK: "Dark"},
    int: {8: "8 bits per channel", 16: "16 bits per channel"},
    str: {
        "auto": "Automatic",
        "cpu": "Processor",
        "cuda": "NVIDIA graphics card (CUDA)",
        "directml": "Graphics card on Windows (DirectML)",
        "coreml": "Graphics and neural processor of a Mac (CoreML)",
        "torch-cuda": "NVIDIA graphics card (PyTorch)",
        "torch-cpu": "Processor (PyTorch)",
    },
}

_FLOAT_BYTES = 4
_CHANNELS = 3
_WORKING_PICTURES = 4  # sums, weights and the result beside the frames, as float32


def size_text(width_px: int, height_px: int) -> str:
    """Width by height: "1500 × 1000"."""
    return f"{width_px} × {height_px}"


def bytes_text(count: float) -> str:
    """A size of memory or file in the unit that reads best: "850 MB", "1.4 GB"."""
    if count < 1e9:
        return f"{max(1, round(count / 1e6))} MB"
    return f"{count / 1e9:.1f} GB"


def seconds_text(seconds: float) -> str:
    """A duration: "0.8 s", "12 s", "3 min 05 s", "1 h 20 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def time_left_s(fraction: float, elapsed_s: float) -> float | None:
    """Seconds that remain at the pace so far; None while it is too early to tell.

    Args:
        fraction: Share that is done, 0 to 1.
        elapsed_s: Seconds since the start.
    """
    if fraction < 0.03 or elapsed_s < 1.0:
        return None
    return elapsed_s * (1.0 - fraction) / fraction


def progress_text(fraction: float, elapsed_s: float) -> str:
    """Percent and time left: "42 %, about 8 s left"."""
    percent = f"{int(fraction * 100)} %"
    left = time_left_s(fraction, elapsed_s)
    if left is None:
        return percent
    return f"{percent}, about {seconds_text(max(1, round(left)))} left".replace(".0 s", " s")


def request_text(request: FusionRequest) -> str:
    """How a picture was or will be made: "VAEEDOF faithful", "Pyramid"."""
    name = METHOD_NAMES[request.method]
    if request.method is Method.VAEEDOF:
        return f"{name} {MODE_NAMES[request.mode].lower()}"
    return name


def result_text(result: FusionResult) -> str:
    """How an output was made: "VAEEDOF faithful, retouched"."""
    made = request_text(result.request)
    return f"{made}, retouched" if result.retouched else made


def count_text(count: int, noun: str) -> str:
    """A count and its noun: "1 frame", "7 frames"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def memory_estimate_bytes(sources: Sequence[FrameSource]) -> int:
    """Rough memory of one fusion: every frame in 16 bits, and the float pictures beside.

    Args:
        sources: The included frames, all of one size.
    """
    if not sources:
        return 0
    width_px, height_px = sources[0].size_px
    values = width_px * height_px * _CHANNELS
    return len(sources) * values * 2 + values * _FLOAT_BYTES * _WORKING_PICTURES


def choice_text(value: Any) -> str:
    """A value of a setting, for people."""
    return _CHOICES[type(value)].get(value, str(value))


def format_text(kind: FileFormat, options: OutputOptions) -> str:
    """How files are written: "TIFF, 16 bits per channel", "JPEG, quality 95"."""
    name = FORMAT_NAMES[kind]
    if kind in (FileFormat.TIFF, FileFormat.PNG):
        return f"{name}, {options.bits} bits per channel"
    if kind is FileFormat.WEBP and options.lossless:
        return f"{name} without loss"
    return f"{name}, quality {options.quality}"
