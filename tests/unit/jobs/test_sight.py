from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from focusstack_app.core.region import Region
from focusstack_app.engine.motion import Motion
from focusstack_app.engine.overview import Noise, Overview
from focusstack_app.jobs.sight import FEW, Seen, few_frames, seen_at, sight_of

NOISE = Noise(np.full(16, 1e-5, np.float32), 0.0)


def test_the_frames_that_are_in_focus_in_a_part_are_taken_and_those_beside() -> None:
    source_index = np.full((60, 90), 3, np.uint16)
    source_index[:, 45:] = np.arange(20, 35).repeat(3)
    full_px = 900, 600
    left = few_frames(source_index, Region(100, 100, 356, 356), full_px, 40)
    assert len(left) == FEW
    assert {1, 2, 3, 4, 5} < set(left)
    right = few_frames(source_index, Region(100, 460, 356, 890), full_px, 40)
    assert len(right) == FEW
    assert right == sorted(right)
    # Half as many as there are: none of them is far from one that is taken.
    assert min(right) in (20, 21)
    assert max(right) in (33, 34)
    assert max(after - before for before, after in pairwise(right)) <= 3


def test_what_a_preview_takes_by_chance_displaces_nothing_beside_what_is_in_focus() -> None:
    """As it took frames of fine grain, of which 13, 14 and 15 were sharp."""
    taken = {9: 10, 12: 345, 13: 38, 14: 948, 15: 937, 16: 149, 18: 134, 20: 154, 34: 4, 48: 8}
    source_index = np.repeat([*taken], [*taken.values()]).astype(np.uint16)[None]
    part = Region(0, 0, 1, source_index.size)
    assert {13, 14, 15} < set(few_frames(source_index, part, (source_index.size, 1), 50))


def test_a_small_part_counts_and_the_rest_of_the_picture_does_not() -> None:
    source_index = np.zeros((60, 90), np.uint16)
    source_index[30, 40] = 17
    few = few_frames(source_index, Region(295, 395, 305, 405), (900, 600), 20)
    assert {15, 16, 17, 18} < set(few)


def test_there_are_as_many_as_there_are_at_most() -> None:
    source_index = np.zeros((6, 9), np.uint16)
    assert few_frames(source_index, Region(0, 0, 60, 90), (90, 60), 3) == [0, 1, 2]


def _seen(*, moved: bool) -> Seen:
    weights = [np.full((30, 45), share, np.float16) for share in (0.5, 0.25, 0.25)]
    area, shown = np.zeros((20, 30), np.uint8), np.full((20, 30), -1, np.int32)
    area[5:9, 5:9], shown[5:9, 5:9] = 255, 2
    area[5:9, 20:24], shown[5:9, 20:24] = 255, 0
    alike = [np.full((20, 30), number, np.uint8) for number in range(3)]
    motion = Motion(area, shown, alike, (3.0, 3.0)) if moved else None
    return Seen(np.array([2.0, 0.0, np.nan]), Overview(weights, (2.0, 2.0), *NOISE), motion)


@pytest.mark.parametrize("moved", [False, True])
def test_what_a_preview_found_holds_for_larger_frames(moved: bool) -> None:
    sight = sight_of(_seen(moved=moved), (60, 90))
    noise = Noise(np.full(16, 2e-5, np.float32), 1.0)
    seen = seen_at(sight, (240, 360), noise)
    np.testing.assert_array_equal(seen.focus, [8.0, 0.0, np.nan])
    assert seen.overview.cell_px == (8.0, 8.0)
    assert seen.overview.coarseness == 1.0
    np.testing.assert_array_equal(seen.overview.noise, noise.noise)
    assert (seen.motion is not None) is moved
    if seen.motion is not None:
        assert seen.motion.cell_px == (12.0, 12.0)


def test_some_of_the_frames_share_what_all_had() -> None:
    few = _seen(moved=True).taken([1, 2])
    np.testing.assert_array_equal(few.focus, [0.0, np.nan])
    np.testing.assert_allclose(sum(plane[:] for plane in few.overview.weights), 1, atol=1e-4)
    np.testing.assert_allclose(few.overview.weights[0][:], 0.5, atol=1e-4)
    motion = few.motion
    assert motion is not None
    # What is shown of a frame that is not there did not move.
    assert motion.area[:, 20:].max() == 0
    assert set(np.unique(motion.shown)) == {-1, 1}
    assert motion.area[6, 6] == 255
    assert [plane[0, 0] for plane in motion.alike] == [1, 2]
