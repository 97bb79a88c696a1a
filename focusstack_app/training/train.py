"""Train the fusion module and the decoder, resumable in slices of minutes.

    python -m focusstack_app.training.train samples --photographs DIR --out DIR --count N
    python -m focusstack_app.training.train fusion --samples DIR --run DIR --minutes M
    python -m focusstack_app.training.train export --run DIR --model DIR

A run folder holds `state.safetensors` (weights, their moving average, the linear transform),
`log.csv` (step, loss and validation) and nothing else.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from focusstack_app.engine.composite import WINDOW_SIGMA_PX
from focusstack_app.training.export import SLOTS, export_model
from focusstack_app.training.linear import principal_components
from focusstack_app.training.model import Decoder, Encoder, FusionModule
from focusstack_app.training.synthesis import make_sample

CHANNELS = 64
VALIDATION = 24
SAMPLE_PX = 256
EMA_DECAY = 0.995


class Network(nn.Module):
    """Encoder, fusion module and decoder as one.

    Args:
        basis: (C, 192) of the linear transform.
        mean: (192,).
    """

    def __init__(self, basis: Tensor, mean: Tensor) -> None:
        super().__init__()
        self.encoder = Encoder(basis, mean)
        self.fusion = FusionModule(basis.shape[0])
        self.decoder = Decoder(basis, mean)

    def forward(self, frames: Tensor, shares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Frames (B, slots, 3, H, W) and shares (B, slots) to decoded, weights, fused latent."""
        latents = self.encoder(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])
        fused, weights = self.fusion(latents, shares)
        return self.decoder(fused), weights, fused


