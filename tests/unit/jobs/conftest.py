from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.jobs.opening import open_stack
from tests.helpers.stacks import defocused, make_stack, write_picture

WIDTH_PX, HEIGHT_PX = 700, 520


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """Of three frames, one of which has to be moved, so that the picture is cropped."""
    folder = tmp_path / "frames"
    folder.mkdir()
    stack = make_stack(3, width_px=WIDTH_PX, height_px=HEIGHT_PX)
    breathing = np.array([[1.01, 0, 9.0], [0, 1.01, -12.0]])
    for number, frame in enumerate(stack.frames):
        pixels: NDArray[Any] = defocused(frame, 1.5)
        if number == 2:
            pixels = cv2.warpAffine(pixels, breathing, (WIDTH_PX, HEIGHT_PX))
        write_picture(folder / f"{number}.tif", np.asarray(pixels, dtype=np.uint16), bits=16)
    return FusionRequest(open_stack([folder]).stack, memory_bytes=2 * 10**9)
