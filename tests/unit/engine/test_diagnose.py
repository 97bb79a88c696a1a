from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.fusion import Registration
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.engine.diagnose import Finding, Trouble, diagnose
from tests.helpers.stacks import make_stack


def _proxies(count: int, seed: int = 0) -> list[NDArray[np.uint16]]:
    frames = make_stack(count, width_px=96 * count, height_px=192, seed=seed).frames
    return [_blurred(frame, 1.0) for frame in frames]


def _blurred(proxy: NDArray[np.uint16], sigma_px: float) -> NDArray[np.uint16]:
    return np.asarray(cv2.GaussianBlur(proxy, (0, 0), sigma_px), np.uint16)


def test_a_good_stack_has_nothing_to_tell() -> None:
    assert diagnose(_proxies(7), None, 0, Progress()) == []


def test_a_frame_that_is_there_twice_is_found() -> None:
    proxies = _proxies(6)
    assert diagnose([*proxies[:3], proxies[2], *proxies[3:]], None, 0, Progress()) == [
        Finding(Trouble.DUPLICATE, 3)
    ]


def test_a_shaken_frame_is_found() -> None:
    proxies = _proxies(6)
    proxies.insert(3, _blurred(proxies[3], 5.0))
    assert Finding(Trouble.NOWHERE_SHARP, 3) in diagnose(proxies, None, 0, Progress())


def test_a_frame_of_something_else_is_no_missing_focus_step() -> None:
    proxies = _proxies(9)
    proxies[4] = _proxies(9, seed=1)[0]
    still = np.broadcast_to(np.eye(3), (9, 3, 3))
    registration = Registration(still, np.ones((9, 3)), (4,), proxies[0].shape[:2])
    assert Finding(Trouble.GAP, 4) in diagnose(
        proxies, replace(registration, doubtful=()), 0, Progress()
    )
    found = diagnose(proxies, registration, 0, Progress())
    assert not [f for f in found if f.trouble is Trouble.GAP]


def test_a_shaken_frame_is_no_missing_focus_step() -> None:
    proxies = _proxies(9)
    proxies[4] = _blurred(proxies[4], 8.0)
    assert diagnose(proxies, None, 0, Progress()) == [Finding(Trouble.NOWHERE_SHARP, 4)]


def test_a_missing_focus_step_is_found() -> None:
    proxies = _proxies(12)
    del proxies[5:8]
    assert Finding(Trouble.GAP, 5) in diagnose(proxies, None, 0, Progress())


def test_an_exposure_jump_is_found_and_measured() -> None:
    proxies = _proxies(4)
    proxies[2] = np.asarray(proxies[2] * np.sqrt(0.5), np.uint16)
    registration = register(proxies, 0, proxies[0].shape[:2], Progress())
    (found,) = (
        f for f in diagnose(proxies, registration, 0, Progress()) if f.trouble is Trouble.EXPOSURE
    )
    assert found.frame == 2
    assert abs(found.amount + 1.0) < 0.1


@pytest.mark.parametrize("dark", [0, 2])  # the reference, or another one
def test_a_frame_that_is_too_dark_to_be_matched_is_found(dark: int) -> None:
    proxies = _proxies(5)
    proxies[dark] = np.asarray(proxies[dark] // 100, np.uint16)
    registration = register(proxies, 0, proxies[0].shape[:2], Progress())
    (found,) = (
        f
        for f in diagnose(proxies, registration, 0, Progress())
        if f.trouble in (Trouble.LIGHT, Trouble.EXPOSURE)
    )
    assert (found.trouble, found.frame, found.amount < -0.9) == (Trouble.LIGHT, dark, True)


def test_what_could_not_be_registered_is_foreign_only_if_it_looks_unlike_the_others() -> None:
    proxies = _proxies(5)
    proxies[1] = _blurred(proxies[1], 12.0)
    proxies[3] = np.asarray(65535 - proxies[3], np.uint16)
    size_px = proxies[0].shape[0], proxies[0].shape[1]
    registration = Registration(
        np.stack([np.eye(3)] * 5), np.ones((5, 3)), doubtful=(1, 3), size_px=size_px
    )
    found = diagnose(proxies, registration, 0, Progress())
    assert [f.frame for f in found if f.trouble is Trouble.FOREIGN] == [3]


@pytest.mark.parametrize("reference", [0, 3])
def test_a_frame_without_the_flash_is_found_where_nothing_is_registered(reference: int) -> None:
    proxies = _proxies(5)
    proxies[3] = proxies[3] // np.uint16(9)
    proxies[1] = np.asarray(proxies[1] * 0.8, np.uint16)  # is not matched: not said to be
    light = [f for f in diagnose(proxies, None, reference, Progress()) if f.amount]
    assert [(f.trouble, f.frame) for f in light] == [(Trouble.LIGHT, 3)]
    assert light[0].amount < 0
