"""Scenes of textured layers and their renders through a thin lens.

A layer is a cut-out whose inverse depth is a quadratic function of the picture coordinates: a
slanted plane in space has an inverse depth that is affine in the picture. Seen from a point of the
lens, a layer is shifted by (inverse depth - that of the focus) x aperture x lens coordinate; the
layers are composited front to back per lens point, in linear light, so partial occlusion is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

LENS_POINTS = 64  # at most, fewer where the blur is small
MIP_SIGMAS = (0.0, 0.7, 1.4, 2.8)  # px
LEVEL_ENDS = (0.7, 1.6, 3.2)  # px between lens points from which the next one is read
SPACING = 1.6  # between the points of a unit disc, times the root of how many there are
_DENSITY = 1 / 8  # share of the points per px of blur
_SOME, _OPAQUE = 1, 0.998


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One cut-out, nearest first in a scene.

    Attributes:
        rgba: (H + 2 M, W + 2 M, 4) premultiplied linear light, margin M around the picture.
        depth: (6,) inverse depth in px of blur at full aperture: 1, x, y, x^2, x y, y^2 with x and
            y in [-1, 1] over the picture.
    """

    rgba: Array
    depth: Array


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Layers, nearest first; the last one is opaque. Focus values are inverse depths."""

    layers: tuple[Layer, ...]
    focus: tuple[float, ...]
    margin_px: int


def lens_points(count: int) -> Array:
    """(count, 2) points spread evenly over the unit disc (Vogel's spiral)."""
    index = np.arange(count) + 0.5
    radius, angle = np.sqrt(index / count), index * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype(np.float32)


def disc_counts(most: int) -> NDArray[np.int64]:
    """How many points the lens has: 1, 12, 24 ... up to `most`."""
    counts = [1]
    while counts[-1] < most:
        counts.append(min(most, max(12, 2 * counts[-1])))
    return np.array(counts)


@numba.njit(cache=True)
def disc_for(blur_px: float, counts: NDArray[np.int64]) -> int:  # pragma: no cover - compiled
    """Which of `disc_counts` a blur needs."""
    choice = min(1, len(counts) - 1)
    while choice < len(counts) - 1 and counts[choice] < blur_px * _DENSITY * counts[-1]:
        choice += 1
    return choice


def inverse_depth(d: Array, x: Any, y: Any) -> Any:
    """Of a layer at places in [-1, 1], NumPy's or PyTorch's."""
    c = [float(value) for value in d]
    return c[0] + c[1] * x + c[2] * y + c[3] * x * x + c[4] * x * y + c[5] * y * y


def _discs(most: int) -> tuple[Array, NDArray[np.int64]]:
    """The lens by each of `disc_counts`: (sets, most, 2), and how many count."""
    counts = disc_counts(most)
    discs = np.zeros((len(counts), most, 2), np.float32)
    for disc, count in zip(discs[1:], counts[1:], strict=True):
        disc[:count] = lens_points(count)
    return discs, counts


def render(scene: Scene, most_points: int = LENS_POINTS) -> tuple[list[Array], Array]:
    """Render every focus and the pinhole ground truth.

    Args:
        scene: The scene.
        most_points: Lens points where the blur is large.

    Returns:
        Frames and truth, each (H, W, 3) float32 linear light.
    """
    stacked = np.stack([np.stack(_mip(layer.rgba)) for layer in scene.layers])
    depth = np.stack([layer.depth for layer in scene.layers])
    discs = _discs(most_points)
    frames = [
        _trace(stacked, depth, *discs, focus, scene.margin_px, _cover(scene, focus))
        for focus in scene.focus
    ]
    pinhole = np.zeros((1, 1, 2), np.float32), np.ones(1, np.int64)
    everywhere = np.full((len(depth), *frames[0].shape[:2]), _SOME, np.uint8)
    return frames, _trace(stacked, depth, *pinhole, 0.0, scene.margin_px, everywhere)


def seen(scene: Scene) -> NDArray[np.float64]:
    """(H, W) inverse depth of what the pinhole sees."""
    margin = scene.margin_px
    inside = slice(margin, -margin)
    height, width = (side - 2 * margin for side in scene.layers[0].rgba.shape[:2])
    y, x = np.ogrid[-1 : 1 - 2 / height : height * 1j, -1 : 1 - 2 / width : width * 1j]
    depth = np.zeros((height, width))
    for layer in reversed(scene.layers):
        own = inverse_depth(layer.depth, x, y)
        depth = np.where(layer.rgba[inside, inside, 3] > 0.5, own, depth)
    return depth


def owners(scene: Scene) -> NDArray[np.uint8]:
    """(H, W): the frame that is focused nearest to what the pinhole sees."""
    depth = seen(scene)
    distances = [np.abs(depth - focus) for focus in scene.focus]
    return np.asarray(np.argmin(distances, axis=0), np.uint8)


def _cover(scene: Scene, focus: float) -> NDArray[np.uint8]:
    """What the whole lens sees of each layer at each pixel: nothing, something, nothing else.

    Most pixels see one layer only; the others need not be traced there.
    """
    margin = scene.margin_px
    cover = []
    for layer in scene.layers:
        reach_px = math.ceil(abs(layer.depth[0] - focus) + np.abs(layer.depth[1:]).sum()) + 1
        window = np.ones((2 * reach_px + 1,) * 2, np.uint8)
        alpha = layer.rgba[..., 3]
        some = cv2.dilate((alpha > 0).astype(np.uint8), window)
        only = cv2.erode((alpha > _OPAQUE).astype(np.uint8), window)
        cover.append((some * np.uint8(_SOME) + only)[margin:-margin, margin:-margin])
    return np.stack(cover)


def _mip(rgba: Array) -> list[Array]:
    """The layer blurred to sample spacings of about 1, 2, 4, 8 px: noise-free bokeh."""
    return [
        rgba if s == 0 else np.asarray(cv2.GaussianBlur(rgba, (0, 0), s), dtype=np.float32)
        for s in MIP_SIGMAS
    ]


@numba.njit(fastmath=True, cache=True)
def _trace(
    layers: Array,
    depth: Array,
    discs: Array,
    counts: NDArray[np.int64],
    focus: float,
    margin: int,
    cover: NDArray[np.uint8],
) -> Array:  # pragma: no cover - compiled
    count, _, full_height, full_width, _ = layers.shape
    height, width = full_height - 2 * margin, full_width - 2 * margin
    out = np.zeros((height, width, 3), np.float32)
    flat = np.array([np.abs(depth[layer, 1:]).max() == 0 for layer in range(count)])
    for row in range(height):
        for column in range(width):
            red, green, blue = 0.0, 0.0, 0.0
            first = 0
            while cover[first, row, column] == 0:
                first += 1
            last = first
            while last < count - 1 and cover[last, row, column] != 2:
                last += 1
            largest = 0.0
            for layer in range(first, last + 1):
                d = depth[layer]
                x, y = 2 * column / width - 1, 2 * row / height - 1
                blur = abs(
                    d[0] + d[1] * x + d[2] * y + d[3] * x * x + d[4] * x * y + d[5] * y * y - focus
                )
                largest = max(largest, blur)
            choice = 0 if first == last and largest < 0.05 else disc_for(largest, counts)
            n = counts[choice]
            spacing = SPACING / np.sqrt(n) if n > 1 else 0.0
            for point in range(n):
                u, v = discs[choice, point, 0], discs[choice, point, 1]
                through = 1.0
                for layer in range(first, last + 1):
                    d = depth[layer]
                    px, py, blur = float(column), float(row), 0.0
                    for _ in range(1 if flat[layer] else 2):
                        x, y = 2 * px / width - 1, 2 * py / height - 1
                        blur = (
                            d[0] + d[1] * x + d[2] * y + d[3] * x * x + d[4] * x * y + d[5] * y * y
                        ) - focus
                        px, py = column + blur * u, row + blur * v
                    step = abs(blur) * spacing
                    level = 0
                    while level < len(LEVEL_ENDS) and step >= LEVEL_ENDS[level]:
                        level += 1
                    fx = min(max(px + margin, 0.0), full_width - 1.001)
                    fy = min(max(py + margin, 0.0), full_height - 1.001)
                    ix, iy = int(fx), int(fy)
                    ax, ay = fx - ix, fy - iy
                    t = layers[layer, level]
                    w00, w01 = (1 - ax) * (1 - ay), ax * (1 - ay)
                    w10, w11 = (1 - ax) * ay, ax * ay
                    a = (
                        w00 * t[iy, ix, 3] + w01 * t[iy, ix + 1, 3]
                        + w10 * t[iy + 1, ix, 3] + w11 * t[iy + 1, ix + 1, 3]
                    )  # fmt: skip
                    if a <= 0.0:
                        continue
                    red += through * (
                        w00 * t[iy, ix, 0] + w01 * t[iy, ix + 1, 0]
                        + w10 * t[iy + 1, ix, 0] + w11 * t[iy + 1, ix + 1, 0]
                    )  # fmt: skip
                    green += through * (
                        w00 * t[iy, ix, 1] + w01 * t[iy, ix + 1, 1]
                        + w10 * t[iy + 1, ix, 1] + w11 * t[iy + 1, ix + 1, 1]
                    )  # fmt: skip
                    blue += through * (
                        w00 * t[iy, ix, 2] + w01 * t[iy, ix + 1, 2]
                        + w10 * t[iy + 1, ix, 2] + w11 * t[iy + 1, ix + 1, 2]
                    )  # fmt: skip
                    through *= 1.0 - a
                    if through < 0.004:
                        break
            out[row, column, 0] = red / n
            out[row, column, 1] = green / n
            out[row, column, 2] = blue / n
    return out
