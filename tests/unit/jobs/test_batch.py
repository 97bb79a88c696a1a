from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tifffile

from focusstack_app.core.errors import Cancelled, InputError, ModelError, OutputError
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.output import FileFormat
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import (
    BatchItem,
    BatchReport,
    Fuse,
    MakeRequest,
    Outcome,
    plan_batch,
    run_batch,
    run_task,
)
from focusstack_app.jobs.disk_room import DiskRoom
from focusstack_app.jobs.proposal import ProposedStack, find_stacks, propose_stacks
from focusstack_app.jobs.results_folders import BatchTarget
from tests.helpers.disk import FakeDisk
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import fake_stack, write_stack


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    for name in ("a", "b", "c.1"):
        write_stack(tmp_path / "shoot" / name, 2)
    return tmp_path / "shoot"


def _batch(
    parent: Path,
    out: Path,
    make_request: MakeRequest,
    progress: Progress,
    *,
    on_item: Callable[[BatchItem], None] | None = None,
    fuse: Fuse,
    **target: Any,
) -> BatchReport:
    where = BatchTarget(out, **target)
    stacks = propose_stacks(find_stacks(parent, exclude=where.folders), Progress(), split=False)
    return run_batch(stacks, where, make_request, progress, on_item=on_item, fuse=fuse)


def _outcomes(report: BatchReport) -> dict[str, str]:
    return {item.folder.name: str(item.outcome) for item in report.items}


def test_every_sub_folder_becomes_one_picture(parent: Path, tmp_path: Path) -> None:
    (parent / "empty").mkdir()
    (parent / ".hidden").mkdir()
    report = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "done", "b": "done", "c.1": "done"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.tif",
        "b.tif",
        "c.1.tif",
    ]
    assert tifffile.imread(tmp_path / "out" / "a.tif").shape == (64, 96, 3)


def test_maps_go_to_their_folders(parent: Path, tmp_path: Path) -> None:
    _batch(
        parent,
        tmp_path / "out",
        FusionRequest,
        Progress(),
        provenance_dir=tmp_path / "maps",
        depth_dir=tmp_path / "maps",
        fuse=fake_fuse,
    )
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names[:2] == ["a-depth.png", "a-provenance.png"]
    assert len(names) == 6


def test_maps_of_a_picture_that_is_gone_are_made_anew_with_it(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    target: dict[str, Any] = {"depth_dir": out, "fuse": fake_fuse}
    _batch(parent, out, FusionRequest, Progress(), **target)
    for name in ("a", "b"):
        (out / f"{name}.tif").unlink()
    before = (out / "a-depth.png").stat().st_mtime_ns
    write_stack(tmp_path / "strange", 1)[0].replace(out / "b-depth.png")
    report = _batch(parent, out, FusionRequest, Progress(), **target)
    assert _outcomes(report) == {"a": "done", "b": "failed", "c.1": "skipped"}
    assert (out / "a-depth.png").stat().st_mtime_ns > before
    assert "b-depth.png was not made by this program" in report.items[1].message


def test_pictures_that_exist_are_skipped_and_kept(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.tif").write_bytes(b"mine")
    report = _batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "done", "b": "skipped", "c.1": "done"}
    assert (out / "b.tif").read_bytes() == b"mine"


@pytest.mark.parametrize("kind", FileFormat)
def test_overwriting_makes_them_anew(parent: Path, tmp_path: Path, kind: FileFormat) -> None:
    out = tmp_path / "out"
    target: dict[str, Any] = {"kind": kind, "overwrite": True}
    first = _batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse, **target)
    made = {item.output: item.output.stat().st_mtime_ns for item in first.items}
    again = _batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse, **target)
    assert again.count(Outcome.DONE) == 3
    assert all(path.stat().st_mtime_ns > before for path, before in made.items())


def test_overwriting_keeps_what_this_program_did_not_make(parent: Path) -> None:
    frame = parent / "a" / "frame_1.png"
    before = frame.read_bytes()
    target: dict[str, Any] = {"kind": FileFormat.PNG, "overwrite": True}
    shutil.rmtree(parent / "c.1")
    (parent / "b").rename(parent / "frame_1")
    report = _batch(parent, parent / "a", FusionRequest, Progress(), fuse=fake_fuse, **target)
    assert _outcomes(report) == {"frame_1": "failed"}
    assert "frame_1.png was not made by this program, and is kept" in report.items[0].message
    assert frame.read_bytes() == before


