from __future__ import annotations

import gc
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.fusion import FusionRequest, Method, Mode, Registration
from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.composite import most_sheets_bytes
from focusstack_app.engine.tiling import plan_tiles
from focusstack_app.jobs.budget import threads_bytes
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.viewport import Viewport, open_viewport
from tests.helpers.models import MeanModel, UnevenModel
from tests.helpers.results import assert_same
from tests.helpers.stacks import make_stack, write_picture
from tests.unit.jobs.conftest import HEIGHT_PX, WIDTH_PX


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


@pytest.mark.parametrize("memory_bytes", [0, 2 * 10**9])
def test_the_render_of_what_is_at_hand_is_that_of_the_files(
    request_: FusionRequest, scratch: Path, memory_bytes: int
) -> None:
    asked = replace(request_, memory_bytes=memory_bytes)
    model = UnevenModel()
    viewport = _opened(asked, model)
    viewport.picture_of(Region(100, 200, 230, 330), Mode.FAITHFUL, Progress())
    # At first, the frames are known where they were looked at only, if there is memory for that.
    made = set[str]() if memory_bytes else {"align", "encode"}
    for mode in (Mode.STRICT, Mode.GENERATIVE, Mode.FAITHFUL):
        request = replace(asked, mode=mode, request_id=f"render {mode}")
        before = model.fuse_calls
        found = viewport.render(request, Progress())
        fused = model.fuse_calls - before
        files = fuse_stack(request, Progress(), lambda _: model)
        assert_same(found, files)
        assert set(found.reused) == {"load model", "read", "defocus"} | made
        made = {"align", "encode"}
        assert found.timings_s.keys() == files.timings_s.keys() - set(found.reused)
        assert found.cpu_s.keys() == found.timings_s.keys()
        assert (files.reused, files.reused_tiles) == ((), 0)
        assert (found.reused_tiles > 0) is (memory_bytes > 0)
        tiles = len(plan_tiles(HEIGHT_PX // 8, -(-WIDTH_PX // 8), 8, request.overlap).tiles)
        assert fused == tiles - found.reused_tiles
    viewport.close()
    assert not list(scratch.iterdir())


def test_the_render_has_the_order_the_warnings_and_the_profile_of_the_files(
    tmp_path: Path,
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    frames = make_stack(7, width_px=448, height_px=192).frames
    for number, band in enumerate([3, 0, 5, 1, 6, 2, 4]):
        picture = Image.fromarray((frames[band] >> 8).astype(np.uint8))
        picture.save(tmp_path / f"{number}.png", icc_profile=profile)
    request = FusionRequest(replace(open_stack([tmp_path]).stack, reference=2))
    viewport = _opened(request)
    for _ in range(2):
        found = viewport.render(request, Progress())
        assert_same(found, fuse_stack(request, Progress(), lambda _: UnevenModel()))
        assert found.icc_profile == profile
        assert found.request.stack != request.stack
        assert len([w for w in found.warnings if "order of their focus" in w]) == 1
    viewport.close()


def test_a_render_leaves_the_parts_as_they_were(request_: FusionRequest) -> None:
    model = UnevenModel()
    viewport = _opened(request_, model)
    window = Region(100, 200, 230, 330)
    part = viewport.picture_of(window, Mode.FAITHFUL, Progress())
    viewport.render(request_, Progress())
    before = model.fuse_calls
    np.testing.assert_array_equal(viewport.picture_of(window, Mode.FAITHFUL, Progress()), part)
    assert model.fuse_calls == before
    viewport.close()


def test_the_memory_of_a_render_holds_the_frames_and_tiles_too(
    request_: FusionRequest, scratch: Path
) -> None:
    viewport = _opened(request_)
    viewport.picture_of(Region(100, 200, 230, 330), Mode.FAITHFUL, Progress())
    assert list(scratch.iterdir()) == []
    files = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    # Beside what a render always needs there is room for one of the three frames and its latent.
    fixed = 300_000_000 + 60 * WIDTH_PX * HEIGHT_PX
    fixed += threads_bytes(WIDTH_PX) + most_sheets_bytes(3, 2)
    short = replace(request_, memory_bytes=fixed + 8 * WIDTH_PX * HEIGHT_PX)
    found = viewport.render(short, Progress())
    assert_same(replace(found, request=files.request), files)
    assert found.spooled_bytes > 2 * 6 * WIDTH_PX * HEIGHT_PX
    again = viewport.render(request_, Progress())
    assert again.spooled_bytes == 0
    viewport.close()
    assert not list(scratch.iterdir())


def test_a_frame_that_was_written_anew_is_read_anew(request_: FusionRequest) -> None:
    viewport = _opened(request_)
    stale = viewport.render(request_, Progress())
    path = request_.stack.sources[1].path
    pixels = make_stack(3, width_px=WIDTH_PX, height_px=HEIGHT_PX, seed=1).frames[1]
    write_picture(path, pixels, bits=16)
    found = viewport.render(request_, Progress())
    assert not np.array_equal(found.picture, stale.picture)
    assert_same(found, fuse_stack(request_, Progress(), lambda _: UnevenModel()))
    assert found.reused == ()
    assert viewport.stale
    assert not viewport.serves(request_)


def test_what_was_read_can_be_looked_at_while_a_render_reads_anew(
    request_: FusionRequest, scratch: Path
) -> None:
    viewport = _opened(request_)
    window = Region(100, 200, 230, 330)
    before = viewport.picture_of(window, Mode.FAITHFUL, Progress())
    pixels = make_stack(3, width_px=WIDTH_PX, height_px=HEIGHT_PX, seed=1).frames[1]
    write_picture(request_.stack.sources[1].path, pixels, bits=16)
    seen: list[np.ndarray] = []

    def look(_fraction: float, stage: str) -> None:
        if stage == "Fusing" and not seen:
            assert list(scratch.glob("*/*"))  # the memory is the render's
            seen.append(viewport.picture_of(window, Mode.FAITHFUL, Progress()))

    found = viewport.render(request_, Progress(look))
    assert found.request.memory_bytes == request_.memory_bytes
    np.testing.assert_array_equal(seen, [before])
    viewport.close()
    assert not list(scratch.glob("*/*"))


def test_a_frame_that_is_gone_is_named_by_the_render(request_: FusionRequest) -> None:
    viewport = _opened(request_)
    request_.stack.sources[1].path.unlink()
    with pytest.raises(InputError, match=r"1\.tif"):
        viewport.render(request_, Progress())
    assert viewport.closed
    assert not viewport.stale


def _stopped_in(stage: str) -> tuple[Progress, list[str]]:
    """Progress that is cancelled once a stage is told, and the stages that were."""
    seen: list[str] = []

    def stop(_fraction: float, now: str) -> None:
        seen.append(now)
        if now == stage and len(seen) > 1:
            progress.cancel()

    progress = Progress(stop)
    return progress, seen


@pytest.mark.parametrize("stage", ["Fusing", "Decoding", "Compositing"])
def test_a_render_that_is_cancelled_leaves_the_parts(
    request_: FusionRequest, scratch: Path, stage: str
) -> None:
    viewport = _opened(replace(request_, memory_bytes=0))
    viewport.finish(Progress())
    before = sorted(scratch.glob("*/*"))
    progress, seen = _stopped_in(stage)
    with pytest.raises(Cancelled):
        viewport.render(request_, progress)
    assert seen[-1] == stage
    assert sorted(scratch.glob("*/*")) == before
    part = viewport.picture_of(Region(100, 200, 230, 330), Mode.FAITHFUL, Progress())
    files = fuse_stack(request_, Progress(), lambda _: UnevenModel())
    np.testing.assert_array_equal(part, files.picture[100:230, 200:330])
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
    progress, seen = _stopped_in(stage)
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
        def fuse(self, latents: FloatArray) -> Fused:
            if looked_at:
                time.sleep(0.05)
                progress.cancel()
            return super().fuse(latents)

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
    assert not viewport.serves(replace(again, registration=_nowhere_moved()))
    viewport.close()
    assert not viewport.serves(again)


def test_it_serves_a_request_that_knows_the_same_of_where_frames_lie(
    request_: FusionRequest,
) -> None:
    viewport = _opened(replace(request_, registration=_nowhere_moved()))
    assert viewport.serves(replace(request_, registration=_nowhere_moved()))
    elsewhere = replace(_nowhere_moved(), gains=np.full((3, 3), 1.1))
    assert not viewport.serves(replace(request_, registration=elsewhere))
    assert not viewport.serves(request_)
    viewport.close()


def _nowhere_moved() -> Registration:
    return Registration(np.stack([np.eye(3)] * 3), np.ones((3, 3)), (), (HEIGHT_PX, WIDTH_PX))


def test_what_is_not_fused_in_parts_is_refused(request_: FusionRequest) -> None:
    one = replace(request_.stack, sources=request_.stack.sources[:1])
    for other in (
        replace(request_, method=Method.PYRAMID),
        replace(request_, max_side_px=900),
        replace(request_, stack=one),
    ):
        with pytest.raises(ValueError, match="in parts"):
            _opened(other)
