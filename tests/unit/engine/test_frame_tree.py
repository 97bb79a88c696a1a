from __future__ import annotations

import pytest

from focusstack_app.engine.frame_tree import fusions_of, groups_of, levels_of


@pytest.mark.parametrize("count", [1, 2, 7, 8, 13, 49, 50, 100, 300])
def test_groups_hold_every_frame_once_in_order_and_none_too_many(count: int) -> None:
    groups = groups_of(count, 7)
    assert [frame for group in groups for frame in group] == list(range(count))
    assert max(map(len, groups)) <= 7
    assert levels_of(count, 7) == len(fusions_of(count, 7))


def test_the_levels_above_are_full_and_few_frames_lie_deep() -> None:
    assert groups_of(7, 7) == [list(range(7))]
    assert [len(group) for group in groups_of(8, 7)] == [1, 1, 1, 2, 1, 1, 1]
    assert fusions_of(49, 7) == [7, 1]
    assert fusions_of(50, 7) == [1, 7, 1]
    assert [levels_of(count, 7) for count in (7, 8, 49, 50, 343)] == [1, 2, 2, 3, 3]
