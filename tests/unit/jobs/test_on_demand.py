from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest, Placement
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import on_disk
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.filters import shrunk
from focusstack_app.engine.resampling import resample, resampled
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.on_demand import frames_on_demand, latents_on_demand
from focusstack_app.jobs.placing import Aligned, Clock, Prepared, outward, placed
from focusstack_app.jobs.preparing import prepare
from focusstack_app.jobs.recent import RecentParts
from tests.helpers.models import UnevenModel, fake_manifest

CLOCK = Clock()


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool(10**9) as spool:
        yield spool


@pytest.fixture
def prepared(request_: FusionRequest, spool: Spool) -> Prepared:
    return prepare(replace(request_, crop=False), spool, CLOCK, Progress())


def test_what_is_read_of_a_frame_is_what_is_placed(prepared: Prepared, spool: Spool) -> None:
    frames = frames_on_demand(prepared)
    assert prepared.astray
    height, width, _ = frames[0].shape
    windows = [
        (slice(None), slice(None)), (slice(100, 101), slice(300, 420)),
        (slice(height - 3, height + 50), slice(0, 130)), (slice(0, 5), slice(width - 9, width)),
    ]  # fmt: skip
    read = [[frame[window].copy() for window in windows] for frame in frames]
    rows = [frame[120:140].copy() for frame in frames]
    placed(prepared, spool, CLOCK, Progress())
    assert prepared.astray == []
    for index, frame in enumerate(prepared.frames):
        assert frame.shape == frames[index].shape
        for window, pixels in zip(windows, read[index], strict=True):
            np.testing.assert_array_equal(pixels, frame[window])
        np.testing.assert_array_equal(rows[index], frame[120:140])


def test_only_what_is_read_is_resampled_and_once(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Region] = []

    def noted(*given: object) -> object:
        made.append(given[-1])  # type: ignore[arg-type]
        return resampled(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("focusstack_app.jobs.on_demand.resampled", noted)
    (index,) = prepared.astray
    frame = frames_on_demand(prepared, RecentParts(10**8))[index]
    for _ in range(2):
        frame[200:300, 300:301]
    assert made == [Region(128, 256, 256, 384), Region(256, 256, 384, 384)]


@pytest.mark.parametrize("recent_bytes", [0, 10**5, 10**9])
def test_hundreds_of_frames_each_of_which_shows_less_than_the_one_beside_it(
    spool: Spool, recent_bytes: int
) -> None:
    count, size_px = 301, (90, 140)
    source = FrameSource(Path("a.tif"), "tiff", *size_px[::-1], 8)
    request = FusionRequest(Stack((source,) * count, count // 2))
    rng = np.random.default_rng(0)
    kept = [spool.keep(rng.integers(0, 256, (*size_px, 3), dtype=np.uint8)) for _ in range(count)]
    matrices = np.stack([np.eye(3)] * count)
    matrices[:, 0, 2] = 0.3 * np.abs(np.arange(count) - count // 2)
    moved = outward(count // 2, count)
    placement = Placement(matrices, np.ones((count, 3)), tuple(moved))
    whole = slice(0, size_px[0]), slice(0, size_px[1])
    there = Prepared(request, kept, None, Aligned(whole, [], placement), moved)
    recent = RecentParts(recent_bytes)
    frames = frames_on_demand(there, recent)
    shown = {index: frames[index][:].copy() for index in (0, 7, 149, 300)}
    assert recent.size_bytes <= recent_bytes
    placed(there, spool, CLOCK, Progress())
    for index, pixels in shown.items():
        np.testing.assert_array_equal(pixels, there.frames[index][:])


def test_a_reduced_frame_is_that_of_the_placed_one(prepared: Prepared, spool: Spool) -> None:
    size = 175, 130
    frames = frames_on_demand(prepared)
    (index,) = prepared.astray
    small = frames[index].shrunk(size)  # type: ignore[attr-defined]
    before = shrunk(prepared.frames[index][:], size)
    placed(prepared, spool, CLOCK, Progress())
    there = shrunk(prepared.frames[index][:], size)
    away, was_away = (
        np.abs(one.astype(float) - there)[8:-8, 8:-8].mean() for one in (small, before)
    )
    assert away < 0.02 * was_away
    # At its border, a frame that shows less has what the others have.
    edges = np.abs(small.astype(float) - there)
    assert max(edges[0].mean(), edges[:, 0].mean(), edges[-1].mean()) < 0.03 * 65535


def test_frames_on_disk_say_so(request_: FusionRequest) -> None:
    with Spool(0) as spool:
        prepared = prepare(request_, spool, CLOCK, Progress())
        assert all(on_disk(frame) for frame in frames_on_demand(prepared))


@pytest.mark.parametrize("halo_px", [0, 24])
def test_what_is_read_of_a_latent_is_what_is_encoded(prepared: Prepared, halo_px: int) -> None:
    class Soft(UnevenModel):
        """Its encoder looks beyond a cell."""

        def encode(self, pixels: FloatArray) -> FloatArray:
            soft = cv2.blur(pixels, (9, 9)) if halo_px else pixels
            return super().encode(np.asarray(soft, np.float32))

    model = Soft()
    model.manifest = replace(fake_manifest(), encoder_halo_px=halo_px)
    frames = [frame[:517, :613] for frame in frames_on_demand(prepared)]  # no whole cells
    done = [encode_frame(model, frame, Progress()).astype(np.float16) for frame in frames]
    latents = latents_on_demand(model, frames, done[:1], RecentParts(10**8))
    assert latents[0] is done[0]
    for latent, whole in zip(latents, done, strict=True):
        assert latent.shape == whole.shape
        for part in (Region(0, 0, *whole.shape[1:]), Region(10, 20, 30, 77), Region(60, 3, 61, 4)):
            key = (slice(0, 5), *part.slices)
            np.testing.assert_array_equal(latent[key], whole[key])


def test_patches_without_the_others_are_what_resampling_makes_of_all() -> None:
    """Those at the border are smaller, and some of them bare."""
    rng = np.random.default_rng(0)
    frame, beside = rng.integers(0, 65536, (2, 300, 333, 3), dtype=np.uint16)
    matrix = np.array([[1.02, 0.01, -9.0], [-0.01, 1.02, 7.0], [1e-6, 2e-6, 1.0]])
    gains = np.array([0.9, 1.0, 1.1])
    whole = resample(frame, matrix, gains, beside, Progress())
    for patch in (Region(0, 0, 128, 128), Region(256, 256, 300, 333), Region(128, 0, 256, 128)):
        filling = partial(beside.__getitem__, patch.slices)
        part = resampled(frame, matrix, gains, filling, patch)
        np.testing.assert_array_equal(part, whole[patch.slices])
    assert (whole[:3, :3] == beside[:3, :3]).all()
