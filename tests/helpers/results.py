"""Fusion results that no fusion made."""

from __future__ import annotations

import numpy as np

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest, FusionResult, Provenance
from focusstack_app.core.progress import Progress
from tests.helpers.stacks import fake_stack


def fake_result(
    stack: Stack | None = None, *, request: FusionRequest | None = None
) -> FusionResult:
    """Random pixels with a provenance in which every frame of the stack occurs."""
    if request is None:
        request = FusionRequest(stack if stack is not None else fake_stack())
    frames = request.stack.sources
    width, height = frames[0].size_px
    rng = np.random.default_rng(0)
    index = (np.arange(height * width) % len(frames)).reshape(height, width)
    provenance = Provenance(
        source_index=index.astype(np.uint16),
        confidence=rng.integers(0, 256, (height, width), dtype=np.uint8),
        synthesised=rng.integers(0, 256, (height, width), dtype=np.uint8),
    )
    return FusionResult(
        request=request,
        picture=rng.integers(0, 65536, (height, width, 3), dtype=np.uint16),
        icc_profile=None,
        provenance=provenance if len(frames) > 1 else None,
        timings_s={"reading": 0.25, "fusing": 1.5},
        cpu_s={"reading": 0.5},
        device="CPU",
        model="fake 1",
        peak_memory_bytes=123_456_789,
        warnings=("The second frame is blurred everywhere.",),
    )


def fake_fuse(request: FusionRequest, progress: Progress) -> FusionResult:
    """Stands in for `fuse_stack`: reads nothing, reports twice."""
    progress.report(0.0, "Fusing")
    result = fake_result(request=request)
    progress.report(1.0, "Fusing")
    return result


def assert_same(one: FusionResult, other: FusionResult) -> None:
    """The same picture to the bit, with the same story but for what it took."""
    np.testing.assert_array_equal(one.picture, other.picture)
    assert one.provenance is not None
    assert other.provenance is not None
    for name in ("source_index", "confidence", "synthesised"):
        np.testing.assert_array_equal(
            getattr(one.provenance, name), getattr(other.provenance, name)
        )
    _assert_same_story(one, other)


def assert_alike(one: FusionResult, other: FusionResult) -> None:
    """The same to a thousandth, with the same story but for what it took.

    Frames that were placed before they were reduced differ slightly from those that were reduced
    before they were placed.
    """
    np.testing.assert_allclose(one.picture, other.picture, rtol=0, atol=65)
    _assert_same_story(one, other)


def _assert_same_story(one: FusionResult, other: FusionResult) -> None:
    assert one.placement is not None
    assert other.placement is not None
    for name in ("frame_from_reference", "gains", "moved", "top_px", "left_px"):
        np.testing.assert_array_equal(getattr(one.placement, name), getattr(other.placement, name))
    assert one.registration is not None
    assert one.registration.equals(other.registration)
    for name in ("request", "icc_profile", "warnings", "device", "model", "registration_reused"):
        assert getattr(one, name) == getattr(other, name), name
