from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.engine.focus_order import focus_order
from tests.helpers.stacks import make_stack

Frames = list[NDArray[np.uint16]]


def _frames(count: int) -> Frames:
    """Sharp in bands one after the other."""
    frames = make_stack(count, width_px=64 * count, height_px=192).frames
    return [np.asarray(cv2.GaussianBlur(frame, (0, 0), 1.0), np.uint16) for frame in frames]


def _bracketed_around_the_middle(count: int) -> list[int]:
    """0, -1, 1, -2, 2 ..., as some cameras do."""
    return sorted(range(count), key=lambda step: abs(step - count // 2))


@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_frames_that_come_in_order_stay(count: int) -> None:
    frames = _frames(count) if count else []
    assert focus_order(frames, Progress()) == list(range(count))


@pytest.mark.parametrize(
    "order",
    [
        _bracketed_around_the_middle(9),
        [3, 4, 5, 6, 7, 8, 0, 1, 2],
        *(list(np.random.default_rng(seed).permutation(9)) for seed in range(4)),
    ],
    ids=str,
)
def test_frames_in_another_order_are_put_in_that_of_their_focus(order: list[int]) -> None:
    frames = _frames(9)
    found = [int(order[i]) for i in focus_order([frames[i] for i in order], Progress())]
    assert found in (list(range(9)), list(range(9))[::-1])


_SIZE = (300, 450)


def _texture(seed: int) -> NDArray[np.float32]:
    """Smooth structure of several sizes."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((*_SIZE, 3), np.float32)
    for step in (3, 12, 40):
        small = rng.random((_SIZE[0] // step, _SIZE[1] // step, 3), np.float32)
        picture += np.asarray(
            cv2.resize(small, _SIZE[::-1], interpolation=cv2.INTER_CUBIC), np.float32
        )
    return np.asarray(picture / 3, np.float32)


def _relief(count: int) -> Frames:
    """Near and far in turns all over the picture, not in bands."""
    heights = np.random.default_rng(7).random((6, 9))
    depth = cv2.resize(heights, _SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    depth = (depth - depth.min()) / np.ptp(depth) * (count - 1)
    sharp = _texture(0)
    levels = [sharp, *(cv2.GaussianBlur(sharp, (0, 0), step) for step in range(1, count))]
    frames = []
    for index in range(count):
        away = np.abs(depth - index).astype(int)[..., None]
        frame = sum(np.where(away == step, level, 0) for step, level in enumerate(levels))
        frames.append(_integers(np.asarray(frame, np.float32)))
    return frames


def _integers(picture: NDArray[np.float32]) -> NDArray[np.uint16]:
    return np.asarray(np.rint(np.clip(picture, 0, 1) * 65535), np.uint16)


@pytest.mark.parametrize("seed", [0, 3])
def test_a_hand_that_moves_does_not_change_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = []
    for frame in _relief(9):
        right, down = (int(most * rng.uniform(-1, 1)) for most in (40, 25))
        shift = np.array([[1.0, 0, right], [0, 1, down]])
        moved = cv2.warpAffine(frame, shift, _SIZE[::-1], borderMode=cv2.BORDER_REFLECT)
        frames.append(np.asarray(moved, np.uint16))
    assert focus_order(frames, Progress()) == list(range(9))
    order = [int(i) for i in rng.permutation(9)]
    found = [order[i] for i in focus_order([frames[i] for i in order], Progress())]
    assert found in (list(range(9)), list(range(9))[::-1])


@pytest.mark.parametrize("odd", ["black", "another scene"])
def test_a_frame_that_does_not_belong_does_not_change_the_order(odd: str) -> None:
    frames = _relief(9)
    frames[2] = np.zeros_like(frames[2]) if odd == "black" else _integers(_texture(5))
    assert focus_order(frames, Progress()) == list(range(9))


def test_frames_taken_again_at_the_end_come_between_their_like() -> None:
    frames = _frames(7)
    found = focus_order([*frames, frames[2], frames[1]], Progress())
    focus = [[*range(7), 2, 1][i] for i in found]
    assert focus == [0, 1, 1, 2, 2, 3, 4, 5, 6]


def test_out_of_focus_ends_stay_ends() -> None:
    frames = _frames(7)
    out = [np.asarray(cv2.GaussianBlur(frames[3], (0, 0), s), np.uint16) for s in (20.0, 22.0)]
    stack = [out[0], *frames, out[1]]
    order = np.random.default_rng(5).permutation(9)
    found = [int(order[i]) for i in focus_order([stack[i] for i in order], Progress())]
    assert {found[0], found[-1]} == {0, 8}
    assert found[1:-1] in (list(range(1, 8)), list(range(1, 8))[::-1])


def test_frames_without_anything_to_tell_stay() -> None:
    grey = np.full((64, 96, 3), 30_000, np.uint16)
    assert focus_order([grey] * 6, Progress()) == list(range(6))


def test_it_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        focus_order(_frames(4), progress)
