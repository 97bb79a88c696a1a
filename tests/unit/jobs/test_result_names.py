from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.output import Carried, FileFormat, OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import BatchReport, plan_batch, run_batch
from focusstack_app.jobs.proposal import ProposedStack, find_stacks, propose_stacks
from focusstack_app.jobs.result_names import ResultPlaces, is_made_of
from focusstack_app.jobs.results_folders import BatchTarget
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import fake_stack, write_stack, write_timed_stack, write_z_stack

_NOON = datetime(2026, 5, 17, 12)


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    return tmp_path / "shoot"


def _run(parent: Path, **target: Any) -> BatchReport:
    where = BatchTarget(parent.parent / "out", **target)
    folders = find_stacks(parent, exclude=where.folders)
    stacks = propose_stacks(folders, Progress(), parents=[parent])
    return run_batch(stacks, where, FusionRequest, Progress(), fuse=fake_fuse)


def _told(report: BatchReport) -> list[str]:
    return [f"{item.outcome} {item.output.name}" for item in report.items]


def _stack(name: str, folder: Path, *, at_s: float | None = None) -> ProposedStack:
    sources = fake_stack(2, folder=folder).sources
    if at_s is not None:
        times = (_NOON + timedelta(seconds=at_s + n) for n in range(2))
        sources = tuple(
            replace(source, captured_at=time) for source, time in zip(sources, times, strict=True)
        )
    return ProposedStack(name, folder, sources)


def _names(stacks: list[ProposedStack], target: BatchTarget) -> list[str]:
    return [task.output.name for task in plan_batch(stacks, target, FusionRequest)]


def test_names_follow_the_template_and_are_never_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    bad = ProposedStack("bad", folder, (), "It is empty.")
    stacks = [_stack("x", folder), _stack("X", folder), bad]
    target = BatchTarget(tmp_path / "out", "{stack}_{frames}", FileFormat.JPEG)
    tasks = plan_batch(stacks, target, FusionRequest)
    assert [task.output.name for task in tasks] == ["x_2.jpg", "X-frame_1_2.jpg", "bad.jpg"]
    assert [task.request is None for task in tasks] == [False, False, True]
    assert tasks[0].plan()["frames"] == [str(source.path) for source in stacks[0].sources]
    umlauts = [_stack(normalize(form, "Käfer"), folder) for form in ("NFC", "NFD")]
    assert _names(umlauts, target)[1].endswith("-frame_1_2.jpg")
    again = [*stacks, stacks[0], stacks[0]]
    assert _names(again, target)[3:] == ["x-frame_1_2-2.jpg", "x-frame_1_2-3.jpg"]


def test_names_without_the_stack_stay_when_stacks_come_and_go(tmp_path: Path) -> None:
    target = BatchTarget(tmp_path / "out", "{frames} frames")

    def names(*stacks: str) -> list[str]:
        return _names([_stack(stack, tmp_path / stack) for stack in stacks], target)

    assert names("b") == ["2 frames-b.tif"]
    assert names("a", "b", "d") == ["2 frames-a.tif", "2 frames-b.tif", "2 frames-d.tif"]
    in_it = BatchTarget(tmp_path / "out", "{first}")
    assert _names([_stack("frame_1", tmp_path)], in_it) == ["frame_1.tif"]
    dated = BatchTarget(tmp_path / "out", "{date}")
    assert _names([_stack("b", tmp_path, at_s=0)], dated) == ["2026-05-17.tif"]
    bare = replace(dated, options=OutputOptions(metadata=Carried.NONE))
    assert _names([_stack("b", tmp_path, at_s=0)], bare) == ["2026-05-17-b.tif"]


@pytest.mark.parametrize("timed", [True, False])
def test_files_of_one_name_are_told_apart_by_their_folders_from_the_first(
    shoot: Path, timed: bool
) -> None:
    def add(folder: str, seconds: float) -> None:
        (shoot / folder).mkdir(parents=True)
        if timed:
            write_timed_stack(shoot / folder, [seconds, seconds + 1])
        else:
            write_z_stack(shoot / folder / "Stack.tif")

    add("pos 2", 100)
    ending = "" if timed else "-Stack"
    assert _told(_run(shoot)) == [f"done pos 2{ending}.tif"]
    add("pos 1", 0)
    add("pos 3", 200)
    assert _told(_run(shoot)) == [
        f"done pos 1{ending}.tif",
        f"skipped pos 2{ending}.tif",
        f"done pos 3{ending}.tif",
    ]
    shutil.rmtree(shoot / "pos 2")
    assert _told(_run(shoot)) == [f"skipped pos 1{ending}.tif", f"skipped pos 3{ending}.tif"]


