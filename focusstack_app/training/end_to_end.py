"""What is trained: the whole network from frames to the pictures of `engine`, differentiable."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from focusstack_app.engine.composite import OWN_ERRORS, WINDOW_SIGMA_PX
from focusstack_app.inference.network import Decoder, Encoder, FusionModule, Selection


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
        encoder: (B, 3, H, W), display-encoded, to latents (B, C, H / 8, W / 8).
        fusion: Of latents of that encoder.
        decoder: Latents to (B, 3, H, W), display-encoded, not clipped.
    """

    def __init__(self, encoder: nn.Module, fusion: FusionModule, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.fusion = fusion
        self.decoder = decoder

    @classmethod
    def linear(cls, basis: Tensor, mean: Tensor) -> Network:
        """Our own: a linear encoder, (C, 192) and (192,), and a decoder that starts from it."""
        parts = Encoder(basis, mean), FusionModule(Selection(basis)), Decoder(basis, mean)
        return cls(*parts)

    def forward(self, latents: Tensor, slots: Tensor, *, tree: bool = False) -> Fusion:
        """Fuse and decode.

        Args:
            latents: (B, slots, C, H / 8, W / 8).
            slots: (B, slots) number of the frame in each slot; equal numbers are duplicates.
            tree: Fuse the slots in two groups and then the two results.
        """
        if not tree:
            return self._decoded(*self.fusion(latents, shares_of(slots)))
        middle = (latents.shape[1] + 1) // 2
        groups = (slice(None, middle), slice(middle, None))
        parts = [self.fusion(latents[:, g], shares_of(slots[:, g])) for g in groups]
        pair = torch.stack([part[0] for part in parts], 1).float()
        fused, top, carrier, mix, veil = self.fusion(
            pair, torch.ones(len(latents), 2, device=latents.device)
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
    apart = (fusion.decoded - strict).square().mean(1, keepdim=True)
    made = made * apart / (apart + (OWN_ERRORS * rmse) ** 2)
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
