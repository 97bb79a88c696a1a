"""Stacks that stay on a card from their frames to the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from focusstack_app.core.errors import (
    Cancelled,
    DeviceError,
)
from focusstack_app.core.fusion import (
    DEFAULT_MODEL_ID,
    FusionRequest,
    Mode,
    Registration,
)
from focusstack_app.core.model import Card, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.pytorch import TorchModel
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from tests.helpers.models import MeanModel
from tests.helpers.stacks import make_stack, write_picture, write_stack


class _Card:
    """Takes frames as tensors, and counts them."""

    def __init__(self, card: Card, room_bytes: int) -> None:
        self.put, self.rest, self.errors = card.put, card.rest, card.errors
        self._room_bytes = room_bytes

    def room_bytes(self) -> int:
        return self._room_bytes


def _on_card(room_bytes: int) -> TorchModel:
    model = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu")
    model.card = _Card(model.card, room_bytes)
    return model


def _moved_request(folder: Path, count: int) -> FusionRequest:
    """Frames that are registered, and do not lie on the reference."""
    paths = write_stack(folder, count, width_px=640, height_px=160)
    matrices = np.stack([np.eye(3)] * count)
    matrices[:, 0, 2] = 0.7 * np.arange(count)
    gains = 1 + 0.01 * np.arange(count)[:, None] * np.ones(3)
    registration = Registration(matrices, gains, (), (160, 640))
    return FusionRequest(open_stack(paths).stack, registration=registration)


@pytest.mark.parametrize(
    ("count", "mode"), [(3, Mode.FAITHFUL), (3, Mode.GENERATIVE), (9, Mode.STRICT)]
)
def test_a_stack_that_fits_on_a_card_is_fused_there(tmp_path: Path, count: int, mode: Mode) -> None:
    request = replace(_moved_request(tmp_path, count), mode=mode)
    there = _on_card(10**10)
    mine = fuse_stack(request, Progress(), lambda _request: there)
    expected = fuse_stack(request, Progress(), lambda _request: OnnxModel(there.manifest))
    difference = np.abs(mine.picture.astype(float) - expected.picture) / 65535
    # OpenCV resamples in steps of 1/32 px.
    assert 0 < difference.mean() < 0.002
    assert mine.provenance is not None
    assert expected.provenance is not None
    assert mine.provenance.source_index.dtype == np.uint16
    other = mine.provenance.source_index != expected.provenance.source_index
    assert other.mean() < 0.03
    assert mine.warnings == expected.warnings


def test_a_stack_that_fits_on_a_card_is_registered_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, cards = make_stack(3, width_px=400, height_px=300, seed=4), []

    def seen(*args: Any) -> Registration:
        cards.append(args[5])
        return register(*args)

    monkeypatch.setattr("focusstack_app.jobs.preparing.register", seen)
    for number, frame in enumerate(stack.frames):
        grown = cv2.getRotationMatrix2D((200, 150), 0, 1 + 0.004 * number)
        moved = cv2.warpAffine(frame, grown, (400, 300), borderMode=cv2.BORDER_REFLECT)
        write_picture(tmp_path / f"{number}.tif", moved.astype(np.uint16), bits=16)
    request, model = FusionRequest(open_stack([tmp_path]).stack), _on_card(10**10)
    mine = fuse_stack(request, Progress(), lambda _request: model)
    expected = fuse_stack(request, Progress(), lambda _request: OnnxModel(model.manifest))
    assert cards == [model.card, None]
    assert mine.registration is not None
    assert expected.registration is not None
    np.testing.assert_allclose(
        mine.registration.frame_from_reference, expected.registration.frame_from_reference,
        atol=0.03,  # what rounding does to the choice of a blur, in noise
    )  # fmt: skip
    assert np.abs(mine.picture.astype(float) - expected.picture).mean() < 0.002 * 65535


def test_a_stack_that_does_not_fit_on_a_card_stays_where_it_is(tmp_path: Path) -> None:
    request = _moved_request(tmp_path, 3)
    small, none = _on_card(10**6), _on_card(0)
    one, other = (fuse_stack(request, Progress(), lambda _: model) for model in (small, none))  # noqa: B023
    assert np.array_equal(one.picture, other.picture)
    assert "align" in one.timings_s


@pytest.mark.parametrize("from_fraction", [0.2, 0.35, 0.6, 0.9])
def test_what_a_card_does_is_told_and_can_be_stopped(tmp_path: Path, from_fraction: float) -> None:
    request, model = _moved_request(tmp_path, 3), _on_card(10**10)
    seen: list[float] = []

    def told(fraction: float, _stage: str) -> None:
        seen.append(fraction)
        if fraction > from_fraction:
            progress.cancel()

    progress = Progress(told)
    with pytest.raises(Cancelled):
        fuse_stack(request, progress, lambda _request: model)
    assert seen == sorted(seen)
    assert seen[-1] < 1.0


def _failing(error: Exception) -> TorchModel:
    """A card on which large pictures cannot be decoded, and something in its place."""
    model = _on_card(10**10)
    decode = model.decode

    def failing(latent: Any) -> Any:
        if isinstance(latent, torch.Tensor) and latent.shape[1] > 20:
            raise error
        return decode(latent)

    def fallback(reason: str, *, out_of_memory: bool) -> FusionModel:
        lighter = MeanModel()
        lighter.warnings = (f"{reason} {out_of_memory}",)
        return lighter

    model.decode = failing  # type: ignore[method-assign]
    model.fallback = fallback  # type: ignore[method-assign]
    return model


def test_frames_for_which_a_card_has_no_room_after_all_leave_it(tmp_path: Path) -> None:
    request, full = _moved_request(tmp_path, 3), torch.OutOfMemoryError("CUDA out of memory")
    mine = fuse_stack(request, Progress(), lambda _request: _failing(full))
    expected = fuse_stack(request, Progress(), lambda _request: _on_card(0))
    assert np.array_equal(mine.picture, expected.picture)
    assert mine.warnings == expected.warnings


def test_a_card_that_fails_is_left_and_the_picture_started_again(tmp_path: Path) -> None:
    request, broken = _moved_request(tmp_path, 3), DeviceError("It fails.")
    mine = fuse_stack(request, Progress(), lambda _request: _failing(broken))
    expected = fuse_stack(request, Progress(), lambda _request: MeanModel())
    assert np.array_equal(mine.picture, expected.picture)
    assert mine.warnings == ("It fails. False", *expected.warnings)


@pytest.mark.gpu
@pytest.mark.parametrize(("count", "mode"), [(3, Mode.FAITHFUL), (16, Mode.STRICT)])
def test_a_real_card_fuses_what_the_processor_fuses(tmp_path: Path, count: int, mode: Mode) -> None:
    request = replace(_moved_request(tmp_path, count), mode=mode)
    there = fuse_stack(replace(request, device="torch-cuda"), Progress())
    here = fuse_stack(replace(request, device="cpu"), Progress())
    assert there.device.startswith("CUDA")
    assert there.warnings == here.warnings
    assert np.abs(there.picture.astype(float) - here.picture).mean() < 0.002 * 65535
