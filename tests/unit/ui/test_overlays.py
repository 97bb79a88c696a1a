from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import FusionResult, Provenance
from focusstack_app.core.progress import Progress
from focusstack_app.ui.overlays import LEGENDS, Overlay, overlay_pixels
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack


@pytest.fixture
def result() -> FusionResult:
    """Three columns, each from another frame; the lower half is filled in."""
    result = fake_result(fake_stack(3, width_px=3, height_px=4))
    index = np.broadcast_to(np.arange(3, dtype=np.uint16), (4, 3))
    filled = np.zeros((4, 3), np.uint8)
    filled[2:] = 255
    provenance = Provenance(index, np.full((4, 3), 255, np.uint8), filled)
    picture = np.full((4, 3, 3), 30000, np.uint16)
    return replace(result, provenance=provenance, picture=picture)


def test_frames_have_colours_and_what_is_filled_in_is_pink(result: FusionResult) -> None:
    pixels = overlay_pixels(result, Overlay.PROVENANCE)
    first, middle, last = (pixels[0, column].astype(int) for column in range(3))
    assert first[2] > first[1]  # bluish
    assert middle[1] == middle.max()  # greenish
    assert last[0] == last.max()  # reddish
    assert np.all(pixels[2:] == (255, 0, 255))


def test_what_is_not_sure_is_paler(result: FusionResult) -> None:
    provenance = result.provenance
    assert provenance is not None
    doubtful = replace(provenance, confidence=np.zeros((4, 3), np.uint8))
    pale = overlay_pixels(replace(result, provenance=doubtful), Overlay.PROVENANCE)[0, 2]
    sure = overlay_pixels(result, Overlay.PROVENANCE)[0, 2]
    assert np.ptp(pale.astype(int)) < np.ptp(sure.astype(int))


def test_depth_goes_from_black_to_white(result: FusionResult) -> None:
    pixels = overlay_pixels(result, Overlay.DEPTH)
    assert pixels[0].tolist() == [[0, 0, 0], [128, 128, 128], [255, 255, 255]]


def test_it_can_be_stopped(result: FusionResult) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        overlay_pixels(result, Overlay.PROVENANCE, progress.checkpoint)


def test_every_overlay_is_explained() -> None:
    assert set(LEGENDS) == set(Overlay)
