from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled, DeviceMemoryError
from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.latent_fusion import (
    LatentFusion,
    Made,
    fuse_latents,
)
from focusstack_app.engine.pixels import to_float
from tests.helpers.models import (
    SLOTS,
    IdentityModel,
    MeanModel,
    OutOfMemoryOnceModel,
    UnevenModel,
)


def _frames(count: int, height: int = 150, width: int = 203) -> list[NDArray[np.uint16]]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 65536, (height, width, 3), dtype=np.uint16) for _ in range(count)]


def _fuse(
    model: IdentityModel,
    frames: list[NDArray[np.uint16]],
    overlap: float = 0.25,
    progress: Progress | None = None,
) -> LatentFusion:
    progress = progress or Progress()
    latents = [encode_frame(model, frame, progress) for frame in frames]
    return fuse_latents(model, latents, frames[0].shape[:2], overlap, progress)


@settings(deadline=None, max_examples=15)
@given(height=st.integers(1, 150), width=st.integers(1, 150), overlap=st.floats(0, 0.5))
def test_tiled_equals_untiled_with_an_identity_model(
    height: int, width: int, overlap: float
) -> None:
    frame = _frames(1, height, width)[0]
    fusion = _fuse(IdentityModel(), [frame, frame], overlap)
    np.testing.assert_allclose(fusion.picture, to_float(frame), atol=2e-6)


@pytest.mark.parametrize("count", [2, 5, 7, 8, 14, 50])
def test_the_weights_of_all_frames_sum_to_one(count: int) -> None:
    fusion = _fuse(MeanModel(), _frames(count, 64, 80))
    assert len(fusion.weights) == count
    total = np.sum([weights[:] for weights in fusion.weights], axis=0)
    np.testing.assert_allclose(total, 1.0, atol=1e-5)


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_all_frames_weigh_the_same(count: int) -> None:
    frames = _frames(count)
    fusion = _fuse(MeanModel(), frames)
    mean = np.mean([to_float(frame) for frame in frames], axis=0)
    np.testing.assert_allclose(fusion.picture, mean, atol=1e-5)


def test_a_flat_grey_stack_gives_flat_grey() -> None:
    grey = np.full((100, 140, 3), 32768, np.uint16)
    fusion = _fuse(MeanModel(), [grey] * 9)
    np.testing.assert_allclose(fusion.picture, 32768 / 65535, atol=0.5 / 65535)


