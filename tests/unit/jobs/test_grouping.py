from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from focusstack_app.core.frames import FrameSource
from focusstack_app.jobs.grouping import as_taken, grouped
from tests.helpers.stacks import fake_stack

START = datetime(2026, 5, 17, 9, 0, 0)


def _frames(seconds: Sequence[float | None], **facts: Sequence[Any]) -> list[FrameSource]:
    sources = fake_stack(len(seconds)).sources
    times = [None if s is None else START + timedelta(seconds=s) for s in seconds]
    frames = [
        replace(source, captured_at=time) for source, time in zip(sources, times, strict=True)
    ]
    for name, values in facts.items():
        frames = [replace(f, **{name: value}) for f, value in zip(frames, values, strict=True)]
    return frames


def _sizes(frames: Sequence[FrameSource]) -> list[int]:
    return [len(group) for group in grouped(frames)]


def test_a_pause_ends_a_stack() -> None:
    assert _sizes(_frames([0, 0.2, 0.4, 30, 30.2, 30.4, 30.6])) == [3, 4]


def test_whole_seconds_are_enough() -> None:
    assert _sizes(_frames([0, 0, 1, 1, 20, 20, 21, 21])) == [4, 4]


def test_a_slow_rail_is_one_stack_and_its_longer_pauses_end_it() -> None:
    slow = [8.0 * step for step in range(10)]
    assert _sizes(_frames(slow)) == [10]
    assert _sizes(_frames([*slow, *(200 + s for s in slow)])) == [10, 10]


def test_long_exposures_are_no_pauses() -> None:
    frames = _frames([0, 31, 62, 93], exposure_s=[30, 30, 30, 30])
    assert _sizes(frames) == [4]


def test_time_that_runs_backwards_starts_a_stack_but_a_second_is_nothing() -> None:
    assert _sizes(_frames([100, 101, 102, 0, 1, 2])) == [3, 3]
    assert _sizes(_frames([1, 0.4, 1.2])) == [3]


def test_numbers_that_begin_anew_tear_no_stack_apart() -> None:
    frames = _frames([2, 3, 60, 61, 62, 0, 1])  # 0001 to 0005, 9998, 9999
    taken = as_taken(frames)
    assert list(taken) == [*frames[5:], *frames[:5]]
    assert _sizes(taken) == [4, 3]


def test_frames_whose_times_do_not_tell_stay_as_they_are() -> None:
    times = ([0], [0, 1, 2], [5, 0, 6], [3, 2, 1, 0], [2, 3, None, 0, 1], [2, 3, 0, None])
    for seconds in times:
        frames = _frames(seconds)
        assert list(as_taken(frames)) == frames
    assert as_taken([]) == ()


def test_focus_that_jumps_back_starts_a_stack() -> None:
    distances = [0.20, 0.21, 0.22, 0.23, 0.20, 0.21, 0.22, 0.23]
    assert _sizes(_frames([None] * 8, focus_distance_m=distances)) == [4, 4]
    assert _sizes(_frames([None] * 8, focus_distance_m=distances[::-1])) == [4, 4]


def test_a_small_step_back_is_still_the_stack() -> None:
    distances = [0.20, 0.21, 0.22, 0.23, 0.225, 0.24]
    assert _sizes(_frames([None] * 6, focus_distance_m=distances)) == [6]


def test_a_camera_is_turned_between_stacks_and_not_within_a_second() -> None:
    upright, turned = (96, 64, 1), (64, 96, 6)

    def frames(seconds: list[float | None], *held: tuple[int, int, int]) -> list[FrameSource]:
        widths, heights, orientations = zip(*held, strict=True)
        return _frames(seconds, width_px=widths, height_px=heights, orientation=orientations)

    flips = [upright, turned, upright, turned, turned, upright]
    assert _sizes(frames([0, 1, 1, 2, 3, 3], *flips)) == [6]
    two = [*[upright] * 3, *[turned] * 3]
    assert _sizes(frames([0, 1, 1, 5, 6, 6], *two)) == [3, 3]
    assert _sizes(frames([None] * 6, *two)) == [3, 3]
    rail = [0, 4, 8, 13, 17, 21]
    assert _sizes(frames([float(second) for second in rail], *two)) == [6]


def test_another_size_camera_or_focal_length_starts_a_stack() -> None:
    assert _sizes(_frames([None] * 4, width_px=[96, 96, 48, 48])) == [2, 2]
    assert _sizes(_frames([None] * 4, camera=["A", "A", "B", "B"])) == [2, 2]
    assert _sizes(_frames([None] * 3, focal_length_mm=[50, 60, 60])) == [1, 2]


def test_without_facts_there_is_one_stack() -> None:
    assert _sizes(_frames([None] * 5)) == [5]
    assert grouped([]) == []
    assert _sizes(_frames([0, None, 500])) == [3]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=30))
def test_no_frame_is_lost_or_moved(seconds: list[float | None]) -> None:
    frames = _frames(seconds)
    assert [frame for group in grouped(frames) for frame in group] == frames
