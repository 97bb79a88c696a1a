"""OpenCV's own threads, which rest while ours do the work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

_lock = threading.Lock()
_inside = 0
_before = 1


@contextmanager
def in_our_threads_only() -> Iterator[None]:
    """For the length of a block OpenCV begins no threads; also a decorator.

    Where many of our threads call it, its own find nothing left to do, and wait for it busily: on
    sixteen cores that doubles the processor time. It is one setting for the whole process, so it
    comes back when the last such block has ended.
    """
    global _inside, _before
    with _lock:
        if _inside == 0:
            _before = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                cv2.setNumThreads(_before)
