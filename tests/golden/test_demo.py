"""The demo stack against its pinhole ground truth: the end-to-end golden."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.assets import resources_dir
from focusstack_app.core.fusion import Align, FusionRequest, Method, Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.training.evaluate import laplacian_selection

DEMO = resources_dir() / "demo"


def _picture(path: Path) -> FloatArray:
    pixels = cv2.imread(str(path))
    assert pixels is not None
    return pixels[:, :, ::-1].astype(np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def truth() -> FloatArray:
    return _picture(DEMO / "truth" / "pinhole.jpg")


@pytest.fixture(scope="module")
def frames() -> list[FloatArray]:
    return [_picture(path) for path in sorted(DEMO.glob("frame_*.jpg"))]


def _psnr(picture: NDArray[np.floating], truth: FloatArray) -> float:
    return float(-10 * np.log10(np.square(picture - truth).mean()))


@pytest.mark.parametrize(
    ("method", "mode"),
    [
        (Method.VAEEDOF, Mode.FAITHFUL),
        (Method.VAEEDOF, Mode.STRICT),
        (Method.VAEEDOF, Mode.GENERATIVE),
        (Method.PYRAMID, Mode.FAITHFUL),
    ],
)
def test_the_fused_demo_stack_is_nearer_to_the_truth_than_every_frame(
    method: Method,
    mode: Mode,
    frames: list[FloatArray],
    truth: FloatArray,
    capsys: pytest.CaptureFixture[str],
) -> None:
    request = FusionRequest(open_stack([DEMO]).stack, method=method, mode=mode, align=Align.OFF)
    picture = fuse_stack(request, Progress()).picture / 65535
    best_frame = max(_psnr(frame, truth) for frame in frames)
    selection = _psnr(laplacian_selection(frames), truth)
    ours = _psnr(picture, truth)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point of this test
            f"\n{method} {mode}: {ours:.2f} dB; best single frame {best_frame:.2f} dB; "
            f"Laplacian-energy selection {selection:.2f} dB"
        )
    assert ours > best_frame + 4
    difference = (picture - truth).mean(axis=(0, 1))
    assert np.abs(difference - difference.mean()).max() < 0.002, "a colour cast"
    if method is Method.VAEEDOF:  # the pyramid's averaged base is 0.006 too bright here
        assert np.abs(difference).max() < 0.004, "a brightness shift"
