"""Families of transforms that a fit chooses from, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.kinds import of_kind
from focusstack_app.engine.points import Doubles

Matrix = NDArray[np.float64]


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


STILL = Similarity(1 + 0j, 0j)
# What small steps of the parameters of `Tilts` do: right, down, larger, turned, and the slopes.
WAYS = np.zeros((6, 3, 3))
WAYS[0, 0, 2] = WAYS[1, 1, 2] = WAYS[2, 0, 0] = WAYS[2, 1, 1] = WAYS[3, 1, 0] = 1
WAYS[3, 0, 1] = -1
WAYS[4, 2, 0] = WAYS[5, 2, 1] = 1


def unit_frame(height: int, width: int) -> Matrix:
    """(3, 3) from pixel centres to coordinates from the centre, half the longer side being 1."""
    unit = max(height, width) / 2
    return np.array(
        [[1 / unit, 0, -(width - 1) / 2 / unit], [0, 1 / unit, -(height - 1) / 2 / unit],
         [0, 0, 1]]
    )  # fmt: skip


def in_units(similarity: Similarity, unit: float) -> Matrix:
    """(3, 3) in the coordinates of `unit_frame`, of one in pixels."""
    return Similarity(similarity.z, similarity.t / unit).matrix(1, 1)


def in_copies(matrices: Matrix, size_px: tuple[int, int], copy_px: tuple[int, int]) -> Matrix:
    """(..., 3, 3) between pictures, as they are between larger or smaller copies of both.

    Args:
        matrices: On pixel centres.
        size_px: (height, width) of the pictures.
        copy_px: The same of the copies.
    """
    down, across = (new / old for new, old in zip(copy_px, size_px, strict=True))
    # Corners stay corners: pixel centres lie half a pixel inside.
    scale = np.array(
        [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]], np.float64
    )
    there = scale @ matrices @ np.linalg.inv(scale)
    return np.asarray(there / there[..., 2:, 2:])


class Warp(Protocol):
    """A family of transforms, one for each of N pairs.

    Indices are (N, K), x and y in pixels from the centre; `unit` is half the longer side.
    """

    def place(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """Where points of the template lie on the other picture."""
        ...

    def back(self) -> Warp:
        """The other way."""
        ...

    def slopes(self, x: Doubles, y: Doubles, dx: Doubles, dy: Doubles) -> list[Doubles]:
        """What each parameter does to the value there, by the other picture's gradient."""
        ...

    def add(self, steps: Doubles) -> None:
        """Change the parameters, (N, parameters)."""
        ...


class Similarities:
    """Similarities that begin with these, in pixels.

    Attributes:
        z, t: (N,) complex, as they are now.
    """

    def __init__(self, starts: Sequence[Similarity], unit: float) -> None:
        self.z, self.t = (np.array(part) for part in zip(*starts, strict=True))
        self._unit = unit

    def place(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """See `Warp.place`."""
        across, down, right, below = columns(x, self.z.real, self.z.imag, self.t.real, self.t.imag)
        return across * x - down * y + right, down * x + across * y + below

    def back(self) -> Similarities:
        """See `Warp.back`."""
        inverse = [Similarity(z, t).inverse() for z, t in zip(self.z, self.t, strict=True)]
        return Similarities(inverse, self._unit)

    def slopes(self, x: Doubles, y: Doubles, dx: Doubles, dy: Doubles) -> list[Doubles]:
        """See `Warp.slopes`."""
        return [(dx * x + dy * y) / self._unit, (dy * x - dx * y) / self._unit, dx, dy]

    def add(self, steps: Doubles) -> None:
        """See `Warp.add`."""
        turn, shift = steps[:, :2] @ (1, 1j), steps[:, 2:] @ (1, 1j)
        self.z, self.t = self.z + turn / self._unit, self.t + shift


class Tilts:
    """Similarities, in pixels, after what a tilt of the camera does to the template.

    That is a homography that keeps angles at the centre: shift, scale, turn and two slopes of the
    depth, six parameters instead of eight.

    Args:
        after: Of each of N pairs, in pixels.
        starts: (N, 3, 3) homographies in the coordinates of `unit_frame` that come first.
        unit: Half the longer side.

    Attributes:
        found: The homographies as they are now.
    """

    def __init__(self, after: Sequence[Similarity], starts: Matrix, unit: float) -> None:
        self.found, self._unit = starts, unit
        self._after = after
        self._z, self._t = (np.array(part) for part in zip(*after, strict=True))

    def place(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """See `Warp.place`."""
        h = columns(x, *self.found.reshape(-1, 9).T)
        across, down, right, below = columns(
            x, self._z.real, self._z.imag, self._t.real, self._t.imag
        )
        u, v = x / self._unit, y / self._unit
        w = (h[6] * u + h[7] * v + h[8]) / self._unit
        u, v = (h[0] * u + h[1] * v + h[2]) / w, (h[3] * u + h[4] * v + h[5]) / w
        return across * u - down * v + right, down * u + across * v + below

    def back(self) -> Tilts:
        """See `Warp.back`."""
        there = np.stack([in_units(own, self._unit) for own in self._after])
        first = there @ np.linalg.inv(self.found) @ np.linalg.inv(there)
        return Tilts([own.inverse() for own in self._after], first, self._unit)

    def slopes(self, x: Doubles, y: Doubles, dx: Doubles, dy: Doubles) -> list[Doubles]:
        """See `Warp.slopes`."""
        real, imaginary = columns(x, self._z.real, self._z.imag)
        across = (dx * real + dy * imaginary) * self._unit
        down = (dy * real - dx * imaginary) * self._unit
        u, v = x / self._unit, y / self._unit
        larger = across * u + down * v
        return [across, down, larger, down * u - across * v, -larger * u, -larger * v]

    def add(self, steps: Doubles) -> None:
        """See `Warp.add`."""
        found = self.found @ (np.eye(3) + np.tensordot(steps, WAYS, 1))
        self.found = found / found[:, 2:, 2:]


def columns(like: Doubles, *values: Doubles) -> list[Doubles]:
    """(N, 1) of each of (N,), of the kind of another array."""
    return list(of_kind(like, np.stack(values)[..., None]))  # one copy for all of them
