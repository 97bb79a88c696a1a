from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.composite import composite
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.motion import Motion, motion_of
from focusstack_app.engine.pixels import to_float, to_uint16
from focusstack_app.engine.veil import blurred, from_linear

SIZE = 240, 320
COUNT, SHARP, STEP_PX = 7, 2, 2.0
THING, GROUND = 2 * STEP_PX, 5 * STEP_PX  # where they are in focus; the first frame is at 0
APART = np.arange(COUNT, dtype=np.float64) * STEP_PX
BOX = slice(90, 150), slice(110, 190)  # of the thing in the frame in which it is sharp


def _textured(seed: int, low: float, high: float, sigma: float = 1.0) -> FloatArray:
    noise = np.random.default_rng(seed).normal(size=(*SIZE, 3)).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigma), np.float32)
    return np.asarray(np.clip((low + high) / 2 + (high - low) / 4 * noise / noise.std(), low, high))


def _frames(shift_px: Callable[[int], int | None]) -> list[NDArray[np.uint16]]:
    """A bright textured thing before darker ground; where it is, or whether, in each frame."""
    ground, skin = _textured(0, 0.02, 0.2), _textured(1, 0.5, 1.0)
    frames = []
    for index in range(COUNT):
        focus, across = index * STEP_PX, shift_px(index)
        light = blurred(ground, abs(GROUND - focus)) if focus != GROUND else ground
        if across is not None:
            there = np.roll(skin, across, axis=1)
            matte = np.zeros((*SIZE, 1), np.float32)
            matte[BOX[0], BOX[1].start + across : BOX[1].stop + across] = 1
            sheet = np.concatenate([matte * there, matte], axis=2)
            sheet = blurred(sheet, abs(THING - focus)) if focus != THING else sheet
            light = sheet[..., :3] + (1 - sheet[..., 3:]) * light
        frames.append(to_uint16(from_linear(light)))
    return frames


def _motion(frames: list[NDArray[np.uint16]]) -> Motion | None:
    return motion_of(frames, APART, SIZE, Progress())


def _still(_index: int) -> int:
    return 0


def _jumped(index: int) -> int:
    return 0 if index <= SHARP else 40


def _swaying(index: int) -> int:
    return (0, 20, -20)[(index - SHARP) % 3]


def test_defocus_is_no_motion() -> None:
    assert _motion(_frames(_still)) is None


def test_nothing_is_told_of_frames_whose_focus_is_not_known() -> None:
    assert motion_of(_frames(_jumped), np.full_like(APART, np.nan), SIZE, Progress()) is None


def test_what_differs_all_over_is_no_motion() -> None:
    frames = _frames(_still)
    frames[4] = np.ascontiguousarray(frames[4][::-1] // 4 + np.uint16(40000))
    assert _motion(frames) is None


@pytest.mark.parametrize("shift_px", [_jumped, _swaying])
def test_what_moved_is_shown_as_it_is_where_it_is_sharp(shift_px: Callable[[int], int]) -> None:
    motion = _motion(_frames(shift_px))
    assert motion is not None
    middle = BOX[0].start + 30, BOX[1].start + 4
    assert motion.area[middle] == 255
    assert motion.shown[middle] == SHARP
    assert motion.alike[SHARP][middle] == 255
    assert motion.alike[4][middle] == 0, "it is elsewhere in that frame"
    corner = np.s_[:30, :30]
    assert not motion.area[corner].any()
    assert (motion.shown[corner] == -1).all()
    assert all((plane[corner] == 255).all() for plane in motion.alike)


def test_a_blurred_thing_that_one_frame_has_is_not_shown() -> None:
    motion = _motion(_frames(lambda index: 0 if index == 5 else None))
    assert motion is not None
    assert 5 not in motion.shown
    assert motion.alike[5][BOX].max() == 0


@pytest.mark.parametrize("mode", list(Mode))
def test_no_ghost_is_left_whatever_the_network_takes(mode: Mode) -> None:
    """It takes the mean of all frames, and decodes that."""
    frames = _frames(_jumped)
    height, width = SIZE
    share = np.full((height // 2, width // 2), 1 / COUNT, np.float32)
    mean = np.asarray(np.mean([to_float(frame) for frame in frames], axis=0), np.float32)
    mix = np.stack([np.zeros_like(share), 0.5 + np.zeros_like(share)])
    fusion = LatentFusion(mean, [share] * COUNT, [share] * COUNT, mix, 2)

    def made(motion: Motion | None, window: Region | None = None) -> FloatArray:
        return composite(
            fusion, frames, focus=np.zeros(COUNT), agreement_rmse=0.05, mode=mode,
            progress=Progress(), motion=motion, window=window,
        )[0]  # fmt: skip

    motion = _motion(frames)
    assert motion is not None
    picture, before = made(motion), made(None)
    thing, left = np.s_[95:145, 115:185], np.s_[95:145, 195:225]  # `left` has it from frame 3 on
    expected = cv2.GaussianBlur(to_float(frames[SHARP]), (0, 0), 6)
    for place in (thing, left):
        after, ghost = (
            float(np.abs(cv2.GaussianBlur(one, (0, 0), 6) - expected)[place].mean())
            for one in (picture, before)
        )
        assert after < 0.03 < 0.1 < ghost
    np.testing.assert_array_equal(picture[:60, :60], before[:60, :60])
    window = Region(64, 64, 240, 320)
    np.testing.assert_array_equal(made(motion, window), picture[window.slices])


def test_masks_of_reduced_frames_lie_over_the_whole_ones() -> None:
    frames = _frames(_jumped)
    motion = motion_of(frames, APART, (2 * SIZE[0], 2 * SIZE[1]), Progress())
    assert motion is not None
    whole = Region(0, 0, 2 * SIZE[0], 2 * SIZE[1])
    like = np.zeros((1, 1), np.float32)
    moved = motion.moved(whole, like)
    assert moved.shape == (480, 640)
    np.testing.assert_allclose(moved[::2, ::2] > 0.5, motion.area > 127, atol=0)
    part = Region(100, 200, 228, 328)
    np.testing.assert_allclose(motion.moved(part, like), moved[part.slices], atol=0.04)
    ones = np.ones((128, 128), np.float32)
    total = sum(motion.weight(index, ones, part) for index in range(COUNT))
    assert np.asarray(total).min() > 0.09, "some frame counts everywhere"


def test_it_stops_when_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        motion_of(_frames(_jumped), APART, SIZE, progress)
