from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import Align, FusionRequest, Method, Mode, Registration
from focusstack_app.core.slabs import Slab
from tests.helpers.stacks import fake_stack


def test_defaults_are_what_a_photographer_wants_first() -> None:
    request = FusionRequest(fake_stack())
    assert (request.method, request.mode, request.align) == (
        Method.VAEEDOF,
        Mode.FAITHFUL,
        Align.AUTO,
    )
    assert request.overlap == 0.25
    assert request.max_side_px is None


@pytest.mark.parametrize("overlap", [-0.01, 0.51, float("nan")])
def test_overlap_outside_its_range_is_refused(overlap: float) -> None:
    with pytest.raises(ValueError, match="overlap"):
        FusionRequest(fake_stack(), overlap=overlap)


@pytest.mark.parametrize("overlap", [0.0, 0.5])
def test_the_ends_of_the_range_of_overlap_are_allowed(overlap: float) -> None:
    assert FusionRequest(fake_stack(), overlap=overlap).overlap == overlap


def test_every_request_has_its_own_identity() -> None:
    stack = fake_stack()
    assert FusionRequest(stack).request_id != FusionRequest(stack).request_id


def test_a_slab_says_which_frames_are_fused() -> None:
    request = FusionRequest(fake_stack(5), slab=Slab(2, 1, 4))
    assert list(request.positions) == [1, 2, 3]
    assert request.sources == request.stack.sources[1:4]
    assert FusionRequest(fake_stack(3)).sources == fake_stack(3).sources
    with pytest.raises(ValueError, match="slab"):
        FusionRequest(fake_stack(3), slab=Slab(2, 1, 4))


def test_a_registration_of_other_frames_or_of_another_reference_is_refused() -> None:
    matrices = np.stack([np.eye(3)] * 3)
    matrices[1:, 0, 2] = 4.0, 8.0
    registration = Registration(matrices, np.ones((3, 3)), (), (64, 96))
    assert FusionRequest(fake_stack(), registration=registration).registration is registration
    with pytest.raises(ValueError, match="registration"):
        FusionRequest(fake_stack(4), registration=registration)
    with pytest.raises(ValueError, match="registration"):
        FusionRequest(Stack(fake_stack().sources, reference=1), registration=registration)


def test_a_registration_is_taken_along_when_frames_change_places() -> None:
    matrices = np.stack([np.eye(3) * (1 + index) for index in range(3)])
    gains = np.arange(9.0).reshape(3, 3)
    taken = Registration(matrices, gains, (2,), (64, 96)).taken([2, 0])
    np.testing.assert_array_equal(taken.frame_from_reference, matrices[[2, 0]])
    np.testing.assert_array_equal(taken.gains, gains[[2, 0]])
    assert taken.doubtful == (0,)


def test_registrations_are_equal_where_every_frame_lies_at_the_same_place() -> None:
    def registration(shift: float = 0.0, gain: float = 1.0, doubtful: int = 1) -> Registration:
        matrices = np.stack([np.eye(3)] * 3)
        matrices[1, 0, 2] = shift
        return Registration(matrices, np.full((3, 3), gain), (doubtful,), (64, 96))

    assert registration().equals(registration())
    for other in (registration(shift=1), registration(gain=2), registration(doubtful=2), None):
        assert not registration().equals(other)


def test_requests_that_differ_in_the_mode_only_are_alike() -> None:
    matrices = np.stack([np.eye(3)] * 3)
    known = Registration(matrices, np.ones((3, 3)), (), (64, 96))
    request = FusionRequest(fake_stack(), registration=known)
    again = replace(known, frame_from_reference=matrices.copy())
    for other in (
        replace(request, mode=Mode.STRICT, request_id="other", memory_bytes=0),
        replace(request, registration=again, temporary_folder=Path("there")),
    ):
        assert request.alike_but_mode(other)
    for other in (
        replace(request, overlap=0.5),
        replace(request, registration=None),
        FusionRequest(fake_stack(4)),
    ):
        assert not request.alike_but_mode(other)
        assert not other.alike_but_mode(request)
