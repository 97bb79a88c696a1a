"""Run folders: where a training stands, and what it measured on the way.

A run folder holds `weights.safetensors`, `average.safetensors` (their moving average) and for each
command that trained it a table of steps, loss and validation with its plot: `fusion.csv`,
`fusion.png`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from focusstack_app.inference.manifest import load_manifest
from focusstack_app.inference.network import CellSelection, FusionModule
from focusstack_app.inference.pytorch import load_weights, weights_of
from focusstack_app.training import taesd3
from focusstack_app.training.end_to_end import Network
from focusstack_app.training.linear import principal_components
from focusstack_app.training.plots import plot_training

CHANNELS = 64
_PARTS = ("weights", "average")


def is_run(folder: Path) -> bool:
    """Whether a training can go on there."""
    return all((folder / f"{part}.safetensors").exists() for part in _PARTS)


def load_run(run: Path) -> tuple[Network, dict[str, Tensor], dict[str, str]]:
    """The network of a run with its weights, their moving average, and the run's facts."""
    weights, average = (load_file(run / f"{part}.safetensors") for part in _PARTS)
    with safe_open(run / "average.safetensors", "pt") as file:
        facts = dict(file.metadata())
    if facts.get("autoencoder") == "taesd3":
        network = taesd3_network(taesd3.Encoder(), taesd3.Decoder())
    else:
        basis = weights["encoder.kernel"].flatten(1)
        network = Network.linear(basis, torch.zeros(basis.shape[1]))
    network.load_state_dict(weights)
    return network, average, facts


def save_run(
    run: Path, network: Network, average: Mapping[str, Tensor], facts: dict[str, str]
) -> None:
    """Write the run's state through temporary siblings."""
    for part, tensors in zip(_PARTS, (network.state_dict(), average), strict=True):
        path = run / f"{part}.safetensors"
        own = {name: value.cpu().contiguous().clone() for name, value in tensors.items()}
        save_file(own, path.with_suffix(".part"), facts)
        path.with_suffix(".part").replace(path)


def _begin(run: Path, network: Network, facts: dict[str, str]) -> None:
    run.mkdir(parents=True, exist_ok=True)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    save_run(run, network, average, facts)


def start_run(run: Path, photographs: Sequence[Path]) -> None:
    """A new run: the linear transform of the photographs, everything learned at zero."""
    torch.manual_seed(0)
    basis, mean = principal_components(photographs, CHANNELS)
    network = Network.linear(torch.from_numpy(basis), torch.from_numpy(mean))
    _begin(run, network, {"steps": "0", "photographs": str(len(photographs))})


def start_with_taesd3(run: Path, weights: Path, model: Path | None = None) -> None:
    """A new run between the paper's encoder and decoder, which stay as they are.

    Args:
        run: Its folder.
        weights: Folder of TAESD3's weights.
        model: Model of our own whose fusion module lends every layer but the three that see latents
            or make them.
    """
    torch.manual_seed(0)
    network = taesd3_network(*taesd3.load(weights))
    lent = {} if model is None else weights_of((model / "fusion.onnx").read_bytes())
    with torch.no_grad():
        for name, parameter in network.fusion.named_parameters():
            if name in lent and lent[name].numel() == parameter.numel():
                parameter.copy_(lent[name].reshape(parameter.shape))
    _begin(run, network, {"steps": "0", "autoencoder": "taesd3"})


def taesd3_network(encoder: taesd3.Encoder, decoder: taesd3.Decoder) -> Network:
    """A fusion module at its start between them."""
    for part in (encoder, decoder):
        part.requires_grad_(False)
    return Network(encoder, FusionModule(CellSelection(taesd3.CHANNELS)), decoder)


def start_from_model(run: Path, model: Path) -> None:
    """A new run that goes on from the weights of an exported model of our own.

    Raises:
        KeyError: If the model lacks a weight of this network.
    """
    manifest = load_manifest(model)
    encoder, fusion, decoder = (
        weights_of((model / f"{name}.onnx").read_bytes())
        for name in ("encoder", "fusion", "decoder")
    )
    basis = encoder["kernel"].flatten(1)
    network = Network.linear(basis, -(torch.linalg.pinv(basis) @ encoder["bias"]))
    load_weights(network.fusion, fusion)
    load_weights(network.decoder, decoder)
    _begin(run, network, {key: str(manifest.card[key]) for key in ("steps", "photographs")})


def log(
    run: Path, command: str, step: int, loss: float | None, measured: Mapping[str, float]
) -> None:
    """Add a row to the table of a command and draw it again.

    Args:
        run: Its folder.
        command: That trained: "autoencoder" or "fusion".
        step: Steps so far.
        loss: Mean since the last row, if there was a step.
        measured: Validation, PSNR in dB.
    """
    table = run / f"{command}.csv"
    is_new = not table.exists()
    with table.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["step", "loss", *measured])
        shown = "" if loss is None else round(loss, 5)
        writer.writerow([step, shown, *(round(value, 3) for value in measured.values())])
    with table.open(newline="", encoding="utf-8") as file:
        plot_training(list(csv.DictReader(file)), table.with_suffix(".png"))
