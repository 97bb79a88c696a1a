from __future__ import annotations

import gc
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled, DeviceMemoryError, InputError
from focusstack_app.core.fusion import FusionRequest, Method, Mode
from focusstack_app.core.model import FloatArray, Fused, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.viewport import Viewport, fits_in_memory, open_viewport
from tests.helpers.models import MeanModel, UnevenModel
from tests.helpers.stacks import make_stack, write_picture

WIDTH_PX, HEIGHT_PX = 700, 520


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """Of three frames, one of which has to be moved, so that the picture is cropped."""
    folder = tmp_path / "frames"
    folder.mkdir()
    stack = make_stack(3, width_px=WIDTH_PX, height_px=HEIGHT_PX)
    breathing = np.array([[1.01, 0, 9.0], [0, 1.01, -12.0]])
    for number, frame in enumerate(stack.frames):
        pixels = cv2.GaussianBlur(frame, (0, 0), 1.5)
        if number == 2:
            pixels = cv2.warpAffine(pixels, breathing, (WIDTH_PX, HEIGHT_PX))
        write_picture(folder / f"{number}.tif", np.asarray(pixels, dtype=np.uint16), bits=16)
    return FusionRequest(open_stack([folder]).stack, memory_bytes=2 * 10**9)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def _opened(request: FusionRequest, model: MeanModel | UnevenModel | None = None) -> Viewport:
    return open_viewport(request, Progress(), lambda _: model or UnevenModel())


def test_parts_in_any_order_and_mode_are_the_render_to_the_bit(request_: FusionRequest) -> None:
    viewport = _opened(request_)
    rng = np.random.default_rng(0)
    for mode in Mode:
        render = fuse_stack(replace(request_, mode=mode), Progress(), lambda _: UnevenModel())
        height, width = render.picture.shape[:2]
        assert viewport.size_px == (width, height)
        assert (width, height) != (WIDTH_PX, HEIGHT_PX)
        parts = viewport.parts_over(Region(0, 0, height, width))
        assert sum(part.height * part.width for part in parts) == height * width
        some = [parts[number] for number in rng.permutation(len(parts))[:4]]
        for window in [*some, Region(100, 200, 130, 300), Region(0, 0, height, width)]:
            found = viewport.picture_of(window, mode, Progress())
            np.testing.assert_array_equal(found, render.picture[window.slices])
    viewport.close()


def test_what_was_fused_for_one_part_or_mode_is_not_fused_again(request_: FusionRequest) -> None:
    model = UnevenModel()
    viewport = _opened(request_, model)
    window = Region(100, 200, 230, 330)
    viewport.picture_of(window, Mode.FAITHFUL, Progress())
    before = model.fuse_calls
    assert before > 0
    viewport.picture_of(window, Mode.STRICT, Progress())
    viewport.picture_of(Region(110, 210, 111, 211), Mode.FAITHFUL, Progress())
    assert model.fuse_calls == before
    viewport.close()


def test_tiles_are_forgotten_where_memory_is_short(request_: FusionRequest, scratch: Path) -> None:
    model = UnevenModel()
    viewport = _opened(replace(request_, memory_bytes=0), model)
    window, opening = Region(100, 200, 230, 330), model.fuse_calls
    first = viewport.picture_of(window, Mode.FAITHFUL, Progress())
    before = model.fuse_calls
    files = sum(path.stat().st_size for path in scratch.glob("focusstack-*/*"))
    assert files >= 3 * WIDTH_PX * HEIGHT_PX * 6
    np.testing.assert_array_equal(viewport.picture_of(window, Mode.FAITHFUL, Progress()), first)
    assert model.fuse_calls - before == before - opening > 0
    viewport.close()
    assert not list(scratch.iterdir())


def test_a_closed_viewport_gives_nothing(request_: FusionRequest) -> None:
    viewport = _opened(request_)
    viewport.close()
    viewport.close()
    with pytest.raises(ValueError, match="closed"):
        viewport.picture_of(Region(0, 0, 10, 10), Mode.FAITHFUL, Progress())


