from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import Align, FusionRequest, Method
from focusstack_app.core.progress import Progress
from focusstack_app.io.icc import adobe_rgb_profile, rec2020_profile, srgb_profile
from focusstack_app.io.read import read_frame
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.maps import depth_map
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.reading import read_frames, readers_of
from focusstack_app.jobs.report import facts
from tests.helpers.stacks import make_stack, write_picture, write_stack
from tests.unit.io.builders import save_dng, smooth

SHUFFLED = [4, 2, 6, 0, 5, 3, 1]


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """Seven frames whose names do not say their order; the reference is the sixth."""
    frames = make_stack(7, width_px=448, height_px=192).frames
    for number, focus in enumerate(SHUFFLED):
        write_picture(tmp_path / f"{number}.tif", frames[focus], bits=16)
    sources = open_stack([tmp_path]).stack.sources
    return FusionRequest(Stack(sources, 5), method=Method.PYRAMID)


def test_frames_come_back_in_the_order_of_their_focus(request_: FusionRequest) -> None:
    with Spool(10**9) as spool:
        ordered, frames, proxies, *_ = read_frames(request_, spool, Progress())
        names = [source.path.stem for source in ordered.stack.sources]
        focus = [SHUFFLED[int(name)] for name in names]
        assert focus in (list(range(7)), list(range(7))[::-1])
        assert names[ordered.stack.reference] == "5"
        truth = make_stack(7, width_px=448, height_px=192).frames
        for frame, proxy, index in zip(frames, proxies, focus, strict=True):
            np.testing.assert_array_equal(frame[:], truth[index])
            np.testing.assert_array_equal(proxy[:], truth[index])
    assert ordered.request_id == request_.request_id


def test_frames_that_come_in_order_are_the_request_itself(tmp_path: Path) -> None:
    stack = open_stack(write_stack(tmp_path, 5, width_px=320, height_px=192)).stack
    request = FusionRequest(stack)
    with Spool(10**9) as spool:
        assert read_frames(request, spool, Progress())[0] is request


def test_a_rough_preview_is_registered_at_its_own_size(tmp_path: Path) -> None:
    stack = open_stack(write_stack(tmp_path, 3, width_px=320, height_px=192)).stack
    for rough, side_px in ((True, 160), (False, 320)):
        request = FusionRequest(stack, max_side_px=160, rough=rough)
        with Spool(10**9) as spool:
            _, frames, proxies, *_ = read_frames(request, spool, Progress())
            assert {frame.shape for frame in frames} == {(96, 160, 3)}
            assert {max(proxy.shape) for proxy in proxies} == {side_px}


def test_the_depth_follows_the_focus_and_not_the_names(request_: FusionRequest) -> None:
    result = fuse_stack(replace(request_, align=Align.OFF), Progress())
    (warning,) = result.warnings
    assert "did not come in the order of their focus" in warning
    middle = np.median(depth_map(result)[:, 32::64], axis=0).astype(float)
    steps = np.diff(middle)
    assert (steps > 0).all() or (steps < 0).all()


def test_frames_that_are_not_aligned_stay_where_they_lie_under_their_own_names(
    request_: FusionRequest,
) -> None:
    result = fuse_stack(replace(request_, align=Align.OFF), Progress())
    assert (result.placement, result.registration) == (None, None)
    assert result.provenance is not None
    given, order = request_.stack.sources, result.request.stack.sources
    assert order[result.request.stack.reference] == given[request_.stack.reference]
    assert facts(result)["frames"] == [str(source.path) for source in order]
    for band in range(7):  # each is sharp in one frame, at the place that it has there
        middle = slice(64 * band + 24, 64 * band + 40)
        index = int(np.median(result.provenance.source_index[32:-32, middle]))
        assert SHUFFLED[given.index(order[index])] == band
        np.testing.assert_allclose(
            result.picture[32:-32, middle],
            make_stack(7, width_px=448, height_px=192).truth[32:-32, middle],
            atol=3000,
        )


