"""Train the decoder and the fusion module, resumable in slices of minutes.

    python -m focusstack_app.training.train samples --photographs DIR --out DIR --count N
    python -m focusstack_app.training.train autoencoder --photographs DIR --pictures DIR --run DIR
    python -m focusstack_app.training.train fusion --samples DIR --validation DIR --run DIR ...
    python -m focusstack_app.training.train export --run DIR --model DIR

`runs.py` says what is in a run folder.
"""

from __future__ import annotations

import argparse
import copy
import functools
import itertools
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from focusstack_app.core.ahead import ahead
from focusstack_app.training import taesd3
from focusstack_app.training.end_to_end import Network, composite, log_error
from focusstack_app.training.export import export_model
from focusstack_app.training.metrics import psnr
from focusstack_app.training.owner import owner_loss
from focusstack_app.training.runs import (
    is_run,
    load_run,
    log,
    save_run,
    start_from_model,
    start_run,
    start_with_taesd3,
)
from focusstack_app.training.samples import (
    CROP_PX,
    SAMPLE_PX,
    Batch,
    batches,
    keep_latents,
    planes_of,
    render_samples,
)
from focusstack_app.training.synthesis import PLAIN, random_part
from focusstack_app.training.validation import latents_of, reconstruction_rmse, validate

EMA_DECAY = 0.999
TREE_SHARE = 0.15
OWNER_SHARE = 0.3
BORDER_PX = 12
CHECKPOINT_S = {"cpu": 600, "cuda": 120}
B = TypeVar("B", Batch, Tensor)


def train_autoencoder(
    photographs: Sequence[Path],
    pictures: Sequence[Path],
    run: Path,
    *,
    minutes: float,
    batch: int = 8,
    rate: float = 1e-3,
    device: str = "auto",
) -> None:
    """Train the decoder alone to give photographs back; the encoder is linear and stays.

    Args:
        photographs: To learn from.
        pictures: PNGs to measure on.
        run: Its folder, with a state.
        minutes: Of this slice.
        batch: Parts of photographs in a step.
        rate: Highest learning rate.
        device: "auto", "cpu" or "cuda".
    """

    def parts(rng: np.random.Generator) -> Iterator[Tensor]:
        def prepared() -> Tensor:
            side = (CROP_PX, CROP_PX)
            return planes_of(
                np.stack([random_part(photographs, rng, *side, (0.45, 1.0)) for _ in range(batch)]),
                device_of(device),
            )

        return ahead(lambda _: prepared(), itertools.repeat(None), threads=1)

    def loss(network: Network, part: Tensor, _: np.random.Generator) -> Tensor:
        with _autocast(part.device):
            decoded = network.decoder(network.encoder(part)).float()
        return log_error(decoded, part)

    def measure(network: Network) -> dict[str, float]:
        return {"reconstruction": psnr(reconstruction_rmse(network, pictures) ** 2)}

    _train(run, "autoencoder", parts, loss, measure, minutes=minutes, rate=rate, device=device)


def train_fusion(
    samples: Path,
    validation: Path,
    run: Path,
    *,
    minutes: float,
    batch: int = 4,
    crop: int = CROP_PX,
    rate: float = 1e-3,
    rmse: float,
    device: str = "auto",
) -> None:
    """Train the fusion module, and the decoder where it is ours.

    Args:
        samples: Folder of samples, with latents or without.
        validation: Such a folder, of samples held out.
        run: Its folder, with a state.
        minutes: Of this slice.
        batch: Stacks in a step.
        crop: Side in px of the part of each sample, a multiple of 64.
        rate: Highest learning rate.
        rmse: The model's `agreement_rmse`.
        device: "auto", "cpu" or "cuda".
    """

    def loss(network: Network, stacks: Batch, rng: np.random.Generator) -> Tensor:
        return _fusion_loss(network, stacks, rmse, tree=rng.random() < TREE_SHARE)

    held_out = sorted(validation.glob("*.npz"))
    _train(
        run,
        "fusion",
        lambda rng: batches(samples, batch, rng, device_of(device), crop),
        loss,
        lambda network: validate(network, held_out, rmse),
        minutes=minutes,
        rate=rate,
        device=device,
    )


