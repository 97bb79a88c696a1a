"""Frames that are resampled, and latents that are encoded, only where they are read.

What is read has the pixels of `placed`, and the latents of `encode_frames`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import Placement
from focusstack_app.core.kinds import as_float16
from focusstack_app.core.model import FusionModel, ModelManifest
from focusstack_app.core.planes import Planes, on_disk
from focusstack_app.core.progress import Checkpoint
from focusstack_app.core.region import Region, bounds, squares_over
from focusstack_app.engine.encode import encode_part, padded_size, part_cells
from focusstack_app.engine.filters import shrunk
from focusstack_app.engine.frame_tree import needed_for
from focusstack_app.engine.latent_fusion import Recall
from focusstack_app.engine.resampling import PATCH_PX, lacks, resampled, resampled_small
from focusstack_app.engine.tiling import plan_tiles
from focusstack_app.engine.warps import Matrix
from focusstack_app.jobs.placing import Prepared
from focusstack_app.jobs.recent import Patch, RecentParts


class _Patches:
    """An array of patches, made when they are read (`Planes`).

    Args:
        shape: Of the whole array.
        rows_axis: Which axis are its rows; the next one are its columns.
        edge: Of a patch.
        make: Gives a patch.
        kind: See `Patch`.
        frame: As there.
        recall: Gives those that are known.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        rows_axis: int,
        edge: int,
        make: Callable[[Region], NDArray[Any]],
        kind: str,
        frame: int,
        recall: Recall,
    ) -> None:
        self.shape = shape
        self._axis = rows_axis
        self._edge = edge
        self._make = make
        self._kind = kind
        self._frame = frame
        self._recall = recall

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """A part, by slices."""
        keys = key if isinstance(key, tuple) else (key,)
        keys += (slice(None),) * (len(self.shape) - len(keys))
        size = self.shape[self._axis : self._axis + 2]
        rows, columns = (
            range(length)[of_axis]
            for length, of_axis in zip(size, keys[self._axis : self._axis + 2], strict=True)
        )
        asked = Region(rows.start, columns.start, rows.stop, columns.stop)
        parts = squares_over(asked, (size[0], size[1]), self._edge, self._edge)
        whole = bounds(parts)
        made: NDArray[Any] | None = None
        for part in parts:
            key = Patch(self._kind, self._frame, part)
            (patch,) = self._recall(key, functools.partial(self._one, part))
            if made is None:
                shape = list(self.shape)
                shape[self._axis : self._axis + 2] = whole.height, whole.width
                made = np.empty(shape, patch.dtype)
            made[self._at(part.seen_from(whole))] = patch
        assert made is not None
        own = list(self._at(asked.seen_from(whole)))
        own[: self._axis] = keys[: self._axis]
        return made[tuple(own)]

    def _one(self, part: Region) -> tuple[NDArray[Any]]:
        return (self._make(part),)

    def _at(self, part: Region) -> tuple[slice, ...]:
        return (*[slice(None)] * self._axis, *part.slices)


class _Frame(_Patches):
    """A frame that is resampled where it is read, and can be had reduced before (`Reducible`)."""

    def __init__(
        self,
        source: Planes,
        frame_from_reference: Matrix,
        gains: Matrix,
        beside: Planes,
        reference: Callable[[tuple[int, int]], NDArray[Any]],
        index: int,
        recent: RecentParts,
    ) -> None:
        super().__init__(source.shape, 0, PATCH_PX, self._filled, "frame", index, recent)
        self._source = source
        self._placement = frame_from_reference, gains
        self._beside = beside
        self._reference = reference
        self._recent = recent

    @property
    def on_disk(self) -> bool:
        """Whether what it is made of lies there (`core.planes.on_disk`)."""
        return on_disk(self._source)

    def shrunk(self, size: tuple[int, int]) -> NDArray[Any]:
        """See `resampled_small`."""
        matrix, gains = self._placement
        return resampled_small(self._source, matrix, gains, self._reference(size), size)

    def _filled(self, patch: Region) -> NDArray[Any]:
        """A patch, and before it those that fill in where it is bare: each may be bare itself.

        One after the other: hundreds of frames are more than functions can call each other.
        """
        frames, beside = [self], self._beside
        while isinstance(beside, _Frame) and frames[-1]._lacks(patch):
            if Patch(self._kind, beside._frame, patch) in self._recent:
                break
            frames.append(beside)
            beside = beside._beside
        filling = functools.partial(beside.__getitem__, patch.slices)
        for frame in reversed(frames[1:]):
            key = Patch(self._kind, frame._frame, patch)
            made = self._recent(key, functools.partial(frame._with, filling, patch))
            filling = functools.partial(made.__getitem__, 0)
        return self._with(filling, patch)[0]

    def _lacks(self, patch: Region) -> bool:
        matrix, _ = self._placement
        return lacks(patch, matrix, (self.shape[0], self.shape[1]))

    def _with(
        self, filling: Callable[[], NDArray[Any]], patch: Region
    ) -> tuple[NDArray[np.uint16]]:
        return (resampled(self._source, *self._placement, filling, patch),)


