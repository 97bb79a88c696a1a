"""The shipped model where photographs have no detail: small stacks whose sharp picture is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.fusion import Align, FusionRequest, Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.srgb import encoded
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.training.lens import Array, Layer, Scene, render

SIDE_PX, MARGIN_PX = 384, 100
WHOLE_PX = SIDE_PX + 2 * MARGIN_PX
INNER = (slice(MARGIN_PX, -MARGIN_PX),) * 2


def _texture(rng: np.random.Generator, least: float, most: float) -> Array:
    """(WHOLE_PX, WHOLE_PX, 3) linear light with detail of all sizes."""
    light = np.zeros((WHOLE_PX, WHOLE_PX, 3), np.float32)
    for few in (12, 60, 240, WHOLE_PX):
        grain = rng.random((few, few, 3)).astype(np.float32)
        light += cv2.resize(grain, (WHOLE_PX, WHOLE_PX), interpolation=cv2.INTER_CUBIC) / 4
    return np.asarray(least + (most - least) * light, dtype=np.float32)


def _layer(light: Array, matte: Array, depth_px: float) -> Layer:
    rgba = np.concatenate([light * matte[..., None], matte[..., None]], 2).astype(np.float32)
    return Layer(rgba, np.array([depth_px, 0, 0, 0, 0, 0], np.float32))


def _subject(rng: np.random.Generator, brightness: float) -> tuple[Scene, NDArray[np.bool_]]:
    """A dark body with legs before a lamp, far behind; and where it is."""
    matte = np.zeros((WHOLE_PX, WHOLE_PX), np.uint8)
    cv2.ellipse(matte, (250, 290), (110, 60), 30, 0, 360, 255, -1, cv2.LINE_AA)
    for turn in (-60, 20, 100, 170):
        tip = 290 + 200 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
        cv2.line(matte, (250, 290), tip.astype(int).tolist(), 255, 14, cv2.LINE_AA)
    cover = matte.astype(np.float32) / 255
    lamp = np.full((WHOLE_PX, WHOLE_PX, 3), (1.0, 0.95, 0.7), np.float32) * np.float32(brightness)
    layers = (
        _layer(_texture(rng, 0.005, 0.12), np.asarray(cover, np.float32), 0.0),
        _layer(lamp, np.ones((WHOLE_PX, WHOLE_PX), np.float32), -100.0),
    )
    focus = (50.0, 20.0, 6.0, 0.0, -8.0, -20.0, -36.0, -60.0, -90.0)
    return Scene(layers, focus, MARGIN_PX), matte[INNER] > 0


def _shot(scene: Scene, folder: Path, rng: np.random.Generator) -> FloatArray:
    """Write the frames of a scene, with a little noise, and return its truth, display-encoded."""
    frames, truth = render(scene)
    for number, light in enumerate(frames):
        noisy = encoded(light) + rng.normal(0, 0.006, light.shape)
        pixels = np.rint(noisy.clip(0, 1) * 255).astype(np.uint8)
        assert cv2.imwrite(str(folder / f"frame_{number}.png"), pixels[..., ::-1])
    return np.asarray(encoded(truth).clip(0, 1), dtype=np.float32)


def _fused(folder: Path, mode: Mode) -> FloatArray:
    request = FusionRequest(open_stack([folder]).stack, mode=mode, align=Align.OFF)
    picture = fuse_stack(request, Progress()).picture
    return np.asarray(picture / np.float32(65535), dtype=np.float32)


@pytest.mark.parametrize("mode", [Mode.FAITHFUL, Mode.STRICT])
@pytest.mark.parametrize("brightness", [0.5, 1.5])
def test_a_dark_subject_on_a_plain_background_has_no_halo(
    mode: Mode, brightness: float, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    scene, inside = _subject(rng, brightness)
    truth = _shot(scene, tmp_path, rng)

    picture = _fused(tmp_path, mode)

    from_edge = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    around = (from_edge > 3) & (from_edge < 40)
    error = np.abs(cv2.GaussianBlur(picture - truth, (0, 0), 2))[around]
    assert error.mean() < 0.006
    assert np.quantile(error, 0.99) < 0.04


@pytest.mark.parametrize("mode", [Mode.FAITHFUL, Mode.STRICT])
def test_clipped_letters_stay_white_inside(mode: Mode, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    board = _texture(rng, 0.01, 0.08) * np.array((0.3, 1.0, 0.5), np.float32)
    letters = np.zeros((WHOLE_PX, WHOLE_PX), np.uint8)
    for line, text in enumerate(("SW1 R56", "C13 U16", "SW1 R56")):
        cv2.putText(
            letters, text, (110, 200 + 110 * line), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 255, 16,
            cv2.LINE_AA,
        )  # fmt: skip
    ink = letters[..., None].astype(np.float32) / 255
    light = np.asarray(board * (1 - ink) + 1.3 * ink, dtype=np.float32)
    everywhere = np.ones((WHOLE_PX, WHOLE_PX), np.float32)
    focus = (0.0, 0.6, 4.0, 8.0, 14.0, 20.0, 26.0)
    _shot(Scene((_layer(light, everywhere, 0.0),), focus, MARGIN_PX), tmp_path, rng)

    picture = _fused(tmp_path, mode)

    white = cv2.erode(letters, np.ones((5, 5), np.uint8))[INNER] == 255
    assert float(np.quantile(picture[white], 0.001)) > 0.93