def _fusion_loss(network: Network, batch: Batch, rmse: float, *, tree: bool) -> Tensor:
    truth = batch.truth
    with _autocast(truth.device):
        fusion = network(latents_of(network, batch), batch.slots, tree=tree)
        target = network.encoder(truth) if batch.target is None else batch.target
    strict, unveiled, faithful = composite(batch.frames, fusion, _guessed(batch.focus), rmse)
    loss = (
        log_error(faithful, truth)
        + 0.2 * log_error(strict, truth)
        + 0.3 * log_error(_inner(unveiled), _inner(truth))
        + 0.4 * log_error(fusion.decoded, truth)
        + OWNER_SHARE * owner_loss(fusion.carriers, batch)
        + functional.l1_loss(fusion.latent, target)
    )
    if any(weight.requires_grad for weight in network.decoder.parameters()):
        with _autocast(truth.device):
            rebuilt = network.decoder(target).float()
        loss = loss + 0.2 * log_error(rebuilt, truth)
    return loss


def _guessed(focus: Tensor) -> Tensor:
    """As it is estimated from frames: not quite right."""
    scale = 1 + 0.04 * torch.randn(len(focus), 1, device=focus.device)
    return focus * scale + 0.3 * torch.randn_like(focus)


def _inner(planes: Tensor) -> Tensor:
    """Without the border, over which the veil of things outside may lie."""
    return planes[..., BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]


def _train(
    run: Path,
    command: str,
    batches_of: Callable[[np.random.Generator], Iterator[B]],
    loss_of: Callable[[Network, B, np.random.Generator], Tensor],
    measure: Callable[[Network], dict[str, float]],
    *,
    minutes: float,
    rate: float,
    device: str,
) -> None:
    """Train for some minutes, from the run's state.

    The learning rate falls to zero along a half cosine over the slice. Convolutions run in bf16
    where the processor or the card multiplies it, channels last; the linear path stays in float32.
    """
    place = device_of(device)
    network, average, facts = load_run(run)
    step = int(facts["steps"])
    network = network.to(place).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # not in torch's stubs
    shadow = copy.deepcopy(network).eval()
    state = network.state_dict()
    average = {name: value.to(place) for name, value in average.items()}
    learned = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        learned, lr=rate, weight_decay=1e-4, betas=(0.9, 0.99), fused=place.type == "cuda"
    )
    losses: list[Tensor] = []
    rng = np.random.default_rng([step, 7])

    def finish() -> None:
        shadow.load_state_dict(average)
        measured = measure(shadow)
        facts.update(steps=str(step), **{k: f"{v:.3f}" for k, v in measured.items()})
        save_run(run, network, average, facts)
        loss = float(torch.stack(losses).mean()) if losses else None
        log(run, command, step, loss, measured)

    start = saved = time.monotonic()
    for batch in batches_of(rng):
        now = time.monotonic()
        done = (now - start) / (minutes * 60)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * done))
        loss = loss_of(network, batch, rng)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        step += 1
        losses.append(loss.detach())
        decay = min(EMA_DECAY, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), [state[n] for n in average], 1 - decay)
        if now - saved > CHECKPOINT_S[place.type]:
            finish()
            saved, losses = time.monotonic(), []
    finish()


def device_of(name: str) -> torch.device:
    """The device of a name; of "auto" the card, where there is one."""
    return torch.device(
        ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
    )


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=_has_bf16(device))


@functools.cache
def _has_bf16(device: torch.device) -> bool:
    """Whether bf16 is faster than float32; where it is emulated, it is several times slower."""
    if device.type != "cpu":
        return True
    processor = torch.cpu.get_capabilities()
    return bool(processor.get("amx_bf16") or processor.get("avx512_bf16"))


