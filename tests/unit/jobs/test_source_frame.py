from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Method
from focusstack_app.core.progress import Progress
from focusstack_app.engine.resampling import resample
from focusstack_app.io.read import read_frame
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.source_frame import read_source_frame
from tests.helpers.stacks import defocused, make_stack, write_picture
from tests.unit.io.builders import save_dng, smooth


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """Three frames; the second lies elsewhere and the third lies with it."""
    stack = make_stack(3, width_px=400, height_px=300, seed=4)
    for number, frame in enumerate(stack.frames):
        smooth = defocused(frame, 1.2)
        moved = np.roll(smooth, (8, 14), (0, 1)) if number else smooth
        if number:
            moved[:8], moved[:, :14] = moved[8], moved[:, 14:15]
        write_picture(tmp_path / f"{number}.tif", moved.astype(np.uint16), bits=16)
    return FusionRequest(open_stack([tmp_path]).stack, method=Method.PYRAMID)


def fused(request: FusionRequest) -> FusionResult:
    return fuse_stack(request, Progress())


def test_a_frame_lies_on_the_result_and_has_its_size(request_: FusionRequest) -> None:
    result = fused(request_)
    assert result.placement is not None
    assert result.placement.moved == (1, 2)
    frames = [read_source_frame(result, index, Progress()) for index in range(3)]
    assert {frame.shape for frame in frames} == {result.picture.shape}
    inner = (slice(20, -20), slice(20, -20))
    for index, frame in enumerate(frames):
        assert result.provenance is not None
        own = (result.provenance.source_index == index)[inner]
        away = np.abs(frame[inner][own].astype(float) - result.picture[inner][own]).mean()
        assert away < 0.01 * 65535


def test_pixels_are_those_that_were_fused_with_the_neighbour_at_bare_borders(
    request_: FusionRequest,
) -> None:
    result = fused(replace(request_, crop=False))
    placement = result.placement
    assert placement is not None
    pixels = [read_frame(source).pixels for source in request_.stack.sources]
    for index in (1, 2):
        matrix, gains = placement.frame_from_reference[index], placement.gains[index]
        pixels[index] = resample(pixels[index], matrix, gains, pixels[index - 1], Progress())
    for index in range(3):
        there = read_source_frame(result, index, Progress())
        np.testing.assert_array_equal(there, pixels[index])
    whole, cropped = pixels[2], fused(request_)
    height, width = cropped.picture.shape[:2]
    np.testing.assert_array_equal(read_source_frame(cropped, 2, Progress()), whole[:height, :width])


def test_without_alignment_it_is_the_file(request_: FusionRequest) -> None:
    result = fused(replace(request_, align=Align.OFF))
    assert result.placement is None
    expected = read_frame(request_.stack.sources[1]).pixels
    np.testing.assert_array_equal(read_source_frame(result, 1, Progress()), expected)


def test_a_frame_that_is_gone_is_named(request_: FusionRequest) -> None:
    result = fused(request_)
    request_.stack.sources[1].path.unlink()
    with pytest.raises(InputError, match=r"1\.tif"):
        read_source_frame(result, 1, Progress())


def test_it_can_be_stopped(request_: FusionRequest) -> None:
    result, progress = fused(request_), Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        read_source_frame(result, 2, progress)


def test_raw_has_the_colours_that_it_had_under_the_fusion(tmp_path: Path) -> None:
    scene = smooth(96, 128)
    raw = [save_dng(tmp_path / f"{number}.dng", scene / 300) for number in range(2)]
    write_picture(tmp_path / "2.tif", scene.astype(np.uint16) * 200, bits=16)
    for chosen in (raw, [*raw, tmp_path / "2.tif"]):
        stack = open_stack(chosen).stack
        result = fused(FusionRequest(stack, method=Method.PYRAMID, align=Align.OFF))
        frame = read_source_frame(result, 1, Progress())
        assert np.abs(frame.astype(int) - result.picture).max() <= (1 if chosen is raw else 65535)
        narrow = read_frame(stack.sources[1], narrow=True).pixels
        assert np.array_equal(frame, narrow) == (chosen is not raw)
