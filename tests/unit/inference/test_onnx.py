from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray
from focusstack_app.inference.manifest import find_model
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


def test_neither_slot_order_nor_the_duplicate_matters(model: OnnxModel) -> None:
    latents = _latents(model, 3)

    def fused(slots: list[int]) -> FloatArray:
        shares = np.asarray([1 / slots.count(i) for i in slots], np.float32)
        result = model.fuse(np.stack([latents[i] for i in slots]), shares)
        np.testing.assert_allclose(result.weights.sum(axis=0), 1.0, atol=1e-4)
        return result.latent

    one = fused([0, 1, 2, 0, 1, 2, 0])
    np.testing.assert_allclose(fused([2, 2, 1, 1, 2, 0, 1]), one, atol=2e-3)
    np.testing.assert_allclose(fused([0, 0, 0, 0, 0, 1, 2]), one, atol=2e-3)


def test_the_decoder_reaches_as_far_as_the_manifest_says(model: OnnxModel) -> None:
    latent = _latents(model, 1)[0]
    plain, reach, middle = model.decode(latent), model.manifest.decoder_reach, 32
    own = slice(middle * 8, middle * 8 + 8)
    for away, changes in ((reach, True), (reach + 1, False)):
        other = latent.copy()
        other[:, : middle - away + 1] += 5
        other[:, :, : middle - away + 1] += 5
        assert (model.decode(other)[own, own] != plain[own, own]).any() == changes
