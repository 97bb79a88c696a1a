"""The sentences that depend on numbers: sizes, times, captions, proposed names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from PySide6.QtGui import Qt

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Method, Mode
from focusstack_app.core.output import (
    Carried,
    ColourSpace,
    FileFormat,
    OutputOptions,
    Subsampling,
)
from focusstack_app.core.slabs import Slab
from focusstack_app.jobs.maps import MapKind
from focusstack_app.settings.schema import Language, Theme
from focusstack_app.ui.translation import number_text, tr

FORMAT_NAMES = {
    FileFormat.TIFF: "TIFF",
    FileFormat.PNG: "PNG",
    FileFormat.JPEG: "JPEG",
    FileFormat.WEBP: "WebP",
    FileFormat.JXL: "JPEG XL",
    FileFormat.DNG: "DNG",
}
# A language names itself.
_LANGUAGE_NAMES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}

_FLOAT_BYTES = 4
_PROVENANCE_BYTES = 4
_CHANNELS = 3
_WORKING_PICTURES = 4  # sums, weights and the result beside the frames, as float32


def tip_text(text: str) -> str:
    """A tool tip that says file names as they are, also where they look like HTML."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def shortened(text: str) -> str:
    """A text whose longest words, names of files, have their middle left out.

    A label can break no word, and a window would grow with it.
    """
    return re.sub(r"\S{81,}", lambda word: f"{word[0][:50]}…{word[0][-29:]}", text)


def method_names() -> dict[Method, str]:
    """Names of the methods."""
    return {Method.VAEEDOF: "VAEEDOF", Method.PYRAMID: tr("Pyramid")}


def method_sentences() -> dict[Method, str]:
    """What each method is best for."""
    return {
        Method.VAEEDOF: tr("Best for most subjects: hairs, overlapping edges, smooth backgrounds."),
        Method.PYRAMID: tr("Best for flat, finely textured subjects, and for a quick result."),
    }


def mode_names() -> dict[Mode, str]:
    """Names of the modes."""
    return {
        Mode.FAITHFUL: tr("Faithful"),
        Mode.STRICT: tr("Strict"),
        Mode.GENERATIVE: tr("Generative"),
    }


def mode_sentences() -> dict[Mode, str]:
    """Where the pixels of each mode come from."""
    return {
        Mode.FAITHFUL: tr("Pixels from your frames; filled in only where no frame is sharp."),
        Mode.STRICT: tr("Pixels from your frames and nothing else, for contests and science."),
        Mode.GENERATIVE: tr("Redrawn by the network, but for what is plain."),
    }


def size_text(width_px: int, height_px: int) -> str:
    """Width by height: "1500 × 1000"."""
    return f"{width_px} × {height_px}"


def bytes_text(count: float) -> str:
    """A size of memory or file in the unit that reads best: "850 MB", "1.4 GB"."""
    if count < 1e9:
        return f"{max(1, round(count / 1e6))} MB"
    return f"{number_text(count / 1e9, 1)} GB"


def seconds_text(seconds: float) -> str:
    """A duration: "0.8 s", "12 s", "3 min 05 s", "1 h 20 min"."""
    return f"{number_text(seconds, 1)} s" if seconds < 10 else _whole_text(round(seconds))


def whole_seconds_text(seconds: float) -> str:
    """An estimate, one second at least: "12 s", "3 min 05 s"."""
    return _whole_text(max(1, round(seconds)))


def _whole_text(whole: int) -> str:
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
    if fraction < 0.1 or elapsed_s < 2.0:  # reading the frames says little about the rest
        return None
    return elapsed_s * (1.0 - fraction) / fraction


def progress_text(fraction: float, elapsed_s: float) -> str:
    """Percent and time left: "42 %, about 8 s left"."""
    percent = f"{int(fraction * 100)} %"
    left = time_left_s(fraction, elapsed_s)
    if left is None:
        return percent
    time = whole_seconds_text(left)
    return tr("{percent}, about {time} left").format(percent=percent, time=time)


def request_text(request: FusionRequest) -> str:
    """How a picture was or will be made: "VAEEDOF faithful", "Pyramid"."""
    name = method_names()[request.method]
    if request.method is Method.VAEEDOF:
        return f"{name} {mode_names()[request.mode].lower()}"
    return name


def slab_text(slab: Slab) -> str:
    """What a slab is called: "Slab 3 (frames 15–24)"."""
    first, last = slab.frames
    text = tr("Slab {number} (frames {first}–{last})")
    return text.format(number=slab.number, first=first, last=last)


def slab_label(slab: Slab) -> str:
    """The same where there is little room: "Slab 3 (15–24)"."""
    first, last = slab.frames
    text = tr("Slab {number} ({first}–{last})")
    return text.format(number=slab.number, first=first, last=last)


def result_text(result: FusionResult) -> str:
    """How an output was made: "VAEEDOF faithful, retouched"."""
    made = request_text(result.request)
    return tr("{made}, retouched").format(made=made) if result.retouched else made


