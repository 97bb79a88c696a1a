from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.fusion import Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.composite import composite
from focusstack_app.engine.glints import left_out_glints
from focusstack_app.engine.latent_fusion import LatentFusion

_CELLS = Region(0, 0, 60, 80)
_GLINT = slice(48, 56), slice(70, 78)  # pixels, of cells of 2
_HOLE = slice(24, 28), slice(35, 39)


def _frame(glint: float = 1.0) -> NDArray[np.uint8]:
    """A mildly textured frame of (120, 160) pixels with a spot."""
    shades = np.random.default_rng(0).normal(0.3, 0.02, (120, 160, 1))
    shades[_GLINT] = glint
    return np.repeat(np.rint(255 * np.clip(shades, 0, 1)).astype(np.uint8), 3, axis=2)


def _weight() -> FloatArray:
    weight = np.ones((60, 80), np.float32)
    weight[_HOLE] = 0
    return weight


def _found(weight: FloatArray, frame: NDArray[np.uint8]) -> FloatArray | None:
    return left_out_glints(weight, (0, 0), frame, _CELLS, 2)


def test_a_glint_in_a_hole_of_the_weight_is_found_there_alone() -> None:
    found = _found(_weight(), _frame())
    assert found is not None
    expected = np.zeros((60, 80), np.float32)
    expected[_HOLE] = 1
    np.testing.assert_array_equal(found, expected)


def test_where_the_weight_has_no_hole_or_the_frame_no_glint_nothing_is_found() -> None:
    assert _found(np.ones((60, 80), np.float32), _frame()) is None
    for dim in (0.35, 0.45):
        assert _found(_weight(), _frame(dim)) is None


@pytest.mark.parametrize("along", ["down", "across", "slanted"])
def test_hairs_before_a_bright_ground_stay(along: str) -> None:
    """The nearer frame is taken along a line; the farther one is white there."""
    weight, frame = np.ones((60, 80), np.float32), _frame()
    for at in range(-6, 7):
        row, column = 26 + at * (along != "across"), 37 + at * (along != "down")
        weight[row, column : column + 2] = 0
        weight[row : row + 2, column] = 0
    assert _found(weight, frame) is None


def test_a_spot_before_a_bright_edge_or_a_wide_light_stays() -> None:
    edge, wide = _frame(), _frame()
    edge[:, 70:78] = 255
    wide[30:80, 40:110] = 255
    for frame in (edge, wide):
        assert _found(_weight(), frame) is None


def test_a_part_is_what_all_of_it_has_there() -> None:
    weight, frame = _weight(), _frame()
    whole = _found(weight, frame)
    cells, corner = Region(20, 30, 30, 44), (14, 25)
    part = left_out_glints(weight[14:40, 25:60], corner, frame, cells, 2)
    assert whole is not None
    assert part is not None
    np.testing.assert_array_equal(part, whole[cells.slices])


def test_next_to_the_border_and_in_tiny_pictures_nothing_is_looked_for() -> None:
    weight, frame = _weight(), _frame()
    assert left_out_glints(weight, (0, 0), frame, Region(0, 0, 8, 80), 2) is None
    assert (
        left_out_glints(weight[:16, :16], (0, 0), frame[:32, :32], Region(0, 0, 16, 16), 2) is None
    )


@pytest.mark.parametrize("mode", [Mode.FAITHFUL, Mode.STRICT])
def test_the_result_has_the_glint_and_its_provenance(mode: Mode) -> None:
    """The fusion takes the dark middle of the ring in the other frame, decoded and all."""
    frames = [_frame(), _frame(0.2)]
    weights = [_weight(), 1 - _weight()]
    mix = np.stack([np.zeros((60, 80), np.float32), weights[1]])
    decoded = np.asarray(frames[1] / np.float32(255), np.float32)
    decoded[:48] = decoded[56:] = frames[0][:1, :1] / np.float32(255)
    fusion = LatentFusion(decoded, weights, weights, mix, 2)
    picture, provenance = composite(
        fusion, frames, focus=np.zeros(2), agreement_rmse=0.01, mode=mode, progress=Progress()
    )
    middle = slice(49, 55), slice(71, 77)
    assert picture[middle].min() > 0.9
    assert (provenance.source_index[middle] == 0).all()
    assert provenance.synthesised[middle].max() < 30
