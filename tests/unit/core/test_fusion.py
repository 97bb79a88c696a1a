from __future__ import annotations

import pytest

from focusstack_app.core.fusion import Align, FusionRequest, Method, Mode
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
