"""The thin-lens renderer of `lens` in PyTorch, for a graphics card.

The same layers, lens points and compositing front to back in linear light, for all pixels at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from focusstack_app.training.lens import (
    LENS_POINTS,
    LEVEL_ENDS,
    MIP_SIGMAS,
    SPACING,
    Array,
    Scene,
    disc_counts,
    disc_for,
    inverse_depth,
    lens_points,
)


@torch.inference_mode()
def render(
    scene: Scene, place: torch.device, most_points: int = LENS_POINTS
) -> tuple[Tensor, Tensor]:
    """Render every focus and the pinhole ground truth.

    Where `lens` takes as many lens points as a pixel needs, a whole frame gets as many as its most
    defocused layer needs.

    Args:
        scene: The scene.
        place: Where to compute.
        most_points: Lens points where the blur is large.

    Returns:
        Frames (N, H, W, 3) and truth (H, W, 3), float32 linear light.
    """
    layers = [_mip(layer.rgba, place) for layer in scene.layers]
    depths = [layer.depth for layer in scene.layers]
    counts = disc_counts(most_points)
    frames = []
    for focus in scene.focus:
        largest = max(abs(depth[0] - focus) + np.abs(depth[1:]).sum() for depth in depths)
        disc = (
            lens_points(int(counts[disc_for(largest, counts)])) if largest >= 0.05 else _pinhole()
        )
        frames.append(_trace(layers, depths, disc, focus, scene.margin_px))
    return torch.stack(frames), _trace(layers, depths, _pinhole(), 0.0, scene.margin_px)


def _pinhole() -> Array:
    return np.zeros((1, 2), np.float32)


def _trace(
    layers: Sequence[Sequence[Tensor]],
    depths: Sequence[Array],
    disc: Array,
    focus: float,
    margin: int,
) -> Tensor:
    """(H, W, 3): the mean over the lens of what its points see."""
    full_height, full_width = layers[0][0].shape[1:]
    height, width = full_height - 2 * margin, full_width - 2 * margin
    place = layers[0][0].device
    column = torch.arange(width, device=place, dtype=torch.float32)
    row = torch.arange(height, device=place, dtype=torch.float32)[:, None]
    u, v = torch.from_numpy(disc).to(place).T[:, :, None, None]
    spacing = SPACING / math.sqrt(len(disc)) if len(disc) > 1 else 0.0
    seen, through = torch.zeros((3, 1, 1, 1), device=place), torch.ones((), device=place)
    for levels, depth in zip(layers, depths, strict=True):
        slope = float(np.abs(depth[1:]).sum())
        blur = torch.full((), float(depth[0]) - focus, device=place)
        across, down = column + blur * u, row + blur * v
        if slope:
            for _ in range(2):
                blur = inverse_depth(depth, 2 * across / width - 1, 2 * down / height - 1) - focus
                across, down = column + blur * u, row + blur * v
        size = (len(disc), height, width)
        right = (across.expand(size) + margin) / (full_width - 1)
        below = (down.expand(size) + margin) / (full_height - 1)
        grid = 2 * torch.stack([right, below], 3) - 1
        middle = abs(float(depth[0]) - focus)
        least, most = (
            sum(step >= end for end in LEVEL_ENDS)
            for step in (max(middle - slope, 0) * spacing, (middle + slope) * spacing)
        )
        rgba = _sampled(levels[least], grid)
        for level in range(least + 1, most + 1):
            coarser = (blur * spacing).abs() >= LEVEL_ENDS[level - 1]
            rgba = torch.where(coarser, _sampled(levels[level], grid), rgba)
        seen = seen + through * rgba[:3]
        through = through * (1 - rgba[3:])
    return seen.mean(1).movedim(0, 2)


def _sampled(picture: Tensor, grid: Tensor) -> Tensor:
    """(4, H, W) at (P, h, w, 2) places: (4, P, h, w), bilinear."""
    points, height, width, _ = grid.shape
    flat = functional.grid_sample(
        picture[None],
        grid.reshape(1, points * height, width, 2),
        padding_mode="border",
        align_corners=True,
    )
    return flat.reshape(len(picture), points, height, width)


def _mip(rgba: Array, place: torch.device) -> list[Tensor]:
    """(4, H, W) each: the levels of `lens`."""
    sharp = torch.from_numpy(np.ascontiguousarray(rgba)).to(place).permute(2, 0, 1).contiguous()
    levels = []
    for sigma in MIP_SIGMAS:
        blurred = sharp[:, None]
        if sigma:
            reach = math.ceil(4 * sigma)
            at = torch.arange(-reach, reach + 1, device=place, dtype=torch.float32)
            taps = torch.exp(-at.square() / (2 * sigma**2))
            taps = (taps / taps.sum())[None, None]
            blurred = functional.pad(blurred, (reach,) * 4, "reflect")
            blurred = functional.conv2d(blurred, taps[:, :, None])
            blurred = functional.conv2d(blurred, taps[..., None])
        levels.append(blurred[:, 0])
    return levels
