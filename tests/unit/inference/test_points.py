"""Frames are matched on a card as they are on the processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.kinds import on_host
from focusstack_app.core.model import Card
from focusstack_app.core.progress import Progress
from focusstack_app.engine import points
from focusstack_app.engine.align import register
from focusstack_app.engine.equal_blur import equally_sharp
from focusstack_app.engine.resampling import projected, warped
from focusstack_app.engine.warps import WAYS, Similarity, Tilts
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.pytorch import TorchModel

RNG = np.random.default_rng(0)
PLANES = RNG.random((3, 41, 50), np.float32)
VALUES = RNG.random((3, 7))
KNOWN = np.array([[True] * 7, [True] * 5 + [False] * 2, [False] * 7])
X, Y = (np.round(32 * RNG.uniform(1, side - 2, (3, 600))) / 32 for side in (50, 41))
SIZE = (300, 420)
CASES: list[tuple[Callable[..., Any], tuple[NDArray[Any], ...], float]] = [
    (points.gradient, (PLANES,), 0),
    (points.indices, (PLANES[0] > 0.5,), 0),
    (points.taken, (PLANES, RNG.integers(0, 41 * 50, (3, 9))), 0),
    (points.medians, (VALUES, KNOWN), 0),
    (points.normal_equations, (RNG.random((4, 3, 7)), VALUES, VALUES), 1e-12),
]
ELSEWHERE = {"seen_at", "averaged"}


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)], scope="module")
def card(request: pytest.FixtureRequest) -> Card:
    return TorchModel(find_model(DEFAULT_MODEL_ID), request.param).card


@pytest.mark.parametrize(("function", "arrays", "tolerance"), CASES)
def test_the_counterpart_computes_the_same(
    card: Card, function: Callable[..., Any], arrays: tuple[NDArray[Any], ...], tolerance: float
) -> None:
    expected = function(*arrays)
    mine = function(*map(card.put, arrays))
    if not isinstance(expected, tuple):
        expected, mine = (expected,), (mine,)
    for one, other in zip(mine, expected, strict=True):
        assert on_host(one).dtype == other.dtype
        np.testing.assert_allclose(on_host(one), other, rtol=0, atol=tolerance)


@pytest.mark.parametrize("reach", [1, 12])
def test_planes_are_averaged_alike(card: Card, reach: int) -> None:
    mine = points.averaged(card.put(PLANES), reach)
    np.testing.assert_allclose(on_host(mine), points.averaged(PLANES, reach), atol=1e-6)


def test_planes_are_made_equally_sharp_alike(card: Card) -> None:
    soft = np.stack([cv2.GaussianBlur(plane, (0, 0), 2.0) for plane in PLANES])
    one, other = soft.copy(), PLANES.copy()
    one[:, :20], other[:, :20] = PLANES[:, :20], soft[:, :20]
    after = [Similarity(complex(1 + 0.01 * k), 0.3j * k) for k in range(3)]
    tilts = np.stack([np.eye(3), np.eye(3) + 0.01 * WAYS[4], np.eye(3) - 0.02 * WAYS[5]])
    placed = Tilts(after, tilts, 25.0)
    expected = equally_sharp(one, other, placed)
    for plane, mine in zip(
        expected, equally_sharp(card.put(one), card.put(other), placed), strict=True
    ):
        np.testing.assert_allclose(on_host(mine), plane, atol=1e-5)
    assert np.abs(expected[0] - one).max() > 0.1, "something was blurred"


def test_planes_are_seen_alike_between_pixels(card: Card) -> None:
    planes = PLANES, PLANES[::-1].copy()
    expected = points.seen_at(X, Y, planes)
    mine = points.seen_at(card.put(X), card.put(Y), [card.put(lot) for lot in planes])
    for one, other in zip(mine, expected, strict=True):
        np.testing.assert_allclose(on_host(one), other, atol=2e-6)
    assert np.abs(expected[0] - expected[1]).max() > 0.1, "two kernels, two lots"


def _frames() -> list[NDArray[np.uint8]]:
    """Six that grow, turn and tilt, the fourth of them without anything to see."""
    scene = np.zeros((*SIZE, 3), np.float32)
    for step in (4, 12, 40):
        small = RNG.random((SIZE[0] // step, SIZE[1] // step, 3), np.float32)
        scene += np.asarray(cv2.resize(small, SIZE[::-1]), np.float32)
    frames = []
    for index in range(6):
        matrix = np.array(
            [[1 + 0.004 * index, 0.002 * index, 2.1 * index],
             [-0.002 * index, 1 + 0.004 * index, -1.2 * index], [2e-5 * index, -1e-5 * index, 1]]
        )  # fmt: skip
        seen = warped(scene, matrix, SIZE, cv2.INTER_CUBIC)
        soft = cv2.GaussianBlur(seen, (0, 0), 2.0)
        soft[:, 70 * index : 70 * index + 70] = seen[:, 70 * index : 70 * index + 70]
        frames.append(np.clip(np.rint(85 * soft), 0, 255).astype(np.uint8))
    frames[3][:] = 90
    return frames


def test_frames_are_registered_alike(card: Card) -> None:
    frames = _frames()
    expected = register(frames, 1, SIZE, Progress())
    found = register(frames, 1, SIZE, Progress(), card=card)
    assert found.doubtful == expected.doubtful == (3,)
    assert expected.frame_from_reference[2, 2, :2].any(), "perspective is seen"
    corners = np.array([[x, y] for x in (0.0, SIZE[1]) for y in (0.0, SIZE[0])])
    for mine, other in zip(found.frame_from_reference, expected.frame_from_reference, strict=True):
        apart = projected(corners, mine) - projected(corners, other)
        assert np.hypot(*apart.T).max() < 0.01
    np.testing.assert_allclose(found.gains, expected.gains, atol=1e-4)