def test_progress_never_goes_back_and_ends_at_one() -> None:
    seen: list[float] = []
    _fuse(
        MeanModel(), _frames(9), progress=Progress(lambda fraction, _stage: seen.append(fraction))
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_cancel_at_any_tile_stops_the_fusion() -> None:
    calls_of_a_whole_run = MeanModel()
    _fuse(calls_of_a_whole_run, _frames(3))
    model = MeanModel()
    progress = Progress(
        lambda _fraction, _stage: progress.cancel() if model.fuse_calls >= 3 else None
    )
    with pytest.raises(Cancelled):
        _fuse(model, _frames(3), progress=progress)
    assert model.fuse_calls <= 6 < calls_of_a_whole_run.fuse_calls


class _Repairing(MeanModel):
    """Says the same of every group."""

    def fuse(self, latents: FloatArray) -> Fused:
        fused = super().fuse(latents)
        return fused._replace(mix=np.full_like(fused.mix, 0.25))


def test_what_is_repaired_below_and_above_in_the_tree_both_counts() -> None:
    one, two = (_fuse(_Repairing(), _frames(count, 64, 80)).mix for count in (7, 49))
    np.testing.assert_allclose(one, 0.25, atol=1e-6)
    np.testing.assert_allclose(two[1], 1 - 0.75**2, atol=1e-6)
    np.testing.assert_allclose(1 - two.sum(axis=0), 0.5**2, atol=1e-6)


@pytest.mark.parametrize("count", [2, 7, 8, 13, 14, 20, 49, 50, 100])
def test_no_tree_of_fewer_fusions_takes_in_all_frames(count: int) -> None:
    model = MeanModel()
    fusion = _fuse(model, _frames(count, 64, 64))  # one tile
    assert model.fuse_calls == -(-(count - 1) // 6)
    assert len(fusion.weights) == count
    for planes in (fusion.weights, fusion.carriers):
        total = np.sum([plane[:].astype(np.float32) for plane in planes], axis=0)
        np.testing.assert_allclose(total, 1.0, atol=4e-3)


def test_carriers_of_a_tree_sum_to_one() -> None:
    fusion = _fuse(MeanModel(), _frames(14, 64, 80))
    total = np.sum([plane[:].astype(np.float32) for plane in fusion.carriers], axis=0)
    np.testing.assert_allclose(total, 1.0, atol=2e-3)


@pytest.mark.parametrize("count", [2, 7, 9, 50])
def test_any_window_is_that_part_of_the_picture_to_the_bit(count: int) -> None:
    rng = np.random.default_rng(count)
    model, frames = UnevenModel(), _frames(count, 300, 270)
    latents = [encode_frame(model, frame, Progress()) for frame in frames]
    whole = fuse_latents(model, latents, (300, 270), 0.25, Progress())
    calls_of_a_whole_run = model.fuse_calls
    known: dict[Hashable, Any] = {}

    def recall(key: Hashable, make: Callable[[], Made], /) -> Made:
        made: Made = known[key] if key in known else known.setdefault(key, make())
        return made

    model.fuse_calls = 0
    for _ in range(12):
        top, left = (int(rng.integers(0, side - 10)) for side in (300, 270))
        window = Region(
            top, left, int(rng.integers(top + 1, 301)), int(rng.integers(left + 1, 271))
        )  # fmt: skip
        reach_px = int(rng.integers(0, 30))
        part = fuse_latents(
            model, latents, (300, 270), 0.25, Progress(), window=window, reach_px=reach_px,
            recall=recall,
        )  # fmt: skip
        np.testing.assert_array_equal(part.picture, whole.picture[window.slices])
        around = window.grown(reach_px, Region(0, 0, 300, 270))
        cells = Region(
            around.top // 2, around.left // 2, -(-around.bottom // 2), -(-around.right // 2)
        )
        here = cells.seen_from(Region(*part.grid_corner, 10**6, 10**6)).slices
        for mine, theirs in zip(part.weights, whole.weights, strict=True):
            np.testing.assert_array_equal(mine[here], theirs[cells.slices])
        for mine, theirs in zip(part.carriers, whole.carriers, strict=True):
            np.testing.assert_array_equal(mine[here], theirs[cells.slices])
        np.testing.assert_array_equal(
            part.mix[(slice(None), *here)], whole.mix[(slice(None), *cells.slices)]
        )
    assert model.fuse_calls <= calls_of_a_whole_run


@pytest.mark.parametrize("count", [3, 9])
def test_tiles_of_several_threads_give_the_same_to_the_bit(count: int) -> None:
    one, three = UnevenModel(), UnevenModel()
    three.calls_at_once = 3
    alone, together = (_fuse(model, _frames(count, 300, 270)) for model in (one, three))
    np.testing.assert_array_equal(together.picture, alone.picture)
    np.testing.assert_array_equal(together.mix, alone.mix)
    for mine, theirs in zip(together.weights, alone.weights, strict=True):
        np.testing.assert_array_equal(mine[:], theirs[:])


def test_groups_of_frames_as_small_as_a_tile_are_fused_at_the_same_time() -> None:
    both = threading.Barrier(2)

    class Meeting(MeanModel):
        def fuse(self, latents: FloatArray) -> Fused:
            if len(latents) < SLOTS:  # not the last of them
                both.wait(10)
            return super().fuse(latents)

    model = Meeting()
    model.calls_at_once = 2
    edge = model.manifest.tile_px
    _fuse(model, _frames(14, edge, edge))
    assert model.fuse_calls == 3


def test_a_small_window_costs_a_few_tiles() -> None:
    model, frames = UnevenModel(), _frames(3, 640, 640)
    latents = [encode_frame(model, frame, Progress()) for frame in frames]
    seen: list[float] = []
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    window = Region(300, 300, 320, 320)
    fuse_latents(model, latents, (640, 640), 0.25, progress, window=window)
    assert model.fuse_calls <= 4
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_out_of_memory_reaches_the_caller() -> None:
    with pytest.raises(DeviceMemoryError):
        _fuse(OutOfMemoryOnceModel(), _frames(2))
