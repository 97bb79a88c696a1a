"""Train the fusion module and the decoder, resumable in slices of minutes.

    python -m focusstack_app.training.train samples --photographs DIR --out DIR --count N
    python -m focusstack_app.training.train fusion --samples DIR --validation DIR --run DIR ...
    python -m focusstack_app.training.train export --run DIR --model DIR

A run folder holds `state.safetensors` (weights, their moving average, the linear transform),
`log.csv` (step, loss and validation) and nothing else.
"""

from __future__ import annotations

import argparse
import csv
import functools
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from focusstack_app.core.model import FloatArray
from focusstack_app.engine.composite import WINDOW_SIGMA_PX
from focusstack_app.inference.manifest import load_manifest
from focusstack_app.inference.network import SCALE, Decoder, Encoder, FusionModule
from focusstack_app.training.evaluate import laplacian_selection, oracle_selection
from focusstack_app.training.export import export_model, weights_of
from focusstack_app.training.linear import principal_components
from focusstack_app.training.metrics import psnr
from focusstack_app.training.samples import SAMPLE_PX, batch_of, batches, render_samples

CHANNELS = 64
EMA_DECAY = 0.999
TREE_SHARE = 0.15
_PICTURES = ("generative", "strict", "unveiled", "faithful")


class Fusion(NamedTuple):
    """What the network says about a batch of stacks.

    Attributes:
        decoded: (B, 3, H, W), display-encoded, not clipped.
        weights: (B, slots, h, w), sum 1 over slots.
        carriers: (B, slots, h, w), sum 1 over slots.
        mix: (B, 2, h, w), shares of the unveiled and of the decoded picture in the faithful one.
        veil: (B, 4, h, w), opacity and light.
        latent: (B, C, H / 8, W / 8), fused.
    """

    decoded: Tensor
    weights: Tensor
    carriers: Tensor
    mix: Tensor
    veil: Tensor
    latent: Tensor


class Network(nn.Module):
    """Encoder, fusion module and decoder as one.

    Args:
        basis: (C, 192) of the linear transform.
        mean: (192,).
    """

    def __init__(self, basis: Tensor, mean: Tensor) -> None:
        super().__init__()
        self.encoder = Encoder(basis, mean)
        self.fusion = FusionModule(basis)
        self.decoder = Decoder(basis, mean)

    def forward(self, frames: Tensor, slots: Tensor, *, tree: bool = False) -> Fusion:
        """Encode, fuse and decode.

        Args:
            frames: (B, slots, 3, H, W), display-encoded.
            slots: (B, slots) number of the frame in each slot; equal numbers are duplicates.
            tree: Fuse the slots in two groups and then the two results.
        """
        latents = self.encoder(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])
        if not tree:
            return self._decoded(*self.fusion(latents, shares_of(slots)))
        middle = (frames.shape[1] + 1) // 2
        groups = (slice(None, middle), slice(middle, None))
        parts = [self.fusion(latents[:, g], shares_of(slots[:, g])) for g in groups]
        pair = torch.stack([part[0] for part in parts], 1).float()
        fused, top, carrier, mix, veil = self.fusion(
            pair, torch.ones(len(frames), 2, device=frames.device)
        )
        weights = torch.cat([part[1] * top[:, i : i + 1] for i, part in enumerate(parts)], 1)
        carriers = torch.cat([part[2] * carrier[:, i : i + 1] for i, part in enumerate(parts)], 1)
        below = sum(part[3] * top[:, i : i + 1] for i, part in enumerate(parts))
        under = sum(part[4] * carrier[:, i : i + 1] for i, part in enumerate(parts))
        return self._decoded(
            fused, weights, carriers, stacked_mix(mix, below), stacked_veil(veil, under)
        )

    def _decoded(
        self, fused: Tensor, weights: Tensor, carriers: Tensor, mix: Tensor, veil: Tensor
    ) -> Fusion:
        fused = fused.float()
        planes = (weights.float(), carriers.float(), mix.float(), veil.float())
        return Fusion(self.decoder(fused).float(), *planes, fused)


def stacked_mix(top: Tensor, below: Tensor) -> Tensor:
    """(B, 2, h, w) shares where a level of the tree is fused from another."""
    chosen = (1 - top.sum(1)) * (1 - below.sum(1))
    made = 1 - (1 - top[:, 1]) * (1 - below[:, 1])
    return torch.stack([1 - chosen - made, made], 1)


def stacked_veil(top: Tensor, below: Tensor) -> Tensor:
    """(B, 4, h, w) of two veils, one before the other."""
    clear = 1 - below[:, :1]
    return torch.cat([1 - clear * (1 - top[:, :1]), below[:, 1:] + clear * top[:, 1:]], 1)