def reused_text(result: FusionResult) -> str:
    """What a render took from the preview; empty where it took nothing."""
    parts = [tr("frames")] if "read" in result.reused else []
    if "align" in result.reused and result.request.align is Align.AUTO:
        parts.append(tr("alignment"))
    if result.reused_tiles:
        parts.append(count_text(result.reused_tiles, "tile"))
    return tr("Taken from the preview: {parts}").format(parts=", ".join(parts)) if parts else ""


def count_text(count: int, noun: Literal["frame", "file", "stack", "slab", "tile"]) -> str:
    """A count and its noun: "1 frame", "7 frames"."""
    match noun:
        case "frame":
            return tr("%n frame(s)", "", count)
        case "file":
            return tr("%n file(s)", "", count)
        case "stack":
            return tr("%n stack(s)", "", count)
        case "slab":
            return tr("%n slab(s)", "", count)
        case "tile":
            return tr("%n tile(s)", "", count)


def without_folder(text: str, folder: Path) -> str:
    """A text that names files of one folder without it: what it says comes sooner."""
    return text.replace(f"{folder}{os.sep}", "")


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


def output_bytes(stack: Stack) -> int:
    """Memory of a render: 16 bits of three colours, and what its pixels come from.

    Args:
        stack: Of the render.
    """
    width_px, height_px = stack.sources[stack.reference].size_px
    return width_px * height_px * (_CHANNELS * 2 + _PROVENANCE_BYTES)


def choice_text(value: Any) -> str:
    """A value of a setting, for people."""
    choices: dict[type, dict[Any, str]] = {
        Method: method_names(),
        Mode: mode_names(),
        Align: {Align.AUTO: tr("Where frames need it"), Align.OFF: tr("Never")},
        FileFormat: FORMAT_NAMES,
        Subsampling: {
            Subsampling.FULL: tr("Full (4:4:4)"),
            Subsampling.HALF: tr("Half (4:2:0)"),
        },
        ColourSpace: {
            ColourSpace.KEPT: tr("As the frames"),
            ColourSpace.SRGB: "sRGB",
            ColourSpace.ADOBE_RGB: "Adobe RGB (1998)",
            ColourSpace.REC2020: "Rec. 2020",
        },
        Carried: {
            Carried.ALL: tr("All"),
            Carried.NO_PLACE: tr("All but the place"),
            Carried.NONE: tr("None"),
        },
        Theme: {
            Theme.SYSTEM: tr("Like the desktop"),
            Theme.LIGHT: tr("Light"),
            Theme.DARK: tr("Dark"),
        },
        Language: {Language.SYSTEM: tr("Like the desktop"), **_LANGUAGE_NAMES},
        int: {8: tr("8 bits per channel"), 16: tr("16 bits per channel")},
        str: {
            "auto": tr("Automatic"),
            "cpu": tr("Processor"),
            "cuda": tr("NVIDIA graphics card (CUDA)"),
            "directml": tr("Graphics card on Windows (DirectML)"),
            "coreml": tr("Graphics and neural processor of a Mac (CoreML)"),
            "torch-cuda": tr("NVIDIA graphics card (PyTorch)"),
            "torch-cpu": tr("Processor (PyTorch)"),
        },
    }
    return choices[type(value)].get(value, str(value))


def format_text(kind: FileFormat, options: OutputOptions) -> str:
    """How files are written: "TIFF, 16 bits per channel", "JPEG, quality 95"."""
    name = FORMAT_NAMES[kind]
    if kind is FileFormat.DNG:
        return tr("{format} for raw developers").format(format=name)
    if kind in (FileFormat.TIFF, FileFormat.PNG):
        return f"{name}, {choice_text(options.bits)}"
    if kind in (FileFormat.WEBP, FileFormat.JXL) and options.lossless:
        return tr("{format} without loss").format(format=name)
    return tr("{format}, quality {quality}").format(format=name, quality=options.quality)


def map_titles() -> dict[MapKind, str]:
    """What is asked before a map is written."""
    return {
        MapKind.DEPTH: tr("Export the Depth Map of {name}"),
        MapKind.PROVENANCE: tr("Export the Provenance Map of {name}"),
    }


def map_saved() -> dict[MapKind, str]:
    """What is said once a map is written."""
    return {
        MapKind.DEPTH: tr("The depth map of {name} is saved as {file}."),
        MapKind.PROVENANCE: tr("The provenance map of {name} is saved as {file}."),
    }


def left_out_text(count: int) -> str:
    """How many files were left out."""
    return tr("%n file(s) left out.", "", count)


def others_text(count: int) -> str:
    """How many the stack has."""
    return tr("The stack has the other %n frame(s).", "", count)


def stacks_text(count: int) -> str:
    """How many stacks frames look like."""
    return tr("These frames look like %n stack(s).", "", count)


def removed_text(count: int) -> str:
    """How many frames were removed."""
    return tr("%n frame(s) removed from the list; nothing changed on disk", "", count)
