"""Registration: where each frame lies on the reference, and how bright it is beside it.

Focus breathing is a change of scale; rails and hands add shift and rotation: a similarity, found
on reduced pictures, coarse to fine (`engine.matching`). Neighbours differ least in focus and are
registered first; pairs further apart then keep long stacks from drifting (least squares over all
pairs). `engine.perspective` adds what a camera that was tilted leaves over.
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
from focusstack_app.engine.chain import apart_px, chain, estimated
from focusstack_app.engine.matching import Known, Pair, Pyramids, pyramid
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.perspective import homographies
from focusstack_app.engine.pixels import reduced_to, to_float
from focusstack_app.engine.resampling import covered, warped
from focusstack_app.engine.warps import STILL, Matrix, Similarity, in_copies

PROXY_SIDE_PX = 1200
LEAST_GAIN, MOST_GAIN = 0.4, 2.5  # display-encoded: two stops and two thirds of light
_BURNT, _BURNT_SHARE = 0.99, 0.01
_HOP = 4  # pairs 1, 4, 16 ... frames apart
_FEW = 20  # frames: of fewer, those two apart, too


def proxy_of(pixels: Pixels) -> NDArray[Any]:
    """A frame reduced for registration: (H, W, 3) to (h, w, 3) of its type, 1200 px at most."""
    return reduced_to(pixels, PROXY_SIDE_PX)


@in_our_threads_only()
def register(
    proxies: Sequence[Planes],
    reference: int,
    size_px: tuple[int, int],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
    card: Card | None = None,
    known: Known | None = None,
) -> Registration:
    """Register frames to the reference, several pairs at a time.

    Args:
        proxies: Of `proxy_of`, one per frame, in focus order.
        reference: Index of the frame that stays as it is.
        size_px: (height, width) of the full frames.
        progress: Reported per pair.
        keep: Puts away what grows with the number of frames.
        card: Where pairs are matched, if there is one.
        known: What pairs of frames were found to be before, and now: see `Pyramids`.

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
        progress.report(done / (2 * (count + len(hops))), message("Aligning"))

    pyramids = Pyramids(keep, card, known)
    for fine_to_coarse in ahead(lambda proxy: pyramid(proxy[:]), proxies):
        progress.checkpoint()
        pyramids.add(fine_to_coarse)

    hung = chain(pyramids, tick)
    plane_px = pyramids.sizes_px[0]
    pairs = {(a, b): own or STILL for a, b, own in hung.links}
    sure = [hop for hop in hops if not (hung.odd | hung.weak).intersection(hop)]
    apart = [Pair(a, b, hung.between(a, b)) for a, b in sure]
    for (a, b, along), own in zip(apart, pyramids.matched(estimated, apart), strict=True):
        if own is not None and apart_px(own, along or STILL, plane_px) < b - a:
            pairs[a, b] = own
        tick()
    unsure = hung.odd | hung.weak
    from_first = homographies(pyramids, hung.links, pairs, unsure, _settled(pairs, count), tick)
    matrices = np.stack([own @ np.linalg.inv(from_first[reference]) for own in from_first])
    matrices /= matrices[:, 2:, 2:]
    found = Registration(matrices, np.ones((count, 3)), tuple(sorted(hung.odd)), plane_px)
    on_proxies = rescaled(found, (proxies[0].shape[0], proxies[0].shape[1])).frame_from_reference
    gains = exposures(proxies, on_proxies, reference, progress)
    progress.report(1.0, message("Aligning"))
    return rescaled(replace(found, gains=gains), size_px)