def test_a_registration_goes_with_its_frames(request_: FusionRequest) -> None:
    found = fuse_stack(request_, Progress())
    known = found.registration_of(request_.stack)
    assert known is not None
    reusing = fuse_stack(replace(request_, registration=known), Progress())
    assert reusing.registration_reused
    assert found.registration is not None
    assert reusing.registration is not None
    np.testing.assert_array_equal(
        reusing.registration.frame_from_reference, found.registration.frame_from_reference
    )
    np.testing.assert_array_equal(reusing.picture, found.picture)


def test_a_frame_of_another_size_is_named(request_: FusionRequest, tmp_path: Path) -> None:
    write_picture(tmp_path / "3.tif", make_stack(1, width_px=64).truth, bits=16)
    other = open_stack([tmp_path / "3.tif"]).stack.sources[0]
    sources = [other if s.path == other.path else s for s in request_.stack.sources]
    with Spool(10**9) as spool, pytest.raises(InputError, match=r"3\.tif is 64 x 64 px"):
        read_frames(replace(request_, stack=Stack(tuple(sources))), spool, Progress())


def test_of_two_frames_that_fail_the_first_is_named(request_: FusionRequest) -> None:
    sources = request_.stack.sources
    for gone in (sources[2], sources[3]):
        gone.path.unlink()
    with Spool(10**9) as spool, pytest.raises(InputError, match=sources[2].path.name):
        read_frames(request_, spool, Progress())


def test_as_many_frames_are_read_at_a_time_as_cores_and_memory_allow() -> None:
    jpeg = FrameSource(Path("a.jpg"), "jpeg", 6000, 4000, 8)
    raw = FrameSource(Path("b.raw"), "raw", 6000, 4000, 16)
    few, many, gib = Stack((jpeg, jpeg)), Stack((jpeg, raw)), 2**30
    assert [readers_of(few, cores, 64 * gib) for cores in (1, 2, 4, 16)] == [2, 2, 4, 8]
    assert [readers_of(few, 16, budget * gib) for budget in (1, 4, 26)] == [2, 4, 8]
    # Of 16 bits takes twice as much, and one such frame is enough.
    assert [readers_of(many, 16, budget * gib) for budget in (1, 8, 26)] == [2, 4, 8]


def test_frames_of_different_colour_spaces_are_told(tmp_path: Path) -> None:
    profiles = [adobe_rgb_profile(), adobe_rgb_profile(), None, srgb_profile()]
    paths = []
    for number, profile in enumerate(profiles):
        paths.append(tmp_path / f"{number}.png")
        pixels = (make_stack(len(profiles)).frames[number] >> 8).astype(np.uint8)
        Image.fromarray(pixels).save(paths[-1], icc_profile=profile)
    with Spool(10**9) as spool:
        for chosen in (paths[:2], paths[2:], paths):
            request = FusionRequest(open_stack(chosen).stack)
            warnings = read_frames(request, spool, Progress()).warnings
            assert len(warnings) == (chosen == paths)
    assert "2.png has the colours of sRGB, but 0.png those of Adobe RGB (1998)" in warnings[0]


def test_raw_is_wide_among_its_like_and_as_the_others_among_others(tmp_path: Path) -> None:
    scene = smooth(96, 128)
    raw = [save_dng(tmp_path / f"{number}.dng", scene / 300) for number in range(2)]
    other = tmp_path / "2.png"
    Image.fromarray(scene).save(other)
    for chosen, profile in ((raw, rec2020_profile()), ([*raw, other], srgb_profile())):
        request = FusionRequest(open_stack(chosen).stack)
        with Spool(10**9) as spool:
            read = read_frames(request, spool, Progress())
            assert read.icc_profile == profile
            narrow = profile == srgb_profile()
            expected = read_frame(request.stack.sources[0], narrow=narrow).pixels
            assert np.array_equal(read.frames[0][:], expected)
            assert not read.warnings
