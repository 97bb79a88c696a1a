from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.fusion import Align, FusionRequest
from focusstack_app.core.progress import Progress
from focusstack_app.io.spool import Spool
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.preparing import Clock, encode_frames, prepare, registers
from tests.helpers.models import IdentityModel
from tests.helpers.stacks import make_stack, write_stack


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    paths = write_stack(tmp_path, 3, suffix=".tif", bits=16, width_px=240, height_px=160)
    return FusionRequest(open_stack(paths).stack)


def test_a_clock_adds_up_what_a_stage_takes_also_when_it_fails() -> None:
    clock = Clock()

    def fail() -> None:
        with clock("wait"):
            time.sleep(0.02)
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            fail()
    assert clock.timings_s["wait"] >= 0.04
    assert clock.cpu_s.keys() == clock.timings_s.keys() == {"wait"}


def test_frames_that_lie_on_each_other_come_as_they_are(request_: FusionRequest) -> None:
    clock, seen = Clock(), list[float]()
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    with Spool(10**9) as spool:
        prepared = prepare(request_, spool, clock, progress)
        truth = make_stack(3, width_px=240, height_px=160).frames
        for frame, expected in zip(prepared.frames, truth, strict=True):
            np.testing.assert_array_equal(frame[:], expected)
        latents = encode_frames(IdentityModel(), prepared.frames, spool.keep, progress)
        decoded = IdentityModel().decode(latents[1][:].astype(np.float32))
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


def test_what_is_known_or_not_wanted_is_not_registered(request_: FusionRequest) -> None:
    assert registers(request_)
    assert not registers(replace(request_, align=Align.OFF))
    with Spool(10**9) as spool:
        known = prepare(request_, spool, Clock(), Progress()).aligned.registration
    assert not registers(replace(request_, registration=known))
