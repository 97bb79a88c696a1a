"""From latents to a decoded picture: the VAEEDOF pipeline, tile by tile.

Seven latents at a time are fused per overlapping tile; more frames are fused as a tree, the fused
latents of one level being the frames of the next, tile by tile. Only the last level is blended with
alpha gradients, before it is decoded and after (paper, section 3).

Any window of the picture can be had alone: what is computed then is the tiles that reach into it,
and it equals that part of the whole picture to the bit.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import as_float16, as_float32, namespace, on_card, zeros
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, Fused, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.filters import blend
from focusstack_app.engine.frame_tree import fusions_of, groups_of, needed_for
from focusstack_app.engine.tiling import TilePlan, plan_tiles

_DECODE_STEPS = 4  # per tile
_CARD_TILES = 16  # that a card fuses at once

Made = TypeVar("Made", bound=tuple[Any, ...])


class Recall(Protocol):
    """Gives what was made before, by its key; makes it where it is not known."""

    def __call__(self, key: Hashable, make: Callable[[], Made], /) -> Made:
        """Arrays that `make` gave, or gives now."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LatentFusion:
    """What the network says about a stack, or about a window of it.

    Attributes:
        picture: (H, W, 3) float32, decoded and blended, not clipped.
        weights: N of (h, w) float32 on the coarse grid of `weight_scale` cells per latent cell;
            contribution of each frame, sum 1. Cover the window and its surroundings.
        carriers: As `weights`, what of the scene is in focus in which frame; float16.
        mix: (2, h, w) float32 on the same grid, see `core.model.Fused`.
        cell_px: Edge of one cell of the grid, in pixels.
        corner_px: First row and column of the whole picture that `picture` shows.
        grid_corner: First row and column of the grid that weights, carriers and mix cover.
    """

    picture: FloatArray
    weights: Sequence[Planes]
    carriers: Sequence[Planes]
    mix: FloatArray
    cell_px: int
    corner_px: tuple[int, int] = (0, 0)
    grid_corner: tuple[int, int] = (0, 0)


class _Product:
    """The product of weights of several levels of the tree (`Planes`)."""

    def __init__(self, *factors: Planes) -> None:
        self._factors = factors
        self.shape = factors[0].shape

    def __getitem__(self, key: Any) -> NDArray[Any]:
        first, *others = (factor[key] for factor in self._factors)
        return math.prod(others, start=first)


class _Source(Protocol):
    """What gives the latents that are fused."""

    def of(self, tile: Region) -> NDArray[Any]:
        """(C, h, w) of a tile."""
        ...


class _Frame(NamedTuple):
    """The latent of a frame (`_Source`)."""

    latent: Planes

    def of(self, tile: Region) -> NDArray[Any]:
        return self.latent[(slice(None), *tile.slices)]


class _Group(NamedTuple):
    """The fused latents of a group, tile by tile (`_Source`)."""

    latents: Planes
    tiles: list[Region]

    def of(self, tile: Region) -> NDArray[Any]:
        return self.latents[self.tiles.index(tile)]


class _Planes(NamedTuple):
    """What a fusion of some frames, or of fused frames, says of them: see `LatentFusion`."""

    weights: list[Planes]
    carriers: list[Planes]
    mix: Planes


def anew(key: Hashable, make: Callable[[], Made], /) -> Made:
    """Remember nothing: in a whole picture no tile comes twice."""
    del key
    return make()


