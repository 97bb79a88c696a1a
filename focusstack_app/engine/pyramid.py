"""Laplacian-pyramid fusion: the classical method, for the impatient.

Burt and Adelson (1983); selection by the energy of each band in a small window, as in Wang and
Chang, "A multi-focus image fusion method based on Laplacian pyramid" (2011). Frames are folded in
one at a time, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import Depth, Provenance
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth import LEAST_ENERGY, Peaks, depth_by_energy

_ENERGY_SIGMA_PX = 2.0
_WINDOW_PX = 8  # that the Gaussian of the energy reaches
_SOURCE_SIGMA_PX = 1.7  # on top of that, at half size: which frame counts as the source
_STRIP_PX = 128  # rows that a thread does at a time
_TAPS = 2  # reduced pixels that the kernels of the pyramid reach, on each side


def fuse_pyramid(
    read: Callable[[int], FloatArray], count: int, progress: Progress
) -> tuple[FloatArray, Provenance, Depth]:
    """Fuse frames by the strongest detail in each band.

    Args:
        read: Gives frame i, (H, W, 3) float32, display-encoded, [0, 1]; called once per frame.
        count: Number of frames.
        progress: Reported per frame.

    Returns:
        The picture, (H, W, 3) float32, not clipped, its provenance (nothing is synthesised) and
        its depth.
    """
    base_sum = np.zeros(())
    levels: list[_Level] = []
    for index in range(count):
        picture = read(index)
        if not levels:
            sizes = _sizes(picture.shape[0], picture.shape[1])
            levels = [_Level(*size) for size in sizes[:-1]]
            sources = _Sources(*sizes[0])
        for number, level in enumerate(levels):
            progress.checkpoint()
            reduced = _reduced(picture)
            energy = level.fold(picture, reduced, first=index == 0)
            if number == 0:
                sources.fold(energy)
            picture = reduced
        base_sum = base_sum + picture
        progress.report((index + 1) / count * 0.9, message("Fusing"))
    picture = np.asarray(base_sum / count, dtype=np.float32)
    for level in reversed(levels):
        progress.checkpoint()
        picture = level.added_to(picture)
    progress.report(1.0, message("Fusing"))
    return picture, sources.provenance(), sources.depth()


class _Level:
    """The strongest detail so far in one band of the pyramid, in strips on several threads.

    Args:
        height: Of the band.
        width: Of the band.
    """

    def __init__(self, height: int, width: int) -> None:
        self._band = np.empty((height, width, 3), np.float32)
        self._best = np.empty((height, width), np.float32)

    def fold(self, picture: FloatArray, reduced: FloatArray, *, first: bool) -> FloatArray:
        """Take what is stronger in a frame; return the energy of its band, (H, W).

        Args:
            picture: (H, W, 3) of this level.
            reduced: Of the next one.
            first: Whether there was no frame before.
        """
        energy = np.empty_like(self._best)

        def fold_rows(rows: slice) -> None:
            around = slice(max(0, rows.start - _WINDOW_PX), rows.stop + _WINDOW_PX)
            own = slice(rows.start - around.start, rows.stop - around.start)
            part = picture[around]
            band = cv2.subtract(part, _expanded(reduced, around.start, part.shape))
            energy[rows] = _energy(np.asarray(band, np.float32))[own]
            if first:
                self._band[rows], self._best[rows] = band[own], energy[rows]
                return
            stronger = cv2.compare(energy[rows], self._best[rows], cv2.CMP_GT)
            cv2.copyTo(band[own], stronger, self._band[rows])
            cv2.copyTo(energy[rows], stronger, self._best[rows])

        _in_strips(fold_rows, len(picture))
        return energy

    def added_to(self, reduced: FloatArray) -> FloatArray:
        """The picture of this level from that of the next one."""

        def add(rows: slice) -> None:
            band = self._band[rows]
            cv2.add(band, _expanded(reduced, rows.start, band.shape), dst=band)

        _in_strips(add, len(self._band))
        return self._band


class _Sources:
    """Which frame is sharpest where, at half size.

    Args:
        height: Of the picture.
        width: Of the picture.
    """

    def __init__(self, height: int, width: int) -> None:
        self._full = (width, height)
        self._half = (max(1, width // 2), max(1, height // 2))
        self._runner_up, self._sum = np.zeros((2, *self._half[::-1]), np.float32)
        self._peaks: dict[int, Peaks] = {}  # of each strip, by its first row
        self._count = 0

    def fold(self, energy: FloatArray) -> None:
        """Look at the energy of the next frame's finest band."""
        small = cv2.resize(energy, self._half, interpolation=cv2.INTER_AREA)
        sharpness = np.asarray(cv2.GaussianBlur(small, (0, 0), _SOURCE_SIGMA_PX), np.float32)

        def add(rows: slice) -> None:
            own = sharpness[rows]
            if rows.start not in self._peaks:
                self._peaks[rows.start] = Peaks(own, (1, *own.shape))
            peaks, beaten = self._peaks[rows.start], self._runner_up[rows]
            np.maximum(beaten, np.minimum(own, peaks.most), out=beaten)
            peaks.add(own, own[np.newaxis])
            self._sum[rows] += own

        _in_strips(add, len(sharpness))
        self._count += 1

    def provenance(self) -> Provenance:
        """Of the picture; nothing is synthesised."""
        margin = 1.0 - self._runner_up / (self._most + 1e-12)
        confidence = np.rint(np.clip(margin, 0, 1) * 255).astype(np.uint8)
        source = self._all(lambda peaks: peaks.index.astype(np.uint16))
        nearest = cv2.INTER_NEAREST
        return Provenance(
            np.asarray(cv2.resize(source, self._full, interpolation=nearest), np.uint16),
            np.asarray(cv2.resize(confidence, self._full, interpolation=nearest), np.uint8),
            np.zeros(self._full[::-1], np.uint8),
        )

    def depth(self) -> Depth:
        """Of the picture."""
        place = self._all(lambda peaks: peaks.position(LEAST_ENERGY))
        return depth_by_energy(place, self._most, self._sum / np.float32(self._count))

    @property
    def _most(self) -> FloatArray:
        return self._all(lambda peaks: peaks.most)

    def _all(self, plane: Callable[[Peaks], NDArray[Any]]) -> NDArray[Any]:
        """A plane of all strips."""
        return np.concatenate([plane(self._peaks[top]) for top in sorted(self._peaks)])


