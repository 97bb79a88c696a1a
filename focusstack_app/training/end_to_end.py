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
from focusstack_app.engine.veil import DENSEST_VEIL, LEAST_RADIUS_PX
from focusstack_app.inference.network import Decoder, Encoder, FusionModule, Selection
from focusstack_app.training.srgb import display_encoded, linear_light


class Fusion(NamedTuple):
    """What the network says about a batch of stacks.

    Attributes:
        decoded: (B, 3, H, W), display-encoded, not clipped.
        weights: (B, slots, h, w), sum 1 over slots.
        carriers: (B, slots, h, w), sum 1 over slots.
        mix: (B, 2, h, w), shares of the unveiled and of the decoded picture in the faithful one.
        latent: (B, C, H / 8, W / 8), fused.
    """

    decoded: Tensor
    weights: Tensor
    carriers: Tensor
    mix: Tensor
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
        fused, top, carrier, mix = self.fusion(
            pair, torch.ones(len(latents), 2, device=latents.device)
        )
        weights = torch.cat([part[1] * top[:, i : i + 1] for i, part in enumerate(parts)], 1)
        carriers = torch.cat([part[2] * carrier[:, i : i + 1] for i, part in enumerate(parts)], 1)
        below = sum(part[3] * top[:, i : i + 1] for i, part in enumerate(parts))
        return self._decoded(fused, weights, carriers, stacked_mix(mix, below))

    def _decoded(self, fused: Tensor, weights: Tensor, carriers: Tensor, mix: Tensor) -> Fusion:
        fused = fused.float()
        planes = (weights.float(), carriers.float(), mix.float())
        return Fusion(self.decoder(fused).float(), *planes, fused)


def stacked_mix(top: Tensor, below: Tensor) -> Tensor:
    """(B, 2, h, w) shares where a level of the tree is fused from another."""
    chosen = (1 - top.sum(1)) * (1 - below.sum(1))
    made = 1 - (1 - top[:, 1]) * (1 - below[:, 1])
    return torch.stack([1 - chosen - made, made], 1)


def shares_of(slots: Tensor) -> Tensor:
    """(B, slots) frame numbers to one over how often each occurs in its row."""
    return 1.0 / (slots[:, :, None] == slots[:, None]).sum(2).float()


class Pictures(NamedTuple):
    """The pictures of a fusion at full size, (B, 3, H, W), display-encoded."""

    strict: Tensor
    unveiled: Tensor
    faithful: Tensor


def composite(frames: Tensor, fusion: Fusion, focus: Tensor, rmse: float) -> Pictures:
    """The pictures of `engine.composite`, differentiable.

    Args:
        frames: (B, slots, 3, H, W); duplicates carry their share in the weights.
        fusion: Of the same frames.
        focus: (B, slots), px of blur, larger is nearer.
        rmse: The model's `agreement_rmse`.
    """
    error = _blur((frames - fusion.decoded[:, None]).square().mean(2))
    fine = (_enlarged(fusion.weights, frames) + 1e-6) / (1 + error / (2 * rmse**2)) ** 2
    fine = fine / fine.sum(1, keepdim=True)
    strict = (fine[:, :, None] * frames).sum(1)
    unveiled, mix = unveil(frames, fusion.carriers, focus), _enlarged(fusion.mix, frames)
    lifted, made = mix[:, :1], mix[:, 1:]
    apart = (fusion.decoded - strict).square().mean(1, keepdim=True)
    made = made * apart / (apart + (OWN_ERRORS * rmse) ** 2)
    faithful = strict + lifted * (unveiled - strict) + made * (fusion.decoded - strict)
    return Pictures(strict, unveiled, faithful)


