"""What autoencoders lose against what they cost, as a Markdown table.

    python -m focusstack_app.training.reconstruction --kodak DIR --scenes SCENES... \
        --photographs DIR --every 11 [--taesd3 DIR] [--model ID]

Every autoencoder encodes and decodes sharp pictures; PSNR is the mean over the pictures. Cost is
counted in multiply-accumulates of the convolutions per 512 px tile.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray, ModelManifest
from focusstack_app.engine.pixels import to_float
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.training import taesd3
from focusstack_app.training.evaluate import load_scene, model_named
from focusstack_app.training.export import SLOTS
from focusstack_app.training.linear import BLOCK, principal_components
from focusstack_app.training.metrics import psnr
from focusstack_app.training.pictures import read_rgb

TILE_PX = 512
COMPONENTS = (16, 32, 48, 64)


class Autoencoder(NamedTuple):
    """Something that encodes and decodes.

    Attributes:
        name: For people.
        channels: Of the latent.
        encoder_gmac: Per tile.
        decoder_gmac: Per tile.
        both: (H, W, 3) float32 display-encoded to the same, sides multiples of 8.
    """

    name: str
    channels: int
    encoder_gmac: float
    decoder_gmac: float
    both: Callable[[FloatArray], FloatArray]


def linear(photographs: Sequence[Path], channels: int) -> Autoencoder:
    """The principal components of 8 x 8 blocks of photographs."""
    basis, mean = principal_components(photographs, channels)

    def both(pixels: FloatArray) -> FloatArray:
        height, width = (side // BLOCK for side in pixels.shape[:2])
        grid = pixels.reshape(height, BLOCK, width, BLOCK, 3).transpose(0, 2, 4, 1, 3)
        flat = grid.reshape(height * width, -1) - mean
        again = (flat @ basis.T) @ basis + mean
        rows = again.reshape(height, width, 3, BLOCK, BLOCK).transpose(0, 3, 1, 4, 2)
        return np.asarray(rows.reshape(pixels.shape), dtype=np.float32)

    gmac = basis.size * (TILE_PX // BLOCK) ** 2 / 1e9
    return Autoencoder(f"linear, {channels} components", channels, gmac, gmac, both)


def of_torch(name: str, encoder: nn.Module, decoder: nn.Module) -> Autoencoder:
    """Two modules, (B, 3, H, W) to (B, C, H / 8, W / 8) and back."""
    pixels = torch.zeros(1, 3, TILE_PX, TILE_PX)
    with torch.no_grad():
        latent = encoder(pixels)

    def both(picture: FloatArray) -> FloatArray:
        with torch.no_grad():
            planes = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None]))
            decoded = decoder(encoder(planes))[0]
        return np.ascontiguousarray(decoded.permute(1, 2, 0).numpy())

    return Autoencoder(
        name, latent.shape[1], torch_gmac(encoder, pixels), torch_gmac(decoder, latent), both
    )


def of_model(manifest: ModelManifest) -> Autoencoder:
    """An installed model."""
    model = OnnxModel(manifest)
    cells = TILE_PX // manifest.scale
    return Autoencoder(
        f"{manifest.id} {manifest.version}",
        manifest.latent_channels,
        onnx_gmac(manifest.folder / "encoder.onnx", TILE_PX, TILE_PX),
        onnx_gmac(manifest.folder / "decoder.onnx", cells, cells),
        lambda picture: model.decode(model.encode(picture)),
    )


def torch_gmac(part: nn.Module, given: Tensor) -> float:
    """Multiply-accumulates of one call, in 10^9."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        part(given)
    return float(counter.get_total_flops() / 2e9)


def onnx_gmac(path: Path, height: int, width: int, slots: int = SLOTS) -> float:
    """Multiply-accumulates of a graph's convolutions, in 10^9.

    The matrix products of the fusion module's attention are not counted: 0.03 of them.

    Args:
        path: ONNX file.
        height: Of the input, where the graph leaves it open.
        width: Same.
        slots: Frames that are fused.

    Raises:
        ValueError: If the shapes of the graph cannot be found.
    """
    sizes = {"height": height, "width": width, "slots": slots}
    model = onnx.load(str(path), load_external_data=False)
    for value in model.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_value = sizes[dim.dim_param]
    for value in model.graph.output:  # their open names would contradict the sizes
        value.type.tensor_type.ClearField("shape")
    graph = onnx.shape_inference.infer_shapes(_folded(model), data_prop=True).graph
    shapes = {
        value.name: [int(dim.dim_value) for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.output)
    }
    weights = {value.name: list(value.dims) for value in graph.initializer}
    found = [
        (shapes.get(node.output[0], []), int(np.prod(weights[node.input[1]][1:])))
        for node in graph.node
        if node.op_type == "Conv"
    ]
    if not found or any(len(shape) != 4 or 0 in shape[1:] for shape, _ in found):
        raise ValueError(f"the shapes of {path.name} cannot be found")
    # Behind the attention the number of slots is lost.
    return sum((shape[0] or slots) * int(np.prod(shape[1:])) * each for shape, each in found) / 1e9


