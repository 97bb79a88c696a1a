"""Parts and renders whose device fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from focusstack_app.core.errors import DeviceMemoryError
from focusstack_app.core.fusion import FusionRequest, Mode
from focusstack_app.core.model import FloatArray, Fused, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.viewport import open_viewport
from tests.helpers.models import UnevenModel
from tests.helpers.results import assert_alike, assert_same


class _Failing(UnevenModel):
    """A device that breaks in the tile of that number; the processor does not."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.device = "CUDA"
        self._number = number
        self._full = False

    def break_down(self, *, out_of_memory: bool) -> None:
        """Fail in the next tile, so that less memory would do."""
        self._number, self._full = self.fuse_calls, out_of_memory

    def encode(self, pixels: FloatArray) -> FloatArray:
        if self._number < 0:
            raise DeviceMemoryError("Full.")
        return super().encode(pixels)

    def fuse(self, latents: FloatArray) -> Fused:
        if self.fuse_calls == self._number:
            raise DeviceMemoryError("Full.")
        return super().fuse(latents)

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel:
        assert out_of_memory is self._full  # smaller tiles would not fit those of a viewport
        assert reason == "Full."
        return UnevenModel()


@pytest.mark.parametrize("number", [-1, 0, 200])  # encoding, measuring defocus, a part
def test_the_processor_takes_over_from_a_device_that_fails(
    request_: FusionRequest, number: int
) -> None:
    viewport = open_viewport(request_, Progress(), lambda _: _Failing(number))
    render = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    width, height = viewport.size_px
    for window in (Region(0, 0, 200, width), Region(200, 0, height, width)):
        part = viewport.picture_of(window, Mode.FAITHFUL, Progress())
        assert np.array_equal(part, render.picture[window.slices])
    assert viewport.device == "CPU"


def test_the_processor_takes_over_from_a_device_that_a_part_in_the_middle_found_broken(
    request_: FusionRequest,
) -> None:
    """What is encoded on it for the render fails as well: there is no second processor."""

    class Resting(_Failing):
        """Somebody looks while a frame is encoded."""

        looks = False

        def encode(self, pixels: FloatArray) -> FloatArray:
            if self.looks:
                self.looks, self._number = False, -1
                viewport.picture_of(Region(100, 200, 230, 330), Mode.FAITHFUL, Progress())
            return super().encode(pixels)

    breaking = Resting(10**9)
    viewport = open_viewport(request_, Progress(), lambda _: breaking)
    breaking.looks = True
    found = viewport.render(request_, Progress())
    assert not breaking.looks
    assert viewport.device == "CPU"
    files = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    np.testing.assert_array_equal(found.picture, files.picture)


@pytest.mark.parametrize("stage", ["Measuring defocus", "Aligning", "Encoding"])
def test_frames_stay_as_they_are_under_a_render_that_begins_anew(
    request_: FusionRequest, stage: str
) -> None:
    """Parts for which memory is short would else place them under it."""
    request = replace(request_, memory_bytes=0)
    models = [_Failing(0), UnevenModel()]
    viewport = open_viewport(request, Progress(), lambda _: models.pop(0))
    stages: list[str] = []

    def look(_fraction: float, now: str) -> None:
        stages.append(now)
        if stages.count(stage) == 1 and now == stage:
            viewport.finish(Progress())
            viewport.picture_of(Region(100, 200, 130, 230), Mode.FAITHFUL, Progress())

    found = viewport.render(request, Progress(look))
    assert models == []
    assert stage in stages
    assert_same(found, fuse_stack(request, Progress(), lambda _: UnevenModel()))
    viewport.finish(Progress())
    assert viewport.complete
    viewport.close()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_render_whose_device_fails_begins_again_without_what_the_device_made(
    request_: FusionRequest, mode: Mode
) -> None:
    request = replace(request_, mode=mode)
    breaking = _Failing(10**9)
    viewport = open_viewport(request, Progress(), lambda _: breaking)
    breaking.break_down(out_of_memory=True)
    found = viewport.render(request, Progress())
    files = fuse_stack(request, Progress(), lambda _: UnevenModel())
    assert_alike(found, files)
    assert set(found.reused) == {"read"}
    assert "encode" in found.timings_s
    assert found.reused_tiles == 0
    assert viewport.closed  # its model was given up


def test_a_render_tries_the_device_again_that_failed_in_a_part(request_: FusionRequest) -> None:
    models = [_Failing(200), UnevenModel()]
    viewport = open_viewport(request_, Progress(), lambda _: models.pop(0))
    viewport.picture_of(Region(200, 0, 400, 600), Mode.FAITHFUL, Progress())
    assert viewport.device == "CPU"
    found = viewport.render(request_, Progress())
    assert models == []
    assert set(found.reused) == {"read"}
    assert_same(found, fuse_stack(request_, Progress(), lambda _: UnevenModel()))
    assert not viewport.closed
    viewport.close()
