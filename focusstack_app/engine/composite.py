"""From the decoded fusion back to source pixels: faithful and strict compositing.

Per pixel, a source frame counts by the weight that the fusion gave it and by how well it agrees
with the decoded fusion in a small window. Faithful mode then takes off the veil that a defocused
foreground lays over what is sharp behind it, and takes the decoded (synthesised) pixel where the
network says that no frame is as good; strict mode does neither.
The picture is made in blocks, frames folded in one at a time, so that memory does not grow with
their number. A block is always made as a whole and alone, so that it has the same pixels whatever
else is made.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from focusstack_app.core.fusion import Provenance
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.pixels import to_float

WINDOW_SIGMA_PX = 2.0
_HALO_PX = 8  # that the window reaches
BLOCK_PX = 256
_FLOOR = 1e-6
_MEAN = np.full((1, 3), 1 / 3, np.float32)
_DARKEST = 1e-4
_INVISIBLE = 1 / 512  # a share of the result that is not worth the work
OWN_ERRORS = 4.0  # `agreement_rmse` that a decoded pixel must differ by to be taken by half
_VISIBLE = 0.1  # a change of colour, display-encoded, that counts as made by the network


def blocks_over(window: Region, size_px: tuple[int, int]) -> list[Region]:
    """The blocks of a picture of (height, width) pixels that reach into a window, row by row."""
    height, width = size_px
    return [
        Region(top, left, min(top + BLOCK_PX, height), min(left + BLOCK_PX, width))
        for top in range(window.top // BLOCK_PX * BLOCK_PX, window.bottom, BLOCK_PX)
        for left in range(window.left // BLOCK_PX * BLOCK_PX, window.right, BLOCK_PX)
    ]


def surrounds(block: Region, size_px: tuple[int, int]) -> Region:
    """The part of the decoded picture that the pixels of a block depend on."""
    return block.grown(_HALO_PX, Region(0, 0, *size_px))


def composite(
    fusion: LatentFusion,
    frames: Sequence[Planes],
    *,
    agreement_rmse: float,
    synthesise: bool,
    progress: Progress,
    window: Region | None = None,
) -> tuple[FloatArray, Provenance]:
    """Weigh source pixels by the fusion's choice and their agreement with the decoded picture.

    Args:
        fusion: Decoded picture and weights of N frames; of the window and what `surrounds` it at
            least.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded.
        agreement_rmse: Distance from the decoded picture that still counts as agreement.
        synthesise: Take off the veil, and take decoded pixels where the fusion says so (faithful),
            or neither (strict).
        progress: Reported per block.
        window: The part of the picture that is wanted: whole blocks; all of it by default.

    Returns:
        The picture of the window, (H, W, 3) float32, not clipped, and its provenance.
    """
    height, width = frames[0].shape[:2]
    window = window or Region(0, 0, height, width)
    picture = np.zeros((window.height, window.width, 3), np.float32)
    provenance = _empty_provenance(window.height, window.width)
    blocks = blocks_over(window, (height, width))
    for number, block in enumerate(blocks, start=1):
        here = block.seen_from(window).slices
        part = Provenance(
            provenance.source_index[here],
            provenance.confidence[here],
            provenance.synthesised[here],
        )
        _composite_block(
            fusion, frames, block, 2.0 * agreement_rmse**2, picture[here], part,
            synthesise=synthesise, progress=progress,
        )  # fmt: skip
        progress.report(number / len(blocks), message("Compositing"))
    return picture, provenance


def _composite_block(
    fusion: LatentFusion,
    frames: Sequence[Planes],
    block: Region,
    variance: float,
    picture: FloatArray,
    provenance: Provenance,
    *,
    synthesise: bool,
    progress: Progress,
) -> None:
    """Fill in the picture and the provenance of one block, both zero."""
    around = surrounds(block, (frames[0].shape[0], frames[0].shape[1]))
    own = block.seen_from(around).slices
    top, left = fusion.corner_px
    guide = fusion.picture[around.seen_from(Region(top, left, top + 1, left + 1)).slices]
    total = np.zeros((block.height, block.width), np.float32)
    strongest = np.zeros_like(total)
    unveil, made = (
        _enlarged(plane, fusion, block) if synthesise else np.zeros_like(total)
        for plane in fusion.mix
    )
    veiled = bool(unveil.max() > _INVISIBLE)
    carrier = np.zeros((block.height, block.width, 3) if veiled else (0, 0, 3), np.float32)
    band = np.zeros((block.height, block.width, 3), np.float32)
    for index, frame in enumerate(frames):
        progress.checkpoint()
        pixels = to_float(frame[around.slices])
        error = cv2.GaussianBlur(_squared_distance(pixels, guide), (0, 0), WINDOW_SIGMA_PX)[own]
        weight = _enlarged(fusion.weights[index], fusion, block)
        weight = (weight + _FLOOR) / (1.0 + error / np.float32(variance)) ** 2
        _accumulate(band, weight, pixels[own])
        total += weight
        wins = weight > strongest
        provenance.source_index[wins] = index
        np.copyto(strongest, weight, where=wins)
        if veiled:
            _accumulate(carrier, _enlarged(fusion.carriers[index], fusion, block), pixels[own])
    band /= total[..., None]
    provenance.confidence[:] = np.rint(strongest / total * 255)
    if synthesise:
        made *= _told_apart(guide[own], band, variance)
        lifted = made[..., None] * (guide[own] - band)
        if veiled:
            change = _unveiled(fusion, carrier, block) - band
            lifted += unveil[..., None] * change
            made = made + unveil * np.minimum(np.abs(change).mean(axis=2) / _VISIBLE, 1)
        band += lifted
        provenance.synthesised[:] = np.rint(np.clip(made, 0, 1) * 255)
    picture[:] = band


def _told_apart(decoded: FloatArray, camera: FloatArray, variance: float) -> FloatArray:
    """(H, W) in [0, 1]: whether a decoded pixel says more than the autoencoder's own error.

    Where it does not, the camera's pixel stays: it has the grain that a decoded one lacks.
    """
    squared = _squared_distance(decoded, camera)
    return squared / (squared + np.float32(OWN_ERRORS**2 / 2 * variance))


def _squared_distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """(H, W) mean over the colours; several times faster than NumPy's."""
    difference = cv2.subtract(one, other)
    cv2.multiply(difference, difference, dst=difference)
    return np.asarray(cv2.transform(difference, _MEAN), dtype=np.float32)


