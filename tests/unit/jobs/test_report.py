from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app import __version__
from focusstack_app.core.errors import OutputError, OutputExistsError
from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.jobs.report import check_report, facts, write_report
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack


def test_facts_tell_what_was_asked_and_what_was_done() -> None:
    told = facts(fake_result(fake_stack(2)))
    assert told == {
        "frames": [str(Path("frames/frame_1.png")), str(Path("frames/frame_2.png"))],
        "reference": 0,
        "width_px": 96,
        "height_px": 64,
        "method": "vaeedof",
        "mode": "faithful",
        "align": "auto",
        "registration_reused": False,
        "overlap": 0.25,
        "model_id": "vaeedof-base",
        "model": "fake 1",
        "device": "CPU",
        "timings_s": {"reading": 0.25, "fusing": 1.5},
        "cpu_s": {"reading": 0.5},
        "peak_memory_bytes": 123_456_789,
        "spooled_bytes": 0,
        "warnings": ["The second frame is blurred everywhere."],
    }


def test_the_pyramid_has_neither_mode_nor_model_id() -> None:
    request = FusionRequest(fake_stack(), method=Method.PYRAMID)
    told = facts(replace(fake_result(), request=request))
    assert (told["mode"], told["model_id"]) == (None, None)


def test_a_report_is_json_with_the_version(tmp_path: Path) -> None:
    write_report(tmp_path / "r.json", {"output": "Übung.tif"})
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"focusstack_app": __version__, "output": "Übung.tif"}


def test_a_name_with_stray_bytes_can_be_reported(tmp_path: Path) -> None:
    write_report(tmp_path / "r.json", {"output": "a\udcff.tif"})
    assert json.loads((tmp_path / "r.json").read_bytes())["output"] == "a\udcff.tif"


def test_an_existing_report_is_kept(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("mine")
    with pytest.raises(OutputExistsError):
        write_report(tmp_path / "r.json", {})
    assert (tmp_path / "r.json").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_no_report_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="is no report of this program"):
        check_report(tmp_path / "pipe")
