from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.progress import Progress
from focusstack_app.io.read import read_frame
from focusstack_app.jobs.batch import BatchItem, Fuse, run_task
from focusstack_app.jobs.proposal import propose_stacks
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.waiting import Seen
from focusstack_app.jobs.watch import Watch
from tests.helpers.results import fake_fuse
from tests.helpers.stacks import write_stack, write_timed_stack, write_z_stack


@dataclass
class _Session:
    """A watch under a clock that the test moves, with what came of it."""

    folder: Path
    out: Path
    now_s: float = 1000.0
    fuse: Fuse = fake_fuse
    options: dict[str, Any] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.out.mkdir(exist_ok=True)
        self.begin()

    def begin(self) -> None:
        target = BatchTarget(self.out, **self.target)
        self.watch = Watch(
            target, FusionRequest, [self.folder], 20.0, clock=lambda: self.now_s, **self.options
        )

    def wait(self, seconds: float) -> Seen:
        """Let time pass, a look each second, and fuse what is complete."""
        for _ in range(round(seconds)):
            self.now_s += 1.0
            seen = self._look()
            while seen.due is not None:
                due = seen.due
                item = run_task(self.watch.begin(due), Progress(), self.watch.room, self.fuse)
                if self.watch.ended(due, item):
                    self.made.append(_told(item))
                seen = self._look()
        return seen

    def _look(self) -> Seen:
        seen = self.watch.look(Progress())
        self.notes += seen.notes
        return seen


def _told(item: BatchItem) -> str:
    frames = (item.facts or {}).get("frames")
    made = f" of {len(frames)}" if isinstance(frames, list) else ""
    return f"{item.outcome} {item.output.name}{made}"


def _reads(request: FusionRequest, progress: Progress) -> Any:
    """Stands in for a fusion that reads its frames."""
    for source in request.stack.sources:
        read_frame(source)
    return fake_fuse(request, progress)


@pytest.fixture
def session(tmp_path: Path) -> _Session:
    (tmp_path / "capture").mkdir()
    return _Session(tmp_path / "capture", tmp_path / "out")


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    """Three stacks of three, taken a second apart, with half a minute in between."""
    seconds = [start + n for start in (0, 32, 64) for n in range(3)]
    return write_timed_stack(tmp_path / "card", seconds)


def _copy(session: _Session, files: list[Path], every_s: float = 1.0) -> Seen:
    for file in files:
        shutil.copy2(file, session.folder)
        seen = session.wait(every_s)
    return seen


def test_a_stack_is_fused_once_nothing_came_for_a_while(
    session: _Session, frames: list[Path]
) -> None:
    seen = session.wait(3)
    assert seen.text == "Waiting for new stacks"
    _copy(session, frames[:3], every_s=15)
    seen = session.wait(3)
    assert session.made == []
    assert seen.text == "capture: 3 frames; begins in 3 s if nothing else comes"
    session.wait(60)
    assert session.made == ["done capture.tif of 3"]
    assert session.wait(2).waiting == ()


def test_stacks_of_one_folder_become_a_picture_each(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:3])
    session.wait(29)
    _copy(session, frames[3:6])
    session.wait(29)
    _copy(session, frames[6:])
    session.wait(29)
    assert session.made == [
        "done capture.tif of 3",
        "done capture-IMG_0004.tif of 3",
        "done capture-IMG_0007.tif of 3",
    ]


def test_a_stack_is_fused_while_the_next_one_comes(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:3])
    _copy(session, frames[3:], every_s=10)
    assert session.made == ["done capture.tif of 3", "done capture-IMG_0004.tif of 3"]


def test_nothing_is_done_twice_after_a_restart(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:6])
    session.wait(40)
    assert session.made == ["done capture.tif of 3", "done capture-IMG_0004.tif of 3"]
    session.made.clear()
    for file in session.folder.glob("*_000[123].jpg"):
        file.unlink()  # what is done was moved away: the second stack is the first one now
    _copy(session, frames[6:])
    session.begin()
    session.wait(60)
    assert session.made == ["skipped capture-IMG_0004.tif", "done capture-IMG_0007.tif of 3"]


def test_pictures_without_times_are_kept_apart_by_when_they_came(session: _Session) -> None:
    write_stack(session.folder, 3)
    session.wait(40)
    for path in session.folder.glob("frame_*"):
        shutil.copy(path, session.folder / f"second_{path.name}")
    session.wait(40)
    assert session.made == ["done capture.tif of 3", "done capture-second_frame_1.tif of 3"]


