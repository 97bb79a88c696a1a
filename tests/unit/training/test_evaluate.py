from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.training.evaluate import fuse, load_scene, main, measure, source_errors, ssim
from tests.helpers.models import MeanModel
from tests.helpers.stacks import make_stack, write_picture


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene folder whose texture is smooth enough for a Laplacian to tell sharp from soft."""
    folder = tmp_path_factory.mktemp("scene")
    (folder / "truth").mkdir()
    stack = make_stack(3, width_px=192, height_px=128)
    for number, frame in enumerate((*stack.frames, stack.truth)):
        name = "truth/pinhole.png" if number == 3 else f"frame_{number}.png"
        smooth = np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.8), dtype=np.uint16)
        write_picture(folder / name, smooth)
    return folder


def _picture(seed: int) -> FloatArray:
    return np.random.default_rng(seed).random((48, 64, 3), dtype=np.float32)


def test_identical_pictures_are_perfect_and_noise_costs_what_it_should() -> None:
    truth = _picture(0) * np.float32(0.5)
    easy = np.ones((48, 64), np.bool_)
    assert measure(truth, truth, easy)["psnr"] == pytest.approx(100)
    assert ssim(truth, truth) == pytest.approx(1)
    half = truth.copy()
    half[:, 32:] += np.float32(0.1)
    easy[:, 32:] = False
    figures = measure(half, truth, easy)
    assert figures["psnr_hard"] == pytest.approx(20, abs=0.01)
    assert figures["psnr_easy"] == pytest.approx(100)
    assert figures["psnr"] == pytest.approx(23.01, abs=0.01)
    assert ssim(half, truth) < 1


def test_selections_beat_the_mean_and_every_frame(scene: Path) -> None:
    frames, truth = load_scene(scene)
    errors = source_errors(frames, truth)
    assert len(errors) == 3
    easy = np.ones(truth.shape[:2], np.bool_)
    found = {
        method: measure(fuse(method, frames, truth, MeanModel()), truth, easy)["psnr"]
        for method in ("oracle", "laplacian", "mean", "pyramid")
    }
    best_frame = max(measure(frame, truth, easy)["psnr"] for frame in frames)
    for method in ("oracle", "laplacian", "pyramid"):
        assert found[method] > max(found["mean"], best_frame) + 6, found


def test_the_command_writes_a_table_and_json(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    assert main([str(scene), "--methods", "vaeedof,generative,oracle", "--json", str(out)]) == 0
    report = json.loads(out.read_text())
    assert set(report["methods"]) == {"vaeedof", "generative", "oracle"}
    assert report["methods"]["vaeedof"]["psnr"] > 20
    assert "| vaeedof |" in capsys.readouterr().out


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "frame_1.png", make_stack(1).truth)
    with pytest.raises(ValueError, match="truth"):
        load_scene(tmp_path)
