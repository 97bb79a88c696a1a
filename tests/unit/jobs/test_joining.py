from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    Depth,
    FusionRequest,
    FusionResult,
    Method,
    Placement,
    Provenance,
    Registration,
)
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.joining import (
    joined_stack,
    laid_over,
    layer_of,
    lies_on,
    painted_result,
)
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.source_frame import read_source_frame
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack, make_stack, write_picture


def of_frames(*numbers: int, value: int = 0, placement: Placement | None = None) -> FusionResult:
    """A result of some of five frames, all of one value, in which every frame shows."""
    sources = fake_stack(5).sources
    stack = Stack(tuple(sources[number] for number in numbers))
    result = fake_result(stack)
    height, width = result.picture.shape[:2]
    index = (np.arange(height * width) % len(numbers)).reshape(height, width).astype(np.uint16)
    provenance = Provenance(
        index, np.full_like(index, 99, np.uint8), np.zeros_like(index, np.uint8)
    )
    picture = np.full_like(result.picture, value)
    return replace(result, picture=picture, provenance=provenance, placement=placement)


def moved(count: int, *frames: int, top_px: int = 0, left_px: int = 0) -> Placement:
    matrices = np.stack([np.eye(3)] * count)
    for frame in frames:
        matrices[frame, 0, 2] = frame + 1.0
    return Placement(matrices, np.full((count, 3), 1.5), frames, top_px, left_px)


def test_a_result_of_the_same_frames_is_taken_as_it_is() -> None:
    result, other = of_frames(0, 1, 2), of_frames(0, 1, 2, value=7)
    assert lies_on(result, other)
    stack = joined_stack(result, [other])
    assert stack == result.request.stack
    layer = laid_over(result, other, stack, Progress())
    assert layer.pixels is other.picture
    assert other.provenance is not None
    assert layer.source_index is other.provenance.source_index
    painted = painted_result(result, layer, stack, [other])
    assert painted.request is result.request
    assert painted.retouched


def test_frames_of_the_other_come_in_between_where_they_show() -> None:
    result, other = of_frames(0, 3), of_frames(0, 1, 3, 4, placement=moved(4, 1, 3))
    assert lies_on(result, other)
    stack = joined_stack(result, [other])
    every = fake_stack(5).sources
    assert stack.sources == (every[0], every[1], every[3], every[4])
    base = layer_of(result, stack)
    assert set(np.unique(base.source_index)) == {0, 2}
    above = laid_over(result, other, stack, Progress())
    np.testing.assert_array_equal(above.source_index.ravel()[:5], [0, 1, 2, 3, 0])
    mixed = base.copy()
    here = (slice(0, 1), slice(0, 3))  # of the other: frames 0, 1, 3
    mixed.put(here, above.part(here))
    painted = painted_result(result, mixed, stack, [other])
    assert painted.request.stack.sources == (every[0], every[1], every[3])
    assert painted.provenance is not None
    np.testing.assert_array_equal(painted.provenance.source_index[0, :4], [0, 1, 2, 2])
    assert painted.placement is not None
    assert painted.placement.moved == (1,)
    assert painted.placement.frame_from_reference[1, 0, 2] == 2.0
    np.testing.assert_array_equal(painted.placement.gains[:, 0], [1.0, 1.5, 1.0])


