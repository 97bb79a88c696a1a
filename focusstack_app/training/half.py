"""Give a model folder its fusion module in half precision, for cards that are fast at it.

    python -m focusstack_app.training.half FOLDER

Convolutions and products become half precision, as in training on a card; what needs more stays as
it is (`torch.autocast` decides). It is written only if it agrees with single precision.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from focusstack_app.inference.devices import Accelerator
from focusstack_app.inference.manifest import HALF_FUSION, load_manifest, read_verified
from focusstack_app.inference.network import CellSelection, FusionModule, Selection
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.pytorch import load_weights, weights_of
from focusstack_app.inference.selftest import agrees
from focusstack_app.training.export import FUSION_AXES, FUSION_OUTPUTS, write_graph

_TRACED_CELLS = 8


class HalfFusion(nn.Module):
    """A fusion module that computes in half precision and gives single.

    Args:
        fusion: Its weights stay in single precision; the exporter folds them.
    """

    def __init__(self, fusion: FusionModule) -> None:
        super().__init__()
        self.fusion = fusion

    def forward(self, latents: Tensor, shares: Tensor) -> tuple[Tensor, ...]:
        """As `FusionModule.forward`."""
        with torch.autocast(latents.device.type, torch.float16, cache_enabled=False):
            return tuple(plane.float() for plane in self.fusion(latents, shares))


def add_half_precision(folder: Path) -> None:
    """Write `fusion.fp16.onnx` from the weights of `fusion.onnx`, and its digest to `model.json`.

    Raises:
        ModelError: If the folder is no sound model.
        RuntimeError: If half precision is too coarse for this model; nothing is written then.
    """
    manifest = load_manifest(folder)
    weights = weights_of(read_verified(manifest, "fusion.onnx"))
    channels = manifest.latent_channels
    linear = "selection.rows" in weights
    selection = (
        Selection(torch.zeros(channels, 3 * manifest.scale**2))
        if linear
        else CellSelection(channels)
    )
    fusion = FusionModule(selection).eval()
    load_weights(fusion, weights)
    latents = torch.rand(1, manifest.slots, channels, _TRACED_CELLS, _TRACED_CELLS)
    inputs = {"latents": latents, "shares": torch.full((1, manifest.slots), 1 / manifest.slots)}
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix=".half-", dir=folder.parent) as name:
        staged = Path(name)
        for file in manifest.sha256:
            shutil.copyfile(folder / file, staged / file)
        write_graph(
            staged / HALF_FUSION, HalfFusion(fusion), inputs, list(FUSION_OUTPUTS), FUSION_AXES
        )
        digest = hashlib.sha256((staged / HALF_FUSION).read_bytes()).hexdigest()
        card["sha256"][HALF_FUSION] = digest
        text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
        (staged / "model.json").write_text(text, encoding="utf-8")
        on_processor = Accelerator("half precision", "CPUExecutionProvider", half=True)
        if not agrees(OnnxModel(load_manifest(staged), on_processor), OnnxModel(manifest)):
            raise RuntimeError(f"half precision is too coarse for {folder}")
        for file in (HALF_FUSION, "model.json"):
            (staged / file).replace(folder / file)


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.half")
    parser.add_argument("folder", type=Path, help="of the model")
    add_half_precision(parser.parse_args(argv).folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
