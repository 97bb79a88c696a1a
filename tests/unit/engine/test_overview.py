from __future__ import annotations

import cv2
import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.overview import Overview, overview_of, plainness
from focusstack_app.engine.pixels import cell_means, grey, to_uint16
from tests.helpers.models import UnevenModel


def _noisy(level: float, sigma: float, seed: int = 0) -> FloatArray:
    """A grey frame of (600, 800) pixels."""
    rng = np.random.default_rng(seed)
    return np.asarray(level + rng.normal(0, sigma, (600, 800, 3)), np.float32)


def _over_noise(overview: Overview, *frames: FloatArray) -> list[FloatArray]:
    """Of each of some frames, in cells of 2 px."""
    shades = (grey(np.asarray(frame, np.float32)) for frame in frames)
    return [detail.over_noise for detail in overview.details(shades, 2)]


def test_weights_lie_over_the_part_of_the_frames_that_they_are_of() -> None:
    """Two cells by three over 40 x 60 pixels: the middles of cells have their very weights."""
    own = np.array([[0.0, 0.25, 0.5], [0.5, 0.75, 1.0]], np.float16)
    overview = Overview([own], (20.0, 20.0), np.ones(16, np.float32), 0.0)
    whole = overview.weight(0, Region(0, 0, 40, 60))
    assert whole.shape == (40, 60)
    for row, column in ((0, 0), (0, 2), (1, 1), (1, 2)):
        middle = whole[20 * row + 9 : 20 * row + 11, 20 * column + 9 : 20 * column + 11]
        assert middle.mean() == pytest.approx(float(own[row, column]), abs=0.01)
    part = overview.weight(0, Region(8, 12, 30, 50))
    np.testing.assert_allclose(part, whole[8:30, 12:50], atol=1e-5)
    cells = overview.weight(0, Region(4, 6, 15, 25), cell_px=2)
    np.testing.assert_allclose(cells, cell_means(part, 2), atol=0.02)


def test_noise_is_measured_by_brightness_and_detail_told_from_it() -> None:
    """Half of the frames is dark and noisy, the other half bright and clean; both are plain."""
    halves = [_noisy(0.2, 0.03), _noisy(0.8, 0.006)]
    pixels = np.concatenate([half[:, :400] for half in halves], axis=1)
    frames = [to_uint16(pixels)] * 2
    overview = overview_of(UnevenModel(), frames, 0.25, Progress())
    for level, sigma in ((0.2, 0.03), (0.8, 0.006)):
        of_cells = sigma / np.sqrt(4 * 3)  # four pixels of three colours
        measured = float(np.sqrt(overview.noise[int(level * 16)]))
        assert measured == pytest.approx(max(of_cells, 0.0015), rel=0.2)
    assert np.median(_over_noise(overview, pixels)[0]) < 1.5
    stripes = np.float32(0.05) * np.sin(np.arange(800, dtype=np.float32))[None, :, None]
    detailed = _over_noise(overview, pixels + stripes)[0]
    assert detailed[:, 210:390].min() > 10  # where it is clean


def test_noise_that_brightness_does_not_tell_is_told_by_its_grain() -> None:
    """A bright half has three times the noise in its right half, as other colours may have."""
    frames = []
    for seed in range(2):
        parts = [_noisy(0.22, 0.03, seed), _noisy(0.78, 0.01, seed), _noisy(0.78, 0.03, seed)]
        widths = zip(parts, (400, 200, 200), strict=True)
        frames.append(np.concatenate([part[:, :width] for part, width in widths], axis=1))
    overview = overview_of(UnevenModel(), [to_uint16(frame) for frame in frames], 0.25, Progress())
    noisier = slice(310, 390)  # in cells
    for found in _over_noise(overview, *frames):
        assert np.median(found[:, noisier]) < 2
    by_brightness = overview._replace(coarseness=0.0)
    assert np.median(_over_noise(by_brightness, *frames)[0][:, noisier]) > 5
    waves = np.float32(0.05) * np.sin(np.arange(800, dtype=np.float32) / 2)[None, :, None]
    for found in _over_noise(overview, *(frame + waves for frame in frames)):
        assert np.median(found[:, noisier]) > 4


