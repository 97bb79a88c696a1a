"""Frames one after the other, each registered to the one before it.

A frame that shows something else, or nothing, is passed over: the next one is registered to the
last that belongs to the stack, so that what lies behind is not lost with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from focusstack_app.core.ahead import ahead
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.matching import Pair, Pyramids, evened, refine_similarities, strength
from focusstack_app.engine.resampling import covered, warped
from focusstack_app.engine.warps import STILL, Similarity

_ITERATIONS = (5, 8, 30)  # fine to coarse
_MAX_SCALE, _MAX_TURN, _MAX_SHIFT = 1.25, 0.1, 0.2  # ratio, radians, share of the longer side
_LEAST_AGREEMENT = 0.2  # correlation of neighbours
_ROUNDS, _SETTLED_PX = 3, 0.3  # per level, and how little a corner moves in the last one
_WEAK = 0.25  # of the detail on both sides: a blurred frame may lie anywhere, and mislead


class Chain(NamedTuple):
    """How the frames hang together.

    Attributes:
        links: Of each frame but the first to one before it, and where it was found to lie. Where
            a frame could not be registered, it lies as the one before it.
        frame_from_first: Along them, of each frame.
        odd: Frames that could not be registered to most of the others.
        weak: Frames that are blurred altogether: where they lie is not sure.
    """

    links: list[Pair]
    frame_from_first: list[Similarity]
    odd: frozenset[int]
    weak: frozenset[int]

    def between(self, a: int, b: int) -> Similarity:
        """Frame b from frame a, a < b: along the links between them, if they are so linked.

        What lies beside them then changes nothing, to the last bit.
        """
        own, at = STILL, b
        while at > a:
            link = self.links[at - 1]
            own, at = own.after(link.told or STILL), link.a
        if at == a:
            return own
        return self.frame_from_first[b].after(self.frame_from_first[a].inverse())


def chain(pyramids: Pyramids, tick: Callable[[], None]) -> Chain:
    """Register each frame to the one before it, or to the last that is as good as others.

    Args:
        pyramids: Of the frames, in an order in which neighbours are alike.
        tick: Called per frame.
    """
    count = pyramids.count
    neighbours = [Pair(index - 1, index) for index in range(1, count)]
    to_next = []
    for own in pyramids.matched(estimated, neighbours):
        to_next.append(own)
        tick()
    weak = _weak(pyramids)
    places, groups, links = [STILL], [[0]], []
    for frame in range(1, count):
        before, link = frame - 1, to_next[frame - 1]
        if link is None or before in weak:
            most = max(groups, key=len)
            last = next((one for one in reversed(most) if one not in weak and one < before), None)
            if last is not None and (around := pyramids.match(estimated, Pair(last, frame))):
                through = link and link.after(places[before]).after(places[last].inverse())
                if through is None or _better(pyramids, (last, frame), around, through):
                    before, link = last, around
        if link is None:
            groups.append([])
        group = groups[-1] if link is None else next(own for own in groups if before in own)
        group.append(frame)
        links.append(Pair(before, frame, link or STILL))
        places.append((link or STILL).after(places[before]))
    most = max(groups, key=len)
    return Chain(links, places, frozenset(range(count)).difference(most), weak)


def _weak(pyramids: Pyramids) -> frozenset[int]:
    """Frames with far less detail than those on both sides."""

    def detail_of(frame: int) -> float:
        return float(strength(pyramids.even(frame)).mean())

    detail = list(ahead(detail_of, range(pyramids.count)))
    return frozenset(
        frame
        for frame in range(1, pyramids.count - 1)
        if detail[frame] < _WEAK * min(detail[frame - 1], detail[frame + 1])
    )


def _better(pyramids: Pyramids, pair: tuple[int, int], one: Similarity, other: Similarity) -> bool:
    here, there = (pyramids.even(frame) for frame in pair)
    return _agreement(here, there, one) > _agreement(here, there, other)


def _coarse_shift(pyramids: Pyramids, template: int, moved: int) -> Similarity:
    """Where phase correlation of the coarsest level is sure of a shift, that shift."""
    sizes = pyramids.sizes_px
    height, width = sizes[-1]
    if min(height, width) < 2:
        return STILL
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    # OpenCV puts the window on them in place.
    one, other = (evened(pyramids.plane(frame, len(sizes) - 1)) for frame in (template, moved))
    (across, down), response = cv2.phaseCorrelate(one, other, window)
    enlarged = sizes[0][1] / width
    return Similarity(1 + 0j, enlarged * complex(across, down)) if response > 0.2 else STILL


def estimated(pyramids: Pyramids, pairs: Sequence[Pair]) -> list[Similarity | None]:
    """Frame from frame in pixels of the finest level; None where it is not to be believed.

    It begins with what is told of a pair, or with a shift that the coarsest level shows.

    What blurs one plane of a pair as the other one is depends on where it lies: where it turns out
    to lie elsewhere, both are blurred anew.
    """
    found: list[Similarity | None] = [
        _coarse_shift(pyramids, pair.a, pair.b) if pair.told is None else pair.told
        for pair in pairs
    ]
    sizes = pyramids.sizes_px
    for level in reversed(range(len(sizes))):
        enlarged = sizes[0][1] / sizes[level][1]
        left = [i for i, own in enumerate(found) if own is not None]
        for _ in range(_ROUNDS):
            if not left:
                break
            before = [Similarity(own.z, own.t / enlarged) for i in left if (own := found[i])]
            refined = refine_similarities(
                [pyramids.level(pairs[i].a, level) for i in left],
                [pyramids.level(pairs[i].b, level) for i in left],
                before,
                _ITERATIONS[level],
            )
            for i, own in zip(left, refined, strict=True):
                found[i] = own and Similarity(own.z, own.t * enlarged)
            left = [
                i for i, start, own in zip(left, before, refined, strict=True)
                if own is not None and apart_px(own, start, sizes[level]) > _SETTLED_PX
            ]  # fmt: skip

    def believed(i: int) -> Similarity | None:
        own = found[i]
        return own if own is not None and _plausible(pyramids, pairs[i], own) else None

    return list(ahead(believed, range(len(pairs)), 0 if len(pairs) == 1 else None))


def apart_px(one: Similarity, other: Similarity, shape: tuple[int, ...]) -> float:
    """How far apart two transforms put a corner, at most."""
    height, width = shape
    corners = np.array([complex(sx * width, sy * height) / 2 for sx in (-1, 1) for sy in (-1, 1)])
    return float(np.abs((one.z - other.z) * corners + one.t - other.t).max())


def _plausible(pyramids: Pyramids, pair: Pair, found: Similarity) -> bool:
    sizes = pyramids.sizes_px
    if not (
        1 / _MAX_SCALE < abs(found.z) < _MAX_SCALE
        and abs(np.angle(found.z)) < _MAX_TURN
        and abs(found.t) < _MAX_SHIFT * max(sizes[0])
    ):
        return False
    here, there = (pyramids.even(frame) for frame in (pair.a, pair.b))
    still = _agreement(here, there, STILL)
    return _agreement(here, there, found) > max(_LEAST_AGREEMENT, 0.98 * still)


def _agreement(template: FloatArray, moved: FloatArray, found: Similarity) -> float:
    """Correlation of the common area."""
    height, width = template.shape
    matrix = found.matrix(height, width)
    there = warped(moved, matrix, (height, width), cv2.INTER_LINEAR)
    inside = covered(height, width, matrix)
    if inside.mean() < 0.2:
        return -1.0
    return correlation(template[inside], there[inside])


def correlation(one: FloatArray, other: FloatArray) -> float:
    """In [-1, 1], of two planes of one size."""
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).mean() / max(one.std() * other.std(), 1e-9))
