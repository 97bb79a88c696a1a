"""Fusion models whose results are known without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceMemoryError
from focusstack_app.core.model import FloatArray, Fused, FusionModel, ModelManifest

SCALE = 8
SLOTS = 7
CHANNELS = SCALE * SCALE * 3
WEIGHT_SCALE = 4


def fake_manifest(model_id: str = "identity", *, tile_px: int = 64) -> ModelManifest:
    """The manifest that the fakes declare; `tile_px` is small so that tests stay quick."""
    return ModelManifest(
        id=model_id,
        version="1",
        kind="vaeedof-set-5",
        latent_channels=CHANNELS,
        scale=SCALE,
        slots=SLOTS,
        weight_scale=WEIGHT_SCALE,
        tile_px=tile_px,
        decoder_reach=0,
        reconstruction_rmse=0.0,
        agreement_rmse=0.01,
        encoder_halo_px=0,
        licence="Apache-2.0",
        sha256={},
        card={},
        folder=Path("models") / model_id,
    )


class IdentityModel:
    """Moves pixels into channels and back; the fused latent is that of the first slot.

    `encode` is an 8 x 8 space-to-depth, `decode` its exact inverse, so whatever comes out of a
    pipeline with this model is what the pipeline did.
    """

    def __init__(self, manifest: ModelManifest | None = None) -> None:
        self.manifest = manifest if manifest is not None else fake_manifest()
        self.device = "CPU"
        self.card = None
        self.warnings: tuple[str, ...] = ()
        self.calls_at_once = 1
        self.fuse_calls = 0

    def encode(self, pixels: FloatArray) -> FloatArray:
        """(H, W, 3) -> (192, H / 8, W / 8)."""
        height, width, channels = pixels.shape
        assert channels == 3, pixels.shape
        assert height % SCALE == 0, pixels.shape
        assert width % SCALE == 0, pixels.shape
        blocks = pixels.reshape(height // SCALE, SCALE, width // SCALE, SCALE, 3)
        latent = blocks.transpose(1, 3, 4, 0, 2)
        return np.ascontiguousarray(
            latent.reshape(CHANNELS, height // SCALE, width // SCALE), dtype=np.float32
        )

    def fuse(self, latents: FloatArray) -> Fused:
        """The first frame's latent; all weigh the same everywhere."""
        self.fuse_calls += 1
        _check(latents)
        return _fused(latents[0], len(latents))

    def decode(self, latent: FloatArray) -> FloatArray:
        """(192, h, w) -> (8 h, 8 w, 3), the exact inverse of `encode`."""
        channels, rows, columns = latent.shape
        assert channels == CHANNELS, latent.shape
        blocks = latent.reshape(SCALE, SCALE, 3, rows, columns).transpose(3, 0, 4, 1, 2)
        return np.ascontiguousarray(
            blocks.reshape(rows * SCALE, columns * SCALE, 3), dtype=np.float32
        )

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        """Nothing."""
        del reason, out_of_memory
        return None


class MeanModel(IdentityModel):
    """Averages the frames."""

    def fuse(self, latents: FloatArray) -> Fused:
        """Mean of the frames' latents."""
        self.fuse_calls += 1
        _check(latents)
        return _fused(latents.mean(0, dtype=np.float64), len(latents))


class OutOfMemoryOnceModel(MeanModel):
    """A `MeanModel` whose first `fuse` runs out of device memory."""

    def fuse(self, latents: FloatArray) -> Fused:
        """Fail the first time, then average."""
        if self.fuse_calls == 0:
            self.fuse_calls += 1
            raise DeviceMemoryError("The device ran out of memory.", "Close other programs.")
        return super().fuse(latents)


class UnevenModel(IdentityModel):
    """Says something else in every tile, and decodes from a cell and its neighbours.

    Only the right tiles, blended in the right order, give the right picture.
    """

    def __init__(self, *, tile_px: int = 64) -> None:
        super().__init__(replace(fake_manifest(tile_px=tile_px), decoder_reach=1))

    def fuse(self, latents: FloatArray) -> Fused:
        """Weights of the frames' own brightness around the tile's."""
        self.fuse_calls += 1
        _check(latents)
        bright = latents.mean(1, dtype=np.float64)
        weights = 1 + np.abs(bright - bright.mean())
        weights /= weights.sum(0)
        fine = weights.repeat(WEIGHT_SCALE, 1).repeat(WEIGHT_SCALE, 2).astype(np.float32)
        mix = np.stack([0.3 * fine[0], 0.4 * fine[1]])
        fused = (weights[:, None] * latents).sum(0)
        return Fused(fused.astype(np.float32), fine, fine[::-1].copy(), mix)

    def decode(self, latent: FloatArray) -> FloatArray:
        """Of the mean with the neighbours on all sides."""
        padded = np.pad(latent, ((0, 0), (1, 1), (1, 1)))
        height, width = latent.shape[1:]
        shifted = [
            padded[:, top : top + height, left : left + width]
            for top in range(3)
            for left in range(3)
        ]
        return super().decode(np.mean(shifted, axis=0, dtype=np.float32))


def _check(latents: FloatArray) -> None:
    """Whether the caller keeps the contract."""
    assert latents.ndim == 4, latents.shape
    assert 1 < len(latents) <= SLOTS, latents.shape
    assert latents.shape[1] == CHANNELS, latents.shape
    assert latents.shape[2] % 8 == 0, latents.shape
    assert latents.shape[3] % 8 == 0, latents.shape


def _fused(latent: NDArray[np.floating[Any]], frames: int) -> Fused:
    """The same weights at every cell, nothing synthesised."""
    grid = (latent.shape[1] * WEIGHT_SCALE, latent.shape[2] * WEIGHT_SCALE)
    weights = np.full((frames, *grid), 1 / frames, np.float32)
    return Fused(
        latent.astype(np.float32), weights, weights.copy(), np.zeros((2, *grid), np.float32)
    )
