from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.engine.diagnose import Finding, Trouble, diagnose
from tests.helpers.stacks import make_stack


def _proxies(count: int) -> list[NDArray[np.uint16]]:
    frames = make_stack(count, width_px=96 * count, height_px=192).frames
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