def frames_on_demand(prepared: Prepared, recent: RecentParts | None = None) -> list[Planes]:
    """All frames, those that are astray resampled where they are read.

    Args:
        prepared: They. What is made of it is of no use any more once a frame was placed.
        recent: Gives the patches that are known; by default none is.
    """
    recent = RecentParts(0) if recent is None else recent
    frames: list[Planes] = list(prepared.frames)
    placement = prepared.aligned.placement
    reference = prepared.base if prepared.base is not None else frames[prepared.reference]

    @functools.lru_cache(maxsize=1)
    def shrunk_reference(size: tuple[int, int]) -> NDArray[Any]:
        return shrunk(reference[:], size)

    for index in prepared.astray:  # outward
        assert placement is not None
        neighbour = prepared.towards_reference(index)
        beside = frames[neighbour] if 0 <= neighbour < len(frames) else prepared.base
        assert beside is not None
        position = prepared.request.positions[index]
        frames[index] = _Frame(
            prepared.frames[index],
            placement.frame_from_reference[position],
            placement.gains[position],
            beside,
            shrunk_reference,
            index,
            recent,
        )
    return frames


def frames_by_reference(
    frames: Sequence[Planes], placement: Placement | None, reference: int, recent: RecentParts
) -> list[Planes]:
    """The same before all frames have been read: where one is bare, the reference fills in.

    Args:
        frames: They; what is not read of them is not needed.
        placement: Where they lie, if they do not lie on the reference as they are.
        reference: Which that is.
        recent: Gives the patches that are known, of these frames only.
    """
    base, moved = frames[reference], placement.moved if placement is not None else ()

    def one(index: int) -> Planes:
        if placement is None or index not in moved:
            return frames[index]
        matrix, gains = placement.frame_from_reference[index], placement.gains[index]
        return _Frame(
            frames[index], matrix, gains, base, lambda size: shrunk(base[:], size), index, recent
        )

    return [one(index) for index in range(len(frames))]


def latents_on_demand(
    model: FusionModel, frames: Sequence[Planes], done: Sequence[Planes], recall: Recall
) -> list[Planes]:
    """The latents of all frames, encoded where they are read.

    Args:
        model: The model.
        frames: They.
        done: The latents of the first of them.
        recall: Gives the patches that are known.
    """
    manifest = model.manifest
    height, width = frames[0].shape[:2]
    size = padded_size(height, width, manifest.tile_px, manifest.scale)
    shape = manifest.latent_channels, *(side // manifest.scale for side in size)
    edge = part_cells(model) if manifest.encoder_halo_px else PATCH_PX // manifest.scale

    def latent_of(index: int) -> Planes:
        def make(part: Region) -> NDArray[Any]:
            return as_float16(encode_part(model, frames[index], part))

        return _Patches(shape, 1, edge, make, "latent", index, recall)

    return [*done, *map(latent_of, range(len(done), len(frames)))]


def needed_cells(
    latents: Sequence[Planes],
    window: Region,
    reach_px: int,
    overlap: float,
    manifest: ModelManifest,
) -> Region:
    """The part of latents that `fuse_latents` reads; see there."""
    _, height, width = latents[0].shape
    plan = plan_tiles(height, width, manifest.tile_px // manifest.scale, overlap)
    return bounds(needed_for(window, reach_px, plan, manifest).tiles)


def read_ahead(
    latents: Sequence[Planes], cells: Region, threads: int, checkpoint: Checkpoint
) -> None:
    """Have a part of latents made on all threads: who reads one after the other waits for one.

    Args:
        latents: They.
        cells: The part.
        threads: So many.
        checkpoint: Called now and then; may raise to stop.
    """
    for _ in ahead(lambda latent: latent[(slice(None), *cells.slices)].shape, latents, threads):
        checkpoint()
