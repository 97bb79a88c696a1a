"""Where one picture lies on another: Gauss-Newton on grey levels (Lucas and Kanade, 1981).

Each is blurred where the other one is, first (`equal_blur`); what differs all the same counts less
(iteratively reweighted Cauchy loss). Brightness may differ by a gain and an offset.

Linear light is compared: defocus leaves an edge in its place there, while display-encoded a blurred
edge lies further in the dark, so that bright things seem to grow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, MutableMapping, Sequence
from contextlib import closing
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import as_float64, namespace, of_kind, on_host
from focusstack_app.core.model import Card, FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.engine.equal_blur import equally_sharp
from focusstack_app.engine.pixels import reduced_to, to_linear
from focusstack_app.engine.points import (
    Indices,
    gradient,
    indices,
    medians,
    normal_equations,
    seen_at,
    seen_of,
    smoothed,
    taken,
)
from focusstack_app.engine.warps import (
    Matrix,
    Similarities,
    Similarity,
    Tilts,
    Warp,
    columns,
)

# With more threads each waits for the others: between the steps of all of them lies Python.
_PAIRS_AT_ONCE = min(8, os.cpu_count() or 1)
_PAIRS_ON_CARD = 32
_LEVELS = 3  # of a pyramid
_SIDE_PX = 600  # of its finest level: finer ones make nothing more exact
_PIXELS = 20_000  # that decide, per level
_AROUND = 0.15  # of the longer side: reach of the squares over which light is averaged twice
_DARK = 0.005  # light in which there is little to see
_TEXTURED = 0.3  # of the mean strength: what of the picture is looked at
_LEAST = 1e-8  # and not where the strength is no more than that
_FEWEST = 64  # pixels
_STILL = 3e-4  # px at the end of an axis, and in all: no further step is taken
_STRONG = 0.1  # of the mean of their squared gradients: points that tell how well planes agree
_RIM = 3  # px at the border that do not decide
_EVENED = 2 * _PAIRS_AT_ONCE + 2  # planes: those of the pairs in hand, and some that come again

Matched = TypeVar("Matched")
# What pairs of frames were found to be, by what decides it. Values are never changed.
Known = MutableMapping[Hashable, Any]


def pyramid(proxy: NDArray[Any]) -> list[FloatArray]:
    """Planes of light, fine to coarse, a little smoothed against noise.

    Args:
        proxy: (H, W, 3) uint8 or uint16, display-encoded.
    """
    light = np.asarray(cv2.cvtColor(to_linear(proxy), cv2.COLOR_RGB2GRAY), np.float32)
    planes = [reduced_to(light, _SIDE_PX)]
    while len(planes) < _LEVELS and min(planes[-1].shape) > 96:
        planes.append(np.asarray(cv2.pyrDown(planes[-1]), dtype=np.float32))
    return [np.asarray(cv2.GaussianBlur(p, (0, 0), 1.0), dtype=np.float32) for p in planes]


def evened(plane: FloatArray) -> FloatArray:
    """(H, W) light by the root of that around, as its noise is: dark parts count as bright ones."""
    even: FloatArray = plane / np.sqrt(_around(plane[None])[0])
    return even


def _around(planes: FloatArray) -> FloatArray:
    """(N, H, W) light beside each pixel, averaged over more than the blur of any frame."""
    reach = max(1, round(_AROUND * max(planes.shape[1:])))
    around: FloatArray = smoothed(planes, reach) + _DARK
    return around


class Pair(NamedTuple):
    """Two frames.

    Attributes:
        a, b: Their indices.
        told: About where b lies from a, if anything is told of it.
    """

    a: int
    b: int
    told: Similarity | None = None


class Pyramids:
    """The pyramids of all frames, and how many pairs of them are matched at a time.

    Args:
        keep: Puts the planes away.
        card: Where pairs are matched; many at once: one alone does not keep it busy.
        known: Of pairs that were matched before, and takes those that are matched now. On a card
            nothing is looked up: what is found there depends on the pairs beside it, by a rounding.

    Attributes:
        even: The finest plane of a frame, `evened`; the latest are remembered.
    """

    def __init__(
        self,
        keep: Callable[[NDArray[Any]], Planes],
        card: Card | None,
        known: Known | None = None,
    ) -> None:
        self._keep, self._card = keep, card
        self._kept: list[list[Planes]] = []
        self._there: list[list[FloatArray]] = []
        self._known = known if card is None else None
        self._digests: list[bytes] = []
        kept = self._kept
        self.even: Callable[[int], FloatArray] = lru_cache(_EVENED)(
            lambda frame: evened(kept[frame][0][:])
        )

    def add(self, fine_to_coarse: Sequence[FloatArray]) -> None:
        """Those of the next frame."""
        if self._known is not None:
            digest = blake2b(digest_size=16)
            for plane in fine_to_coarse:
                digest.update(np.ascontiguousarray(plane).data)
            self._digests.append(digest.digest())
        self._kept.append([self._keep(plane) for plane in fine_to_coarse])
        if self._card is not None:
            self._there.append([self._card.put(plane) for plane in fine_to_coarse])

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self._kept)

    @property
    def sizes_px(self) -> list[tuple[int, int]]:
        """(height, width) of the planes, fine to coarse."""
        return [(plane.shape[0], plane.shape[1]) for plane in self._kept[0]]

    def plane(self, frame: int, level: int) -> FloatArray:
        """One of the planes, on the processor."""
        return self._kept[frame][level][:]

    def level(self, frame: int, level: int) -> FloatArray:
        """The same where pairs are matched."""
        if self._card is not None:
            return self._there[frame][level]
        return self.plane(frame, level)

    def matched(
        self,
        match: Callable[[Pyramids, Sequence[Pair]], list[Matched]],
        pairs: Sequence[Pair],
    ) -> Iterator[Matched]:
        """What `match` finds of each pair, given some at a time by several threads.

        That depends on the planes of both frames and on what is told of the pair, on nothing else.
        """
        keys = [self._key(match, pair) for pair in pairs]
        known = {key: self._known[key] for key in keys if self._known and key in self._known}
        left = [pair for pair, key in zip(pairs, keys, strict=True) if key not in known]
        at_once, threads = (1, _PAIRS_AT_ONCE) if self._card is None else (_PAIRS_ON_CARD, 0)
        batches = (left[first : first + at_once] for first in range(0, len(left), at_once))
        with closing(ahead(partial(match, self), batches, threads)) as found:
            anew = (own for some in found for own in some)
            for key in keys:
                if key in known:
                    yield known[key]
                    continue
                own = next(anew)
                if self._known is not None:
                    self._known[key] = own
                yield own

    def match(
        self, match: Callable[[Pyramids, Sequence[Pair]], list[Matched]], pair: Pair
    ) -> Matched:
        """The same of one pair."""
        return next(self.matched(match, [pair]))

    def _key(self, match: Callable[..., Any], pair: Pair) -> Hashable:
        """All that decides what is found of a pair, for whom remembers it."""
        if self._known is None:
            return pair
        return match, self._digests[pair.a], self._digests[pair.b], pair.told


def refine_similarities(
    templates: Sequence[FloatArray],
    moved: Sequence[FloatArray],
    starts: Sequence[Similarity],
    iterations: int,
) -> list[Similarity | None]:
    """The similarities that take points of planes to those of others, pair by pair.

    Args:
        templates: Of the first pictures.
        moved: Of the others; all planes are of one size.
        starts: In pixels of these planes.
        iterations: At most.

    Returns:
        None for a pair where there is too little to see.
    """
    warp = Similarities(starts, max(templates[0].shape) / 2)
    told = _Pairs(templates, moved, warp).fit(iterations)
    found = zip(warp.z.tolist(), warp.t.tolist(), told, strict=True)
    return [Similarity(z, t) if own else None for z, t, own in found]


def refine_tilts(
    templates: Sequence[FloatArray],
    moved: Sequence[FloatArray],
    after: Sequence[Similarity],
    starts: Sequence[Matrix],
    iterations: int,
) -> list[Matrix | None]:
    """The homographies that take points of planes to where similarities find them on others.

    Args:
        templates: Of the first pictures.
        moved: Of the others; all planes are of one size.
        after: In pixels of these planes, of each pair.
        starts: (3, 3) in the coordinates of `unit_frame`, of each pair.
        iterations: At most.

    Returns:
        None for a pair where there is too little to see.
    """
    warp = Tilts(after, np.stack(starts), max(templates[0].shape) / 2)
    told = _Pairs(templates, moved, warp).fit(iterations)
    return [one if own else None for one, own in zip(warp.found, told, strict=True)]


class _Pairs:
    """Pairs of planes of one size, where the first of each has texture, and how they lie."""

    def __init__(
        self,
        templates: Sequence[FloatArray],
        moved: Sequence[FloatArray],
        warp: Warp,
    ) -> None:
        self._templates, there = equally_sharp(_together(templates), _together(moved), warp)
        self._moved = there, *gradient(there)
        self._size_px, self._warp = self._templates.shape[1:], warp
        # Residuals count by the light around the template, which moves along with it.
        self._around = _around(self._templates)
        strengths = [
            strength(plane) / around
            for plane, around in zip(self._templates, self._around, strict=True)
        ]
        self._strengths = _together(strengths)
        self._textured = [
            indices(own > max(_TEXTURED * float(own.mean()), _LEAST)) for own in strengths
        ]

    def fit(self, iterations: int) -> NDArray[np.bool_]:
        """Bring the warp of each of N pairs to where its planes agree best.

        Args:
            iterations: At most.

        Returns:
            (N,): whether there was enough to see.
        """
        points, warp = self._textured, self._warp
        counts = np.array([len(own) for own in points])
        told = counts >= _FEWEST
        if not told.any():
            return told
        height, width = self._size_px
        index, known = _rows(points, counts)
        x = as_float64(index % width) - (width - 1) / 2
        y = as_float64(index // width) - (height - 1) / 2
        xp = namespace(x)
        target = taken(self._templates, index)
        noise = taken(self._around, index) ** 0.5
        # Before a plain ground most points are noise, which agrees with anything.
        energy = taken(self._strengths, index) * known
        strong = energy > _STRONG * energy.sum(1)[:, None] / xp.clip(known.sum(1), 1, None)[:, None]
        gain, offset = np.ones(len(counts)), np.zeros(len(counts))
        going = told.copy()
        for _ in range(iterations):
            at_x, at_y = warp.place(x, y)
            at_x, at_y = at_x + (width - 1) / 2, at_y + (height - 1) / 2
            inside = (at_x >= 1) & (at_x <= width - 2) & (at_y >= 1) & (at_y <= height - 2) & known
            lost = going & (on_host((inside & strong).sum(1)) < _FEWEST)
            told, going = told & ~lost, going & ~lost
            if not going.any():
                break
            # OpenCV samples at 1/32 px; the gradient takes it the rest of the way.
            grid_x, grid_y = xp.round(at_x * 32) / 32, xp.round(at_y * 32) / 32
            value, dx, dy = seen_at(grid_x, grid_y, self._moved)
            value = value + dx * (at_x - seen_of(grid_x)) + dy * (at_y - seen_of(grid_y))
            times, plus = columns(x, gain, offset)
            residual = target - times * value - plus
            median = medians(xp.abs(residual) / noise, inside & strong)
            (spread,) = columns(x, 4 * median + 1e-3)  # 2.7 standard deviations
            weight = inside / (noise + xp.square(residual / spread) / noise) ** 2
            slopes = xp.stack(
                [*warp.slopes(x, y, times * dx, times * dy), value, xp.ones_like(value)], 0
            )
            normal, towards = normal_equations(slopes, weight, residual)
            steps = np.zeros(towards.shape)
            for pair in np.flatnonzero(going):
                steps[pair] = np.linalg.lstsq(normal[pair], towards[pair], rcond=1e-10)[0]
            warp.add(steps[:, :-2])
            gain, offset = gain + steps[:, -2], offset + steps[:, -1]
            going &= np.abs(steps[:, :-2]).sum(1) >= _STILL
            if not going.any():
                break
        return told


def _together(planes: Sequence[FloatArray]) -> FloatArray:
    """(N, H, W), of one plane without a copy."""
    if len(planes) == 1:
        return planes[0][None]
    stacked: FloatArray = namespace(planes[0]).stack(list(planes), 0)
    return stacked


def _rows(points: Sequence[Indices], counts: NDArray[np.intp]) -> tuple[Indices, NDArray[np.bool_]]:
    """(N, K) points of each pair, no more than shall decide, and which of them are its own."""
    most = min(int(counts.max()), _PIXELS)
    rows = []
    for own, count in zip(points, counts, strict=True):
        if count == 0:  # as good as any: none of them counts
            rows.append(points[int(counts.argmax())][:most])
        elif count > most:
            rows.append(own[np.linspace(0, count - 1, most).astype(np.intp)])
        else:
            rows.append(own[np.arange(most) % count])
    xp = namespace(rows[0])
    known = np.arange(most) < counts[:, None]
    return xp.stack(rows, 0), of_kind(rows[0], known)


def strength(plane: FloatArray) -> FloatArray:
    """(H, W) square of the gradient; nothing at the border."""
    across, down = gradient(plane[None])
    energy: FloatArray = across[0] ** 2 + down[0] ** 2
    energy[:_RIM] = energy[-_RIM:] = 0
    energy[:, :_RIM] = energy[:, -_RIM:] = 0
    return energy
