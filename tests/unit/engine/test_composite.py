from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Mode, Provenance
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.engine.composite import (
    blocks_at_once,
    blocks_over,
    composite,
    most_sheets_bytes,
    surrounds,
)
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.latent_fusion import LatentFusion, fuse_latents
from focusstack_app.engine.overview import Overview
from focusstack_app.engine.pixels import to_float, to_uint16
from focusstack_app.engine.tiling import plan_tiles
from focusstack_app.engine.veil import Focus, blurred, from_linear, reach_px
from tests.helpers.models import UnevenModel

SIZE = (64, 64)


def _textured(seed: int) -> NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(0, 65536, (*SIZE, 3), dtype=np.uint16)


def _fusion(
    picture: FloatArray,
    weights: list[float],
    mix: tuple[float, float] = (0.0, 0.0),
    carriers: list[float] | None = None,
) -> LatentFusion:
    def plane(value: float) -> FloatArray:
        return np.full((32, 32), value, np.float32)

    planes = [plane(weight) for weight in weights]
    seen = planes if carriers is None else [plane(share) for share in carriers]
    return LatentFusion(picture, planes, seen, np.stack([plane(share) for share in mix]), 2)


def _composited(
    fusion: LatentFusion,
    frames: Sequence[NDArray[Any]],
    *,
    focus: Focus | None = None,
    mode: Mode = Mode.FAITHFUL,
    overview: Overview | None = None,
) -> tuple[FloatArray, Provenance]:
    """The whole picture, of frames that are focused alike if nothing else is said."""
    return composite(
        fusion,
        frames,
        focus=np.zeros(len(frames)) if focus is None else focus,
        agreement_rmse=0.01,
        mode=mode,
        progress=Progress(),
        overview=overview,
    )


def _overview(*shares: float) -> Overview:
    """Of frames of 256 x 512 pixels at most; each has one share everywhere."""
    weights = [np.full((2, 4), share, np.float16) for share in shares]
    return Overview(weights, (128.0, 128.0), np.full(16, 0.002**2, np.float32), 0.0)


