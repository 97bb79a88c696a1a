from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.reduced import fuse_reduced, shrink_to
from focusstack_app.io.spool import Spool
from tests.helpers.models import UnevenModel


@pytest.mark.parametrize(
    ("size", "shrink"), [((100, 200), 1), ((100, 256), 1), ((100, 257), 2), ((900, 1000), 4)]
)
def test_frames_are_reduced_by_a_whole_number(size: tuple[int, int], shrink: int) -> None:
    assert shrink_to(256, *size) == shrink


def test_each_frame_is_looked_at_with_itself_reduced_and_all_are_fused() -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 65536, (60, 90, 3), dtype=np.uint16) for _ in range(3)]
    seen: list[tuple[Planes, NDArray[Any]]] = []

    fusion, size = fuse_reduced(
        UnevenModel(), frames, 45, 0.25, "Looking", Progress(), np.asarray,
        lambda frame, small: (frame, small), seen.append,
    )  # fmt: skip

    assert size == (45, 30)
    assert fusion.picture.shape == (30, 45, 3)
    assert len(fusion.weights) == 3
    for frame, (looked_at, small) in zip(frames, seen, strict=True):
        assert looked_at is frame
        means = frame.reshape(30, 2, 45, 2, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(small, means, atol=1)


@pytest.mark.parametrize(("limit_bytes", "most"), [(10**9, 8), (0, 2)])
def test_few_frames_are_read_from_disk_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit_bytes: int, most: int
) -> None:
    """Each would take the memory of a whole frame."""
    monkeypatch.setattr("focusstack_app.core.ahead.MOST_THREADS", 8)
    busy, seen, lock = 0, list[int](), threading.Lock()

    def look(_frame: Planes, small: NDArray[Any]) -> NDArray[Any]:
        nonlocal busy
        with lock:
            busy += 1
        time.sleep(0.1)
        with lock:
            seen.append(busy)
            busy -= 1
        return small

    with Spool(limit_bytes, tmp_path) as spool:
        frames = [spool.keep(np.zeros((60, 90, 3), np.uint8)) for _ in range(8)]
        fuse_reduced(
            UnevenModel(), frames, 45, 0.25, "Looking", Progress(), np.asarray, look, len,
        )  # fmt: skip
    assert max(seen) <= most
    assert (max(seen) > 2) == (limit_bytes > 0)
