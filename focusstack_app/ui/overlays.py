"""Maps as pictures: where an output's pixels come from, their depth, doubts; what is sharp."""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from focusstack_app.core.frames import Pixels
from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.progress import Checkpoint
from focusstack_app.engine.pixels import to_float
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.jobs.maps import depth_map, provenance_map
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.translation import tr

_FILLED_IN = np.array([255, 0, 255], np.float32)
_BURNT_OUT = np.array([255, 40, 40], np.float32)
_BURNT_FROM = 254 * 257  # of 65535
_DOUBTFUL = np.array([255, 220, 0], np.float32)
_DOUBT_FROM, _DOUBT_FULLY = 110.0, 60.0  # confidence of the provenance
_COLOUR_SHARE = 0.6
_BLUE, _RED = 26, 236  # of the colour map: before and after them it is nearly black
_BAND_ROWS = 256
_SHARP = np.array([255, 140, 0], np.float32)
_DETAIL_PX = 1.5  # standard deviation: what is finer counts as detail
_FROM, _FULLY = 0.02, 0.035  # local contrast of the detail, of the full range
_MARGIN_PX = 8
_THICKER_EVERY_PX = 2400  # of the longer side, so that edges show with all of the frame in view


class Overlay(Enum):
    """What is laid over an output, or over a frame."""

    NONE = "none"
    PROVENANCE = "provenance"
    DEPTH = "depth"
    WARNINGS = "warnings"
    PEAKING = "peaking"
    TILT = "tilt"


def overlay_names() -> dict[Overlay, str]:
    """What the overlays are called in menus."""
    return {
        Overlay.NONE: tr("Off"),
        Overlay.PROVENANCE: tr("Where Pixels Come From"),
        Overlay.DEPTH: tr("Depth", "of the scene"),
        Overlay.WARNINGS: tr("Warnings"),
        Overlay.PEAKING: tr("Focus Peaking"),
        Overlay.TILT: tr("3D"),
    }


def legends() -> dict[Overlay, str]:
    """What the colours of the overlays mean."""
    return {
        Overlay.NONE: "",
        Overlay.PROVENANCE: tr(
            "Colour: the frame, from blue (first) to red (last). Pink: filled in."
        ),
        Overlay.DEPTH: tr(
            "Black: sharp in the first frame. White: in the last. Guessed where nothing tells it."
        ),
        Overlay.WARNINGS: tr(
            "Red: burnt out. Yellow: no frame is clearly the sharpest. Pink: filled in."
        ),
        Overlay.PEAKING: tr("Orange: sharp in this frame."),
        Overlay.TILT: tr(
            "Move the pointer to look from the side. Inside out? View, Swap Near and Far."
        ),
    }


def is_offered(overlay: Overlay, *, opened: bool, output: Output | None) -> bool:
    """Whether there is something to lay an overlay over.

    Args:
        overlay: Which one.
        opened: Whether there are frames.
        output: The selected one.
    """
    if overlay is Overlay.NONE:
        return opened or output is not None
    if overlay is Overlay.PEAKING:
        return opened
    return output is not None and (overlay is Overlay.WARNINGS or output.has_maps)


