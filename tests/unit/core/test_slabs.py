from __future__ import annotations

from itertools import pairwise

import pytest

from focusstack_app.core.slabs import slabs_of


def test_a_stack_is_cut_into_slabs_that_overlap() -> None:
    slabs = slabs_of(63, 10, 3)
    assert [(slab.start, slab.stop) for slab in slabs[:3]] == [(0, 10), (7, 17), (14, 24)]
    assert [slab.number for slab in slabs] == list(range(1, 10))
    assert (slabs[-1].start, slabs[-1].stop) == (56, 63)


@pytest.mark.parametrize(
    ("count", "lengths"),
    [
        (24, [10, 10, 10]),
        (25, [10, 10, 11]),  # one new frame is no slab
        (27, [10, 10, 13]),
        (28, [10, 10, 10, 7]),
        (10, [10]),
        (13, [13]),
        (4, [4]),
        (1, [1]),
    ],
)
def test_the_last_slab_is_never_tiny(count: int, lengths: list[int]) -> None:
    assert [len(slab) for slab in slabs_of(count, 10, 3)] == lengths


def test_every_frame_is_in_a_slab_and_neighbours_share_what_was_asked() -> None:
    for count in range(1, 50):
        for frames in range(2, 12):
            for overlap in range(frames):
                slabs = slabs_of(count, frames, overlap)
                assert (slabs[0].start, slabs[-1].stop) == (0, count)
                assert all(len(slab) == frames for slab in slabs[:-1])
                assert all(one.stop - next_.start == overlap for one, next_ in pairwise(slabs))
                assert all(one.stop < next_.stop for one, next_ in pairwise(slabs))
                assert len(slabs) == 1 or len(slabs[-1]) >= 2


@pytest.mark.parametrize(("frames", "overlap"), [(1, 0), (0, 0), (4, 4), (4, 5), (4, -1)])
def test_slabs_that_do_not_go_on_are_refused(frames: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="no slabs"):
        slabs_of(20, frames, overlap)