def shares_of(slots: Tensor) -> Tensor:
    """(B, slots) frame numbers to one over how often each occurs in its row."""
    return 1.0 / (slots[:, :, None] == slots[:, None]).sum(2).float()


class Pictures(NamedTuple):
    """The pictures of a fusion at full size, (B, 3, H, W), display-encoded."""

    strict: Tensor
    unveiled: Tensor
    faithful: Tensor


def composite(frames: Tensor, fusion: Fusion, rmse: float) -> Pictures:
    """The pictures of `engine.composite`, differentiable.

    Args:
        frames: (B, slots, 3, H, W); duplicates carry their share in the weights.
        fusion: Of the same frames.
        rmse: The model's `agreement_rmse`.
    """
    scale = float(frames.shape[-1] // fusion.weights.shape[-1])

    def enlarged(planes: Tensor) -> Tensor:
        return functional.interpolate(planes, scale_factor=scale, mode="bilinear")

    error = _blur((frames - fusion.decoded[:, None]).square().mean(2))
    fine = (enlarged(fusion.weights) + 1e-6) / (1 + error / (2 * rmse**2)) ** 2
    fine = fine / fine.sum(1, keepdim=True)
    strict = (fine[:, :, None] * frames).sum(1)
    carrier = (enlarged(fusion.carriers)[:, :, None] * frames).sum(1)
    veil, mix = enlarged(fusion.veil), enlarged(fusion.mix)
    opacity, light, unveil, made = veil[:, :1], veil[:, 1:], mix[:, :1], mix[:, 1:]
    unveiled = ((carrier.square() - light) / (1 - opacity)).clamp(1e-4, 1).sqrt()
    faithful = strict + unveil * (unveiled - strict) + made * (fusion.decoded - strict)
    return Pictures(strict, unveiled, faithful)


def _blur(planes: Tensor) -> Tensor:
    rows, columns = (_gaussian_rows(side).to(planes.device) for side in planes.shape[-2:])
    return rows @ planes @ columns.T


@functools.cache
def _gaussian_rows(side: int) -> Tensor:
    """(side, side): a Gaussian filter with reflected borders as a matrix, faster than its taps."""
    reach = math.ceil(3 * WINDOW_SIGMA_PX)
    at = np.arange(-reach, reach + 1)
    taps = np.exp(-(at**2) / (2 * WINDOW_SIGMA_PX**2))
    matrix = np.zeros((side, side), np.float32)
    inside = np.pad(np.arange(side), reach, "reflect")
    for row in range(side):
        np.add.at(matrix[row], inside[row : row + 2 * reach + 1], taps / taps.sum())
    return torch.from_numpy(matrix)


def log_error(picture: Tensor, truth: Tensor) -> Tensor:
    """Mean over the batch of the logarithm of the squared error: what PSNR measures."""
    return ((picture - truth).square().flatten(1).mean(1) + 1e-5).log().mean()


@torch.no_grad()
def validate(network: Network, paths: Sequence[Path], rmse: float) -> dict[str, float]:
    """Mean PSNR in dB of the network's pictures, of Laplacian selection and the oracle."""
    totals = dict.fromkeys((*_PICTURES, "laplacian", "oracle"), 0.0)
    for path in paths:
        frames, slots, truth = batch_of([path], None)
        fusion = network(frames, slots)
        composed = composite(frames, fusion, rmse)
        stack = [_picture(frame) for frame in frames[0]]
        pictures = (
            *(_picture(planes[0]) for planes in (fusion.decoded, *composed)),
            laplacian_selection(stack),
            oracle_selection(stack, _picture(truth[0])),
        )
        for name, picture in zip(totals, pictures, strict=True):
            error = np.square(picture.clip(0, 1) - _picture(truth[0])).mean(dtype=np.float64)
            totals[name] += psnr(float(error)) / len(paths)
    return totals


def _picture(planes: Tensor) -> FloatArray:
    """(3, H, W) to (H, W, 3)."""
    return np.ascontiguousarray(planes.permute(1, 2, 0).numpy())


@torch.no_grad()
def reconstruction_rmse(network: Network, pictures: Sequence[Path]) -> float:
    """Error of encoding and decoding sharp pictures, display-encoded, over all their pixels."""
    errors = []
    for path in pictures:
        pixels = cv2.imread(str(path))
        if pixels is None:
            raise ValueError(f"{path} is not a picture")
        height, width = (side // SCALE * SCALE for side in pixels.shape[:2])
        picture = (
            torch.from_numpy(pixels[:height, :width, ::-1].copy()).permute(2, 0, 1)[None] / 255
        )
        decoded = network.decoder(network.encoder(picture)).clamp(0, 1)
        errors.append(float((decoded - picture).square().mean()))
    return float(np.sqrt(np.mean(errors)))


def load_run(run: Path) -> tuple[Network, dict[str, Tensor], dict[str, str]]:
    """The network of a run with its weights, their moving average, and the run's facts."""
    with safe_open(run / "state.safetensors", "pt") as file:
        facts = dict(file.metadata())
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    network = Network(tensors.pop("basis"), tensors.pop("mean"))
    network.load_state_dict({k[2:]: v for k, v in tensors.items() if k.startswith("w.")})
    return network, {k[2:]: v for k, v in tensors.items() if k.startswith("a.")}, facts


def save_run(
    run: Path, network: Network, average: dict[str, Tensor], facts: dict[str, str]
) -> None:
    """Write the run's state through a temporary sibling."""
    kernel = network.encoder.get_buffer("kernel").flatten(1).cpu()
    tensors = {
        "basis": kernel.contiguous(),
        "mean": -(torch.linalg.pinv(kernel) @ network.encoder.get_buffer("bias").cpu()),
        **{f"w.{k}": v.cpu().contiguous() for k, v in network.state_dict().items()},
        **{f"a.{k}": v.cpu().contiguous() for k, v in average.items()},
    }
    part = run / "state.part"
    save_file({k: v.clone() for k, v in tensors.items()}, part, facts)
    part.replace(run / "state.safetensors")


def train_fusion(
    samples: Path,
    validation: Path,
    run: Path,
    *,
    minutes: float,
    batch: int = 4,
    rate: float = 1e-3,
    rmse: float,
    device: str = "auto",
) -> None:
    """Train for some minutes, from the run's state where there is one.

    The learning rate falls to zero along a half cosine over the slice. Convolutions run in bf16
    where the processor or the card multiplies it, channels last; the linear path stays in float32.
    """
    place = torch.device(
        ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    )
    held_out = sorted(validation.glob("*.npz"))
    network, average, facts = load_run(run)
    step = int(facts.get("steps", 0))
    network = network.to(place).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # not in torch's stubs
    average = {name: value.to(place) for name, value in average.items()}
    learned = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=rate, weight_decay=1e-4, betas=(0.9, 0.99))
    start = saved = time.monotonic()
    losses: list[float] = []
    rng = np.random.default_rng([step, 7])
    for frames, slots, truth in batches(samples, batch, rng):
        now = time.monotonic()
        done = (now - start) / (minutes * 60)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * done))
        loss = _loss(network, frames.to(place), slots.to(place), truth.to(place), rmse, rng)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        step += 1
        losses.append(float(loss.detach()))
        decay = min(EMA_DECAY, step / (step + 10))
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - decay)
        if now - saved > 600:
            _finish_slice(run, network, average, facts, step, losses, held_out, rmse)
            saved, losses = time.monotonic(), []
    _finish_slice(run, network, average, facts, step, losses, held_out, rmse)


