from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from focusstack_app.core.errors import OutputError
from focusstack_app.jobs.report import write_report
from tests.helpers.commands import PYRAMID, files_in, run
from tests.helpers.stacks import write_stack, write_timed_stack

Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a watch of `in` as a program of its own."""
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        options = ["-o", tmp_path / "out", "--watch", "--wait", "1", "--json", tmp_path / "r.json"]
        program = [sys.executable, "-m", "focusstack_app", "batch", tmp_path / "in", *options]
        process = subprocess.Popen(
            [*map(str, program), *PYRAMID],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    (tmp_path / "in").mkdir()
    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def _until(true: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 60.0
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def _interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """How it ends after Ctrl-C, and what it said."""
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=10.0)
    return process.returncode, out + told


def _report(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_a_stack_is_fused_when_it_has_come(start: Start, tmp_path: Path) -> None:
    frames = write_timed_stack(tmp_path / "card", [0, 1, 2])
    process, report = start(), tmp_path / "r.json"
    _until((tmp_path / "out").exists)
    for frame in frames:
        data = frame.read_bytes()
        for share in (1, 2):
            (tmp_path / "in" / frame.name).write_bytes(data[: len(data) * share // 2])
            time.sleep(0.3)
    _until(report.exists)
    assert files_in(tmp_path / "out") == ["in.tif"]
    code, told = _interrupted(process)
    assert (code, "1 done, 0 skipped, 0 failed" in told) == (0, True), told
    (item,) = _report(report)["items"]
    assert [Path(frame).name for frame in item["frames"]] == [f.name for f in frames]


def test_stopped_before_a_stack_was_complete(start: Start, tmp_path: Path) -> None:
    process = start()
    _until((tmp_path / "out").exists)
    write_timed_stack(tmp_path / "in", [0, 1, 2])
    assert process.stderr is not None
    assert any("begins in" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    began_s = time.monotonic()
    _, told = process.communicate(timeout=10.0)
    assert time.monotonic() - began_s < 2.0  # of which the interpreter takes its part to end
    assert process.returncode == 130, told
    assert "Stopped before these were fused: in." in told
    assert not (tmp_path / "out").exists()
    assert [stack["name"] for stack in _report(tmp_path / "r.json")["unfinished"]] == ["in"]


def test_a_name_that_is_wrong_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("batch", tmp_path / "no", "-o", tmp_path / "out", "--watch") == 1
    assert "no does not exist" in capsys.readouterr().err


def test_the_wait_is_checked(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("batch", tmp_path, "-o", tmp_path / "out", "--watch", "--wait", "0")


@pytest.mark.parametrize("parent", ["shoot", "shoot/b"])
def test_a_report_that_cannot_be_written_for_a_while_ends_no_batch(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    parent: str,
) -> None:
    """A disk that is full while the first stack ends is stood in for."""
    write_stack(tmp_path / "shoot" / "a")
    write_stack(tmp_path / "shoot" / "b")
    report, calls = tmp_path / "r.json", []

    def full(*args: Any, **more: Any) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise OutputError("r.json cannot be written: the disk is full.")
        write_report(*args, **more)

    monkeypatch.setattr("focusstack_app.batch_command.write_report", full)
    call = ["batch", tmp_path / parent, "-o", tmp_path / "out", "--json", report, *PYRAMID]
    assert run(*call) == 0
    assert "warning: r.json cannot be written" in capsys.readouterr().err
    assert _report(report)["done"] == len(files_in(tmp_path / "out"))
