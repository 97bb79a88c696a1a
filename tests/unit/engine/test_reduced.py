from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.progress import Progress
from focusstack_app.engine.reduced import fuse_reduced, shrink_to
from focusstack_app.io.spool import Spool
from tests.helpers.models import IdentityModel, UnevenModel


@pytest.mark.parametrize(
    ("size", "shrink"), [((100, 200), 1), ((100, 256), 1), ((100, 257), 2), ((900, 1000), 4)]
)
def test_frames_are_reduced_by_a_whole_number(size: tuple[int, int], shrink: int) -> None:
    assert shrink_to(256, *size) == shrink


def test_each_reduced_frame_is_looked_at_and_all_are_fused() -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 65536, (60, 90, 3), dtype=np.uint16) for _ in range(3)]
    kept: list[NDArray[Any]] = []

    def keep(array: NDArray[Any]) -> NDArray[Any]:
        kept.append(array)
        return array

    fusion, size, seen = fuse_reduced(
        UnevenModel(), frames, 45, 0.25, "Looking", Progress(), keep, lambda small: small
    )

    assert size == (45, 30)
    assert fusion.picture.shape == (30, 45, 3)
    assert len(fusion.weights) == 3
    for frame, small in zip(frames, seen, strict=True):
        assert any(small is array for array in kept)
        means = frame.reshape(30, 2, 45, 2, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(small[:], means, atol=1)


def test_what_can_be_had_reduced_is_not_read_as_a_whole() -> None:
    class Large:
        shape = (60, 90, 3)

        def __getitem__(self, key: Any) -> NDArray[Any]:
            pytest.fail("it was read")

        def shrunk(self, size: tuple[int, int]) -> NDArray[Any]:
            return np.full((*size[::-1], 3), 100, np.uint8)

    fusion = fuse_reduced(
        IdentityModel(), [Large(), Large()], 45, 0.25, "Looking", Progress(), np.asarray
    ).fusion
    np.testing.assert_allclose(fusion.picture, 100 / 255, atol=0.01)


@pytest.mark.parametrize(("limit_bytes", "most"), [(10**9, 8), (0, 2)])
def test_few_frames_are_read_from_disk_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit_bytes: int, most: int
) -> None:
    """Each would take the memory of a whole frame."""
    monkeypatch.setattr("focusstack_app.core.ahead.MOST_THREADS", 8)
    busy, seen, lock = 0, list[int](), threading.Lock()

    def look(small: NDArray[Any]) -> NDArray[Any]:
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
            UnevenModel(), frames, 45, 0.25, "Looking", Progress(), np.asarray, look,
        )  # fmt: skip
    assert max(seen) <= most
    assert (max(seen) > 2) == (limit_bytes > 0)
