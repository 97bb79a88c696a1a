from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    DEFAULT_MODEL_ID,
    Align,
    FusionRequest,
    FusionResult,
    Method,
)
from focusstack_app.core.kinds import on_host
from focusstack_app.core.output import OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.pytorch import TorchModel
from focusstack_app.io.icc import srgb_profile
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.export import export_result
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.joining import joined_stack, laid_over, lies_on
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.placing import Clock, placed, placed_on
from focusstack_app.jobs.preparing import prepare
from focusstack_app.jobs.slabs import export_slabs, slab_paths, slab_requests
from focusstack_app.jobs.source_frame import read_source_frame
from tests.helpers.models import MeanModel
from tests.helpers.stacks import defocused, fake_stack, make_stack, write_picture
from tests.unit.io.builders import save_dng, smooth

COUNT, SIZE = 9, (360, 240)


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """Nine frames that breathe, shift and get darker; the third is the reference."""
    for number, frame in enumerate(make_stack(COUNT, width_px=SIZE[0], height_px=SIZE[1]).frames):
        breathing = np.array([[1 + 0.004 * number, 0, number], [0, 1 + 0.004 * number, -number]])
        moved = cv2.warpAffine(defocused(frame, 1), breathing, SIZE, borderMode=cv2.BORDER_REFLECT)
        darker = np.asarray(moved * (1 - 0.01 * number), np.uint16)
        write_picture(tmp_path / f"{number}.tif", darker, bits=16)
    stack = Stack(open_stack([tmp_path]).stack.sources, 2)
    return FusionRequest(stack, method=Method.PYRAMID)


def fused(request: FusionRequest) -> FusionResult:
    return fuse_stack(request, Progress(), lambda _: MeanModel())


def known_of(whole: FusionResult) -> FusionRequest:
    return replace(whole.request, registration=whole.registration)


@pytest.mark.parametrize("crop", [True, False])
def test_the_frames_of_a_slab_are_those_of_the_whole_stack(
    request_: FusionRequest, crop: bool
) -> None:
    whole = known_of(fused(replace(request_, crop=crop)))
    with Spool(10**9) as spool:
        of_all = placed(prepare(whole, spool, Clock(), Progress()), spool, Clock(), Progress())
        assert of_all.aligned.placement is not None
        assert len(of_all.aligned.placement.moved) == COUNT - 1
        inside = of_all.aligned.inside
        for request in slab_requests(whole, 4, 1):
            prepared = prepare(request, spool, Clock(), Progress())
            assert prepared.aligned.inside == inside
            prepared = placed(prepared, spool, Clock(), Progress())
            assert len(prepared.frames) == len(request.positions)
            for position, frame in zip(request.positions, prepared.frames, strict=True):
                own, other = frame[:][inside], of_all.frames[position][:][inside]
                # Where a frame shows nothing, the slab has no neighbours to fill it in.
                middle = (
                    (slice(30, -30), slice(30, -30)) if not crop else (slice(None), slice(None))
                )
                np.testing.assert_array_equal(own[middle], other[middle])


def test_at_bare_borders_the_reference_fills_in(request_: FusionRequest) -> None:
    whole = fused(replace(request_, crop=False))
    (*_, last) = slab_requests(known_of(whole), 4, 1)
    with Spool(10**9) as spool:
        prepared = prepare(last, spool, Clock(), Progress())
        assert prepared.base is not None
        base = prepared.base[:].copy()
        np.testing.assert_array_equal(base, read_source_frame(whole, 2, Progress()))
        prepared = placed(prepared, spool, Clock(), Progress())
        np.testing.assert_array_equal(prepared.frames[0][:][0], base[0])


def test_on_a_card_frames_are_placed_alike(request_: FusionRequest) -> None:
    card = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu").card
    whole = fused(replace(request_, crop=False))
    with Spool(10**9) as spool:
        for request in slab_requests(known_of(whole), 3, 0):
            prepared = prepare(request, spool, Clock(), Progress())
            there = placed_on(card, prepared, Clock(), Progress())
            frames = placed(prepared, spool, Clock(), Progress()).frames
            for mine, other in zip(there, frames, strict=True):
                away = np.abs(on_host(mine).astype(int) - other[:].astype(int))
                assert away.mean() < 0.001 * 65535


@pytest.mark.parametrize("method", list(Method))
def test_a_slab_lies_on_the_whole_and_names_its_frames_by_their_place_there(
    request_: FusionRequest, method: Method
) -> None:
    whole = fused(replace(request_, method=method))
    for request in slab_requests(known_of(whole), 4, 1):
        slab = fused(request)
        assert slab.picture.shape == whole.picture.shape
        assert slab.registration is whole.registration
        assert slab.registration_reused
        assert lies_on(whole, slab)
        stack = joined_stack(whole, [slab])
        assert stack == whole.request.stack
        assert laid_over(whole, slab, stack, Progress()).pixels is slab.picture
        assert slab.provenance is not None
        index = slab.provenance.source_index
        assert index.dtype == np.uint16
        assert index.min() >= request.positions.start
        assert index.max() < request.positions.stop
        for position in (0, COUNT - 1):  # also frames of other slabs
            np.testing.assert_array_equal(
                read_source_frame(slab, position, Progress()),
                read_source_frame(whole, position, Progress()),
            )