def exposures(
    proxies: Sequence[Planes],
    proxy_from_reference: Sequence[Matrix] | Matrix,
    reference: int,
    progress: Progress,
) -> NDArray[np.float64]:
    """What brings frames to the exposure and white balance of the reference.

    Args:
        proxies: Of `proxy_of`, one per frame.
        proxy_from_reference: (3, 3) for each.
        reference: Index of the reference.
        progress: Only checked for cancelling.

    Returns:
        (N, 3) gains of red, green and blue, display-encoded, `LEAST_GAIN` to `MOST_GAIN`.

    Raises:
        Cancelled: If the user stopped the job.
    """
    fixed = _light(to_float(proxies[reference][:]))

    def gains_of(index: int) -> Matrix:
        return _gains(fixed, to_float(proxies[index][:]), proxy_from_reference[index])

    gains = []
    for found in ahead(gains_of, range(len(proxies))):
        progress.checkpoint()
        gains.append(found)
    return np.stack(gains)


def rescaled(registration: Registration, size_px: tuple[int, int]) -> Registration:
    """The same registration for larger or smaller copies of the frames, (height, width)."""
    matrices = in_copies(registration.frame_from_reference, registration.size_px, size_px)
    return replace(registration, frame_from_reference=matrices, size_px=size_px)


def _hops(count: int) -> list[tuple[int, int]]:
    """Pairs of frames further apart than neighbours, fewer of them the further apart."""
    pairs = [(start, start + 2) for start in range(count - 2)] if count < _FEW else []
    hop = _HOP
    while hop < count:
        pairs += [(start, start + hop) for start in range(0, count - hop, max(1, hop // 2))]
        hop *= _HOP
    return pairs


def _settled(pairs: dict[tuple[int, int], Similarity], count: int) -> list[Similarity]:
    """frame_from_first of all frames, the least-squares compromise of all pairs.

    A pair counts by the inverse of its distance: defocus differs, and misleads, the more.
    """
    if count == 1:
        return [STILL]
    relations = np.zeros((len(pairs), count), np.complex128)
    logs = np.zeros(len(pairs), np.complex128)
    counts = [(b - a) ** -0.5 for a, b in pairs]
    for row, ((a, b), pair) in enumerate(pairs.items()):
        relations[row, [a, b]] = -counts[row], counts[row]
        logs[row] = np.log(pair.z) * counts[row]
    z = np.exp(_solved(relations, logs))
    shifts = np.zeros(len(pairs), np.complex128)
    for row, ((a, b), pair) in enumerate(pairs.items()):
        relations[row, a] = -z[b] / z[a] * counts[row]
        shifts[row] = pair.t * counts[row]
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


def _light(picture: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Averaged over more than the blur of any frame, at a quarter of the size of a proxy.

    With it comes the share that is burnt out, of each colour.
    """
    height, width = picture.shape[:2]
    small = (max(1, width // 4), max(1, height // 4))

    def averaged(plane: FloatArray) -> FloatArray:
        reduced = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(reduced, (0, 0), 5), np.float32)

    # Display-encoded values are about the square root of light.
    return averaged(np.square(picture)), averaged((picture > _BURNT).astype(np.float32))


def _gains(
    fixed: tuple[FloatArray, FloatArray], proxy: FloatArray, proxy_from_reference: Matrix
) -> Matrix:
    """(3,) ratio of the light in the common area: the median over the light that both show.

    Neither black nor what is burnt out tells of the exposure.

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
    own, burnt = _light(moved)
    small = own.shape[1::-1]
    inside = cv2.resize(shown.astype(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
    told = inside[..., None] & (np.maximum(burnt, fixed[1]) < _BURNT_SHARE)
    gains = np.ones(3)
    for colour in range(3):
        here = told[..., colour]
        one, other = fixed[0][here, colour], own[here, colour]
        if len(one):
            ratio = (one + np.float32(1e-4)) / (other + np.float32(1e-4))
            gains[colour] = np.sqrt(_weighted_median(ratio, np.minimum(one, other)))
    return np.clip(gains, LEAST_GAIN, MOST_GAIN)


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order], dtype=np.float64)
    return float(values[order[np.searchsorted(passed, passed[-1] / 2)]])
