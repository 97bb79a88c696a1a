"""Tile plans and the alpha gradients that blend overlapping tiles (paper, section 3)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.model import FloatArray
from focusstack_app.core.region import Region
from focusstack_app.engine.filters import outer


@dataclass(frozen=True, slots=True)
class TilePlan:
    """Which cells each tile covers; every tile has the same size.

    Attributes:
        height: Of the plane, in latent cells.
        width: Of the plane, in latent cells.
        tile: Edge of a tile, in cells.
        rows: First row of each row of tiles.
        columns: First column of each column of tiles.
    """

    height: int
    width: int
    tile: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def tiles(self) -> list[Region]:
        """All tiles, row by row."""
        return [
            Region(top, left, top + self.tile, left + self.tile)
            for top in self.rows
            for left in self.columns
        ]

    def tiles_over(self, area: Region) -> list[Region]:
        """The tiles that reach into an area, in the order of `tiles`."""
        return [tile for tile in self.tiles if tile.overlaps(area)]

    def alpha(self, tile: Region, scale: int = 1, like: object = None) -> FloatArray:
        """Blending weights of one tile; those of all tiles sum to one at every pixel.

        Args:
            tile: One of `tiles`.
            scale: Pixels per cell.
            like: An array of the kind that they are to be of; NumPy's by default.

        Returns:
            (tile * scale, tile * scale) float32 in (0, 1]: linear ramps across each overlap.
        """
        down = _ramp(self.rows, self.rows.index(tile.top), self.tile, scale)
        across = _ramp(self.columns, self.columns.index(tile.left), self.tile, scale)
        return outer(like, down, across)


def plan_tiles(height: int, width: int, tile: int, overlap: float) -> TilePlan:
    """Cover a plane of `height` x `width` cells with tiles that overlap by at least `overlap`.

    The plane must be at least one tile in each direction (pad it first). No tile leaves the plane.

    Args:
        height: Cells.
        width: Cells.
        tile: Edge of a tile in cells.
        overlap: Share of the tile, 0 to 0.5.

    Raises:
        ValueError: If the plane is smaller than a tile, or the overlap out of range.
    """
    if height < tile or width < tile:
        raise ValueError(f"a plane of {height} x {width} is smaller than a tile of {tile}")
    if not 0 <= overlap <= 0.5:
        raise ValueError(f"overlap must be 0 to 0.5, not {overlap}")
    return TilePlan(
        height, width, tile, _starts(height, tile, overlap), _starts(width, tile, overlap)
    )


def _starts(length: int, tile: int, overlap: float) -> tuple[int, ...]:
    """Starts at even steps; the last tile ends where the plane does."""
    step = tile - round(tile * overlap)
    return (*range(0, length - tile, step), length - tile)


@functools.lru_cache(1024)
def _ramp(starts: tuple[int, ...], index: int, tile: int, scale: int) -> NDArray[np.float64]:
    """Share of tile `index` along one direction, normalised over the tiles that meet there."""
    position = (np.arange(tile * scale) + 0.5) / scale + starts[index]
    total = np.zeros(tile * scale)
    own = np.zeros(tile * scale)
    for i, start in enumerate(starts):
        inside = (position > start) & (position < start + tile)
        rise = (
            np.ones_like(position)
            if i == 0
            else (position - start) / max(starts[i - 1] + tile - start, 1e-9)
        )
        fall = (
            np.ones_like(position)
            if i == len(starts) - 1
            else (start + tile - position) / max(start + tile - starts[i + 1], 1e-9)
        )
        share = np.where(inside, np.clip(rise, 0, 1) * np.clip(fall, 0, 1), 0.0)
        total += share
        if i == index:
            own = share
    return own / total
