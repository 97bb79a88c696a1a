from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from focusstack_app.io.write_animation import write_animation

FRAMES = [np.full((20, 30, 3), value, np.uint8) for value in (0, 120, 250)]


@pytest.mark.parametrize("name", ["rocking.webp", "rocking.GIF"])
def test_frames_follow_each_other_without_end(tmp_path: Path, name: str) -> None:
    write_animation(tmp_path / name, FRAMES, 60)
    with Image.open(tmp_path / name) as image:
        assert (image.size, image.info["loop"]) == ((30, 20), 0)
        shown = [
            (np.asarray(frame.convert("RGB")).mean(), frame.info["duration"])
            for frame in ImageSequence.Iterator(image)
        ]
    assert [level for level, _ in shown] == pytest.approx([0, 120, 250], abs=3)
    assert {duration for _, duration in shown} == {60}
