"""Tilts of the camera are believed where they add up."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import proxy_of, register
from focusstack_app.engine.matching import Pair, Pyramids
from focusstack_app.engine.perspective import homographies
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.resampling import projected, warped
from focusstack_app.engine.warps import Matrix, Similarity, unit_frame
from tests.helpers.stacks import make_stack

SIZE = (400, 600)
UNIT = 300.0
COUNT = 6
CORNERS = np.array([[x, y] for x in (0.0, SIZE[1] - 1) for y in (0.0, SIZE[0] - 1)])
SHIFT = Similarity(1 + 0j, 3 - 2j)  # from frame to frame


class Found:
    """What is found of pairs, in place of pyramids."""

    sizes_px = (SIZE,)

    def __init__(self, tilts: dict[tuple[int, int], NDArray[np.float64] | None]) -> None:
        self._tilts = tilts

    def matched(self, match: object, pairs: list[Pair]) -> list[Matrix | None]:
        del match
        return [
            None if (own := self._tilts[pair.a, pair.b]) is None else _tilted(own) for pair in pairs
        ]


def _tilted(slopes: NDArray[np.float64]) -> Matrix:
    matrix = np.eye(3)
    matrix[2, :2] = slopes
    return matrix


def _apart_px(found: list[Matrix], true: list[Matrix]) -> float:
    return max(
        float(np.hypot(*(projected(CORNERS, one) - projected(CORNERS, other)).T).max())
        for one, other in zip(found, true, strict=True)
    )


def _homographies(
    tilts: dict[tuple[int, int], NDArray[np.float64] | None],
    unsure: frozenset[int] = frozenset(),
    step: Similarity = SHIFT,
) -> list[Matrix]:
    found = [Similarity(1 + 0j, 0j)]
    for _ in range(COUNT - 1):
        found.append(step.after(found[-1]))
    pairs = {(a, b): found[b].after(found[a].inverse()) for a, b in tilts}
    links = [Pair(a, a + 1, step) for a in range(COUNT - 1)]
    pyramids = cast(Pyramids, Found(tilts))
    return homographies(pyramids, links, pairs, unsure, found, lambda: None)


def _even(px: float) -> dict[tuple[int, int], NDArray[np.float64] | None]:
    """Of all pairs of frames, which are tilted by so much each, half the longer side away."""
    slopes = px / UNIT * np.array([0.8, -0.6])
    return {(a, b): slopes * (b - a) for a in range(COUNT) for b in range(a + 1, COUNT)}


def _true(px: float) -> list[Matrix]:
    to_unit = unit_frame(*SIZE)
    own = np.linalg.inv(to_unit) @ _tilted(px / UNIT * np.array([0.8, -0.6])) @ to_unit
    one = SHIFT.matrix(*SIZE) @ own
    return [np.linalg.matrix_power(one, n) for n in range(COUNT)]


STRAIGHT = [Similarity(1 + 0j, n * SHIFT.t).matrix(*SIZE) for n in range(COUNT)]


def test_tilts_that_add_up_are_believed() -> None:
    assert _apart_px(_homographies(_even(1.0)), _true(1.0)) < 0.3
    assert _apart_px(_true(1.0), STRAIGHT) > 5


def test_a_rail_towards_a_slanted_ground_tilts_it() -> None:
    """It does not move to the side; it grows, and by more than it is bent."""
    nearer, still = Similarity(1.01 + 0j, 0j), Similarity(1 + 0j, 0j)
    assert all(own[2, :2].any() for own in _homographies(_even(1.0), step=nearer)[1:])
    assert not any(own[2, :2].any() for own in _homographies(_even(1.0), step=still))


def test_an_error_is_shared_by_all_pairs() -> None:
    tilts = _even(1.0)
    assert tilts[0, 4] is not None
    tilts[0, 4] = tilts[0, 4] + np.array([0.3, 0.3]) / UNIT
    assert 0.02 < _apart_px(_homographies(tilts), _homographies(_even(1.0))) < 0.15


@pytest.mark.parametrize("px", [0.0, 0.05, 5.0], ids=["none", "too little", "more than it moved"])
def test_of_other_tilts_nothing_is_believed(px: float) -> None:
    assert _apart_px(_homographies(_even(px)), STRAIGHT) == 0


def test_tilts_that_do_not_add_up_are_not_believed() -> None:
    rng = np.random.default_rng(0)
    tilts: dict[tuple[int, int], Any] = {both: rng.normal(0, 1 / UNIT, 2) for both in _even(1.0)}
    assert _apart_px(_homographies(tilts), STRAIGHT) == 0


def test_neighbours_alone_tell_of_no_tilt() -> None:
    tilts = {(a, b): own for (a, b), own in _even(1.0).items() if b == a + 1}
    assert _apart_px(_homographies(tilts), STRAIGHT) == 0


def test_a_frame_that_is_not_sure_does_not_count() -> None:
    wrong = np.array([2.0, 2.0]) / UNIT
    tilts = {(a, b): wrong if 5 in (a, b) else own for (a, b), own in _even(1.0).items()}
    found = _homographies(tilts, frozenset([5]))
    assert _apart_px(found[:5], _true(1.0)[:5]) < 0.5
    none = {both: None if 5 in both else own for both, own in tilts.items()}
    assert _apart_px(found, _homographies(none)) == 0


@pytest.mark.parametrize(
    ("count", "width_px", "height_px"), [(3, 400, 300), (5, 300, 200), (5, 96, 64), (12, 200, 150)]
)
def test_noise_that_is_sharp_in_one_band_each_does_not_tilt(
    count: int, width_px: int, height_px: int
) -> None:
    for seed in range(4):
        frames = make_stack(count, width_px=width_px, height_px=height_px, seed=seed).frames
        found = register([proxy_of(f) for f in frames], 0, (height_px, width_px), Progress())
        assert not found.frame_from_reference[:, 2, :2].any()


def test_a_frame_of_something_else_does_not_hide_a_tilt() -> None:
    rng = np.random.default_rng(0)
    scenes = []
    for _ in range(2):
        scene = np.zeros((*SIZE, 3), np.float32)
        for step in (4, 12, 40):
            small = rng.random((SIZE[0] // step, SIZE[1] // step, 3), np.float32)
            scene += np.asarray(cv2.resize(small, SIZE[::-1]), np.float32)
        scenes.append(np.asarray(scene / 3, np.float32))
    true = _true(0.8)
    frames = [
        to_uint16(warped(scenes[int(n == 2)], back, SIZE, cv2.INTER_CUBIC))
        for n, back in enumerate(np.linalg.inv(np.stack(true)))
    ]
    found = register([proxy_of(f) for f in frames], 0, SIZE, Progress())
    assert found.doubtful == (2,)
    others = [0, 1, 3, 4, 5]
    matrices = [found.frame_from_reference[n] for n in others]
    assert _apart_px(matrices, [true[n] for n in others]) < 0.3
    assert _apart_px([true[5]], [STRAIGHT[5]]) > 4


def test_a_step_does_not_tell_of_itself_again_by_frames_taken_twice() -> None:
    """Beside outlines before a burnt-out ground, one step may seem to tilt by many pixels."""
    at = np.array([0, 0, 0, 1, 1, 1])
    slopes = 3.0 / UNIT * np.array([0.8, -0.6])
    tilts: dict[tuple[int, int], Any] = {(a, b): slopes * (at[b] - at[a]) for a, b in _even(1.0)}
    assert _apart_px(_homographies(tilts), STRAIGHT) == 0
