from __future__ import annotations

import cv2
import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine import defocus
from focusstack_app.engine.defocus import _LEADS, _alike, focus_of, nearest_first
from focusstack_app.engine.veil import blurred
from focusstack_app.training.lens import Layer, Scene, render

HEIGHT, WIDTH, MARGIN = 180, 240, 24


def _texture(seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    noise = rng.random((HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN, 3), dtype=np.float32)
    level = np.float32(rng.uniform(0.15, 0.6))
    soft = cv2.GaussianBlur(noise, (0, 0), 1.0) + 2 * cv2.GaussianBlur(noise, (0, 0), 4.0)
    return np.asarray(level * (0.5 + 3 * (soft - 1.5)).clip(0, 1), np.float32)


def _scene(depths: list[float], order: list[int]) -> tuple[list[FloatArray], list[FloatArray]]:
    """Light and mattes of sheets side by side over a background; the last depth is its own."""
    layers, mattes = [], []
    left = np.ones((HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN), np.float32)
    for number, depth in enumerate(depths):
        matte = np.zeros_like(left)
        if number == len(depths) - 1:
            matte[:] = 1
        else:
            wide = (WIDTH + 2 * MARGIN) // len(depths)
            cv2.ellipse(
                matte, (wide * number + wide // 2, HEIGHT // 2 + MARGIN), (wide // 2 - 4, 70),
                0, 0, 360, 1, -1, cv2.LINE_AA,
            )  # fmt: skip
        rgba = np.concatenate([_texture(number) * matte[..., None], matte[..., None]], axis=2)
        layers.append(Layer(rgba, np.array([depth, 0, 0, 0, 0, 0], np.float32)))
        mattes.append((left * matte)[MARGIN:-MARGIN, MARGIN:-MARGIN])
        left = left * (1 - matte)
    frames, _ = render(Scene(tuple(layers), tuple(depths[i] for i in order), MARGIN), 128)
    return [frame.mean(axis=2) for frame in frames], [mattes[i] for i in order]


@pytest.mark.parametrize(
    ("depths", "order"),
    [
        ([9.0, 0.0], [0, 1]),
        ([9.0, 0.0], [1, 0]),
        ([12.0, 7.0, 0.0], [0, 1, 2]),
        ([12.0, 7.0, 0.0], [2, 0, 1]),
        ([14.0, 10.5, 6.0, 0.0], [3, 1, 0, 2]),
    ],
)
def test_the_focus_is_found_whatever_the_order(depths: list[float], order: list[int]) -> None:
    light, mattes = _scene(depths, order)
    found = focus_of(light, mattes, Progress())[0]
    expected = np.array([depths[i] for i in order])
    np.testing.assert_allclose(found - found.mean(), expected - expected.mean(), atol=0.6)


@pytest.mark.parametrize(
    ("found", "refuted", "told"),
    [
        (0.025, -0.005, True),
        (0.025, -0.039, False),  # a veil explains little, and its opposite fails more clearly
        (0.03, -0.06, False),
        (0.06, -0.10, True),
        (0.025, -0.30, False),
    ],
)
def test_veils_that_explain_little_must_not_be_contradicted(
    found: float, refuted: float, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    light, mattes = _scene([9.0, 0.0], [0, 1])
    hides = defocus._hides

    def shares(front: defocus._Sheet, back: defocus._Sheet) -> tuple[float, int]:
        gain, _ = hides(front, back)
        return (2000 * found, 2000) if gain > 0 else (1000 * refuted, 1000)

    monkeypatch.setattr(defocus, "_hides", shares)
    focus = focus_of(light, mattes, Progress())[0]
    assert np.isfinite(focus).all() == told
    assert not told or focus[0] > focus[1]


def test_frames_that_are_focused_alike_are_told_by_what_they_share() -> None:
    light, mattes = _scene([10.0, 0.0], [0, 1])
    half = 0.5 * mattes[0]
    found = focus_of([light[0], light[0], light[1]], [half, half, mattes[1]], Progress())[0]
    assert found[0] == pytest.approx(found[1], abs=0.3)
    assert found[0] - found[2] == pytest.approx(10.0, abs=0.6)


def test_the_focus_does_not_depend_on_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    light, mattes = _scene([14.0, 10.5, 6.0, 0.0], [3, 1, 0, 2])
    found = []
    for threads in (1, 5):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        found.append(focus_of(light, mattes, Progress())[0])
    np.testing.assert_array_equal(found[0], found[1])


def test_frames_are_compared_where_they_share_what_is_sharp_or_one_has_it() -> None:
    own, rest, halves = (np.zeros((40, 60), np.float32) for _ in range(3))
    own[:, :20], halves[:, 20:40], rest[:, 40:] = 0.9, 0.5, 0.9
    mattes = [own + halves, rest + halves]
    rng = np.random.default_rng(0)
    light = rng.random((40, 60), dtype=np.float32)
    other = light + rng.normal(0, 0.01, light.shape).astype(np.float32)
    leading = [np.flatnonzero(matte > _LEADS) for matte in mattes]
    softness = np.abs(light - blurred(light, 0.6))
    # All of the picture, whether one leads, the other, or both.
    assert _alike(0, [light, other], mattes, leading) == {1: softness.mean() * np.sqrt(40 * 60)}
    # Where they do not differ they would be alike: it is seen that they do elsewhere.
    for part in np.split(np.arange(60), 3):
        changed = light.copy()
        changed[:, part] += 3
        assert _alike(0, [light, changed], mattes, leading) == {}
    mattes[1][:, 40:] = 0.7  # too little
    changed = light.copy()
    changed[:, 40:] += 3
    found = _alike(0, [light, changed], mattes, leading)
    part = np.ascontiguousarray(softness[:, :40])
    assert found == {1: pytest.approx(part.mean() * np.sqrt(40 * 40))}


def test_a_frame_too_far_out_of_focus_is_not_a_number() -> None:
    light, mattes = _scene([10.0, 0.0], [0, 1])
    far = cv2.GaussianBlur(light[0], (0, 0), 60)
    nothing = np.zeros_like(mattes[0])
    found = focus_of([far, light[0], light[1]], [nothing, *mattes], Progress())[0]
    assert np.isnan(found[0])
    assert found[1] - found[2] == pytest.approx(10.0, abs=0.6)


def test_frames_that_tell_nothing_are_no_numbers() -> None:
    light, mattes = _scene([10.0, 0.0], [0, 1])
    assert np.isnan(focus_of([light[0], light[0]], mattes, Progress())[0]).all()
    flat = np.full((HEIGHT, WIDTH), 0.4, np.float32)
    assert np.isnan(focus_of([flat, flat, flat], [flat, flat, flat], Progress())[0]).all()


@pytest.mark.parametrize(
    ("focus", "first"),
    [
        ([9.0, 5.0, -3.0, -9.0], True),
        ([-9.0, np.nan, 4.0], False),
        ([np.nan, np.nan], None),
        ([0.0, 0.0, 0.0], None),
        ([np.nan, 3.0], None),
    ],
)
def test_the_near_end_follows_from_the_focus(focus: list[float], first: bool | None) -> None:
    assert nearest_first(np.array(focus)) is first


def test_it_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    flat = np.zeros((32, 32), np.float32)
    with pytest.raises(Cancelled):
        focus_of([flat, flat], [flat, flat], progress)
