from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from focusstack_app.core.errors import DeviceError, DeviceMemoryError
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.pytorch import TorchModel, own_memory


@pytest.fixture(scope="module")
def model() -> TorchModel:
    return TorchModel(find_model(DEFAULT_MODEL_ID), "cpu")


def test_torch_computes_what_onnx_runtime_computes(model: TorchModel) -> None:
    onnx_model = OnnxModel(model.manifest)
    edge = model.manifest.tile_px
    rng = np.random.default_rng(5)
    frames = rng.random((2, edge, edge, 3), dtype=np.float32)
    latents = np.stack([model.encode(frame) for frame in frames])
    expected = np.stack([onnx_model.encode(frame) for frame in frames])
    np.testing.assert_allclose(latents, expected, atol=1e-4)
    fused = model.fuse(expected)
    for mine, theirs in zip(fused, onnx_model.fuse(expected), strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs, atol=1e-4)
    fused.latent.setflags(write=False)
    picture = model.decode(fused.latent[:, :16, :24])
    assert picture.shape == (128, 192, 3)
    np.testing.assert_allclose(picture, onnx_model.decode(fused.latent[:, :16, :24]), atol=1e-4)


def test_a_card_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(DeviceError, match="finds no NVIDIA graphics card"):
        TorchModel(find_model(DEFAULT_MODEL_ID), "cuda")


def test_a_model_of_another_network_is_refused(tmp_path: Path) -> None:
    shipped = find_model(DEFAULT_MODEL_ID)
    for name in shipped.sha256:
        (tmp_path / name).write_bytes((shipped.folder / "decoder.onnx").read_bytes())
    digest = shipped.sha256["decoder.onnx"]
    other = replace(shipped, folder=tmp_path, sha256=dict.fromkeys(shipped.sha256, digest))
    with pytest.raises(DeviceError, match="another network"):
        TorchModel(other, "cpu")


def test_running_out_of_memory_is_told_apart(
    model: TorchModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_pixels: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(model, "_encoder", full)
    with pytest.raises(DeviceMemoryError):
        model.encode(np.zeros((8, 8, 3), np.float32))


def test_a_full_card_gets_smaller_tiles_and_then_the_processor_takes_over() -> None:
    model = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu")
    assert model.fallback("It is full.", out_of_memory=True) is None
    model._place = torch.device("cuda")
    smaller = model.fallback("It is full.", out_of_memory=True)
    assert isinstance(smaller, TorchModel)
    assert (smaller.manifest.tile_px, model.manifest.tile_px) == (256, 512)
    last = smaller.fallback("It is full.", out_of_memory=True)
    assert isinstance(last, OnnxModel)
    assert (last.manifest, last.device) == (model.manifest, "CPU")
    assert last.warnings == (
        "The graphics card could not be used; the processor was used. It is full.",
    )


def test_what_a_recording_reads_is_its_own() -> None:
    """Written to by every call: neither what it was made for, nor what shares that, may change."""
    shares = torch.full((7,), 1 / 7)
    given = [torch.rand(3, 7, 2), shares.expand(3, -1)]
    own = own_memory(given, torch.device("cpu"))
    own[1].copy_(torch.rand(3, 7))
    own[0].zero_()
    assert (shares == 1 / 7).all()
    assert (given[0] != 0).any()


def test_threads_take_turns_on_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording has one place for what it is given, and one for what it gives."""
    model = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu")
    model._place = torch.device("cuda")
    place = torch.zeros(1, 64, 1, 1)

    def on_card(_part: object, given: Sequence[Tensor]) -> list[Tensor]:
        place[:] = given[0].mean()
        time.sleep(0.02)
        return [place.clone()]

    monkeypatch.setattr(model, "_on_card", on_card)
    frames = [np.full((8, 8, 3), number, np.float32) for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        latents = list(pool.map(model.encode, frames))
    assert [float(latent.mean()) for latent in latents] == [0, 1, 2, 3, 4, 5]


def test_smaller_tiles_fuse(model: TorchModel) -> None:
    manifest = model.manifest
    latents = np.zeros((manifest.slots, manifest.latent_channels, 32, 32), np.float32)
    fused = model.fuse(latents)
    assert fused.weights.shape == (manifest.slots, 128, 128)
