from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth, FusionResult
from focusstack_app.core.output import Stereo, StereoKind
from focusstack_app.core.progress import Progress
from focusstack_app.engine.stereo import anaglyph, seen_from
from focusstack_app.io.icc import adobe_rgb_profile, converted, rec2020_profile, srgb_profile
from focusstack_app.jobs.stereo import (
    nearest_first_of,
    nearness_of,
    rocking_frames,
    stereo_picture,
)
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack

NOWHERE = Path("nowhere.tif")


@pytest.fixture
def result() -> FusionResult:
    """A near square before a far ground, by the last frame."""
    made = fake_result(fake_stack(5, width_px=160, height_px=90))
    position = np.zeros((45, 80), np.float32)
    position[10:35, 30:50] = 4
    depth = Depth(position, np.full(position.shape, 255, np.uint8))
    picture = np.full((90, 160, 3), 20_000, np.uint16)
    picture[20:70, 60:100] = 50_000
    return replace(made, depth=depth, picture=picture)


def test_what_was_measured_tells_the_near_end(result: FusionResult) -> None:
    assert nearest_first_of(result) is False  # a guess: the square lies inside
    assert nearest_first_of(replace(result, nearest_first=True)) is True
    measured = nearness_of(replace(result, nearest_first=True))
    assert measured[0, 0] > measured[45, 80]


def test_the_user_knows_better(result: FusionResult) -> None:
    near = nearness_of(result)
    assert (near[0, 0], near[45, 80]) == (-0.5, 0.5)
    swapped = nearness_of(result, nearest_first=True)
    assert (swapped[0, 0], swapped[45, 80]) == (0.5, -0.5)


def test_a_single_frame_is_flat() -> None:
    alone = fake_result(fake_stack(1))
    assert not nearness_of(alone).any()


def test_the_left_eye_sees_what_is_near_further_right(result: FusionResult) -> None:
    pair = stereo_picture(result, Stereo(NOWHERE, StereoKind.PARALLEL, 0.1))[0]
    assert pair.shape == (90, 320, 3)
    left, right = pair[45, :160, 0], pair[45, 160:, 0]
    assert (left[:60] == 20_000).all()
    assert (left[64:104] == 50_000).all()  # 10 % of 160 px, half of it here, half of that near
    assert (right[56:96] == 50_000).all()
    assert (right[101:] == 20_000).all()


def test_crossed_pairs_have_the_eyes_in_the_other_order(result: FusionResult) -> None:
    parallel = stereo_picture(result, Stereo(NOWHERE, StereoKind.PARALLEL))[0]
    crossed = stereo_picture(result, Stereo(NOWHERE, StereoKind.CROSSED))[0]
    assert np.array_equal(crossed, np.hstack(np.split(parallel, 2, axis=1)[::-1]))
    assert not np.array_equal(crossed, parallel)


def test_an_anaglyph_is_made_of_both(result: FusionResult) -> None:
    pair = stereo_picture(result, Stereo(NOWHERE, StereoKind.PARALLEL))[0]
    both = stereo_picture(result, Stereo(NOWHERE, StereoKind.ANAGLYPH))[0]
    assert np.array_equal(both, anaglyph(pair[:, :160], pair[:, 160:]))


@pytest.mark.parametrize("profile", [adobe_rgb_profile(), rec2020_profile()])
def test_an_anaglyph_of_a_wide_picture_keeps_the_eyes_apart_on_the_screen(
    result: FusionResult, profile: bytes
) -> None:
    """As it is in sRGB: there, red is of the left eye only, and green and blue of the right."""
    wide = replace(result, icc_profile=profile)
    both, of_both = stereo_picture(wide, Stereo(NOWHERE, StereoKind.ANAGLYPH))
    assert of_both == srgb_profile()
    narrow = converted(wide.picture, profile, srgb_profile())
    pair, _ = stereo_picture(replace(wide, picture=narrow), Stereo(NOWHERE, StereoKind.PARALLEL))
    assert np.array_equal(both, anaglyph(pair[:, :160], pair[:, 160:]))
    _, of_pair = stereo_picture(wide, Stereo(NOWHERE, StereoKind.PARALLEL))
    assert of_pair == profile


def test_an_animation_goes_to_both_sides_and_back(result: FusionResult) -> None:
    frames = list(rocking_frames(result, Stereo(NOWHERE, StereoKind.ROCKING, 0.1)))
    assert all(frame.shape == (90, 160, 3) and frame.dtype == np.uint8 for frame in frames)
    lefts = [int(np.argmax(frame[45, :, 0] > 150)) for frame in frames]
    quarter = len(frames) // 4
    assert lefts[quarter] - lefts[3 * quarter] == pytest.approx(16, abs=1)
    assert lefts[0] == pytest.approx((lefts[quarter] + lefts[3 * quarter]) / 2, abs=1)
    assert lefts.index(max(lefts)) <= quarter
    small = seen_from(result.picture, nearness_of(result), (0, 0))
    np.testing.assert_allclose(frames[0].astype(float), small / 257, atol=1)


def test_an_animation_is_small() -> None:
    made = fake_result(fake_stack(3, width_px=1200, height_px=600))
    frame = next(rocking_frames(made, Stereo(NOWHERE, StereoKind.ROCKING)))
    assert frame.shape == (450, 900, 3)


@pytest.mark.parametrize("kind", [StereoKind.PARALLEL, StereoKind.ANAGLYPH])
def test_it_stops(result: FusionResult, kind: StereoKind) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        stereo_picture(result, Stereo(NOWHERE, kind), progress.checkpoint)
