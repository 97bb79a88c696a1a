"""Painting one picture into another, with undo: the pixel work of the retouch brush.

A stroke is a path with one coverage per pixel, the largest of all its places, so that crossing a
stroke's own path adds nothing. Pixels are blended from those before the stroke, never from an
intermediate state, so that the result does not depend on how the path was cut into segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Provenance
from focusstack_app.core.model import FloatArray

_TILE_PX = 128
_CERTAIN = 255

Point = tuple[float, float]
Rows = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Brush:
    """A round brush.

    Attributes:
        diameter_px: In picture pixels, at least 1.
        hardness: Share of the radius that is covered fully, 0 to 1.
        opacity: Share of the new picture where it is covered fully, 0 to 1.

    Raises:
        ValueError: If one is outside its range.
    """

    diameter_px: float
    hardness: float = 0.5
    opacity: float = 1.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not (
            self.diameter_px >= 1 and 0.0 <= self.hardness <= 1.0 and 0.0 <= self.opacity <= 1.0
        ):
            raise ValueError(f"not a brush: {self}")

    @property
    def reach_px(self) -> float:
        """Nothing is covered further from the path than this."""
        return self.diameter_px / 2 + 0.5

    def coverage(self, away_px: FloatArray) -> FloatArray:
        """Coverage, 0 to 1, at distances from the path: a smooth step, at least a pixel wide."""
        soft = max(self.diameter_px / 2 * (1.0 - self.hardness), 1.0)
        step = np.clip((self.reach_px - away_px) / np.float32(soft), 0.0, 1.0)
        return np.asarray(step * step * (3.0 - 2.0 * step), dtype=np.float32)


class Layer(NamedTuple):
    """Pixels and where they come from.

    Attributes:
        pixels: (H, W, 3) uint16.
        source_index: (H, W) uint16.
        confidence: (H, W) uint8.
        synthesised: (H, W) uint8.
    """

    pixels: NDArray[np.uint16]
    source_index: NDArray[np.uint16]
    confidence: NDArray[np.uint8]
    synthesised: NDArray[np.uint8]

    @classmethod
    def of(cls, pixels: NDArray[np.uint16], provenance: Provenance | None) -> Layer:
        """A result; without a provenance, all of it is the first frame."""
        if provenance is None:
            return cls.of_frame(pixels, 0)
        return cls(pixels, provenance.source_index, provenance.confidence, provenance.synthesised)

    @classmethod
    def of_frame(cls, pixels: NDArray[np.uint16], index: int) -> Layer:
        """A source frame as it is."""
        shape = pixels.shape[:2]
        return cls(
            pixels,
            np.broadcast_to(np.uint16(index), shape),
            np.broadcast_to(np.uint8(_CERTAIN), shape),
            np.broadcast_to(np.uint8(0), shape),
        )

    def part(self, place: Rows) -> Layer:
        """Views of a part."""
        return Layer(
            self.pixels[place],
            self.source_index[place],
            self.confidence[place],
            self.synthesised[place],
        )

    def copy(self) -> Layer:
        """The same in memory of its own."""
        return Layer(
            self.pixels.copy(),
            self.source_index.copy(),
            self.confidence.copy(),
            self.synthesised.copy(),
        )

    def put(self, place: Rows, part: Layer) -> None:
        """Overwrite a part."""
        self.pixels[place] = part.pixels
        self.source_index[place] = part.source_index
        self.confidence[place] = part.confidence
        self.synthesised[place] = part.synthesised


@dataclass(slots=True)
class _Tile:
    """A tile under the stroke that is being painted."""

    place: Rows
    before: Layer
    covered: FloatArray


Step = list[tuple[Rows, Layer]]


class Canvas:
    """A picture that is painted on.

    Args:
        base: What it starts as; it is copied.
    """

    def __init__(self, base: Layer) -> None:
        self.layer = base.copy()
        self._stroke: tuple[Layer, Brush, Point] | None = None
        self._tiles: dict[tuple[int, int], _Tile] = {}
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    @property
    def size_px(self) -> tuple[int, int]:
        """(height, width)."""
        height, width = self.layer.pixels.shape[:2]
        return height, width

    @property
    def provenance(self) -> Provenance:
        """Where its pixels come from now."""
        return Provenance(*self.layer[1:])

    @property
    def can_undo(self) -> bool:
        """Whether there is a finished stroke."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether a stroke was undone, and nothing painted since."""
        return bool(self._redo)

    def begin(self, layer: Layer, brush: Brush, at: Point) -> list[Rows]:
        """Begin a stroke.

        Args:
            layer: What is painted, of the size of the canvas.
            brush: How.
            at: (x, y) in pixels from the top left corner of the picture.

        Returns:
            The rows and columns that changed.

        Raises:
            ValueError: If the layer has another size.
        """
        if layer.pixels.shape != self.layer.pixels.shape:
            raise ValueError(f"a layer of {layer.pixels.shape} on {self.layer.pixels.shape}")
        self.end()
        self._stroke = layer, brush, at
        return self._cover(brush, at, at)

    def move(self, to: Point) -> list[Rows]:
        """Go on with the stroke, straight to a place; what changed is returned."""
        if self._stroke is None:
            return []
        layer, brush, start = self._stroke
        self._stroke = layer, brush, to
        return self._cover(brush, start, to)

    def end(self) -> None:
        """End the stroke: from now on it can be undone; what was undone before is forgotten."""
        self._stroke = None
        step = [patch for tile in self._tiles.values() if (patch := _patch(tile)) is not None]
        self._tiles.clear()
        if step:
            self._undo.append(step)
            self._redo.clear()

    def undo(self) -> list[Rows]:
        """Take the last stroke back; what changed is returned."""
        self.end()
        return self._swap(self._undo, self._redo)

    def redo(self) -> list[Rows]:
        """Paint it again; what changed is returned."""
        self.end()
        return self._swap(self._redo, self._undo)

    def _swap(self, source: list[Step], target: list[Step]) -> list[Rows]:
        if not source:
            return []
        step = source.pop()
        target.append([(place, self.layer.part(place).copy()) for place, _ in step])
        for place, part in step:
            self.layer.put(place, part)
        return [place for place, _ in step]

    def _cover(self, brush: Brush, start: Point, end: Point) -> list[Rows]:
        """Cover the neighbourhood of a straight line."""
        height, width = self.size_px
        reach = brush.reach_px
        across, down = zip(start, end, strict=True)
        left, right = _tiles(min(across) - reach, max(across) + reach, width)
        top, bottom = _tiles(min(down) - reach, max(down) + reach, height)
        changed: list[Rows] = []
        for row in range(top, bottom):
            for column in range(left, right):
                place = _place(row, height), _place(column, width)
                tile = self._tiles.get((row, column))
                if tile is None or tile.covered.min() < 1.0:
                    more = brush.coverage(_distance(place, start, end))
                    changed += self._cover_tile((row, column), place, more)
        return changed

    def _cover_tile(self, key: tuple[int, int], place: Rows, more: FloatArray) -> list[Rows]:
        """Cover a tile by at least this; what changed is returned."""
        tile = self._tiles.get(key)
        here = _bounds(more > (0.0 if tile is None else tile.covered))
        if here is None:
            return []
        if tile is None:
            tile = _Tile(place, self.layer.part(place).copy(), np.zeros_like(more))
            self._tiles[key] = tile
        assert self._stroke is not None
        layer, brush, _ = self._stroke
        tile.covered[here] = np.maximum(tile.covered[here], more[here])
        share = tile.covered[here] * np.float32(brush.opacity)
        changed = _within(place, here)
        self.layer.put(changed, _blended(tile.before.part(here), layer.part(changed), share))
        return [changed]


