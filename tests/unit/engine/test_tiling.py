from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focusstack_app.engine.tiling import plan_tiles


@settings(deadline=None, max_examples=40)
@given(
    height=st.integers(8, 90),
    width=st.integers(8, 90),
    overlap=st.floats(0, 0.5),
    scale=st.sampled_from([1, 4]),
)
def test_blending_weights_sum_to_one_everywhere(
    height: int, width: int, overlap: float, scale: int
) -> None:
    plan = plan_tiles(height, width, 8, overlap)
    total = np.zeros((height * scale, width * scale))
    for tile in plan.tiles:
        down = slice(tile.top * scale, tile.bottom * scale)
        across = slice(tile.left * scale, tile.right * scale)
        alpha = plan.alpha(tile, scale)
        assert alpha.min() >= 0
        total[down, across] += alpha
    np.testing.assert_allclose(total, 1.0, atol=1e-6)


@given(length=st.integers(16, 400), overlap=st.floats(0, 0.5))
def test_neighbours_overlap_by_at_least_what_was_asked(length: int, overlap: float) -> None:
    starts = plan_tiles(length, 16, 16, overlap).rows
    assert starts[0] == 0
    assert starts[-1] == length - 16
    assert all(b - a <= 16 - round(16 * overlap) for a, b in itertools.pairwise(starts))


def test_tiles_lie_at_even_steps_and_the_last_one_at_the_end() -> None:
    plan = plan_tiles(100, 64, 16, 0.25)
    assert plan.rows == (0, 12, 24, 36, 48, 60, 72, 84)
    assert plan_tiles(90, 16, 16, 0.25).rows[-2:] == (72, 74)
    assert plan_tiles(16, 16, 16, 0.25).rows == (0,)


def test_a_plane_smaller_than_a_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="smaller than a tile"):
        plan_tiles(7, 20, 8, 0.25)


def test_an_overlap_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        plan_tiles(20, 20, 8, 0.6)
