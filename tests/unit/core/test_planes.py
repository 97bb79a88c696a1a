"""An array in memory and one on disk are read alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from focusstack_app.core.planes import Planes
from focusstack_app.io.spool import Spool


def _corner(planes: Planes) -> list[int]:
    return [int(value) for value in planes[0, : planes.shape[1] - 1]]


def test_memory_and_disk_give_the_same_part(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.uint16).reshape(3, 4)
    with Spool(0, tmp_path) as spool:
        held = spool.keep(array)
        assert spool.spooled_bytes == array.nbytes
        assert _corner(held) == _corner(array) == [0, 1, 2]
