from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.engine.smoothing import alike, smaller, smoothed


def test_a_step_that_has_an_edge_stays_and_its_noise_goes() -> None:
    rng = np.random.default_rng(0)
    step = np.where(np.arange(80) < 40, 1.0, 3.0)[np.newaxis] + np.zeros((60, 1))
    noisy = (step + rng.normal(0, 0.5, step.shape)).astype(np.float32)
    tied = alike(step[..., np.newaxis].astype(np.float32), 0.05)
    found = smoothed(noisy, np.ones_like(noisy), tied, 20)
    assert np.abs(found - step).max() < 0.2
    everywhere = alike(np.zeros((*step.shape, 1), np.float32), 0.05)
    assert np.abs(smoothed(noisy, np.ones_like(noisy), everywhere, 20)[:, 38] - 2).max() < 0.5


def test_places_count_by_their_weight() -> None:
    plane = np.zeros((30, 40), np.float32)
    plane[10, 20] = 7
    weight = np.full_like(plane, 1e-6)
    weight[10, 20] = 1
    tied = alike(np.zeros((30, 40, 3), np.float32), 0.1)
    np.testing.assert_allclose(smoothed(plane, weight, tied, 50), 7, atol=0.1)


@pytest.mark.parametrize(
    ("shape", "size"), [((30, 40), (40, 30)), ((300, 400), (100, 75)), ((1, 900), (100, 1))]
)
def test_a_smaller_grid_keeps_the_proportions(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    assert smaller(shape, 100) == size


def test_cancel_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    plane = np.ones((5, 5), np.float32)
    with pytest.raises(Cancelled):
        smoothed(plane, plane, alike(plane[..., np.newaxis], 1), 2, progress.checkpoint)
