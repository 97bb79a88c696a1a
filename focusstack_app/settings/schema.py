"""The preferences, one frozen class per page; labels, help and ranges stand beside the fields."""

# ruff: noqa: RUF009 - `_option` is `dataclasses.field` with what people see of it

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from focusstack_app.core.fusion import DEFAULT_MODEL_ID, Align, DeviceChoice, Method, Mode
from focusstack_app.core.message import message
from focusstack_app.core.naming import template_problem
from focusstack_app.core.output import (
    DEEP,
    Bits,
    Carried,
    ColourSpace,
    FileFormat,
    OutputOptions,
    Subsampling,
)

Editor = Literal["plain", "percent", "folder", "model", "device"]

_TIFF, _PNG, _JPEG, _WEBP = FileFormat.TIFF, FileFormat.PNG, FileFormat.JPEG, FileFormat.WEBP
_JXL = FileFormat.JXL


class Theme(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    """Language of the window."""

    SYSTEM = ""
    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True, slots=True)
class Option:
    """What people see of a field, and what it may be.

    Attributes:
        label: Its name.
        help: One or two sentences.
        least: Smallest value of a number.
        most: Largest value of a number.
        step: What one click changes.
        unit: Behind a number.
        zero: What zero means, where it is not a number, or no folder.
        editor: How it is edited, where its type does not tell.
        check: What is wrong with a text, empty where nothing is.
        used: Whether it does anything, given its page.
    """

    label: str
    help: str
    least: float = 0
    most: float = 0
    step: float = 1
    unit: str = ""
    zero: str = ""
    editor: Editor = "plain"
    check: Callable[[str], str] | None = None
    used: Callable[[Any], bool] | None = None


def _option(default: Any, label: str, help_: str, **more: Any) -> Any:
    return field(default=default, metadata={"option": Option(label, help_, **more)})


def _learned(page: FusionSettings) -> bool:
    return page.method is Method.VAEEDOF


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """How frames become a picture, unless the panel or an option says otherwise."""

    method: Method = _option(
        Method.VAEEDOF,
        message("Method"),
        message("What a new stack starts with; the panel changes it for a stack."),
    )
    mode: Mode = _option(
        Mode.FAITHFUL,
        message("Mode"),
        message("Where the pixels of the learned method come from."),
        used=_learned,
    )
    align: Align = _option(
        Align.AUTO,
        message("Alignment"),
        message("Undoes shifts, turns and focus breathing; frames that fit stay untouched."),
    )
    crop: bool = _option(
        True,
        message("Crop to the common area"),
        message("Leaves out the borders that some aligned frame does not show."),
        used=lambda page: page.align is Align.AUTO,
    )
    overlap: float = _option(
        0.25,
        message("Tile overlap"),
        message("How far neighbouring tiles blend. More takes longer; raise it if you see a grid."),
        most=0.5,
        step=0.05,
        editor="percent",
        used=_learned,
    )
    device: DeviceChoice = _option(
        "auto",
        message("Device"),
        message(
            "Automatic takes the graphics card where there is one that passes a test; if it could "
            "not use one, the result says so."
        ),
        editor="device",
    )
    model: str = _option(
        DEFAULT_MODEL_ID,
        message("Model"),
        message(
            "The network of the learned method. More are added with focusstack models install."
        ),
        editor="model",
        used=_learned,
    )
    memory_gb: float = _option(
        0.0,
        message("Memory"),
        message("What a fusion may use; beyond it, temporary files take over and it gets slower."),
        most=4096.0,
        unit="GB",
        zero=message("Automatic (40 % of what is free)"),
    )
    temporary_folder: str = _option(
        "",
        message("Temporary files"),
        message(
            "A folder on a fast disk with much room: what does not fit in memory takes up to "
            "0.25 GB there per frame of 24 megapixels."
        ),
        zero=message("Where the system keeps them"),
        editor="folder",
    )

    @property
    def memory_bytes(self) -> int | None:
        """The budget of a request; None for the automatic one."""
        return int(self.memory_gb * 1e9) or None

    @property
    def temporary_place(self) -> Path | None:
        """That folder of a request; None for the system's."""
        return Path(self.temporary_folder) if self.temporary_folder else None


