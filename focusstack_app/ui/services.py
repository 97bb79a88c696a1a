"""The work that the window hands to others, as values, so that tests can bring their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QScreen

from focusstack_app.core.frames import Frame, FrameSource
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.output import OutputOptions, Stereo
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import list_images
from focusstack_app.io.read import read_proxy
from focusstack_app.io.thumbnail import read_thumbnail
from focusstack_app.jobs.export import export_map, export_result, export_stereo
from focusstack_app.jobs.first_look import FirstLook
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.maps import MapKind
from focusstack_app.jobs.opening import OpenedStack, open_stack
from focusstack_app.jobs.remembered import Remembered
from focusstack_app.jobs.source_frame import read_source_frame
from focusstack_app.jobs.viewport import Viewport, open_after
from focusstack_app.ui.display_profile import read_profile


class Export(Protocol):
    """Write a result to disk."""

    def __call__(
        self,
        result: FusionResult,
        path: Path,
        *,
        options: OutputOptions,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Write `result` to `path`, atomically, in the format of its suffix."""
        ...


class ExportMap(Protocol):
    """Write a map of a result to disk."""

    def __call__(
        self,
        result: FusionResult,
        kind: MapKind,
        path: Path,
        *,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Write that map of `result` to `path`, atomically, in the format of its suffix."""
        ...


class ExportStereo(Protocol):
    """Write a stereo view of a result to disk."""

    def __call__(
        self,
        result: FusionResult,
        stereo: Stereo,
        *,
        options: OutputOptions,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Write that view of `result` to its path, atomically, in the format of its suffix."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What the window asks for. All of it but `read_profile` is slow and runs on worker threads.

    Attributes:
        open_stack: Files, or one folder, to a checked stack.
        list_images: The pictures of a folder.
        fuse_stack: A request to a result; what it finds of frames serves other stacks.
        export_result: A result to a file.
        export_map: A map of a result to a file.
        export_stereo: A stereo view of a result to a file.
        first_look: A request, and the preview of its frames, to what can be looked at first.
        open_viewport: That to the picture in parts.
        read_thumbnail: A source to (H, W, 3) uint8 sRGB with at most that longer side.
        read_proxy: A source to its picture with at most that longer side.
        read_source_frame: A frame of a result, by position in its stack, as it lay under it:
            (H, W, 3) uint16.
        read_profile: A screen to its ICC profile, where there is one.
    """

    open_stack: Callable[[Sequence[Path]], OpenedStack] = open_stack
    list_images: Callable[[Path], list[Path]] = list_images
    fuse_stack: Callable[[FusionRequest, Progress], FusionResult] = field(
        default_factory=lambda: partial(fuse_stack, remembered=Remembered())
    )
    export_result: Export = export_result
    export_map: ExportMap = export_map
    export_stereo: ExportStereo = export_stereo
    first_look: Callable[[FusionRequest, FusionResult], FirstLook] = FirstLook
    open_viewport: Callable[[FirstLook, Progress], Viewport] = open_after
    read_thumbnail: Callable[[FrameSource, int], NDArray[np.uint8]] = read_thumbnail
    read_proxy: Callable[[FrameSource, int], Frame] = read_proxy
    read_source_frame: Callable[[FusionResult, int, Progress], NDArray[np.uint16]] = (
        read_source_frame
    )
    read_profile: Callable[[QScreen], bytes | None] = read_profile
