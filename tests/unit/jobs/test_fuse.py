from __future__ import annotations

import shutil
import threading
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from focusstack_app.core.errors import (
    Cancelled,
    DeviceError,
    DeviceMemoryError,
    InputError,
    ModelError,
)
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    Align,
    FusionRequest,
    Method,
    Mode,
    Registration,
)
from focusstack_app.core.model import FloatArray, Fused, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.engine.pixels import to_linear, to_uint16
from focusstack_app.engine.veil import from_linear
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from tests.helpers.models import MeanModel, OutOfMemoryOnceModel
from tests.helpers.stacks import defocused, make_stack, write_picture, write_stack


def _request(folder: Path, count: int = 3, bits: int = 16) -> FusionRequest:
    paths = write_stack(folder, count, suffix=".tif", bits=bits, width_px=240, height_px=160)
    return FusionRequest(open_stack(paths).stack, align=Align.OFF)


@pytest.mark.parametrize(
    ("method", "mode"),
    [
        (Method.PYRAMID, Mode.FAITHFUL),
        (Method.VAEEDOF, Mode.FAITHFUL),
        (Method.VAEEDOF, Mode.STRICT),
    ],
)
def test_the_result_is_nearer_to_the_truth_than_every_frame(
    tmp_path: Path, method: Method, mode: Mode
) -> None:
    result = fuse_stack(replace(_request(tmp_path), method=method, mode=mode), Progress())
    stack = make_stack(3, width_px=240, height_px=160)
    truth = stack.truth.astype(float)
    errors = [np.square(frame - truth).mean() for frame in stack.frames]
    assert np.square(result.picture - truth).mean() < 0.3 * min(errors)
    assert result.picture.dtype == np.uint16
    assert result.provenance is not None
    assert (result.provenance.source_index == stack.sharp_frame).mean() > 0.85
    assert result.warnings == ()


def test_the_generative_picture_has_the_right_colour(tmp_path: Path) -> None:
    result = fuse_stack(replace(_request(tmp_path), mode=Mode.GENERATIVE), Progress())
    truth = make_stack(3, width_px=240, height_px=160).truth
    difference = (result.picture.astype(float) - truth).mean(axis=(0, 1)) / 65535
    assert np.abs(difference).max() < 0.005


def test_one_frame_comes_back_exactly_with_a_warning(tmp_path: Path) -> None:
    result = fuse_stack(_request(tmp_path, 1), Progress())
    np.testing.assert_array_equal(result.picture, make_stack(1, width_px=240, height_px=160).truth)
    assert result.provenance is None
    assert "one frame" in result.warnings[0]


@pytest.mark.parametrize("method", list(Method))
def test_a_flat_grey_stack_stays_grey_to_the_last_bit_of_eight(
    tmp_path: Path, method: Method
) -> None:
    grey = np.full((80, 100, 3), 119 * 257, np.uint16)
    for number in range(4):
        write_picture(tmp_path / f"{number}.png", grey)
    request = FusionRequest(open_stack([tmp_path]).stack, method=method, align=Align.OFF)
    picture = fuse_stack(request, Progress()).picture
    assert (np.rint(picture / 257) == 119).all()


@pytest.mark.parametrize("method", list(Method))
def test_the_memory_budget_does_not_change_the_picture(
    tmp_path: Path, method: Method, scratch: Path
) -> None:
    for number, frame in enumerate(make_stack(9, width_px=80, height_px=64).frames):
        write_picture(tmp_path / f"{number}.png", frame)
    request = FusionRequest(open_stack([tmp_path]).stack, method=method, align=Align.OFF)
    roomy = fuse_stack(replace(request, memory_bytes=10**12), Progress())
    tight = fuse_stack(replace(request, memory_bytes=0), Progress())
    assert roomy.spooled_bytes == 0
    assert tight.spooled_bytes >= 9 * 80 * 64 * 3
    np.testing.assert_array_equal(roomy.picture, tight.picture)
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("method", "align"), [(Method.PYRAMID, Align.AUTO), (Method.VAEEDOF, Align.OFF)]
)
def test_memory_does_not_grow_with_the_frames(tmp_path: Path, method: Method, align: Align) -> None:
    def peak_bytes(count: int) -> int:
        folder = tmp_path / str(count)
        first = write_stack(folder, 3, width_px=192, height_px=128)
        for number in range(3, count):
            shutil.copyfile(first[number % 3], folder / f"frame_{number + 1}.png")
        stack = open_stack([folder]).stack
        request = FusionRequest(stack, method=method, align=align, memory_bytes=0)
        tracemalloc.start()
        try:
            fuse_stack(request, Progress(), lambda _request: MeanModel())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak_bytes(2)  # what is made once
    # What threads have in hand at the same moment is chance; the least of some runs is not.
    many, few = (min(peak_bytes(count) for _ in range(3)) for count in (25, 9))
    assert many < 1.2 * few


