from __future__ import annotations

from dataclasses import replace

import pytest

from focusstack_app.core.region import Region
from focusstack_app.engine.frame_tree import fusions_of, groups_of, needed_for
from focusstack_app.engine.tiling import plan_tiles
from tests.helpers.models import fake_manifest


@pytest.mark.parametrize("count", [1, 2, 7, 8, 13, 20, 21, 36, 49, 50, 100, 300])
def test_groups_hold_every_frame_once_in_order_and_none_too_many(count: int) -> None:
    groups = groups_of(count, 7)
    assert [frame for group in groups for frame in group] == list(range(count))
    assert max(map(len, groups)) <= 7


def test_the_levels_above_are_full_and_few_frames_lie_deep() -> None:
    assert groups_of(7, 7) == [list(range(7))]
    assert [len(group) for group in groups_of(8, 7)] == [1, 1, 1, 2, 1, 1, 1]
    assert [fusions_of(count, 7) for count in (1, 7, 8, 49, 50)] == [0, 1, 2, 8, 9]


def test_no_frame_is_alone_beside_full_groups() -> None:
    assert [len(group) for group in groups_of(20, 7)] == [1, 6, 1, 5, 1, 5, 1]
    for count in range(21, 50):
        sizes = [len(group) for group in groups_of(count, 7)]
        assert max(sizes) - min(sizes) <= 1
        assert min(sizes) >= 5
        assert fusions_of(count, 7) == -(-count // 7) + 1


def test_a_window_needs_the_tiles_that_reach_into_what_is_seen_of_it() -> None:
    """However many frames there are: the tiles of the levels below are the same."""
    manifest = replace(fake_manifest(tile_px=512), decoder_reach=6)
    plan = plan_tiles(500, 750, 64, 0.25)
    needed = needed_for(Region(1336, 2360, 1848, 2872), 0, plan, manifest)
    assert needed.decoded == plan.tiles_over(Region(167, 295, 231, 359))
    assert needed.seen == Region(161, 289, 237, 365)
    assert needed.shown == Region(166, 294, 232, 360)
    assert needed.tiles == plan.tiles_over(needed.seen)
    veiled = needed_for(Region(1336, 2360, 1848, 2872), 200, plan, manifest)
    assert veiled.shown == Region(141, 269, 257, 385)
    assert set(veiled.tiles) > set(needed.tiles)
