"""Where one picture lies on another: Gauss-Newton on grey levels (Lucas and Kanade, 1981).

Many pixels are sharp, or soft, in both pictures alike and decide; where they differ in focus they
count less (iteratively reweighted Cauchy loss). Brightness may differ by a gain and an offset.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.model import FloatArray

Matrix = NDArray[np.float64]
Pixels = NDArray[np.intp]  # indices into a plane, row by row

# With more threads each waits for the others: between the steps of all of them lies Python.
PAIRS_AT_ONCE = min(8, os.cpu_count() or 1)
_LEVELS = 4  # of a pyramid
_PIXELS = 40_000  # that decide, per level
_TEXTURED = 0.35  # share of the picture that is looked at: the strongest gradients
_FEWEST = 64  # pixels
_TILES = 12  # along the longer side, of the pattern that parts a picture in two


class Similarity(NamedTuple):
    """x -> z x + t on complex pixel coordinates from the picture's centre."""

    z: complex
    t: complex

    def after(self, first: Similarity) -> Similarity:
        """This transform of the result of `first`."""
        return Similarity(self.z * first.z, self.z * first.t + self.t)

    def inverse(self) -> Similarity:
        """Back again."""
        return Similarity(1 / self.z, -self.t / self.z)

    def matrix(self, height: int, width: int) -> Matrix:
        """(3, 3) on pixel centres from the top left corner, for a picture of this size."""
        centre = complex((width - 1) / 2, (height - 1) / 2)
        shift = centre - self.z * centre + self.t
        return np.array(
            [[self.z.real, -self.z.imag, shift.real], [self.z.imag, self.z.real, shift.imag],
             [0, 0, 1]]
        )  # fmt: skip


def unit_frame(height: int, width: int) -> Matrix:
    """(3, 3) from pixel centres to coordinates from the centre, half the longer side being 1."""
    unit = max(height, width) / 2
    return np.array(
        [[1 / unit, 0, -(width - 1) / 2 / unit], [0, 1 / unit, -(height - 1) / 2 / unit],
         [0, 0, 1]]
    )  # fmt: skip


