"""From the decoded fusion back to source pixels, as far as the mode wants them.

Per pixel, a source frame counts by the weight that the fusion gave it and by how well it agrees
with the decoded fusion in a small window; where there is no detail, by the weights of the
`overview` instead. Faithful mode then takes the veil of defocused subjects
off what is sharp behind them (`veil.py`), and takes the decoded (synthesised) pixel, where the
network says that no frame is as good; strict mode does neither. Generative mode takes the decoded
pixel wherever there is detail.
The picture is made in blocks, a few at a time, frames folded in one at a time, so that memory does
not grow with their number. A block is always made as a whole and alone, so that it has the same
pixels whatever else is made.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Mode, Provenance
from focusstack_app.core.kinds import (
    as_float32,
    namespace,
    on_card,
    zero_bytes,
    zero_indices,
    zeros,
)
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, squares_over
from focusstack_app.engine.detail import BESIDE_CELLS, plain_parts, without_soft
from focusstack_app.engine.filters import (
    accumulate,
    enlarged,
    gaussian,
    squared_distance,
)
from focusstack_app.engine.glints import left_out_glints
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.motion import Motion
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.overview import DETAIL_CELLS, Overview
from focusstack_app.engine.pixels import cell_means, grey, to_float, to_linear
from focusstack_app.engine.veil import (
    CREDIBLE_CELLS,
    MOST_RADIUS_PX,
    Focus,
    Sheet,
    credible,
    credible_px,
    from_linear,
    lifted,
    reach_px,
    veil_over,
)
from focusstack_app.engine.weighted import WeightedMean

WINDOW_SIGMA_PX = 2.0
_HALO_PX = 8  # that the window reaches
BLOCK_PX = 256
_CARD_BLOCK_PX = 2048  # there, what is begun costs more than what is done
# Tiles of 512 px that overlap by a quarter begin and end at multiples of 128: so far from there,
# the surroundings of blocks, and what the decoder sees around them, reach into the fewest tiles.
_FIRST_BLOCK_PX = 64
_MOST_BLOCKS = 8  # at once, on a thread each; the interpreter's lock leaves nothing to more
_SHEETS_BYTES = 1_000_000_000  # that the sheets around all of them may take
_CELL_BYTES = 32  # of a `Sheet` with its planes
_FLOOR = 1e-6
_INVISIBLE = 1 / 512  # a share of the result that is not worth the work
OWN_ERRORS = 4.0  # `agreement_rmse` that a decoded pixel must differ by to be taken by half
_SLIGHT = 0.01  # a share of a block's carriers that tells nothing anywhere
_VISIBLE = 0.1  # a change of colour, display-encoded, that counts as made by the network


class _Scene(NamedTuple):
    """What blocks are made of: what `composite` is given."""

    fusion: LatentFusion
    frames: Sequence[Planes]
    focus: Focus
    variance: float  # from the decoded picture, that still counts as agreement
    mode: Mode
    overview: Overview | None
    motion: Motion | None
    progress: Progress

    @property
    def grid(self) -> Region:
        """All cells of the picture."""
        return _cells_of(Region(0, 0, *self.frames[0].shape[:2]), self.fusion.cell_px)

    def stop_if_cancelled(self) -> None:
        """For the threads; pausing is for the one that takes what they make."""
        if self.progress.cancelled:
            raise Cancelled


def blocks_over(
    window: Region,
    size_px: tuple[int, int],
    block_px: int = BLOCK_PX,
    first_px: int = _FIRST_BLOCK_PX,
) -> list[Region]:
    """The blocks of a picture that reach into a window; see `squares_over`."""
    return squares_over(window, size_px, block_px, first_px)


def surrounds(block: Region, size_px: tuple[int, int]) -> Region:
    """The part of the decoded picture that the pixels of a block depend on."""
    return block.grown(_HALO_PX, Region(0, 0, *size_px))


@in_our_threads_only()
def composite(
    fusion: LatentFusion,
    frames: Sequence[Planes],
    *,
    focus: Focus,
    agreement_rmse: float,
    mode: Mode,
    progress: Progress,
    window: Region | None = None,
    overview: Overview | None = None,
    motion: Motion | None = None,
) -> tuple[FloatArray, Provenance]:
    """Weigh source pixels by the fusion's choice and their agreement with the decoded picture.

    Args:
        fusion: Decoded picture and weights of N frames; of the window and what `surrounds` it at
            least, its carriers of all within `veil.reach_px` too.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded.
        focus: (N,) of `defocus.focus_of_frames`.
        agreement_rmse: Distance from the decoded picture that still counts as agreement.
        mode: Whether to take off the veil, and where to take decoded pixels.
        progress: Reported per block.
        window: The part of the picture that is wanted: whole blocks; all of it by default.
        overview: Chooses where there is no detail; without it, the fusion does.
        motion: Says what may be taken of which frame where something moved.

    Returns:
        The picture of the window, (H, W, 3) float32, not clipped, and its provenance.
    """
    height, width = frames[0].shape[:2]
    window = window or Region(0, 0, height, width)
    card = on_card(fusion.picture)
    size = window.height, window.width
    picture = zeros(fusion.picture, (*size, 3))
    provenance = Provenance(
        zero_indices(picture, size), zero_bytes(picture, size), zero_bytes(picture, size)
    )
    large = (_CARD_BLOCK_PX, _CARD_BLOCK_PX) if card else ()
    blocks = blocks_over(window, (height, width), *large)
    variance = 2.0 * agreement_rmse**2
    scene = _Scene(fusion, frames, focus, variance, mode, overview, motion, progress)

    def fill(block: Region) -> None:
        here = block.seen_from(window).slices
        part = Provenance(
            provenance.source_index[here],
            provenance.confidence[here],
            provenance.synthesised[here],
        )
        _composite_block(scene, block, picture[here], part)

    reach = reach_px(focus, fusion.cell_px)
    threads = 0 if card else blocks_at_once(len(frames), reach, fusion.cell_px)
    with closing(ahead(fill, blocks, threads)) as filled:
        for number, _ in enumerate(filled, start=1):
            progress.report(number / len(blocks), message("Compositing"))
    return picture, provenance


def blocks_at_once(frames: int, reach_px: int, cell_px: int) -> int:
    """As many as there are cores, if the sheets of so many frames leave room for them."""
    room = _SHEETS_BYTES // _sheets_bytes(frames, reach_px, cell_px)
    return max(1, min(_MOST_BLOCKS, os.cpu_count() or 1, room))


def most_sheets_bytes(frames: int, cell_px: int) -> int:
    """What the sheets of so many frames take at most, with the widest veils."""
    reach = int(MOST_RADIUS_PX) + credible_px(cell_px)
    return blocks_at_once(frames, reach, cell_px) * _sheets_bytes(frames, reach, cell_px)


def _sheets_bytes(frames: int, reach_px: int, cell_px: int) -> int:
    """Of one block."""
    side = (BLOCK_PX + 2 * reach_px) // cell_px
    return frames * side**2 * _CELL_BYTES


def _composite_block(
    scene: _Scene, block: Region, picture: FloatArray, provenance: Provenance
) -> None:
    """Fill in the picture and the provenance of one block, both zero."""
    fusion, frames, mode = scene.fusion, scene.frames, scene.mode
    overview, motion = scene.overview, scene.motion
    around = surrounds(block, (frames[0].shape[0], frames[0].shape[1]))
    own = block.seen_from(around).slices
    guide = fusion.picture[_seen_from(fusion.corner_px, around).slices]
    size = block.height, block.width
    xp = namespace(guide)
    plain = settled = zeros(guide, size)
    sharp = fusion
    if overview is not None:
        sharp, plain, settled = _looked_at(scene, overview, block)
    moved = motion.moved(block, guide) if motion is not None else zeros(guide, size)
    any_motion = motion if moved.any() else None
    any_plain = overview if plain.any() else None
    chosen, seen_from_afar, left_out = (WeightedMean(*size, guide) for _ in range(3))
    hollow, cell_px = zeros(guide, size), fusion.cell_px
    cells = _cells_of(block, cell_px).grown(1, scene.grid)
    for index, frame in enumerate(frames):
        scene.stop_if_cancelled()
        pixels = to_float(frame[around.slices])
        weight = _enlarged(sharp.weights[index], sharp, block) + _FLOOR
        if any_motion is not None:
            weight = any_motion.weight(index, weight, block)
        if mode is not Mode.GENERATIVE:
            error = gaussian(squared_distance(pixels, guide), WINDOW_SIGMA_PX)[own] * (1 - moved)
            weight = weight / (1.0 + error / scene.variance) ** 2
            found = left_out_glints(
                fusion.weights[index], fusion.grid_corner, frame, cells, cell_px
            )
            if found is not None:
                glint = _spread_out(found, cells, block, cell_px)
                left_out.add(index, glint + _FLOOR, pixels[own])
                hollow += glint
        chosen.add(index, weight, pixels[own])
        if any_plain is not None:
            afar = any_plain.weight(index, block) + _FLOOR
            if any_motion is not None:
                afar = any_motion.weight(index, afar, block)
            seen_from_afar.add(index, afar, pixels[own])
    band = guide[own] if mode is Mode.GENERATIVE else chosen.picture
    if any_motion is not None:  # the network knows nothing of it
        band = band + moved[..., None] * (chosen.picture - band)
        settled = xp.maximum(settled, moved)
        hollow *= 1 - moved
    confidence = chosen.confidence
    provenance.source_index[:] = chosen.index
    if any_plain is not None:
        band = band + plain[..., None] * (seen_from_afar.picture - band)
        mostly = plain > 0.5
        provenance.source_index[mostly] = seen_from_afar.index[mostly]
        confidence += plain * (seen_from_afar.confidence - confidence)
    if hollow.max() > 0:
        hollow = xp.clip(hollow, None, 1)
        band = band + hollow[..., None] * (left_out.picture - band)
        mostly = hollow > 0.5
        provenance.source_index[mostly] = left_out.index[mostly]
        confidence += hollow * (left_out.confidence - confidence)
        settled = xp.maximum(settled, hollow)
    provenance.confidence[:] = xp.round(confidence * 255)
    if mode is Mode.GENERATIVE:
        provenance.synthesised[:] = xp.round((1 - xp.maximum(plain, moved)) * 255)
    elif mode is Mode.FAITHFUL:
        unveil, made = (_enlarged(plane, fusion, block) for plane in fusion.mix)
        unveil *= 1 - settled
        made *= 1 - settled
        made *= _told_apart(guide[own], band, scene.variance)
        lifted = made[..., None] * (guide[own] - band)
        if unveil.max() > _INVISIBLE and np.isfinite(scene.focus).any():
            behind, credibility = _unveiled(scene, block)
            change = behind - band
            unveil *= credibility
            lifted += unveil[..., None] * change
            made = made + unveil * xp.clip(grey(xp.abs(change)) / _VISIBLE, None, 1)
        band = band + lifted
        provenance.synthesised[:] = xp.round(xp.clip(made, 0, 1) * 255)
    picture[:] = band


def _looked_at(
    scene: _Scene, overview: Overview, block: Region
) -> tuple[LatentFusion, FloatArray, FloatArray]:
    """What the detail of a block says, see `detail`: the fusion without weights of what is soft.

    With it come, (H, W) in [0, 1], where there is no detail, and where nothing could be gained by
    looking behind a veil.
    """
    fusion, frames, cell_px = scene.fusion, scene.frames, scene.fusion.cell_px
    cells = _cells_of(block, cell_px).grown(1 + BESIDE_CELLS, scene.grid)
    around = cells.grown(DETAIL_CELLS, scene.grid)
    there = cells.seen_from(around).slices
    known = _seen_from(fusion.grid_corner, cells).slices
    shades = (grey(to_float(frame[around.scaled(cell_px).slices])) for frame in frames)
    variances: list[FloatArray] = []
    over_noise: list[FloatArray] = []
    for detail in overview.details(shades, cell_px):
        scene.stop_if_cancelled()
        variances.append(detail.variance[there])
        over_noise.append(detail.over_noise[there])
    carriers = [as_float32(plane[known]) for plane in fusion.carriers]
    weights = [as_float32(plane[known]) for plane in fusion.weights]
    weights = without_soft(weights, carriers, variances, over_noise)
    from_afar = [overview.weight(index, cells, cell_px) for index in range(len(frames))]
    plain, settled = plain_parts(weights, carriers, over_noise, from_afar)
    return (
        replace(fusion, weights=weights, grid_corner=(cells.top, cells.left)),
        _spread_out(plain, cells, block, cell_px),
        _spread_out(settled, cells, block, cell_px),
    )


def _cells_of(block: Region, cell_px: int) -> Region:
    """The cells of the grid that a block lies on."""
    first = block.top // cell_px, block.left // cell_px
    return Region(*first, -(-block.bottom // cell_px), -(-block.right // cell_px))


def _seen_from(corner: tuple[int, int], part: Region) -> Region:
    """A part by its distance from a corner."""
    top, left = corner
    return part.seen_from(Region(top, left, top + 1, left + 1))


def _told_apart(decoded: FloatArray, camera: FloatArray, variance: float) -> FloatArray:
    """(H, W) in [0, 1]: whether a decoded pixel says more than the autoencoder's own error.

    Where it does not, the camera's pixel stays: it has the grain that a decoded one lacks.
    """
    squared = squared_distance(decoded, camera)
    return squared / (squared + OWN_ERRORS**2 / 2 * variance)


def _unveiled(scene: _Scene, block: Region) -> tuple[FloatArray, FloatArray]:
    """What lies behind the veils in a block, (H, W, 3), display-encoded, and how credible it is.

    That is (H, W) in [0, 1].
    """
    fusion, frames, focus = scene.fusion, scene.frames, scene.focus
    cell = fusion.cell_px
    cells = _cells_of(block, cell).grown(1, scene.grid)
    around = cells.grown(-(-reach_px(focus, cell) // cell), scene.grid)
    there = _seen_from(fusion.grid_corner, around).slices
    slight = min(_SLIGHT, 0.5 / len(frames))  # what is left out is never the larger part
    sheets: dict[int, Sheet] = {}
    for index, frame in enumerate(frames):
        scene.stop_if_cancelled()
        matte = as_float32(fusion.carriers[index][there])
        if matte.max() > slight and np.isfinite(focus[index]):
            light = cell_means(to_linear(frame[around.scaled(cell).slices]), cell)
            sheets[index] = Sheet(float(focus[index]), light, matte)
    xp = namespace(fusion.picture)
    behind = zeros(fusion.picture, (block.height, block.width, 3))
    near = cells.seen_from(around)
    wide = cells.grown(CREDIBLE_CELLS, around).seen_from(around)
    total, credibility = zeros(fusion.picture, (2, block.height, block.width))
    for index in range(len(frames)):
        share = _enlarged(fusion.carriers[index], fusion, block)
        if share.max() <= slight:
            continue
        total += share
        scene.stop_if_cancelled()
        light = to_linear(frames[index][block.slices])
        sheet = sheets.get(index)
        believed = share if sheet is not None else xp.zeros_like(share)  # of unknown focus
        veil = veil_over(sheet, list(sheets.values()), cell) if sheet is not None else None
        if sheet is not None and veil is not None:
            believable = credible(sheet.part(*wide.slices), veil[wide.slices])
            believable = believable[near.seen_from(wide).slices]
            believed = share * _spread_out(believable, cells, block, cell)
            light = lifted(light, _spread_out(veil[near.slices], cells, block, cell))
        credibility += believed
        accumulate(behind, share, light)
    return from_linear(behind / total[..., None]), credibility / total


def _enlarged(plane: Planes, fusion: LatentFusion, block: Region) -> FloatArray:
    """A block of a plane of the fusion at pixel resolution; its corner is on the grid."""
    cell, (top, left) = fusion.cell_px, fusion.grid_corner
    first, across = max(0, block.top // cell - 1), max(0, block.left // cell - 1)
    part = plane[
        first - top : -(-block.bottom // cell) + 1 - top,
        across - left : -(-block.right // cell) + 1 - left,
    ]
    cells = Region(first, across, first + part.shape[0], across + part.shape[1])
    return _spread_out(as_float32(part), cells, block, cell)


def _spread_out(planes: FloatArray, cells: Region, block: Region, cell_px: int) -> FloatArray:
    """Values of cells at the pixels of a block that lies among them."""
    full = enlarged(planes, cell_px)
    down, along = block.top - cells.top * cell_px, block.left - cells.left * cell_px
    return full[down : down + block.height, along : along + block.width]
