"""Perspective that grows little by little is followed so, and not all at once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.engine.pixels import to_float
from focusstack_app.engine.resampling import projected
from focusstack_app.engine.warps import Matrix, unit_frame
from tests.helpers.stacks import defocused, make_stack

SIZE = (320, 480)
CORNERS = np.array([[x, y] for x in (0.0, SIZE[1] - 1) for y in (0.0, SIZE[0] - 1)])
COUNT = 9


def _apart_px(one: Matrix, other: Matrix) -> float:
    """At a corner, at most."""
    return float(np.hypot(*(projected(CORNERS, one) - projected(CORNERS, other)).T).max())


@pytest.mark.parametrize("reference", [0, 4])
def test_a_camera_that_tilts_slowly_is_followed_from_frame_to_frame(reference: int) -> None:
    """A corner moves by 0.3 px more in each frame: too little for a frame alone to be sure."""
    rng = np.random.default_rng(1)
    to_unit = unit_frame(*SIZE)
    frames, true = [], []
    stack = make_stack(COUNT, width_px=SIZE[1], height_px=SIZE[0])
    for index, frame in enumerate(stack.frames):
        tilt = np.eye(3)
        tilt[2, :2] = index * np.array([1.0, 0.5]) * 0.3 / (SIZE[1] / 2)
        true.append(np.linalg.inv(to_unit) @ tilt @ to_unit)
        picture = cv2.warpPerspective(
            to_float(defocused(frame, 1.0)), true[-1], SIZE[::-1],
            flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        picture = np.clip(picture + rng.normal(0, 0.01, picture.shape), 0, 1)
        frames.append(np.rint(picture * 255).astype(np.uint8))
    found = register(frames, reference, SIZE, Progress()).frame_from_reference
    true = [own @ np.linalg.inv(true[reference]) for own in true]
    assert found[-1][2, :2].any()
    for before, after in zip(range(COUNT - 1), range(1, COUNT), strict=True):
        step = found[after] @ np.linalg.inv(found[before])
        assert _apart_px(step, true[after] @ np.linalg.inv(true[before])) < 0.4
        assert _apart_px(found[after], true[after]) < 0.8
