from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth
from focusstack_app.core.progress import Progress
from focusstack_app.engine import stereo
from focusstack_app.engine.stereo import anaglyph, guess_nearest_first, nearness, seen_from

HEIGHT, WIDTH = 150, 200  # more than one band
NEAR, FAR = np.float32(0.5), np.float32(-0.5)


@pytest.fixture
def picture() -> NDArray[np.uint16]:
    rng = np.random.default_rng(3)
    return rng.integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)


def plane(value: float) -> NDArray[np.float32]:
    return np.full((HEIGHT, WIDTH), value, np.float32)


def square() -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:100, 80:120] = True
    return mask


def test_without_a_shift_it_is_the_picture_to_the_bit(picture: NDArray[np.uint16]) -> None:
    near = np.random.default_rng(1).uniform(-0.5, 0.5, (HEIGHT, WIDTH)).astype(np.float32)
    assert np.array_equal(seen_from(picture, near, (0, 0)), picture)


@pytest.mark.parametrize(
    ("value", "shift", "moved"),
    [
        (0.5, (20, 0), (10, 0)),
        (-0.5, (20, 0), (-10, 0)),
        (0.0, (20, 0), (0, 0)),
        (0.5, (0, 12), (0, 6)),
        (0.5, (-16, 8), (-8, 4)),
        (0.25, (20, 0), (5, 0)),
    ],
)
def test_a_plane_moves_by_exactly_its_part_of_the_shift(
    picture: NDArray[np.uint16], value: float, shift: tuple[float, float], moved: tuple[int, int]
) -> None:
    seen = seen_from(picture, plane(value), shift)
    right, down = moved
    inside = (slice(20, -20), slice(20, -20))
    expected = np.roll(picture, (down, right), (0, 1))
    assert np.array_equal(seen[inside], expected[inside])


def test_parts_of_a_pixel_count() -> None:
    ramp = np.broadcast_to(np.arange(WIDTH, dtype=np.uint16)[None, :, None] * 200, (40, WIDTH, 3))
    near = np.full((40, WIDTH), 0.5, np.float32)
    seen = seen_from(np.ascontiguousarray(ramp), near, (1.5, 0))  # 0.75 px
    away = ramp[:, 10:-10].astype(float) - seen[:, 10:-10]
    np.testing.assert_allclose(away, 0.75 * 200, atol=0.05 * 200)


def test_what_is_nearer_hides_what_is_farther_and_leaves_ground_behind() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 10_000, np.uint16)
    picture[square()] = 50_000
    near = np.where(square(), NEAR, FAR)
    seen = seen_from(picture, near, (24, 0))
    moved = np.roll(square(), 12, axis=1)
    assert np.all(seen[moved] == 50_000)
    assert np.all(seen[~moved] == 10_000)  # nor is there a sheet of its edge where it was


def test_a_hole_in_what_is_near_shows_what_moves_less() -> None:
    """The near part moves over the left of what is seen through the hole, and off its right."""
    picture = np.full((HEIGHT, WIDTH, 3), 50_000, np.uint16)
    picture[square()] = np.arange(40, dtype=np.uint16)[None, :, None].repeat(40, 0).reshape(-1, 1)
    seen = seen_from(picture, np.where(square(), FAR, NEAR), (10, 0))
    row = seen[80, :, 0]
    assert np.all(row[:85] == 50_000)
    assert list(row[85:115]) == list(range(10, 40))  # the far part went 5 to the left
    assert np.all(row[115:125] < 40)  # more of it, mirrored
    assert np.all(row[125:] == 50_000)


def test_left_and_right_mirror_each_other(picture: NDArray[np.uint16]) -> None:
    near = np.where(square(), NEAR, FAR)
    right = seen_from(picture, near, (-16, 0))
    mirrored = seen_from(
        np.ascontiguousarray(picture[:, ::-1]), np.ascontiguousarray(near[:, ::-1]), (16, 0)
    )
    assert np.array_equal(mirrored[:, ::-1], right)


def test_up_is_like_aside(picture: NDArray[np.uint16]) -> None:
    """Also across bands."""
    near = np.where(square(), NEAR, FAR)
    turned = seen_from(
        np.ascontiguousarray(picture.transpose(1, 0, 2)), np.ascontiguousarray(near.T), (16, 0)
    )
    assert np.array_equal(turned.transpose(1, 0, 2), seen_from(picture, near, (0, 16)))


def test_a_slope_is_stretched_and_not_torn() -> None:
    slope = np.linspace(-0.5, 0.5, WIDTH, dtype=np.float32)[None].repeat(20, 0)
    ramp = np.arange(WIDTH, dtype=np.uint16)[None, :, None].repeat(20, 0).repeat(3, 2) * 100
    seen = seen_from(ramp, slope, (40, 0))
    columns = np.arange(WIDTH)
    from_there = (columns + 20) / (1 + 40 / (WIDTH - 1))  # solves x + 40 * slope(x) = column
    inside = (from_there > 2) & (from_there < WIDTH - 3)
    assert inside.sum() > 150
    np.testing.assert_allclose(seen[10, inside, 0], 100 * from_there[inside], atol=10)