@pytest.mark.parametrize(
    ("mode", "known"), [(Mode.FAITHFUL, True), (Mode.STRICT, True), (Mode.FAITHFUL, False)]
)
def test_only_faithful_mode_takes_the_veil_off_where_the_focus_is_known(
    mode: Mode, known: bool
) -> None:
    """A subject covers the left half; beside it, the frame of the background shows its blur."""
    radius, rng = 8.0, np.random.default_rng(0)
    subject, background = rng.uniform(0.1, 0.6, (2, *SIZE, 3)).astype(np.float32)
    subject[..., 0] += 0.4
    matte = np.zeros((*SIZE, 1), np.float32)
    matte[:, : SIZE[1] // 2] = 1
    spread = blurred(np.concatenate([matte * subject, matte], axis=2), radius)
    veiled = spread[..., :3] + (1 - spread[..., 3:]) * background
    truth = np.where(matte > 0, subject, background)
    near = np.where(matte > 0, subject, cv2.GaussianBlur(background, (0, 0), radius / 2))
    frames = [to_uint16(from_linear(light)) for light in (near, veiled)]
    left = matte[::2, ::2, 0]
    mix = np.stack([np.ones_like(left), np.zeros_like(left)])
    guide = from_linear(np.where(matte > 0, subject, veiled))
    fusion = LatentFusion(guide, [left, 1 - left], [left, 1 - left], mix, 2)
    picture, provenance = _composited(
        fusion,
        frames,
        focus=np.array([radius, 0.0 if known else np.nan]),
        mode=mode,
    )
    unveiled = mode is Mode.FAITHFUL and known
    beside = np.s_[:, SIZE[1] // 2 + 2 : SIZE[1] // 2 + 8]
    before = np.abs(to_float(frames[1]) - from_linear(truth))[beside].mean()
    after = np.abs(picture - from_linear(truth))[beside].mean()
    assert (after < 0.15 * before) if unveiled else (after > 0.8 * before)
    assert (provenance.synthesised[beside].mean() > 20) == unveiled
    assert provenance.synthesised[:, -16:].max() == 0  # out of the subject's reach


def test_without_a_nearer_frame_the_carriers_are_shown_as_they_are() -> None:
    frames = [_textured(0), _textured(1)]
    fusion = _fusion(to_float(_textured(2)), [1.0, 0.0], mix=(1.0, 0.0))
    picture, _ = _composited(
        fusion,
        frames,
    )
    np.testing.assert_allclose(picture, to_float(frames[0]).clip(0.01, 1), atol=0.01)


def test_where_no_focus_is_known_the_carriers_show_nothing() -> None:
    frames = [_textured(0), _textured(1)]
    picture, provenance = _composited(
        _fusion(to_float(frames[1]), [0.0, 1.0], mix=(1.0, 0.0), carriers=[1.0, 0.0]),
        frames,
        focus=np.full(2, np.nan),
    )
    np.testing.assert_allclose(picture, to_float(frames[1]), atol=2e-4)
    assert provenance.synthesised.max() == 0


def test_the_frame_that_agrees_with_the_fusion_gives_its_own_pixels() -> None:
    frames = [_textured(0), _textured(1)]
    guide = to_float(frames[1]) + np.float32(0.002)
    picture, provenance = _composited(
        _fusion(guide, [0.5, 0.5]),
        frames,
    )
    np.testing.assert_allclose(picture, to_float(frames[1]), atol=2e-3)
    assert (provenance.source_index == 1).all()
    assert (provenance.synthesised == 0).all()
    assert provenance.confidence.min() > 250


def test_a_decoded_pixel_that_says_no_more_than_the_camera_s_is_not_taken() -> None:
    frame = _textured(0)
    noise = np.random.default_rng(1).normal(0, 0.01, (*frame.shape[:2], 1)).astype(np.float32)
    guide = to_float(frame) + noise
    picture, provenance = _composited(
        _fusion(guide, [0.5, 0.5], mix=(0.0, 1.0)),
        [frame, frame],
    )
    assert provenance.synthesised.mean() < 0.08 * 255
    assert np.abs(picture - to_float(frame)).mean() < 0.2 * np.abs(noise).mean()


@pytest.mark.parametrize("mode", [Mode.FAITHFUL, Mode.STRICT])
def test_only_faithful_mode_takes_the_decoded_pixel_where_the_fusion_says_so(
    mode: Mode,
) -> None:
    frames = [_textured(0), _textured(1)]
    guide = to_float(_textured(2))
    picture, provenance = _composited(
        _fusion(guide, [0.9, 0.1], mix=(0.0, 1.0)),
        frames,
        mode=mode,
    )
    if mode is Mode.FAITHFUL:
        lone = provenance.synthesised > 250  # far from every frame
        assert lone.mean() > 0.5
        np.testing.assert_allclose(picture[lone], guide[lone], atol=0.05)
    else:
        lowest, highest = to_float(np.minimum(*frames)), to_float(np.maximum(*frames))
        assert (picture >= lowest - 1e-5).all()
        assert (picture <= highest + 1e-5).all()
        assert (provenance.synthesised == 0).all()


def test_the_generative_picture_is_all_synthesised() -> None:
    guide = to_float(_textured(0))
    picture, provenance = _composited(
        _fusion(guide, [0.2, 0.8]),
        [_textured(1), _textured(2)],
        mode=Mode.GENERATIVE,
    )
    np.testing.assert_array_equal(picture, guide)
    assert (provenance.source_index == 1).all()
    assert (provenance.synthesised == 255).all()
    assert (provenance.confidence == 204).all()


def test_blocks_are_made_on_all_cores_unless_many_frames_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    near, wide = (reach_px(np.array([0.0, radius]), 2) for radius in (2.0, 300.0))
    assert blocks_at_once(7, near, 2) == blocks_at_once(7, wide, 2) == 6
    assert blocks_at_once(100, wide, 2) == 2
    assert blocks_at_once(1000, wide, 2) == 1
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert blocks_at_once(7, wide, 2) == 8


def test_sheets_take_about_a_gigabyte_at_most_however_many_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for cores in (2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        few, many, most = (most_sheets_bytes(frames, 2) for frames in (7, 100, 250))
        assert few < many < 1_000_000_000 >= most


def test_blocks_lie_so_that_few_tiles_reach_into_them() -> None:
    """Four blocks in a row are seen by four tiles of 512 px, with what the decoder sees around."""
    plan, size = plan_tiles(750, 750, 64, 0.25), (6000, 6000)
    for first in range(64, 4200, 256):  # the last tiles lie closer
        row = blocks_over(Region(1000, first, 1001, first + 1024), size)
        assert len(row) == 4
        window = surrounds(bounds(row), size)
        cells = Region(0, window.left // 8 - 6, 1, -(-window.right // 8) + 6)
        assert len(plan.tiles_over(cells)) <= 4


def test_blocks_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    frames = [_textured(0), _textured(1)]
    guide = np.asarray((to_float(frames[0]) + to_float(frames[1])) / 2, dtype=np.float32)
    weights = [rng.random((32, 32), dtype=np.float32) for _ in frames]
    mix = 0.5 * rng.random((2, 32, 32), dtype=np.float32)
    fusion = LatentFusion(guide, weights, weights[::-1], mix, 2)
    pictures = []
    for block_px in (16, 512):
        monkeypatch.setattr("focusstack_app.engine.composite.BLOCK_PX", block_px)
        pictures.append(
            composite(
                fusion,
                frames,
                focus=np.array([4.0, 0.0]),
                agreement_rmse=0.1,
                mode=Mode.FAITHFUL,
                progress=Progress(),
            )[0]
        )
    np.testing.assert_allclose(pictures[0], pictures[1], atol=1e-6)


@pytest.mark.parametrize("mode", Mode)
def test_it_is_cancelled_within_a_block(mode: Mode) -> None:
    looked_at: list[int] = []
    progress = Progress()

    class Watched:
        """A frame that cancels everything when it is looked at."""

        def __init__(self, index: int) -> None:
            self.shape = (*SIZE, 3)
            self._index = index

        def __getitem__(self, key: Any, /) -> NDArray[Any]:
            looked_at.append(self._index)
            progress.cancel()
            return np.asarray(_textured(self._index)[key])

    fusion = _fusion(to_float(_textured(0)), [0.5, 0.5], (0.5, 0.0))
    with pytest.raises(Cancelled):
        composite(
            fusion,
            [Watched(0), Watched(1)],
            focus=np.array([4.0, 0.0]),
            agreement_rmse=0.1,
            mode=mode,
            progress=progress,
        )
    assert looked_at == [0]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("count", [3, 9])
def test_blocks_in_any_order_are_the_picture_to_the_bit(count: int, mode: Mode) -> None:
    size = (600, 700)
    rng = np.random.default_rng(count)
    frames = [rng.integers(0, 65536, (*size, 3), dtype=np.uint16) for _ in range(count)]
    model = UnevenModel()
    latents = [encode_frame(model, frame, Progress()) for frame in frames]
    focus = rng.permutation(np.linspace(0, 40, count))
    # So much noise that plain and detailed places alternate.
    shares = rng.random((count, 30, 35)).astype(np.float16)
    overview = Overview([*shares], (20.0, 20.0), np.full(16, 0.002, np.float32), 0.0)

    def picture(window: Region) -> tuple[FloatArray, Provenance]:
        seen = surrounds(window, size)
        return composite(
            fuse_latents(
                model, latents, size, 0.25, Progress(), window=seen, reach_px=reach_px(focus, 2)
            ),
            frames,
            focus=focus,
            agreement_rmse=0.1,
            mode=mode,
            progress=Progress(),
            window=window,
            overview=overview,
        )

    whole = Region(0, 0, *size)
    expected, origin = picture(whole)
    blocks = blocks_over(whole, size)
    assert sum(block.height * block.width for block in blocks) == size[0] * size[1]
    for number in rng.permutation(len(blocks)):
        block = blocks[number]
        found, own = picture(block)
        np.testing.assert_array_equal(found, expected[block.slices])
        np.testing.assert_array_equal(own.source_index, origin.source_index[block.slices])
        np.testing.assert_array_equal(own.confidence, origin.confidence[block.slices])
        np.testing.assert_array_equal(own.synthesised, origin.synthesised[block.slices])


@pytest.mark.parametrize("mode", Mode)
def test_the_overview_chooses_where_there_is_no_detail_and_only_there(mode: Mode) -> None:
    """The left half is plain, darker in the frame that the fusion takes; the right has detail."""
    rng = np.random.default_rng(3)
    clear = np.full((256, 512, 3), 0.7, np.float32)
    clear[:, 256:] += rng.uniform(-0.2, 0.2, (256, 256, 3)).astype(np.float32)
    veiled = clear.copy()
    veiled[:, :256] -= 0.2
    frames = [to_uint16(clear + 0.1), to_uint16(veiled)]
    frames[0][:, 256:] = to_uint16(clear[:, 256:].mean(axis=(0, 1), keepdims=True))
    second = np.ones((128, 256), np.float32)
    mix = np.stack([np.zeros_like(second), np.full_like(second, 0.5)])
    fusion = LatentFusion(veiled - 0.1, [1 - second, second], [1 - second, second], mix, 2)
    picture, provenance = _composited(
        fusion,
        frames,
        mode=mode,
        overview=_overview(1.0, 0.0),
    )

    np.testing.assert_allclose(picture[:, :232], to_float(frames[0])[:, :232], atol=2e-4)
    assert (provenance.source_index[:, :232] == 0).all()
    assert (provenance.confidence[:, :232] == 255).all()
    assert (provenance.synthesised[:, :232] == 0).all()
    assert (provenance.source_index[:, 280:] == 1).all()
    decoded = {Mode.STRICT: 0.0, Mode.FAITHFUL: 0.5, Mode.GENERATIVE: 1.0}[mode]
    expected = to_float(frames[1])[:, 280:] - 0.1 * decoded
    np.testing.assert_allclose(picture[:, 280:], expected, atol=0.01)


def test_a_frame_that_hardly_counts_does_not_make_a_place_detailed() -> None:
    """Nine tenths of the fusion's choice are a plain, darker frame; one tenth is full of detail."""
    rough = np.random.default_rng(5).uniform(0.2, 0.8, (256, 256, 3))
    frames = [
        to_uint16(np.full((256, 256, 3), 0.8, np.float32)),
        to_uint16(np.full((256, 256, 3), 0.5, np.float32)),
        to_uint16(rough.astype(np.float32)),
    ]
    weights = [np.full((128, 128), share, np.float32) for share in (0.0, 0.9, 0.1)]
    mix = np.zeros((2, 128, 128), np.float32)
    fusion = LatentFusion(to_float(frames[1]), weights, weights, mix, 2)
    picture, _ = _composited(
        fusion,
        frames,
        mode=Mode.STRICT,
        overview=_overview(1.0, 0.0, 0.0),
    )
    np.testing.assert_allclose(picture, 0.9 * 0.8 + 0.1 * 0.5, atol=0.01)


def test_no_veil_is_taken_off_where_nothing_but_noise_lies_behind() -> None:
    """Fusion and overview agree, so that no place is plain; the carriers show nothing anywhere."""
    rng = np.random.default_rng(4)
    detailed = to_uint16(rng.uniform(0.2, 0.8, (256, 512, 3)).astype(np.float32))
    bare = to_uint16(np.full((256, 512, 3), 0.5, np.float32))
    one, none = np.ones((128, 256), np.float32), np.zeros((128, 256), np.float32)
    fusion = LatentFusion(to_float(detailed), [one, none], [none, one], np.stack([one, none]), 2)
    picture, provenance = _composited(
        fusion,
        [detailed, bare],
        focus=np.array([8.0, 0.0]),
        overview=_overview(1.0, 0.0),
    )
    np.testing.assert_allclose(picture, to_float(detailed), atol=2e-4)
    assert provenance.synthesised.max() == 0
