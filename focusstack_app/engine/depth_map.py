"""The depth of all pixels, from what is said of depth in cells (`depth`).

1. What is said counts less where it is not sure and not what is around, across no edge of the
   picture: such a patch on plain ground is a mistake, a twig has edges (`_agreeing`).
2. Where nothing is sure, depth is guessed from around in the same way (`smoothing`).
3. What is focused reaches a little over its outlines. Around a jump of the depth each cell is
   given to that side which has its colours: cells around vote by how alike they are, those far
   from the jump above all, and in thin things, which have no inside, all (`_sided`). Depth there
   is that of a cell that voted, and none between the two.
4. What is left of noise is smoothed within each level of depth.
5. Pixels at a jump take the depth of that cell around which has their colour (`_enlarged`).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Depth
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.smoothing import alike, smaller, smoothed

_MOST_CELLS = 2048  # on the longer side of the grid that is filled in
_ROUGH_CELLS = 1024  # the same where it is only compared with what is around
_DOUBT_TO, _SURE_FROM = 0.25, 0.85
_DISAGREEING = 4.0  # how much less is believed that is two `_STEP` away from what is around
_LEAST_SAID = 3e-3  # of a weight: what is not sure counts where edges keep off all that is
_FAR = 0.1  # how far guesses come from, of the longer side
_EVEN_PX = 20.0  # how far levels are smoothed
_EDGE = 0.02  # a difference of colour, of the full range, that keeps two places apart
_STEP = 0.5  # between frames: more within `_JUMP_CELLS` is an outline
_JUMP_CELLS = _THIN_CELLS = 5
_LEVEL = 0.2  # between frames: what is apart by more is not of one level
# Who votes: so many cells up to so far, with the weight of a Gaussian of the distance and of one of
# the difference of colour. At outlines a cell itself says little, but more beside thin things.
_VOTERS, _VOTERS_CELLS, _VOTE_CELLS, _VOTE_COLOUR = 33, 8, 5.0, 0.04
_AT_OUTLINES, _AT_THIN, _BESIDE_CELLS = 0.03, 0.5, 9
_ONE_SIDE_CELLS = 16.0  # how far votes reach across no edge: single cells have no side of their own
_LEAST = 1e-3  # of a weight
_VOTES_AT_ONCE = 1 << 15
_BAND_ROWS = 256


def filled(
    depth: Depth, picture: NDArray[np.uint16], checkpoint: Callable[[], None] = lambda: None
) -> FloatArray:
    """The depth of all pixels.

    Args:
        depth: In cells that cover the picture.
        picture: (H, W, 3), display-encoded.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        (H, W) float32, place in the stack; between frames, too.
    """
    height, width = picture.shape[:2]
    size = smaller(depth.position.shape, _MOST_CELLS)
    position, sure = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.float32)
        for plane in (depth.position, depth.sure)
    )
    area = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    colours = np.asarray(area, np.float32) / np.float32(65535)
    sure = np.clip((sure / np.float32(255) - _DOUBT_TO) / (_SURE_FROM - _DOUBT_TO), 0, 1)
    sure = _agreeing(position, sure, colours, checkpoint)
    weight = sure**2 + np.float32(_LEAST_SAID)
    tied = alike(colours, _EDGE)
    far = smoothed(position, weight, tied, _FAR * max(size), checkpoint)
    known = far + sure * (position - far)
    known = _sided(known, sure, colours, tied, checkpoint)
    level = alike(known[..., np.newaxis], _LEVEL)
    known = smoothed(known, weight, level, _EVEN_PX * max(size) / max(height, width), checkpoint)
    return _enlarged(known, _outline(known), colours, picture, checkpoint)


def _agreeing(
    position: FloatArray,
    sure: FloatArray,
    colours: FloatArray,
    checkpoint: Callable[[], None],
) -> FloatArray:
    """(h, w) of `sure` what is left where the depth is not that around, across no edge."""
    size = smaller(position.shape, _ROUGH_CELLS)
    place, trust = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.float32)
        for plane in (position, sure)
    )
    tied = alike(np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA)), _EDGE)
    weight = trust**2 + np.float32(_LEAST_SAID)
    far = cv2.resize(
        smoothed(place, weight, tied, _FAR * max(size), checkpoint),
        position.shape[::-1],
        interpolation=cv2.INTER_LINEAR,
    )
    away = np.clip(np.abs(position - far) / np.float32(_STEP) - 1, 0, None)
    doubt = np.float32(_DISAGREEING) * (1 - sure**2) * np.square(away)
    return np.asarray(sure / (1 + doubt), np.float32)


def _outline(position: FloatArray) -> NDArray[np.bool_]:
    """(h, w) where the depth jumps nearby."""
    lower, upper = _range(position, _JUMP_CELLS)
    jumps = (upper - lower > _STEP).astype(np.uint8)
    return np.asarray(cv2.dilate(jumps, np.ones((3, 3), np.uint8))).view(np.bool_)


def _range(plane: FloatArray, cells: int) -> tuple[FloatArray, FloatArray]:
    """The least and the largest around each cell."""
    window = np.ones((cells, cells), np.uint8)
    return np.asarray(cv2.erode(plane, window)), np.asarray(cv2.dilate(plane, window))


def _thin(position: FloatArray) -> NDArray[np.bool_]:
    """(h, w) where what has another depth than its surroundings is too narrow to have an inside."""
    window = np.ones((_THIN_CELLS, _THIN_CELLS), np.uint8)
    lower, upper = (
        cv2.morphologyEx(position, how, window) for how in (cv2.MORPH_OPEN, cv2.MORPH_CLOSE)
    )
    return np.asarray((position - lower > _STEP) | (upper - position > _STEP))


def _sided(
    position: FloatArray,
    sure: FloatArray,
    colours: FloatArray,
    tied: tuple[FloatArray, FloatArray],
    checkpoint: Callable[[], None],
) -> FloatArray:
    """At outlines the depth of that side, the lower or the upper one, which has the colours."""
    clean = np.asarray(cv2.medianBlur(position, 5), np.float32)
    outline = _outline(clean)
    beside = np.ones((_BESIDE_CELLS, _BESIDE_CELLS), np.uint8)
    thin = cv2.dilate(_thin(clean).astype(np.uint8), beside) > 0
    trust = sure + np.float32(0.05)
    trust[outline] *= np.where(thin, np.float32(_AT_THIN), np.float32(_AT_OUTLINES))[outline]
    lower, upper = _range(clean, 2 * _VOTERS_CELLS + 1)
    middle = (lower + upper) / np.float32(2)
    cells = np.flatnonzero(outline)
    votes, place = np.empty((2, 2, len(cells)), np.float32)
    for start in range(0, len(cells), _VOTES_AT_ONCE):
        checkpoint()
        part = slice(start, start + _VOTES_AT_ONCE)
        votes[:, part], place[:, part] = _votes(cells[part], position, trust, colours, middle)
    # Votes are -1 and 1, as all else is, and then smoothed.
    side = np.where(position < middle, np.float32(-1), np.float32(1))
    weight = np.where(upper - lower > _STEP, sure + np.float32(0.1), np.float32(_LEAST))
    total = votes.sum(axis=0)
    side.flat[cells] = (votes[1] - votes[0]) / (total + np.float32(1e-6))
    weight.flat[cells] = np.minimum(total, 1) + np.float32(0.01)
    upwards = smoothed(side, weight, tied, _ONE_SIDE_CELLS, checkpoint).flat[cells] > 0
    chosen = np.where(upwards, place[1], place[0])
    found = position.copy()
    found.flat[cells] = np.where(np.isnan(chosen), position.flat[cells], chosen)
    return found


def _votes(
    cells: NDArray[np.int64],
    position: FloatArray,
    trust: FloatArray,
    colours: FloatArray,
    middle: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """For the lower and the upper side of n cells, (2, n): votes, and the place of the best one."""
    height, width = position.shape
    down, across = np.divmod(cells, width)
    own, between = colours.reshape(-1, 3)[cells], middle.flat[cells]
    votes, most = np.zeros((2, 2, len(cells)), np.float32)
    place = np.full((2, len(cells)), np.nan, np.float32)
    number = np.arange(_VOTERS)
    away = _VOTERS_CELLS * np.sqrt(number / _VOTERS)
    turn = number * np.pi * (3 - np.sqrt(5))  # Vogel's spiral
    for below, right in np.rint([away * np.sin(turn), away * np.cos(turn)]).astype(int).T:
        at = np.clip(down + below, 0, height - 1) * width + np.clip(across + right, 0, width - 1)
        there = position.ravel()[at]
        unlike = np.square(colours.reshape(-1, 3)[at] - own).sum(axis=1)
        unlike *= np.float32(-0.5 / _VOTE_COLOUR**2)
        unlike -= np.float32((below**2 + right**2) / (2 * _VOTE_CELLS**2))
        vote = trust.ravel()[at] * np.exp(unlike)
        low = there < between
        for side, mine in enumerate((vote * low, vote * ~low)):
            votes[side] += mine
            better = mine > most[side]
            np.copyto(place[side], there, where=better)
            np.copyto(most[side], mine, where=better)
    return votes, place


def _enlarged(
    position: FloatArray,
    outline: NDArray[np.bool_],
    colours: FloatArray,
    picture: NDArray[np.uint16],
    checkpoint: Callable[[], None],
) -> FloatArray:
    """(H, W) from cells: bilinear, but at outlines that of the cell around with the like colour."""
    height, width = picture.shape[:2]
    rows, columns = position.shape
    full = np.asarray(
        cv2.resize(position, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
    down, across = (
        np.clip((np.arange(many) + 0.5) * cells / many - 0.5, 0, cells - 1).astype(np.float32)
        for many, cells in ((height, rows), (width, columns))
    )
    for top in range(0, height, _BAND_ROWS):
        checkpoint()
        band = slice(top, top + _BAND_ROWS)
        nearest = outline[np.rint(down[band]).astype(int)][:, np.rint(across).astype(int)]
        y, x = np.nonzero(nearest)
        y += top
        own = picture[y, x].astype(np.float32) / np.float32(65535)
        first, left = down[y].astype(int), across[x].astype(int)
        low, aside = down[y] - first, across[x] - left
        most = np.full(len(y), -np.inf, np.float32)
        for below, share_down in ((0, 1 - low), (1, low)):
            for right, share_across in ((0, 1 - aside), (1, aside)):
                cell = np.minimum(first + below, rows - 1), np.minimum(left + right, columns - 1)
                away = np.square(colours[cell] - own).sum(axis=1) / np.float32(2 * _EDGE**2)
                rank = np.log(share_down * share_across + np.float32(_LEAST)) - away
                better = rank > most
                full[y[better], x[better]] = position[cell][better]
                most[better] = rank[better]
    return full
