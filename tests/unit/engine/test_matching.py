from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.engine.focus_order import focus_order
from focusstack_app.engine.matching import Pair, Pyramids, evened, pyramid
from focusstack_app.engine.pixels import to_uint16
from tests.helpers.stacks import defocused

SIZE = (200, 300)
_FOCAL_PX = 230


def _texture(seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    picture = np.zeros((*SIZE, 3), np.float32)
    for step in (4, 12, 40):
        small = rng.random((SIZE[0] // step, SIZE[1] // step, 3)).astype(np.float32)
        picture += cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture / 3, 0, 1), np.float32)


def _stack(count: int, odd: dict[int, str]) -> list[NDArray[np.uint16]]:
    """A breathing wide lens in a hand that turns it a little; each frame has its band."""
    rng = np.random.default_rng(1)
    sharp = to_uint16(_texture(0))
    soft = defocused(sharp, 1.2)
    frames = []
    for index in range(count):
        band = np.abs(np.linspace(0, count - 1, SIZE[1]) - index) < 1.2
        picture = np.where(band[None, :, None], sharp, soft)
        across, down = np.array([2.0, 1.35]) * index + rng.normal(0, 0.3, 2)
        matrix = np.array(
            [[1 + 0.003 * index, 0.001, across], [-0.001, 1 + 0.003 * index, down],
             [across / _FOCAL_PX**2, down / _FOCAL_PX**2, 1]]
        )  # fmt: skip
        frame = cv2.warpPerspective(
            picture, matrix, SIZE[::-1], flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT
        )
        if odd.get(index) == "black":
            frame = np.zeros_like(frame)
        elif odd.get(index) == "another scene":
            frame = to_uint16(_texture(9))
        elif odd.get(index) == "shaken":
            frame = cv2.GaussianBlur(frame, (0, 0), 20)
        frames.append(np.asarray(frame, np.uint16))
    return frames


@pytest.mark.parametrize(
    "odd",
    [{}, {0: "black", 3: "shaken", 6: "another scene"}],
    ids=str,
)
def test_what_is_known_of_pairs_changes_nothing_to_the_last_bit(odd: dict[int, str]) -> None:
    frames = _stack(8, odd)
    known: dict[Hashable, Any] = {}
    whole = list(range(8))
    seen = [
        (whole, 2),
        ([*whole[:4], *whole[5:]], 2),  # one left out
        ([2, 1, *whole[3:]], 4),  # the first left out, another order and another reference
    ]
    perspective = False
    for positions, reference in seen:
        some = [frames[i] for i in positions]
        anew = register(some, reference, SIZE, Progress())
        found = register(some, reference, SIZE, Progress(), known=known)
        assert found.equals(anew)
        assert focus_order(some, Progress(), known=known) == focus_order(some, Progress())
        perspective |= bool(anew.frame_from_reference[:, 2, :2].any())
    assert perspective or odd  # it was looked for, and found


def test_of_a_stack_without_a_frame_only_pairs_around_it_are_matched() -> None:
    frames = _stack(4, {})
    known: dict[Hashable, Any] = {}
    register(frames, 0, SIZE, Progress(), known=known)
    assert len(known) == 10  # of three neighbours and two pairs around one: place and tilt
    register([frames[0], *frames[2:]], 0, SIZE, Progress(), known=known)
    assert len(known) == 14
    register(frames, 3, SIZE, Progress(), known=known)
    assert len(known) == 14


def test_what_is_known_is_not_matched_again() -> None:
    known: dict[Hashable, Any] = {}
    pyramids = Pyramids(np.asarray, None, known)
    planes = [pyramid(frame) for frame in _stack(3, {})]
    for own in planes:
        pyramids.add(own)
    asked: list[Pair] = []

    def match(there: Pyramids, pairs: object) -> list[str]:
        assert there is pyramids
        assert isinstance(pairs, list)
        asked.extend(pairs)
        return [f"{pair.a}-{pair.b}" for pair in pairs]

    first, second = Pair(0, 1), Pair(1, 2)
    assert list(pyramids.matched(match, [first])) == ["0-1"]
    assert list(pyramids.matched(match, [second, first])) == ["1-2", "0-1"]
    assert pyramids.match(match, second) == "1-2"
    assert asked == [first, second]
    assert len(known) == 2
    np.testing.assert_array_equal(pyramids.even(1), evened(planes[1][0]))
    assert pyramids.even(1) is pyramids.even(1)