def _bounds(mask: NDArray[np.bool_]) -> Rows | None:
    """The rows and columns in which a mask is set; None where it is nowhere."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _within(outer: Rows, inner: Rows) -> Rows:
    """A part of a part, as a part of the whole."""
    down, across = (
        slice(whole.start + part.start, whole.start + part.stop)
        for whole, part in zip(outer, inner, strict=True)
    )
    return down, across


def _tiles(low: float, high: float, length: int) -> tuple[int, int]:
    """First and behind the last tile of a range of pixels, inside the picture."""
    last = -(-length // _TILE_PX)
    return max(0, int(low // _TILE_PX)), min(last, int(high // _TILE_PX) + 1)


def _place(number: int, length: int) -> slice:
    return slice(number * _TILE_PX, min(length, (number + 1) * _TILE_PX))


def _distance(place: Rows, start: Point, end: Point) -> FloatArray:
    """(h, w) distance of pixel centres from a line between two places, pixels."""
    rows, columns = place
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[np.newaxis] + 0.5 - start[0]
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, np.newaxis] + 0.5 - start[1]
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length2 = along_x**2 + along_y**2
    if length2 < 1e-6:
        return np.asarray(np.sqrt(x * x + y * y), dtype=np.float32)
    share = np.clip((x * along_x + y * along_y) / length2, 0.0, 1.0)
    x, y = x - share * along_x, y - share * along_y
    return np.asarray(np.sqrt(x * x + y * y), dtype=np.float32)


def _blended(before: Layer, above: Layer, share: FloatArray) -> Layer:
    """`above` over `before`.

    Where both come from one frame the confidence is blended; elsewhere the frame with the larger
    share is the source, as sure as its share is large.
    """
    own = before.source_index == above.source_index
    wins = share >= 0.5
    sure = np.where(wins, share * above.confidence, (1 - share) * before.confidence)
    mixed = before.confidence + share * (above.confidence.astype(np.float32) - before.confidence)
    made = before.synthesised + share * (above.synthesised.astype(np.float32) - before.synthesised)
    low = before.pixels.astype(np.float32)
    pixels = low + share[..., np.newaxis] * (above.pixels.astype(np.float32) - low)
    return Layer(
        np.rint(pixels).astype(np.uint16),
        np.where(wins, above.source_index, before.source_index),
        np.rint(np.where(own, mixed, sure)).astype(np.uint8),
        np.rint(made).astype(np.uint8),
    )


def _patch(tile: _Tile) -> tuple[Rows, Layer] | None:
    """What a tile was before the stroke, where the stroke touched it."""
    inside = _bounds(tile.covered > 0.0)
    if inside is None:
        return None
    return _within(tile.place, inside), tile.before.part(inside).copy()
