"""What a similarity leaves over: the camera was tilted or moved sideways between two frames.

Each neighbour is refined by a homography, once from each half of a chequered pattern of tiles. Only
what both halves tell alike is believed; the rest is defocus and noise, and the similarity stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from focusstack_app.core.ahead import ahead
from focusstack_app.engine.matching import (
    PAIRS_AT_ONCE,
    Level,
    Matrix,
    Similarity,
    refine_homographies,
    unit_frame,
)
from focusstack_app.engine.resampling import projected

_ITERATIONS = (4, 6)  # fine to coarse
_LEAST_PX = 0.5  # at a corner of the proxy
_MOST_APART = 0.35  # of the two halves, as a share of what they tell
_MOST = 0.08  # share of the longer side


def homographies(
    levels: Callable[[int], list[Level]],
    found: Sequence[Similarity],
    reference: int,
    tick: Callable[[], None],
) -> list[Matrix]:
    """The registration of frames with what is sure of their perspective.

    Args:
        levels: `matching.pyramid` of a frame; called by several threads.
        found: Similarities, frame from first.
        reference: Index of the reference.
        tick: Called per pair.

    Returns:
        (3, 3) each, frame from reference, on pixel centres of the finest plane.
    """
    height, width = levels(reference)[0].plane.shape
    to_unit = unit_frame(height, width)
    in_units = [to_unit @ one.matrix(height, width) @ np.linalg.inv(to_unit) for one in found]
    chains: list[list[Matrix]] = [[np.eye(3)], [np.eye(3)]]

    def seen_from_before(index: int) -> list[Matrix]:
        pair = found[index].after(found[index - 1].inverse())
        return _deviations(levels(index - 1), levels(index), pair)

    seen = ahead(seen_from_before, range(1, len(found)), PAIRS_AT_ONCE)
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


def _deviations(template: list[Level], moved: list[Level], pair: Similarity) -> list[Matrix]:
    """(3, 3) in units, by each half: what comes before the similarity; nothing where unsure."""
    changes: list[Matrix] = [np.eye(3), np.eye(3)]
    sure = [True, True]
    for level in reversed(range(min(len(_ITERATIONS), len(template)))):
        enlarged = template[0].plane.shape[1] / template[level].plane.shape[1]
        here = Similarity(pair.z, pair.t / enlarged)
        refined = refine_homographies(
            template[level], moved[level], here, changes, _ITERATIONS[level]
        )
        for half, change in enumerate(refined):
            sure[half] &= change is not None
            changes[half] = change if change is not None and sure[half] else np.eye(3)
    return changes