def _parser() -> argparse.ArgumentParser:
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
    samples.add_argument(
        "--plain", type=float, default=PLAIN, help="share of backgrounds without detail"
    )
    samples.add_argument("--device", default="cpu", help="auto, cpu or cuda: where it is rendered")
    latents = commands.add_parser("latents", help="keep TAESD3's latents with samples; resumes")
    latents.add_argument("--taesd3", type=Path, required=True, help="TAESD3's weights")
    latents.add_argument("--samples", type=Path, required=True)
    latents.add_argument("--out", type=Path, required=True)
    autoencoder = commands.add_parser("autoencoder", help="train the decoder alone; resumes")
    autoencoder.add_argument("--photographs", type=Path, required=True, help="to learn from")
    autoencoder.add_argument("--pictures", type=Path, required=True, help="PNGs to measure on")
    autoencoder.add_argument("--batch", type=int, default=8)
    fusion = commands.add_parser("fusion", help="train fusion module and decoder; resumes")
    fusion.add_argument("--photographs", type=Path, help="for a new run from nothing")
    fusion.add_argument("--model", type=Path, help="model folder that a new run goes on from")
    fusion.add_argument("--taesd3", type=Path, help="TAESD3's weights, for a new run between them")
    fusion.add_argument("--samples", type=Path, required=True)
    fusion.add_argument("--validation", type=Path, required=True, help="samples held out")
    fusion.add_argument("--batch", type=int, default=4)
    fusion.add_argument("--crop", type=int, default=CROP_PX, help="px of a sample's side, of 64")
    fusion.add_argument("--rmse", type=float, default=0.01, help="agreement_rmse of the model")
    for command in (autoencoder, fusion):
        command.add_argument("--run", type=Path, required=True)
        command.add_argument("--minutes", type=float, default=10.0)
        command.add_argument("--rate", type=float, default=1e-3)
        command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    export = commands.add_parser("export", help="write the moving average as a model folder")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--model", type=Path, required=True)
    export.add_argument("--version", required=True)
    export.add_argument("--taesd3", type=Path, help="TAESD3's weights, where they are used")
    export.add_argument("--rmse", type=float, default=0.01, help="that it was trained with")
    export.add_argument(
        "--pictures", type=Path, required=True, help="PNGs to measure reconstruction on"
    )
    export.add_argument("--card", type=json.loads, default={}, help="JSON of further facts")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command == "samples":
        height, width = args.size
        render_samples(
            sorted(args.photographs.glob("*.jpg")),
            args.out,
            count=args.count,
            seed=args.seed,
            size_px=(height, width),
            matting=args.matting,
            plain=args.plain,
            place=device_of(args.device),
        )
    elif args.command == "latents":
        encoder, _ = taesd3.load(args.taesd3)
        with torch.inference_mode():
            keep_latents(args.samples, args.out, encoder)
    elif args.command == "export":
        _export(args)
    else:
        if not is_run(args.run):
            _start(args, parser)
        slice_of = {name: getattr(args, name) for name in ("minutes", "batch", "rate", "device")}
        if args.command == "autoencoder":
            photographs = sorted(args.photographs.glob("*.jpg"))
            pictures = sorted(args.pictures.glob("*.png"))
            train_autoencoder(photographs, pictures, args.run, **slice_of)
        else:
            of_fusion = {"rmse": args.rmse, "crop": args.crop}
            train_fusion(args.samples, args.validation, args.run, **of_fusion, **slice_of)
    return 0


def _start(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """A new run, from what the arguments name."""
    if args.command == "fusion" and args.taesd3 is not None:
        start_with_taesd3(args.run, args.taesd3, args.model)
    elif args.command == "fusion" and args.model is not None:
        start_from_model(args.run, args.model)
    elif args.photographs is not None:
        start_run(args.run, sorted(args.photographs.glob("*.jpg")))
    else:
        parser.error("a new run needs --photographs, --model or --taesd3")


def _export(args: argparse.Namespace) -> None:
    network, average, facts = load_run(args.run)
    network.load_state_dict(average)
    error = reconstruction_rmse(network, sorted(args.pictures.glob("*.png")))
    foreign: dict[str, Any] = {}
    if facts.get("autoencoder") == "taesd3":
        if args.taesd3 is None:
            raise SystemExit("the export of this run needs --taesd3")
        parts = ("encoder", "decoder")
        foreign = {
            "beside": {part: taesd3.weights_file(args.taesd3, part) for part in parts},
            "encoder_halo_px": taesd3.HALO_PX,
            "decoder_reach": taesd3.DECODER_REACH,
            "licence": f"Apache-2.0 AND {taesd3.LICENCE}",
        }
    export_model(
        args.model,
        (network.encoder, network.fusion, network.decoder),
        version=args.version,
        reconstruction_rmse=round(error, 5),
        agreement_rmse=args.rmse,
        card={**facts, **args.card},
        **foreign,
    )


if __name__ == "__main__":
    raise SystemExit(main())
