"""From frames to latents to a decoded picture: the VAEEDOF pipeline, tile by tile.

Every frame is encoded once. Seven latents at a time are fused per overlapping tile; more frames
are fused as a tree, the fused latents of one level being the frames of the next. The last level is
decoded tile by tile and blended with alpha gradients (paper, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from focusstack_app.core.model import FloatArray, Fused, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.engine.tiling import TilePlan, plan_tiles

_ENCODE_ROWS_PX = 512


@dataclass(frozen=True, slots=True, eq=False)
class LatentFusion:
    """What the network says about a stack.

    Attributes:
        picture: (H, W, 3) float32, decoded and blended, not clipped.
        weights: (N, h, w) float32 on the coarse grid of `weight_scale` cells per latent cell;
            contribution of each frame, sum 1. Covers the padded picture from its top left corner.
        synthesis: (h, w) float32 on the same grid, [0, 1]: where no frame is as good as the
            decoded picture.
        cell_px: Edge of one cell of `weights` and `synthesis`, in pixels.
    """

    picture: FloatArray
    weights: FloatArray
    synthesis: FloatArray
    cell_px: int


def padded_size(height: int, width: int, tile_px: int, scale: int) -> tuple[int, int]:
    """The size that a picture is padded to: whole cells, at least one tile."""
    return (
        max(tile_px, -(-height // scale) * scale),
        max(tile_px, -(-width // scale) * scale),
    )


def encode_frame(model: FusionModel, frame: FloatArray, progress: Progress) -> FloatArray:
    """Encode one frame in strips of whole cells, padded by reflection.

    Args:
        model: The model.
        frame: (H, W, 3) float32, display-encoded, [0, 1].
        progress: Only checked for cancelling.

    Returns:
        (C, h, w) float32 latent of the padded frame.
    """
    manifest = model.manifest
    height, width = padded_size(frame.shape[0], frame.shape[1], manifest.tile_px, manifest.scale)
    down, across = height - frame.shape[0], width - frame.shape[1]
    padded = cv2.copyMakeBorder(frame, 0, down, 0, across, cv2.BORDER_REFLECT)
    rows = max(manifest.scale, _ENCODE_ROWS_PX // manifest.scale * manifest.scale)
    strips = []
    for top in range(0, height, rows):
        progress.checkpoint()
        strips.append(model.encode(np.asarray(padded[top : top + rows], dtype=np.float32)))
    return np.concatenate(strips, axis=1)


def fuse_latents(
    model: FusionModel,
    latents: Sequence[FloatArray],
    size_px: tuple[int, int],
    overlap: float,
    progress: Progress,
) -> LatentFusion:
    """Fuse the latents of N frames and decode the result.

    Args:
        model: The model.
        latents: N arrays (C, h, w) of `encode_frame`.
        size_px: (height, width) of the frames.
        overlap: Share of a tile that overlaps its neighbour.
        progress: Reported per tile.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """
    manifest = model.manifest
    _, height, width = latents[0].shape
    plan = plan_tiles(height, width, manifest.tile_px // manifest.scale, overlap)
    total = len(plan.tiles) * (_fusions(len(latents), manifest.slots) + 1)
    done = 0

    def tick(stage: str) -> None:
        nonlocal done
        done += 1
        progress.report(done / total, stage)

    fused = _fuse_tree(model, plan, list(latents), tick)
    picture = _decode(model, plan, fused.latent, tick)
    return LatentFusion(
        picture=picture[: size_px[0], : size_px[1]],
        weights=fused.weights,
        synthesis=fused.synthesis,
        cell_px=manifest.scale // manifest.weight_scale,
    )


def _groups(count: int, slots: int) -> list[list[int]]:
    """Neighbouring frames together, in groups of equal size as far as that goes."""
    parts = np.array_split(np.arange(count), -(-count // slots))
    return [[int(index) for index in part] for part in parts]


def _fusions(count: int, slots: int) -> int:
    """Groups that are fused in the whole tree."""
    if count == 1:
        return 0
    groups = _groups(count, slots)
    own = sum(len(group) > 1 for group in groups)
    return own if len(groups) == 1 else own + _fusions(len(groups), slots)


def _fuse_tree(
    model: FusionModel, plan: TilePlan, latents: list[FloatArray], tick: Callable[[str], None]
) -> Fused:
    """Fused latent (C, h, w), weights (N, h, w) of the frames under it, and synthesis (h, w)."""
    groups = _groups(len(latents), model.manifest.slots)
    fused = [_fuse_group(model, plan, [latents[i] for i in group], tick) for group in groups]
    if len(fused) == 1:
        return fused[0]
    top = _fuse_tree(model, plan, [part.latent for part in fused], tick)
    weights = [part.weights * share for part, share in zip(fused, top.weights, strict=True)]
    below = np.zeros_like(top.synthesis)
    for part, share in zip(fused, top.weights, strict=True):
        below += part.synthesis * share
    synthesis = 1 - (1 - top.synthesis) * (1 - below)
    return Fused(top.latent, np.concatenate(weights), synthesis)


def _fuse_group(
    model: FusionModel, plan: TilePlan, latents: list[FloatArray], tick: Callable[[str], None]
) -> Fused:
    """Fuse at most `slots` latents tile by tile, padding the slots with duplicates."""
    slots, fine = model.manifest.slots, model.manifest.weight_scale
    count = len(latents)
    grid = (count, plan.height * fine, plan.width * fine)
    if count == 1:
        return Fused(latents[0], np.ones(grid, np.float32), np.zeros(grid[1:], np.float32))
    frame_of_slot = [slot % count for slot in range(slots)]
    shares = np.asarray([1 / frame_of_slot.count(i) for i in frame_of_slot], dtype=np.float32)
    latent = np.zeros_like(latents[0])
    weights = np.zeros(grid, np.float32)
    synthesis = np.zeros(grid[1:], np.float32)
    for tile in plan.tiles:
        rows, columns = tile.slices
        part = model.fuse(np.stack([latents[i][:, rows, columns] for i in frame_of_slot]), shares)
        latent[:, rows, columns] += plan.alpha(tile) * part.latent
        alpha = plan.alpha(tile, fine)
        down = slice(tile.top * fine, tile.bottom * fine)
        across = slice(tile.left * fine, tile.right * fine)
        for slot, frame in enumerate(frame_of_slot):
            weights[frame, down, across] += alpha * part.weights[slot]
        synthesis[down, across] += alpha * part.synthesis
        tick("Fusing")
    return Fused(latent, weights, synthesis)


def _decode(
    model: FusionModel, plan: TilePlan, latent: FloatArray, tick: Callable[[str], None]
) -> FloatArray:
    scale = model.manifest.scale
    picture = np.zeros((plan.height * scale, plan.width * scale, 3), np.float32)
    for tile in plan.tiles:
        rows, columns = tile.slices
        part = model.decode(np.ascontiguousarray(latent[:, rows, columns]))
        down = slice(tile.top * scale, tile.bottom * scale)
        across = slice(tile.left * scale, tile.right * scale)
        picture[down, across] += plan.alpha(tile, scale)[..., None] * part
        tick("Decoding")
    return picture