def _enlarged(planes: Tensor, frames: Tensor) -> Tensor:
    """Planes of coarser cells at the size of the frames."""
    scale = float(frames.shape[-1] // planes.shape[-1])
    return functional.interpolate(planes, scale_factor=scale, mode="bilinear")


def unveil(frames: Tensor, carriers: Tensor, focus: Tensor) -> Tensor:
    """The picture of `engine.veil`, differentiable: (B, 3, H, W), display-encoded.

    No veil is doubted: the scenes are as the model says.

    Args:
        frames: (B, slots, 3, H, W), display-encoded.
        carriers: (B, slots, h, w).
        focus: (B, slots), px of blur, larger is nearer.
    """
    count, cell = frames.shape[1], frames.shape[-1] // carriers.shape[-1]
    light = linear_light(frames)
    small = functional.avg_pool2d(light.flatten(0, 1), cell)
    small = small.reshape(*light.shape[:3], *small.shape[-2:])
    sheets = torch.cat([small, torch.ones_like(small[:, :, :1])], 2) * carriers[:, :, None]
    height, width = sheets.shape[-2:]
    farthest = math.ceil(float(focus.amax() - focus.amin()) / cell) + 2
    reach = min(-(-farthest // 8) * 8, height - 1, width - 1)  # of a size that transforms fast
    padded = functional.pad(sheets.flatten(0, 1), (reach,) * 4, "reflect")
    spectra = torch.fft.rfft2(padded)
    spectra = spectra.reshape(*sheets.shape[:3], *spectra.shape[-2:])
    rows = torch.fft.fftfreq(padded.shape[-2], device=frames.device)
    columns = torch.fft.rfftfreq(padded.shape[-1], device=frames.device)
    frequency = (rows[:, None].square() + columns.square()).sqrt()
    order = focus.argsort(1, descending=True)[:, : count - 1]
    radius = focus.gather(1, order)[:, None] - focus[:, :, None]
    there = ((radius - LEAST_RADIUS_PX) / LEAST_RADIUS_PX).clamp(0, 1)
    stack, slot, front = there.nonzero(as_tuple=True)
    fronts = front.cpu()
    veil = torch.zeros_like(sheets)
    for number in range(count - 1):  # from the nearest to the farthest
        pairs = (fronts == number).nonzero()[:, 0].to(frames.device)
        if not len(pairs):
            continue
        which, behind = stack[pairs], slot[pairs]
        own = radius[which, behind, number, None, None]
        x = (2 * math.pi / cell) * own * frequency
        disc = torch.where(x.abs() < 1e-3, 1.0, 2 * torch.special.bessel_j1(x) / x)
        spectrum = spectra[which, order[which, number]] * disc[:, None]
        spread = torch.fft.irfft2(spectrum, padded.shape[-2:])
        spread = spread[..., reach : reach + height, reach : reach + width]
        spread = spread * there[which, behind, number, None, None, None]
        free = 1 - veil[which, behind, 3:]
        veil = veil.index_put((which, behind), free * spread, accumulate=True)
    gain = 1 / (1 - veil[:, :, 3:].clamp(0, DENSEST_VEIL))
    planes = torch.cat([gain, gain * veil[:, :, :3]], 2).flatten(1, 2)
    planes = _enlarged(planes, frames).reshape(-1, count, 4, *frames.shape[-2:])
    share = _enlarged(carriers, frames)[:, :, None]
    return display_encoded((share * (light * planes[:, :, :1] - planes[:, :, 1:])).sum(1))


def _blur(planes: Tensor) -> Tensor:
    rows, columns = (_gaussian_rows(side, planes.device) for side in planes.shape[-2:])
    return rows @ planes @ columns.T


@functools.cache
def _gaussian_rows(side: int, place: torch.device) -> Tensor:
    """(side, side): a Gaussian filter with reflected borders as a matrix, faster than its taps."""
    reach = math.ceil(3 * WINDOW_SIGMA_PX)
    at = np.arange(-reach, reach + 1)
    taps = np.exp(-(at**2) / (2 * WINDOW_SIGMA_PX**2))
    matrix = np.zeros((side, side), np.float32)
    inside = np.pad(np.arange(side), reach, "reflect")
    for row in range(side):
        np.add.at(matrix[row], inside[row : row + 2 * reach + 1], taps / taps.sum())
    return torch.from_numpy(matrix).to(place)


def log_error(picture: Tensor, truth: Tensor) -> Tensor:
    """Mean over the batch of the logarithm of the squared error: what PSNR measures."""
    return ((picture - truth).square().flatten(1).mean(1) + 1e-5).log().mean()
