from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from focusstack_app.core.assets import models_dir
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.training.bench import _card_memory, main

needs_model = pytest.mark.skipif(
    not (models_dir() / DEFAULT_MODEL_ID / "model.json").exists(), reason="no model in models/"
)


@needs_model
def test_a_small_fusion_is_measured_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "bench.json"
    call = ["--frames", "2", "--megapixels", "0.1", "--device", "cpu", "--json", str(told)]
    assert main([*call, "--runs", "2"]) == 0
    report = json.loads(told.read_text(encoding="utf-8"))
    assert (report["frames"], report["device"]) == (2, "CPU")
    assert abs(report["width_px"] * report["height_px"] - 1e5) < 2e3
    assert set(report["timings_s"]) == set(report["cpu_s"])
    assert {"read", "align", "encode", "fuse", "composite"} <= set(report["timings_s"])
    assert sum(report["timings_s"].values()) <= report["seconds"]
    assert report["peak_memory_bytes"] > 50e6
    fusion = report["parts"]["fusion"]
    assert (fusion["calls"], fusion["tiles"]) == (3, 3)  # two on reduced frames
    assert fusion["gmac"] > report["parts"]["encoder"]["gmac"] > 0
    assert min(fusion["gmac_s"], report["matmul_gmac_s"]) > 0
    printed = capsys.readouterr().out
    assert "| composite | " in printed
    assert f"| fusion | 3 | {fusion['seconds']:.2f} | {fusion['gmac']:.2f} | " in printed


def test_too_little_to_measure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--frames", "1"])
    assert "at least 2 frames" in capsys.readouterr().err


def test_the_memory_of_a_card_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = tmp_path / "count"
    counter.write_text("0")
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\nn=$(cat {counter})\necho $((n + 100)) > {counter}\necho $n\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("focusstack_app.training.bench._SAMPLE_S", 0.01)
    with _card_memory() as samples:
        while len(samples) < 3:
            time.sleep(0.01)
    assert samples[:3] == [0, 100 * 2**20, 200 * 2**20]


def test_without_a_card_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with _card_memory() as samples:
        pass
    assert samples == []
