from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.engine.detail import plain_parts, without_soft

SIZE = (20, 30)


def _planes(*values: float) -> list[FloatArray]:
    return [np.full(SIZE, value, np.float32) for value in values]


def _left(
    weights: list[float], carriers: list[float], detail: list[float], noise: float
) -> list[float]:
    """The weights that are left in all cells of planes that are everywhere alike."""
    over = [own / noise for own in detail]
    left = without_soft(_planes(*weights), _planes(*carriers), _planes(*detail), _planes(*over))
    for plane in left:
        assert np.ptp(plane) == 0
    return [float(plane[0, 0]) for plane in left]


def test_soft_frames_lose_their_weight_where_the_focus_is_known() -> None:
    """The carriers know the third frame; half of the weight went to soft ones."""
    left = _left([0.25, 0.1, 0.4, 0.25], [0.0, 0.05, 0.95, 0.0], [1e-6, 5e-5, 1e-4, 2e-6], 1e-6)
    assert sum(left) == pytest.approx(1)
    assert left[2] > 0.95
    assert left[0] + left[3] < 1e-4
    assert 0.02 < left[1] < 0.05


def test_frames_as_sharp_as_the_one_in_focus_or_sharper_keep_theirs() -> None:
    """What is sharper there may be the edge of something else, and wins nothing by it."""
    weights = [0.3, 0.5, 0.2]
    for other in (1e-4, 8e-3):
        left = _left(weights, [0.0, 1.0, 0.0], [1e-4, 1e-4, other], 1e-6)
        assert left == pytest.approx(weights, abs=1e-5)


def test_what_surely_is_in_focus_keeps_its_weight_beside_the_edge_of_something_else() -> None:
    """The edge is sharp in the second frame, and the network knows that it lies elsewhere."""
    left = _left([0.95, 0.05], [0.95, 0.05], [1e-5, 1e-2], 1e-6)
    assert left[0] > 0.9


def test_where_the_frame_in_focus_shows_only_noise_all_weights_stay() -> None:
    weights = [0.2, 0.5, 0.3]
    left = _left(weights, [0.1, 0.8, 0.1], [0.7e-6, 1.4e-6, 1.1e-6], 1e-6)
    assert left == pytest.approx(weights, abs=1e-5)
    without = _left(weights, [0.1, 0.8, 0.1], [0.0, 0.0, 0.0], 1e-6)  # burnt out, say
    assert without == pytest.approx(weights, abs=1e-5)


def test_half_sure_carriers_of_a_frame_without_detail_do_not_hide_the_sharp_one() -> None:
    left = _left([0.3, 0.3, 0.4], [0.0, 0.5, 0.5], [1e-6, 1e-4, 1e-6], 1e-6)
    assert left[1] > 0.95


def test_plain_is_what_has_no_detail_in_the_frames_that_the_overview_would_not_take() -> None:
    """Two halves: in the right one the frame that the fusion takes shows something."""
    weights, carriers, far = _planes(0.0, 1.0), _planes(0.5, 0.5), _planes(1.0, 0.0)
    over_noise = _planes(1.0, 1.0)
    over_noise[1][:, 15:] = 10
    plain, settled = plain_parts(weights, carriers, over_noise, far)
    np.testing.assert_array_equal(plain[:, :15], 1)
    np.testing.assert_array_equal(plain[:, 15:], 0)
    np.testing.assert_array_equal(settled[:, :18], 1)  # and beside it
    np.testing.assert_array_equal(settled[:, 25:], 0.5)  # a half of what lies behind shows nothing


def test_where_both_take_the_same_nothing_is_plain() -> None:
    plain, _ = plain_parts(
        _planes(0.6, 0.4), _planes(1.0, 0.0), _planes(1.0, 1.0), _planes(0.6, 0.4)
    )
    np.testing.assert_array_equal(plain, 0)
