from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.training.blender import sheet_points, white_sheet
from focusstack_app.training.evaluate import load_scene
from focusstack_app.training.scene import Lens, SceneSpec, Sheet


@pytest.fixture
def scene(tmp_path: Path) -> SceneSpec:
    """A round cut-out before a slanted one before a flat background, two frames."""
    rng = np.random.default_rng(5)
    for name, channels in (("near", 4), ("middle", 4), ("far", 3)):
        coarse = rng.integers(0, 256, (20, 30, channels)).astype(np.uint8)
        pixels = np.asarray(cv2.resize(coarse, (300, 200), interpolation=cv2.INTER_CUBIC))
        if channels == 4:
            pixels[..., 3] = 0
            disc = np.zeros((200, 300), np.uint8)
            cv2.ellipse(disc, (150, 100), (130, 85), 0, 0, 360, 255, -1, cv2.LINE_AA)
            pixels[..., 3] = disc
        cv2.imwrite(str(tmp_path / f"{name}.png"), pixels)
    sheets = (
        Sheet(str(tmp_path / "near.png"), (-0.15, 0.1), (0.5, 0.33), (1.0, 0, 0, 0, 0, 0)),
        Sheet(str(tmp_path / "middle.png"), (0.2, -0.05), (0.6, 0.4), (0.6, 0.12, 0.05, 0, 0, 0)),
        Sheet(str(tmp_path / "far.png"), (0.0, 0.0), (1.3, 0.96), (0.15, 0, 0, 0, 0, 0)),
    )
    return SceneSpec("matting", (240, 160), sheets, Lens(2.8), (1.0, 0.15), (0.9, 0.8, 0.7))


def test_mesh_points_project_to_their_pixels(scene: SceneSpec) -> None:
    for sheet in scene.sheets:
        points = sheet_points(sheet, scene, -30, 10, (24, 48))
        column = points[..., 0] / points[..., 1] * 50 / 36 * 240 + 120
        row = 80 - points[..., 2] / points[..., 1] * 50 / 36 * 240
        np.testing.assert_allclose(column[0], 90 + np.linspace(0, 48, len(points)), atol=1e-3)
        np.testing.assert_allclose(row[:, 0], 90 + np.linspace(0, 24, len(points)), atol=1e-3)
    flat = sheet_points(scene.sheets[0], scene, 0, 0, (8, 8))
    np.testing.assert_allclose(flat[..., 1], 1)


def test_a_white_sheet_is_as_bright_as_an_even_environment_and_sees_only_its_side() -> None:
    assert white_sheet(np.full((32, 64), 2.0, np.float32)) == pytest.approx(2)
    behind = np.zeros((32, 64), np.float32)
    behind[:, :32] = 1
    assert white_sheet(behind) == pytest.approx(0, abs=1e-6)


def _again(
    scene: SceneSpec, folder: Path, renderer: str, quality: int
) -> tuple[list[FloatArray], FloatArray]:
    """Blender runs in its own process: it leaves its mark on the one that it is loaded into."""
    folder.mkdir(exist_ok=True)
    (folder / "try.json").write_text(scene.to_json())
    subprocess.run(
        [sys.executable, "-m", "focusstack_app.training.scenes", "again", str(folder / "try.json"),
         "--out", str(folder), "--renderer", renderer, "--quality", str(quality),
         "--threads", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return load_scene(folder / f"{renderer}_try")


def _rmse(one: FloatArray, other: FloatArray) -> float:
    return float(np.sqrt(np.square(one - other, dtype=np.float64).mean()))


needs_blender = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None,
    reason="Blender as a Python module (bpy) is not installed",
)


@needs_blender
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_both_renderers_agree(scene: SceneSpec, tmp_path: Path) -> None:
    frames, truth = _again(scene, tmp_path, "lens", 64)
    there, pinhole = _again(scene, tmp_path, "blender", 256)
    # Measured with bpy 5.0.1: RMSE 0.0005 for the truth, 0.0052 and 0.0075 for the frames.
    assert _rmse(truth, pinhole) < 0.002
    for one, other in zip(frames, there, strict=True):
        assert _rmse(one, other) < 0.012
        assert _rmse(one, truth) > 0.015


@needs_blender
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_environment_lights_the_sheets_evenly(scene: SceneSpec, tmp_path: Path) -> None:
    sky = np.random.default_rng(0).uniform(0, 4, (16, 32, 1)).astype(np.float32).repeat(3, 2)
    cv2.imwrite(str(tmp_path / "sky.hdr"), sky)
    grey = replace(scene, light=(0.8, 0.8, 0.8), focus_dioptres=(0.15,), size_px=(60, 40))
    _, unlit = _again(grey, tmp_path / "unlit", "blender", 4)
    _, lit = _again(replace(grey, hdr=str(tmp_path / "sky.hdr")), tmp_path / "lit", "blender", 512)
    assert _rmse(lit, unlit) < 0.03
