"""What the command line says when a picture cannot be made, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import tifffile

from focusstack_app import cli
from focusstack_app.core.assets import models_dir
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from tests.helpers.commands import PYRAMID, files_in, run
from tests.helpers.stacks import make_stack, write_picture, write_stack


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    write_stack(tmp_path / "frames")
    return tmp_path / "frames"


class TestFuseFails:
    """Every failure: exit code 1, one line that names the file, nothing left on disk."""

    @staticmethod
    def _complaint(capsys: pytest.CaptureFixture[str]) -> str:
        lines = capsys.readouterr().err.splitlines()
        complaints = [line for line in lines if line.startswith("focusstack: ")]
        assert len(complaints) == 1, lines
        assert lines[-1] == complaints[0]
        return complaints[0]

    def test_existing_output_is_kept(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out.tif"
        out.write_bytes(b"mine")
        assert run("fuse", frames, "-o", out, *PYRAMID) == 1
        assert out.read_bytes() == b"mine"
        complaint = self._complaint(capsys)
        assert str(out) in complaint
        assert "--overwrite" in complaint

    def test_overwrite_replaces_it(self, frames: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.tif"
        out.write_bytes(b"old")
        assert run("fuse", frames, "-o", out, "--overwrite", *PYRAMID) == 0
        assert tifffile.imread(out).shape == (64, 96, 3)

    @pytest.mark.parametrize("name", ["nowhere/out.tif", "out.gif", "frames"])
    def test_an_impossible_output_is_refused_before_any_work(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        assert run("fuse", frames, "-o", tmp_path / name, *PYRAMID) == 1
        captured = capsys.readouterr().err
        assert name.split("/")[0] in captured
        assert ("frames is a folder" in captured) == (name == "frames")
        assert len(captured.splitlines()) == 1  # no progress: nothing was begun
        assert files_in(tmp_path) == []

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
    def test_an_unwritable_folder_is_named(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        assert run("fuse", frames, "-o", locked / "out.tif", *PYRAMID) == 1
        assert "locked" in self._complaint(capsys)

    def test_an_existing_report_keeps_the_work_from_starting(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "r.json").write_text("mine")
        arguments = ["-o", tmp_path / "out.tif", "--json", tmp_path / "r.json"]
        assert run("fuse", frames, *arguments, *PYRAMID) == 1
        assert "r.json" in self._complaint(capsys)
        assert files_in(tmp_path) == ["r.json"]

    def test_an_empty_folder_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "none").mkdir()
        assert run("fuse", tmp_path / "none", "-o", tmp_path / "out.tif", *PYRAMID) == 1
        assert str(tmp_path / "none") in self._complaint(capsys)

    @pytest.mark.parametrize("content", [b"", b"these are words, not pixels"])
    def test_a_file_that_is_no_picture_is_named(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
    ) -> None:
        (frames / "frame_4.jpg").write_bytes(content)
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 1
        assert "frame_4.jpg" in self._complaint(capsys)
        assert files_in(tmp_path) == []

    def test_a_truncated_frame_is_named_and_leaves_nothing(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        whole = (frames / "frame_2.png").read_bytes()
        (frames / "frame_2.png").write_bytes(whole[: len(whole) // 2])
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 1
        assert "frame_2.png" in self._complaint(capsys)
        assert files_in(tmp_path) == []

    def test_mixed_sizes_name_the_odd_one(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        odd = make_stack(1, width_px=48, height_px=64).frames[0]
        write_picture(frames / "frame_1b.png", odd)
        named = sorted(frames.iterdir())
        assert run("fuse", *named, "-o", tmp_path / "out.tif", *PYRAMID) == 1
        complaint = self._complaint(capsys)
        assert "frame_1b.png" in complaint
        assert "48 x 64" in complaint
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 0  # a folder
        told = capsys.readouterr().err
        assert "frame_1b.png has 48 x 64 pixels, most frames have 96 x 64" in told

    def test_a_frame_is_never_the_output(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths = write_stack(tmp_path, suffix=".tif", bits=16)
        before = paths[0].read_bytes()
        assert run("fuse", *paths, "-o", paths[0], "--overwrite", *PYRAMID) == 1
        assert "frame_1.tif" in self._complaint(capsys)
        assert paths[0].read_bytes() == before

    def test_an_unknown_model_is_named(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out.tif"
        assert run("fuse", frames, "-o", out, "--model", "no-such", "--align", "off") == 1
        assert "no-such" in self._complaint(capsys)
        assert files_in(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_is_130_and_leaves_nothing(tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    (first_frame,) = write_stack(frames, 1, width_px=1000, height_px=800)
    for number in range(2, 21):
        shutil.copyfile(first_frame, frames / f"frame_{number}.png")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "focusstack_app",
            "fuse",
            str(frames),
            "-o",
            str(tmp_path / "out.tif"),
            *PYRAMID,
        ],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(cli.__file__).resolve().parent.parent,
    )
    with process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert " %  " in first
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert rest.splitlines()[-1] == "focusstack: Cancelled; nothing was written."
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_batch_that_is_interrupted_reports_what_it_did_and_goes_on(
    tmp_path: Path, name: str
) -> None:
    sent = signal.Signals[name]
    write_stack(tmp_path / "shoot" / "a")
    (frame,) = write_stack(tmp_path / "shoot" / "b", 1, width_px=1000, height_px=800)
    for number in range(2, 21):
        shutil.copyfile(frame, frame.with_stem(f"frame_{number}"))
    report = tmp_path / "report.json"
    call = ["batch", str(tmp_path / "shoot"), "-o", str(tmp_path / "out"), "--json", str(report)]
    process = subprocess.Popen(
        [sys.executable, "-m", "focusstack_app", *call, *PYRAMID],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=Path(cli.__file__).resolve().parent.parent,
    )
    with process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("done: "):
            assert process.poll() is None
        while "b (2 of 2)" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(sent)
        process.stderr.read()
    assert process.returncode == (-sent if name == "SIGKILL" else 130)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [(item["name"], item["outcome"]) for item in told["items"]] == [("a", "done")]
    assert files_in(tmp_path / "out") == ["a.tif"]
    for number in range(3, 21):
        frame.with_stem(f"frame_{number}").unlink()
    assert run(*call, *PYRAMID) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [item["outcome"] for item in told["items"]] == ["skipped", "done"]
    assert files_in(tmp_path / "out") == ["a.tif", "b.tif"]


@pytest.mark.parametrize("name", ["x" * 300 + ".tif", "loop.tif"])
@pytest.mark.parametrize("option", ["-o", "--provenance", "--json", "--alignment", None])
def test_a_name_that_no_disk_can_look_up_is_wrong_usage(
    frames: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    option: str | None,
) -> None:
    (tmp_path / "loop.tif").symlink_to("loop.tif")
    more = [option, tmp_path / name] if option else [tmp_path / name]
    with pytest.raises(SystemExit) as stopped:
        run("fuse", frames, *more, *PYRAMID)
    assert stopped.value.code == 2
    assert name in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams by a shell")
class TestStandardStreams:
    """A catalogue, a service or a pipe may start the program with streams that nobody reads."""

    @staticmethod
    def _run(redirection: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'"$@" {redirection}', "sh", sys.executable, "-m", "focusstack_app"]
            + [str(argument) for argument in arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(cli.__file__).resolve().parent.parent,
            env={key: text for key, text in os.environ.items() if key != "PYTHONUNBUFFERED"},
        )

    @pytest.mark.parametrize("redirection", ["<&- >&- 2>&-", "2>&-", ">/dev/full 2>/dev/full"])
    def test_the_picture_is_made_all_the_same(
        self, frames: Path, tmp_path: Path, redirection: str
    ) -> None:
        if "/dev/full" in redirection and not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full")
        out = tmp_path / "out.tif"
        done = self._run(redirection, "fuse", frames, "-o", out, *PYRAMID)
        assert done.returncode == 0, done.stderr
        assert tifffile.imread(out).shape == (64, 96, 3)

    def test_a_reader_that_has_left_is_no_error(self, frames: Path) -> None:
        done = self._run("| :", "batch", frames, "-o", frames.parent / "out", "--dry-run")
        assert "Traceback" not in done.stderr
        assert "Broken pipe" not in done.stderr


@pytest.mark.skipif(
    not (models_dir() / DEFAULT_MODEL_ID / "model.json").exists(), reason="no model in models/"
)
def test_nothing_but_the_picture_is_left_on_the_computer(frames: Path, tmp_path: Path) -> None:
    """No cache, no identifier, no queue of what a library would send to its makers."""
    home, out = tmp_path / "home", tmp_path / "out.tif"
    home.mkdir()
    places = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP")
    away = {name: str(home) for name in places}
    kept = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")}
    kept.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run(
        [sys.executable, "-m", "focusstack_app", "fuse", str(frames), "-o", str(out)],
        env={**kept, **away, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(cli.__file__).resolve().parent.parent,
    )
    assert done.returncode == 0, done.stderr
    assert [path for path in home.rglob("*") if path.is_file()] == []
