from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceMemoryError
from focusstack_app.core.fusion import Align, FusionRequest
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.overview import Overview
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.placing import Clock
from focusstack_app.jobs.preparing import Encoded, add_latents, prepare, registers
from tests.helpers.models import IdentityModel
from tests.helpers.stacks import make_stack, write_picture, write_stack


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    paths = write_stack(tmp_path, 3, suffix=".tif", bits=16, width_px=240, height_px=160)
    return FusionRequest(open_stack(paths).stack)


def test_frames_that_lie_on_each_other_come_as_they_are(request_: FusionRequest) -> None:
    clock, seen = Clock(), list[float]()
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    with Spool(10**9) as spool:
        prepared = prepare(request_, spool, clock, progress)
        truth = make_stack(3, width_px=240, height_px=160).frames
        for frame, expected in zip(prepared.frames, truth, strict=True):
            np.testing.assert_array_equal(frame[:], expected)
        plain = np.zeros(3), Overview([], (1.0, 1.0), np.ones(16, np.float32), 0.0)
        encoded = Encoded(IdentityModel(), *plain, None, [])
        add_latents(encoded, prepared.frames, spool.keep, progress)
        decoded = IdentityModel().decode(encoded.latents[1][:].astype(np.float32))
        np.testing.assert_allclose(decoded[:160, :240], truth[1] / 65535, atol=1e-3)
    assert prepared.request is request_
    assert prepared.aligned.inside == (slice(0, 160), slice(0, 240))
    assert prepared.aligned.registration is not None
    assert clock.timings_s.keys() == {"read", "align"}
    assert seen == sorted(seen)


def test_a_single_frame_is_not_aligned(request_: FusionRequest) -> None:
    clock = Clock()
    one = replace(request_, stack=replace(request_.stack, sources=request_.stack.sources[:1]))
    with Spool(10**9) as spool:
        prepared = prepare(one, spool, clock, Progress())
        assert prepared.frames[0].shape == (160, 240, 3)
    assert prepared.aligned.inside == (slice(0, 160), slice(0, 240))
    assert "one frame only" in prepared.aligned.warnings[0]
    assert clock.timings_s.keys() == {"read"}


@pytest.mark.parametrize("odd", [0, 2])
def test_a_black_frame_is_left_out_where_frames_are_taken_as_they_lie(
    tmp_path: Path, odd: int
) -> None:
    paths = write_stack(tmp_path, 4, suffix=".tif", bits=16, width_px=200, height_px=150)
    request = FusionRequest(open_stack(paths).stack, align=Align.OFF)
    frames = make_stack(4, width_px=200, height_px=150).frames
    with Spool(10**9) as spool:
        prepared = prepare(request, spool, Clock(), Progress())
        assert prepared.request is request
        assert prepared.aligned.warnings == []
        write_picture(paths[odd], frames[odd] // np.uint16(8), bits=16)  # the flash did not fire
        prepared = prepare(request, spool, Clock(), Progress())
        left = [index for index in range(4) if index != odd]
        for frame, index in zip(prepared.frames, left, strict=True):
            np.testing.assert_array_equal(frame[:], frames[index])
    assert prepared.request.stack.sources == request.stack.taken(left).sources
    told = prepared.aligned.warnings
    assert told[0].startswith(f"{paths[odd].name} was left out: it is much darker or brighter")
    assert len(told) == (2 if odd == 0 else 1)  # and which frame is the reference instead
    assert prepared.aligned.placement is None


def test_what_is_known_or_not_wanted_is_not_registered(request_: FusionRequest) -> None:
    assert registers(request_)
    assert not registers(replace(request_, align=Align.OFF))
    with Spool(10**9) as spool:
        known = prepare(request_, spool, Clock(), Progress()).aligned.registration
    assert not registers(replace(request_, registration=known))


class _Card:
    """Takes arrays as they are, as often as it is said."""

    def __init__(self, puts: int) -> None:
        self.left, self.rests = puts, 0

    def room_bytes(self) -> int:
        return 0

    def put(self, array: NDArray[Any]) -> NDArray[Any]:
        if self.left == 0:
            raise MemoryError
        self.left -= 1
        return array.copy()

    def rest(self) -> None:
        self.rests += 1

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except MemoryError as error:
            raise DeviceMemoryError("It is full.") from error


@pytest.mark.parametrize(("puts", "rests"), [(1000, 0), (3, 1)])
def test_frames_are_registered_on_a_card_and_without_it_where_it_fails(
    request_: FusionRequest, puts: int, rests: int
) -> None:
    card, asked = _Card(puts), list[tuple[int, ...]]()

    def card_for(frames: Sequence[Planes]) -> _Card:
        asked.extend(frame.shape for frame in frames)
        return card

    with Spool(10**9) as spool:
        here = prepare(request_, spool, Clock(), Progress()).aligned.registration
        there = prepare(request_, spool, Clock(), Progress(), card_for).aligned.registration
        assert asked == [(160, 240, 3)] * 3
        known = replace(request_, registration=there)
        prepare(known, spool, Clock(), Progress(), card_for)
    assert len(asked) == 3, "not asked where nothing is registered"
    assert here is not None
    assert there is not None
    np.testing.assert_allclose(
        there.frame_from_reference, here.frame_from_reference, rtol=0, atol=1e-9
    )
    assert card.left < puts
    assert card.rests == rests
