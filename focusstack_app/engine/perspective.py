"""What a similarity leaves over: the camera was tilted or moved sideways between two frames.

Each neighbour is refined by a homography, once from each half of a chequered pattern of tiles. Only
what both halves tell alike is believed; the rest is defocus and noise, and the similarity stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from focusstack_app.engine.matching import Pyramids, refine_homographies
from focusstack_app.engine.resampling import projected
from focusstack_app.engine.warps import Matrix, Similarity, unit_frame

_ITERATIONS = (4, 6)  # fine to coarse
_LEAST_PX = 0.25  # at a corner of the finest plane
_MOST_APART = 0.2  # of the two halves, as a share of what they tell
_MOST = 0.08  # share of the longer side


def homographies(
    pyramids: Pyramids,
    found: Sequence[Similarity],
    reference: int,
    tick: Callable[[], None],
) -> list[Matrix]:
    """The registration of frames with what is sure of their perspective.

    Args:
        pyramids: Of the frames.
        found: Similarities, frame from first.
        reference: Index of the reference.
        tick: Called per pair.

    Returns:
        (3, 3) each, frame from reference, on pixel centres of the finest plane.
    """
    height, width = pyramids.sizes_px[0]
    to_unit = unit_frame(height, width)
    in_units = [to_unit @ one.matrix(height, width) @ np.linalg.inv(to_unit) for one in found]
    chains: list[list[Matrix]] = [[np.eye(3)], [np.eye(3)]]

    def seen_from_before(pairs: Sequence[tuple[int, int]]) -> list[list[Matrix]]:
        told = [found[b].after(found[a].inverse()) for a, b in pairs]
        return _deviations(pyramids, pairs, told)

    neighbours = [(index - 1, index) for index in range(1, len(found))]
    seen = pyramids.matched(seen_from_before, neighbours)
    for before, changes in zip(in_units[:-1], seen, strict=True):
        for chain, change in zip(chains, changes, strict=True):
            # What was seen in the frame before, in the coordinates of the first.
            chain.append(np.linalg.inv(before) @ change @ before @ chain[-1])
        tick()
    corners = np.array([[x, y] for x in (-width, width) for y in (-height, height)])
    corners = corners / max(height, width)
    first_from_reference = found[reference].inverse().matrix(height, width)
    unit_px, results = max(height, width) / 2, []
    for index, similarity in enumerate(found):
        both = [chain[index] @ np.linalg.inv(chain[reference]) for chain in chains]
        mean = sum(one / one[2, 2] for one in both) / 2
        told = projected(corners, mean) - corners
        apart = projected(corners, both[0]) - projected(corners, both[1])
        size, difference = (np.hypot(*shift.T).max() * unit_px for shift in (told, apart))
        sure = difference < _MOST_APART * size
        if not (sure and _LEAST_PX < size < _MOST * 2 * unit_px):
            mean = np.eye(3)
        own = np.linalg.inv(to_unit) @ mean @ to_unit
        matrix = similarity.matrix(height, width) @ own @ first_from_reference
        results.append(matrix / matrix[2, 2])
    return results


def _deviations(
    pyramids: Pyramids, pairs: Sequence[tuple[int, int]], found: Sequence[Similarity]
) -> list[list[Matrix]]:
    """Of each pair (3, 3) in units, by each half: what comes before the similarity.

    Nothing where unsure.
    """
    changes: list[list[Matrix]] = [[np.eye(3), np.eye(3)] for _ in pairs]
    sure = [[True, True] for _ in pairs]
    sizes = pyramids.sizes_px
    for level in reversed(range(min(len(_ITERATIONS), len(sizes)))):
        enlarged = sizes[0][1] / sizes[level][1]
        refined = refine_homographies(
            [pyramids.level(a, level) for a, _ in pairs],
            [pyramids.level(b, level) for _, b in pairs],
            [Similarity(own.z, own.t / enlarged) for own in found],
            changes,
            _ITERATIONS[level],
        )
        for pair, both in enumerate(refined):
            for half, change in enumerate(both):
                sure[pair][half] &= change is not None
                changes[pair][half] = np.eye(3)
                if change is not None and sure[pair][half]:
                    changes[pair][half] = change
    return changes
