from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from focusstack_app.inference.manifest import load_manifest
from focusstack_app.inference.network import Decoder, Encoder, FusionModule, Selection
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.training import export


def test_an_exported_model_fuses_tiles_of_its_size_and_smaller_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "TILE_PX", 128)
    torch.manual_seed(0)
    basis, mean = torch.linalg.qr(torch.randn(192, 16)).Q.T.contiguous(), torch.zeros(192)
    export.export_model(
        tmp_path,
        (Encoder(basis, mean), FusionModule(Selection(basis)), Decoder(basis, mean)),
        version="1",
        reconstruction_rmse=0.0,
        agreement_rmse=0.01,
        card={},
    )
    manifest = load_manifest(tmp_path)
    rng = np.random.default_rng(0)
    for tile_px in (manifest.tile_px, manifest.tile_px // 2):
        model = OnnxModel(replace(manifest, tile_px=tile_px))
        frame = rng.random((tile_px, tile_px, 3), dtype=np.float32)
        latent = model.encode(frame)
        for frames in (2, 7):
            fused = model.fuse(np.stack([latent] * frames))
            np.testing.assert_allclose(fused.latent, latent, atol=1e-4)
            assert fused.weights.shape == (frames, tile_px // 2, tile_px // 2)
