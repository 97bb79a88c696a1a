from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.progress import Progress
from focusstack_app.io.write import write_picture
from focusstack_app.jobs.proposal import (
    ProposedStack,
    find_stacks,
    left_alone,
    merged_stacks,
    propose_stacks,
    split_stack,
    with_frames,
    without_frames,
)
from tests.helpers.stacks import fake_stack, write_stack, write_timed_stack, write_z_stack


def _propose(*folders: Path, split: bool = True) -> list[ProposedStack]:
    return propose_stacks(folders, Progress(), split=split)


def _names(stacks: list[ProposedStack]) -> list[str]:
    return [stack.name for stack in stacks]


def test_a_folder_without_stacks_inside_is_a_stack(tmp_path: Path) -> None:
    write_stack(tmp_path / "one")
    assert find_stacks(tmp_path / "one") == [(tmp_path / "one").resolve()]


def test_loose_pictures_beside_stacks_are_no_stack(tmp_path: Path) -> None:
    for name in ("a", "b", ".hidden"):
        write_stack(tmp_path / name, 2)
    (tmp_path / "empty").mkdir()
    write_stack(tmp_path, 1)
    assert [folder.name for folder in find_stacks(tmp_path)] == ["a", "b"]
    assert [path.name for path in find_stacks(tmp_path, exclude=[tmp_path / "a"])] == ["b"]


def test_merged_stacks_are_turned_alike(tmp_path: Path) -> None:
    upright = ProposedStack("a", tmp_path, fake_stack(2).sources)
    (frame,) = fake_stack(1).sources
    other = replace(frame, width_px=64, height_px=96, orientation=6)
    merged = merged_stacks([upright, ProposedStack("b", tmp_path, (other,))])
    assert merged.problem == ""
    assert [source.size_px for source in merged.sources] == [(96, 64)] * 3
    again = merged_stacks([merged, merged])
    assert again.sources == merged.sources * 2


def test_unreadable_stacks_can_be_merged(tmp_path: Path) -> None:
    unreadable = ProposedStack("a", tmp_path, (), "It may not be read.")
    assert merged_stacks([unreadable, unreadable]).problem == "It may not be read."


def test_links_to_folders_that_count_already_are_no_stacks(tmp_path: Path) -> None:
    write_stack(tmp_path / "shoot" / "b", 2)
    write_stack(tmp_path / "elsewhere", 2)
    write_stack(tmp_path / "shoot", 1)
    for name, target in (("a", "b"), ("self", "."), ("c", "../elsewhere")):
        (tmp_path / "shoot" / name).symlink_to(target)
    assert [folder.name for folder in find_stacks(tmp_path / "shoot")] == ["b", "c"]


