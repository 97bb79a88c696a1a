"""From a scene's description to pixels: sheets as layers, the lens renderer, faults of cameras."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.engine.pixels import to_linear
from focusstack_app.training import lens
from focusstack_app.training.lens import Array
from focusstack_app.training.scene import Faults, SceneSpec, Sheet
from focusstack_app.training.srgb import to_srgb8
from focusstack_app.training.synthesis import random_matte

MOST_POINTS = 256


def sheet_picture(sheet: Sheet, width_px: int) -> tuple[Array, int, int]:
    """A sheet as seen through the middle of the lens.

    Args:
        sheet: The sheet.
        width_px: Of the picture.

    Returns:
        (h, w, 4) float32 premultiplied linear light, and the column and row of its top left pixel
        from the middle of the picture.

    Raises:
        ValueError: If its texture cannot be read.
    """
    width, height = (max(2, round(side * width_px)) for side in sheet.size)
    picture = cv2.imread(sheet.texture, cv2.IMREAD_UNCHANGED)
    if picture is None or picture.dtype != np.uint8:
        raise ValueError(f"{sheet.texture} cannot be read as an 8-bit picture")
    if picture.ndim == 2:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    pixels = np.asarray(picture, dtype=np.uint8)
    light = to_linear(pixels[:, :, 2::-1])
    if picture.shape[2] == 4:
        alpha = picture[:, :, 3:].astype(np.float32) / np.float32(255)
    else:
        alpha = np.ones((*picture.shape[:2], 1), np.float32)
    rgba = _covering(np.concatenate([light * alpha, alpha], axis=2), width, height, sheet.anchor)
    if sheet.mirrored:
        rgba = rgba[:, ::-1]
    if sheet.matte_seed is not None:
        rgba = rgba * _framed_matte(sheet.matte_seed, height, width)[..., None]
    left, top = (
        round(at * width_px - side / 2)
        for at, side in zip(sheet.centre, (width, height), strict=True)
    )
    return np.ascontiguousarray(rgba, dtype=np.float32), left, top


def lens_scene(scene: SceneSpec) -> lens.Scene:
    """A scene as the lens renderer takes it.

    Raises:
        ValueError: If the last sheet does not fill the view.
    """
    width, height = scene.size_px
    margin = scene.margin_px()
    scale = scene.lens.px_per_dioptre(width)
    layers = []
    for sheet in scene.sheets:
        rgba, left, top = sheet_picture(sheet, width)
        canvas = np.zeros((height + 2 * margin, width + 2 * margin, 4), np.float32)
        _paste(canvas, rgba, left + width // 2 + margin, top + height // 2 + margin)
        canvas[..., :3] *= np.asarray(scene.light, dtype=np.float32)
        layers.append(lens.Layer(canvas, np.asarray(sheet.dioptres, dtype=np.float32) * scale))
    if layers[-1].rgba[..., 3].min() < 0.999:
        raise ValueError("the last sheet must be opaque and fill the view and its margin")
    focus = tuple(float(scale * dioptres) for dioptres in scene.focus_dioptres)
    return lens.Scene(tuple(layers), focus, margin)


def render_lens(scene: SceneSpec, points: int = MOST_POINTS) -> tuple[list[Array], Array]:
    """Frames and truth of `lens.render`, each (H, W, 3) float32 linear light, not clipped.

    Args:
        scene: The scene.
        points: Lens points at most.

    Raises:
        ValueError: If the last sheet does not fill the view.
    """
    return lens.render(lens_scene(scene), points)


def with_faults(
    frames: Sequence[NDArray[np.uint8]], faults: Faults, seed: int
) -> list[NDArray[np.uint8]]:
    """Frames with exposure drift, misregistration, noise and JPEG, in that order.

    Args:
        frames: (H, W, 3) each, sRGB-encoded.
        faults: How much of each.
        seed: Decides everything.
    """
    rng = np.random.default_rng(seed)
    faulty = []
    for frame in frames:
        across, down, exposure = rng.normal(0, 1, 3) * [
            faults.shift_px, faults.shift_px, faults.exposure_ev,
        ]  # fmt: skip
        if exposure:
            frame = to_srgb8(to_linear(frame) * np.float32(2**exposure))
        if across or down:
            moved = np.array([[1, 0, across], [0, 1, down]])
            frame = np.asarray(cv2.warpAffine(
                frame, moved, (frame.shape[1], frame.shape[0]), flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            ), dtype=np.uint8)  # fmt: skip
        if faults.noise:
            noisy = frame + rng.normal(0, 255 * faults.noise, frame.shape)
            frame = np.rint(np.clip(noisy, 0, 255)).astype(np.uint8)
        if faults.jpeg_quality is not None:
            code = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, faults.jpeg_quality])[1]
            frame = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), dtype=np.uint8)
        faulty.append(frame)
    return faulty


def _covering(rgba: Array, width: int, height: int, anchor: tuple[float, float]) -> Array:
    """The picture scaled to cover width x height, the rest cut off."""
    scale = max(width / rgba.shape[1], height / rgba.shape[0])
    size = (max(width, round(rgba.shape[1] * scale)), max(height, round(rgba.shape[0] * scale)))
    kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = np.clip(cv2.resize(rgba, size, interpolation=kernel), 0, 1)
    left, top = (
        round(a * (have - want))
        for a, have, want in zip(anchor, size, (width, height), strict=True)
    )
    return np.asarray(scaled[top : top + height, left : left + width], dtype=np.float32)


def _framed_matte(seed: int, height: int, width: int) -> Array:
    """A procedural matte that fades to nothing at its rectangle's border: no straight edges."""
    matte = random_matte(np.random.default_rng(seed), height, width)
    across, down = (np.abs(np.linspace(-1, 1, side)) for side in (width, height))
    oval = 1.05 - (across[None] ** 4 + down[:, None] ** 4)
    return np.asarray(matte * np.clip(oval * min(height, width) / 4, 0, 1), dtype=np.float32)


def _paste(canvas: Array, rgba: Array, left: int, top: int) -> None:
    """Put a picture on an empty canvas, what lies outside is cut off."""
    first_row, first_column = max(0, -top), max(0, -left)
    part = rgba[first_row : canvas.shape[0] - top, first_column : canvas.shape[1] - left]
    row, column = top + first_row, left + first_column
    canvas[row : row + part.shape[0], column : column + part.shape[1]] = part