def test_what_was_painted_lies_where_its_frame_is_focused() -> None:
    """Frames that come in between move the depth of the others along."""
    result, other = of_frames(0, 3), of_frames(0, 1, 3, placement=moved(3, 1))
    height, width = result.picture.shape[:2]
    cells = height // 2, width // 2
    depth = Depth(np.full(cells, 0.5, np.float32), np.full(cells, 200, np.uint8))
    result = replace(result, depth=depth)
    stack = joined_stack(result, [other])
    layer = layer_of(result, stack).copy()
    layer.source_index[:, : width // 2] = 1
    layer.confidence[:, : width // 2] = 255
    painted = painted_result(result, layer, stack, [other])
    assert len(painted.request.stack) == 3
    assert painted.depth is not None
    half = cells[1] // 2
    assert (painted.depth.position[:, :half] == 1).all()
    assert (painted.depth.sure[:, :half] == 255).all()
    assert (painted.depth.position[:, half + 1 :] == 1).all()  # half the way from 0 to 2
    assert (painted.depth.sure[:, half + 1 :] == 200).all()


def test_the_stack_stays_where_no_other_frame_was_painted() -> None:
    result, other = of_frames(1, 3), of_frames(1, 2, 3)
    stack = joined_stack(result, [other])
    painted = painted_result(result, layer_of(result, stack), stack, [other])
    assert painted.request is result.request
    assert painted.provenance is not None
    assert result.provenance is not None
    np.testing.assert_array_equal(painted.provenance.source_index, result.provenance.source_index)


@pytest.mark.parametrize(("top", "left"), [(3, 5), (-3, 5), (4, -6)])
def test_another_crop_is_laid_where_it_belongs(top: int, left: int) -> None:
    """The crop begins `top` rows below that of the result (above it where negative)."""
    result = of_frames(0, 1, value=1, placement=moved(2, top_px=10, left_px=10))
    other = of_frames(0, 1, placement=moved(2, top_px=10 + top, left_px=10 + left))
    height, width = other.picture.shape[:2]
    numbered = np.arange(height * width, dtype=np.uint16).reshape(height, width, 1)
    other = replace(other, picture=np.broadcast_to(numbered, (height, width, 3)) + np.uint16(2))
    layer = laid_over(result, other, joined_stack(result, [other]), Progress())
    assert layer.pixels.shape == result.picture.shape
    for y in range(height):
        for x in range(0, width, 7):
            there = (y - top, x - left)
            inside = 0 <= there[0] < height and 0 <= there[1] < width
            assert layer.pixels[y, x, 0] == (other.picture[(*there, 0)] if inside else 1)


def test_what_nobody_knows_the_place_of_is_not_offered() -> None:
    result = of_frames(0, 1, 2, placement=moved(3, 2))
    assert lies_on(result, of_frames(1, 2))  # frame 1 fits as it is
    assert lies_on(result, of_frames(2, 1))  # frame 2 does not, but its place is known
    assert lies_on(of_frames(2, 1), result)
    assert not lies_on(result, of_frames(4, 3))  # no frame in common
    assert not lies_on(result, of_frames(4, 1))  # no reference in common
    assert not lies_on(result, replace(of_frames(0, 1), icc_profile=b"other colours"))
    eyes, size_px = np.stack([np.eye(3)] * 3), (2, 3)
    guessed = replace(result, registration=Registration(eyes, np.ones((3, 3)), (2,), size_px))
    assert not lies_on(guessed, of_frames(2, 1))  # it only has the place of its neighbour


@pytest.mark.parametrize("its_reference", [1, 0])
def test_a_result_on_another_reference_is_resampled(tmp_path: Path, its_reference: int) -> None:
    """Frames 1 and 2 lie 6 px lower and 9 px further right than frame 0, and are darker."""
    made = make_stack(3, width_px=400, height_px=300, seed=4)
    for number, frame in enumerate(made.frames):
        seen = np.roll(frame, (6, 9), (0, 1)) if number else frame
        dimmed = seen if number == 0 else (seen * 0.9).astype(np.uint16)
        write_picture(tmp_path / f"{number}.tif", dimmed, bits=16)
    whole = open_stack([tmp_path]).stack
    every = FusionRequest(whole, method=Method.PYRAMID)
    some = replace(every, stack=Stack(whole.sources[1:]))
    result, other = (
        fuse_stack(request, Progress())
        for request in ((every, some) if its_reference else (some, every))
    )
    assert lies_on(result, other)
    stack = joined_stack(result, [other])
    layer = laid_over(result, other, stack, Progress())
    assert layer.pixels.shape == result.picture.shape
    inner = (slice(30, -30), slice(30, -30))
    away = np.abs(layer.pixels[inner].astype(float) - result.picture[inner])
    assert np.median(away) < 0.01 * 65535
    assert np.mean(away) < 0.3 * np.mean(
        np.abs(np.roll(layer.pixels, (3, 3), (0, 1))[inner].astype(float) - result.picture[inner])
    )
    painted = painted_result(result, layer, stack, [other])
    placement, (height, width) = painted.placement, painted.picture.shape[:2]
    assert placement is not None
    assert len(painted.request.stack) == 3
    for index, frame in enumerate(made.frames):
        there = frame if its_reference else np.roll(frame, (6, 9), (0, 1)) * 0.9
        rows = slice(placement.top_px, placement.top_px + height)
        expected = there[rows, placement.left_px : placement.left_px + width]
        alone = read_source_frame(painted, index, Progress())
        assert np.mean(np.abs(alone[inner] - expected[inner].astype(float))) < 0.01 * 65535


def test_a_crop_of_another_reference_shows_only_what_it_has() -> None:
    result = of_frames(0, 1, value=1000, placement=moved(2, 1))
    other = of_frames(1, 0, value=500)
    layer = laid_over(result, other, joined_stack(result, [other]), Progress())
    shown = layer.pixels[..., 0] == 750  # brighter by the gain of 1.5
    assert shown.any()
    assert (layer.pixels[~shown] == 1000).all()
    rows, columns = np.nonzero(shown)
    height, width = result.picture.shape[:2]
    # Frame 1 lies 2 px further right, and loses 4 px at each border to the kernel.
    assert (rows.min(), rows.max()) == (4, height - 5)
    assert (columns.min(), columns.max()) == (4 - 2, width - 5 - 2)


def test_a_result_of_one_frame_keeps_its_frame() -> None:
    result, other = replace(of_frames(3), provenance=None), of_frames(2, 3)
    result = replace(result, picture=np.full_like(result.picture, 5))
    stack = joined_stack(result, [other])
    assert (
        layer_of(result, stack).source_index == stack.sources.index(fake_stack(5).sources[3])
    ).all()


def test_frames_that_came_in_can_be_painted_themselves(tmp_path: Path) -> None:
    made = make_stack(3, width_px=400, height_px=300, seed=4)
    for number, frame in enumerate(made.frames):
        shifted = np.roll(frame, (6, 9), (0, 1)) if number == 1 else frame
        write_picture(tmp_path / f"{number}.tif", shifted, bits=16)
    whole = open_stack([tmp_path]).stack
    request = FusionRequest(Stack((whole.sources[0], whole.sources[2])), method=Method.PYRAMID)
    result = fuse_stack(request, Progress())
    other = fuse_stack(replace(request, stack=whole), Progress())
    assert lies_on(result, other)
    stack = joined_stack(result, [other])
    layer = laid_over(result, other, stack, Progress())
    painted = painted_result(result, layer, stack, [other])
    assert painted.request.stack == whole
    height, width = painted.picture.shape[:2]
    inner = (slice(20, height - 20), slice(20, width - 20))
    there = read_source_frame(painted, 1, Progress())
    alone = read_source_frame(other, 1, Progress())
    assert painted.placement is not None
    assert other.placement is not None
    rows = slice(other.placement.top_px - painted.placement.top_px, None)
    columns = slice(other.placement.left_px - painted.placement.left_px, None)
    moved_there = there[rows, columns][: alone.shape[0], : alone.shape[1]]
    np.testing.assert_array_equal(moved_there[inner], alone[: moved_there.shape[0]][inner])
