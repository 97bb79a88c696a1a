"""The contract itself has no behaviour; the fakes that stand in for it must keep it."""

from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.errors import DeviceMemoryError
from focusstack_app.core.model import FloatArray, FusionModel
from tests.helpers.models import SLOTS, IdentityModel, MeanModel, OutOfMemoryOnceModel


def _latents(model: IdentityModel, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    pictures = rng.random((SLOTS, 64, 128, 3), dtype=np.float32)
    return np.stack([model.encode(picture) for picture in pictures])


def test_the_fakes_keep_the_protocol() -> None:
    models: list[FusionModel] = [IdentityModel(), MeanModel(), OutOfMemoryOnceModel()]
    assert [model.manifest.scale for model in models] == [8, 8, 8]


def test_decoding_undoes_encoding_exactly() -> None:
    model = IdentityModel()
    picture = np.random.default_rng(1).random((16, 40, 3), dtype=np.float32)
    assert np.array_equal(model.decode(model.encode(picture)), picture)


def test_a_latent_cell_depends_on_its_own_pixels_only() -> None:
    model = IdentityModel()
    picture = np.zeros((24, 24, 3), np.float32)
    picture[8:16, 16:24] = 1.0
    changed = np.argwhere(model.encode(picture).any(axis=0))
    assert changed.tolist() == [[1, 2]]


def test_the_identity_gives_back_the_first_slot() -> None:
    model = IdentityModel()
    latents = _latents(model)
    fused = model.fuse(latents)
    assert np.array_equal(fused.latent, latents[0])
    np.testing.assert_allclose(fused.weights, 1 / SLOTS, atol=1e-6)


def test_the_mean_is_that_of_the_frames() -> None:
    model = MeanModel()
    latents = _latents(model)[:2]
    fused = model.fuse(latents)
    np.testing.assert_allclose(fused.latent, (latents[0] + latents[1]) / 2, atol=1e-6)
    np.testing.assert_allclose(fused.weights.sum(axis=0), 1.0, atol=1e-6)
    assert fused.weights.shape == (2, 8 * 4, 16 * 4)


def test_the_mean_does_not_depend_on_the_order_of_frames() -> None:
    model = MeanModel()
    latents = _latents(model)
    order = np.array([3, 0, 6, 1, 5, 2, 4])
    np.testing.assert_allclose(
        model.fuse(latents).latent, model.fuse(latents[order]).latent, atol=1e-6
    )


def test_memory_runs_out_once() -> None:
    model = OutOfMemoryOnceModel()
    latents = _latents(model)
    with pytest.raises(DeviceMemoryError):
        model.fuse(latents)
    assert model.fuse(latents).latent.shape == latents[0].shape
