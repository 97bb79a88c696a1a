from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.training.metrics import (
    Patch,
    as_table,
    by_difficulty,
    measure,
    patches,
    perceptual,
    psnr,
    ssim,
)


def _picture(seed: int, height: int = 48, width: int = 64) -> FloatArray:
    return np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)


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
    assert figures["mse"] == pytest.approx(0.005, abs=1e-5)
    assert ssim(half, truth) < 1


def test_the_measures_of_the_paper_know_perfect_from_noisy() -> None:
    truth = np.kron(_picture(1, 34, 42), np.ones((6, 6, 1), np.float32))
    noise = np.random.default_rng(2).normal(0, 0.05, truth.shape).astype(np.float32)
    same, noisy = (perceptual(p, truth) for p in (truth, np.clip(truth + noise, 0, 1)))
    for name in ("ms_ssim", "iw_ssim", "haarpsi"):
        assert same[name] == pytest.approx(1, abs=1e-4)
        assert noisy[name] < 0.999
    for name in ("mdsi", "ms_gmsd"):
        assert same[name] == pytest.approx(0, abs=1e-3)
        assert noisy[name] > 0.005


def test_small_pictures_have_no_measure_of_many_scales() -> None:
    found = perceptual(_picture(0), _picture(1))
    assert np.isnan(found["ms_ssim"])
    assert np.isnan(found["iw_ssim"])
    assert not np.isnan(found["haarpsi"])


def test_patches_carry_their_own_errors() -> None:
    truth = np.zeros((4, 7, 3), np.float32)
    picture = truth.copy()
    picture[2:, 4:6] = 0.5
    best = np.zeros((4, 7), np.float32)
    best[2:, 4:6] = 0.04
    found = patches(best, {"one": picture}, truth, side_px=2)
    assert len(found) == 6
    assert found[5].difficulty == pytest.approx(0.2)
    assert found[5].mse["one"] == pytest.approx(0.25)
    assert sum(patch.mse["one"] for patch in found) == pytest.approx(0.25)


def test_groups_of_patches_rise_in_difficulty_and_leave_none_out() -> None:
    found = [Patch(float(d), {"one": float(d)}) for d in (0.9, 0.0, 0.5, 0.1, 0.2)]
    groups = by_difficulty(found, (0.3, 0.6, 0.7))
    assert [group.difficulty for group in groups] == pytest.approx([0.1, 0.5, 0.9])
    assert [group.mse["one"] for group in groups] == pytest.approx([0.1, 0.5, 0.9])


def test_a_table_has_the_columns_that_were_measured() -> None:
    table = as_table(
        {"mean": {"psnr": 30.0, "mse": 0.001}, "oracle": {"psnr": 40.0, "mse": 0.0001}}
    )
    assert table.splitlines()[0] == "| method | PSNR | MSE |"
    assert table.splitlines()[3] == "| oracle | 40.00 | 0.000100 |"


def test_psnr_is_that_of_a_range_of_one() -> None:
    assert psnr(0.01) == pytest.approx(20)
