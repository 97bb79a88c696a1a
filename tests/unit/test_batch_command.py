"""`focusstack batch`: a picture of each stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from focusstack_app.io.probe import probe
from tests.helpers.commands import PYRAMID, files_in, run
from tests.helpers.disk import FakeDisk
from tests.helpers.stacks import write_stack, write_timed_stack


class TestBatch:
    def test_every_sub_folder_is_fused_and_a_second_run_goes_on(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("a", "b"):
            write_stack(tmp_path / "shoot" / name)
        out, report = tmp_path / "out", tmp_path / "report.json"
        call = ["batch", tmp_path / "shoot", "-o", out, "--json", report, *PYRAMID]
        assert run(*call) == 0
        assert files_in(out) == ["a.tif", "b.tif"]
        assert capsys.readouterr().out == "2 done, 0 skipped, 0 failed\n"
        (out / "b.tif").unlink()
        kept = (out / "a.tif").stat().st_mtime_ns
        assert run(*call) == 0
        assert (out / "a.tif").stat().st_mtime_ns == kept
        told = json.loads(report.read_text(encoding="utf-8"))
        assert (told["done"], told["skipped"], told["failed"]) == (1, 1, 0)
        assert [item["outcome"] for item in told["items"]] == ["skipped", "done"]
        assert told["items"][1]["method"] == "pyramid"

    def test_a_failed_stack_is_1_and_the_others_are_there(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_stack(tmp_path / "shoot" / "a")
        write_stack(tmp_path / "shoot" / "b")
        (tmp_path / "shoot" / "a" / "frame_1.png").write_bytes(b"")
        assert run("batch", tmp_path / "shoot", "-o", tmp_path / "out", *PYRAMID) == 1
        captured = capsys.readouterr()
        assert captured.out == "1 done, 0 skipped, 1 failed\n"
        assert "frame_1.png" in captured.err
        assert files_in(tmp_path / "out") == ["b.tif"]

    def test_a_full_disk_is_told_once_and_the_same_call_goes_on(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name in ("a", "b", "c"):
            write_stack(tmp_path / "shoot" / name)
        disk = FakeDisk(monkeypatch, 1000)
        call = ["batch", tmp_path / "shoot", "-o", tmp_path / "out", *PYRAMID]
        assert run(*call) == 1
        captured = capsys.readouterr()
        assert captured.out == "0 done, 0 skipped, 3 failed\n"
        assert captured.err.count("There is too little room in") == 1
        assert captured.err.splitlines()[-1].endswith(
            "No room on disk for: a, b, c. Make room and run the same command again."
        )
        disk.free_bytes = 10**9
        assert run(*call) == 0
        assert files_in(tmp_path / "out") == ["a.tif", "b.tif", "c.tif"]

    def test_the_format_is_chosen(self, tmp_path: Path) -> None:
        write_stack(tmp_path / "shoot" / "a")
        call = ["batch", tmp_path / "shoot", "-o", tmp_path / "out", *PYRAMID]
        assert run(*call, "--format", "jpeg", "--quality", "80") == 0
        assert run(*call, "--format", "png", "--bits", "8") == 0
        assert files_in(tmp_path / "out") == ["a.jpg", "a.png"]
        assert probe(tmp_path / "out" / "a.png").bits == 8

    def test_a_dry_run_says_what_would_be_done_and_does_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_timed_stack(tmp_path / "shoot", [0, 1, 60, 61, 62])
        call = ["batch", tmp_path / "shoot", "-o", tmp_path / "out", "--dry-run", *PYRAMID]
        assert run(*call, "--split", "--json", tmp_path / "plan.json") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines == [
            f"shoot: 2 frames: {tmp_path / 'out' / 'shoot.tif'}",
            f"shoot-IMG_0003: 3 frames: {tmp_path / 'out' / 'shoot-IMG_0003.tif'}",
        ]
        plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
        assert [len(item["frames"]) for item in plan["items"]] == [2, 3]
        assert not (tmp_path / "out").exists()
        assert run(*call, "--name", "{date}_{frames}") == 0
        assert "2026-05-17_5.tif" in capsys.readouterr().out

    def test_a_dry_run_refuses_what_the_run_would(
        self, frames: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for more in ([], ["--dry-run"]):
            assert run("batch", frames, "-o", frames, *more, *PYRAMID) == 1
            assert f"{frames} holds frames." in capsys.readouterr().err

    def test_a_folder_that_cannot_be_made_is_told_before_anything_is_read(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for more in ([], ["--dry-run"]):
            assert run("batch", frames, "-o", tmp_path / "a" / "b", *more, *PYRAMID) == 1
            (line,) = capsys.readouterr().err.splitlines()
            assert f"{tmp_path / 'a'} does not exist" in line

    @pytest.mark.parametrize("more", [[], ["--overwrite"], ["--dry-run"]])
    def test_a_report_replaces_nothing_but_a_report(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
    ) -> None:
        frame = next(frames.iterdir())
        before = frame.read_bytes()
        call = ["batch", frames, "-o", tmp_path / "out", *more, *PYRAMID]
        assert run(*call, "--json", frame) == 1
        assert f"{frame} exists, and is no report" in capsys.readouterr().err
        assert frame.read_bytes() == before
        assert run(*call, "--json", tmp_path / "report.json") == 0
        assert run(*call, "--json", tmp_path / "report.json") == 0

    def test_pictures_that_are_left_alone_are_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_stack(tmp_path / "shoot" / "a")
        write_stack(tmp_path / "shoot", 1)
        assert run("batch", tmp_path / "shoot", "-o", tmp_path / "out", *PYRAMID) == 0
        assert "warning: The pictures that lie directly in" in capsys.readouterr().err

    def test_a_name_that_cannot_be_is_explained(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("batch", frames, "-o", tmp_path / "out", "--name", "{stak}", *PYRAMID) == 1
        assert "did you mean {stack}?" in capsys.readouterr().err

    def test_a_parent_without_stacks_is_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("batch", tmp_path, "-o", tmp_path / "out", *PYRAMID) == 1
        assert "holds no stacks" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
