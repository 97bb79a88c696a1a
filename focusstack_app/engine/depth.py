"""How deep in the stack lies what is seen: between its frames, and where no frame tells it.

For each place the network says which frame is focused on it (the carriers), and by what it takes of
the neighbours (the weights) how far from that frame: the logarithm of the weights is taken for a
parabola. For pyramids the energy of the detail says both. `filled` makes the depth of all pixels
of it. Where it is not sure, depth is guessed from around, across no edge of the picture, by an
edge-aware smoothing of what is sure (Min et al., "Fast global image smoothing based on weighted
least squares", 2014). What is focused reaches a little over its outlines: there the depth is taken
from the side that has the colours of the pixel, and is none between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import Depth, Provenance
from focusstack_app.core.kinds import as_float32, namespace, on_card, on_host, zeros
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress

_STRIP_CELLS = 128  # rows that a thread does at a time
_FLOOR = 1e-3  # of a weight whose logarithm is taken
_FLAT = 1e-3  # a curvature that tells nothing
# Where a carrier is credible: the share of the weights that is near its frame, and the share of the
# pixels around that came from there. In plain parts it may be any frame, often the first or last.
_WEIGHTS, _PIXELS = 0.2, 0.5
_NEAR, _AROUND_CELLS = 1.5, 4.0
LEAST_ENERGY = 1e-6  # of detail: a quarter of a step of 8 bits, squared
_CONTRAST = 0.1, 0.7  # of the largest energy with the mean: unsure, and sure
_SALTED = 0.03  # a share of places that have another frame than those around: noise decides there
_MOST_CELLS = 2048  # on the longer side of the grid that is filled in
_DOUBT_TO, _SURE_FROM = 0.2, 0.8
_LEAST = 1e-3  # of a weight
_FAR = 0.1  # how far guesses come from, of the longer side
_NEAR_PX, _EVEN_PX = 30.0, 20.0  # how far outlines and levels are looked at
_EDGE = 0.02  # a difference of colour, of the full range, that keeps two places apart
_STEP = 0.5  # between frames: more within `_JUMP_CELLS` is an outline
_JUMP_CELLS = _THIN_CELLS = 5
_LEVEL = 0.2  # between frames: what is apart by more is not of one level
_SNAP_CELLS = 4
_ROUNDS = 3  # of the smoothing
_BAND_ROWS = 256


class Peaks:
    """Where along the stack something is largest, and how much of it the frames beside have.

    Args:
        like: An array of the kind of the planes.
        shape: (M, h, w) of what is measured.

    Attributes:
        index: (h, w) the frame with most votes.
        most: (h, w) its votes.
        before: (M, h, w) what the frame before it measures, 0 where there is none.
        own: The same of the frame itself.
        after: The same of the next one.
    """

    def __init__(self, like: Any, shape: tuple[int, int, int]) -> None:
        self.index, self.most = zeros(like, (2, *shape[1:]))
        self.most -= 1
        self.before, self.own, self.after, self._last = zeros(like, (4, *shape))
        self._count = 0

    def add(self, votes: FloatArray, measured: FloatArray) -> None:
        """Add the next frame, by (h, w) votes and (M, h, w) of what is measured."""
        xp, number = namespace(votes), self._count
        wins = votes > self.most
        nothing = xp.zeros_like(votes)
        self.after = xp.where(
            wins, nothing, xp.where(self.index == number - 1, measured, self.after)
        )
        self.before = xp.where(wins, self._last, self.before)
        self.own = xp.where(wins, measured, self.own)
        self.index = xp.where(wins, nothing + number, self.index)
        self.most = xp.maximum(self.most, votes)
        self._last, self._count = measured, number + 1

    @property
    def inner(self) -> Any:
        """(h, w) where there is a frame before and one after it."""
        return (self.index > 0) & (self.index < self._count - 1)

    def position(self, floor: float = _FLOOR) -> FloatArray:
        """(h, w) place in the stack by what is measured first; the first and last frame end it."""
        xp = namespace(self.own)
        before, own, after = (
            xp.log(planes[0] + floor) for planes in (self.before, self.own, self.after)
        )
        curvature = xp.clip(2 * own - before - after, _FLAT, None)
        aside = xp.clip((after - before) / (2 * curvature), -0.5, 0.5)
        position: FloatArray = self.index + xp.where(self.inner, aside, xp.zeros_like(aside))
        return position


def depth_of(
    weights: Sequence[Planes],
    carriers: Sequence[Planes],
    source_index: NDArray[np.uint16],
    cells: tuple[int, int],
    progress: Progress,
) -> Depth:
    """What the network says of N frames about depth.

    Args:
        weights: N of (h, w), see `latent_fusion.LatentFusion`.
        carriers: The same.
        source_index: (H, W) the frame that each pixel of the picture came from, most of it.
        cells: How many of them the picture covers, down and across.
        progress: Only checked for cancelling.

    Raises:
        Cancelled: If the user stopped the job.
    """
    height, width = cells
    card = on_card(carriers[0][0:1])
    step = height if card else _STRIP_CELLS
    position, sure = np.empty((2, *cells), np.float32)

    def fill(top: int) -> None:
        rows = slice(top, min(top + step, height))
        first = as_float32(carriers[0][rows, :width])
        peaks = Peaks(first, (2, *first.shape))
        for weight, carrier in zip(weights, carriers, strict=True):
            votes = as_float32(carrier[rows, :width])
            both = namespace(votes).stack([as_float32(weight[rows, :width]), votes])
            peaks.add(votes, both)
        xp = namespace(first)
        chosen, carried = peaks.before + peaks.own + peaks.after
        position[rows] = on_host(peaks.position())
        sure[rows] = on_host(carried * xp.clip(chosen / _WEIGHTS, None, 1))

    for _ in ahead(fill, range(0, height, step), 0 if card else None):
        progress.checkpoint()
    rows, columns = map(_under, cells, source_index.shape)
    index = on_host(source_index[rows][:, columns])
    there = (np.abs(position - index.astype(np.float32)) < _NEAR).astype(np.float32)
    share = cv2.GaussianBlur(there, (0, 0), _AROUND_CELLS)
    return Depth(position, _as_bytes(sure * np.clip(share / _PIXELS, None, 1)))


def depth_by_energy(position: FloatArray, most: FloatArray, mean: FloatArray) -> Depth:
    """What the energies of N frames say about depth.

    Args:
        position: (h, w) of their `Peaks`, above `LEAST_ENERGY`.
        most: (h, w) the largest one.
        mean: (h, w) of all frames.
    """
    salt = np.abs(position - cv2.medianBlur(position, 5)) > _NEAR
    noise = np.float32(LEAST_ENERGY)
    if salt.mean() > _SALTED:
        noise = max(noise, np.float32(np.median(mean[salt])))
    contrast = (most - mean) / (most + noise)
    least, full = _CONTRAST
    return Depth(position, _as_bytes((contrast - np.float32(least)) / (full - least)))


def depth_by_source(provenance: Provenance) -> Depth:
    """What the origin of pixels alone says about depth."""
    return Depth(provenance.source_index.astype(np.float32), provenance.confidence)


def cut(depth: Depth, size_px: tuple[int, int], part: tuple[slice, slice]) -> Depth:
    """The depth of a part of a picture of (height, width)."""
    rows, columns = (
        _cells_of(range(side)[where], side, cells)
        for side, cells, where in zip(size_px, depth.position.shape, part, strict=True)
    )
    return Depth(*(np.ascontiguousarray(plane[rows][:, columns]) for plane in _planes(depth)))


def repainted(depth: Depth, before: Provenance, after: Provenance) -> Depth:
    """The depth of a picture that was painted on: what was painted is where its frame is.

    Args:
        depth: That of the picture, its positions those of `after`.
        before: Its provenance, with the same positions.
        after: The same once it was painted on.
    """
    rows, columns = map(_under, depth.position.shape, after.source_index.shape)
    old_index, old_sure, index, sure = (
        plane[rows][:, columns]
        for made in (before, after)
        for plane in (made.source_index, made.confidence)
    )
    painted = (index != old_index) | (sure != old_sure)
    return Depth(
        np.where(painted, index, depth.position).astype(np.float32),
        np.where(painted, sure, depth.sure),
    )


def _planes(depth: Depth) -> tuple[NDArray[Any], NDArray[Any]]:
    return depth.position, depth.sure


def _under(cells: int, side_px: int) -> NDArray[np.int64]:
    """The pixels in the middle of cells that cover a side."""
    return ((np.arange(cells) + 0.5) * side_px / cells).astype(np.int64)


def _cells_of(pixels: range, side_px: int, cells: int) -> NDArray[np.int64]:
    """The cells under a part of a side that so many of them cover."""
    count = max(1, round(len(pixels) * cells / side_px))
    return (pixels.start + _under(count, len(pixels))) * cells // side_px


def _as_bytes(shares: FloatArray) -> NDArray[np.uint8]:
    return np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)


def filled(
    depth: Depth, picture: NDArray[np.uint16], checkpoint: Callable[[], None] = lambda: None
) -> FloatArray:
    """The depth of all pixels.

    Args:
        depth: In cells that cover the picture.
        picture: (H, W, 3), display-encoded.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        (H, W) float32, place in the stack; between frames, too.
    """
    height, width = picture.shape[:2]
    rows, columns = depth.position.shape
    shrink = max(1.0, max(rows, columns) / _MOST_CELLS)
    size = max(1, round(columns / shrink)), max(1, round(rows / shrink))
    position, sure = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.float32)
        for plane in _planes(depth)
    )
    area = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    colours = np.asarray(area, np.float32) / np.float32(65535)
    alike = _alike(colours, _EDGE)
    sure = np.clip((sure / np.float32(255) - _DOUBT_TO) / (_SURE_FROM - _DOUBT_TO), 0, 1)
    weight = sure**2 + np.float32(_LEAST)
    far = _smoothed(position, weight, alike, (_FAR * max(size)) ** 2, checkpoint)
    known = far + sure * (position - far)
    outline = _outline(known)
    inner = weight * np.where(outline, np.float32(_LEAST), np.float32(1))
    px = max(size) / max(height, width)
    wanted = _smoothed(known, inner, alike, (_NEAR_PX * px) ** 2, checkpoint)
    known = _snapped(wanted, known, sure, outline & ~(_thin(known) & (sure > 0.5)))
    even = _alike(known[..., None], _LEVEL)
    known = _smoothed(known, weight, even, (_EVEN_PX * px) ** 2, checkpoint)
    return _enlarged(known, _outline(known), colours, picture, checkpoint)


def _alike(planes: FloatArray, apart: float) -> tuple[FloatArray, FloatArray]:
    """In [0, 1], how much each place of (h, w, c) is like the next one: below it, and right of it.

    What is right comes turned, (w - 1, h).
    """
    found = []
    for turned in (planes, np.moveaxis(planes, 0, 1)):
        away = np.sqrt(np.square(np.diff(turned, axis=0)).sum(axis=2))
        found.append(np.exp(away / np.float32(-apart), dtype=np.float32))
    return found[0], found[1]


def _smoothed(
    plane: FloatArray,
    weight: FloatArray,
    alike: tuple[FloatArray, FloatArray],
    strength: float,
    checkpoint: Callable[[], None],
) -> FloatArray:
    """(h, w) weighted means of what is around, and not across an edge."""
    both = np.stack([weight * plane, weight])
    for number in range(_ROUNDS):
        share = 1.5 * 4 ** (_ROUNDS - number - 1) / (4**_ROUNDS - 1)
        for axis in (1, 0):
            checkpoint()
            # Rows that are solved for come first.
            turned = np.ascontiguousarray(np.moveaxis(both, axis + 1, 0))
            _solve(turned, np.float32(strength * share) * alike[axis])
            both = np.moveaxis(turned, 0, axis + 1)
    return np.asarray(both[0] / both[1], np.float32)


def _solve(rows: FloatArray, tie: FloatArray) -> None:
    """Smooth (n, 2, m) along the first axis in place: a tridiagonal system for each column.

    Args:
        rows: What is smoothed.
        tie: (n - 1, m) how strongly a row is tied to the next one.
    """
    last = len(rows) - 1
    eliminated = np.empty_like(tie)
    before = np.zeros_like(rows[0, 0])
    for index in range(last + 1):
        pivot = 1 + before
        if index:
            pivot -= before * eliminated[index - 1]
            rows[index] += before * rows[index - 1]
        if index < last:
            pivot += tie[index]
            np.divide(tie[index], pivot, out=eliminated[index])
            before = tie[index]
        rows[index] /= pivot
    for index in range(last - 1, -1, -1):
        rows[index] += eliminated[index] * rows[index + 1]


def _outline(position: FloatArray) -> NDArray[np.bool_]:
    """(h, w) where the depth jumps nearby."""
    clean = cv2.medianBlur(position, 5)
    window = np.ones((_JUMP_CELLS, _JUMP_CELLS), np.uint8)
    jumps = (cv2.dilate(clean, window) - cv2.erode(clean, window) > _STEP).astype(np.uint8)
    return np.asarray(cv2.dilate(jumps, np.ones((3, 3), np.uint8))).view(np.bool_)


def _thin(position: FloatArray) -> NDArray[np.bool_]:
    """(h, w) where what has another depth than its surroundings is too narrow to have an inside."""
    window = np.ones((_THIN_CELLS, _THIN_CELLS), np.uint8)
    clean = cv2.medianBlur(position, 5)
    lower, upper = (
        cv2.morphologyEx(clean, how, window) for how in (cv2.MORPH_OPEN, cv2.MORPH_CLOSE)
    )
    return np.asarray((clean - lower > _STEP) | (upper - clean > _STEP))


def _snapped(
    wanted: FloatArray, known: FloatArray, sure: FloatArray, outline: NDArray[np.bool_]
) -> FloatArray:
    """At outlines that sure depth from nearby which comes nearest to what is wanted."""
    down, across = np.nonzero(outline)
    here = wanted[down, across]
    found, least = known[down, across], np.full(len(here), np.inf, np.float32)
    clean = np.where(cv2.medianBlur(sure, 5) > 0.5, cv2.medianBlur(known, 5), np.float32(np.inf))
    around = np.pad(clean, _SNAP_CELLS, mode="edge")
    for below in range(2 * _SNAP_CELLS + 1):
        for right in range(2 * _SNAP_CELLS + 1):
            there = around[down + below, across + right]
            away = np.abs(there - here)
            nearer = away < least
            found[nearer], least[nearer] = there[nearer], away[nearer]
    snapped = known.copy()
    snapped[down, across] = found
    return snapped


def _enlarged(
    position: FloatArray,
    outline: NDArray[np.bool_],
    colours: FloatArray,
    picture: NDArray[np.uint16],
    checkpoint: Callable[[], None],
) -> FloatArray:
    """(H, W) from cells: bilinear, but at outlines that of the cell around with the like colour."""
    height, width = picture.shape[:2]
    rows, columns = position.shape
    full = np.asarray(
        cv2.resize(position, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
    down, across = (
        np.clip((np.arange(many) + 0.5) * cells / many - 0.5, 0, cells - 1).astype(np.float32)
        for many, cells in ((height, rows), (width, columns))
    )
    for top in range(0, height, _BAND_ROWS):
        checkpoint()
        band = slice(top, top + _BAND_ROWS)
        nearest = outline[np.rint(down[band]).astype(int)][:, np.rint(across).astype(int)]
        y, x = np.nonzero(nearest)
        y += top
        own = picture[y, x].astype(np.float32) / np.float32(65535)
        first, left = down[y].astype(int), across[x].astype(int)
        low, aside = down[y] - first, across[x] - left
        most = np.full(len(y), -np.inf, np.float32)
        for below, share_down in ((0, 1 - low), (1, low)):
            for right, share_across in ((0, 1 - aside), (1, aside)):
                cell = np.minimum(first + below, rows - 1), np.minimum(left + right, columns - 1)
                away = np.square(colours[cell] - own).sum(axis=1) / np.float32(2 * _EDGE**2)
                rank = np.log(share_down * share_across + np.float32(_LEAST)) - away
                better = rank > most
                full[y[better], x[better]] = position[cell][better]
                most[better] = rank[better]
    return full
