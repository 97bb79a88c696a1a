from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.training.evaluate import (
    best_frames,
    evaluate,
    evaluate_scene,
    fuse,
    kind_of,
    load_scene,
    main,
    means,
    times,
)
from focusstack_app.training.metrics import measure, source_errors
from focusstack_app.training.scene import Lens, SceneSpec, Sheet
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


def test_the_best_frames_are_those_that_show_something_new(scene: Path) -> None:
    frames, truth = load_scene(scene)
    soft = np.full_like(truth, 0.5)
    doubled = [soft, frames[0], frames[0], frames[1], soft, frames[2]]
    assert best_frames(doubled, truth, 3) == [1, 3, 5]
    assert best_frames(frames, truth, 7) == [0, 1, 2]


def test_the_command_writes_a_table_and_json(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    assert main([str(scene), "--methods", "vaeedof,generative,oracle", "--json", str(out)]) == 0
    report = json.loads(out.read_text())
    assert set(report["methods"]) == {"vaeedof", "generative", "oracle"}
    assert report["methods"]["vaeedof"]["psnr"] > 20
    assert 0.5 < report["methods"]["vaeedof"]["haarpsi"] < 1
    assert report["methods"]["vaeedof"]["iw_ssim"] is None  # the scene is too small
    assert set(report["scenes"]) == {scene.name}
    assert report["left_out"] == ["LPIPS", "DISTS", "PieAPP"]
    assert "| vaeedof |" in capsys.readouterr().out


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "frame_1.png", make_stack(1).truth)
    with pytest.raises(ValueError, match="truth"):
        load_scene(tmp_path)


def test_hard_patches_cost_every_selection_quality(scene: Path) -> None:
    result = evaluate_scene(scene, ["laplacian", "oracle"], MeanModel(), with_perceptual=False)
    assert len(result.patches) == (192 // 50) * (128 // 50)
    hardest = max(result.patches, key=lambda patch: patch.difficulty)
    easiest = min(result.patches, key=lambda patch: patch.difficulty)
    assert hardest.mse["oracle"] > easiest.mse["oracle"]
    assert set(hardest.mse) == {"laplacian", "oracle"}


def test_the_mean_over_scenes_names_each(scene: Path) -> None:
    shown: list[str] = []
    results = evaluate([scene, scene], ["mean"], MeanModel(), shown.append, with_perceptual=False)
    figures = means(results)
    assert [line.startswith(scene.name) for line in shown] == [True, True]
    assert set(figures) == {"mean"}


def test_time_is_taken_for_two_to_seven_frames(scene: Path) -> None:
    found = times(scene, ["mean", "pyramid"], MeanModel())
    assert set(found) == {"mean", "pyramid"}
    assert list(found["mean"]) == [2, 3, 4, 5, 6, 7]
    assert min(found["pyramid"].values()) > 0


def test_plots_are_drawn_and_scenes_chosen_by_kind(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kind_of(scene) is None
    sheet = Sheet("far.png", (0, 0), (1.2, 1), (0.1, 0, 0, 0, 0, 0))
    spec = SceneSpec("continuous", (192, 128), (sheet,), Lens(2), (0.1,))
    described = tmp_path / "described"
    shutil.copytree(scene, described)
    (described / "scene.json").write_text(spec.to_json())
    assert kind_of(described) == "continuous"
    plots = [tmp_path / "difficulty.png", tmp_path / "times.png"]
    arguments = [str(described), str(scene), "--methods", "mean,oracle", "--fast"]
    arguments += ["--difficulty", str(plots[0]), "--times", str(plots[1])]
    assert main([*arguments, "--kind", "continuous"]) == 0
    assert capsys.readouterr().err.count("hard") == 1
    assert all(cv2.imread(str(plot)) is not None for plot in plots)
    with pytest.raises(SystemExit):
        main([*arguments, "--kind", "matting"])
