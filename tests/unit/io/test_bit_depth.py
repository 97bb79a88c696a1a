from __future__ import annotations

import numpy as np

from focusstack_app.io.bit_depth import rounded_to_8


def test_16_bits_are_rounded_to_the_nearest_of_8() -> None:
    every = np.arange(65536, dtype=np.uint16)
    exact = np.floor(every.astype(np.float64) / 257 + 0.5).astype(np.uint8)
    assert np.array_equal(rounded_to_8(every), exact)


def test_8_bits_pass_and_come_back_from_16() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(rounded_to_8(every), every)
    assert np.array_equal(rounded_to_8(every.astype(np.uint16) * 257), every)