def _accumulate(total: FloatArray, weight: FloatArray, pixels: FloatArray) -> None:
    """Add (H, W) weights times (H, W, 3) pixels in place."""
    cv2.accumulateProduct(cv2.merge((weight, weight, weight)), pixels, total)


def _unveiled(fusion: LatentFusion, carrier: FloatArray, block: Region) -> FloatArray:
    """What lies behind the veil in a block, (H, W, 3), display-encoded."""
    opacity, *light = (_enlarged(plane, fusion, block) for plane in fusion.veil)
    behind = (np.square(carrier) - np.stack(light, axis=-1)) / (1 - opacity[..., None])
    return np.asarray(np.sqrt(np.clip(behind, _DARKEST, 1)))


def generative_provenance(fusion: LatentFusion) -> Provenance:
    """The origin map of the whole decoded picture itself: the frame with the largest weight."""
    height, width = fusion.picture.shape[:2]
    provenance = _empty_provenance(height, width)
    provenance.synthesised[:] = 255
    for block in blocks_over(Region(0, 0, height, width), (height, width)):
        strongest = np.full((block.height, block.width), -1.0, np.float32)
        for index, weights in enumerate(fusion.weights):
            weight = _enlarged(weights, fusion, block)
            wins = weight > strongest
            provenance.source_index[block.slices][wins] = index
            np.copyto(strongest, weight, where=wins)
        provenance.confidence[block.slices] = np.rint(np.clip(strongest, 0, 1) * 255)
    return provenance


def _empty_provenance(height: int, width: int) -> Provenance:
    return Provenance(
        np.zeros((height, width), np.uint16),
        np.zeros((height, width), np.uint8),
        np.zeros((height, width), np.uint8),
    )


def _enlarged(plane: Planes, fusion: LatentFusion, block: Region) -> FloatArray:
    """A block of a plane of the fusion at pixel resolution; its corner is on the grid."""
    cell, (top, left) = fusion.cell_px, fusion.grid_corner
    first, across = max(0, block.top // cell - 1), max(0, block.left // cell - 1)
    part = plane[
        first - top : -(-block.bottom // cell) + 1 - top,
        across - left : -(-block.right // cell) + 1 - left,
    ]
    full = cv2.resize(
        np.asarray(part, dtype=np.float32),
        (part.shape[1] * cell, part.shape[0] * cell),
        interpolation=cv2.INTER_LINEAR,
    )
    down, along = block.top - first * cell, block.left - across * cell
    return np.asarray(full[down : down + block.height, along : along + block.width])
