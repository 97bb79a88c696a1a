from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.model import Fused
from focusstack_app.core.region import Region
from focusstack_app.jobs.recent import Patch, RecentParts

TILE_BYTES = 4 * 100


def _tile(value: float) -> Fused:
    planes = [np.full((1, 5, 5), value, np.float32) for _ in range(4)]
    return Fused(*planes)


def _refused() -> Fused:
    pytest.fail("it was made again")


def test_the_tiles_that_were_used_last_are_remembered() -> None:
    tiles = RecentParts(2 * TILE_BYTES)
    first, second = tiles("a", lambda: _tile(1)), tiles("b", lambda: _tile(2))
    assert tiles("a", _refused) is first
    third = tiles("c", lambda: _tile(3))
    assert tiles.size_bytes == 2 * TILE_BYTES
    assert ["a" in tiles, "b" in tiles, "c" in tiles] == [True, False, True]
    assert tiles("a", _refused) is first
    assert tiles("c", _refused) is third
    assert tiles("b", lambda: _tile(4)) is not second


def test_what_is_only_asked_for_is_not_remembered() -> None:
    tiles = RecentParts(2 * TILE_BYTES)
    tiles("a", lambda: _tile(1))
    assert tiles.known("b", lambda: _tile(2)).latent[0, 0, 0] == 2
    assert tiles.known("a", _refused).latent[0, 0, 0] == 1
    assert (tiles.recalled, tiles.size_bytes) == (1, TILE_BYTES)


def test_less_room_displaces_the_oldest() -> None:
    tiles = RecentParts(3 * TILE_BYTES)
    for name in "abc":
        tiles(name, lambda: _tile(1))
    tiles.limit(TILE_BYTES)
    assert tiles.size_bytes == TILE_BYTES
    tiles("c", _refused)
    tiles.limit(0)
    assert tiles.size_bytes == 0


def test_a_tile_that_two_make_at_a_time_counts_once() -> None:
    tiles = RecentParts(3 * TILE_BYTES)

    def make() -> Fused:
        tiles("a", lambda: _tile(1))  # the other was quicker
        return _tile(2)

    assert tiles("a", make).latent[0, 0, 0] == 1
    assert tiles.size_bytes == TILE_BYTES


def test_patches_are_forgotten_without_the_tiles() -> None:
    parts = RecentParts(10 * TILE_BYTES)
    patch = np.zeros((10, 10), np.float32)
    for kind in ("frame", "latent"):
        parts(Patch(kind, 0, Region(0, 0, 10, 10)), lambda: (patch,))
    tile = parts(((0, 1), Region(0, 0, 10, 10)), lambda: _tile(1))
    assert parts.size_bytes == 3 * TILE_BYTES
    parts.forget_patches()
    assert parts.size_bytes == TILE_BYTES
    assert parts(((0, 1), Region(0, 0, 10, 10)), _refused) is tile
