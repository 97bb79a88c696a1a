from __future__ import annotations

import logging
from pathlib import Path

import pytest
import tifffile

from focusstack_app.core.errors import Cancelled, InputError, ModelError, OutputError
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import BatchItem, BatchReport, Outcome, find_stacks, run_batch
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import write_stack


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    for name in ("a", "b", "c.1"):
        write_stack(tmp_path / "shoot" / name, 2)
    return tmp_path / "shoot"


def _outcomes(report: BatchReport) -> dict[str, str]:
    return {item.folder.name: str(item.outcome) for item in report.items}


def test_every_sub_folder_becomes_one_picture(parent: Path, tmp_path: Path) -> None:
    (parent / "empty").mkdir()
    (parent / ".hidden").mkdir()
    report = run_batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "done", "b": "done", "c.1": "done"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.tif",
        "b.tif",
        "c.1.tif",
    ]
    assert tifffile.imread(tmp_path / "out" / "a.tif").shape == (64, 96, 3)


def test_maps_go_to_their_folders(parent: Path, tmp_path: Path) -> None:
    run_batch(
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


def test_pictures_that_exist_are_skipped_and_kept(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.tif").write_bytes(b"mine")
    report = run_batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "done", "b": "skipped", "c.1": "done"}
    assert (out / "b.tif").read_bytes() == b"mine"


def test_overwriting_makes_them_anew(parent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.tif").write_bytes(b"old")
    report = run_batch(parent, out, FusionRequest, Progress(), overwrite=True, fuse=fake_fuse)
    assert report.count(Outcome.DONE) == 3
    assert tifffile.imread(out / "b.tif").shape == (64, 96, 3)


def test_a_bad_stack_is_reported_and_the_others_go_on(parent: Path, tmp_path: Path) -> None:
    (parent / "b" / "frame_2.png").write_bytes(b"")
    seen: list[BatchItem] = []
    report = run_batch(
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

    report = run_batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fuse)
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
        run_batch(
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

    report = run_batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fuse)
    assert report.count(Outcome.FAILED) == 3
    assert not (tmp_path / "out").exists()


def test_progress_covers_the_whole_batch_and_names_the_stacks(parent: Path, tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    progress = Progress(lambda fraction, stage: seen.append((fraction, stage)))
    run_batch(parent, tmp_path / "out", FusionRequest, progress, fuse=fake_fuse)
    starts = [(round(fraction, 3), stage) for fraction, stage in seen if " of " in stage]
    assert starts == [(0.0, "a (1 of 3)"), (0.333, "b (2 of 3)"), (0.667, "c.1 (3 of 3)")]
    assert seen[-1][0] == pytest.approx(1.0)


def test_the_story_of_a_batch_is_ready_for_json(parent: Path, tmp_path: Path) -> None:
    (parent / "b" / "frame_2.png").write_bytes(b"")
    told = run_batch(parent, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse).facts()
    assert (told["done"], told["skipped"], told["failed"]) == (2, 0, 1)
    items = told["items"]
    assert isinstance(items, list)
    assert items[0]["model"] == "fake 1"
    assert items[0]["warnings"] == ["The second frame is blurred everywhere."]
    assert items[1]["outcome"] == "failed"
    assert "frames" not in items[1]


def test_a_folder_without_stacks_inside_is_a_stack(tmp_path: Path) -> None:
    write_stack(tmp_path / "one")
    assert find_stacks(tmp_path / "one") == [(tmp_path / "one").resolve()]


def test_loose_pictures_beside_stacks_are_no_stack(parent: Path) -> None:
    write_stack(parent, 1)
    assert [folder.name for folder in find_stacks(parent)] == ["a", "b", "c.1"]


def test_results_inside_the_parent_are_no_stack(parent: Path) -> None:
    out = parent / "out"
    run_batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    report = run_batch(parent, out, FusionRequest, Progress(), fuse=fake_fuse)
    assert _outcomes(report) == {"a": "skipped", "b": "skipped", "c.1": "skipped"}


def test_results_do_not_go_among_the_frames(tmp_path: Path) -> None:
    write_stack(tmp_path / "one")
    with pytest.raises(OutputError, match="holds frames"):
        run_batch(tmp_path / "one", tmp_path / "one", FusionRequest, Progress(), fuse=fake_fuse)


def test_a_parent_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path.name} holds no stacks"):
        run_batch(tmp_path, tmp_path / "out", FusionRequest, Progress(), fuse=fake_fuse)


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone"):
        find_stacks(tmp_path / "gone")


def test_a_folder_for_results_that_cannot_be_made_is_named(parent: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="deep does not exist"):
        run_batch(parent, tmp_path / "deep" / "out", FusionRequest, Progress(), fuse=fake_fuse)