def test_what_is_sharp_in_a_slab_is_as_in_the_whole(request_: FusionRequest) -> None:
    whole = fused(request_)
    assert whole.provenance is not None
    request = slab_requests(known_of(whole), 5, 1)[1]
    slab = fused(request)
    inner = np.isin(whole.provenance.source_index, list(request.positions)[1:-1])
    away = np.abs(slab.picture.astype(int) - whole.picture)
    assert inner.mean() > 0.2
    assert away[inner].mean() < 0.2 * away[~inner].mean()


def test_slabs_are_not_registered_again_and_read_only_their_frames(
    request_: FusionRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimates: list[int] = []

    def counted(proxies: Sequence[Any], *rest: Any) -> Any:
        estimates.append(len(proxies))
        return register(proxies, *rest)

    monkeypatch.setattr("focusstack_app.jobs.preparing.register", counted)
    whole = fused(request_)
    requests = slab_requests(known_of(whole), 4, 1)
    request_.stack.sources[0].path.unlink()
    for request in requests[1:]:
        fused(request)
    assert estimates == [COUNT]
    with pytest.raises(InputError, match=r"0\.tif"):
        fused(requests[0])


def test_a_slab_of_a_stack_that_was_not_registered_is_refused(request_: FusionRequest) -> None:
    (first, *_) = slab_requests(request_, 4, 1)
    with pytest.raises(ValueError, match="not known where"):
        fused(first)


def test_without_alignment_frames_lie_as_they_are(request_: FusionRequest) -> None:
    whole = fused(replace(request_, align=Align.OFF))
    slab = fused(slab_requests(known_of(whole), 4, 1)[1])
    assert slab.placement is None
    assert slab.picture.shape == whole.picture.shape == (SIZE[1], SIZE[0], 3)


def test_a_slab_has_the_profile_of_the_reference_also_where_that_is_none_of_its_frames(
    tmp_path: Path,
) -> None:
    for number, frame in enumerate(make_stack(6).frames):
        extra = [(34675, 7, None, srgb_profile(), True)] if number == 0 else []
        tifffile.imwrite(tmp_path / f"{number}.tif", frame, photometric="rgb", extratags=extra)
    request = FusionRequest(open_stack([tmp_path]).stack, method=Method.PYRAMID)
    whole = fused(request)
    assert whole.icc_profile is not None
    last = fused(slab_requests(known_of(whole), 3, 1)[-1])
    assert last.icc_profile == whole.icc_profile


def test_slabs_say_the_numbers_of_a_longer_list_unless_its_order_is_another() -> None:
    listed = fake_stack(12).sources
    request = FusionRequest(Stack((*listed[1:4], *listed[5:])))
    slabs = [asked.slab for asked in slab_requests(request, 4, 0, listed)]
    assert [slab and slab.frames for slab in slabs] == [(2, 6), (7, 12)]
    for others in ((), listed[::-1], listed[2:]):
        slabs = [asked.slab for asked in slab_requests(request, 4, 0, others)]
        assert [slab and slab.frames for slab in slabs] == [(1, 4), (5, 10)]


def test_slabs_are_named_beside_the_picture() -> None:
    paths = slab_paths(Path("out") / "ant.tif", fake_stack(24), 10, 3)
    assert [path.as_posix() for path in paths] == [f"out/ant-slab-0{n}.tif" for n in (1, 2, 3)]
    with pytest.raises(InputError, match="one slab of 10 is all of it"):
        slab_paths(Path("ant.tif"), fake_stack(13), 10, 3)


def test_where_a_slab_fails_no_file_appears(request_: FusionRequest, tmp_path: Path) -> None:
    whole = fused(request_)
    out = tmp_path / "made" / "ant.tif"
    out.parent.mkdir()
    paths = slab_paths(out, request_.stack, 4, 1)
    request_.stack.sources[-1].path.unlink()
    done = list[Path]()

    def write() -> None:
        with ExitStack() as together:
            export_result(whole, out, together=together)
            written = export_slabs(
                whole,
                paths,
                (4, 1),
                options=OutputOptions(),
                overwrite=False,
                progress=Progress(),
                together=together,
            )
            done.extend(path for _, path in written)

    with pytest.raises(InputError, match=r"8\.tif"):
        write()
    assert done == paths[:2]
    done.clear()
    assert list(out.parent.iterdir()) == []
    request_.stack.sources[-1].path.write_bytes(request_.stack.sources[0].path.read_bytes())
    write()
    assert done == paths
    assert sorted(out.parent.iterdir()) == sorted([out, *paths])


def test_raw_in_a_slab_has_the_colours_that_it_has_in_the_whole_stack(tmp_path: Path) -> None:
    scene = smooth(96, 128)
    for number in range(4):
        save_dng(tmp_path / f"{number}.dng", scene / 300)
    write_picture(tmp_path / "4.tif", scene.astype(np.uint16) * 200, bits=16)
    request = FusionRequest(open_stack([tmp_path]).stack, method=Method.PYRAMID, align=Align.OFF)
    first, *_ = slab_requests(request, 2, 0)
    assert request.stack.taken(first.positions).all_raw
    assert fused(first).icc_profile == fused(request).icc_profile == srgb_profile()