def test_a_file_that_grows_is_waited_for(session: _Session, frames: list[Path]) -> None:
    session.fuse = _reads
    _copy(session, frames[:2])
    data = frames[2].read_bytes()
    for share in range(1, 6):  # slower than the wait is long
        (session.folder / frames[2].name).write_bytes(data[: len(data) * share // 5])
        session.wait(15)
    session.wait(30)
    assert session.made == ["done capture.tif of 3"]


def test_a_file_that_stands_still_cut_off_is_waited_for_and_then_told_once(
    session: _Session, frames: list[Path]
) -> None:
    session.fuse = _reads
    _copy(session, frames[:2])
    cut, data = session.folder / frames[2].name, frames[2].read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    session.wait(50)
    assert session.made == []
    session.wait(200)
    assert session.made == ["failed capture.tif"]
    cut.write_bytes(data)
    session.wait(60)
    assert session.made == ["failed capture.tif", "done capture.tif of 3"]


def test_what_is_no_picture_fails_its_stack_once(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:2])
    broken = session.folder / frames[2].name
    broken.write_bytes(b"no picture")
    session.wait(50)
    assert session.made == []
    session.wait(100)
    assert session.made == ["failed capture.tif"]
    broken.unlink()
    session.wait(60)
    assert session.made == ["failed capture.tif", "done capture.tif of 2"]


def test_what_is_damaged_far_from_a_stack_is_told_alone(
    session: _Session, frames: list[Path]
) -> None:
    _copy(session, frames[:3])
    session.wait(40)
    (session.folder / "IMG_0004.jpg").write_bytes(b"")
    session.wait(100)
    assert session.made == ["done capture.tif of 3", "failed IMG_0004.tif"]


def test_a_stack_that_failed_is_tried_again_when_its_files_change(
    session: _Session, frames: list[Path]
) -> None:
    def bug(_request: FusionRequest, _progress: Progress) -> Any:
        raise ZeroDivisionError

    session.fuse = bug
    _copy(session, frames[:3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("focusstack_app.jobs.batch.logger.exception", lambda _text: None)
        session.wait(300)
    assert session.made == ["failed capture.tif"]
    session.fuse = fake_fuse
    os.utime(session.folder / frames[0].name)
    session.wait(40)
    assert session.made == ["failed capture.tif", "done capture.tif of 3"]


def test_frames_that_come_late_make_the_picture_anew(session: _Session, frames: list[Path]) -> None:
    _copy(session, [*frames[:2], *frames[3:5]])
    session.wait(40)
    for frame in (frames[2], frames[5]):  # at once, of two stacks
        shutil.copy2(frame, session.folder)
    seen = session.wait(3)
    assert [waiting.late for waiting in seen.waiting] == [1, 1]
    session.wait(40)
    assert session.made[:2] == ["done capture.tif of 2", "done capture-IMG_0004.tif of 2"]
    assert session.made[2:] == ["done capture-2.tif of 3", "done capture-IMG_0004-2.tif of 3"]
    assert ["1 frame came after" in note for note in session.notes] == [True, True]  # each once


def test_a_rating_written_into_a_frame_is_no_new_frame(
    session: _Session, frames: list[Path]
) -> None:
    _copy(session, frames[:3])
    session.wait(40)
    os.utime(session.folder / frames[1].name)
    session.wait(60)
    assert session.made == ["done capture.tif of 3"]


def test_frames_that_are_renamed_are_no_new_frames(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:3])
    session.wait(40)
    here = [session.folder / frame.name for frame in frames]
    for path in here[:3]:
        path.rename(path.with_name(f"moth_{path.name[-5:]}"))
    session.wait(60)
    assert session.made == ["done capture.tif of 3"]
    _copy(session, frames[3:5])
    here[3].rename(here[3].with_name("wing_4.jpg"))  # before it is fused
    session.wait(60)
    assert session.made[1:] == ["done capture-wing_4.tif of 2"]
    assert session.notes == []


def test_results_are_no_frames(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:3])
    session.wait(40)
    for number in (1, 2):
        shutil.copy(session.out / "capture.tif", session.folder / f"copy_{number}.tif")
    assert session.wait(60).waiting == ()
    assert session.made == ["done capture.tif of 3"]


def test_results_may_go_into_the_folder_that_is_watched(
    session: _Session, frames: list[Path]
) -> None:
    session.out = session.folder / "stacked"
    session.out.mkdir()
    session.begin()
    _copy(session, frames[:3])
    session.wait(120)
    assert session.made == ["done capture.tif of 3"]


def test_sub_folders_are_stacks_of_their_own(session: _Session, frames: list[Path]) -> None:
    shutil.copytree(frames[0].parent, session.folder / "beetle")
    session.wait(4)
    (session.folder / "fly").mkdir()
    write_z_stack(session.folder / "fly" / "wing.tif")
    session.wait(40)
    assert session.made == [
        "done beetle.tif of 3",
        "done beetle-IMG_0004.tif of 3",
        "done beetle-IMG_0007.tif of 3",
        "done fly-wing.tif of 3",
    ]


def test_a_folder_that_went_away_is_waited_for(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:3])
    session.wait(40)
    _copy(session, frames[3:5])
    away = session.folder.rename(session.folder.with_name("away"))
    seen = session.wait(100)
    assert seen.text == f"{session.folder} cannot be reached; waiting for it"
    assert session.notes == [seen.text]
    shutil.copy2(frames[5], away)
    away.rename(session.folder)
    session.wait(40)
    assert session.made == ["done capture.tif of 3", "done capture-IMG_0004.tif of 3"]
    session.folder.rename(away)
    session.wait(2)
    assert session.notes == [seen.text] * 2  # it is told each time


