"""How deep in the stack lies what is seen, between its frames too, and how sure that is.

For each place the network says which frame is focused on it (the carriers), and by what it takes of
the neighbours (the weights) how far from that frame: the logarithm of the weights is taken for a
parabola. In plain parts the carriers may name any frame. They are believed where the pixels came
from the frame that they name: nearby, and in all of the patch that they give one depth, because
single pixels of a wrong patch agree with it by chance (`_credible`). For pyramids the energy of
the detail says both. `depth_map` makes the depth of all pixels of it.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from focusstack_app.engine.smoothing import alike, smaller, smoothed

_STRIP_CELLS = 128  # rows that a thread does at a time
_FLOOR = 1e-3  # of a weight whose logarithm is taken
_FLAT = 1e-3  # a curvature that tells nothing
_WEIGHTS = 0.2  # a share of them that is near its frame makes a carrier credible
# So do shares of pixels from that frame: nearby, and in its patch (from none of it to all of it).
_NEAR, _AROUND_CELLS, _PIXELS, _OF_PATCH = 1.5, 4.0, 0.5, (0.3, 0.6)
_PATCH = 0.05  # between frames: what is apart by more is another patch
_PATCH_CELLS = 1024  # on the longer side of the grid on which patches are looked at
LEAST_ENERGY = 1e-6  # of detail: a quarter of a step of 8 bits, squared
_CONTRAST = 0.0, 0.55  # of the largest energy with the mean: nothing said, and all
_SALTED = 0.03  # a share of places that have another frame than those around: noise decides there


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
    provenance: Provenance,
    cells: tuple[int, int],
    progress: Progress,
) -> Depth:
    """What the network says of N frames about depth.

    Args:
        weights: N of (h, w), see `latent_fusion.LatentFusion`.
        carriers: The same.
        provenance: Of the pixels of the picture, with positions among these frames.
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
    rows, columns = map(_under, cells, provenance.source_index.shape)
    index, alone = (
        on_host(plane[rows][:, columns])
        for plane in (provenance.source_index, provenance.confidence)
    )
    near = (np.abs(position - index.astype(np.float32)) < _NEAR).astype(np.uint8)
    sure *= _credible(position, near, alone, progress)
    return Depth(position, _as_bytes(sure))


def _credible(
    position: FloatArray, near: NDArray[np.uint8], alone: NDArray[np.uint8], progress: Progress
) -> FloatArray:
    """How credible carriers are by the frame that pixels came from, nearby and in the patch.

    Args:
        position: (h, w)
        near: (h, w) 1 where the pixel came from there, else 0.
        alone: (h, w) how far it came from one frame alone: it counts by that in the patch.
        progress: Only checked for cancelling.

    Returns:
        (h, w) in [0, 1].
    """
    size = smaller(position.shape, _PATCH_CELLS)
    clean = cv2.medianBlur(position, 5)
    clean = cv2.resize(clean, size, interpolation=cv2.INTER_NEAREST)
    came, weight = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
        for plane in (near * np.uint8(255), alone)
    )
    tied = alike(np.asarray(clean, np.float32)[..., np.newaxis], _PATCH)
    patch = smoothed(came, weight + np.float32(_FLOOR), tied, max(size), progress.checkpoint)
    none, full = _OF_PATCH
    share = (patch / np.float32(255) - np.float32(none)) / np.float32(full - none)
    around = cv2.GaussianBlur(near * np.uint8(255), (0, 0), _AROUND_CELLS)
    whole = cv2.resize(share, position.shape[::-1], interpolation=cv2.INTER_LINEAR)
    found = np.minimum(whole, around * np.float32(1 / (255 * _PIXELS)))
    return np.asarray(np.clip(found, 0, 1), np.float32)


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
