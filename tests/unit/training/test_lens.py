from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from focusstack_app.training import lens_torch
from focusstack_app.training.lens import Array, Layer, Scene, lens_points, owners, render
from focusstack_app.training.srgb import to_srgb8

MARGIN = 16


def _layer(seed: int, depth: float, matte: Array | float = 1.0, slope: float = 0.0) -> Layer:
    size = 48 + 2 * MARGIN
    rng = np.random.default_rng(seed)
    colour = cv2.GaussianBlur(rng.random((size, size, 3)).astype(np.float32), (0, 0), 1.0)
    alpha = np.broadcast_to(np.float32(matte), (size, size)).astype(np.float32)
    rgba = np.concatenate([colour * alpha[..., None], alpha[..., None]], 2)
    return Layer(rgba, np.array([depth, slope, 0, 0, 0, 0], np.float32))


def test_a_layer_in_focus_is_the_pinhole_picture() -> None:
    layer = _layer(0, 5.0)
    (sharp, soft), truth = render(Scene((layer,), (5.0, 0.0), MARGIN))
    np.testing.assert_allclose(truth, layer.rgba[MARGIN:-MARGIN, MARGIN:-MARGIN, :3], atol=1e-5)
    np.testing.assert_allclose(sharp, truth, atol=1e-5)
    assert np.abs(soft - truth).mean() > 0.02


def test_defocus_is_an_average_over_a_disc_of_the_stated_radius() -> None:
    radius = 5.0
    size = 48 + 2 * MARGIN
    point = np.zeros((size, size, 4), np.float32)
    point[..., 3] = 1
    point[size // 2, size // 2, :3] = 1
    layer = Layer(point, np.array([radius, 0, 0, 0, 0, 0], np.float32))
    (frame,), _ = render(Scene((layer,), (0.0,), MARGIN))
    rows, columns = np.mgrid[:48, :48] - 24
    spread = (frame[..., 0] * (rows**2 + columns**2)).sum() / frame[..., 0].sum()
    assert abs(frame[..., 0].sum() - 1) < 0.02
    assert abs(spread - radius**2 / 2) < 1.5  # second moment of a uniform disc


@pytest.mark.parametrize("radius", [0.5, 1.5, 3.0, 6.0, 11.0])
@pytest.mark.parametrize("points", [64, 256])
def test_defocus_does_not_shift_the_picture(radius: float, points: int) -> None:
    size = 48 + 2 * MARGIN
    point = np.zeros((size, size, 4), np.float32)
    point[..., 3] = 1
    point[size // 2, size // 2, :3] = 1
    layer = Layer(point, np.array([radius, 0, 0, 0, 0, 0], np.float32))
    (frame,), _ = render(Scene((layer,), (0.0,), MARGIN), points)
    rows, columns = np.mgrid[:48, :48] - 24
    light = frame[..., 0] / frame[..., 0].sum()
    assert np.hypot((light * rows).sum(), (light * columns).sum()) < 0.1


def test_a_near_edge_that_is_defocused_lets_the_background_through_by_half() -> None:
    matte = np.zeros((48 + 2 * MARGIN,) * 2, np.float32)
    matte[:, : 24 + MARGIN] = 1
    near, far = _layer(1, 8.0, matte), _layer(2, 0.0)
    near.rgba[..., :3] = matte[..., None]
    far.rgba[..., :3] = 0
    (frame,), _ = render(Scene((near, far), (0.0,), MARGIN))
    assert abs(frame[24, 23:25, 0].mean() - 0.5) < 0.05
    assert frame[24, 14, 0] > 0.99
    assert frame[24, 34, 0] < 0.01


def test_a_slanted_layer_is_sharp_only_where_the_focus_meets_it() -> None:
    (frame,), truth = render(Scene((_layer(3, 0.0, slope=6.0),), (0.0,), MARGIN))
    error = np.abs(frame - truth).mean(axis=(0, 2))
    assert error[22:26].mean() < 0.2 * error[:6].mean()


def test_lens_points_fill_the_unit_disc_evenly() -> None:
    points = lens_points(200)
    radius = np.hypot(*points.T)
    assert radius.max() < 1
    assert abs((radius < np.sqrt(0.5)).mean() - 0.5) < 0.02
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)


def test_each_pixel_belongs_to_the_frame_that_is_focused_nearest_to_it() -> None:
    matte = np.zeros((48 + 2 * MARGIN,) * 2, np.float32)
    matte[:, : 24 + MARGIN] = 1
    slanted = _layer(2, 0.0, slope=4.0)  # from -4 on the left to 4 on the right
    owner = owners(Scene((_layer(1, 8.0, matte), slanted), (0.5, 7.0, 4.5), MARGIN))
    assert (owner[:, :24] == 1).all()
    assert (owner[:, 24:30] == 0).all()
    assert (owner[:, -6:] == 2).all()


@pytest.mark.parametrize("slope", [0.0, 4.0])
def test_the_renderer_of_cards_is_that_of_processors(slope: float) -> None:
    matte = np.zeros((48 + 2 * MARGIN,) * 2, np.float32)
    matte[10:50, 20:45] = 1
    scene = Scene((_layer(1, 9.0, matte, slope), _layer(2, 0.0)), (9.0, 0.0, 4.0), MARGIN)
    theirs, their_truth = render(scene)
    mine, truth = lens_torch.render(scene, torch.device("cpu"))
    np.testing.assert_allclose(truth, their_truth, atol=1e-4)
    for frame, other in zip(mine, theirs, strict=True):
        apart = to_srgb8(frame.numpy()) - to_srgb8(other).astype(np.float32)
        assert np.sqrt(np.square(apart).mean()) < 1.5
