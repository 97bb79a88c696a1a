from __future__ import annotations

import numpy as np

from focusstack_app.engine.filters import (
    accumulate,
    blend,
    box,
    dilated,
    enlarged,
    eroded,
    least,
    looked_up,
    padded_below,
    shrunk,
    squared_distance,
    stretched,
    times,
)

RNG = np.random.default_rng(0)
PLANE = RNG.random((9, 11), np.float32)
COLOURS = RNG.random((9, 11, 3), np.float32)


def test_accumulating_adds_in_place() -> None:
    total = np.ones((2, 2, 3), np.float32)
    accumulate(total, np.full((2, 2), 0.5, np.float32), np.full((2, 2, 3), 4, np.float32))
    np.testing.assert_array_equal(total, np.full((2, 2, 3), 3))


def test_blending_adds_to_as_many_totals_as_there_are_planes() -> None:
    totals = [np.ones((2, 2), np.float32) for _ in range(3)]
    blend(np.full((2, 2), 0.5, np.float32), np.full((2, 2, 2), 4, np.float32), totals)
    assert [total[0, 0] for total in totals] == [3, 3, 1]


def test_squares_and_discs() -> None:
    point = np.zeros((9, 9), np.float32)
    point[4, 4] = 1
    np.testing.assert_allclose(box(point, 1)[3:6, 3:6], 1 / 9, rtol=1e-6)
    np.testing.assert_array_equal(eroded(1 - point, 1)[3:6, 3:6], 0)
    disc = dilated(point, 4)
    assert disc[4].all()
    assert disc[:, 4].all()
    assert disc[0, 0] == disc[8, 8] == 0
    # Borders are repeated: nothing gets darker there.
    np.testing.assert_allclose(box(np.ones((3, 4), np.float32), 2), 1, rtol=1e-6)


def test_sizes_change_about_the_centres_of_cells() -> None:
    ramp = np.arange(8, dtype=np.float32)[None].repeat(3, axis=0)
    np.testing.assert_allclose(enlarged(ramp, 2)[0, 1:-1], np.arange(14) / 2 + 0.25)
    half = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25]])
    np.testing.assert_allclose(stretched(ramp, half, (6, 16)), enlarged(ramp, 2), atol=0.02)
    whole = RNG.integers(0, 65536, (6, 8, 3), np.uint16)
    means = whole.reshape(3, 2, 4, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(shrunk(whole, (4, 3)), means, atol=0.51)


def test_colours() -> None:
    np.testing.assert_array_equal(least(COLOURS), COLOURS.min(axis=2))
    np.testing.assert_array_equal(times(COLOURS, PLANE), COLOURS * PLANE[..., None])
    expected = np.square(COLOURS - COLOURS[::-1]).mean(axis=2)
    np.testing.assert_allclose(squared_distance(COLOURS, COLOURS[::-1]), expected, rtol=1e-5)


def test_a_table_is_read_between_its_entries_and_ends_with_them() -> None:
    levels, table = np.array([0.25, 0.75]), np.array([1, 3], np.float32)
    values = np.array([[0, 0.25, 0.5, 0.75, 1]], np.float32)
    np.testing.assert_allclose(looked_up(values, levels, table), [[1, 1, 2, 3, 3]])


def test_padding_mirrors_with_the_outermost_twice() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    padded = padded_below(pixels, 2, 1)
    np.testing.assert_array_equal(padded[:, :3], pixels[[0, 1, 1, 0]])
    np.testing.assert_array_equal(padded[:, 3], padded[:, 2])
