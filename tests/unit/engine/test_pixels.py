from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from focusstack_app.core.frames import Pixels
from focusstack_app.engine.pixels import as_uint16, cell_means, grey, to_float, to_uint16


def _every(values: Pixels) -> Any:
    return np.repeat(values[None, :, None], 3, axis=2)


@pytest.mark.parametrize(
    "pixels",
    [_every(np.arange(256).astype(np.uint8)), _every(np.arange(65536).astype(np.uint16))],
    ids=["8 bits", "16 bits"],
)
def test_every_value_survives_the_way_through_float(pixels: Pixels) -> None:
    np.testing.assert_array_equal(to_uint16(to_float(pixels)), as_uint16(pixels))


def test_white_stays_white() -> None:
    assert as_uint16(np.full((1, 1, 3), 255, np.uint8)).max() == 65535


def test_what_is_out_of_range_is_clipped() -> None:
    assert to_uint16(np.array([[[-0.5, 0.5, 2.0]]], np.float32)).tolist() == [[[0, 32768, 65535]]]


def test_cells_hold_means_and_the_last_ones_repeat_the_border() -> None:
    picture = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(grey(picture), picture.mean(axis=2), rtol=1e-5)
    whole = np.pad(picture, ((0, 1), (0, 1), (0, 0)), "edge")
    expected = whole.reshape(3, 2, 4, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(cell_means(picture, 2), expected, rtol=1e-5)
    np.testing.assert_allclose(cell_means(picture[..., 0], 2), expected[..., 0], rtol=1e-5)


def test_what_is_burnt_out_stays_white_in_a_frame_that_is_darkened() -> None:
    ramp = np.linspace(0, 1, 201, dtype=np.float32)[None, :, None].repeat(3, 2)
    darker, same, brighter = np.moveaxis(to_uint16(ramp, (0.8, 1.0, 1.1)) / 65535, 2, 0)
    plain = ramp[..., 0] <= 0.95
    np.testing.assert_allclose(darker[plain], 0.8 * ramp[..., 0][plain], atol=1e-4)
    assert darker[0, -1] == 1
    assert (np.diff(darker) > 0).all()
    np.testing.assert_allclose(same, ramp[..., 0], atol=1e-4)
    np.testing.assert_allclose(brighter, np.minimum(1.1 * ramp[..., 0], 1), atol=1e-4)