@pytest.mark.parametrize("template", ["{date}", "{first}", "{stack}"])
def test_a_stack_that_comes_first_now_is_not_taken_for_another(shoot: Path, template: str) -> None:
    write_timed_stack(shoot / "moth", [100, 101])
    (first,) = _run(shoot, template=template).items
    write_timed_stack(shoot / "ant", [0, 1])
    ant, moth = _run(shoot, template=template).items
    assert (str(ant.outcome), str(moth.outcome)) == ("done", "skipped")
    assert moth.output == first.output
    (shoot / "moth").rename(shoot.parent / "moth")
    (alone,) = _run(shoot, template=template).items
    assert (str(alone.outcome), alone.output) == ("skipped", ant.output)


def test_other_frames_in_a_folder_of_the_same_name_are_another_stack(shoot: Path) -> None:
    write_timed_stack(shoot, [0, 1, 60, 61])
    assert _told(_run(shoot)) == ["done shoot.tif", "done shoot-IMG_0003.tif"]
    for number in (1, 2):  # what is done was moved away
        (shoot / f"IMG_000{number}.jpg").unlink()
    assert _told(_run(shoot)) == ["skipped shoot-IMG_0003.tif"]
    shutil.rmtree(shoot)
    write_timed_stack(shoot, [600, 601])  # a new card, with the same names
    assert _told(_run(shoot)) == ["done shoot-IMG_0001.tif"]
    assert _told(_run(shoot)) == ["skipped shoot-IMG_0001.tif"]
    assert _told(_run(shoot, overwrite=True)) == ["done shoot-IMG_0001.tif"]


def test_frames_that_come_before_the_first_stack_do_not_take_its_picture(shoot: Path) -> None:
    paths = write_timed_stack(shoot, [0, 1, 60, 61])
    early = [path.rename(shoot.parent / path.name) for path in paths[:2]]
    assert _told(_run(shoot)) == ["done shoot.tif"]
    for path in early:
        path.rename(shoot / path.name)
    assert _told(_run(shoot)) == ["done shoot-IMG_0001.tif", "skipped shoot.tif"]


def test_equal_times_in_several_folders_are_several_stacks(shoot: Path) -> None:
    write_timed_stack(shoot / "jpeg", [0, 1])
    assert _told(_run(shoot)) == ["done jpeg.tif"]
    shutil.copytree(shoot / "jpeg", shoot / "raw")
    shutil.copytree(shoot / "jpeg", shoot / "edited")
    assert _told(_run(shoot)) == ["done edited.tif", "skipped jpeg.tif", "done raw.tif"]


@pytest.mark.parametrize("kind", FileFormat)
def test_results_of_all_formats_tell_what_they_were_made_of(shoot: Path, kind: FileFormat) -> None:
    write_timed_stack(shoot, [0, 1])
    (item,) = _run(shoot, kind=kind).items
    (stack,) = propose_stacks([shoot], Progress())
    assert is_made_of(item.output, stack) is True
    assert is_made_of(item.output, replace(stack, sources=stack.sources[1:])) is False
    assert is_made_of(item.output, _stack("untimed", shoot)) is False
    (again,) = _run(shoot, kind=kind).items
    assert (again.outcome, again.output) == ("skipped", item.output)


def test_what_is_no_result_does_not_tell_what_it_was_made_of(shoot: Path) -> None:
    frame, _ = write_timed_stack(shoot, [0, 1])
    (stack,) = propose_stacks([shoot], Progress())
    assert is_made_of(frame, stack) is None
    assert is_made_of(shoot / "gone.tif", stack) is None
    (untimed,) = propose_stacks([write_stack(shoot.parent / "png")[0].parent], Progress())
    target = BatchTarget(shoot.parent / "out")
    run_batch([untimed], target, FusionRequest, Progress(), fuse=fake_fuse)
    assert is_made_of(target.folder / "png.tif", untimed) is None


def test_what_does_not_tell_is_trusted_by_its_name_or_not(tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(b"mine")
    stack = _stack("x", tmp_path, at_s=0)
    request, target = FusionRequest(Stack(stack.sources)), BatchTarget(tmp_path)
    assert ResultPlaces(target).place(stack, request).name == "x.tif"
    assert ResultPlaces(target).place(stack, request, trusting=False).name == "x-frame_1.tif"
    assert ResultPlaces(target).another(stack, request).name == "x-2.tif"
    taken = [tmp_path / "X-2.tif"]
    assert ResultPlaces(target, taken).another(stack, request).name == "x-3.tif"
    (tmp_path / "X-2.TIF").touch()  # some disks take it for the same
    assert ResultPlaces(target).another(stack, request).name == "x-3.tif"