@functools.cache
def _has_bf16(device: torch.device) -> bool:
    """Whether bf16 is faster than float32; where it is emulated, it is several times slower."""
    if device.type != "cpu":
        return True
    processor = torch.cpu.get_capabilities()
    return bool(processor.get("amx_bf16") or processor.get("avx512_bf16"))


def _loss(
    network: Network,
    frames: Tensor,
    slots: Tensor,
    truth: Tensor,
    rmse: float,
    rng: np.random.Generator,
) -> Tensor:
    with torch.autocast(frames.device.type, torch.bfloat16, enabled=_has_bf16(frames.device)):
        fusion = network(frames, slots, tree=rng.random() < TREE_SHARE)
        target = network.encoder(truth)
        rebuilt = network.decoder(target).float()
    strict, unveiled, faithful = composite(frames, fusion, rmse)
    return (
        log_error(faithful, truth)
        + 0.2 * log_error(strict, truth)
        + 0.3 * log_error(unveiled, truth)
        + 0.4 * log_error(fusion.decoded, truth)
        + 0.2 * log_error(rebuilt, truth)
        + functional.l1_loss(fusion.latent, target)
    )


def _finish_slice(
    run: Path,
    network: Network,
    average: dict[str, Tensor],
    facts: dict[str, str],
    step: int,
    losses: list[float],
    held_out: Sequence[Path],
    rmse: float,
) -> None:
    shadow = Network(network.encoder.get_buffer("kernel").flatten(1).cpu(), torch.zeros(192))
    shadow.load_state_dict(average)
    measured = validate(shadow.eval(), held_out, rmse)
    facts.update(steps=str(step), **{k: f"{v:.3f}" for k, v in measured.items()})
    save_run(run, network, average, facts)
    log = run / "log.csv"
    is_new = not log.exists()
    with log.open("a", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["step", "loss", *measured])
        loss = round(float(np.mean(losses)), 5) if losses else ""
        writer.writerow([step, loss, *(round(v, 3) for v in measured.values())])


