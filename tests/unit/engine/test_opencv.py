from __future__ import annotations

import cv2
import pytest

from focusstack_app.engine.opencv import in_our_threads_only


@pytest.fixture
def threads() -> int:
    """How many OpenCV has; on one core the tests would tell nothing."""
    if cv2.getNumThreads() < 2:
        pytest.skip("OpenCV has one thread here")
    return cv2.getNumThreads()


def test_opencv_has_one_thread_until_the_last_block_has_ended(threads: int) -> None:
    first, second = in_our_threads_only(), in_our_threads_only()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert cv2.getNumThreads() == 1
    second.__exit__(None, None, None)
    assert cv2.getNumThreads() == threads


def test_an_error_gives_the_threads_back(threads: int) -> None:
    @in_our_threads_only()
    def fail() -> None:
        assert cv2.getNumThreads() == 1
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011 - the one above
            fail()
        assert cv2.getNumThreads() == threads
