"""What goes wrong on the way from files to a file: said in words, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app import cli
from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.fusion import Align, FusionRequest, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.export import FUSION_SHARE, export_result
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from tests.helpers.models import MeanModel
from tests.helpers.stacks import make_stack, write_picture, write_stack

STAGES = ("Reading", "Aligning", "Encoding", "Fusing", "Decoding", "Compositing", "Writing")


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    write_stack(tmp_path / "frames", 9, suffix=".jpg", width_px=200, height_px=150)
    return tmp_path / "frames"


@pytest.fixture
def request_(frames: Path) -> FusionRequest:
    """Everything goes to temporary files."""
    stack = open_stack([frames]).stack
    return FusionRequest(stack, method=Method.PYRAMID, align=Align.OFF, memory_bytes=0)


def _fuse(frames: Path, out: Path, *more: str) -> int:
    call = ["fuse", str(frames), "-o", str(out), "--method", "pyramid", "--align", "off", *more]
    return cli.main(call)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_temporary_files(
    frames: Path,
    tmp_path: Path,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def folder_on_a_full_disk(prefix: str, dir: Path) -> str:  # noqa: A002 - mkdtemp's name
        folder = dir / f"{prefix}full"
        folder.mkdir()
        for number in range(20):
            (folder / str(number)).symlink_to("/dev/full")
        return str(folder)

    monkeypatch.setattr("tempfile.mkdtemp", folder_on_a_full_disk)
    assert _fuse(frames, tmp_path / "out.tif", "--memory", "0") == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert str(scratch) in complaint
    assert "the disk is full. Temporary files need room there" in complaint
    assert not list(scratch.iterdir())
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.parametrize("suffix", [".tif", ".png", ".jpg"])
def test_a_full_disk_under_the_result(
    frames: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    suffix: str,
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)  # where a write that was put off fails
    out = tmp_path / f"out{suffix}"
    assert _fuse(frames, out, "--depth", str(tmp_path / "depth.png")) == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert "the disk is full. Make room or choose another disk." in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


def test_a_frame_that_vanished(request_: FusionRequest, frames: Path, scratch: Path) -> None:
    (frames / "frame_5.jpg").unlink()
    with pytest.raises(InputError, match=r"frame_5\.jpg does not exist"):
        fuse_stack(request_, Progress())
    assert not list(scratch.iterdir())


def test_a_frame_that_was_replaced_by_one_of_another_size(
    request_: FusionRequest, frames: Path, scratch: Path
) -> None:
    write_picture(frames / "frame_5.jpg", make_stack(1, width_px=150, height_px=200).truth)
    with pytest.raises(InputError, match=r"frame_5\.jpg has 150 x 200 pixels now"):
        fuse_stack(request_, Progress())
    assert not list(scratch.iterdir())


def test_frames_of_two_sizes(
    frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_picture(frames / "frame_5.jpg", make_stack(1, width_px=150, height_px=200).truth)
    assert _fuse(frames, tmp_path / "out.tif") == 0  # without it
    complaint = capsys.readouterr().err
    assert "frame_5.jpg" in complaint
    assert "150 x 200" in complaint


@pytest.mark.parametrize("tail", [b"", b"\0", b"\xff", b"\xa5\xff\x13"])
def test_a_jpeg_with_a_corrupted_tail(
    frames: Path,
    tmp_path: Path,
    scratch: Path,
    capsys: pytest.CaptureFixture[str],
    tail: bytes,
) -> None:
    path = frames / "frame_5.jpg"
    data = path.read_bytes()
    lost = len(data) // 4
    path.write_bytes(data[:-lost] + (tail * lost)[:lost])
    assert _fuse(frames, tmp_path / "out.tif", "--memory", "0") == 1
    assert "frame_5.jpg is damaged or cut off" in capsys.readouterr().err.splitlines()[-1]
    assert not list(scratch.iterdir())
    assert not (tmp_path / "out.tif").exists()


def _render(request: FusionRequest, out: Path, progress: Progress) -> None:
    """What the command line and a batch do."""
    result = fuse_stack(request, progress.sub(0.0, FUSION_SHARE), lambda _request: MeanModel())
    export_result(result, out, progress=progress.sub(FUSION_SHARE, 1.0))


def _cancel_in(stage: str, request: FusionRequest, out: Path) -> float:
    """Render, and cancel once that stage says that it works; when it was cancelled, seconds."""
    asked_at_s = 0.0

    def cancel_in_the_middle(_fraction: float, now: str) -> None:
        nonlocal asked_at_s
        if now == stage and not progress.cancelled:
            progress.cancel()
            asked_at_s = time.monotonic()

    progress = Progress(cancel_in_the_middle)
    with pytest.raises(Cancelled):
        _render(replace(request, method=Method.VAEEDOF, align=Align.AUTO), out, progress)
    assert progress.cancelled
    return asked_at_s


@pytest.mark.parametrize("stage", STAGES)
def test_cancelling_in_any_stage_leaves_nothing(
    request_: FusionRequest, tmp_path: Path, scratch: Path, stage: str
) -> None:
    threads = threading.active_count()
    _cancel_in(stage, request_, tmp_path / "out.tif")
    assert threading.active_count() == threads
    assert not list(scratch.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames", "scratch"]


def test_cancelling_while_a_tiff_is_packed_leaves_the_old_one(
    request_: FusionRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.tif"
    out.write_bytes(b"the picture of yesterday")
    result = fuse_stack(request_, Progress())
    progress = Progress()
    monkeypatch.setattr("focusstack_app.io.write_tiff._STRIP_BYTES", 2000)
    packed = _cancelling(progress)
    monkeypatch.setattr("focusstack_app.io.write_tiff._deflated", packed)
    with pytest.raises(Cancelled):
        export_result(result, out, overwrite=True, progress=progress)
    assert out.read_bytes() == b"the picture of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames", "out.tif"]


def _cancelling(progress: Progress) -> Callable[[object], bytes]:
    """Packs the first strip, and cancels meanwhile."""

    def pack(_strip: object) -> bytes:
        progress.cancel()
        return b"packed"

    return pack


@pytest.mark.skipif(sys.platform == "win32", reason="sends no signal")
def test_ctrl_c_while_the_result_is_written_is_130(
    frames: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(pixels: object, rows: int) -> object:
        del pixels, rows
        os.kill(os.getpid(), 2)
        yield make_stack(1).truth
        yield make_stack(1).truth

    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr("focusstack_app.io.write_tiff._strips", interrupted)
    assert _fuse(frames, tmp_path / "out.tif") == 130
    assert capsys.readouterr().err.splitlines()[-1] == (
        "focusstack: Cancelled; nothing was written."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_cancelling_in_any_stage_ends_within_a_second(
    request_: FusionRequest, tmp_path: Path, scratch: Path, stage: str
) -> None:
    del scratch
    asked_at_s = _cancel_in(stage, request_, tmp_path / "out.tif")
    assert time.monotonic() - asked_at_s < 1.0


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 300)])
def test_frames_of_a_pixel_or_a_line(tmp_path: Path, size: tuple[int, int]) -> None:
    stack = open_stack(write_stack(tmp_path, width_px=size[0], height_px=size[1])).stack
    result = fuse_stack(FusionRequest(stack, method=Method.PYRAMID), Progress())
    assert result.picture.shape == (*size[::-1], 3)
