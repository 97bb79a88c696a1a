from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from focusstack_app.training.faults import through_jpeg, with_faults
from focusstack_app.training.samples import planes_of
from tests.helpers.stacks import make_stack


def _frame(seed: int = 0) -> Tensor:
    """(3, 64, 64), a little smoothed: pure noise is no photograph."""
    truth = make_stack(1, width_px=64, height_px=64, seed=seed).truth
    smooth = cv2.GaussianBlur(truth / np.float32(257), (0, 0), 1.2)
    return planes_of(np.rint(smooth).astype(np.uint8))


def test_faults_stay_small_and_differ_between_frames() -> None:
    stack = torch.stack([_frame(), _frame()])
    changed = 0
    for seed in range(8):
        faulty = with_faults(stack, np.random.default_rng(seed))
        assert (faulty - stack).abs().mean() < 10 / 255
        assert torch.equal((faulty * 255).round() / 255, faulty)
        changed += int((faulty[0] != faulty[1]).any())
    assert changed >= 3


@pytest.mark.parametrize("quality", [40, 80, 95])
def test_jpeg_is_that_of_the_library(quality: int) -> None:
    frame = _frame(1)
    pixels = np.ascontiguousarray((frame * 255).round().byte().permute(1, 2, 0).numpy()[..., ::-1])
    code = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    theirs = planes_of(np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))[..., ::-1])
    mine = through_jpeg(frame[None], quality)[0]
    lost = (theirs - frame).square().mean().sqrt()
    assert lost > 0.001
    assert (mine - theirs).square().mean().sqrt() < 0.5 * lost