def test_fine_texture_with_the_grain_of_noise_is_told_by_the_frames_beside() -> None:
    """One half has such a texture, sharp in two frames that follow each other, lost in others."""
    rng = np.random.default_rng(7)
    texture = np.asarray(rng.normal(0, 0.015, (600, 400, 1)), np.float32)
    frames = []
    for seed, sigma in enumerate((0.6, 0.9, 3, 6, 12)):
        # Cameras that smooth their noise leave it little of the finest grain.
        noise = np.concatenate([_noisy(0, 0.024, seed)[:200], _noisy(0, 0.008, seed)[200:]])
        frame = 0.5 + cv2.GaussianBlur(noise, (0, 0), 0.6)
        frame[:200] -= 0.3
        frame[200:, :400] += cv2.GaussianBlur(texture, (0, 0), sigma)[200:, :, None]
        frames.append(frame)
    overview = overview_of(UnevenModel(), [to_uint16(frame) for frame in frames], 0.25, Progress())
    textured, plain = (slice(110, 290), slice(10, 190)), (slice(110, 290), slice(210, 390))
    found = _over_noise(overview, *frames)
    sharp = [float(np.median(over[textured])) > 4 for over in found]
    assert sharp == [True, True, False, False, False]
    assert max(float(np.median(over[plain])) for over in found) < 2
    assert max(float(np.median(over[10:90])) for over in found) < 2
    assert np.median(_over_noise(overview, frames[0])[0][textured]) < 2  # alone


def test_what_is_textured_everywhere_does_not_tell_the_grain_of_noise() -> None:
    rough = np.random.default_rng(1).normal(0, 1, (600, 800, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(rough, (0, 0), 3)[..., None]
    frames = [to_uint16(_noisy(0.5, 0.006, seed) + 2 * soft) for seed in range(3)]
    assert overview_of(UnevenModel(), frames, 0.25, Progress()).coarseness == 0
    plain = [to_uint16(_noisy(0.5, 0.03, seed)) for seed in range(3)]
    assert overview_of(UnevenModel(), plain, 0.25, Progress()).coarseness > 0


def test_what_has_detail_everywhere_leaves_the_noise_within_bounds() -> None:
    rng = np.random.default_rng(1)
    frame = to_uint16(rng.random((300, 300, 3)).astype(np.float32))
    noise = overview_of(UnevenModel(), [frame, frame], 0.25, Progress()).noise
    assert noise.shape == (16,)
    assert noise.min() >= np.float32(0.0015**2)
    assert noise.max() <= 9.01 * np.median(noise)


def test_texture_that_is_out_of_focus_is_no_noise() -> None:
    rough = np.random.default_rng(1).normal(0, 1, (600, 800, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(rough, (0, 0), 3)[..., None]
    soft *= np.float32(0.1) / soft.std()
    noise = 0.006
    frames = [to_uint16(_noisy(0.5, noise, seed) + soft) for seed in range(3)]
    measured = np.sqrt(overview_of(UnevenModel(), frames, 0.25, Progress()).noise.max())
    assert measured < 6.5 * noise / np.sqrt(4 * 3)


def test_the_choice_on_reduced_frames_covers_them() -> None:
    frames = [to_uint16(_noisy(0.5, 0.1, seed)) for seed in range(3)]
    overview = overview_of(UnevenModel(), frames, 0.25, Progress())
    assert len(overview.weights) == 3
    height, width = overview.weights[0].shape
    assert height * overview.cell_px[0] == pytest.approx(600, abs=overview.cell_px[0])
    assert width * overview.cell_px[1] == pytest.approx(800, abs=overview.cell_px[1])
    total = sum(overview.weight(index, Region(100, 300, 356, 556)) for index in range(3))
    np.testing.assert_allclose(total, 1, atol=0.01)


def test_plainness_falls_from_noise_to_detail() -> None:
    found = plainness(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 50.0], np.float32))
    np.testing.assert_allclose(found, [1, 1, 1, 0.5, 0, 0])


def test_it_is_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        overview_of(UnevenModel(), [to_uint16(_noisy(0.5, 0.1))] * 2, 0.25, progress)
