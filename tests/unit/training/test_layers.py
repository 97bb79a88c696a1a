from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.training.layers import (
    render_lens,
    sheet_picture,
    with_faults,
)
from focusstack_app.training.scene import Faults, Lens, SceneSpec, Sheet

FAR = (0.1, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture
def photograph(tmp_path: Path) -> str:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (24, 36, 3)).astype(np.uint8)
    path = tmp_path / "photograph.png"
    cv2.imwrite(str(path), cv2.resize(coarse, (120, 80), interpolation=cv2.INTER_CUBIC))
    return str(path)


@pytest.fixture
def cutout(tmp_path: Path) -> str:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = (0, 0, 255, 255)
    path = tmp_path / "cutout.png"
    cv2.imwrite(str(path), pixels)
    return str(path)


def test_a_cutout_keeps_colour_place_and_alpha(cutout: str) -> None:
    rgba, left, top = sheet_picture(Sheet(cutout, (0.25, 0.0), (0.2, 0.2), FAR), 100)
    assert rgba.shape == (20, 20, 4)
    assert (left, top) == (15, -10)
    np.testing.assert_allclose(rgba[10, 10], [1, 0, 0, 1])
    np.testing.assert_allclose(rgba[2, 2], 0)


def test_a_photograph_covers_its_rectangle_and_can_be_mirrored(photograph: str) -> None:
    sheet = Sheet(photograph, (0, 0), (0.3, 0.3), FAR)
    plain, _, _ = sheet_picture(sheet, 100)
    mirrored, _, _ = sheet_picture(replace(sheet, mirrored=True), 100)
    assert plain.shape == (30, 30, 4)
    assert plain[..., 3].min() == 1
    np.testing.assert_array_equal(plain[:, ::-1], mirrored)


def test_a_procedural_matte_leaves_no_straight_border(photograph: str) -> None:
    found = [
        sheet_picture(Sheet(photograph, (0, 0), (0.6, 0.4), FAR, matte_seed=seed), 100)[0][..., 3]
        for seed in range(6)
    ]
    assert max(matte.max() for matte in found) > 0.9
    corners = [matte[row, column] for matte in found for row in (0, -1) for column in (0, -1)]
    assert max(corners) == 0


def _scene(photograph: str, cutout: str) -> SceneSpec:
    near = Sheet(cutout, (0.0, 0.0), (0.4, 0.4), (1.0, 0, 0, 0, 0, 0))
    far = Sheet(photograph, (0.0, 0.0), (1.8, 1.6), FAR)
    return SceneSpec("matting", (60, 40), (near, far), Lens(8.0), (1.0, 0.1))


def test_each_sheet_is_sharp_in_its_own_frame(photograph: str, cutout: str) -> None:
    (near, far), truth = render_lens(_scene(photograph, cutout), 64)
    np.testing.assert_allclose(near[18:22, 28:32], truth[18:22, 28:32], atol=1e-4)
    np.testing.assert_allclose(far[:5], truth[:5], atol=1e-4)
    assert np.abs(near[:5] - truth[:5]).mean() > 0.002


def test_a_background_that_does_not_fill_the_view_is_refused(photograph: str, cutout: str) -> None:
    scene = _scene(photograph, cutout)
    small = Sheet(photograph, (0.0, 0.0), (1.0, 0.6), FAR)
    with pytest.raises(ValueError, match="fill the view"):
        render_lens(replace(scene, sheets=(scene.sheets[0], small)), 64)


def test_a_texture_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.png")
    with pytest.raises(ValueError, match="missing"):
        sheet_picture(Sheet(missing, (0, 0), (1, 1), FAR), 10)


def test_faults_are_of_the_size_that_was_asked_for() -> None:
    grey = [np.full((64, 64, 3), 128, np.uint8)] * 8
    plain = with_faults(grey, Faults(), 0)
    noisy = with_faults(grey, Faults(noise=0.02), 0)
    drifted = with_faults(grey, Faults(exposure_ev=0.2), 0)
    np.testing.assert_array_equal(plain, grey)
    assert np.std(noisy) == pytest.approx(0.02 * 255, rel=0.05)
    assert all(frame.std() == 0 for frame in drifted)
    assert len({int(frame[0, 0, 0]) for frame in drifted}) > 4
    squeezed = with_faults(noisy, Faults(jpeg_quality=50), 0)
    assert 0 < np.abs(np.subtract(squeezed, noisy, dtype=float)).mean() < 8


def test_misregistration_moves_frames_apart() -> None:
    ramp = np.repeat(np.arange(0, 256, 4, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2)
    moved = with_faults([ramp] * 40, Faults(shift_px=1.0), 2)
    shifts = [
        float(np.median(frame[:, 20:40].astype(float) - ramp[:, 20:40])) / 4 for frame in moved
    ]
    assert 0.6 < np.std(shifts) < 1.4
