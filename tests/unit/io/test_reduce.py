from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focusstack_app.io.reduce import fitted_size, reduced
from tests.unit.io.builders import noise8, noise16, smooth


@given(st.integers(1, 20000), st.integers(1, 20000), st.integers(1, 5000))
def test_fitted_size_keeps_aspect_and_limit(width: int, height: int, limit: int) -> None:
    fitted = fitted_size(width, height, limit)
    assert max(fitted) <= max(limit, 1)
    assert fitted[0] <= width
    assert fitted[1] <= height
    assert min(fitted) >= 1
    assert fitted == fitted_size(height, width, limit)[::-1]
    if max(width, height) <= limit:
        assert fitted == (width, height)
    else:
        scale = limit / max(width, height)
        assert abs(fitted[0] - max(1, width * scale)) <= 0.5
        assert abs(fitted[1] - max(1, height * scale)) <= 0.5


def test_the_same_size_is_the_same_array() -> None:
    picture = noise8(5, 7)
    assert reduced(picture, (7, 5)) is picture


@pytest.mark.parametrize("size", [(31, 20), (9, 7), (1, 1)])
def test_both_depths_agree_and_keep_the_mean(size: tuple[int, int]) -> None:
    picture = smooth(64, 96)
    small8 = reduced(picture, size)
    small16 = reduced(picture.astype(np.uint16) * 257, size)
    assert small8.dtype == np.uint8
    assert small16.dtype == np.uint16
    assert small8.shape == small16.shape == (size[1], size[0], 3)
    assert np.abs(small16 / 257.0 - small8).max() <= 1.01
    assert abs(float(small8.mean()) - float(picture.mean())) < 2


def test_16_bits_are_not_reduced_to_8() -> None:
    flat = np.full((40, 40, 3), 12345, np.uint16)
    assert np.all(reduced(flat, (10, 10)) == 12345)


def test_noise_is_averaged_not_picked() -> None:
    small = reduced(noise16(256, 256), (16, 16))
    assert small.std() < 65535 / np.sqrt(12) / 8
