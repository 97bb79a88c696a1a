"""Two planes are blurred where the other one is, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.engine.equal_blur import equally_sharp
from focusstack_app.engine.matching import refine_similarities
from focusstack_app.engine.warps import Similarities, Similarity

SIZE = (240, 320)
STILL = Similarity(1 + 0j, 0j)
LEFT = np.arange(SIZE[1])[None] < SIZE[1] // 2


def _texture(seed: int = 0) -> FloatArray:
    """Light with structure of several sizes."""
    rng, light = np.random.default_rng(seed), np.zeros(SIZE, np.float32)
    for step in (2, 6, 20):
        small = rng.random((SIZE[0] // step, SIZE[1] // step)).astype(np.float32)
        light += cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(light / 3, 0, 1), np.float32)


def _soft(plane: FloatArray, sigma: float = 5.0) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def _equal(one: FloatArray, other: FloatArray, placed: Similarity = STILL) -> list[FloatArray]:
    there = Similarities([placed], SIZE[1] / 2)
    return [planes[0] for planes in equally_sharp(one[None], other[None], there)]


@pytest.mark.parametrize("light", [1.0, 0.1])
def test_each_is_blurred_where_the_other_one_is(light: float) -> None:
    sharp = _texture()
    one = np.where(LEFT, sharp, _soft(sharp))
    other = np.float32(light) * np.where(LEFT, _soft(sharp), sharp)
    here, there = _equal(one, other)
    inner = np.abs(np.arange(SIZE[1]) - SIZE[1] // 2) > 30  # not where both are blurred a little
    assert np.abs(here - there / light)[:, inner].mean() < 0.1 * np.abs(sharp - _soft(sharp)).mean()
    assert np.abs(here - _soft(sharp))[:, inner].mean() < 0.1 * np.abs(sharp - _soft(sharp)).mean()


def test_what_moved_is_blurred_at_its_own_place() -> None:
    sharp = _texture()
    moved = np.roll(np.where(LEFT, _soft(sharp), sharp), (0, 24), (0, 1))
    one = np.where(LEFT, sharp, _soft(sharp))
    here, there = _equal(one, moved, Similarity(1 + 0j, 24 + 0j))
    apart = np.abs(here - np.roll(there, (0, -24), (0, 1)))[:, 40:120]
    assert apart.mean() < 0.1 * np.abs(sharp - _soft(sharp)).mean()


@pytest.mark.parametrize("shift", [0, 3])
def test_planes_that_are_equally_sharp_stay_as_they_are(shift: int) -> None:
    """Also where they do not lie on each other: noise is most alike where it is blurred away."""
    noise = _soft(np.random.default_rng(1).random(SIZE).astype(np.float32), 1.0)
    for plane in _equal(noise, np.roll(noise, (shift, shift), (0, 1))):
        assert plane.std() > 0.8 * noise.std()


def test_nothing_is_blurred_where_all_is_flat() -> None:
    flat = np.full(SIZE, 0.3, np.float32)
    dotted = flat.copy()
    dotted[::8, :40:8] = 1.0
    for plane in _equal(dotted, dotted):
        np.testing.assert_array_equal(plane, dotted)


@pytest.mark.parametrize("shift", [0.1, 0.25, 0.75, 1.3])
def test_movements_are_not_drawn_to_whole_pixels(shift: float) -> None:
    rng = np.random.default_rng(0)
    waves = rng.normal(0, 0.25, (2, 60)), rng.uniform(0, 6.28, 60), rng.uniform(0.2, 1, 60) / 25

    def seen(by: float) -> FloatArray:
        y, x = np.mgrid[: SIZE[0], : SIZE[1]]
        (across, down), phase, height = waves
        arc = (x - by)[..., None] * across + y[..., None] * down + phase
        return np.asarray(0.5 + (height * np.cos(arc)).sum(2), np.float32)

    (found,) = refine_similarities([seen(0)], [seen(shift)], [STILL], 20)
    assert found is not None
    assert abs(found.t - shift) < 0.004


def test_a_slanted_ground_stays_where_it_is() -> None:
    """Light is spread by the blur of where it comes from: more from below than from above."""
    sharp = _texture()
    light, share = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
    bands = np.linspace(0, 1, 25)
    # Discs of px, at shares of the height.
    for radius, here in zip(18 * bands, bands, strict=True):
        own = np.clip(1 - 24 * np.abs(np.linspace(0, 1, SIZE[0])[:, None] - here), 0, 1)
        each = np.repeat(own, SIZE[1], axis=1).astype(np.float32)
        y, x = np.mgrid[-20:21, -20:21]
        disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        disc /= disc.sum()
        light += cv2.filter2D(sharp * each, cv2.CV_32F, disc, borderType=cv2.BORDER_REPLICATE)
        share += cv2.filter2D(each, cv2.CV_32F, disc, borderType=cv2.BORDER_REPLICATE)
    found: Similarity | None = STILL
    for _ in range(3):
        assert found is not None
        (found,) = refine_similarities([light / share], [sharp], [found], 20)
    assert found is not None
    assert abs(found.t) < 0.05
