from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled, DeviceError, InputError
from focusstack_app.core.fusion import FusionRequest, FusionResult, Mode
from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.jobs.first_look import FirstLook
from focusstack_app.jobs.fuse import LoadModel, fuse_stack, load_model
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.sight import FEW
from focusstack_app.jobs.viewport import open_after, open_viewport
from tests.helpers.models import UnevenModel
from tests.helpers.results import assert_same
from tests.helpers.stacks import make_stack, write_picture

FRAMES, WIDTH_PX, HEIGHT_PX = 12, 960, 320
PART = Region(100, 330, 230, 460)  # frames 4 and 5 are sharp there


@pytest.fixture
def bracket(tmp_path: Path) -> FusionRequest:
    """Of more frames than a first look reads, each a little larger than the one before it."""
    folder = tmp_path / "frames"
    folder.mkdir()
    frames = make_stack(FRAMES, width_px=WIDTH_PX, height_px=HEIGHT_PX).frames
    for number, pixels in enumerate(frames):
        grown = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), 0, 1 + 0.002 * number)
        moved = cv2.warpAffine(pixels, grown, (WIDTH_PX, HEIGHT_PX), borderMode=cv2.BORDER_REFLECT)
        write_picture(folder / f"{number:02d}.tif", np.asarray(moved, np.uint16), bits=16)
    return FusionRequest(open_stack([folder]).stack, memory_bytes=2 * 10**9)


def _uneven(_: FusionRequest) -> UnevenModel:
    return UnevenModel()


def _previewed(request: FusionRequest, load: LoadModel = _uneven) -> tuple[FirstLook, FusionResult]:
    """What can be looked at first, and the preview."""
    preview = fuse_stack(replace(request, max_side_px=480), Progress(), load)
    found = replace(request, stack=preview.request.stack, registration=preview.registration)
    return FirstLook(found, preview, load), preview


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.square(one.astype(np.float64) - other).mean()
    return float(10 * np.log10(65535**2 / max(error, 1e-9)))


def test_it_is_nearly_what_all_frames_give(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket, load_model)
    assert first.glimpses
    glimpse = first.glimpse_of(PART, Mode.FAITHFUL, Progress())
    assert len(first.kept) == FEW
    names = {source.path.stem for source in first.kept}
    assert {"04", "05"} < names
    viewport = open_after(first, Progress())
    assert viewport.glimpses
    exact = viewport.picture_of(PART, Mode.FAITHFUL, Progress())
    assert _psnr(glimpse, exact) > 45
    again = viewport.glimpse_of(PART, Mode.FAITHFUL, Progress())
    assert _psnr(again, exact) > 45
    viewport.close()


def test_the_viewport_after_it_has_the_pixels_of_the_render(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket)
    size_px = first.size_px
    assert size_px < (WIDTH_PX, HEIGHT_PX)
    for mode in Mode:
        first.glimpse_of(PART, mode, Progress())
    viewport = open_after(first, Progress())
    assert first.closed
    assert not first.glimpses
    assert viewport.size_px == size_px
    viewport.glimpse_of(PART, Mode.FAITHFUL, Progress())
    part = viewport.picture_of(PART, Mode.FAITHFUL, Progress())
    files = fuse_stack(first.request, Progress(), _uneven)
    np.testing.assert_array_equal(part, files.picture[PART.slices])
    viewport.glimpse_of(Region(0, 0, 200, 300), Mode.FAITHFUL, Progress())
    found = viewport.render(first.request, Progress())
    assert_same(found, files)
    assert found.reused_tiles > 0
    viewport.close()


def test_the_parts_are_those_of_the_viewport(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket)
    parts = first.parts_over(PART)
    viewport = open_after(first, Progress())
    assert viewport.parts_over(PART) == parts
    viewport.close()


def test_what_it_has_read_is_not_read_again(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket)
    first.glimpse_of(PART, Mode.FAITHFUL, Progress())
    read = [source.path for source in first.kept]
    contents = {path: path.read_bytes() for path in read}
    for path in read:
        path.write_bytes(b"")
    viewport = open_after(first, Progress())
    for path, content in contents.items():
        path.write_bytes(content)
    part = viewport.picture_of(PART, Mode.FAITHFUL, Progress())
    files = fuse_stack(first.request, Progress(), _uneven)
    np.testing.assert_array_equal(part, files.picture[PART.slices])
    viewport.close()


