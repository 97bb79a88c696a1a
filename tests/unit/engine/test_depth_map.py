from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth_map import filled

HEIGHT, WIDTH = 160, 240
CELLS = HEIGHT // 2, WIDTH // 2
COUNT = 7


def _picture(near: NDArray[np.bool_], seed: int = 0) -> NDArray[np.uint16]:
    """Something bright before something dark, with a little grain."""
    grain = np.random.default_rng(seed).normal(0, 150, (*near.shape, 3))
    return np.rint(np.where(near[..., np.newaxis], 45_000, 15_000) + grain).astype(np.uint16)


def _full(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    return cells.repeat(2, axis=0).repeat(2, axis=1)


def test_plain_parts_are_filled_in_up_to_the_edge_of_the_picture() -> None:
    """Two planes; over the middle of both any frame is chosen at random."""
    rng = np.random.default_rng(3)
    near = np.zeros((HEIGHT, WIDTH), bool)
    near[:, : WIDTH // 2] = True
    truth = np.where(near, 1.0, 5.0)
    place, sure = truth[::2, ::2].astype(np.float32), np.full(CELLS, 255, np.uint8)
    plain = (slice(20, 60), slice(20, 100))
    place[plain] = rng.integers(0, COUNT, (40, 80))
    sure[plain] = rng.integers(0, 40, (40, 80))
    error = np.abs(filled(Depth(place, sure), _picture(near)) - truth)
    assert error.max() < 0.5
    assert error.mean() < 0.05
    assert np.abs(_full(place) - truth).mean() > 0.4  # what it was


def test_an_outline_lies_where_the_picture_has_it_and_is_sharp() -> None:
    """What is focused reaches six pixels over the outline of a disc."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(y - HEIGHT / 2 + 0.5, x - WIDTH / 2 + 0.5)
    near = away < 50
    truth = np.where(near, 1.0, 5.0)
    reached = np.where(away < 56, 1.0, 5.0)[::2, ::2].astype(np.float32)
    found = filled(Depth(reached, np.full(CELLS, 255, np.uint8)), _picture(near))
    wrong = np.abs(found - truth) > 1
    assert wrong.mean() < 0.1 * (np.abs(_full(reached) - truth) > 1).mean()
    assert (np.abs(found - np.where(found < 3, 1, 5)) < 0.5).all()  # nothing between the two


@pytest.mark.parametrize("wide_px", [6, 10])
def test_a_thin_twig_stays(wide_px: int) -> None:
    near = np.zeros((HEIGHT, WIDTH), bool)
    near[:, 100 : 100 + wide_px] = True
    truth = np.where(near, 1.0, 5.0)
    place = truth[::2, ::2].astype(np.float32)
    found = filled(Depth(place, np.full(CELLS, 255, np.uint8)), _picture(near))
    assert (np.abs(found - truth) < 0.5).mean() > 0.995


def test_a_smaller_picture_has_the_same_depth() -> None:
    y, x = np.mgrid[: 4 * HEIGHT, : 4 * WIDTH]
    near = np.hypot(y - 2 * HEIGHT, x - 2 * WIDTH) < 200
    picture = _picture(near)
    truth = np.where(near, 1.0 + x / (4 * WIDTH), 5.0).astype(np.float32)
    large = filled(Depth(truth[::2, ::2], np.full((320, 480), 255, np.uint8)), picture)
    half = cv2.resize(picture, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_AREA)
    small = filled(
        Depth(truth[::4, ::4], np.full((160, 240), 255, np.uint8)), np.asarray(half, np.uint16)
    )
    assert (np.abs(large[::2, ::2] - small) < 0.1).mean() > 0.99


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 3), (33, 2)])
def test_tiny_pictures_have_a_depth_too(size: tuple[int, int]) -> None:
    cells = tuple(-(-side // 2) for side in size)
    depth = Depth(np.full(cells, 2.5, np.float32), np.full(cells, 90, np.uint8))
    np.testing.assert_allclose(filled(depth, np.zeros((*size, 3), np.uint16)), 2.5, atol=1e-5)


def test_a_ramp_stays_one() -> None:
    ramp = np.tile(np.linspace(0.6, 5.4, CELLS[1], dtype=np.float32), (CELLS[0], 1))
    picture = _picture(np.zeros((HEIGHT, WIDTH), bool))
    found = filled(Depth(ramp, np.full(CELLS, 255, np.uint8)), picture)
    assert np.abs(found - _full(ramp)).mean() < 0.05


@pytest.mark.parametrize("has_edges", [False, True])
def test_a_doubtful_patch_stays_only_where_the_picture_has_edges(has_edges: bool) -> None:
    patch = np.zeros((HEIGHT, WIDTH), bool)
    patch[50:110, 80:160] = True
    place = np.where(patch, 5.0, 1.0)[::2, ::2].astype(np.float32)
    sure = np.where(patch, 150, 255)[::2, ::2].astype(np.uint8)
    found = filled(Depth(place, sure), _picture(patch & has_edges))
    assert np.abs(found - np.where(patch & has_edges, 5.0, 1.0)).max() < 0.5


def test_what_is_closed_in_keeps_the_depth_that_is_said_of_it() -> None:
    """Plain ground that shows through a ring; the depth of the ring does not leak into it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(y - HEIGHT / 2 + 0.5, x - WIDTH / 2 + 0.5)
    ring = (away > 25) & (away < 70)
    truth = np.where(ring, 1.0, 5.0)
    sure = np.where(away < 25, 0, 255)[::2, ::2].astype(np.uint8)
    found = filled(Depth(truth[::2, ::2].astype(np.float32), sure), _picture(ring))
    assert np.abs(found - truth)[away < 20].mean() < 0.3


@pytest.mark.parametrize("wide_px", [2, 3])
def test_bristles_are_as_wide_as_in_the_picture(wide_px: int) -> None:
    """What is focused reaches two cells over the outlines of a body and its bristles."""
    near = np.zeros((HEIGHT, WIDTH), np.uint8)
    near[:50] = 1
    for left in range(20, WIDTH - 40, 28):
        cv2.line(near, (left, 45), (left + 15, 110), 1, wide_px)
    reached = cv2.dilate(near, np.ones((9, 9), np.uint8))
    place = np.where(reached, 1.0, 5.0)[::2, ::2].astype(np.float32)
    # The ground has a soft pattern.
    pattern = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, near.shape), (0, 0), 2)
    picture = _picture(near > 0)
    picture[near == 0] += (
        (20_000 * pattern[near == 0, np.newaxis])
        .clip(-9000, 9000)
        .astype(np.int32)
        .astype(np.uint16)
    )
    found = filled(Depth(place, np.full(CELLS, 255, np.uint8)), picture)
    around = slice(60, 115)
    wrong = np.abs(found - np.where(near, 1, 5)) > 1
    assert wrong[around].mean() < 0.03
    assert wrong[around][near[around] > 0].mean() < 0.05
    assert (reached != near)[around].mean() > 0.2  # what it was


def test_an_outline_in_texture_is_not_ragged() -> None:
    """Both sides have the same speckles; what is focused reaches raggedly over the edge."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(y - HEIGHT / 2 + 0.5, x - WIDTH / 2 + 0.5)
    near = away < 50
    speckles = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 1.5)
    grey = 30_000 + 8_000 * speckles / speckles.std() + np.where(near, 15_000, -15_000)
    picture = np.clip(np.dstack([grey] * 3), 0, 65535).astype(np.uint16)
    ragged = cv2.GaussianBlur(rng.normal(0, 1, CELLS), (0, 0), 3)
    reached = np.where(away[::2, ::2] < 53 + 3 * ragged / ragged.std(), 1.0, 5.0)
    found = filled(Depth(reached.astype(np.float32), np.full(CELLS, 255, np.uint8)), picture)
    assert (np.abs(found - np.where(near, 1, 5)) > 1).mean() < 0.005


def test_cancel_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    depth = Depth(np.ones(CELLS, np.float32), np.full(CELLS, 255, np.uint8))
    with pytest.raises(Cancelled):
        filled(depth, np.zeros((HEIGHT, WIDTH, 3), np.uint16), progress.checkpoint)
