from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focusstack_app.training.pictures import read_rgb


def test_red_comes_first(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert np.array_equal(read_rgb(tmp_path / "a.png"), pixels)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"text")
    with pytest.raises(ValueError, match=r"a\.png is no picture"):
        read_rgb(tmp_path / "a.png")
