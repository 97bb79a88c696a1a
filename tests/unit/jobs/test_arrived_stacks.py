from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import probe_frames
from focusstack_app.jobs.arrivals import FolderLook, Lookout
from focusstack_app.jobs.arrived_stacks import (
    by_owner,
    continues,
    groups_of,
    held_back,
    new_names,
    remaining,
    renamed,
)
from focusstack_app.jobs.proposal import ProposedStack
from tests.helpers.stacks import write_stack, write_timed_stack, write_z_stack


def _frames(paths: list[Path]) -> list[FrameSource]:
    return [source for path in paths for source in probe_frames(path)]


def _stack(folder: Path, frames: list[FrameSource]) -> ProposedStack:
    return ProposedStack(folder.name, folder, tuple(frames))


def _look(folder: Path) -> FolderLook:
    now_s = [0.0]
    lookout = Lookout([folder], exclude=[], wait_s=10.0, clock=lambda: now_s[0])
    lookout.look(Progress())
    now_s[0] = 5.0
    (look,) = lookout.look(Progress()).folders
    return look


def test_files_that_hold_a_stack_are_stacks_of_their_own(tmp_path: Path) -> None:
    paths = [write_z_stack(tmp_path / "wing.tif"), *write_timed_stack(tmp_path, [0, 1, 60, 61])]
    groups = groups_of(tmp_path, _frames(paths), ("told",), given=True)
    assert [(g.name, len(g.sources)) for g in groups] == [
        ("wing", 3),
        (tmp_path.name, 2),
        (tmp_path.name, 2),
    ]
    assert groups[1].warnings == ("told",)
    beside = groups_of(tmp_path, _frames(paths), (), given=False)
    assert beside[0].name == f"{tmp_path.name}-wing"


@pytest.mark.parametrize(("after_s", "belongs"), [(3, True), (30, False)])
@pytest.mark.parametrize("begun", [True, False])
def test_times_say_what_continues_a_stack(
    tmp_path: Path, after_s: int, belongs: bool, begun: bool
) -> None:
    frames = _frames(write_timed_stack(tmp_path, [0, 1, 2, after_s, after_s + 1]))
    first, second = _stack(tmp_path, frames[:3]), _stack(tmp_path, frames[3:])
    assert continues(first, second, begun=begun) is belongs


def test_an_exposure_is_no_pause(tmp_path: Path) -> None:
    frames = _frames(write_timed_stack(tmp_path, [0, 32, 64, 96]))
    frames = [replace(frame, exposure_s=30.0) for frame in frames]
    assert continues(_stack(tmp_path, frames[:3]), _stack(tmp_path, frames[3:]), begun=True)


@pytest.mark.parametrize("begun", [True, False])
def test_without_times_only_what_was_not_begun_is_continued(tmp_path: Path, begun: bool) -> None:
    frames = _frames(write_stack(tmp_path, 4))
    first, second = _stack(tmp_path, frames[:2]), _stack(tmp_path, frames[2:])
    assert continues(first, second, begun=begun) is not begun


def test_late_frames_of_several_stacks_are_told_apart(tmp_path: Path) -> None:
    frames = _frames(write_timed_stack(tmp_path, [0, 1, 2, 60, 61, 62, 120]))
    stacks = [_stack(tmp_path, frames[:2]), _stack(tmp_path, frames[3:5])]

    def owner_of(group: ProposedStack) -> int | None:
        found = (n for n, stack in enumerate(stacks) if continues(stack, group, begun=True))
        return next(found, None)

    def parts(*numbers: int) -> list[tuple[int | None, list[int]]]:
        group = _stack(tmp_path, [frames[number] for number in numbers])
        shared = by_owner(group, owner_of)
        return [(owner, [frames.index(frame) for frame in part.sources]) for owner, part in shared]

    assert parts(2, 5) == [(0, [2]), (1, [5])]
    assert parts(2) == [(0, [2])]
    assert parts(2, 5, 6) == [(None, [2, 5, 6])]  # of which one begins another stack


def test_what_cannot_be_read_holds_back_its_neighbours(tmp_path: Path) -> None:
    paths = write_timed_stack(tmp_path, [0, 1, 60, 61, 120, 121])
    frames = _frames(paths)
    (tmp_path / "IMG_0002a.jpg").write_bytes(b"damaged")
    stacks = [_stack(tmp_path, frames[n : n + 2]) for n in (0, 2, 4)]
    assert held_back(_look(tmp_path), stacks, 10.0, 5.0) == [55.0, 55.0, 0.0]


def test_frames_that_are_gone_or_others_do_not_remain(tmp_path: Path) -> None:
    paths = write_timed_stack(tmp_path / "in", [0, 1, 2])
    stack = _stack(tmp_path / "in", _frames(paths))
    assert remaining(stack, _look(tmp_path / "in")) is stack
    paths[0].unlink()
    write_timed_stack(tmp_path / "other", [0, 500])[1].replace(paths[1])
    assert remaining(stack, _look(tmp_path / "in")).sources == stack.sources[2:]


def test_files_that_were_renamed_are_followed(tmp_path: Path) -> None:
    paths = [*write_stack(tmp_path, 3), write_z_stack(tmp_path / "wing.tif")]
    stack = _stack(tmp_path, _frames(paths))
    before = {file.version for file in _look(tmp_path).files}
    paths[0].rename(tmp_path / "a.png")
    paths[3].rename(tmp_path / "moth.tif")
    paths[1].unlink()
    shutil.copyfile(paths[2], tmp_path / "new.png")
    now = [file.version for file in _look(tmp_path).files]
    names = new_names(before - set(now), [version for version in now if version not in before])
    assert names == {paths[0]: tmp_path / "a.png", paths[3]: tmp_path / "moth.tif"}
    called = [source.path.name for source in renamed(stack, names).sources]
    assert called == ["a.png", "frame_2.png", "frame_3.png"] + [f"moth.tif#{n}" for n in (1, 2, 3)]


def test_files_of_one_size_and_time_are_followed_in_order(tmp_path: Path) -> None:
    gone, come = ([(tmp_path / f"{name}{n}.png", 5, 7) for n in (1, 2)] for name in "ab")
    assert new_names(set(gone), come) == {gone[0][0]: come[0][0], gone[1][0]: come[1][0]}
    assert new_names(set(gone), come[1:]) == {gone[0][0]: come[1][0]}
