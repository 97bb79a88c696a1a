from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from focusstack_app.io.orientation import upright, upright_size, valid_orientation
from tests.unit.io.builders import STORED_FOR_UPRIGHT, corners, exif, noise8


@given(st.integers(1, 8), st.integers(1, 9), st.integers(1, 9))
def test_turning_and_turning_back_is_the_identity(
    orientation: int, height: int, width: int
) -> None:
    picture = noise8(height, width)
    there = upright(picture, orientation)
    assert np.array_equal(upright(there, STORED_FOR_UPRIGHT[orientation]), picture)
    assert there.shape[1::-1] == upright_size(width, height, orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_agrees_with_pillow(orientation: int) -> None:
    stored = corners(6, 10)
    image = Image.fromarray(stored)
    image.getexif().update(exif(orientation))
    expected = np.asarray(ImageOps.exif_transpose(image))
    turned = upright(stored, orientation)
    assert np.array_equal(turned, expected)
    assert turned.flags.c_contiguous


@pytest.mark.parametrize("odd", [0, 9, -1, None, "6", 2.0, b"\6"])
def test_nonsense_is_upright(odd: object) -> None:
    assert valid_orientation(odd) == 1
