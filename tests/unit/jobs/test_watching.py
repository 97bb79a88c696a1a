from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from focusstack_app.core.errors import OutputError
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.watch import Waiting, Watch
from focusstack_app.jobs.watching import pause_s, run_watch
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import write_stack


def _never(request: FusionRequest, progress: Progress) -> FusionResult:
    """Stands in for a fusion that takes for ever."""
    del request
    while True:
        progress.report(0.5, "Fusing")
        time.sleep(0.01)


def test_stopping_takes_less_than_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    write_stack(tmp_path / "in", 2)
    target = BatchTarget(tmp_path / "out")
    fusing = threading.Event()
    progress = Progress(lambda share, _: fusing.set() if share else None)
    left: list[Waiting] = []

    def run() -> None:
        watch = Watch(target, FusionRequest, [tmp_path / "in"], 1.0)
        left.extend(run_watch(watch, progress, on_item=print, on_note=print, fuse=_never))

    thread = threading.Thread(target=run)
    thread.start()
    assert fusing.wait(20)
    progress.cancel()
    thread.join(1.0)
    assert not thread.is_alive()
    assert [waiting.stack.name for waiting in left] == ["in"]
    assert not (tmp_path / "out").exists()


def test_slow_copies_give_one_picture_of_all_frames(tmp_path: Path) -> None:
    """The clock is the real one here, the wait a second."""
    frames = write_stack(tmp_path / "card", 4)
    (tmp_path / "in").mkdir()
    made: list[tuple[str, int]] = []
    stages: list[str] = []
    counts: list[int] = []
    progress = Progress(lambda _, stage: stages.append(stage))

    def counted(request: FusionRequest, part: Progress) -> FusionResult:
        counts.append(len(request.stack.sources))
        return fake_fuse(request, part)

    def copy() -> None:
        for frame in frames:
            data = frame.read_bytes()
            for share in (1, 2, 3):
                (tmp_path / "in" / frame.name).write_bytes(data[: len(data) * share // 3])
                time.sleep(0.2)
        deadline_s = time.monotonic() + 30.0
        while not made and time.monotonic() < deadline_s:
            time.sleep(0.1)
        time.sleep(2.5)  # in which nothing else may come of it
        progress.cancel()

    copier = threading.Thread(target=copy)
    copier.start()
    watch = Watch(BatchTarget(tmp_path / "out"), FusionRequest, [tmp_path / "in"], 1.5)
    left = run_watch(
        watch,
        progress,
        on_item=lambda item: made.append((item.output.name, counts[-1])),
        on_note=stages.append,
        fuse=counted,
    )
    copier.join()
    assert (made, left) == ([("in.tif", 4)], ())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["in.tif"]
    assert stages[-1] == "Waiting for new stacks"


def test_results_do_not_go_where_frames_come(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", 2)
    watch = Watch(BatchTarget(tmp_path / "a"), FusionRequest, [tmp_path / "a"], 1.0)
    with pytest.raises(OutputError, match="holds frames"):
        run_watch(watch, Progress(), on_item=print, on_note=print)


def test_a_slow_drive_is_looked_at_less_often() -> None:
    assert (pause_s(0.001), pause_s(2.0)) == (1.0, 8.0)