def test_cancelling_leaves_no_temporary_file(tmp_path: Path, scratch: Path) -> None:
    request = replace(_request(tmp_path), method=Method.PYRAMID, memory_bytes=0)
    seen: list[Path] = []

    def stop(_fraction: float, stage: str) -> None:
        if stage == "Fusing":
            seen.extend(scratch.glob("focusstack-*/*"))
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled):
        fuse_stack(request, progress)
    assert seen
    assert not list(scratch.iterdir())


def test_a_preview_is_small(tmp_path: Path) -> None:
    request = replace(_request(tmp_path), max_side_px=60)
    assert max(fuse_stack(request, Progress()).picture.shape) <= 60


@pytest.mark.parametrize("method", list(Method))
def test_moved_frames_are_aligned_when_asked(tmp_path: Path, method: Method) -> None:
    stack = make_stack(3, width_px=400, height_px=300)
    texture = [defocused(frame, 1.5) for frame in stack.frames]
    breathing = np.array([[1.02, 0, 3.0], [0, 1.02, -5.0]])
    for number, frame in enumerate(texture):
        moved = cv2.warpAffine(
            frame, breathing if number == 1 else np.eye(3)[:2], (400, 300),
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        pixels = np.asarray(moved, dtype=np.uint16)
        write_picture(tmp_path / f"{number}.tif", pixels, bits=16)
    truth = defocused(stack.truth, 1.5)[30:-30, 30:-30] / 65535
    errors = {}
    for align in Align:
        stacked = open_stack([tmp_path]).stack
        request = FusionRequest(stacked, method=method, align=align, crop=False)
        result = fuse_stack(request, Progress())
        assert result.warnings == ()
        picture = result.picture[30:-30, 30:-30] / 65535
        errors[align] = float(np.sqrt(np.square(picture - truth).mean()))
    assert errors[Align.AUTO] < 0.5 * errors[Align.OFF], errors


@pytest.mark.parametrize("odd", [0, 2])  # the reference, or another one
@pytest.mark.parametrize(("light", "why"), [(0, "darker"), (0.1, "darker"), (-1, "something else")])
def test_a_frame_that_does_not_belong_is_left_out_and_named(
    tmp_path: Path, odd: int, light: float, why: str
) -> None:
    for number, frame in enumerate(make_stack(4, width_px=400, height_px=300).frames):
        soft = defocused(frame, 1.0)
        if number == odd:
            shown = from_linear(to_linear(soft) * np.float32(abs(light)))
            soft = 65535 - soft if light < 0 else to_uint16(shown)
        write_picture(tmp_path / f"{number}.tif", soft, bits=16)
    request = FusionRequest(open_stack([tmp_path]).stack)
    result = fuse_stack(request, Progress())
    others = [source for source in request.stack.sources if source.path.stem != str(odd)]
    assert list(result.request.stack.sources) == others
    assert result.request.stack.reference == 0
    (told,) = (warning for warning in result.warnings if f"{odd}.tif was left out" in warning)
    assert why in told
    instead = "1.tif is the reference instead: the other frames are fitted to it."
    assert (instead in result.warnings) == (odd == 0)
    assert not [warning for warning in result.warnings if "not be registered" in warning]
    assert result.registration_reused is False
    assert result.registration_of(request.stack) is None
    alone = fuse_stack(replace(request, stack=Stack(tuple(others))), Progress())
    np.testing.assert_allclose(result.picture, alone.picture, atol=64)


def test_one_of_two_frames_is_never_left_out(tmp_path: Path) -> None:
    for number, frame in enumerate(make_stack(2, width_px=200, height_px=150).frames):
        write_picture(tmp_path / f"{number}.tif", frame * np.uint16(1 - number), bits=16)
    result = fuse_stack(FusionRequest(open_stack([tmp_path]).stack), Progress())
    assert len(result.request.stack) == 2
    assert any("Leave it out" in warning for warning in result.warnings)


def test_the_registration_of_a_preview_serves_the_render(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (1500, 1000)  # larger than what is registered
    for number, frame in enumerate(make_stack(3, width_px=size[0], height_px=size[1]).frames):
        moving = np.array([[1 + 0.006 * number, 0, 2.5 * number], [0, 1 + 0.006 * number, 0]])
        texture = defocused(frame, 2.0)
        moved = cv2.warpAffine(texture, moving, size, borderMode=cv2.BORDER_REFLECT)
        pixels = np.asarray(moved * (1 - 0.04 * number), np.uint16)
        write_picture(tmp_path / f"{number}.tif", pixels, bits=16)
    estimates: list[tuple[int, int]] = []

    def counted(
        proxies: Sequence[FloatArray], reference: int, size_px: tuple[int, int], *rest: Any
    ) -> Registration:
        estimates.append(size_px)
        return register(proxies, reference, size_px, *rest)

    monkeypatch.setattr("focusstack_app.jobs.preparing.register", counted)
    stack = open_stack([tmp_path]).stack
    request = FusionRequest(stack, method=Method.PYRAMID, crop=False)
    preview = fuse_stack(replace(request, max_side_px=300), Progress())
    assert max(preview.picture.shape) <= 300
    known = preview.registration
    reusing = fuse_stack(replace(request, registration=known), Progress())
    assert estimates == [(1000, 1500)]
    own = fuse_stack(request, Progress())
    assert len(estimates) == 2
    assert (reusing.registration_reused, own.registration_reused) == (True, False)
    assert known is not None
    assert own.registration is not None
    assert reusing.registration is known
    corners = np.array([[0, 1499.0, 0, 1499], [0, 0, 999, 999], [1, 1, 1, 1]])
    there, here = (r.frame_from_reference @ corners for r in (known, own.registration))
    assert np.abs(there - here).max() < 0.1
    np.testing.assert_allclose(known.gains, own.registration.gains, atol=0.002)
    difference = reusing.picture / 65535 - own.picture / 65535
    assert np.sqrt(np.square(difference).mean()) < 0.004


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    request = _request(tmp_path)
    write_picture(tmp_path / "frame_2.tif", make_stack(1, width_px=64).truth, bits=16)
    with pytest.raises(InputError, match=r"frame_2\.tif"):
        fuse_stack(request, Progress())


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nobody"):
        fuse_stack(replace(_request(tmp_path), model_id="nobody"), Progress())


def test_out_of_memory_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeviceMemoryError, match="use the Pyramid method"):
        fuse_stack(_request(tmp_path), Progress(), lambda _request: OutOfMemoryOnceModel())


class _Failing(MeanModel):
    """Fails in the fourth tile with an error; what it falls back to does not fail."""

    def __init__(self, error: DeviceError) -> None:
        super().__init__()
        self.device = "CUDA"
        self._error = error

    def fuse(self, latents: FloatArray) -> Fused:
        if self.fuse_calls == 3:
            raise self._error
        return super().fuse(latents)

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel:
        lighter = MeanModel()
        lighter.warnings = (f"{reason} {out_of_memory}",)
        return lighter


@pytest.mark.parametrize(
    ("error", "warning"),
    [(DeviceMemoryError("Full."), "Full. True"), (DeviceError("Broken."), "Broken. False")],
)
def test_a_device_that_fails_halfway_is_left_and_the_picture_started_again(
    tmp_path: Path, error: DeviceError, warning: str
) -> None:
    request = replace(_request(tmp_path), memory_bytes=0)
    seen: list[float] = []
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    result = fuse_stack(request, progress, lambda _request: _Failing(error))
    expected = fuse_stack(request, Progress(), lambda _request: MeanModel())
    assert np.array_equal(result.picture, expected.picture)
    assert (result.device, result.warnings[0]) == ("CPU", warning)
    assert result.warnings[1:] == expected.warnings
    assert seen == sorted(seen)


@pytest.mark.parametrize("method", list(Method))
def test_progress_rises_to_one_and_cancel_stops_it(tmp_path: Path, method: Method) -> None:
    request = replace(_request(tmp_path), method=method)
    seen: list[float] = []
    fuse_stack(request, Progress(lambda fraction, _stage: seen.append(fraction)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    progress = Progress(lambda fraction, _stage: progress.cancel() if fraction > 0.4 else None)
    with pytest.raises(Cancelled):
        fuse_stack(request, progress)


def test_nobody_waits_for_a_model_who_does_not_want_it_any_more(tmp_path: Path) -> None:
    request = FusionRequest(open_stack(write_stack(tmp_path, 2)).stack)
    wanted, cancelled_at = threading.Event(), list[float]()

    def load(_request: FusionRequest) -> FusionModel:
        wanted.wait(20)
        return MeanModel()

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        progress.cancel()

    progress = Progress()
    threading.Timer(1.0, cancel).start()
    with pytest.raises(Cancelled):
        fuse_stack(request, progress, load)
    assert time.monotonic() - cancelled_at[0] < 5.0
    wanted.set()


def test_borders_that_an_aligned_frame_does_not_show_are_cropped(tmp_path: Path) -> None:
    stack = make_stack(2, width_px=400, height_px=300, seed=4)
    smooth = [defocused(frame, 1.2) for frame in stack.frames]
    moved = np.roll(smooth[1], (8, 14), (0, 1))
    moved[:8], moved[:, :14] = moved[8], moved[:, 14:15]
    write_picture(tmp_path / "0.tif", smooth[0].astype(np.uint16), bits=16)
    write_picture(tmp_path / "1.tif", moved.astype(np.uint16), bits=16)
    request = FusionRequest(open_stack([tmp_path]).stack, method=Method.PYRAMID)
    cropped, whole = (fuse_stack(replace(request, crop=crop), Progress()) for crop in (True, False))
    height, width = cropped.picture.shape[:2]
    assert (292 - 4, 386 - 4) <= (height, width) <= (292, 386)
    assert cropped.provenance is not None
    assert cropped.provenance.source_index.shape == (height, width)
    np.testing.assert_array_equal(cropped.picture, whole.picture[:height, :width])
