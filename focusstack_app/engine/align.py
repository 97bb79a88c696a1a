"""Registration: where each frame lies on the reference, and how bright it is beside it.

Focus breathing is a change of scale; rails and hands add shift and rotation: a similarity, found
on reduced pictures, coarse to fine (`engine.matching`). Neighbours differ least in focus and are
registered first; pairs further apart then keep long stacks from drifting (least squares over all
pairs). `engine.perspective` adds what a camera that was tilted or moved sideways leaves over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.frames import Pixels
from focusstack_app.core.fusion import Registration
from focusstack_app.core.message import message
from focusstack_app.core.model import Card, FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.matching import Pyramids, pyramid, refine_similarities
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.perspective import homographies
from focusstack_app.engine.pixels import to_float
from focusstack_app.engine.resampling import covered, warped
from focusstack_app.engine.warps import Matrix, Similarity

PROXY_SIDE_PX = 1200
_ITERATIONS = (6, 8, 15, 30)  # fine to coarse
_HOP = 4  # pairs 1, 4, 16 ... frames apart
_MAX_SCALE, _MAX_TURN, _MAX_SHIFT = 1.25, 0.1, 0.2  # ratio, radians, share of the longer side
_STILL = Similarity(1 + 0j, 0j)
_LEAST_AGREEMENT = 0.2  # correlation of neighbours


def proxy_of(pixels: Pixels) -> NDArray[Any]:
    """A frame reduced for registration: (H, W, 3) to (h, w, 3) of its type, 1200 px at most."""
    height, width = pixels.shape[:2]
    scale = min(1.0, PROXY_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


@in_our_threads_only()
def register(
    proxies: Sequence[Planes],
    reference: int,
    size_px: tuple[int, int],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
    card: Card | None = None,
) -> Registration:
    """Register frames to the reference, several pairs at a time.

    Args:
        proxies: Of `proxy_of`, one per frame, in focus order.
        reference: Index of the frame that stays as it is.
        size_px: (height, width) of the full frames.
        progress: Reported per pair.
        keep: Puts away what grows with the number of frames.
        card: Where pairs are matched, if there is one.

    Raises:
        DeviceError: If the card fails, or has too little memory.
        Cancelled: If the user stopped the job.
    """
    count = len(proxies)
    hops = _hops(count)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress.report(done / (2 * count + len(hops)), message("Aligning"))

    pyramids = Pyramids(keep, card)
    for fine_to_coarse in ahead(lambda proxy: pyramid(to_float(proxy[:])), proxies):
        progress.checkpoint()
        pyramids.add(fine_to_coarse)

    def beside(pairs: Sequence[tuple[int, int]]) -> list[Similarity | None]:
        return _estimated(pyramids, pairs, [_coarse_shift(pyramids, *pair) for pair in pairs])

    frame_from_first = [_STILL]
    pairs: dict[tuple[int, int], Similarity] = {}
    doubtful = []
    neighbours = [(index - 1, index) for index in range(1, count)]
    for pair, own in zip(neighbours, pyramids.matched(beside, neighbours), strict=True):
        if own is None:
            doubtful.append(pair[1])
        pairs[pair] = own or _STILL
        frame_from_first.append(pairs[pair].after(frame_from_first[-1]))
        tick()

    def chained(a: int, b: int) -> Similarity:
        return frame_from_first[b].after(frame_from_first[a].inverse())

    def apart(pairs: Sequence[tuple[int, int]]) -> list[Similarity | None]:
        return _estimated(pyramids, pairs, [chained(a, b) for a, b in pairs])

    small_px = proxies[0].shape[0], proxies[0].shape[1]
    for (a, b), own in zip(hops, pyramids.matched(apart, hops), strict=True):
        if own is not None and _apart_px(own, chained(a, b), small_px) < 2 * (b - a):
            pairs[a, b] = own
        tick()
    matrices = np.stack(homographies(pyramids, _settled(pairs, count), reference, tick))
    fixed = _light(to_float(proxies[reference][:]))
    gains = []
    for gain in ahead(
        lambda index: _gains(fixed, to_float(proxies[index][:]), matrices[index]), range(count)
    ):
        progress.checkpoint()
        gains.append(gain)
    progress.report(1.0, message("Aligning"))
    return rescaled(Registration(matrices, np.stack(gains), tuple(doubtful), small_px), size_px)


def rescaled(registration: Registration, size_px: tuple[int, int]) -> Registration:
    """The same registration for larger or smaller copies of the frames, (height, width)."""
    down, across = (new / old for new, old in zip(size_px, registration.size_px, strict=True))
    # Corners stay corners: pixel centres lie half a pixel inside.
    scale = np.array(
        [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]], np.float64
    )
    matrices = scale @ registration.frame_from_reference @ np.linalg.inv(scale)
    matrices = matrices / matrices[:, 2:, 2:]
    return replace(registration, frame_from_reference=matrices, size_px=size_px)


def _hops(count: int) -> list[tuple[int, int]]:
    """Pairs of frames further apart than neighbours, fewer of them the further apart."""
    pairs = []
    hop = _HOP
    while hop < count:
        pairs += [(start, start + hop) for start in range(0, count - hop, max(1, hop // 2))]
        hop *= _HOP
    return pairs


def _coarse_shift(pyramids: Pyramids, template: int, moved: int) -> Similarity:
    """Where phase correlation of the coarsest level is sure of a shift, that shift."""
    sizes = pyramids.sizes_px
    height, width = sizes[-1]
    if min(height, width) < 2:
        return _STILL
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    # It multiplies what it is given by the window, in place for some sizes.
    one, other = (pyramids.plane(frame, len(sizes) - 1).copy() for frame in (template, moved))
    (across, down), response = cv2.phaseCorrelate(one, other, window)
    enlarged = sizes[0][1] / width
    return Similarity(1 + 0j, enlarged * complex(across, down)) if response > 0.2 else _STILL


def _estimated(
    pyramids: Pyramids, pairs: Sequence[tuple[int, int]], starts: Sequence[Similarity]
) -> list[Similarity | None]:
    """Frame from frame in pixels of the finest level; None where it is not to be believed."""
    found: list[Similarity | None] = list(starts)
    sizes = pyramids.sizes_px
    for level in reversed(range(len(sizes))):
        enlarged = sizes[0][1] / sizes[level][1]
        left = [(i, own) for i, own in enumerate(found) if own is not None]
        if not left:
            break
        refined = refine_similarities(
            [pyramids.level(pairs[i][0], level) for i, _ in left],
            [pyramids.level(pairs[i][1], level) for i, _ in left],
            [Similarity(own.z, own.t / enlarged) for _, own in left],
            _ITERATIONS[level],
        )
        for (i, _), own in zip(left, refined, strict=True):
            found[i] = Similarity(own.z, own.t * enlarged) if own is not None else None

    def believed(i: int) -> Similarity | None:
        own = found[i]
        return own if own is not None and _plausible(pyramids, *pairs[i], own) else None

    return list(ahead(believed, range(len(pairs)), 0 if len(pairs) == 1 else None))


def _plausible(pyramids: Pyramids, template: int, moved: int, found: Similarity) -> bool:
    sizes = pyramids.sizes_px
    if not (
        1 / _MAX_SCALE < abs(found.z) < _MAX_SCALE
        and abs(np.angle(found.z)) < _MAX_TURN
        and abs(found.t) < _MAX_SHIFT * max(sizes[0])
    ):
        return False
    level = min(1, len(sizes) - 1)
    here, there = (pyramids.plane(frame, level) for frame in (template, moved))
    still = _agreement(here, there, _STILL, level)
    return _agreement(here, there, found, level) > max(_LEAST_AGREEMENT, 0.98 * still)


def _agreement(template: FloatArray, moved: FloatArray, found: Similarity, level: int) -> float:
    """Correlation of the common area."""
    height, width = template.shape
    matrix = Similarity(found.z, found.t / 2**level).matrix(height, width)
    there = warped(moved, matrix, (height, width), cv2.INTER_LINEAR)
    inside = covered(height, width, matrix)
    if inside.mean() < 0.2:
        return -1.0
    one, other = (plane[inside] - plane[inside].mean() for plane in (template, there))
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
    z = np.exp(_solved(relations, logs))
    shifts = np.zeros(len(pairs), np.complex128)
    for row, ((a, b), pair) in enumerate(pairs.items()):
        relations[row, a] = -z[b] / z[a] / (b - a)
        shifts[row] = pair.t / (b - a)
    t = _solved(relations, shifts)
    return [Similarity(complex(one), complex(other)) for one, other in zip(z, t, strict=True)]


def _solved(relations: NDArray[np.complex128], values: NDArray[np.complex128]) -> Any:
    """Least squares with the first unknown 0, by the normal equations.

    A chain of frames is well enough conditioned for them. LAPACK's least squares took up to 25
    seconds for 300 frames where other programs kept the cores busy: its threads wait for each
    other.
    """
    known = relations[:, 1:]
    adjoint = known.conj().T
    return np.concatenate([[0], np.linalg.solve(adjoint @ known, adjoint @ values)])


def _light(picture: FloatArray) -> FloatArray:
    """Averaged over more than the blur of any frame, at a quarter of the size of a proxy."""
    height, width = picture.shape[:2]
    small = (max(1, width // 4), max(1, height // 4))
    # Display-encoded values are about the square root of light.
    light = cv2.resize(np.square(picture), small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 5), np.float32)


def _gains(fixed: FloatArray, proxy: FloatArray, proxy_from_reference: Matrix) -> Matrix:
    """(3,) median ratio of the light around each point of the common area.

    Args:
        fixed: `_light` of the reference: so averaged, defocus does not count.
        proxy: Of the frame, as large as that of the reference.
        proxy_from_reference: (3, 3).
    """
    height, width = proxy.shape[:2]
    shown = covered(height, width, proxy_from_reference)
    if shown.mean() < 0.2:
        return np.ones(3)
    moved = warped(proxy, proxy_from_reference, (height, width), cv2.INTER_LINEAR)
    own = _light(moved)
    small = own.shape[1::-1]
    inside = cv2.resize(shown.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
    ratio = (fixed[inside] + np.float32(1e-4)) / (own[inside] + np.float32(1e-4))
    return np.asarray(np.clip(np.sqrt(np.median(ratio, axis=0)), 0.7, 1.4), dtype=np.float64)
