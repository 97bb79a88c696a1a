from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth, Provenance
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth import cut, depth_of, filled, repainted

HEIGHT, WIDTH = 160, 240
CELLS = HEIGHT // 2, WIDTH // 2
COUNT = 7


def _picture(near: NDArray[np.bool_], seed: int = 0) -> NDArray[np.uint16]:
    """Something bright before something dark, with a little grain."""
    grain = np.random.default_rng(seed).normal(0, 150, (*near.shape, 3))
    return np.rint(np.where(near[..., np.newaxis], 45_000, 15_000) + grain).astype(np.uint16)


def _shares(place: NDArray[np.float32], width: float) -> list[NDArray[np.float32]]:
    """What each frame counts where something lies at a place in the stack."""
    each = [np.exp(-(((place - number) / width) ** 2)) for number in range(COUNT)]
    total = np.sum(each, axis=0)
    return [share / total for share in each]


def _read(place: NDArray[np.float32], index: NDArray[np.uint16]) -> Depth:
    weights, carriers = _shares(place, 0.8), _shares(place, 0.4)
    return depth_of(weights, carriers, index, place.shape, Progress())


def _full(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    return cells.repeat(2, axis=0).repeat(2, axis=1)


def test_a_ramp_is_read_between_the_frames() -> None:
    ramp = np.tile(np.linspace(0.6, 5.4, CELLS[1], dtype=np.float32), (CELLS[0], 1))
    index = np.rint(_full(ramp)).astype(np.uint16)
    depth = _read(ramp, index)
    assert np.abs(depth.position - ramp).max() < 0.1
    assert (depth.sure > 200).all()
    picture = _picture(np.zeros((HEIGHT, WIDTH), bool))
    assert np.abs(filled(depth, picture) - _full(ramp)).mean() < 0.05
    assert np.abs(index - _full(ramp)).mean() > 0.2  # what it was


def test_what_the_pixels_do_not_agree_with_is_not_sure() -> None:
    place = np.full(CELLS, 6, np.float32)
    index = np.full((HEIGHT, WIDTH), 6, np.uint16)
    index[:, : WIDTH // 2] = 2
    sure = _read(place, index).sure
    assert (sure[:, : CELLS[1] // 2 - 20] == 0).all()
    assert (sure[:, CELLS[1] // 2 + 20 :] > 250).all()


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


def test_a_part_has_the_depth_of_its_place() -> None:
    place = np.arange(80, dtype=np.float32)[:, np.newaxis] + np.zeros((80, 120), np.float32)
    depth = Depth(place, np.full((80, 120), 7, np.uint8))
    part = cut(depth, (160, 240), (slice(21, 101), slice(3, 240)))
    assert part.position.shape == part.sure.shape == (40, 118)
    assert np.abs(2 * part.position[:, 0] - np.arange(21, 101, 2)).max() <= 1
    whole = cut(depth, (160, 240), (slice(0, 160), slice(None)))
    np.testing.assert_array_equal(whole.position, place)


def test_what_was_painted_has_the_depth_of_its_frame() -> None:
    def origin(index: int, confidence: int) -> Provenance:
        sizes = HEIGHT, WIDTH
        return Provenance(
            np.full(sizes, index, np.uint16),
            np.full(sizes, confidence, np.uint8),
            np.zeros(sizes, np.uint8),
        )

    before, after = origin(2, 99), origin(2, 99)
    after.source_index[:, :100], after.confidence[:, :100] = 4, 255
    depth = Depth(np.full(CELLS, 1.7, np.float32), np.full(CELLS, 50, np.uint8))
    painted = repainted(depth, before, after)
    assert (painted.position[:, :50] == 4).all()
    assert (painted.sure[:, :50] == 255).all()
    np.testing.assert_array_equal(painted.position[:, 50:], depth.position[:, 50:])
    np.testing.assert_array_equal(painted.sure[:, 50:], depth.sure[:, 50:])


def test_cancel_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    place = np.ones(CELLS, np.float32)
    shares = _shares(place, 0.5)
    with pytest.raises(Cancelled):
        depth_of(shares, shares, np.ones((HEIGHT, WIDTH), np.uint16), CELLS, progress)
    depth = Depth(place, np.full(CELLS, 255, np.uint8))
    with pytest.raises(Cancelled):
        filled(depth, np.zeros((HEIGHT, WIDTH, 3), np.uint16), progress.checkpoint)