def test_it_stops_within_a_band(picture: NDArray[np.uint16]) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        seen_from(picture, plane(0.5), (10, 0), progress.checkpoint)
    with pytest.raises(Cancelled):
        nearness(plane(1.0), 4, nearest_first=True, checkpoint=progress.checkpoint)


def test_nearness_spans_what_the_picture_has_of_the_stack() -> None:
    place = np.linspace(2, 6, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, 0)
    near = nearness(place, 8, nearest_first=False)
    assert near.dtype == np.float32
    np.testing.assert_allclose(near[:, [5, 100, -5]], [[-0.5, 0, 0.5]] * HEIGHT, atol=0.05)
    swapped = nearness(place, 8, nearest_first=True)
    np.testing.assert_allclose(swapped[:, 20:-20], -near[:, 20:-20], atol=0.05)


def test_little_depth_in_a_deep_stack_is_not_blown_up() -> None:
    place = np.where(square(), np.float32(10.5), np.float32(10))
    near = nearness(place, 40, nearest_first=False)
    assert 0 < float(np.ptp(near)) <= 0.051  # half a step of at least ten


def test_one_depth_all_over_is_flat() -> None:
    assert not nearness(plane(3.0), 6, nearest_first=True).any()


def test_pits_and_specks_are_levelled_and_hairs_stay() -> None:
    place = np.zeros((400, 800), np.float32)
    place[30:33, 30:33] = 4  # a speck
    place[50:90, 60:63] = 4  # a hair
    place[110:140, 120:180] = 4
    place[120:123, 140:143] = 0  # a pit
    near = nearness(place, 4, nearest_first=False)
    assert near[31, 31] == near[0, 0]
    assert near[70, 61] == near[115, 130] == near[121, 141] == 0.5


def test_bands_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    place = np.zeros((700, 300), np.float32)
    for top, left, tall in zip(
        rng.integers(0, 680, 60), rng.integers(0, 290, 60), rng.integers(1, 40, 60), strict=True
    ):
        place[top : top + tall, left : left + 5] = rng.integers(1, 5)
    in_bands = nearness(place, 4, nearest_first=False)
    monkeypatch.setattr(stereo, "_TALL_ROWS", 700)
    assert np.array_equal(in_bands, nearness(place, 4, nearest_first=False))


def test_outlines_become_steps_in_favour_of_what_is_near() -> None:
    place = np.zeros((HEIGHT, WIDTH), np.float32)
    place[:, 100:] = 4
    place[:, 99], place[:, 100] = 1.2, 2.6  # a soft edge
    near = nearness(place, 4, nearest_first=False)
    assert set(np.unique(near)) == {FAR, NEAR}
    edge = int(np.argmax(near[0] == NEAR))
    assert 95 <= edge <= 99  # it takes a seam along


def test_what_lies_along_the_upper_edge_is_taken_for_far() -> None:
    position = np.zeros((30, 40), np.float32)
    position[10:, 8:32] = 5
    depth = Depth(position, np.full(position.shape, 255, np.uint8))
    assert not guess_nearest_first(depth)
    assert guess_nearest_first(Depth(5 - position, depth.sure))
    assert guess_nearest_first(Depth(np.ones((30, 40), np.float32), depth.sure))
    assert guess_nearest_first(Depth(position[:, :1], depth.sure[:, :1]))  # has no middle


def test_guesses_go_by_what_is_sure() -> None:
    position = np.zeros((30, 40), np.float32)
    position[10:, 8:32] = 5
    position[:10] = 9  # but for the sides nothing is sure there
    sure = np.where(position == 9, 0, 255).astype(np.uint8)
    assert not guess_nearest_first(Depth(position, sure))


def test_greys_stay_grey_in_an_anaglyph() -> None:
    """The rows of both matrices of Dubois add up to one."""
    grey = np.linspace(0, 65535, 150).astype(np.uint16)
    picture = np.ascontiguousarray(np.broadcast_to(grey[:, None, None], (150, 8, 3)))
    made = anaglyph(picture, picture)
    np.testing.assert_allclose(made.astype(float), picture, atol=200)


def test_each_eye_has_its_colours() -> None:
    white, black = (np.full((4, 4, 3), value, np.uint16) for value in (65535, 0))
    left, right = anaglyph(white, black)[0, 0], anaglyph(black, white)[0, 0]
    assert left[0] > 60_000
    assert max(left[1:]) == 0
    assert right[0] == 0
    assert min(right[1:]) > 60_000
