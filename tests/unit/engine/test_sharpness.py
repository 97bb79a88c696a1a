from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.engine.sharpness import sharpest, sharpness_at, sharpness_map
from tests.helpers.stacks import make_stack


@pytest.mark.parametrize("band", range(5))
@pytest.mark.parametrize("bits", [8, 16])
def test_the_frame_that_is_sharp_in_a_place_is_found(band: int, bits: int) -> None:
    stack = make_stack(5, width_px=640, height_px=200)
    frames = [f if bits == 16 else (f >> 8).astype(np.uint8) for f in stack.frames]
    maps = [sharpness_map(frame) for frame in frames]
    curve = [sharpness_at(cells, (band + 0.5) / 5, 0.5) for cells in maps]
    assert sharpest(curve) == band


def test_sharpness_falls_with_defocus() -> None:
    stack = make_stack(5, width_px=640, height_px=200)
    curve = [sharpness_at(sharpness_map(frame), 0.1, 0.5) for frame in stack.frames]
    assert curve == sorted(curve, reverse=True)


def test_without_texture_no_frame_stands_out() -> None:
    rng = np.random.default_rng(1)
    frames = [rng.integers(30000, 30100, (64, 64, 3), np.uint16) for _ in range(4)]
    assert sharpest([sharpness_at(sharpness_map(frame), 0.5, 0.5) for frame in frames]) is None
    assert sharpest([]) is None


def test_equal_frames_do_not_stand_out() -> None:
    assert sharpest([0.1, 0.1, 0.1]) is None


@pytest.mark.parametrize(("across", "down"), [(0, 0), (1, 1), (-0.1, 1.1)])
def test_the_edge_of_a_picture_has_a_sharpness(across: float, down: float) -> None:
    cells = sharpness_map(make_stack(1).frames[0])
    assert cells.shape == (8, 12)
    assert sharpness_at(cells, across, down) > 0