def test_stacks_come_as_people_count(tmp_path: Path) -> None:
    for name in ("stack10", "Stack9", "stack1"):
        write_stack(tmp_path / name, 1)
    assert [folder.name for folder in find_stacks(tmp_path)] == ["stack1", "Stack9", "stack10"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_folder_that_may_not_be_read_is_a_stack_with_a_problem(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    (tmp_path / "locked").mkdir(mode=0)
    first, second = _propose(*find_stacks(tmp_path))
    assert (first.problem, second.name) == ("", "locked")
    assert "may not be read" in second.problem


def test_what_is_left_alone_is_said(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    assert left_alone(tmp_path, find_stacks(tmp_path)) == []
    write_stack(tmp_path, 1)
    write_stack(tmp_path / "day" / "b", 2)
    write_stack(tmp_path / "results" / "old", 2)
    (tmp_path / "notes").mkdir()
    results = [tmp_path / "results"]
    loose, deeper = left_alone(tmp_path, find_stacks(tmp_path, exclude=results), exclude=results)
    assert loose == f"The pictures that lie directly in {tmp_path} are left out."
    assert deeper.startswith(f"{tmp_path / 'day'} is left out")
    alone = tmp_path / "day" / "b"
    assert left_alone(alone, find_stacks(alone)) == []


def test_results_of_frames_beside_them_are_no_stack(tmp_path: Path) -> None:
    write_stack(tmp_path, 2)
    (tmp_path / "stacked").mkdir()
    picture = tmp_path / "stacked" / "a.tif"
    pixels = np.zeros((30, 40, 3), np.uint16)
    write_picture(picture, pixels, icc_profile=None, source=None, description="")
    assert find_stacks(tmp_path) == [tmp_path.resolve()]
    assert left_alone(tmp_path, find_stacks(tmp_path)) == []
    shutil.copy(tmp_path / "frame_1.png", tmp_path / "stacked")
    assert find_stacks(tmp_path) == [tmp_path / "stacked"]


def test_frames_where_results_go_are_said_to_be_left_out(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    write_stack(tmp_path / "b", 2)
    results = [tmp_path / "b"]
    stacks = find_stacks(tmp_path, exclude=results)
    (line,) = left_alone(tmp_path, stacks, exclude=results)
    assert line == f"The pictures in {tmp_path / 'b'} are left out, because results go there."
    for path in (tmp_path / "b").iterdir():
        path.unlink()
    picture = tmp_path / "b" / "a.tif"
    write_picture(
        picture, np.zeros((30, 40, 3), np.uint16), icc_profile=None, source=None, description=""
    )
    assert left_alone(tmp_path, stacks, exclude=results) == []


def test_results_of_an_earlier_batch_are_no_stack_among_others(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    (tmp_path / "pictures").mkdir()
    for name in ("x", "y"):
        pixels = np.zeros((30, 40, 3), np.uint16)
        path = tmp_path / "pictures" / f"{name}.tif"
        write_picture(path, pixels, icc_profile=None, source=None, description="")
    assert [stack.name for stack in _propose(*find_stacks(tmp_path))] == ["a"]
    (slabs,) = _propose(tmp_path / "pictures")
    assert len(slabs.sources) == 2


def test_a_parent_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path.name} holds no stacks"):
        find_stacks(tmp_path)
    with pytest.raises(InputError, match="gone"):
        find_stacks(tmp_path / "gone")


def test_a_folder_is_split_where_time_says_so(tmp_path: Path) -> None:
    write_timed_stack(tmp_path / "shoot", [0, 1, 2, 60, 61])
    first, second = _propose(tmp_path / "shoot")
    assert (first.name, second.name) == ("shoot", "shoot-IMG_0004")
    assert [len(stack.sources) for stack in (first, second)] == [3, 2]
    assert first.taken_at is not None
    (whole,) = _propose(tmp_path / "shoot", split=False)
    assert (whole.name, len(whole.sources), whole.problem) == ("shoot", 5, "")


def test_names_do_not_depend_on_what_comes_later(tmp_path: Path) -> None:
    paths = write_timed_stack(tmp_path / "shoot", [0, 1, 60, 61, 120, 121])
    later = [path.rename(tmp_path / path.name) for path in paths[2:]]
    assert _names(_propose(tmp_path / "shoot")) == ["shoot"]
    for path in later[:2]:
        path.rename(tmp_path / "shoot" / path.name)
    assert _names(_propose(tmp_path / "shoot")) == ["shoot", "shoot-IMG_0003"]
    for path in later[2:]:
        path.rename(tmp_path / "shoot" / path.name)
    assert _names(_propose(tmp_path / "shoot")) == ["shoot", "shoot-IMG_0003", "shoot-IMG_0005"]


def test_a_stack_over_the_highest_number_of_the_camera_is_one(tmp_path: Path) -> None:
    paths = write_timed_stack(tmp_path / "shoot", [0, 1, 2, 60, 61])
    for path, number in zip(paths, (9998, 9999, 1, 2, 3), strict=True):
        path.rename(path.with_name(f"DSC_{number:04d}.jpg"))
    first, second = _propose(tmp_path / "shoot")
    names = [[source.path.stem[4:] for source in stack.sources] for stack in (first, second)]
    assert names == [["9998", "9999", "0001"], ["0002", "0003"]]


def test_a_frame_that_cannot_be_read_is_the_problem_of_its_stack_alone(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    write_stack(tmp_path / "b", 2)
    (tmp_path / "a" / "frame_2.png").write_bytes(b"")
    a, b = _propose(tmp_path / "a", tmp_path / "b")
    assert "frame_2.png" in a.problem
    assert a.single
    assert a.taken_at is None
    assert b.problem == ""
    assert not b.single


def test_frames_of_another_size_than_most_are_left_out_or_split_off(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    Image.new("RGB", (30, 20)).save(tmp_path / "a" / "small.png")
    (whole,) = _propose(tmp_path / "a", split=False)
    assert (len(whole.sources), whole.problem) == (2, "")
    (warning,) = whole.warnings
    assert "small.png has 30 x 20 pixels, most frames have 96 x 64" in warning
    stack, single = _propose(tmp_path / "a")
    assert (stack.problem, single.problem, single.single) == ("", "", True)
    assert "30 x 20" in merged_stacks([stack, single]).problem
    Image.new("RGB", (30, 20)).save(tmp_path / "a" / "smaller.png")
    (whole,) = _propose(tmp_path / "a", split=False)
    assert "small.png is 30 x 20 pixels" in whole.problem  # as many of both


def test_a_single_picture_of_another_size_amid_a_stack_tears_it_not_apart(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 4)
    Image.new("RGB", (30, 20)).save(tmp_path / "a" / "frame_2_a.png")
    Image.new("RGB", (40, 20)).save(tmp_path / "a" / "frame_2_b.png")
    (stack,) = _propose(tmp_path / "a")
    assert [source.path.stem for source in stack.sources] == [f"frame_{n}" for n in (1, 2, 3, 4)]
    assert stack.problem == ""
    assert stack.warnings[0].endswith("out of the stack: frame_2_a.png, frame_2_b.png.")
    for number in (1, 2):  # two of a size may be a stack of their own
        Image.new("RGB", (50, 20)).save(tmp_path / "a" / f"other_{number}.png")
    stacks = _propose(tmp_path / "a")
    assert [len(stack.sources) for stack in stacks] == [4, 2]


def test_pictures_beside_raw_files_of_the_same_name_are_left_out(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2, suffix=".jpg")
    for number in (1, 2):
        (tmp_path / "a" / f"FRAME_{number}.DNG").write_bytes(b"no raw data")
    (stack,) = _propose(tmp_path / "a")
    assert "FRAME_1.DNG" in stack.problem  # the RAW files count, and these are damaged


def test_stacks_are_split_and_merged_by_hand(tmp_path: Path) -> None:
    sources = fake_stack(5, folder=tmp_path).sources
    stack = ProposedStack("a", tmp_path, sources)
    first, second = split_stack(stack, 2)
    assert (first.name, first.sources) == ("a", sources[:2])
    assert (second.name, second.sources) == ("a-frame_3", sources[2:])
    assert split_stack(second, 1)[1].name == "a-frame_4"
    assert merged_stacks([first, second]).sources == sources
    for at in (0, 5, -1):
        with pytest.raises(ValueError, match="cannot split"):
            split_stack(stack, at)


def test_reading_reports_and_stops(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    seen: list[tuple[float, str]] = []
    propose_stacks([tmp_path / "a"], Progress(lambda *news: seen.append(news)))
    assert seen == [(0.0, "Reading a"), (0.5, "Reading a")]
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        propose_stacks([tmp_path / "a"], progress)


def test_frames_change_their_stack_in_the_order_of_their_names() -> None:
    every = fake_stack(12).sources
    stack = ProposedStack("a", Path("frames"), (every[0], every[3], every[11]))
    more = with_frames(stack, [every[9], every[1]])
    assert [source.path.stem for source in more.sources] == [
        "frame_1", "frame_2", "frame_4", "frame_10", "frame_12",
    ]  # fmt: skip
    assert without_frames(more, (every[9], every[1])) == stack
    assert without_frames(stack, stack.sources).sources == ()


def test_frames_that_come_to_others_are_shown_alike() -> None:
    ranges = (100.0, 900.0), (50.0, 4000.0)
    frames = fake_stack(2).sources
    first, second = (replace(f, shown_range=r) for f, r in zip(frames, ranges, strict=True))
    more = with_frames(ProposedStack("a", Path("frames"), (first,)), [second])
    assert [source.shown_range for source in more.sources] == [(50.0, 4000.0)] * 2


def test_frames_that_come_to_others_are_turned_like_most() -> None:
    frames = fake_stack(3).sources
    turned = replace(frames[2], width_px=64, height_px=96, orientation=6)
    more = with_frames(ProposedStack("a", Path("frames"), frames[:2]), [turned])
    assert more.problem == ""
    assert [source.size_px for source in more.sources] == [(96, 64)] * 3


def test_a_frame_of_another_size_is_a_problem_until_it_leaves() -> None:
    stack = ProposedStack("a", Path("frames"), fake_stack(2).sources)
    wide = fake_stack(1, folder=Path("others"), width_px=120).sources
    mixed = with_frames(stack, wide)
    assert "120 x 64" in mixed.problem
    assert without_frames(mixed, wide) == stack


@pytest.mark.parametrize("split", [False, True])
def test_files_that_hold_stacks_are_stacks_of_their_own(tmp_path: Path, split: bool) -> None:
    write_z_stack(tmp_path / "bee.tif", 3)
    write_z_stack(tmp_path / "ant.tif", 2)
    stacks = propose_stacks([tmp_path], Progress(), parents=[tmp_path], split=split)
    assert [(stack.name, len(stack.sources)) for stack in stacks] == [("ant", 2), ("bee", 3)]
    assert stacks[0].folder == tmp_path
    in_one_of_many = _propose(tmp_path, split=split)
    assert _names(in_one_of_many) == [f"{tmp_path.name}-ant", f"{tmp_path.name}-bee"]
    write_stack(tmp_path, 4)
    stacks = propose_stacks([tmp_path], Progress(), parents=[tmp_path], split=split)
    assert [(stack.name, len(stack.sources)) for stack in stacks] == [
        ("ant", 2),
        ("bee", 3),
        (tmp_path.name, 4),
    ]


def test_a_damaged_file_does_not_cost_the_stacks_beside_it(tmp_path: Path) -> None:
    write_z_stack(tmp_path / "bee.tif", 3)
    path = write_z_stack(tmp_path / "ant.tif", 3)
    path.write_bytes(path.read_bytes()[:-100])
    bee, ant = propose_stacks([tmp_path], Progress(), parents=[tmp_path])
    assert (bee.name, bee.problem) == ("bee", "")
    assert ant.name == "ant"
    assert "ant.tif is damaged or cut off" in ant.problem
