from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.engine.pixels import to_float
from focusstack_app.engine.pyramid import fuse_pyramid
from tests.helpers.stacks import make_stack


def test_the_fusion_is_nearer_to_the_truth_than_every_frame() -> None:
    stack = make_stack(3, width_px=240, height_px=160)
    frames = [to_float(frame) for frame in stack.frames]
    truth = to_float(stack.truth)
    picture, provenance, _ = fuse_pyramid(frames.__getitem__, 3, Progress())
    error = np.square(picture - truth).mean()
    assert error < 0.3 * min(np.square(frame - truth).mean() for frame in frames)
    assert (provenance.source_index == stack.sharp_frame).mean() > 0.9
    assert (provenance.synthesised == 0).all()


@pytest.mark.parametrize("height_px", [61, 300, 517])  # of one strip, and of several
def test_equal_frames_come_back_as_they_are(height_px: int) -> None:
    frame = to_float(make_stack(1, width_px=97, height_px=height_px).truth)
    picture, *_ = fuse_pyramid([frame, frame].__getitem__, 2, Progress())
    np.testing.assert_allclose(picture, frame, atol=1e-6)


def test_strips_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [to_float(frame) for frame in make_stack(3, width_px=90, height_px=301).frames]
    in_strips = fuse_pyramid(frames.__getitem__, 3, Progress())
    monkeypatch.setattr("focusstack_app.engine.pyramid._STRIP_PX", 1000)
    whole = fuse_pyramid(frames.__getitem__, 3, Progress())
    np.testing.assert_array_equal(in_strips[0], whole[0])
    np.testing.assert_array_equal(in_strips[1].source_index, whole[1].source_index)
    np.testing.assert_array_equal(in_strips[1].confidence, whole[1].confidence)


def test_the_depth_is_sure_where_there_is_detail() -> None:
    stack = make_stack(3, width_px=240, height_px=160)
    frames = [to_float(frame) for frame in stack.frames]
    for frame in frames:
        frame[:, :40] = 0.5
    _, provenance, depth = fuse_pyramid(frames.__getitem__, 3, Progress())
    assert depth.position.shape == (80, 120)
    assert (depth.sure[:, :10] == 0).all()
    assert (depth.sure[:, 28:] > 128).mean() > 0.9
    away = np.abs(depth.position - provenance.source_index[1::2, 1::2])
    assert away.max() <= 0.5


def test_a_tiny_picture_is_fused_too() -> None:
    frame = np.full((5, 3, 3), 0.25, np.float32)
    picture, *_ = fuse_pyramid([frame, frame].__getitem__, 2, Progress())
    np.testing.assert_allclose(picture, frame, atol=1e-6)


def test_cancel_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        fuse_pyramid(lambda _index: np.zeros((32, 32, 3), np.float32), 2, progress)