@pytest.mark.parametrize("stage", ["Reading", "Encoding"])
def test_an_opening_that_is_stopped_goes_on_from_there(
    bracket: FusionRequest, scratch: Path, stage: str
) -> None:
    first, _ = _previewed(replace(bracket, memory_bytes=0))
    assert not first.glimpses  # a few frames must fit

    def listen(_: float, now: str) -> None:
        if now == stage and len(first.kept) > FRAMES // 2:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        open_after(first, progress)
    kept = len(first.kept)
    assert FRAMES // 2 < kept <= FRAMES
    assert len([*scratch.glob("*/*")]) == kept  # what else lay there would take room again
    for source in first.kept:
        source.path.write_bytes(b"")
    viewport = open_after(first, Progress())
    assert viewport.size_px != (WIDTH_PX, HEIGHT_PX)
    viewport.close()
    assert not list(scratch.iterdir())


def test_what_is_stopped_in_the_last_moment_has_handed_nothing_over(
    bracket: FusionRequest, scratch: Path
) -> None:
    first, _ = _previewed(replace(bracket, memory_bytes=0))

    def listen(fraction: float, _: str) -> None:
        if fraction == 1.0:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        open_after(first, progress)
    assert not first.closed
    assert len([*scratch.glob("*/*")]) == FRAMES
    first.close()


def test_one_that_is_closed_leaves_no_file(bracket: FusionRequest, scratch: Path) -> None:
    first, _ = _previewed(bracket)
    first.glimpse_of(PART, Mode.FAITHFUL, Progress())
    first.spool.limit(0, [kept.pixels for kept in first.kept.values()])
    assert list(scratch.iterdir())
    first.close()
    first.close()
    assert not list(scratch.iterdir())
    with pytest.raises(ValueError, match="in focus"):
        first.glimpse_of(PART, Mode.FAITHFUL, Progress())


def test_what_few_frames_are_is_known_of_previews_of_the_same_stack_only(
    bracket: FusionRequest,
) -> None:
    first, preview = _previewed(bracket)
    found = first.request
    assert first.serves(replace(found, mode=Mode.STRICT))
    assert not first.serves(replace(found, crop=False))
    fewer = list(range(FRAMES - 1))
    assert found.registration is not None
    other = replace(
        found, stack=found.stack.taken(fewer), registration=found.registration.taken(fewer)
    )
    assert not FirstLook(other, preview, _uneven).glimpses
    assert not FirstLook(replace(found, registration=None), preview, _uneven).glimpses
    assert not FirstLook(found, None, _uneven).glimpses
    assert not FirstLook(found, replace(preview, sight=None), _uneven).glimpses


def test_few_frames_have_nothing_to_be_chosen_from(tmp_path: Path) -> None:
    for number, pixels in enumerate(make_stack(FEW, width_px=512, height_px=256).frames):
        write_picture(tmp_path / f"{number}.tif", pixels, bits=16)
    first, _ = _previewed(FusionRequest(open_stack([tmp_path]).stack, memory_bytes=2 * 10**9))
    assert not first.glimpses


def test_a_glimpse_is_stopped_and_keeps_what_was_read(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket)
    progress = Progress(lambda _, stage: progress.cancel() if stage == "Fusing" else None)
    with pytest.raises(Cancelled):
        first.glimpse_of(PART, Mode.FAITHFUL, progress)
    assert FEW <= len(first.kept) <= FEW + 1  # the reference, where one of them is bare


def test_a_device_that_fails_at_a_glimpse_leaves_it_to_the_processor(
    bracket: FusionRequest,
) -> None:
    class Failing(UnevenModel):
        def fuse(self, latents: FloatArray) -> Fused:
            if self.manifest.id == "failing":
                raise DeviceError("It failed.", "Choose another.")
            return super().fuse(latents)

        def fallback(self, reason: str, *, out_of_memory: bool) -> UnevenModel:
            del reason, out_of_memory
            return UnevenModel()

    first, preview = _previewed(bracket)
    failing = Failing()
    failing.manifest = replace(failing.manifest, id="failing")
    failing.device = "CUDA"
    broken = FirstLook(first.request, preview, lambda _: failing)
    found = broken.glimpse_of(PART, Mode.FAITHFUL, Progress())
    np.testing.assert_array_equal(found, first.glimpse_of(PART, Mode.FAITHFUL, Progress()))
    assert broken.failed
    first.close()
    broken.close()


def test_a_frame_that_is_gone_is_told(bracket: FusionRequest) -> None:
    first, _ = _previewed(bracket)
    bracket.stack.sources[4].path.unlink()
    with pytest.raises(InputError, match=r"04\.tif"):
        open_after(first, Progress())
    first.close()


def test_a_render_has_no_sight(bracket: FusionRequest) -> None:
    assert fuse_stack(bracket, Progress(), _uneven).sight is None
    assert open_viewport(bracket, Progress(), _uneven).glimpses is False