def test_a_plan_says_what_will_happen(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_stack(tmp_path / "strange", 1)[0].rename(out / "a.tif")  # not made by this program
    _batch(parent, tmp_path / "made", FusionRequest, Progress(), fuse=fake_fuse)
    (tmp_path / "made" / "b.tif").rename(out / "b.tif")
    (parent / "b" / "frame_9.png").write_bytes(b"no picture")
    (parent / "c.1" / "frame_9.png").write_bytes(b"no picture")
    stacks = propose_stacks(find_stacks(parent), Progress(), split=False)
    for overwrite in (False, True):
        target = BatchTarget(out, overwrite=overwrite)
        plans = [task.plan() for task in plan_batch(stacks, target, FusionRequest)]
        report = run_batch(stacks, target, FusionRequest, Progress(), fuse=fake_fuse)
        for plan, item in zip(plans, report.items, strict=True):
            assert plan["skipped"] == (item.outcome is Outcome.SKIPPED)
            assert bool(plan["problem"]) == (item.outcome is Outcome.FAILED)
            assert not plan["problem"] or plan["problem"] == item.message
    assert {plan["name"] for plan in plans if plan["problem"]} == {"a", "b", "c.1"}


def test_a_picture_that_is_too_large_for_its_format_is_told_by_the_plan(tmp_path: Path) -> None:
    wide = replace(fake_stack(2).sources[0], width_px=20_000)
    stack = ProposedStack("wide", tmp_path, (wide, wide))
    target = BatchTarget(tmp_path / "out", kind=FileFormat.WEBP)
    (task,) = plan_batch([stack], target, FusionRequest)
    assert "which WebP cannot hold" in str(task.plan()["problem"])


def test_what_another_batch_has_made_meanwhile_is_skipped(parent: Path, tmp_path: Path) -> None:
    def slower(request: FusionRequest, progress: Progress) -> FusionResult:
        if not (tmp_path / "out" / "a.tif").exists():
            _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse)
        return fake_fuse(request, progress)

    report = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=slower)
    assert set(_outcomes(report).values()) == {"skipped"}
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_disk_for_results_that_goes_away_does_not_end_the_batch(
    parent: Path, tmp_path: Path
) -> None:
    stacks = propose_stacks(find_stacks(parent), Progress(), split=False)
    task = plan_batch(stacks, BatchTarget(tmp_path), FusionRequest)[0]
    # The system refuses to look this up, as it does on a disk that is gone.
    lost = replace(task, output=tmp_path / ("x" * 300) / "a.tif")
    item = run_task(lost, Progress(), DiskRoom(), fake_fuse)
    assert item.outcome is Outcome.FAILED
    assert "does not exist" in item.message


def test_a_bad_stack_is_reported_and_the_others_go_on(parent: Path, tmp_path: Path) -> None:
    (parent / "b" / "frame_2.png").write_bytes(b"")
    seen: list[BatchItem] = []
    report = _batch(
        parent, tmp_path / "out", FusionRequest, Progress(), on_item=seen.append, fuse=fake_fuse
    )
    assert _outcomes(report) == {"a": "done", "b": "failed", "c.1": "done"}
    assert "frame_2.png" in report.items[1].message
    assert tuple(seen) == report.items
    assert not (tmp_path / "out" / "b.tif").exists()


def test_a_bug_in_one_stack_does_not_cost_the_others(
    parent: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        if request.stack.sources[0].path.parent.name == "a":
            raise ZeroDivisionError("surprise")
        return fake_fuse(request, progress)

    report = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fuse)
    assert _outcomes(report) == {"a": "failed", "b": "done", "c.1": "done"}
    assert "surprise" in report.items[0].message
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    caplog.clear()


def test_cancelling_keeps_what_is_finished_and_leaves_nothing_else(
    parent: Path, tmp_path: Path
) -> None:
    progress = Progress()

    def stop_after_first(_item: BatchItem) -> None:
        progress.cancel()

    with pytest.raises(Cancelled):
        _batch(
            parent,
            tmp_path / "out",
            FusionRequest,
            progress,
            on_item=stop_after_first,
            fuse=fake_fuse,
        )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.tif"]


def test_folders_that_stay_empty_are_not_left(parent: Path, tmp_path: Path) -> None:
    def fuse(_request: FusionRequest, _progress: Progress) -> FusionResult:
        raise ModelError("There is no model.")

    report = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fuse)
    assert report.count(Outcome.FAILED) == 3
    assert not (tmp_path / "out").exists()


def test_progress_covers_the_whole_batch_and_names_the_stacks(parent: Path, tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    progress = Progress(lambda fraction, stage: seen.append((fraction, stage)))
    _batch(parent, tmp_path / "out", FusionRequest, progress, fuse=fake_fuse)
    starts = [(round(fraction, 3), stage) for fraction, stage in seen if " of " in stage]
    assert starts == [(0.0, "a (1 of 3)"), (0.333, "b (2 of 3)"), (0.667, "c.1 (3 of 3)")]
    assert seen[-1][0] == pytest.approx(1.0)


def test_the_story_of_a_batch_is_ready_for_json(parent: Path, tmp_path: Path) -> None:
    (parent / "b" / "frame_2.png").write_bytes(b"")
    told = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse).facts()
    assert (told["done"], told["skipped"], told["failed"]) == (2, 0, 1)
    items = told["items"]
    assert isinstance(items, list)
    assert items[0]["model"] == "fake 1"
    assert items[0]["warnings"] == ["The second frame is blurred everywhere."]
    assert items[1]["outcome"] == "failed"
    assert "frames" not in items[1]


