from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from focusstack_app.core.errors import OutputError
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import BatchItem, Fuse
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.waiting import Waiting
from focusstack_app.jobs.watch import Watch
from focusstack_app.jobs.watching import pause_s, run_watch
from tests.helpers.disk import FakeDisk
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import write_stack, write_timed_stack


@dataclass
class _Time:
    """Passes only while the watch rests, and lets things happen then."""

    at_s: dict[float, Callable[[], object]]
    now_s: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        for at_s in [at_s for at_s in self.at_s if at_s <= self.now_s]:
            self.at_s.pop(at_s)()


def _run(
    folder: Path,
    time_: _Time,
    progress: Progress,
    *,
    wait_s: float = 1.0,
    on_item: Callable[[BatchItem], None] = print,
    on_note: Callable[[str], None] = print,
    fuse: Fuse = fake_fuse,
) -> tuple[Waiting, ...]:
    """Watch `in`, from which pictures go to `out`."""
    target = BatchTarget(folder / "out")
    parents = [folder / "in"]
    watch = Watch(target, FusionRequest, parents, wait_s, clock=lambda: time_.now_s)
    return run_watch(
        watch, progress, on_item=on_item, on_note=on_note, fuse=fuse, sleep=time_.sleep
    )


def _never(request: FusionRequest, progress: Progress) -> FusionResult:
    """Stands in for a fusion that takes for ever."""
    del request
    while True:
        progress.report(0.5, "Fusing")
        time.sleep(0.01)


def test_stopping_takes_less_than_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    write_stack(tmp_path / "in", 2)
    fusing = threading.Event()
    progress = Progress(lambda share, _: fusing.set() if share else None)
    left: list[Waiting] = []

    def run() -> None:
        left.extend(_run(tmp_path, _Time({}), progress, fuse=_never))

    thread = threading.Thread(target=run)
    thread.start()
    assert fusing.wait(20)
    progress.cancel()
    thread.join(1.0)
    assert not thread.is_alive()
    assert [waiting.stack.name for waiting in left] == ["in"]
    assert not (tmp_path / "out").exists()


def test_slow_copies_give_one_picture_of_all_frames(tmp_path: Path) -> None:
    frames = write_stack(tmp_path / "card", 4)
    (tmp_path / "in").mkdir()
    made: list[tuple[str, int]] = []
    stages: list[str] = []
    counts: list[int] = []
    progress = Progress(lambda _, stage: stages.append(stage))

    def counted(request: FusionRequest, part: Progress) -> FusionResult:
        counts.append(len(request.stack.sources))
        return fake_fuse(request, part)

    def write(frame: Path, share: int) -> None:
        data = frame.read_bytes()
        (tmp_path / "in" / frame.name).write_bytes(data[: len(data) * share // 3])

    steps = [(frame, share) for frame in frames for share in (1, 2, 3)]
    time_ = _Time({n * 2.0: partial(write, *step) for n, step in enumerate(steps, 1)})
    time_.at_s[100.0] = progress.cancel
    left = _run(
        tmp_path,
        time_,
        progress,
        wait_s=3.0,
        on_item=lambda item: made.append((item.output.name, counts[-1])),
        on_note=stages.append,
        fuse=counted,
    )
    assert (made, left) == ([("in.tif", 4)], ())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["in.tif"]
    assert stages[-1] == "Waiting for new stacks"


def test_the_next_watch_does_only_what_came_meanwhile(tmp_path: Path) -> None:
    frames = write_timed_stack(tmp_path / "card", [0, 1, 2, 60, 61, 62])
    (tmp_path / "in").mkdir()

    def run(files: list[Path]) -> list[str]:
        items: list[BatchItem] = []
        for file in files:
            shutil.copy2(file, tmp_path / "in")
        time_, progress = _Time({}), Progress()
        time_.at_s[40.0] = progress.cancel
        _run(tmp_path, time_, progress, on_item=items.append)
        return [f"{item.outcome} {item.output.name}" for item in items]

    assert run(frames[:3]) == ["done in.tif"]
    assert run(frames[3:]) == ["skipped in.tif", "done in-IMG_0004.tif"]


def test_what_was_finished_just_before_it_ended_is_not_left(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_stack(tmp_path / "in" / name, 2)
    progress = Progress()
    left = _run(tmp_path, _Time({}), progress, on_item=lambda _: progress.cancel())
    assert [waiting.stack.name for waiting in left] == ["b"]


def test_results_do_not_go_where_frames_come(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    watch = Watch(BatchTarget(tmp_path / "a"), FusionRequest, [tmp_path / "a"], 1.0)
    with pytest.raises(OutputError, match="holds frames"):
        run_watch(watch, Progress(), on_item=print, on_note=print)


def test_a_slow_drive_is_looked_at_less_often() -> None:
    assert (pause_s(0.001), pause_s(2.0)) == (1.0, 8.0)


def test_a_stack_that_found_the_disk_full_waits_for_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        write_stack(tmp_path / "in" / name, 2)
    disk = FakeDisk(monkeypatch, 10**9)
    notes: list[str] = []
    fused: list[str] = []
    items: list[BatchItem] = []

    def fuse(request: FusionRequest, part: Progress) -> FusionResult:
        fused.append(request.stack.sources[0].path.parent.name)
        if fused == ["a"]:
            disk.full, disk.free_bytes = True, 10_000
        return fake_fuse(request, part)

    def make_room() -> None:
        assert fused == ["a"]  # the others cost nothing
        assert items == []
        disk.full, disk.free_bytes = False, 10**9

    progress = Progress()
    time_ = _Time({30.0: make_room, 40.0: progress.cancel})
    left = _run(tmp_path, time_, progress, on_item=items.append, on_note=notes.append, fuse=fuse)
    assert notes == [f"There is too little room in {tmp_path / 'out'}; waiting for more"]
    assert fused == ["a", "a", "b", "c"]
    assert [f"{item.outcome} {item.name}" for item in items] == ["done a", "done b", "done c"]
    assert left == ()


def test_a_sub_folder_that_comes_takes_no_stack_and_what_is_moved_there_is_done(
    tmp_path: Path,
) -> None:
    frames = write_timed_stack(tmp_path / "card", [0, 1, 2, 60, 61, 62])
    (tmp_path / "in").mkdir()
    items: list[BatchItem] = []

    def come(files: list[Path]) -> None:
        for file in files:
            shutil.copy2(file, tmp_path / "in")

    def move() -> None:
        (tmp_path / "in" / "done").mkdir()
        for file in frames[:3]:
            (tmp_path / "in" / file.name).rename(tmp_path / "in" / "done" / file.name)
        write_stack(tmp_path / "in" / "more", 2)

    progress = Progress()
    time_ = _Time({1.0: partial(come, frames[:3]), 30.0: partial(come, frames[3:5]), 31.0: move})
    time_.at_s |= {32.0: partial(come, frames[5:]), 120.0: progress.cancel}
    notes: list[str] = []
    left = _run(tmp_path, time_, progress, on_item=items.append, on_note=notes.append)
    assert [item.output.name for item in items] == ["in.tif", "more.tif", "in-IMG_0004.tif"]
    story = json.dumps(items[2].story())
    assert all(frame.name in story for frame in frames[3:])
    assert (left, notes) == ((), [])
