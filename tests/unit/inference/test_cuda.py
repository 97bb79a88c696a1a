"""The back ends of NVIDIA cards, where there is one: `pytest -m gpu`."""

from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.fusion import DEFAULT_MODEL_ID, DeviceChoice
from focusstack_app.core.model import FloatArray
from focusstack_app.inference.backend import open_model
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.selftest import agrees

pytestmark = pytest.mark.gpu
CUDA: list[DeviceChoice] = ["cuda", "torch-cuda"]


@pytest.mark.parametrize("device", CUDA)
@pytest.mark.parametrize("model_id", [DEFAULT_MODEL_ID, "vaeedof-taesd3"])
def test_a_card_computes_what_the_processor_computes(device: DeviceChoice, model_id: str) -> None:
    if device == "torch-cuda" and model_id != DEFAULT_MODEL_ID:
        pytest.skip("PyTorch knows our own network only")
    manifest = find_model(model_id)
    model = open_model(manifest, device)
    assert "CUDA" in model.device
    assert agrees(model, OnnxModel(manifest))


@pytest.mark.parametrize("device", CUDA)
def test_parts_of_many_sizes_are_decoded(device: DeviceChoice) -> None:
    manifest = find_model(DEFAULT_MODEL_ID)
    model, processor = open_model(manifest, device), OnnxModel(manifest)
    rng = np.random.default_rng(2)
    for height in (*range(8, 36), 8):
        latent: FloatArray = rng.random((manifest.latent_channels, height, 16), np.float32)
        apart = np.abs(model.decode(latent) - processor.decode(latent))
        assert apart.max() < 0.02


@pytest.mark.parametrize("device", CUDA)
def test_the_same_input_gives_the_same_output_after_another(device: DeviceChoice) -> None:
    manifest = find_model(DEFAULT_MODEL_ID)
    model = open_model(manifest, device)
    rng = np.random.default_rng(3)
    one, two = rng.random((2, manifest.tile_px, manifest.tile_px, 3), np.float32)
    first = model.encode(one)
    assert np.abs(model.encode(two) - first).max() > 0.1
    np.testing.assert_array_equal(model.encode(one), first)
