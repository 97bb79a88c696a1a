from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.training.synthesis import make_sample, random_matte
from tests.helpers.stacks import make_stack, write_picture


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        write_picture(path, make_stack(1, width_px=220, height_px=200, seed=number).truth)
    return paths


def test_a_sample_has_frames_that_differ_and_a_truth(photographs: list[Path]) -> None:
    sample = make_sample(photographs, np.random.default_rng(0), (48, 64))
    assert sample.truth.shape == (48, 64, 3)
    assert 2 <= len(sample.frames) <= 7
    assert sample.frames.shape[1:] == sample.truth.shape
    assert len({frame.tobytes() for frame in sample.frames}) == len(sample.frames)


def test_the_seed_decides_everything(photographs: list[Path]) -> None:
    one, two = (make_sample(photographs, np.random.default_rng(5), (32, 32)) for _ in range(2))
    np.testing.assert_array_equal(one.frames, two.frames)


def test_a_part_of_a_matting_scene_has_its_six_frames_and_an_edge(photographs: list[Path]) -> None:
    sample = make_sample(photographs, np.random.default_rng(3), (96, 96), matting=1.0)
    frames = sample.frames.astype(np.float32)
    errors = np.abs(frames - sample.truth).mean(axis=3)
    assert len(frames) == 6
    assert errors.mean(axis=(1, 2)).max() > 2  # a frame focused elsewhere is blurred here
    assert errors.min(axis=0).mean() < errors.mean(axis=(1, 2)).min()  # no frame is sharp all over


def test_a_plain_background_is_best_in_the_frame_of_the_subject(photographs: list[Path]) -> None:
    """Nothing is seen of its own focus; only the veil of the subject differs."""
    detail = {}
    for plain in (0.0, 1.0):
        far = []
        for seed in range(12):
            rng = np.random.default_rng([seed, 9])
            sample = make_sample(photographs, rng, (96, 96), plain=plain)
            farthest = sample.owner == int(np.argmin(sample.focus))
            inner = cv2.erode(farthest.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
            grey = sample.truth.astype(np.float32).mean(axis=2)
            fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2))
            if inner.sum() > 200:
                far.append(float(fine[inner].mean()))
        detail[plain] = float(np.median(far))
    assert detail[1.0] < 0.5 < 3 < detail[0.0]


def test_mattes_cut_out_and_leave() -> None:
    rng = np.random.default_rng(0)
    mattes = [random_matte(rng, 60, 80) for _ in range(30)]
    assert all(matte.shape == (60, 80) and 0 <= matte.min() <= matte.max() <= 1 for matte in mattes)
    assert 0.05 < np.mean([matte.mean() for matte in mattes]) < 0.7
