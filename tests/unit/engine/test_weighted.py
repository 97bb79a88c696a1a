from __future__ import annotations

import numpy as np

from focusstack_app.engine.weighted import WeightedMean


def test_it_is_the_mean_by_weights_and_knows_the_largest() -> None:
    rng = np.random.default_rng(0)
    frames = rng.random((3, 4, 5, 3)).astype(np.float32)
    weights = rng.uniform(0.1, 1, (3, 4, 5)).astype(np.float32)
    mean = WeightedMean(4, 5, np.zeros((1, 1), np.float32))
    for index in (2, 0, 1):
        mean.add(index, weights[index], frames[index])
    expected = np.average(frames, axis=0, weights=np.repeat(weights[..., None], 3, axis=3))
    np.testing.assert_allclose(mean.picture, expected, rtol=1e-5)
    np.testing.assert_array_equal(mean.index, weights.argmax(axis=0))
    np.testing.assert_allclose(mean.confidence, weights.max(axis=0) / weights.sum(axis=0), 1e-5)