def fuse_latents(
    model: FusionModel,
    latents: Sequence[Planes],
    size_px: tuple[int, int],
    overlap: float,
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
    *,
    window: Region | None = None,
    reach_px: int = 0,
    recall: Recall = anew,
) -> LatentFusion:
    """Fuse the latents of N frames and decode the result.

    Args:
        model: The model.
        latents: N arrays (C, h, w) of `encode_frame`, or their half precision.
        size_px: (height, width) of the frames.
        overlap: Share of a tile that overlaps its neighbour.
        progress: Reported per tile.
        keep: Puts away what grows with the number of frames.
        window: The part of the picture that is wanted, in pixels; all of it by default. What is
            read of the latents then is the ground that `needed_for` tells.
        reach_px: How far around it weights, carriers and mix are wanted.
        recall: Gives what the model made of a tile, by a key that is unique for these latents;
            makes it where it is not known. Called from several threads at a time.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """
    manifest = model.manifest
    scale, fine = manifest.scale, manifest.weight_scale
    _, height, width = latents[0].shape
    plan = plan_tiles(height, width, manifest.tile_px // scale, overlap)
    window = window or Region(0, 0, *size_px)
    decoded, seen, shown, tiles = needed_for(window, reach_px, plan, manifest)
    total = len(decoded) + len(tiles) * fusions_of(len(latents), manifest.slots)
    done = 0

    def tick(stage: str) -> None:
        nonlocal done
        done += 1
        progress.report(done / total, stage)

    like = latents[0][0:1, 0:1, 0:1]
    work = _Work(model, plan, tiles, shown, like, tick, keep, recall)
    blended, planes = _fuse_tree(work, [_Frame(latent) for latent in latents])
    return LatentFusion(
        picture=_decode(work, blended, decoded, seen, window),
        weights=planes.weights,
        carriers=planes.carriers,
        mix=planes.mix[:],
        cell_px=scale // fine,
        corner_px=(window.top, window.left),
        grid_corner=(shown.top * fine, shown.left * fine),
    )


class _Work(NamedTuple):
    """What all steps of one fusion share.

    Attributes:
        tiles: What is fused, row by row.
        shown: The cells that all planes cover.
        like: An array of the kind of all.
    """

    model: FusionModel
    plan: TilePlan
    tiles: list[Region]
    shown: Region
    like: Any
    tick: Callable[[str], None]
    keep: Callable[[NDArray[Any]], Planes]
    recall: Recall


def _fuse_tree(
    work: _Work, sources: Sequence[_Source], level: int = 0
) -> tuple[FloatArray, _Planes]:
    """The fused latent of the ground of all tiles, blended, and the planes."""
    members = groups_of(len(sources), work.model.manifest.slots)
    groups = [[sources[i] for i in group] for group in members]
    make = _fused_on_card if on_card(work.like) else _fused
    with closing(make(work, groups, level)) as parts:
        if len(groups) == 1:
            return _fuse_last(work, groups[0], parts)
        fused = [
            (group[0], _alone(work)) if len(group) == 1 else _fuse_group(work, len(group), parts)
            for group in groups
        ]
    blended, top = _fuse_tree(work, [source for source, _ in fused], level + 1)
    weights: list[Planes] = []
    carriers: list[Planes] = []
    mix = namespace(top.mix[:]).zeros_like(top.mix[:])
    for (_, part), share, carrier in zip(fused, top.weights, top.carriers, strict=True):
        weights += [_Product(own, share) for own in part.weights]
        carriers += [_Product(own, carrier) for own in part.carriers]
        mix += part.mix[:] * share[:]
    return blended, _Planes(weights, carriers, _stacked_mix(top.mix[:], mix))


def _alone(work: _Work) -> _Planes:
    """Of a frame that has a level to itself."""
    fine = work.model.manifest.weight_scale
    grid = (work.shown.height * fine, work.shown.width * fine)
    nothing = zeros(work.like, (1, 1, 1))
    xp = namespace(nothing)
    whole: list[Planes] = [xp.broadcast_to(nothing[0] + 1, grid)]
    return _Planes(whole, whole, xp.broadcast_to(nothing, (2, *grid)))


def _stacked_mix(top: FloatArray, below: FloatArray) -> FloatArray:
    """Shares where a level of the tree is fused from another."""
    chosen = (1 - top.sum(0)) * (1 - below.sum(0))
    made = 1 - (1 - top[1]) * (1 - below[1])
    both: FloatArray = namespace(top).stack([1 - chosen - made, made])
    return both


def _fuse_last(
    work: _Work, sources: Sequence[_Source], parts: Iterator[Fused]
) -> tuple[FloatArray, _Planes]:
    """The group of which the picture is decoded."""
    ground = bounds(work.tiles)
    if len(sources) == 1:
        return as_float32(sources[0].of(ground)), _alone(work)
    channels = work.model.manifest.latent_channels
    blended = zeros(work.like, (channels, ground.height, ground.width))

    def blend_in(tile: Region, latent: FloatArray) -> None:
        here = (slice(None), *tile.seen_from(ground).slices)
        blended[here] += work.plan.alpha(tile, like=work.like) * latent

    return blended, _fused_planes(work, len(sources), parts, blend_in)


def _fuse_group(work: _Work, count: int, parts: Iterator[Fused]) -> tuple[_Source, _Planes]:
    """A group of several, all of it kept."""
    latents: list[Any] = []

    def add(_tile: Region, latent: FloatArray) -> None:
        latents.append(as_float16(latent))

    planes = _fused_planes(work, count, parts, add)
    kept = work.keep(namespace(latents[0]).stack(latents))
    return _Group(kept, work.tiles), planes._replace(mix=work.keep(planes.mix[:]))


def _fused_planes(
    work: _Work,
    count: int,
    parts: Iterator[Fused],
    take: Callable[[Region, FloatArray], None],
) -> _Planes:
    """Blend what the model says of the frames of a group.

    Args:
        work: What is shared.
        count: Of the frames.
        parts: Gives what the model makes of each tile next.
        take: Given the fused latent of each tile.
    """
    plan, shown, one, keep = work.plan, work.shown, work.like, work.keep
    fine = work.model.manifest.weight_scale
    grid = (shown.height * fine, shown.width * fine)
    weights, carriers = ([zeros(one, grid) for _ in range(count)] for _ in range(2))
    mix = zeros(one, (2, *grid))

    for tile in work.tiles:
        part = next(parts)
        take(tile, part.latent)
        if tile.overlaps(shown):
            both = tile.grown(0, shown)
            there = both.seen_from(shown).scaled(fine).slices
            own = both.seen_from(tile).scaled(fine).slices
            alpha = plan.alpha(tile, fine, one)[own]
            owned = (slice(None), *own)
            for planes, totals in ((part.weights, weights), (part.carriers, carriers)):
                blend(alpha, planes[owned], [total[there] for total in totals])
            blend(alpha, part.mix[owned], [plane[there] for plane in mix])
        work.tick(message("Fusing"))
    return _Planes(
        [keep(plane) for plane in weights], [keep(as_float16(plane)) for plane in carriers], mix
    )


def _fused(
    work: _Work, groups: Sequence[Sequence[_Source]], level: int
) -> Generator[Fused, None, None]:
    """What the model makes of each tile of each group of latents that is not one alone.

    The next group is begun while the last tiles of one are made: small frames have few.
    """

    def fuse(number: int, tile: Region) -> Fused:
        picked = [source.of(tile) for source in groups[number]]
        return work.model.fuse(np.stack(picked, dtype=np.float32))

    def recalled(part: tuple[int, Region]) -> Fused:
        number, tile = part
        return work.recall(((level, number), tile), functools.partial(fuse, number, tile))

    several = [number for number, group in enumerate(groups) if len(group) > 1]
    yield from ahead(recalled, itertools.product(several, work.tiles), work.model.calls_at_once)


def _fused_on_card(
    work: _Work, groups: Sequence[Sequence[_Source]], level: int
) -> Generator[Fused, None, None]:
    """The same, many tiles at a time: one alone does not keep a card busy."""
    del level
    tiles = work.tiles
    at_once = min(_CARD_TILES, len(tiles))
    xp = namespace(work.like)
    for sources in groups:
        for first in range(0, len(tiles) if len(sources) > 1 else 0, at_once):
            some = tiles[first : first + at_once]
            picked = [
                source.of(tile)
                # As many each time: what a card does for other numbers is prepared anew.
                for tile in itertools.islice(itertools.cycle(some), at_once)
                for source in sources
            ]
            tile_shape = picked[0].shape
            together = as_float32(xp.stack(picked)).reshape(at_once, -1, *tile_shape)
            fused = work.model.fuse(together)
            for number in range(len(some)):
                yield Fused(*(part[number] for part in fused))


def _decode(
    work: _Work, latent: FloatArray, tiles: list[Region], seen: Region, window: Region
) -> FloatArray:
    """The window, blended from the tiles that reach into it; no more of them than is seen."""
    scale = work.model.manifest.scale
    ground, covered, corner = bounds(tiles), bounds(work.tiles), work.like
    picture = zeros(corner, (ground.height * scale, ground.width * scale, 3))

    def decoded(tile: Region) -> FloatArray:
        here = _decoded_part(tile, seen).seen_from(covered).slices
        return work.model.decode(latent[(slice(None), *here)])

    threads = 0 if on_card(corner) else work.model.calls_at_once
    with closing(ahead(decoded, tiles, threads)) as parts:
        for tile, pixels in zip(tiles, parts, strict=True):
            part = _decoded_part(tile, seen)
            alpha = work.plan.alpha(tile, scale, corner)
            alpha = alpha[part.seen_from(tile).scaled(scale).slices]
            down, across = part.seen_from(ground).scaled(scale).slices
            picture[down, across] += alpha[..., None] * pixels
            work.tick(message("Decoding"))
    return picture[window.seen_from(ground.scaled(scale)).slices]


def _decoded_part(tile: Region, seen: Region) -> Region:
    """What of a tile must be decoded; of a few sizes only, as some devices prepare for each."""
    step = max(1, tile.height // _DECODE_STEPS)
    top, left = max(seen.top - tile.top, 0), max(seen.left - tile.left, 0)
    bottom, right = min(seen.bottom, tile.bottom), min(seen.right, tile.right)
    return Region(
        tile.top + top // step * step,
        tile.left + left // step * step,
        min(tile.bottom, tile.top - (tile.top - bottom) // step * step),
        min(tile.right, tile.left - (tile.left - right) // step * step),
    )
