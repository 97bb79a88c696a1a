from __future__ import annotations

import numpy as np

from focusstack_app.engine.pixels import to_linear
from focusstack_app.training.srgb import to_srgb8


def test_the_transfer_curve_and_its_inverse_agree() -> None:
    every = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_srgb8(to_linear(every)), every)