def composite(frames: Tensor, decoded: Tensor, weights: Tensor, rmse: float) -> Tensor:
    """The strict picture of `engine.composite`, differentiable.

    Args:
        frames: (B, slots, 3, H, W); duplicates carry their share in `weights`.
        decoded: (B, 3, H, W).
        weights: (B, slots, h, w).
        rmse: The autoencoder's error.
    """
    scale = float(frames.shape[-1] // weights.shape[-1])
    fine = functional.interpolate(weights, scale_factor=scale, mode="bilinear")
    error = _blur((frames - decoded[:, None]).square().mean(2))
    fine = (fine + 1e-6) / (1 + error / (2 * rmse**2)) ** 2
    fine = fine / fine.sum(1, keepdim=True)
    return (fine[:, :, None] * frames).sum(1)


def _blur(planes: Tensor) -> Tensor:
    reach = math.ceil(3 * WINDOW_SIGMA_PX)
    at = torch.arange(-reach, reach + 1, device=planes.device)
    kernel = (-(at**2) / (2 * WINDOW_SIGMA_PX**2)).exp()
    kernel = (kernel / kernel.sum())[None, None]
    flat = functional.pad(planes.flatten(0, 1)[:, None], (reach,) * 4, "reflect")
    flat = functional.conv2d(functional.conv2d(flat, kernel[..., None]), kernel[:, :, None])
    return flat[:, 0].reshape(planes.shape)


def batch_of(
    paths: Sequence[Path], rng: np.random.Generator | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Load samples as frames (B, 7, 3, H, W), shares (B, 7) and truth (B, 3, H, W).

    With `rng`, slots are shuffled and pictures turned and mirrored.
    """
    frames, shares, truths = [], [], []
    for path in paths:
        with np.load(path, allow_pickle=False) as sample:
            stack, truth = sample["frames"], sample["truth"]
        slots = np.arange(SLOTS) % len(stack)
        if rng is not None:
            spare = rng.integers(0, len(stack), SLOTS - len(stack))
            slots = rng.permutation(np.concatenate([np.arange(len(stack)), spare]))
            turn, mirror = int(rng.integers(4)), rng.random() < 0.5
            stack, truth = np.rot90(stack, turn, (1, 2)), np.rot90(truth, turn)
            if mirror:
                stack, truth = stack[:, :, ::-1], truth[:, ::-1]
        frames.append(stack[slots])
        shares.append(1.0 / np.bincount(slots)[slots])
        truths.append(truth)
    return (
        _planes(np.stack(frames)),
        torch.from_numpy(np.stack(shares)).float(),
        _planes(np.stack(truths)),
    )


def _planes(pixels: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.moveaxis(pixels, -1, -3).copy()).float() / 255


def psnr(picture: Tensor, truth: Tensor) -> float:
    """Mean over the batch of the PSNR in dB, display-encoded."""
    errors = (picture.clamp(0, 1) - truth).square().flatten(1).mean(1)
    return float((-10 * errors.clamp_min(1e-10).log10()).mean())


@torch.no_grad()
def validate(network: Network, paths: Sequence[Path], rmse: float) -> dict[str, float]:
    """PSNR in dB of the decoded and of the strict picture, and of Laplacian-energy selection."""
    totals = {"generative": 0.0, "strict": 0.0, "laplacian": 0.0}
    for path in paths:
        frames, shares, truth = batch_of([path], None)
        decoded, weights, _ = network(frames, shares)
        totals["generative"] += psnr(decoded, truth)
        totals["strict"] += psnr(composite(frames, decoded, weights, rmse), truth)
        totals["laplacian"] += psnr(_laplacian_selection(frames), truth)
    return {name: total / len(paths) for name, total in totals.items()}


def _laplacian_selection(frames: Tensor) -> Tensor:
    """Per pixel the frame with the largest Laplacian energy in a Gaussian window of 4 px."""
    energies = []
    for frame in frames[0].numpy():
        pixels = np.ascontiguousarray(frame.transpose(1, 2, 0))
        energies.append(cv2.GaussianBlur(np.square(cv2.Laplacian(pixels, -1)).sum(2), (0, 0), 4))
    best = torch.from_numpy(np.argmax(energies, 0))[None, None].expand(1, 3, -1, -1)
    return frames[0].gather(0, best)


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
    kernel = network.encoder.get_buffer("kernel").flatten(1)
    tensors = {
        "basis": kernel.contiguous(),
        "mean": -(torch.linalg.pinv(kernel) @ network.encoder.get_buffer("bias")),
        **{f"w.{k}": v.contiguous() for k, v in network.state_dict().items()},
        **{f"a.{k}": v.contiguous() for k, v in average.items()},
    }
    part = run / "state.part"
    save_file({k: v.clone() for k, v in tensors.items()}, part, facts)
    part.replace(run / "state.safetensors")


def train_fusion(
    samples: Path, run: Path, *, minutes: float, batch: int = 4, rate: float = 1e-3, rmse: float
) -> None:
    """Train for some minutes, from the run's state where there is one.

    The learning rate falls to zero along a half cosine over the slice.
    """
    paths = sorted(samples.glob("*.npz"))
    held_out, paths = paths[:VALIDATION], paths[VALIDATION:]
    network, average, facts = load_run(run)
    step = int(facts.get("steps", 0))
    rng = np.random.default_rng([step, 7])
    learned = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=rate, weight_decay=1e-4, betas=(0.9, 0.99))
    start = saved = time.monotonic()
    losses: list[float] = []
    while (now := time.monotonic()) - start < minutes * 60:
        done = (now - start) / (minutes * 60)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * done))
        chosen = [paths[i] for i in rng.integers(0, len(paths), batch)]
        frames, shares, truth = batch_of(chosen, rng)
        decoded, weights, fused = network(frames, shares)
        strict = composite(frames, decoded, weights, rmse)
        loss = sum(
            ((picture - truth).square() + 1e-6).sqrt().mean() for picture in (decoded, strict)
        ) + 0.1 * functional.l1_loss(fused, network.encoder(truth))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        step += 1
        losses.append(float(loss.detach()))
        decay = min(EMA_DECAY, step / (step + 10))
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - decay)
        if time.monotonic() - saved > 240:
            _finish_slice(run, network, average, facts, step, losses, held_out, rmse)
            saved, losses = time.monotonic(), []
    _finish_slice(run, network, average, facts, step, losses, held_out, rmse)


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
    shadow = Network(network.encoder.get_buffer("kernel").flatten(1), torch.zeros(192))
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


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.train")
    commands = parser.add_subparsers(required=True, dest="command")
    samples = commands.add_parser("samples", help="render training samples; resumes")
    samples.add_argument("--photographs", type=Path, required=True)
    samples.add_argument("--out", type=Path, required=True)
    samples.add_argument("--count", type=int, default=2000)
    samples.add_argument("--seed", type=int, default=1)
    fusion = commands.add_parser("fusion", help="train fusion module and decoder; resumes")
    fusion.add_argument("--photographs", type=Path, help="for a new run")
    fusion.add_argument("--samples", type=Path, required=True)
    fusion.add_argument("--run", type=Path, required=True)
    fusion.add_argument("--minutes", type=float, default=10.0)
    fusion.add_argument("--rate", type=float, default=1e-3)
    fusion.add_argument("--batch", type=int, default=4)
    fusion.add_argument("--rmse", type=float, default=0.01, help="error of the autoencoder")
    export = commands.add_parser("export", help="write the moving average as a model folder")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--model", type=Path, required=True)
    export.add_argument("--version", required=True)
    export.add_argument("--rmse", type=float, default=0.01)
    export.add_argument("--card", type=json.loads, default={}, help="JSON of further facts")
    args = parser.parse_args(argv)
    if args.command == "samples":
        args.out.mkdir(parents=True, exist_ok=True)
        photographs = sorted(args.photographs.glob("*.jpg"))
        for index in range(args.count):
            path = args.out / f"{args.seed}_{index:05d}.npz"
            if not path.exists():
                rng = np.random.default_rng([args.seed, index])
                sample = make_sample(photographs, rng, (SAMPLE_PX, SAMPLE_PX))
                part = path.with_suffix(".part.npz")
                np.savez(part, frames=sample.frames, truth=sample.truth)
                part.replace(path)
    elif args.command == "fusion":
        if not (args.run / "state.safetensors").exists():
            if args.photographs is None:
                parser.error("a new run needs --photographs")
            start_run(args.run, sorted(args.photographs.glob("*.jpg")))
        train_fusion(
            args.samples, args.run, minutes=args.minutes, batch=args.batch, rate=args.rate,
            rmse=args.rmse,
        )  # fmt: skip
    else:
        network, average, facts = load_run(args.run)
        network.load_state_dict(average)
        parts = (network.encoder, network.fusion, network.decoder)
        export_model(
            args.model, parts, version=args.version, reconstruction_rmse=args.rmse,
            card={**facts, **args.card},
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