def _sizes(height: int, width: int) -> list[tuple[int, int]]:
    """(height, width) of the levels from fine to coarse."""
    sizes = [(height, width)]
    for _ in range(max(1, int(np.log2(min(height, width))) - 3)):
        height, width = -(-height // 2), -(-width // 2)
        sizes.append((height, width))
    return sizes


def _in_strips(work: Callable[[slice], None], height: int) -> None:
    """Do something for all rows, on several threads."""
    strips = (slice(top, min(top + _STRIP_PX, height)) for top in range(0, height, _STRIP_PX))
    for _ in ahead(work, strips):
        pass


def _reduced(picture: FloatArray) -> FloatArray:
    """`cv2.pyrDown`."""
    height, width = picture.shape[:2]
    reduced = np.empty((-(-height // 2), -(-width // 2), 3), np.float32)

    def reduce(rows: slice) -> None:
        first = max(0, 2 * rows.start - 2 * _TAPS)
        part = cv2.pyrDown(picture[first : 2 * rows.stop + 2 * _TAPS])
        reduced[rows] = part[rows.start - first // 2 :][: rows.stop - rows.start]

    _in_strips(reduce, len(reduced))
    return reduced


def _expanded(reduced: FloatArray, top: int, shape: tuple[int, ...]) -> FloatArray:
    """The rows from `top` on of `cv2.pyrUp`, of the shape of a part of the level before."""
    height, width = shape[:2]
    first = max(0, top // 2 - _TAPS)
    part = reduced[first : -(-(top + height) // 2) + _TAPS]
    # Twice as many rows, but for the last one of an odd number.
    rows = 2 * len(part)
    if first + len(part) == len(reduced):
        rows = max(rows - 1, top + height - 2 * first)
    up = cv2.pyrUp(part, dstsize=(width, rows))
    return np.asarray(up[top - 2 * first :][:height], dtype=np.float32)


def _energy(band: FloatArray) -> FloatArray:
    """(H, W) energy of a band's luminance in a Gaussian window."""
    plane = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY)
    squared = cv2.multiply(plane, plane, dst=plane)
    return np.asarray(cv2.GaussianBlur(squared, (0, 0), _ENERGY_SIGMA_PX), dtype=np.float32)
