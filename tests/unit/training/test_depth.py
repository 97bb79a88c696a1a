from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.training import depth
from focusstack_app.training.layers import lens_scene, render_lens
from focusstack_app.training.scene import Lens, SceneSpec, Sheet
from focusstack_app.training.scenes import write_scene

SIZE = 240, 160


@pytest.fixture
def scene(tmp_path: Path) -> SceneSpec:
    """A slanted sheet over the left half of a far one."""
    rng = np.random.default_rng(0)
    texture = rng.integers(0, 256, (200, 300, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), cv2.GaussianBlur(texture, (0, 0), 1.0))
    near = Sheet(str(tmp_path / "a.png"), (-0.5, 0.0), (1.0, 1.0), (0.9, 0.0, 0.05, 0.0, 0.0, 0.0))
    far = Sheet(str(tmp_path / "a.png"), (0.0, 0.0), (1.6, 1.4), (0.2, 0.0, 0.0, 0.0, 0.0, 0.0))
    return SceneSpec("continuous", SIZE, (near, far), Lens(2.8), (1.0, 0.8, 0.6, 0.4, 0.2))


def test_places_are_told_between_the_frames(scene: SceneSpec) -> None:
    places = depth.true_places(lens_scene(scene))
    assert places.shape == SIZE[::-1]
    np.testing.assert_allclose(places[80, 10:110], 0.5, atol=0.01)
    np.testing.assert_allclose(places[[0, 159], 50], [0.75, 0.25], atol=0.01)
    np.testing.assert_allclose(places[:, 130:], 4.0)


def test_errors_are_counted_in_steps() -> None:
    truth = np.zeros((10, 10))
    found = truth.copy()
    found[0] = 3
    assert depth.errors(found, truth) == pytest.approx((0.3, 3.0, 0.1, np.nan), nan_ok=True)


def test_errors_at_edges_are_counted_beside_jumps_of_the_depth() -> None:
    truth = np.full((40, 60), 5.0)
    truth[:, :30] = 1
    found = truth.copy()
    found[:, 28] = found[:, 10] = 3
    assert depth.at_edges(truth).sum(axis=1).tolist() == [10] * 40
    assert depth.errors(found, truth)[2:] == pytest.approx((2 / 60, 1 / 10))


def test_the_map_is_nearer_to_the_truth_than_the_frames(
    scene: SceneSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "scene"
    assert write_scene(scene, folder, lambda spec: render_lens(spec, 32))
    assert depth.main([str(folder), "--method", "pyramid"]) == 0
    cells = capsys.readouterr().out.splitlines()[-1].split(" | ")
    assert float(cells[5]) < float(cells[1])
