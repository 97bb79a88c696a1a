"""Frames that are resampled and encoded for a part, and all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.fusion import FusionRequest, Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.viewport import Viewport, open_viewport
from tests.helpers.disk import files_of_at_most, needs_file_limits
from tests.helpers.models import UnevenModel
from tests.helpers.results import assert_same
from tests.unit.jobs.conftest import HEIGHT_PX, WIDTH_PX


def _opened(request: FusionRequest, model: UnevenModel | None = None) -> Viewport:
    return open_viewport(request, Progress(), lambda _: model or UnevenModel())


@pytest.mark.parametrize("stage", ["Aligning", "Encoding"])
def test_what_was_finished_stays_so_when_it_is_stopped(
    request_: FusionRequest, scratch: Path, stage: str
) -> None:
    """Parts are to be had before, meanwhile and after, and are the render's."""
    viewport = _opened(request_)
    window = Region(100, 200, 230, 330)
    files = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    looked: list[str] = []

    def look(_fraction: float, now: str) -> None:
        looked.append(now)
        part = viewport.picture_of(window, Mode.FAITHFUL, Progress())
        np.testing.assert_array_equal(part, files.picture[window.slices])
        if now == stage:
            progress.cancel()

    progress = Progress(look)
    with pytest.raises(Cancelled):
        viewport.finish(progress)
    assert looked[-1] == stage
    assert not viewport.complete
    viewport.finish(Progress())
    assert viewport.complete
    viewport.finish(Progress())
    found = viewport.render(request_, Progress())
    assert {"align", "encode"} <= set(found.reused)
    assert_same(found, files)
    viewport.close()
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("stage", ["Aligning", "Encoding"])
def test_a_part_may_finish_all_frames_while_that_goes_on(
    request_: FusionRequest, stage: str
) -> None:
    """As where memory is short, and somebody looks while a render is made."""
    viewport = _opened(replace(request_, memory_bytes=0))
    stages: list[str] = []

    def look(_fraction: float, now: str) -> None:
        stages.append(now)
        if now == stage:
            viewport.picture_of(Region(100, 200, 130, 230), Mode.FAITHFUL, Progress())
            assert viewport.complete

    found = viewport.render(request_, Progress(look))
    assert stage in stages
    files = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    np.testing.assert_array_equal(found.picture, files.picture)
    viewport.close()


def test_for_a_part_frames_are_encoded_around_it_only(request_: FusionRequest) -> None:
    encoded: list[int] = []

    class Counting(UnevenModel):
        def encode(self, pixels: FloatArray) -> FloatArray:
            encoded.append(pixels.shape[0] * pixels.shape[1])
            return super().encode(pixels)

    viewport = _opened(request_, Counting())
    encoded.clear()
    viewport.picture_of(Region(100, 200, 130, 230), Mode.FAITHFUL, Progress())
    frames = 3 * HEIGHT_PX * WIDTH_PX
    assert 0 < sum(encoded) < 0.8 * frames
    before = sum(encoded)
    viewport.picture_of(Region(100, 200, 130, 230), Mode.GENERATIVE, Progress())
    assert sum(encoded) == before
    viewport.finish(Progress())
    assert sum(encoded) >= before + frames
    viewport.close()


def test_a_part_for_which_memory_is_short_finishes_all_frames(request_: FusionRequest) -> None:
    """Patches would be forgotten before they are used, and made again and again."""
    window = Region(100, 200, 130, 230)
    parts = []
    for memory_bytes, complete in ((10**9, False), (0, True)):
        viewport = _opened(replace(request_, memory_bytes=memory_bytes))
        assert not viewport.complete
        parts.append(viewport.picture_of(window, Mode.FAITHFUL, Progress()))
        assert viewport.complete is complete
        viewport.close()
    np.testing.assert_array_equal(parts[0], parts[1])


@needs_file_limits
def test_a_full_disk_costs_no_frame(request_: FusionRequest, scratch: Path) -> None:
    """Who makes room on it can go on."""
    short = replace(request_, memory_bytes=0)
    viewport = _opened(short)
    before = sorted(scratch.glob("*/*"))
    with files_of_at_most(HEIGHT_PX * WIDTH_PX), pytest.raises(OutputError):
        viewport.render(short, Progress())
    assert sorted(scratch.glob("*/*")) == before
    found = viewport.render(short, Progress())
    assert_same(found, fuse_stack(short, Progress(), lambda _: UnevenModel()))
    viewport.close()
