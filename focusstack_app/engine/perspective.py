"""What a similarity leaves over: the camera was tilted or moved sideways between two frames.

Each neighbour is refined by a homography, once from each half of a chequered pattern of tiles. Only
what both halves tell alike is believed; the rest is defocus and noise, and the similarity stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from focusstack_app.engine.matching import Pair, Pyramids, refine_homographies
from focusstack_app.engine.resampling import projected
from focusstack_app.engine.warps import STILL, Matrix, Similarity, unit_frame

_ITERATIONS = (4, 6)  # fine to coarse
_LEAST_PX = 0.25  # at a corner of the finest plane
_MOST_APART = 0.2  # of the two halves, as a share of what they tell
_MOST = 0.08  # share of the longer side


def homographies(
    pyramids: Pyramids,
    links: Sequence[Pair],
    found: Sequence[Similarity],
    reference: int,
    tick: Callable[[], None],
) -> list[Matrix]:
    """The registration of frames with what is sure of their perspective.

    Args:
        pyramids: Of the frames.
        links: Of a `Chain` of them: perspective is what comes before the similarity of each.
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
    for link, changes in zip(links, pyramids.matched(_deviations, links), strict=True):
        before, here = in_units[link.a], in_units[link.b]
        own = to_unit @ (link.told or STILL).matrix(height, width) @ np.linalg.inv(to_unit)
        # What was found beside the similarity of the pair is to stand beside that of all pairs.
        settled = before @ np.linalg.inv(here) @ own
        for chain, found_there in zip(chains, changes, strict=True):
            change = settled @ found_there if found_there is not None else np.eye(3)
            # What was seen in the frame before, in the coordinates of the first.
            chain.append(np.linalg.inv(before) @ change @ before @ chain[link.a])
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


def _deviations(pyramids: Pyramids, pairs: Sequence[Pair]) -> list[list[Matrix | None]]:
    """Of each pair (3, 3) in units, by each half: what comes before the similarity it was told.

    None where unsure.
    """
    changes: list[list[Matrix | None]] = [[np.eye(3), np.eye(3)] for _ in pairs]
    told = [pair.told or STILL for pair in pairs]
    sizes = pyramids.sizes_px
    for level in reversed(range(min(len(_ITERATIONS), len(sizes)))):
        enlarged = sizes[0][1] / sizes[level][1]
        refined = refine_homographies(
            [pyramids.level(pair.a, level) for pair in pairs],
            [pyramids.level(pair.b, level) for pair in pairs],
            [Similarity(own.z, own.t / enlarged) for own in told],
            [[np.eye(3) if change is None else change for change in both] for both in changes],
            _ITERATIONS[level],
        )
        for pair, both in enumerate(refined):
            for half, change in enumerate(both):
                if changes[pair][half] is not None:
                    changes[pair][half] = change
    return changes