def test_a_viewport_that_nobody_holds_leaves_no_file(
    request_: FusionRequest, scratch: Path
) -> None:
    viewport = _opened(replace(request_, memory_bytes=0))
    assert list(scratch.iterdir())
    del viewport
    gc.collect()
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("stage", ["Reading", "Aligning", "Encoding"])
def test_an_opening_that_is_cancelled_leaves_no_file(
    request_: FusionRequest, scratch: Path, stage: str
) -> None:
    seen: list[str] = []

    def stop(_fraction: float, now: str) -> None:
        seen.append(now)
        if now == stage and len(seen) > 1:
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled):
        open_viewport(replace(request_, memory_bytes=0), progress, lambda _: UnevenModel())
    assert seen[-1] == stage
    assert not list(scratch.iterdir())


def test_a_frame_that_cannot_be_read_leaves_no_file(request_: FusionRequest, scratch: Path) -> None:
    request_.stack.sources[2].path.write_bytes(b"II*\0")
    with pytest.raises(InputError, match=r"2\.tif"):
        _opened(replace(request_, memory_bytes=0))
    assert not list(scratch.iterdir())


def test_a_part_is_cancelled_at_the_next_tile(request_: FusionRequest) -> None:
    class Slow(MeanModel):
        def fuse(self, latents: FloatArray, shares: FloatArray) -> Fused:
            if looked_at:
                time.sleep(0.05)
                progress.cancel()
            return super().fuse(latents, shares)

    model, progress, looked_at = Slow(), Progress(), False
    viewport = _opened(request_, model)
    before, looked_at = model.fuse_calls, True
    with pytest.raises(Cancelled):
        viewport.picture_of(Region(0, 0, 400, 400), Mode.FAITHFUL, progress)
    assert model.fuse_calls <= before + 3  # a little ahead
    viewport.close()


def test_it_serves_requests_that_differ_in_the_mode_only(request_: FusionRequest) -> None:
    viewport = _opened(request_)
    again = FusionRequest(request_.stack, mode=Mode.STRICT)
    assert viewport.serves(again)
    assert not viewport.serves(replace(again, overlap=0.4))
    assert not viewport.serves(replace(again, stack=replace(request_.stack, reference=1)))
    viewport.close()


def test_what_is_not_fused_in_parts_is_refused(request_: FusionRequest) -> None:
    one = replace(request_.stack, sources=request_.stack.sources[:1])
    for other in (
        replace(request_, method=Method.PYRAMID),
        replace(request_, max_side_px=900),
        replace(request_, stack=one),
    ):
        with pytest.raises(ValueError, match="in parts"):
            _opened(other)


class _Failing(UnevenModel):
    """A device that breaks in the tile of that number; the processor does not."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.device = "CUDA"
        self._number = number

    def encode(self, pixels: FloatArray) -> FloatArray:
        if self._number < 0:
            raise DeviceMemoryError("Full.")
        return super().encode(pixels)

    def fuse(self, latents: FloatArray, shares: FloatArray) -> Fused:
        if self.fuse_calls == self._number:
            raise DeviceMemoryError("Full.")
        return super().fuse(latents, shares)

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel:
        assert not out_of_memory  # smaller tiles would not fit
        assert reason == "Full."
        return UnevenModel()


@pytest.mark.parametrize("number", [-1, 0, 200])  # encoding, measuring defocus, a part
def test_the_processor_takes_over_from_a_device_that_fails(
    request_: FusionRequest, number: int
) -> None:
    viewport = _opened(request_, _Failing(number))
    render = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    width, height = viewport.size_px
    for window in (Region(0, 0, 200, width), Region(200, 0, height, width)):
        part = viewport.picture_of(window, Mode.FAITHFUL, Progress())
        assert np.array_equal(part, render.picture[window.slices])
    assert viewport.device == "CPU"


def test_what_fits_in_memory_needs_no_temporary_files(
    request_: FusionRequest, scratch: Path
) -> None:
    assert fits_in_memory(request_)
    assert not fits_in_memory(replace(request_, memory_bytes=600_000_000))
    viewport = _opened(request_)
    assert list(scratch.iterdir()) == []
    viewport.close()
