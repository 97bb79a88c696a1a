"""How far apart the frames of a stack are focused, and which way is near.

A thin lens blurs all that lies at the distance on which frame i is focused, in frame j, to discs of
one and the same radius: the difference of two numbers, one per frame. Each pair of frames tells
that radius where one of them is sharp; the numbers that fit all radii are found by stress
majorisation (de Leeuw, "Applications of convex analysis to multidimensional scaling", 1977). Their
sign is told by what hides what: only where the nearer frame's veil is taken off the farther one
do both show the same, blurred.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import on_host
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.motion import Motion, motion_of
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.pixels import to_linear
from focusstack_app.engine.reduced import fuse_reduced, shrink_to
from focusstack_app.engine.veil import Focus, blurred

_SIDE_PX = 800  # of the reduced frames
_RADII_PX = 0.6 * 1.2 ** np.arange(22)  # to 28
_WHOLE = 0.97  # of a disc that must lie on what is sharp
_LEAST_PX = 150  # such pixels, or a pair says nothing
_EXPLAINED = 0.75  # of the difference of two frames must be left at most
_SAME = 0.7  # of what the smallest blur changes: two frames are focused alike
_MANY = 7  # frames, or fewer, may come in any order; more come in that of their focus
_WIDEST = 3  # frames on either side that share what is sharp
_ENOUGH_PX = 1500  # of what is sharp
_BOTH = 0.8  # of a pixel must be sharp in two frames together, for them to be compared there
_LEADS = 0.39  # less than half of it: the share of one of both is larger
_DOUBTFUL = 0.2  # times the evidence against one direction that must speak for the other
_CLEAR = 0.05  # of what two frames differ by, explained by a veil
_STARTS = 64
_ROUNDS = 200
_RING = 0.08, 0.6  # opacity of a veil that tells near from far
_NOISE = 0.0005  # of differences of light

Indices = NDArray[np.intp]  # of the pixels of a plane, in its order


@in_our_threads_only()
def focus_of(
    light: Sequence[Planes], mattes: Sequence[Planes], progress: Progress
) -> tuple[Focus, Focus]:
    """The focus of each frame, in px of blur; larger is nearer.

    Args:
        light: Of N frames, (H, W) float32, linear, aligned.
        mattes: N of (H, W) float32, sum 1: what of the scene is in focus in which frame.
        progress: Only checked for cancelling.

    Returns:
        (N,) float64. Differences of two are radii. NaN for a frame that is too far out of focus to
        tell, and for all of them where the frames do not tell which way is near. The same where
        either way may be near.

    Raises:
        Cancelled: If the user stopped the job.
    """
    count = len(light)
    radii, trust = np.zeros((count, count)), np.zeros((count, count))
    leading: list[Indices] = []
    for pixels in ahead(lambda matte: np.flatnonzero(matte[:] > _LEADS), mattes):
        progress.checkpoint()
        leading.append(pixels)

    def told(one: int) -> tuple[dict[int, float], list[tuple[int, float, float]]]:
        alike = _alike(one, light, mattes, leading)
        others = [other for other in _compared(one, count) if other not in alike]
        sharp = _sharp_zone(one, list(alike), mattes)
        return alike, _radii_from(light[one][:], sharp, others, light)

    for one, (alike, found) in enumerate(ahead(told, range(count))):
        progress.checkpoint()
        trust[one, list(alike)] = list(alike.values())
        for other, radius, weight in found:
            radii[one, other], trust[one, other] = radius, weight
    focus = _embedded(radii, trust)
    return _signed(focus, light, mattes, progress), focus


def nearest_first(focus: Focus) -> bool | None:
    """Whether the first frame of a stack is focused nearest; None where nothing tells it.

    Args:
        focus: (N,) of `focus_of`, of frames in the order of their focus.
    """
    known = np.flatnonzero(np.isfinite(focus))
    leaning = float(np.sum((known - known.mean()) * focus[known])) if len(known) else 0.0
    return leaning < 0 if leaning else None


def _compared(one: int, count: int) -> list[int]:
    """The frames that a frame is compared with: near ones, and some of the far ones."""
    steps = range(count) if count <= _MANY else [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128]
    return [j for j in range(count) if j != one and abs(j - one) in steps]


def _sharp_zone(one: int, alike: Sequence[int], mattes: Sequence[Planes]) -> FloatArray:
    """The matte of what is sharp in a frame.

    It may be shared out among several frames that are focused alike. Neighbours are, in a stack of
    many frames: these come in the order of their focus.
    """
    zone = sum((mattes[other][:] for other in alike), mattes[one][:])
    for reach in range(1, _WIDEST + 1):
        if np.count_nonzero(zone > _WHOLE) >= _ENOUGH_PX or len(mattes) <= _MANY:
            break
        first, last = max(0, one - reach), min(len(mattes), one + reach + 1)
        zone = sum((mattes[i][:] for i in range(first + 1, last)), mattes[first][:])
    return np.asarray(zone, np.float32)


def _signed(
    focus: Focus, light: Sequence[Planes], mattes: Sequence[Planes], progress: Progress
) -> Focus:
    """The same, so that larger is nearer; NaN if that cannot be told."""
    evidence, pixels = np.zeros(2), np.zeros(2)
    groups = np.array_split(np.argsort(-focus), min(len(light), _MANY))
    kept = [max(group, key=lambda index: float(mattes[index][:].mean())) for group in groups]
    zones = [sum((mattes[i][:] for i in group[1:]), mattes[group[0]][:]) for group in groups]

    def told(pair: tuple[int, int]) -> tuple[tuple[float, int], tuple[float, int]]:
        """The evidence that the first is nearer, and that the other is."""
        radius = float(focus[kept[pair[0]]] - focus[kept[pair[1]]])
        if not radius >= 1.0:  # it may not be known
            return (0.0, 0), (0.0, 0)
        one, other = (_Sheet(light[kept[i]][:], zones[i], radius) for i in pair)
        return _hides(one, other), _hides(other, one)

    for seen in ahead(told, itertools.combinations(range(len(kept)), 2)):
        progress.checkpoint()
        both = np.array(seen)
        evidence += both[:, 0]
        pixels += both[:, 1]
    worse, better = evidence.min(), evidence.max()
    # Where veils explain little of what frames differ by, and their opposite is refuted by more,
    # nothing is told.
    shares = evidence / np.maximum(pixels, 1)
    found, refuted = shares[evidence.argmax()], -shares[evidence.argmin()]
    against = found < _CLEAR and found < refuted
    if better <= _DOUBTFUL * -worse or worse >= _DOUBTFUL * better or against:
        return np.full(len(light), np.nan)
    return focus if evidence[0] > evidence[1] else -focus


def focus_of_frames(
    model: FusionModel,
    frames: Sequence[Planes],
    overlap: float,
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
) -> tuple[Focus, Motion | None]:
    """The focus of aligned frames, see `focus_of`, and what moved, see `motion_of`.

    They are fused once more, reduced in size.

    Args:
        model: Tells what is in focus where.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded.
        overlap: Share of a tile that overlaps its neighbour.
        progress: Reported per frame and tile.
        keep: Puts away what grows with the number of frames.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """

    def light_of(small: Planes) -> FloatArray:
        return np.asarray(to_linear(small[:]).mean(axis=2, dtype=np.float32))

    stage = message("Measuring defocus")
    fusion, size, reduced = fuse_reduced(
        model, frames, _SIDE_PX, overlap, stage, progress.sub(0.0, 0.9), keep, on_host
    )
    light = [keep(one) for one in ahead(light_of, reduced)]
    mattes = []
    cells = tuple(-(-side // fusion.cell_px) for side in size[::-1])
    for carrier in fusion.carriers:
        matte = on_host(carrier[: cells[0], : cells[1]]).astype(np.float32)
        full = (cells[1] * fusion.cell_px, cells[0] * fusion.cell_px)
        mattes.append(keep(np.ascontiguousarray(cv2.resize(matte, full)[: size[1], : size[0]])))
    height, width = frames[0].shape[:2]
    shrink = shrink_to(_SIDE_PX, height, width)
    focus, apart = focus_of(light, mattes, progress)
    return shrink * focus, motion_of(reduced, apart, (height, width), progress, keep)


def _alike(
    one: int, light: Sequence[Planes], mattes: Sequence[Planes], leading: Sequence[Indices]
) -> dict[int, float]:
    """The frames that differ from a frame by less than the smallest blur, and how far to trust it.

    They are compared where one of both is sharp: that is among the pixels in which one leads.
    """
    own, sharp = light[one][:], mattes[one][:]
    softness = np.abs(own - blurred(own, float(_RADII_PX[0])))
    own_pixels = leading[one]
    own_share = sharp.take(own_pixels)
    found = {}
    for other in range(len(light)):
        if other == one:
            continue
        theirs = mattes[other][:]
        here = own_pixels[own_share + theirs.take(own_pixels) > _BOTH]
        rest = leading[other]
        share = sharp.take(rest)
        rest = rest[(share + theirs.take(rest) > _BOTH) & (share <= _LEADS)]
        number = len(here) + len(rest)
        if number < _LEAST_PX:
            continue
        # In the order of the plane: the mean of floats depends on it.
        here = np.sort(np.concatenate([here, rest]), kind="stable")
        change = float(softness.take(here).mean())
        seen = light[other][:].take(here)
        if float(np.abs(own.take(here) - seen).mean()) < _SAME * change:
            found[other] = change * np.sqrt(number)
    return found


def _radii_from(
    own: FloatArray, matte: FloatArray, others: Sequence[int], light: Sequence[Planes]
) -> list[tuple[int, float, float]]:
    """Of a frame's blur in the others: other frame, radius in px, how far to trust it."""
    ratios: dict[int, list[float]] = {j: [] for j in others}
    weights: dict[int, list[float]] = {j: [] for j in others}
    shown = matte * own
    for radius in _RADII_PX:
        support = blurred(matte, float(radius))
        inside = np.flatnonzero(support > _WHOLE)
        number = len(inside)
        if number < _LEAST_PX:
            break
        soft = blurred(shown, float(radius)).take(inside) / support.take(inside)
        sharp = own.take(inside)
        for j in others:
            seen = light[j][:].take(inside)
            plain, blurry = (float(np.abs(light_i - seen).mean()) for light_i in (sharp, soft))
            ratios[j].append((blurry + _NOISE) / (plain + _NOISE))
            weights[j].append(plain * np.sqrt(number))
    found = []
    for j in others:
        if not ratios[j]:
            continue
        at = int(np.argmin(ratios[j]))
        if ratios[j][at] > _EXPLAINED or at == len(ratios[j]) - 1:
            continue
        step = 0.0
        if at > 0:
            left, middle, right = np.log(ratios[j][at - 1 : at + 2])
            step = 0.5 * (left - right) / max(left - 2 * middle + right, 1e-9)
        radius = float(_RADII_PX[at] * 1.2 ** np.clip(step, -0.5, 0.5))
        found.append((j, radius, weights[j][at] * (1 - ratios[j][at])))
    return found


