from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from focusstack_app.core.assets import models_dir
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray, ModelManifest
from focusstack_app.inference.devices import Accelerator
from focusstack_app.inference.manifest import HALF_FUSION, load_manifest, verify
from focusstack_app.inference.network import Decoder, Encoder, FusionModule, Selection
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.training import export, half
from tests.helpers.stacks import make_stack

TILE_PX = 128
ON_PROCESSOR = Accelerator("half precision", "CPUExecutionProvider", half=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of small tiles whose fusion does something."""
    folder = tmp_path_factory.mktemp("model") / "small"
    torch.manual_seed(0)
    basis, mean = torch.linalg.qr(torch.randn(192, 16)).Q.T.contiguous(), torch.zeros(192)
    fusion = FusionModule(Selection(basis))
    with torch.no_grad():
        for parameter in fusion.parameters():
            if parameter.ndim > 1 and not parameter.any():
                parameter.normal_(0, 0.02)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "TILE_PX", TILE_PX)
        export.export_model(
            folder,
            (Encoder(basis, mean), fusion, Decoder(basis, mean)),
            version="1",
            reconstruction_rmse=0.0,
            agreement_rmse=0.01,
            card={},
        )
    return folder


@pytest.fixture
def small(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "small"))


def _picture(model: OnnxModel) -> FloatArray:
    """Three frames of a stack, fused and decoded."""
    tile_px = model.manifest.tile_px
    frames = make_stack(3, width_px=tile_px, height_px=tile_px).frames
    latents = [model.encode((frame / 65535).astype(np.float32)) for frame in frames]
    return model.decode(model.fuse(np.stack(latents)).latent)


def _greatest_difference(manifest: ModelManifest) -> float:
    in_half = _picture(OnnxModel(manifest, ON_PROCESSOR))
    return float(np.abs(in_half - _picture(OnnxModel(manifest))).max())


def test_half_precision_gives_almost_the_same_picture_in_tiles_of_any_size(small: Path) -> None:
    assert half.main([str(small)]) == 0
    manifest = load_manifest(small)
    verify(manifest)
    single, in_half = (small / name for name in ("fusion.onnx", HALF_FUSION))
    assert in_half.stat().st_size < 0.7 * single.stat().st_size
    for tile_px in (TILE_PX, TILE_PX // 2):
        assert 0 < _greatest_difference(replace(manifest, tile_px=tile_px)) < 2 / 255
    assert list(small.parent.iterdir()) == [small]


def test_a_model_that_needs_single_precision_stays_as_it_is(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(half, "agrees", lambda _half, _single: False)
    before = {path.name: path.read_bytes() for path in small.iterdir()}
    with pytest.raises(RuntimeError, match="too coarse"):
        half.add_half_precision(small)
    assert {path.name: path.read_bytes() for path in small.iterdir()} == before


@pytest.mark.slow
def test_the_shipped_model_can_be_had_in_half_precision(tmp_path: Path) -> None:
    shutil.copytree(models_dir() / DEFAULT_MODEL_ID, tmp_path / "mine")
    half.add_half_precision(tmp_path / "mine")
    assert 0 < _greatest_difference(load_manifest(tmp_path / "mine")) < 2 / 255
