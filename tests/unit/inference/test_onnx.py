from __future__ import annotations

import shutil
from copy import copy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from safetensors.numpy import save_file

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray
from focusstack_app.inference.devices import Accelerator
from focusstack_app.inference.manifest import FILES, find_model
from focusstack_app.inference.onnx import OnnxModel


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    return OnnxModel(find_model(DEFAULT_MODEL_ID))


def _latents(model: OnnxModel, count: int) -> list[FloatArray]:
    rng = np.random.default_rng(3)
    edge = model.manifest.tile_px
    return [model.encode(rng.random((edge, edge, 3), dtype=np.float32)) for _ in range(count)]


def test_encode_and_decode_give_a_smooth_picture_back(model: OnnxModel) -> None:
    ramp = np.linspace(0.1, 0.9, 128, dtype=np.float32)
    picture = np.ascontiguousarray(np.broadcast_to(ramp[:, None, None], (128, 192, 3)))
    decoded = model.decode(model.encode(picture))
    assert decoded.shape == picture.shape
    assert np.abs(decoded - picture).max() < 0.01


def test_chunks_encode_as_the_whole_does(model: OnnxModel) -> None:
    picture = np.random.default_rng(0).random((64, 48, 3), dtype=np.float32)
    halves = [model.encode(picture[:24]), model.encode(picture[24:])]
    np.testing.assert_allclose(np.concatenate(halves, 1), model.encode(picture), atol=1e-5)


def test_the_order_of_frames_does_not_matter(model: OnnxModel) -> None:
    latents = np.stack(_latents(model, 3))
    one, other = model.fuse(latents), model.fuse(latents[[2, 0, 1]])
    np.testing.assert_allclose(one.weights.sum(axis=0), 1.0, atol=1e-4)
    np.testing.assert_allclose(other.latent, one.latent, atol=2e-3)
    np.testing.assert_allclose(other.weights[[1, 2, 0]], one.weights, atol=2e-3)


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_slots_that_no_frame_fills_change_nothing(model: OnnxModel, count: int) -> None:
    """Accelerators fill all of them, with duplicates; the processor computes none of them."""
    on_accelerator = copy(model)
    on_accelerator._accelerator = Accelerator("The processor", "CPUExecutionProvider")
    latents = np.stack(_latents(model, count))
    mine, theirs = on_accelerator.fuse(latents), model.fuse(latents)
    assert mine.weights.shape[0] == mine.carriers.shape[0] == count
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_the_decoder_reaches_as_far_as_the_manifest_says(model: OnnxModel) -> None:
    latent = _latents(model, 1)[0]
    plain, reach, middle = model.decode(latent), model.manifest.decoder_reach, 32
    own = slice(middle * 8, middle * 8 + 8)
    for away, changes in ((reach, True), (reach + 1, False)):
        other = latent.copy()
        other[:, : middle - away + 1] += 5
        other[:, :, : middle - away + 1] += 5
        assert (model.decode(other)[own, own] != plain[own, own]).any() == changes


def test_weights_may_lie_in_a_file_of_their_own(model: OnnxModel, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model.manifest.folder, folder)
    decoder = onnx.load(str(folder / "decoder.onnx"))
    lent = [one for one in decoder.graph.initializer if one.data_type == onnx.TensorProto.FLOAT]
    save_file(
        {one.name: onnx.numpy_helper.to_array(one) for one in lent},
        folder / "lent_decoder.safetensors",
    )
    for one in lent:
        one.ClearField("raw_data")
        one.data_location = onnx.TensorProto.EXTERNAL
        one.external_data.add(key="location", value="lent_decoder.safetensors")
    onnx.save(decoder, str(folder / "decoder.onnx"))
    files = (*FILES, "lent_decoder.safetensors")
    digests = {name: sha256((folder / name).read_bytes()).hexdigest() for name in files}
    apart = OnnxModel(replace(model.manifest, folder=folder, sha256=digests))
    (latent,) = _latents(model, 1)
    np.testing.assert_allclose(apart.decode(latent), model.decode(latent), atol=1e-5)