def _embedded(radii: Focus, trust: Focus) -> Focus:
    """Numbers whose differences are the radii, as far as they are trusted."""
    count = len(radii)
    weight = trust + trust.T
    if not weight.any():
        return np.full(count, np.nan)
    both = (trust * radii + trust.T * radii.T) / np.maximum(weight, 1e-12)
    # A radius errs in proportion to itself.
    weight = np.where(weight > 0, weight / weight.max() + 0.05, 0) / np.maximum(both, 0.5) ** 2
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian)
    rng = np.random.default_rng(0)
    spread = float(both.max())
    others = (rng.uniform(0, spread, count) for _ in range(_STARTS if count <= _MANY else 0))
    starts = np.stack([np.linspace(0, spread, count), *others])
    for _ in range(_ROUNDS):
        signs = np.sign(starts[:, :, None] - starts[:, None])
        starts = (weight * both * signs).sum(axis=2) @ inverse
    apart = np.abs(starts[:, :, None] - starts[:, None])
    stress = (weight * np.square(apart - both)).sum(axis=(1, 2))
    found = starts[int(stress.argmin())]
    known = weight.any(axis=1)
    if count <= _MANY:
        return np.where(known, found, np.nan)
    # More frames are in the order of their focus.
    outside = {"left": np.nan, "right": np.nan}
    return np.asarray(np.interp(np.arange(count), np.flatnonzero(known), found[known], **outside))