def start_run(run: Path, photographs: Sequence[Path]) -> None:
    """A new run: the linear transform of the photographs, everything learned at zero."""
    torch.manual_seed(0)
    basis, mean = principal_components(photographs, CHANNELS)
    network = Network(torch.from_numpy(basis), torch.from_numpy(mean))
    run.mkdir(parents=True, exist_ok=True)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    save_run(run, network, average, {"steps": "0", "photographs": str(len(photographs))})


def start_from_model(run: Path, model: Path) -> None:
    """A new run that goes on from the weights of an exported model.

    Raises:
        KeyError: If the model lacks a weight of this network.
    """
    manifest = load_manifest(model)
    encoder = weights_of(model, "encoder")
    basis = encoder["kernel"].flatten(1)
    network = Network(basis, -(torch.linalg.pinv(basis) @ encoder["bias"]))
    for name in ("fusion", "decoder"):
        part, weights = getattr(network, name), weights_of(model, name)
        part.load_state_dict(
            {key: weights[key].reshape(value.shape) for key, value in part.state_dict().items()}
        )
    run.mkdir(parents=True, exist_ok=True)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    facts = ("steps", "photographs")
    save_run(run, network, average, {key: str(manifest.card[key]) for key in facts})


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.train")
    commands = parser.add_subparsers(required=True, dest="command")
    samples = commands.add_parser("samples", help="render training samples; resumes")
    samples.add_argument("--photographs", type=Path, required=True)
    samples.add_argument("--out", type=Path, required=True)
    samples.add_argument("--count", type=int, default=2000)
    samples.add_argument("--seed", type=int, default=1)
    samples.add_argument("--size", type=int, nargs=2, default=(SAMPLE_PX, SAMPLE_PX), help="H W")
    samples.add_argument(
        "--matting", type=float, default=0.0, help="share of parts of MattingMFIF scenes"
    )
    fusion = commands.add_parser("fusion", help="train fusion module and decoder; resumes")
    fusion.add_argument("--photographs", type=Path, help="for a new run from nothing")
    fusion.add_argument("--model", type=Path, help="model folder that a new run goes on from")
    fusion.add_argument("--samples", type=Path, required=True)
    fusion.add_argument("--validation", type=Path, required=True, help="samples held out")
    fusion.add_argument("--run", type=Path, required=True)
    fusion.add_argument("--minutes", type=float, default=10.0)
    fusion.add_argument("--rate", type=float, default=1e-3)
    fusion.add_argument("--batch", type=int, default=4)
    fusion.add_argument("--device", default="auto", help="auto, cpu or cuda")
    fusion.add_argument("--rmse", type=float, default=0.01, help="agreement_rmse of the model")
    export = commands.add_parser("export", help="write the moving average as a model folder")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--model", type=Path, required=True)
    export.add_argument("--version", required=True)
    export.add_argument("--rmse", type=float, default=0.01, help="that it was trained with")
    export.add_argument(
        "--pictures", type=Path, required=True, help="PNGs to measure reconstruction on"
    )
    export.add_argument("--card", type=json.loads, default={}, help="JSON of further facts")
    args = parser.parse_args(argv)
    if args.command == "samples":
        photographs = sorted(args.photographs.glob("*.jpg"))
        height, width = args.size
        render_samples(
            photographs,
            args.out,
            count=args.count,
            seed=args.seed,
            size_px=(height, width),
            matting=args.matting,
        )
    elif args.command == "fusion":
        if not (args.run / "state.safetensors").exists():
            if args.model is not None:
                start_from_model(args.run, args.model)
            elif args.photographs is not None:
                start_run(args.run, sorted(args.photographs.glob("*.jpg")))
            else:
                parser.error("a new run needs --photographs or --model")
        train_fusion(
            args.samples,
            args.validation,
            args.run,
            minutes=args.minutes,
            batch=args.batch,
            rate=args.rate,
            rmse=args.rmse,
            device=args.device,
        )
    else:
        network, average, facts = load_run(args.run)
        network.load_state_dict(average)
        error = reconstruction_rmse(network, sorted(args.pictures.glob("*.png")))
        export_model(
            args.model,
            (network.encoder, network.fusion, network.decoder),
            version=args.version,
            reconstruction_rmse=round(error, 5),
            agreement_rmse=args.rmse,
            card={**facts, **args.card},
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
