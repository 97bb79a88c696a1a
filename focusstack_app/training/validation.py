"""What is measured on samples and pictures that nothing was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from focusstack_app.core.model import FloatArray
from focusstack_app.inference.network import SCALE
from focusstack_app.training.end_to_end import Network, composite
from focusstack_app.training.evaluate import laplacian_selection, oracle_selection
from focusstack_app.training.metrics import psnr
from focusstack_app.training.pictures import read_rgb
from focusstack_app.training.samples import Batch, batch_of, planes_of

_PICTURES = ("generative", "strict", "unveiled", "faithful")


@torch.no_grad()
def validate(network: Network, paths: Sequence[Path], rmse: float) -> dict[str, float]:
    """Mean PSNR in dB of the network's pictures, of Laplacian selection and the oracle."""
    totals = dict.fromkeys((*_PICTURES, "laplacian", "oracle"), 0.0)
    for path in paths:
        batch = batch_of([path], None, network.fusion.sharpness.device)
        fusion = network(latents_of(network, batch), batch.slots)
        composed = composite(batch.frames, fusion, batch.focus, rmse)
        stack = [_picture(frame) for frame in batch.frames[0]]
        truth = _picture(batch.truth[0])
        pictures = (
            *(_picture(planes[0]) for planes in (fusion.decoded, *composed)),
            laplacian_selection(stack),
            oracle_selection(stack, truth),
        )
        for name, picture in zip(totals, pictures, strict=True):
            error = np.square(picture.clip(0, 1) - truth).mean(dtype=np.float64)
            totals[name] += psnr(float(error)) / len(paths)
    return totals


def latents_of(network: Network, batch: Batch) -> Tensor:
    """Those that are kept with the samples, or else of the network's encoder."""
    if batch.latents is not None:
        return batch.latents
    latents: Tensor = network.encoder(batch.frames.flatten(0, 1))
    return latents.reshape(*batch.frames.shape[:2], *latents.shape[1:])


def _picture(planes: Tensor) -> FloatArray:
    """(3, H, W) to (H, W, 3)."""
    return np.ascontiguousarray(planes.permute(1, 2, 0).cpu().numpy())


@torch.no_grad()
def reconstruction_rmse(network: Network, pictures: Sequence[Path]) -> float:
    """Error of encoding and decoding sharp pictures, display-encoded, over all their pixels."""
    errors = []
    for path in pictures:
        pixels = read_rgb(path)
        height, width = (side // SCALE * SCALE for side in pixels.shape[:2])
        place = network.fusion.sharpness.device
        picture = planes_of(pixels[None, :height, :width], place)
        decoded = network.decoder(network.encoder(picture)).clamp(0, 1)
        errors.append(float((decoded - picture).square().mean()))
    return float(np.sqrt(np.mean(errors)))
