"""What a similarity leaves over: the camera was tilted between the frames.

Every pair of frames that was registered is registered again with a tilt. Outlines that are out of
focus look like one, too; but a camera's tilts add up: between frames apart lies what lies between
the neighbours on the way, while the errors of defocus are others for each pair. Where all of it
comes from one step, the others being nearly still, both tell the same for nothing; so what counts
is what frames apart are tilted by beyond the largest step on the way. And a camera that turns moves
the picture by more than it bends it, unless its lens is wider than 18 mm; one that comes nearer to
a slanted ground enlarges it by more. Tilts are believed where both holds; else no frame has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from focusstack_app.engine.matching import Pair, Pyramids, refine_tilts
from focusstack_app.engine.resampling import projected
from focusstack_app.engine.warps import STILL, WAYS, Matrix, Similarity, in_units, unit_frame

_ITERATIONS = (8, 6)  # fine to coarse
_MOST_APART = 0.2  # what frames apart and the way tell differently, as a share of what adds up
_LEAST_PX = 0.3  # of the finest plane, half its longer side from the centre
_MOST = 0.08  # share of the longer side, at a corner
_STEPS = 4  # of Gauss-Newton

Frames = tuple[int, int]


def homographies(
    pyramids: Pyramids,
    links: Sequence[Pair],
    pairs: Mapping[Frames, Similarity],
    unsure: frozenset[int],
    found: Sequence[Similarity],
    tick: Callable[[], None],
) -> list[Matrix]:
    """Where frames lie, with their tilt if the camera was tilted.

    Args:
        pyramids: Of the frames.
        links: Of a `Chain` of them.
        pairs: Where the second lies from the first, of links and of frames further apart.
        unsure: Frames of which it is not sure where they lie.
        found: What all pairs make of each frame: similarities, frame from first.
        tick: Called per pair.

    Returns:
        (3, 3) each, frame from first, on pixel centres of the finest plane.
    """
    height, width = pyramids.sizes_px[0]
    unit = max(height, width) / 2
    sure = [Pair(*both, own) for both, own in pairs.items() if not unsure.intersection(both)]
    told = {}
    for pair, tilt in zip(sure, pyramids.matched(_tilts, sure), strict=True):
        if tilt is not None:
            told[pair.a, pair.b] = in_units(pair.told or STILL, unit) @ tilt
        tick()
    # Of a neighbour without a tilt of its own, the similarity.
    near = {(link.a, link.b): in_units(pairs[link.a, link.b], unit) for link in links}
    near.update((both, told[both]) for both in told.keys() & near.keys())
    chain = [np.eye(3)]
    for link in links:
        chain.append(near[link.a, link.b] @ chain[link.a])
    apart = {both: own for both, own in told.items() if both not in near}
    straight = [own.matrix(height, width) for own in found]
    if not (apart and _tilted(links, near, apart, chain, unit)):
        return straight
    starts = [in_units(own, unit) for own in found]
    settled = _settled(starts, near | apart)
    bent = [_apart_px(*both, (height, width)) for both in zip(settled, starts, strict=True)]
    if max(bent) > _MOST * max(height, width):
        return straight
    to_unit = unit_frame(height, width)
    return [np.linalg.inv(to_unit) @ own @ to_unit for own in settled]


def _tilts(pyramids: Pyramids, pairs: Sequence[Pair]) -> list[Matrix | None]:
    """Of each pair (3, 3) in units: what comes before the similarity it was told.

    None where unsure.
    """
    found: list[Matrix | None] = [np.eye(3)] * len(pairs)
    told = [pair.told or STILL for pair in pairs]
    sizes = pyramids.sizes_px
    for level in reversed(range(min(len(_ITERATIONS), len(sizes)))):
        enlarged = sizes[0][1] / sizes[level][1]
        refined = refine_tilts(
            [pyramids.level(pair.a, level) for pair in pairs],
            [pyramids.level(pair.b, level) for pair in pairs],
            [Similarity(own.z, own.t / enlarged) for own in told],
            [np.eye(3) if own is None else own for own in found],
            _ITERATIONS[level],
        )
        found = [None if own is None else new for own, new in zip(found, refined, strict=True)]
    return found


def _apart_px(one: Matrix, other: Matrix, size_px: tuple[int, int]) -> float:
    """How far apart homographies in units put a corner of a plane, at most."""
    unit = max(size_px) / 2
    down, across = (side / 2 / unit for side in size_px)
    corners = np.array([[x, y] for x in (-across, across) for y in (-down, down)])
    return unit * float(np.hypot(*(projected(corners, one) - projected(corners, other)).T).max())


def _tilted(
    links: Sequence[Pair],
    near: Mapping[Frames, Matrix],
    apart: Mapping[Frames, Matrix],
    chain: Sequence[Matrix],
    unit: float,
) -> bool:
    """Whether tilts are there, and add up.

    Args:
        links: Of each frame but the first to one before it.
        near: (3, 3) in units, of the links.
        apart: Of pairs of frames further apart.
        chain: Frame from first, along the links.
        unit: Half the longer side in pixels.
    """

    def largest_step(a: int, b: int) -> float:
        steps, at = [0.0], b
        while at > a:
            link = links[at - 1]
            steps.append(abs(_tilt(near[link.a, link.b])))
            at = link.a
        return max(steps)

    straight = np.array([_tilt(own) for own in apart.values()])
    along = np.array([_tilt(chain[b] @ np.linalg.inv(chain[a])) for a, b in apart])
    added = np.abs(straight) - [largest_step(*both) for both in apart]
    shifts = [abs(own[:2, 2] @ (1, 1j) / own[2, 2]) for own in near.values()]
    scales = [abs(np.log(np.linalg.det(own[:2, :2] / own[2, 2]))) / 2 for own in near.values()]
    bent = [abs(_tilt(own)) for own in near.values()]
    return bool(
        unit * np.abs(straight).max() > _LEAST_PX
        and np.abs(straight - along).sum() < _MOST_APART * added.clip(0).sum()
        and np.median(bent) < max(np.median(shifts), np.median(scales))
    )


def _tilt(homography: Matrix) -> complex:
    """How much further away it is, to the right and down, per unit."""
    return complex(homography[2, :2] @ (1, 1j) / homography[2, 2])


def _settled(starts: Sequence[Matrix], pairs: Mapping[Frames, Matrix]) -> list[Matrix]:
    """(3, 3) frame from first of all frames in units, the least-squares compromise of all pairs.

    A pair counts by the inverse of its distance: defocus differs, and misleads, the more.

    Args:
        starts: Where frames lie, about.
        pairs: Second frame from first.
    """
    found, size = list(starts), len(WAYS)
    for _ in range(_STEPS):
        normal = np.zeros((len(found), size, len(found), size))
        towards = np.zeros((len(found), size))
        for (a, b), own in pairs.items():
            back = np.linalg.inv(found[a])
            beside = np.linalg.inv(own) @ found[b] @ back
            left = _steps(beside / beside[2, 2])
            # What a step of a frame, seen in the first one, does to this.
            does = np.stack([_steps(found[a] @ way @ back) for way in WAYS], 1)
            square = does.T @ does / (b - a)
            for one, other, sign in ((a, a, 1), (b, b, 1), (a, b, -1), (b, a, -1)):
                normal[one, :, other] += sign * square
            pull = does.T @ left / (b - a)
            towards[a] += pull
            towards[b] -= pull
        known = size * (len(found) - 1)
        steps = np.linalg.solve(normal[1:, :, 1:].reshape(known, known), towards[1:].ravel())
        for frame, step in enumerate(steps.reshape(-1, size), start=1):
            moved = found[frame] @ (np.eye(3) + np.tensordot(step, WAYS, 1))
            found[frame] = moved / moved[2, 2]
    return found


def _steps(change: Matrix) -> NDArray[np.float64]:
    """(6,) of `WAYS`, what a small change does; what else it does is left out."""
    larger, turned = change[0, 0] + change[1, 1] - 2 * change[2, 2], change[1, 0] - change[0, 1]
    return np.array([*change[:2, 2], larger / 2, turned / 2, *change[2, :2]])