@dataclass(frozen=True, eq=False)
class _Sheet:
    """What is sharp in a frame, to be laid over another frame as discs of a radius.

    Attributes:
        light: (H, W) of the whole frame.
        matte: (H, W), what is sharp in it.
        radius: In px.
    """

    light: FloatArray
    matte: FloatArray
    radius: float

    @functools.cached_property
    def opacity(self) -> FloatArray:
        """The matte, spread."""
        return blurred(self.matte, self.radius)

    @functools.cached_property
    def spread(self) -> FloatArray:
        """The light of what is sharp, spread."""
        return blurred(self.matte * self.light, self.radius)


def _hides(front: _Sheet, back: _Sheet) -> tuple[float, int]:
    """How much better two frames agree if what is sharp in one hides what is in the other.

    Summed over pixels; and over how many.
    """
    opacity = front.opacity
    ring = np.flatnonzero((back.matte > 0.8) & (opacity > _RING[0]) & (opacity < _RING[1]))
    number = len(ring)
    if number < _LEAST_PX:
        return 0.0, 0
    clear = np.asarray((back.light - front.spread) / np.maximum(1 - opacity, 0.3), np.float32)
    support = np.maximum(back.opacity.take(ring), 0.05)
    seen = front.light.take(ring)
    before, after = (
        float(np.abs(spread.take(ring) / support - seen).mean()) + 4 * _NOISE
        for spread in (back.spread, blurred(back.matte * clear, back.radius))
    )
    return number * float(np.log(before / after)), number