def _for(*formats: FileFormat) -> Callable[[ExportSettings], bool]:
    return lambda page: page.format in formats


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What files results become."""

    format: FileFormat = _option(
        _TIFF,
        message("Format"),
        message(
            "What Export and Batch propose. All of them hold metadata and say their colours; DNG "
            "is for raw developers, where white balance and exposure can still be chosen."
        ),
    )
    bits: Bits = _option(
        16,
        message("Depth"),
        message(
            "16 bits leave room for editing; with 8, TIFF and PNG take half the space or less."
        ),
        used=_for(*DEEP),
    )
    compress: bool = _option(
        True,
        message("Compress TIFF without loss"),
        message("Smaller files that a few old programs cannot open."),
        used=_for(_TIFF),
    )
    lossless: bool = _option(
        False,
        message("Without loss"),
        message("WebP and JPEG XL: exact, and several times larger."),
        used=_for(_WEBP, _JXL),
    )
    quality: int = _option(
        95,
        message("Quality"),
        message("100 is the best; below 85 fine texture suffers."),
        least=1,
        most=100,
        used=lambda page: (
            page.format is _JPEG or (page.format in (_WEBP, _JXL) and not page.lossless)
        ),
    )
    subsampling: Subsampling = _option(
        Subsampling.FULL,
        message("Colour detail"),
        message("Full keeps the edges of saturated colours; half makes smaller files."),
        used=_for(_JPEG),
    )
    colour_space: ColourSpace = _option(
        ColourSpace.KEPT,
        message("Colour space"),
        message(
            "That of the frames keeps every value; for RAW it is sRGB, which is for the web. "
            "Rec. 2020 holds nearly all colours of RAW. The file says which."
        ),
        used=_for(_TIFF, _PNG, _JPEG, _WEBP, _JXL),
    )
    metadata: Carried = _option(
        Carried.ALL,
        message("Metadata"),
        message(
            "Camera, lens, times, copyright, title and keywords of the reference, and where it "
            "was taken."
        ),
    )
    name: str = _option(
        "{first}_stacked",
        message("Name"),
        message(
            "Words in braces are filled in: {stack}, {first}, {last}, {frames}, {date}, {method}, "
            "{mode}."
        ),
        check=template_problem,
    )
    batch_name: str = _option(
        "{stack}",
        message("Name in a batch"),
        message(
            "The same words; {stack} is the folder of the frames, with the first of them where a "
            "folder holds several stacks."
        ),
        check=template_problem,
    )
    batch_wait_s: int = _option(
        20,
        message("Wait while watching"),
        message(
            "While a batch watches a folder, a stack is complete when nothing of it came for so "
            "long."
        ),
        least=2,
        most=3600,
        unit="s",
    )
    folder: str = _option(
        "",
        message("Folder"),
        message("Where Export starts."),
        zero=message("Beside the frames"),
        editor="folder",
    )

    @property
    def options(self) -> OutputOptions:
        """How the files are written."""
        return OutputOptions(
            self.bits,
            self.compress,
            self.quality,
            self.subsampling,
            self.lossless,
            self.colour_space,
            self.metadata,
        )


@dataclass(frozen=True, slots=True)
class InterfaceSettings:
    """How the window looks, and what it speaks."""

    theme: Theme = _option(
        Theme.SYSTEM, message("Colours"), message("Dark surroundings make judging shadows easier.")
    )
    language: Language = _option(
        Language.SYSTEM,
        message("Language"),
        message("Another language shows when the program is started again."),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences; the fields are the pages."""

    fusion: FusionSettings = FusionSettings()
    export: ExportSettings = ExportSettings()
    interface: InterfaceSettings = InterfaceSettings()


def options_of(page: type) -> Mapping[str, Option]:
    """The fields of a page in order, and what people see of them."""
    return {item.name: item.metadata["option"] for item in dataclasses.fields(page)}


def types_of(page: type) -> Mapping[str, Any]:
    """The fields of a page and their types."""
    return typing.get_type_hints(page)


def choices_of(type_: Any) -> tuple[Any, ...]:
    """The values of a type that has few of them; empty for numbers and texts."""
    if isinstance(type_, type) and issubclass(type_, StrEnum):
        return tuple(type_)
    return typing.get_args(type_) if typing.get_origin(type_) is Literal else ()