class _Warp(Protocol):
    """A family of transforms; x and y in pixels from the centre, `unit` half the longer side."""

    def place(self, x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
        """Where points of the template lie on the other picture."""
        ...

    def slopes(self, x: Matrix, y: Matrix, dx: Matrix, dy: Matrix) -> list[Matrix]:
        """What each parameter does to the value there, by the other picture's gradient."""
        ...

    def add(self, step: Matrix) -> None:
        """Change the parameters."""
        ...


class _SimilarityWarp:
    def __init__(self, start: Similarity, unit: float) -> None:
        self.found, self._unit = start, unit

    def place(self, x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
        z, t = self.found
        return z.real * x - z.imag * y + t.real, z.imag * x + z.real * y + t.imag

    def slopes(self, x: Matrix, y: Matrix, dx: Matrix, dy: Matrix) -> list[Matrix]:
        return [(dx * x + dy * y) / self._unit, (dy * x - dx * y) / self._unit, dx, dy]

    def add(self, step: Matrix) -> None:
        z, t = self.found
        turn = complex(step[0], step[1]) / self._unit
        self.found = Similarity(z + turn, t + complex(step[2], step[3]))


class _HomographyWarp:
    """A similarity after a homography of the template, (3, 3) in coordinates of `unit_frame`."""

    def __init__(self, after: Similarity, start: Matrix, unit: float) -> None:
        self.found, self._after, self._unit = start, after, unit

    def place(self, x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
        u, v, w = self.found @ np.stack([x / self._unit, y / self._unit, np.ones_like(x)])
        z, t = self._after
        u, v = u / w * self._unit, v / w * self._unit
        return z.real * u - z.imag * v + t.real, z.imag * u + z.real * v + t.imag

    def slopes(self, x: Matrix, y: Matrix, dx: Matrix, dy: Matrix) -> list[Matrix]:
        z = self._after.z
        across = (dx * z.real + dy * z.imag) * self._unit
        down = (dy * z.real - dx * z.imag) * self._unit
        u, v = x / self._unit, y / self._unit
        away = -(across * u + down * v)
        return [across, down, across * u, across * v, down * u, down * v, away * u, away * v]

    def add(self, step: Matrix) -> None:
        s, m, g = step[:2], step[2:6].reshape(2, 2), step[6:]
        change = np.block([[np.eye(2) + m, s[:, None]], [g[None], np.ones((1, 1))]])
        found = self.found @ change
        self.found = found / found[2, 2]


class Level(NamedTuple):
    """A plane of a pyramid.

    Attributes:
        plane: (H, W), luminance.
        least: Strength of its gradient above which it has texture.
    """

    plane: FloatArray
    least: float


def pyramid(proxy: FloatArray) -> list[Level]:
    """Luminance planes, fine to coarse, a little smoothed against noise."""
    plane = np.asarray(cv2.cvtColor(proxy, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    planes = [plane]
    while len(planes) < _LEVELS and min(planes[-1].shape) > 96:
        planes.append(np.asarray(cv2.pyrDown(planes[-1]), dtype=np.float32))
    smooth = [np.asarray(cv2.GaussianBlur(p, (0, 0), 1.0), dtype=np.float32) for p in planes]
    return [Level(p, max(float(np.quantile(_strength(p), 1 - _TEXTURED)), 1e-8)) for p in smooth]


def refine_similarity(
    template: Level, moved: Level, start: Similarity, iterations: int
) -> Similarity | None:
    """The similarity that takes points of one plane to those of another.

    Args:
        template: Of one picture.
        moved: Of the other, of the same size.
        start: In pixels of these planes.
        iterations: At most.

    Returns:
        None where there is too little to see.
    """
    warp = _SimilarityWarp(start, max(template.plane.shape) / 2)
    pair = _Pair(template, moved)
    return warp.found if pair.fit(warp, pair.textured, iterations) else None


def refine_homographies(
    template: Level,
    moved: Level,
    after: Similarity,
    starts: Sequence[Matrix],
    iterations: int,
) -> list[Matrix | None]:
    """Two homographies that take points of one plane to where a similarity finds them on another.

    Each looks at its half of the picture, the tiles of one colour of a chequered pattern.

    Args:
        template: Of one picture.
        moved: Of the other, of the same size.
        after: In pixels of these planes.
        starts: Two of (3, 3) in the coordinates of `unit_frame`.
        iterations: At most.

    Returns:
        None for a half in which there is too little to see.
    """
    shape = template.plane.shape
    unit, tile = max(shape) / 2, max(shape) / _TILES
    pair = _Pair(template, moved)
    down, across = (np.arange(side) // tile for side in shape)
    colour = ((down[:, None] + across) % 2).take(pair.textured)
    found: list[Matrix | None] = []
    for half, start in enumerate(starts):
        warp = _HomographyWarp(after, start, unit)
        told = pair.fit(warp, pair.textured[colour == half], iterations)
        found.append(warp.found if told else None)
    return found


class _Pair:
    """Two planes, and where the first has texture."""

    def __init__(self, template: Level, moved: Level) -> None:
        self._template, self._moved = template.plane, moved.plane
        self._across, self._down = _gradient(moved.plane)
        self.textured: Pixels = np.flatnonzero(_strength(template.plane) > template.least)

    def fit(self, warp: _Warp, chosen: Pixels, iterations: int) -> bool:
        """Bring a warp to where the planes agree best; False where there is too little to see."""
        if len(chosen) < _FEWEST:
            return False
        if len(chosen) > _PIXELS:
            chosen = chosen[np.linspace(0, len(chosen) - 1, _PIXELS).astype(np.intp)]
        height, width = self._template.shape
        rows, columns = np.divmod(chosen, width)
        x, y = columns - (width - 1) / 2, rows - (height - 1) / 2
        target = self._template.take(chosen).astype(np.float64)
        planes = (
            (self._moved, cv2.INTER_LANCZOS4),
            (self._across, cv2.INTER_LINEAR),
            (self._down, cv2.INTER_LINEAR),
        )
        gain, offset = 1.0, 0.0
        for _ in range(iterations):
            at_x, at_y = warp.place(x, y)
            at_x, at_y = at_x + (width - 1) / 2, at_y + (height - 1) / 2
            inside = (at_x >= 1) & (at_x <= width - 2) & (at_y >= 1) & (at_y <= height - 2)
            if inside.sum() < _FEWEST:
                return False
            # OpenCV samples at 1/32 px; the gradient takes it the rest of the way.
            grid_x, grid_y = np.rint(at_x * 32) / 32, np.rint(at_y * 32) / 32
            points = _as_picture(grid_x), _as_picture(grid_y)
            value, dx, dy = (_sampled(plane, points, kernel)[: len(x)] for plane, kernel in planes)
            value = value + dx * (at_x - grid_x) + dy * (at_y - grid_y)
            residual = target - gain * value - offset
            spread = (
                2.2 * float(np.median(np.abs(residual[inside]))) + 1e-3
            )  # 1.5 standard deviations
            weight = inside / (1 + np.square(residual / spread)) ** 2
            slopes = np.stack(
                [*warp.slopes(x, y, gain * dx, gain * dy), value, np.ones_like(value)]
            )
            weighted = slopes * weight
            # The operator @ keeps the interpreter's lock, and with it all other threads.
            normal, towards = np.dot(weighted, slopes.T), np.dot(weighted, residual)
            step = np.linalg.lstsq(normal, towards, rcond=1e-10)[0]
            warp.add(step[:-2])
            gain, offset = gain + step[-2], offset + step[-1]
            if np.abs(step[:-2]).sum() < 1e-3:
                break
        return True


def _strength(plane: FloatArray) -> FloatArray:
    """The square of the gradient; nothing at the border."""
    strength = np.zeros(plane.shape, np.float32)
    across, down = _gradient(plane)
    inner = (slice(3, -3), slice(3, -3))
    strength[inner] = (across**2 + down**2)[inner]
    return strength


def _gradient(plane: FloatArray) -> tuple[FloatArray, FloatArray]:
    kernel = np.array([[-0.5, 0.0, 0.5]], np.float32)
    across, down = (cv2.filter2D(plane, cv2.CV_32F, k) for k in (kernel, kernel.T))
    return np.asarray(across, dtype=np.float32), np.asarray(down, dtype=np.float32)


def _as_picture(coordinates: Matrix) -> FloatArray:
    """Coordinates of scattered points as OpenCV wants them: in rows, the last one filled up."""
    columns = 256
    spare = -len(coordinates) % columns
    return np.pad(coordinates, (0, spare)).astype(np.float32).reshape(-1, columns)


def _sampled(plane: FloatArray, points: tuple[FloatArray, FloatArray], kernel: int) -> Matrix:
    """Values at scattered points, across and down.

    OpenCV's bicubic kernel is so inexact that small movements are drawn to whole pixels: not for
    values.
    """
    values = cv2.remap(plane, *points, kernel, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.ravel(), dtype=np.float64)