def test_a_folder_that_goes_away_during_a_fusion_costs_nothing(
    session: _Session, frames: list[Path]
) -> None:
    away = session.folder.with_name("away")

    def unplugged(request: FusionRequest, progress: Progress) -> Any:
        session.folder.rename(away)
        return _reads(request, progress)

    session.fuse = unplugged
    _copy(session, frames[:3])
    session.wait(60)
    session.fuse = _reads
    away.rename(session.folder)
    session.wait(40)
    assert session.made == ["done capture.tif of 3"]


def test_results_wait_for_their_folder(session: _Session, frames: list[Path]) -> None:
    away = session.out.rename(session.out.with_name("away"))
    _copy(session, frames[:3])
    seen = session.wait(60)
    assert (session.made, seen.text) == ([], f"{session.out} cannot be reached; waiting for it")
    away.rename(session.out)
    session.wait(2)
    assert session.made == ["done capture.tif of 3"]


def test_one_frame_is_no_stack(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:1])
    seen = session.wait(60)
    assert [waiting.due_s for waiting in seen.waiting] == [None]
    assert session.made == []


def test_slow_stacks_are_waited_for_longer(session: _Session, tmp_path: Path) -> None:
    slow = write_timed_stack(tmp_path / "slow", [0, 15, 30, 80])
    _copy(session, slow, every_s=15)
    seen = session.wait(20)
    assert session.made == []
    assert seen.waiting[0].due_s == pytest.approx(75.0 - 35.0, abs=2.0)


def test_pictures_in_no_order_are_waited_for(session: _Session, frames: list[Path]) -> None:
    _copy(session, [frames[0], frames[2], *frames[3:6]], every_s=3)
    _copy(session, [frames[1]])
    _copy(session, frames[6:], every_s=15)
    assert session.made == []  # the first stack may still lack something
    session.wait(40)
    assert session.made == [
        "done capture.tif of 3",
        "done capture-IMG_0004.tif of 3",
        "done capture-IMG_0007.tif of 3",
    ]


def test_temporary_names_are_waited_for(session: _Session, frames: list[Path]) -> None:
    _copy(session, frames[:2])
    hidden = session.folder / f".{frames[2].name}.x8Gj"
    for size in range(6):
        hidden.write_bytes(b"x" * size)
        session.wait(10)
    assert session.made == []
    hidden.write_bytes(frames[2].read_bytes())
    hidden.rename(session.folder / frames[2].name)
    session.wait(40)
    assert session.made == ["done capture.tif of 3"]


def test_stacks_that_are_given_keep_their_name_and_grow(
    session: _Session, frames: list[Path]
) -> None:
    for file in frames[:5]:
        shutil.copy2(file, session.folder)
    first, second = propose_stacks([session.folder], Progress())
    session.options = {"given": [replace(second, name="moth")], "left_out": first.sources}
    session.begin()
    session.wait(3)
    _copy(session, frames[5:])
    session.wait(60)
    assert session.made == ["done moth.tif of 3", "done capture.tif of 3"]


def test_names_that_are_the_same_get_the_stack(session: _Session, frames: list[Path]) -> None:
    session.target = {"template": "{date}"}
    session.begin()
    _copy(session, frames[:6])
    session.wait(40)
    assert session.made == ["done 2026-05-17.tif of 3", "done 2026-05-17-capture-IMG_0004.tif of 3"]
