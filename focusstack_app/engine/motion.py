"""What moved while the frames of a stack were taken: a leaf in the wind, an insect's leg.

Where nothing moves, frames differ by defocus alone: blurred by as much as the two are apart in
focus, what one frame shows at a place is a mean of what the other shows nearby, however near or far
it lies. What is darker or brighter than all that is nearby has moved. The moved region shows its
things as they are in one frame, the one with which most of it is sharp. What other frames show
there is taken only where it is what that frame shows, out of focus or not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import of_kind
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.filters import seen_in_cells, square_of
from focusstack_app.engine.pixels import to_linear
from focusstack_app.engine.veil import Focus

_STEPS = 1, 2, 4, 8, 16, 32  # from frame to frame
# These tell whether anything moved; wide ones do not: light and breathing change over a stack.
_FIRST_STEPS = 1, 4
_LEAST_RADIUS_PX, _MOST_RADIUS_PX = 0.7, 8.0
_SURELY, _NEARLY = 1.75, 0.8  # times the radius: to find what moved, and how far it reaches
_USUAL, _USUAL_PX = 0.03, 0.95  # difference that most of the pixels of two frames keep below
_MORE = 1.4  # radius, where they do not
_MOVED, _PERHAPS, _DIFFERENT = 0.2, 0.1, 0.06  # differences, as square roots of light
_WAYS = 2  # the widest steps to a frame
_SURE = 2  # of what differs, and 1 is perhaps
_LEVELS = 500
_NOISE = 0.02  # of them
_LEAST_PX = 8  # that differ so much, together
_TOGETHER = 0.08  # of the longer side: what moved so near each other is one
_AROUND_PX = 4  # of what differs that counts as moved, too
_MOST_AREA = 0.4  # of the picture: then the frames are not of one scene, or lie wrong
_ALIKE = 0.04, 0.1  # differences: the same as in another frame, and not the same
_ASIDE_PX = 20  # from what differs: there a frame is not taken either
_EDGE_PX = 2  # around what differs, that tells how sharp it is
_GRID_PX = 4  # of squares in which the sharpness of frames is compared
_FINE_PX, _COARSE_PX = 0.8, 2.5  # sigmas of what is sharp, and of what is there at all
_SOFT = 0.3  # of what is there must be sharp, or it is better not seen
_AS_SHARP = 0.5, 0.7  # of what another frame shows: that frame is taken, and not any more
_SMOOTH_PX = 1.0  # of the border between frames
_FLOOR = 1e-6
_OWN_SHARE = 0.1  # weight of the frame that is shown, where no other one counts


class Motion(NamedTuple):
    """Regions of a picture in which something moved, and what may be taken of which frame there.

    Attributes:
        area: (h, w) uint8, 255 where something moved.
        shown: (h, w) int32, the frame that is shown there; -1 elsewhere.
        alike: N of (h, w) uint8, 255 where a frame shows the same as that one.
        cell_px: Height and width of their cells in pixels of the frames.
    """

    area: NDArray[np.uint8]
    shown: NDArray[np.int32]
    alike: Sequence[Planes]
    cell_px: tuple[float, float]

    def moved(self, block: Region, like: FloatArray) -> FloatArray:
        """(H, W) in [0, 1] of a block, of the kind of an array: where something moved."""
        cells = self._around(block)
        return self._there(self.area[cells], cells, block, like)

    def weight(self, index: int, weight: FloatArray, block: Region) -> FloatArray:
        """The weight of a frame in a block, given that without regard to what moved."""
        cells = self._around(block)
        weight = weight * self._there(self.alike[index][cells], cells, block, weight)
        own = self.shown[cells] == index
        if own.any():
            weight = weight + _OWN_SHARE * self._there(255 * own, cells, block, weight)
        return weight

    def taken(self, indices: Sequence[int]) -> Motion:
        """That of some of the frames; where none of them is shown, nothing moved."""
        shown = np.full_like(self.shown, -1)
        for number, index in enumerate(indices):
            shown[self.shown == index] = number
        area = np.where(shown < 0, np.uint8(0), self.area)
        return self._replace(area=area, shown=shown, alike=[self.alike[i] for i in indices])

    def _around(self, block: Region) -> tuple[slice, slice]:
        """The cells that bear on a block."""
        rows, columns = self.cell_px
        return (
            slice(max(0, int(block.top / rows) - 2), int(block.bottom / rows) + 3),
            slice(max(0, int(block.left / columns) - 2), int(block.right / columns) + 3),
        )

    def _there(
        self, plane: NDArray[Any], cells: tuple[slice, slice], block: Region, like: FloatArray
    ) -> FloatArray:
        """Cells at the pixels of a block, in [0, 1]."""
        part = of_kind(like, np.asarray(plane, np.float32) / np.float32(255))
        corner = cells[0].start, cells[1].start
        return seen_in_cells(part, self.cell_px, block, corner=corner)


class _Pair(NamedTuple):
    """Two frames, how far around a place they are compared, and by how much they differ there.

    There are many of them: the difference is kept as (h, w) uint8, `_LEVELS` of them for 1.
    """

    one: int
    other: int
    reach: int
    levels: NDArray[np.uint8]

    def difference(self, reach: int) -> FloatArray:
        """(h, w) largest difference of squares that reach so far."""
        found = cv2.dilate(self.levels, square_of(reach)) if reach else self.levels
        return np.asarray(found, np.float32) / np.float32(_LEVELS)


def motion_of(
    frames: Sequence[Planes],
    apart: Focus,
    frame_px: tuple[int, int],
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
) -> Motion | None:
    """Find what moved in a stack.

    Args:
        frames: N of (h, w, 3) uint8 or uint16, display-encoded, aligned, reduced in size.
        apart: (N,) of `defocus.focus_of`: how far the frames are apart in focus, in their px of
            blur; frames of which it is not known are not looked at.
        frame_px: (height, width) of the frames in full size.
        progress: Only checked for cancelling.
        keep: Puts away what grows with the number of frames.

    Returns:
        None where nothing moved for sure, or nearly everything.

    Raises:
        Cancelled: If the user stopped the job.
    """
    height, width = frames[0].shape[:2]
    asked = _asked(apart)
    radii: dict[tuple[int, int], float] = {}
    seeds = np.zeros((height, width), np.uint8)

    def usual(pair: tuple[int, int]) -> tuple[float, FloatArray]:
        one, other = (to_linear(frames[i][:]) for i in pair)
        return _usual(one, other, asked[pair])

    def moved(pair: tuple[int, int]) -> tuple[float, NDArray[np.uint8]]:
        radius, difference = usual(pair)
        return radius, _pieces(difference)

    def radius_of(pair: tuple[int, int]) -> float:
        return usual(pair)[0]

    first = [pair for pair in asked if pair[1] - pair[0] in _FIRST_STEPS]
    for pair, (radius, found) in zip(first, ahead(moved, first), strict=True):
        progress.checkpoint()
        radii[pair] = radius
        np.maximum(seeds, found, out=seeds)
    if seeds.max() < _SURE:
        return None
    others = [pair for pair in asked if pair not in radii]
    for pair, radius in zip(others, ahead(radius_of, others), strict=True):
        progress.checkpoint()
        radii[pair] = radius
    area = np.zeros((height, width), np.uint8)
    shown = np.full((height, width), -1, np.int32)
    alike = [np.full((height, width), 255, np.uint8) for _ in frames]
    for part, inside in _regions(seeds):
        progress.checkpoint()
        pairs = []
        for compared in ahead(functools.partial(_compared, frames, part), radii.items()):
            progress.checkpoint()
            pairs.append(compared)
        here = inside & _whole(pairs)
        shades = [_shades(frame[part]) for frame in frames]
        fine, coarse = (
            np.stack([_detail(own, sigma) for own in shades]) for sigma in (_FINE_PX, _COARSE_PX)
        )
        best = _best_shown(fine, coarse, pairs, here)
        area[part][here] = 255
        shown[part][here] = best
        for plane, share in zip(alike, _shares(fine, pairs, best), strict=True):
            plane[part][here] = np.round(255 * share)[here]
    if area.mean() > 255 * _MOST_AREA:
        return None
    cell_px = frame_px[0] / height, frame_px[1] / width
    return Motion(area, shown, [keep(plane) for plane in alike], cell_px)


def _regions(
    seeds: NDArray[np.uint8],
) -> Iterator[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """Parts around what moved for sure, and which of their pixels belong to it."""
    square = square_of(round(_TOGETHER * max(seeds.shape)))
    around = (cv2.dilate(seeds, square) > 0).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(around)
    for label, (left, top, width, height, _) in enumerate(stats[1:], start=1):
        part = slice(top, top + height), slice(left, left + width)
        inside = labels[part] == label
        if seeds[part][inside].max() == _SURE:
            yield part, np.asarray(inside)


def _shares(fine: FloatArray, pairs: Sequence[_Pair], shown: int) -> Iterator[FloatArray]:
    """(h, w) of each frame, in [0, 1]: what may be taken of it beside the one that is shown.

    That is what both show, where it is clearly sharper than there.
    """
    shares = [1 - _ramp(difference, _ALIKE) for difference in _differences(len(fine), pairs, shown)]
    sharpest = (np.stack([_squares(share) for share in shares]) * fine).max(0)
    own, most = (cv2.GaussianBlur(plane, (0, 0), 1.0) for plane in (fine[shown], sharpest))
    softer = 1 - _ramp(np.asarray(own / (most + _FLOOR), np.float32), _AS_SHARP)
    softer = np.asarray(cv2.resize(softer, shares[0].shape[::-1]), np.float32)
    for index, share in enumerate(shares):
        if index != shown:
            share = np.asarray(cv2.GaussianBlur(share * softer, (0, 0), _SMOOTH_PX), np.float32)
        yield share


def _ramp(values: FloatArray, ends: tuple[float, float]) -> FloatArray:
    """0 up to one end, 1 from the other one on."""
    least, most = ends
    return np.asarray(np.clip((values - least) / (most - least), 0, 1), np.float32)


def _asked(apart: Focus) -> dict[tuple[int, int], float]:
    """The pairs of frames that are compared, and how far they are apart in focus at least.

    A single step is measured roughly; most stacks have even ones.
    """
    count = len(apart)
    steps = np.abs(np.diff(apart))
    usual = float(np.median(steps[np.isfinite(steps)])) if np.isfinite(steps).any() else 0.0
    least_px = max(usual, _LEAST_RADIUS_PX)
    pairs = {}
    for step in _STEPS:
        for one in range(count - step):
            px = float(abs(apart[one + step] - apart[one]))
            if px <= _MOST_RADIUS_PX or (step == 1 and np.isfinite(px)):
                pairs[one, one + step] = max(px, least_px)
    return pairs


def _around(plane: FloatArray, reach: int) -> FloatArray:
    """(h, w) largest values of squares that reach so far."""
    return np.asarray(cv2.dilate(plane, square_of(reach)), np.float32)


def _usual(one: FloatArray, other: FloatArray, apart_px: float) -> tuple[float, FloatArray]:
    """The radius of blur by which frames differ, at least as measured, and what is beyond it."""
    radius = apart_px
    while True:
        _, found = _difference(one, other, _SURELY * radius)
        if radius > 2 * _MOST_RADIUS_PX or np.quantile(found[::2, ::2], _USUAL_PX) < _USUAL:
            return radius, found
        radius *= _MORE


def _difference(one: FloatArray, other: FloatArray, radius: float) -> tuple[int, FloatArray]:
    """How far around a place two frames are compared, and by how much they differ there."""
    blur = radius + 0.5
    reach = int(np.ceil(blur + 1))
    found = np.maximum(_beyond(one, other, blur, reach), _beyond(other, one, blur, reach))
    return reach, np.asarray(cv2.erode(found, np.ones((2, 2), np.uint8)))


def _beyond(one: FloatArray, other: FloatArray, blur_px: float, reach: int) -> FloatArray:
    """(H, W): how far what one shows, blurred, is beyond all that the other shows nearby."""
    soft = cv2.sqrt(cv2.GaussianBlur(one, (0, 0), blur_px / 2))
    square = square_of(reach)
    least, most = (cv2.sqrt(edge(other, square)) for edge in (cv2.erode, cv2.dilate))
    return np.asarray(np.maximum(soft - most, least - soft).max(2).clip(0))


def _pieces(difference: FloatArray) -> NDArray[np.uint8]:
    """Pieces where two frames differ: 2 where they do so much, 1 where perhaps something moved."""
    found = np.zeros(difference.shape, np.uint8)
    if not (difference > _PERHAPS).any():
        return found
    count, labels = cv2.connectedComponents((difference > _DIFFERENT).astype(np.uint8))
    for level, least in enumerate((_PERHAPS, _MOVED), start=1):
        large = np.bincount(labels[difference > least], minlength=count) >= _LEAST_PX
        found[large[labels]] = level
    return found


def _compared(
    frames: Sequence[Planes], part: tuple[slice, slice], asked: tuple[tuple[int, int], float]
) -> _Pair:
    """Two frames, compared in a part: they, and the radius of blur by which they differ."""
    pair, radius = asked
    one, other = (to_linear(frames[i][part]) for i in pair)
    reach, difference = _difference(one, other, _NEARLY * radius)
    beyond = (difference - np.float32(_NOISE)).clip(0, 255 / _LEVELS)
    return _Pair(*pair, reach, np.round(_LEVELS * beyond).astype(np.uint8))


def _whole(pairs: Sequence[_Pair]) -> NDArray[np.bool_]:
    """Where some frames differ, with what is around it and inside of it."""
    area = np.zeros(pairs[0].levels.shape, np.uint8)
    for pair in pairs:
        differs = (pair.difference(0) > _DIFFERENT).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(differs)
        large = stats[:, cv2.CC_STAT_AREA] >= _LEAST_PX
        large[0] = False
        area |= np.asarray(cv2.dilate(large[labels].astype(np.uint8), square_of(pair.reach)))
    area = np.asarray(cv2.morphologyEx(area, cv2.MORPH_CLOSE, square_of(_ASIDE_PX)))
    around = cv2.dilate(area, square_of(_AROUND_PX))
    outlines, _ = cv2.findContours(around, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(around, outlines, -1, 1, cv2.FILLED), np.bool_)


def _shades(frame: NDArray[Any]) -> FloatArray:
    """(H, W): the square root of light."""
    return np.asarray(cv2.sqrt(to_linear(frame).mean(axis=2, dtype=np.float32)))


def _detail(shades: FloatArray, sigma: float) -> FloatArray:
    """(h, w), in squares: how much there is to see at a scale."""
    curved = sigma**2 * cv2.Laplacian(cv2.GaussianBlur(shades, (0, 0), sigma), cv2.CV_32F)
    return np.sqrt(_squares(np.square(curved)))


def _squares(plane: FloatArray) -> FloatArray:
    height, width = (max(1, -(-side // _GRID_PX)) for side in plane.shape)
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA))


def _differences(count: int, pairs: Sequence[_Pair], shown: int) -> Iterator[FloatArray]:
    """(h, w) for each frame: how much it differs from the one that is shown, there or nearby.

    Summed over the frames between, on the way on which it is least. Steps are as wide as possible:
    what moves slowly does not show in narrow ones.
    """
    known = {(pair.one, pair.other): pair for pair in pairs}
    shape = pairs[0].levels.shape
    found = {shown: np.zeros(shape, np.float32)}
    for index in [*range(shown + 1, count), *range(shown - 1, -1, -1)]:
        back = -1 if index > shown else 1
        ways = [
            found[before] + known[step_to].difference(known[step_to].reach)
            for before in (index + back * step for step in _STEPS if step <= abs(index - shown))
            if (step_to := (min(before, index), max(before, index))) in known
        ]
        apart = np.minimum.reduce(ways[-_WAYS:]) if ways else np.ones(shape, np.float32)
        found[index] = np.asarray(apart)
    return (_around(found[i], _ASIDE_PX) for i in range(count))


def _best_shown(
    fine: FloatArray, coarse: FloatArray, pairs: Sequence[_Pair], here: NDArray[np.bool_]
) -> int:
    """The frame in which what moves is sharpest: what it shows other than the others do."""
    odd = np.zeros_like(fine)
    asked = np.zeros((len(fine), 1, 1), np.float32)
    for pair in pairs:
        differs = _ramp(_squares(pair.difference(_EDGE_PX)), _ALIKE)
        for index in (pair.one, pair.other):
            odd[index] += differs
            asked[index] += 1
    odd = np.square(odd / np.maximum(asked, 1))
    sharp = (fine - _SOFT * coarse) * odd * _squares(here.astype(np.float32))
    return int(sharp.sum((1, 2)).argmax())