def _folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without what ONNX Runtime can compute from the sizes of the inputs alone."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = f"{folder}/folded.onnx"
        onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return onnx.load(options.optimized_model_filepath)


def reconstruction_psnr(autoencoder: Autoencoder, pictures: Sequence[FloatArray]) -> float:
    """Mean PSNR in dB of encoding and decoding pictures, their borders cut to whole cells."""
    found = []
    for picture in pictures:
        height, width = (side // BLOCK * BLOCK for side in picture.shape[:2])
        part = np.ascontiguousarray(picture[:height, :width])
        again = autoencoder.both(part).clip(0, 1)
        found.append(psnr(float(np.square(again - part, dtype=np.float64).mean())))
    return float(np.mean(found))


def table(autoencoders: Sequence[Autoencoder], sets: dict[str, Sequence[FloatArray]]) -> str:
    """PSNR of each autoencoder on each set of pictures, with its cost, as Markdown."""
    heads = [f"{name}, dB" for name in sets]
    lines = [
        "| autoencoder | channels | encoder GMAC | decoder GMAC | " + " | ".join(heads) + " |",
        "|---" * (4 + len(sets)) + "|",
    ]
    for one in autoencoders:
        figures = [f"{reconstruction_psnr(one, pictures):.2f}" for pictures in sets.values()]
        lines.append(
            f"| {one.name} | {one.channels} | {one.encoder_gmac:.2f} | {one.decoder_gmac:.2f} | "
            + " | ".join(figures) + " |"
        )  # fmt: skip
    return "\n".join(lines)


def tile_cost(manifest: ModelManifest) -> str:
    """What one 512 px tile of seven frames costs, in words."""
    cells = manifest.tile_px // manifest.scale
    encoder = onnx_gmac(manifest.folder / "encoder.onnx", manifest.tile_px, manifest.tile_px)
    fusion = onnx_gmac(manifest.folder / "fusion.onnx", cells, cells)
    decoder = onnx_gmac(manifest.folder / "decoder.onnx", cells, cells)
    total = manifest.slots * encoder + fusion + decoder
    return (
        f"One {manifest.tile_px} px tile of {manifest.slots} frames: {total:.1f} GMAC "
        f"({manifest.slots} x {encoder:.2f} to encode, {fusion:.2f} to fuse, "
        f"{decoder:.2f} to decode)."
    )


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.reconstruction")
    parser.add_argument("--kodak", type=Path, required=True, help="folder of PNGs")
    parser.add_argument("--scenes", type=Path, nargs="*", default=[], help="for their truths")
    parser.add_argument("--photographs", type=Path, required=True, help="of the linear transform")
    parser.add_argument("--every", type=int, help="each n-th photograph is held out")
    parser.add_argument("--taesd3", type=Path, help="folder of its weights")
    parser.add_argument("--model", default=DEFAULT_MODEL_ID, help="installed id, or a model folder")
    args = parser.parse_args(argv)
    photographs = sorted(args.photographs.glob("*.jpg"))
    if args.every:
        photographs = [path for at, path in enumerate(photographs) if at % args.every]
    manifest = model_named(args.model)
    autoencoders = [linear(photographs, channels) for channels in COMPONENTS]
    autoencoders.append(of_model(manifest))
    if args.taesd3 is not None:
        autoencoders.append(of_torch("TAESD3", *taesd3.load(args.taesd3)))
    sets: dict[str, Sequence[FloatArray]] = {
        "Kodak": [to_float(read_rgb(p)) for p in args.kodak.glob("*.png")]
    }
    if args.scenes:
        sets["rendered truth"] = [load_scene(path)[1] for path in args.scenes]
    sys.stdout.write(f"{table(autoencoders, sets)}\n\n{tile_cost(manifest)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
