"""From torch weights to a model folder: ONNX graphs, parity with torch, manifest."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from focusstack_app.inference.network import DECODER_REACH, SCALE, WEIGHT_SCALE
from focusstack_app.inference.pytorch import weights_of

SLOTS = 7
TILE_PX = 512
_PLANE = {2: "height", 3: "width"}
_FINE = {2: "fine_height", 3: "fine_width"}
_BY_SLOT = {1: "slots", **_FINE}
FUSION_OUTPUTS = {
    "latent": _PLANE,
    "weights": _BY_SLOT,
    "carriers": _BY_SLOT,
    "mix": _FINE,
}
FUSION_AXES = {
    "latents": {1: "slots", 3: "height", 4: "width"},
    "shares": {1: "slots"},
    **FUSION_OUTPUTS,
}


def export_model(
    folder: Path,
    parts: tuple[nn.Module, nn.Module, nn.Module],
    *,
    version: str,
    reconstruction_rmse: float,
    agreement_rmse: float,
    card: Mapping[str, object],
    beside: Mapping[str, Path] | None = None,
    encoder_halo_px: int = 0,
    decoder_reach: int = DECODER_REACH,
    licence: str = "Apache-2.0",
) -> None:
    """Write `encoder.onnx`, `fusion.onnx`, `decoder.onnx` and `model.json` into `folder`.

    Args:
        folder: Its name is the model's id; made if missing, files are replaced.
        parts: Encoder, fusion module, decoder.
        version: Of the weights.
        reconstruction_rmse: Measured error of encode + decode, display-encoded.
        agreement_rmse: That the weights were trained with.
        card: How the weights were made and what was measured.
        beside: For "encoder" and "decoder" the safetensors file that holds their weights, if these
            are not ours to ship: the graphs leave them out, the manifest names the file.
        encoder_halo_px: See `ModelManifest`.
        decoder_reach: Same.
        licence: SPDX expression.

    Raises:
        RuntimeError: If ONNX Runtime and torch differ.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoder, fusion, decoder = (part.eval() for part in parts)
    pixels = torch.rand(1, 3, 128, 192)
    latent = encoder(pixels)
    channels = latent.shape[1]
    cells = TILE_PX // SCALE
    latents = 0.3 * torch.randn(1, SLOTS, channels, cells, cells)
    shares = torch.tensor([[0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 1.0]])
    _export(
        folder / "encoder.onnx", encoder, {"pixels": pixels}, ["latent"],
        {"pixels": _PLANE, "latent": _PLANE},
    )  # fmt: skip
    _export(
        folder / "fusion.onnx", fusion, {"latents": latents, "shares": shares},
        list(FUSION_OUTPUTS), FUSION_AXES,
    )  # fmt: skip
    _export(
        folder / "decoder.onnx", decoder, {"latent": latents[:, 0]}, ["pixels"],
        {"latent": _PLANE, "pixels": _PLANE},
    )  # fmt: skip
    files = [folder / f"{name}.onnx" for name in ("encoder", "fusion", "decoder")]
    for part, weights in (beside or {}).items():
        _leave_out_weights(folder / f"{part}.onnx", weights)
        files.append(weights)
    manifest = {
        "id": folder.name,
        "version": version,
        "kind": "vaeedof-set-5",
        "latent_channels": channels,
        "scale": SCALE,
        "slots": SLOTS,
        "weight_scale": WEIGHT_SCALE,
        "tile_px": TILE_PX,
        "decoder_reach": decoder_reach,
        "reconstruction_rmse": reconstruction_rmse,
        "agreement_rmse": agreement_rmse,
        "encoder_halo_px": encoder_halo_px,
        "licence": licence,
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "card": dict(card),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")


def _leave_out_weights(path: Path, weights: Path) -> None:
    """Take the values that a safetensors file holds out of a graph; `inference.weights` reads them.

    Raises:
        RuntimeError: If the graph does not have all of them.
    """
    import onnx
    from safetensors import safe_open

    with safe_open(weights, "pt") as file:
        names = set(file.keys())
    model = onnx.load(str(path))
    left_out = [weight for weight in model.graph.initializer if weight.name in names]
    if len(left_out) != len(names):
        raise RuntimeError(f"{path.name} lacks weights of {weights.name}")
    for weight in left_out:
        weight.ClearField("raw_data")
        weight.data_location = onnx.TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=weights.name)
    onnx.save(model, str(path))


def _name_weights(path: Path, part: nn.Module) -> None:
    """Give weights that the exporter renamed their names back: training can go on from them."""
    import onnx

    model = onnx.load(str(path))
    kept = weights_of(path.read_bytes())
    lost = {name: value for name, value in part.state_dict().items() if name not in kept}
    for weight in model.graph.initializer:
        values = onnx.numpy_helper.to_array(weight).ravel()
        found = [n for n, v in lost.items() if np.array_equal(v.numpy().ravel(), values)]
        if weight.name in part.state_dict() or not found:
            continue
        lost.pop(found[0])
        for node in model.graph.node:
            for index, given in enumerate(node.input):
                if given == weight.name:
                    node.input[index] = found[0]
        weight.name = found[0]
    onnx.save(model, str(path))


def write_graph(
    path: Path,
    part: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: list[str],
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    """Write a part of the network as an ONNX file.

    Args:
        path: The file.
        part: Traced once with the inputs.
        inputs: By name.
        outputs: Names.
        axes: Of inputs and outputs that may have any size, by number.
    """
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            part,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )


def _export(
    path: Path,
    part: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: list[str],
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    import onnx
    import onnxruntime

    write_graph(path, part, inputs, outputs, axes)
    with torch.no_grad():
        expected = part(*inputs.values())
    _name_weights(path, part)
    onnx.checker.check_model(str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(None, {k: v.numpy() for k, v in inputs.items()})
    for mine, theirs in zip(
        expected if isinstance(expected, tuple) else (expected,), got, strict=True
    ):
        difference = float(np.abs(mine.numpy() - theirs).max())
        if difference > 1e-3:
            raise RuntimeError(f"{path.name} differs from torch by {difference}")
