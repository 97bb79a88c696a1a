from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth, FusionResult, Provenance
from focusstack_app.core.progress import Progress
from focusstack_app.ui.overlays import Overlay, legends, overlay_pixels, peaking_pixels
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack, make_stack


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
    assert first[2] > max(first[:2]) + 50  # blue, not nearly black
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
    for place, grey in ((0.0, 0), (1.0, 128), (2.0, 255)):
        depth = Depth(np.full((2, 2), place, np.float32), np.full((2, 2), 255, np.uint8))
        pixels = overlay_pixels(replace(result, depth=depth), Overlay.DEPTH)
        assert pixels.shape == (4, 3, 3)
        assert (pixels == grey).all()


def test_the_depth_can_be_given_up(result: FusionResult) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        overlay_pixels(result, Overlay.DEPTH, stop)


def test_warnings_are_burnt_out_doubtful_or_filled_in(result: FusionResult) -> None:
    provenance, picture = result.provenance, result.picture.copy()
    assert provenance is not None
    sure = provenance.confidence.copy()
    sure[0, 0], sure[0, 1] = 50, 120
    picture[1, 0, 2] = 65535
    doubtful = replace(result, picture=picture, provenance=replace(provenance, confidence=sure))
    pixels = overlay_pixels(doubtful, Overlay.WARNINGS)
    assert pixels[0, 0].tolist() == [255, 220, 0]
    assert np.ptp(pixels[0, 1:]) == 0  # the picture in grey
    assert pixels[1, 0].tolist() == [255, 40, 40]
    assert np.all(pixels[2:] == (255, 0, 255))


def test_it_can_be_stopped(result: FusionResult) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        overlay_pixels(result, Overlay.PROVENANCE, progress.checkpoint)


def test_every_overlay_is_explained() -> None:
    assert set(legends()) == set(Overlay)


@pytest.mark.parametrize("bits", [8, 16])
def test_peaking_marks_what_is_sharp_in_the_frame(bits: int) -> None:
    stack = make_stack(3, width_px=600, height_px=400)
    frame = stack.frames[1] if bits == 16 else (stack.frames[1] >> 8).astype(np.uint8)
    shown = peaking_pixels(frame).astype(int)
    orange = (shown[..., 0] - shown[..., 2]) > 60
    sharp = stack.sharp_frame == 1
    inside, outside = orange[:, 210:390].mean(), orange[:, np.r_[0:190, 410:600]].mean()
    assert sharp[:, 210:390].all()
    assert inside > 0.5
    assert outside < 0.01


def test_peaking_shows_the_rest_in_grey_and_has_no_seams() -> None:
    rows = np.linspace(0, 65535, 700).astype(np.uint16)
    ramp = np.broadcast_to(rows[:, np.newaxis, np.newaxis], (700, 40, 3)).copy()
    shown = peaking_pixels(ramp).astype(int)
    assert np.ptp(shown, axis=2).max() == 0
    assert np.abs(np.diff(shown[:, 0, 0])).max() <= 1
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 256, (600, 60, 3), np.uint8)
    assert np.array_equal(peaking_pixels(noise)[100:500], peaking_pixels(noise[50:550])[50:450])


def test_peaking_can_be_stopped() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        peaking_pixels(np.zeros((40, 40, 3), np.uint8), progress.checkpoint)