def test_results_inside_the_parent_are_no_stack(parent: Path) -> None:
    out = parent / "out"
    _batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    report = _batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "skipped", "b": "skipped", "c.1": "skipped"}


def test_results_do_not_go_among_the_frames(tmp_path: Path) -> None:
    write_stack(tmp_path / "one")
    with pytest.raises(OutputError, match="holds frames"):
        _batch(tmp_path / "one", tmp_path / "one", FusionRequest, Progress(), fuse=fake_fuse)


def test_a_folder_for_results_that_cannot_be_made_is_named(parent: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="deep does not exist"):
        _batch(parent, tmp_path / "deep" / "out", FusionRequest, Progress(), fuse=fake_fuse)


def test_a_folder_for_results_whose_name_no_disk_takes_is_named(
    parent: Path, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"xxx cannot be written: the name is too long\."):
        _batch(parent, tmp_path / ("x" * 300), FusionRequest, Progress(), fuse=fake_fuse)


def test_stacks_of_one_folder_become_one_picture_each(tmp_path: Path) -> None:
    paths = write_stack(tmp_path / "x", 4)
    stack = propose_stacks([tmp_path / "x"], Progress())[0]
    assert len(paths) == len(stack.sources)
    halves = [replace(stack, name="a", sources=stack.sources[:2]), replace(stack, name="b")]
    target = BatchTarget(tmp_path / "out", kind=FileFormat.PNG)
    report = run_batch(halves, target, FusionRequest, Progress(), fuse=fake_fuse)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]
    assert [item.name for item in report.items] == ["a", "b"]


def test_no_stack_is_no_batch(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no stack"):
        run_batch([], BatchTarget(tmp_path / "out"), FusionRequest, Progress(), fuse=fake_fuse)


def test_a_full_disk_costs_one_fusion_and_what_still_fits_is_fused(
    parent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack(parent / "d", 2, width_px=20, height_px=20)
    disk = FakeDisk(monkeypatch, 40_000)  # a picture of 96 x 64 px takes 36,864 bytes at most
    fused: list[str] = []

    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        fused.append(request.stack.sources[0].path.parent.name)
        disk.full = fused == ["a"]  # by what somebody else has written meanwhile
        disk.free_bytes = 30_000 if disk.full else disk.free_bytes
        return fake_fuse(request, progress)

    report = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fuse)
    assert _outcomes(report) == {"a": "failed", "b": "failed", "c.1": "failed", "d": "done"}
    assert fused == ["a", "d"]
    assert [item.full for item in report.items] == [tmp_path / "out"] * 3 + [None]
    assert "the disk is full" in report.items[0].message
    assert "results may take 1 MB" in report.items[1].message
    disk.free_bytes = 40_000
    again = _batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse)
    assert [item.outcome for item in again.items] == ["done"] * 3 + ["skipped"]


def test_what_a_stack_writes_is_told_by_size(parent: Path, tmp_path: Path) -> None:
    stacks = propose_stacks(find_stacks(parent), Progress(), split=False)
    out, pixels = tmp_path / "out", 96 * 64
    for kind, of_pixel in ((FileFormat.TIFF, 6), (FileFormat.JPEG, 3), (FileFormat.DNG, 6)):
        target = BatchTarget(out, kind=kind, depth_dir=out, provenance_dir=tmp_path)
        load = plan_batch(stacks, target, FusionRequest)[0].load
        assert load.results_bytes == {out: (of_pixel + 2) * pixels, tmp_path: 3 * pixels}
        assert load.frames_bytes == 2 * 3 * pixels


@pytest.mark.parametrize("leads_to", ["a.tif", "nowhere.tif"])
def test_a_link_in_the_place_of_a_result_is_kept_and_told_before_the_work(
    parent: Path, tmp_path: Path, leads_to: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.tif").symlink_to(out / leads_to)
    fused: list[FusionRequest] = []

    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        fused.append(request)
        return fake_fuse(request, progress)

    report = _batch(parent, out, FusionRequest, Progress(), fuse=fuse)
    assert _outcomes(report) == {"a": "failed", "b": "done", "c.1": "done"}
    assert "a.tif already exists" in report.items[0].message
    assert len(fused) == 2
    assert (out / "a.tif").is_symlink()


def test_maps_may_go_into_a_folder_that_is_still_to_be_made(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = _batch(parent, out, FusionRequest, Progress(), depth_dir=out / "maps", fuse=fake_fuse)
    assert report.count(Outcome.DONE) == 3
    assert (out / "maps" / "a-depth.png").exists()
    with pytest.raises(OutputError, match="deep does not exist"):
        _batch(
            parent,
            tmp_path / "new",
            FusionRequest,
            Progress(),
            depth_dir=tmp_path / "deep" / "maps",
            fuse=fake_fuse,
        )
