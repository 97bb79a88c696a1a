"""Registration: where each frame lies on the reference, and its pixels resampled there.

Focus breathing is a change of scale; rails and hands add shift and rotation: a similarity, written
here with complex numbers, x -> z x + t, x in pixels from the picture's centre. It is found by
Gauss-Newton on reduced pictures, coarse to fine (Lucas and Kanade, 1981), with weights that let
the many pixels decide that are sharp, or soft, in both frames alike (iteratively reweighted
Cauchy loss). Neighbours differ least in focus and are registered first; pairs further apart then
keep long stacks from drifting (least squares over all pairs).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.fusion import Registration
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.pixels import to_float, to_uint16

Matrix = NDArray[np.float64]

PROXY_SIDE_PX = 1200
_LEVELS = 4  # of a proxy's pyramid
_ITERATIONS = (6, 8, 15, 30)  # fine to coarse
_PIXELS = 40_000  # that decide, per level
_TEXTURED = 0.35  # share of the picture that is looked at: the strongest gradients
_BAND_PX = 256
_MOST_THREADS = 8
_REACH_PX = 5  # of the Lanczos kernel
_HOP = 4  # pairs 1, 4, 16 ... frames apart
_MAX_SCALE, _MAX_TURN, _MAX_SHIFT = 1.25, 0.1, 0.2  # ratio, radians, share of the longer side


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


_STILL = Similarity(1 + 0j, 0j)
_LEAST_AGREEMENT = 0.2  # correlation of neighbours
_STILL_PX, _EVEN = 0.2, 0.004  # at most these, and a frame is left as it is


def proxy_of(pixels: Pixels) -> NDArray[Any]:
    """A frame reduced for registration: (H, W, 3) to (h, w, 3) of its type, 1200 px at most."""
    height, width = pixels.shape[:2]
    scale = min(1.0, PROXY_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def register(
    proxies: Sequence[Planes], reference: int, size_px: tuple[int, int], progress: Progress
) -> Registration:
    """Register frames to the reference.

    Args:
        proxies: Of `proxy_of`, one per frame, in focus order.
        reference: Index of the frame that stays as it is.
        size_px: (height, width) of the full frames.
        progress: Reported per pair.

    Raises:
        Cancelled: If the user stopped the job.
    """
    count = len(proxies)
    hops = _hops(count)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress.report(done / (count + len(hops)), "Aligning")

    @lru_cache(maxsize=4)
    def planes(index: int) -> list[FloatArray]:
        return _pyramid(to_float(proxies[index][:]))

    frame_from_first = [_STILL]
    pairs: dict[tuple[int, int], Similarity] = {}
    doubtful = []
    for index in range(1, count):
        before, here = planes(index - 1), planes(index)
        own = _estimated(before, here, _coarse_shift(before, here))
        if own is None:
            doubtful.append(index)
            own = _STILL
        pairs[index - 1, index] = own
        frame_from_first.append(own.after(frame_from_first[-1]))
        tick()
    for a, b in hops:
        chained = frame_from_first[b].after(frame_from_first[a].inverse())
        own = _estimated(planes(a), planes(b), chained)
        if own is not None and _apart_px(own, chained, planes(a)[0].shape) < 2 * (b - a):
            pairs[a, b] = own
        tick()
    frame_from_first = _settled(pairs, count)
    first_from_reference = frame_from_first[reference].inverse()
    small_px = proxies[0].shape[0], proxies[0].shape[1]
    matrices = np.stack(
        [one.after(first_from_reference).matrix(*small_px) for one in frame_from_first]
    )
    fixed = to_float(proxies[reference][:])
    gains = [
        _gains(fixed, to_float(proxy[:]), matrix)
        for proxy, matrix in zip(proxies, matrices, strict=True)
    ]
    progress.report(1.0, "Aligning")
    return rescaled(Registration(matrices, np.stack(gains), tuple(doubtful), small_px), size_px)


def rescaled(registration: Registration, size_px: tuple[int, int]) -> Registration:
    """The same registration for larger or smaller copies of the frames, (height, width)."""
    down, across = (new / old for new, old in zip(size_px, registration.size_px, strict=True))
    # Corners stay corners: pixel centres lie half a pixel inside.
    scale = np.array(
        [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]], np.float64
    )
    matrices = scale @ registration.frame_from_reference @ np.linalg.inv(scale)
    return replace(registration, frame_from_reference=matrices, size_px=size_px)


def resample(
    frame: Planes, frame_from_reference: Matrix, gains: Matrix, beside: Planes
) -> NDArray[np.uint16]:
    """A frame as the reference camera would have seen it.

    Args:
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        frame_from_reference: (3, 3).
        gains: (3,).
        beside: (H, W, 3) uint8 or uint16, the resampled neighbour towards the reference; it fills
            in where the frame shows nothing, so that no made-up border can pass for detail.

    Returns:
        (H, W, 3) uint16, resampled once (Lanczos).
    """
    height, width = frame.shape[:2]
    moved = np.empty((height, width, 3), np.uint16)

    def resample_band(top: int) -> None:
        bottom = min(height, top + _BAND_PX)
        down = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
        corners = np.array([[x, y, 1] for x in (0, width - 1) for y in (top, bottom - 1)])
        rows = (corners @ frame_from_reference.T)[:, 1]
        first = int(np.clip(np.floor(rows.min()) - _REACH_PX, 0, height - 1))
        last = int(np.clip(np.ceil(rows.max()) + _REACH_PX, first + 1, height))
        up = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -first], [0.0, 0.0, 1.0]])
        band = cv2.warpAffine(
            to_float(frame[first:last]),
            (up @ frame_from_reference @ down)[:2], (width, bottom - top),
            flags=cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        band *= np.asarray(gains, dtype=np.float32)
        bare = ~_covered(bottom - top, width, frame_from_reference @ down, (height, width))
        if bare.any():
            np.copyto(band, to_float(beside[top:bottom]), where=bare[..., None])
        moved[top:bottom] = to_uint16(np.asarray(band, dtype=np.float32))

    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        list(pool.map(resample_band, range(0, height, _BAND_PX)))
    return moved


def common_area(registration: Registration, moved: Sequence[int]) -> tuple[slice, slice]:
    """Rows and columns of the reference that the moved frames show as well.

    Borders are cut where they are barest, until nothing is bare; where less than half of the
    picture would remain, nothing is cut.
    """
    height, width = registration.size_px
    step = max(1, max(height, width) // 600)
    bare = np.zeros((-(-height // step), -(-width // step)), np.bool_)
    scale = np.diag([step, step, 1.0])
    for index in moved:
        matrix = registration.frame_from_reference[index] @ scale
        bare |= ~_covered(bare.shape[0], bare.shape[1], matrix, (height, width))
    top, bottom, left, right = 0, bare.shape[0], 0, bare.shape[1]
    while (inside := bare[top:bottom, left:right]).any():
        sides = {
            "top": inside[0].mean(), "bottom": inside[-1].mean(),
            "left": inside[:, 0].mean(), "right": inside[:, -1].mean(),
        }  # fmt: skip
        barest = max(sides, key=lambda side: sides[side])
        top, bottom = top + (barest == "top"), bottom - (barest == "bottom")
        left, right = left + (barest == "left"), right - (barest == "right")
    if (bottom - top) * (right - left) < 0.5 * bare.size:
        return slice(0, height), slice(0, width)
    # A step further in on each side that was cut: the grid is coarse.
    rows = slice(
        top and (top + 1) * step, height if bottom == bare.shape[0] else (bottom - 1) * step
    )
    columns = slice(
        left and (left + 1) * step, width if right == bare.shape[1] else (right - 1) * step
    )
    return rows, columns


def _hops(count: int) -> list[tuple[int, int]]:
    """Pairs of frames further apart than neighbours, fewer of them the further apart."""
    pairs = []
    hop = _HOP
    while hop < count:
        pairs += [(start, start + hop) for start in range(0, count - hop, max(1, hop // 2))]
        hop *= _HOP
    return pairs


def _pyramid(proxy: FloatArray) -> list[FloatArray]:
    """Luminance planes, fine to coarse, a little smoothed against noise."""
    plane = np.asarray(cv2.cvtColor(proxy, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    planes = [plane]
    while len(planes) < _LEVELS and min(planes[-1].shape) > 96:
        planes.append(np.asarray(cv2.pyrDown(planes[-1]), dtype=np.float32))
    return [np.asarray(cv2.GaussianBlur(p, (0, 0), 1.0), dtype=np.float32) for p in planes]


def _coarse_shift(template: list[FloatArray], moved: list[FloatArray]) -> Similarity:
    """Where phase correlation of the coarsest level is sure of a shift, that shift."""
    height, width = template[-1].shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (across, down), response = cv2.phaseCorrelate(template[-1], moved[-1], window)
    enlarged = template[0].shape[1] / width
    return Similarity(1 + 0j, enlarged * complex(across, down)) if response > 0.2 else _STILL


def _estimated(
    template: list[FloatArray], moved: list[FloatArray], start: Similarity
) -> Similarity | None:
    """moved_from_template in pixels of the finest level; None where it is not to be believed."""
    found = start
    for level in reversed(range(len(template))):
        enlarged = template[0].shape[1] / template[level].shape[1]
        here = _refined(
            template[level], moved[level], Similarity(found.z, found.t / enlarged),
            _ITERATIONS[level],
        )  # fmt: skip
        if here is None:
            return None
        found = Similarity(here.z, here.t * enlarged)
    side = max(template[0].shape)
    plausible = (
        1 / _MAX_SCALE < abs(found.z) < _MAX_SCALE
        and abs(np.angle(found.z)) < _MAX_TURN
        and abs(found.t) < _MAX_SHIFT * side
    )
    level = min(1, len(template) - 1)
    still = _agreement(template[level], moved[level], _STILL, level)
    if plausible and _agreement(template[level], moved[level], found, level) > max(
        _LEAST_AGREEMENT, 0.98 * still
    ):
        return found
    return None


def _refined(
    template: FloatArray, moved: FloatArray, start: Similarity, iterations: int
) -> Similarity | None:
    """Gauss-Newton at one level, with a gain and an offset of brightness."""
    height, width = template.shape
    strength = np.zeros(template.shape, np.float32)
    across, down = _gradient(template)
    inner = (slice(3, -3), slice(3, -3))
    strength[inner] = (across**2 + down**2)[inner]
    least = max(float(np.quantile(strength, 1 - _TEXTURED)), 1e-8)
    rows, columns = np.nonzero(strength > least)
    if len(rows) < 64:
        return None
    if len(rows) > _PIXELS:
        every = np.linspace(0, len(rows) - 1, _PIXELS).astype(np.intp)
        rows, columns = rows[every], columns[every]
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    x, y = columns - centre[0], rows - centre[1]
    target = template[rows, columns].astype(np.float64)
    across, down = _gradient(moved)
    z, t = start
    gain, offset, unit = 1.0, 0.0, max(height, width) / 2
    for _ in range(iterations):
        at_x = z.real * x - z.imag * y + t.real + centre[0]
        at_y = z.imag * x + z.real * y + t.imag + centre[1]
        inside = (at_x >= 1) & (at_x <= width - 2) & (at_y >= 1) & (at_y <= height - 2)
        if inside.sum() < 64:
            return None
        # OpenCV samples at 1/32 px; the gradient takes it the rest of the way.
        grid_x, grid_y = np.rint(at_x * 32) / 32, np.rint(at_y * 32) / 32
        value, dx, dy = (
            _sampled(plane, grid_x, grid_y, kernel)
            for plane, kernel in (
                (moved, cv2.INTER_LANCZOS4), (across, cv2.INTER_LINEAR), (down, cv2.INTER_LINEAR)
            )
        )  # fmt: skip
        value = value + dx * (at_x - grid_x) + dy * (at_y - grid_y)
        residual = target - gain * value - offset
        spread = 2.2 * float(np.median(np.abs(residual[inside]))) + 1e-3  # 1.5 standard deviations
        weight = inside / (1 + np.square(residual / spread)) ** 2
        slopes = np.stack(
            [gain * (dx * x + dy * y) / unit, gain * (dy * x - dx * y) / unit, gain * dx, gain * dy,
             value, np.ones_like(value)]
        )  # fmt: skip
        weighted = slopes * weight
        step = np.linalg.lstsq(weighted @ slopes.T, weighted @ residual, rcond=1e-10)[0]
        z += complex(step[0], step[1]) / unit
        t += complex(step[2], step[3])
        gain, offset = gain + step[4], offset + step[5]
        if np.abs(step[:4]).sum() < 1e-3:
            break
    return Similarity(z, t)


def _gradient(plane: FloatArray) -> tuple[FloatArray, FloatArray]:
    kernel = np.array([[-0.5, 0.0, 0.5]], np.float32)
    across, down = (cv2.filter2D(plane, cv2.CV_32F, k) for k in (kernel, kernel.T))
    return np.asarray(across, dtype=np.float32), np.asarray(down, dtype=np.float32)


def _sampled(plane: FloatArray, x: Matrix, y: Matrix, kernel: int) -> Matrix:
    """Values at scattered points; OpenCV wants them as a picture.

    Its bicubic kernel is so inexact that small movements are drawn to whole pixels: not for values.
    """
    columns = 256
    spare = -len(x) % columns
    across, down = (np.pad(at, (0, spare)).astype(np.float32).reshape(-1, columns) for at in (x, y))
    values = cv2.remap(plane, across, down, kernel, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.ravel()[: len(x)], dtype=np.float64)


def _agreement(template: FloatArray, moved: FloatArray, found: Similarity, level: int) -> float:
    """Correlation of the common area."""
    height, width = template.shape
    matrix = Similarity(found.z, found.t / 2**level).matrix(height, width)
    size = (width, height)
    there = cv2.warpAffine(moved, matrix[:2], size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    covered = _covered(height, width, matrix)
    if covered.mean() < 0.2:
        return -1.0
    one, other = (plane[covered] - plane[covered].mean() for plane in (template, there))
    return float((one * other).mean() / max(one.std() * other.std(), 1e-9))


def _apart_px(one: Similarity, other: Similarity, shape: tuple[int, ...]) -> float:
    """How far apart two transforms put a corner, at most."""
    height, width = shape
    corners = np.array([complex(sx * width, sy * height) / 2 for sx in (-1, 1) for sy in (-1, 1)])
    return float(np.abs((one.z - other.z) * corners + one.t - other.t).max())


def _settled(pairs: dict[tuple[int, int], Similarity], count: int) -> list[Similarity]:
    """frame_from_first of all frames, the least-squares compromise of all pairs.

    A pair counts by the inverse square of its distance: defocus differs, and misleads, the more.
    """
    if count == 1:
        return [_STILL]
    relations = np.zeros((len(pairs), count), np.complex128)
    logs = np.zeros(len(pairs), np.complex128)
    for row, ((a, b), pair) in enumerate(pairs.items()):
        relations[row, [a, b]] = -1 / (b - a), 1 / (b - a)
        logs[row] = np.log(pair.z) / (b - a)
    z = np.exp(np.concatenate([[0], np.linalg.lstsq(relations[:, 1:], logs, rcond=None)[0]]))
    shifts = np.zeros(len(pairs), np.complex128)
    for row, ((a, b), pair) in enumerate(pairs.items()):
        relations[row, a] = -z[b] / z[a] / (b - a)
        shifts[row] = pair.t / (b - a)
    t = np.concatenate([[0], np.linalg.lstsq(relations[:, 1:], shifts, rcond=None)[0]])
    return [Similarity(complex(one), complex(other)) for one, other in zip(z, t, strict=True)]


def _covered(
    height: int, width: int, frame_from_reference: Matrix, size_px: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """(height, width) where a frame of `size_px` (by default that), moved, shows something."""
    m = frame_from_reference.astype(np.float32)
    across = np.arange(width, dtype=np.float32)[None]
    down = np.arange(height, dtype=np.float32)[:, None]
    x = m[0, 0] * across + m[0, 1] * down + m[0, 2]
    y = m[1, 0] * across + m[1, 1] * down + m[1, 2]
    return within(x, y, size_px or (height, width))


def within(x: NDArray[Any], y: NDArray[Any], size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """Which positions, in pixel centres, lie in a frame of (height, width) pixels.

    A hundredth of a pixel outside is inside: transforms are not exact.
    """
    height, width = size_px
    inside = (x > -0.01) & (x < width - 0.99) & (y > -0.01) & (y < height - 0.99)
    return np.asarray(inside, dtype=np.bool_)


def _gains(reference: FloatArray, proxy: FloatArray, proxy_from_reference: Matrix) -> Matrix:
    """(3,) median ratio of the light around each point of the common area.

    Light is averaged over more than the blur of any frame, so that defocus does not count.
    """
    height, width = reference.shape[:2]
    covered = _covered(height, width, proxy_from_reference)
    if covered.mean() < 0.2:
        return np.ones(3)
    moved = cv2.warpAffine(
        proxy, proxy_from_reference[:2], (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    small = (max(1, width // 4), max(1, height // 4))
    light, other = (
        # Display-encoded values are about the square root of light.
        cv2.GaussianBlur(
            cv2.resize(np.square(picture), small, interpolation=cv2.INTER_AREA), (0, 0), 5
        )
        for picture in (reference, moved)
    )
    inside = cv2.resize(covered.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
    ratio = (light[inside] + np.float32(1e-4)) / (other[inside] + np.float32(1e-4))
    return np.asarray(np.clip(np.sqrt(np.median(ratio, axis=0)), 0.7, 1.4), dtype=np.float64)


def moves(frame_from_reference: Matrix, gains: Matrix, height: int, width: int) -> bool:
    """Whether resampling changes anything that can be told from the estimate's own error."""
    corners = np.array([[x, y, 1.0] for x in (0, width - 1) for y in (0, height - 1)])
    shifts = (corners @ (frame_from_reference - np.eye(3)).T)[:, :2]
    return bool(np.hypot(*shifts.T).max() > _STILL_PX or np.abs(gains - 1).max() > _EVEN)
