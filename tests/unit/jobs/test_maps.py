from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from focusstack_app.core.fusion import Depth, Provenance
from focusstack_app.jobs.maps import depth_map, provenance_map
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack


@pytest.mark.parametrize("count", [2, 7, 256])
def test_the_frame_can_be_read_back_from_the_red_of_the_provenance_map(count: int) -> None:
    result = fake_result(fake_stack(count))
    assert result.provenance is not None
    picture = provenance_map(result)
    index = np.round(picture[..., 0].astype(float) * (count - 1) / 255)
    assert np.array_equal(index, result.provenance.source_index)
    assert np.array_equal(picture[..., 1], result.provenance.confidence)
    assert np.array_equal(picture[..., 2], result.provenance.synthesised)


def test_depth_runs_from_the_first_frame_to_the_last() -> None:
    """Without a depth of its own a result has the frames that its pixels came from."""
    result = fake_result(fake_stack(3, width_px=96, height_px=40))
    index = np.repeat(np.arange(3, dtype=np.uint16), 32)[np.newaxis].repeat(40, axis=0)
    provenance = Provenance(
        index, np.full(index.shape, 255, np.uint8), np.zeros(index.shape, np.uint8)
    )
    picture = np.broadcast_to(20_000 * index[..., np.newaxis], (40, 96, 3)).astype(np.uint16)
    depth = depth_map(replace(result, provenance=provenance, picture=picture))
    assert depth.shape == (40, 96)
    np.testing.assert_allclose(depth[:, 16::32], np.tile([0, 32768, 65535], (40, 1)), atol=2000)


def test_the_map_shows_what_the_fusion_says_about_depth() -> None:
    result = fake_result(fake_stack(5, width_px=96, height_px=40))
    between = Depth(np.full((20, 48), 1.5, np.float32), np.full((20, 48), 255, np.uint8))
    depth = depth_map(replace(result, depth=between))
    np.testing.assert_allclose(depth, 65535 * 1.5 / 4, atol=1)


def test_a_single_frame_gave_every_pixel_of_its_own_picture() -> None:
    result = fake_result(fake_stack(1))
    assert result.provenance is None
    assert not depth_map(result).any()
    assert np.all(provenance_map(result) == (0, 255, 0))