def overlay_pixels(
    result: FusionResult, overlay: Overlay, checkpoint: Checkpoint = lambda: None
) -> NDArray[np.uint8]:
    """The output under an overlay.

    Args:
        result: The output.
        overlay: One that has colours of its own, and is not of frames.
        checkpoint: Called between bands; may raise to stop.

    Returns:
        (H, W, 3) uint8 RGB. Provenance: each frame has a colour, paler where several frames
        contributed, pink by the share that was filled in, over the picture in grey. Depth: grey.
        Warnings: red where a channel is at its end, yellow where the provenance is not sure, and
        pink as before, over the picture in grey.
    """
    if overlay is Overlay.DEPTH:
        grey = cv2.cvtColor(rounded_to_8(depth_map(result, checkpoint)), cv2.COLOR_GRAY2RGB)
        return np.asarray(grey, np.uint8)
    used = np.linspace(_BLUE, _RED, 256).round().astype(np.uint8)
    colours = np.asarray(cv2.applyColorMap(used[np.newaxis], cv2.COLORMAP_TURBO))
    colours = colours[0, :, ::-1].astype(np.float32)
    maps = provenance_map(result)
    warns = overlay is Overlay.WARNINGS
    burnt = _thick(result.picture.max(axis=2) >= _BURNT_FROM) if warns else None
    out = np.empty(maps.shape, np.uint8)
    for top in range(0, len(maps), _BAND_ROWS):
        checkpoint()
        band = slice(top, top + _BAND_ROWS)
        picture = rounded_to_8(result.picture[band]).astype(np.float32)
        grey = picture.mean(axis=2, keepdims=True)
        index, sure, filled = (maps[band, :, channel] for channel in range(3))
        sure = sure[:, :, np.newaxis].astype(np.float32)
        if warns:
            share = np.clip((_DOUBT_FROM - sure) / (_DOUBT_FROM - _DOUBT_FULLY), 0.0, 1.0)
            mixed = grey + share * (_DOUBTFUL - grey)
        else:
            share = _COLOUR_SHARE * (0.25 + 0.75 * sure / 255)
            mixed = grey + share * (colours[index] - grey)
        away = filled[:, :, np.newaxis].astype(np.float32) / 255
        mixed += away * (_FILLED_IN - mixed)
        if burnt is not None:
            mixed[burnt[band]] = _BURNT_OUT
        out[band] = np.rint(mixed).astype(np.uint8)
    return out


def _thick(spots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Spots (H, W) that are seen with all of the picture in view too."""
    wide = cv2.dilate(spots.view(np.uint8), _spot(spots.shape))
    return np.asarray(wide).view(np.bool_)


def _spot(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """What a pixel becomes in a picture of (height, width, ...)."""
    side = 1 + 2 * round(max(shape[:2]) / _THICKER_EVERY_PX)
    return np.ones((side, side), np.uint8)


def peaking_pixels(pixels: Pixels, checkpoint: Checkpoint = lambda: None) -> NDArray[np.uint8]:
    """A frame in grey with its sharp edges in colour.

    Args:
        pixels: (H, W, 3) uint8 or uint16, display-encoded.
        checkpoint: Called between bands; may raise to stop.

    Returns:
        (H, W, 3) uint8 RGB. Orange where the local contrast of the finest detail is high.
    """
    height, width = pixels.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        checkpoint()
        start = max(0, top - _MARGIN_PX)
        rows = slice(top - start, top - start + _BAND_ROWS)
        band = to_float(pixels[start : top + _BAND_ROWS + _MARGIN_PX])
        grey = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY)
        detail = np.square(grey - cv2.GaussianBlur(grey, (0, 0), _DETAIL_PX))
        contrast = np.sqrt(cv2.GaussianBlur(detail, (0, 0), 1.0))
        share = np.clip((contrast - _FROM) / (_FULLY - _FROM), 0.0, 1.0)
        share = cv2.dilate(share, _spot(pixels.shape))[rows, :, np.newaxis]
        shown = 255 * grey[rows, :, np.newaxis]
        out[top : top + _BAND_ROWS] = np.rint(shown + share * (_SHARP - shown)).astype(np.uint8)
    return out


def overlay_actions(menu: QMenu) -> dict[Overlay, QAction]:
    """The entries of the menu, one of which holds."""
    group = QActionGroup(menu)
    actions = {}
    for overlay, name in overlay_names().items():
        action = menu.addAction(name)
        action.setCheckable(True)
        group.addAction(action)
        actions[overlay] = action
    actions[Overlay.PROVENANCE].setShortcut("P")
    actions[Overlay.DEPTH].setShortcut("D")
    actions[Overlay.WARNINGS].setShortcut("C")
    actions[Overlay.PEAKING].setShortcut("F")
    actions[Overlay.TILT].setShortcut("3")
    actions[Overlay.TILT].setStatusTip(tr("Look at the output from the side, by its depth"))
    return actions
