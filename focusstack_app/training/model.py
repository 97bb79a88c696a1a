"""The network: a linear encoder, a slot-invariant fusion U-Net, and a decoder.

The fusion module keeps the paper's shape (section 3: seven latents, a U-Net with three down and
three up residual levels, attention in the middle) with weights shared between slots, so that the
result depends neither on their order nor on which frame fills the spare slots.
"""

from __future__ import annotations

import itertools
from typing import cast

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

SCALE = 8
WEIGHT_SCALE = 4
WIDTHS = (32, 40, 48, 64)
TRUNK, TRUNK_HALF = 64, 96


def _by_slot(x: Tensor, slots: int) -> Tensor:
    """(B * slots, ...) to (B, slots, ...)."""
    return x.reshape(-1, slots, *x.shape[1:])


class Encoder(nn.Module):
    """An 8 x 8 stride-8 linear transform with orthonormal rows.

    Args:
        basis: (C, 192) orthonormal rows over (channel, row, column) of a block.
        mean: (192,) mean block.
    """

    def __init__(self, basis: Tensor, mean: Tensor) -> None:
        super().__init__()
        self.register_buffer("kernel", basis.reshape(-1, 3, SCALE, SCALE))
        self.register_buffer("bias", -(basis @ mean))

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) display-encoded [0, 1] to (B, C, H / 8, W / 8)."""
        return functional.conv2d(
            pixels, cast(Tensor, self.kernel), cast(Tensor, self.bias), stride=SCALE
        )


class Residual(nn.Module):
    """Two 3 x 3 convolutions and a skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(cast(Tensor, self.second.bias))

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        return cast(Tensor, x + self.second(functional.silu(self.first(functional.silu(x)))))


class Exchange(nn.Module):
    """What a slot sees of the others: their maximum, which duplicates do not change."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(2 * width, width, 1)

    def forward(self, x: Tensor, slots: int) -> Tensor:
        """(B * slots, W, h, w), same shape out."""
        grouped = _by_slot(x, slots)
        top = grouped.amax(1, keepdim=True).expand_as(grouped).flatten(0, 1)
        return cast(Tensor, x + self.mix(torch.cat([x, top], 1)))


class Attention(nn.Module):
    """Attention over the cells of all slots together; log shares weigh duplicates down."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(cast(Tensor, self.out.bias))

    def forward(self, x: Tensor, shares: Tensor) -> Tensor:
        """X (B * slots, W, h, w), shares (B, slots)."""
        slots = shares.shape[1]
        height, width = x.shape[2:]
        qkv = _by_slot(self.qkv(self.norm(x)), slots).permute(0, 1, 3, 4, 2).flatten(1, 3)
        query, key, value = qkv.chunk(3, -1)
        bias = shares.log()[:, :, None].expand(-1, -1, height * width).flatten(1, 2)
        score = query @ key.transpose(1, 2) * query.shape[-1] ** -0.5 + bias[:, None]
        mixed = (score.softmax(-1) @ value).reshape(-1, slots, height, width, x.shape[1])
        return cast(Tensor, x + self.out(mixed.permute(0, 1, 4, 2, 3).flatten(0, 1)))


class Trunk(nn.Module):
    """What happens once for all slots: corrects the fused latent where no frame is sharp.

    Args:
        width_in: Channels of the pooled slots.
    """

    def __init__(self, width_in: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(width_in, TRUNK, 1)
        self.before = Residual(TRUNK)
        self.shrink = nn.Conv2d(TRUNK, TRUNK_HALF, 3, 2, 1)
        self.low = Residual(TRUNK_HALF)
        self.grow = nn.Conv2d(TRUNK_HALF, TRUNK, 1)
        self.after = nn.Sequential(Residual(TRUNK), Residual(TRUNK))

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, width_in, h, w) to (B, TRUNK, h, w); h and w even."""
        x = self.before(self.stem(pooled))
        low = self.grow(self.low(self.shrink(x)))
        x = x + functional.interpolate(low, scale_factor=2.0, mode="nearest")
        return functional.silu(self.after(x))


class FusionModule(nn.Module):
    """Seven latents in; out come the fused latent, the slot weights and where it synthesised.

    Weights are a softmax over slots of the focus energy that the latents carry plus a learned
    correction; the fused latent is the weighted mean plus a learned residual. Both corrections
    start at zero.

    Args:
        channels: Latent channels C, in order of falling variance.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        full, half, quarter, middle = WIDTHS
        self.stem = nn.Conv2d(channels + 2, full, 3, padding=1)
        self.down = nn.ModuleList([Residual(full), Residual(half), Residual(quarter)])
        self.shrink = nn.ModuleList(
            [nn.Conv2d(a, b, 3, 2, 1) for a, b in itertools.pairwise(WIDTHS)]
        )
        self.exchange = nn.ModuleList([Exchange(w) for w in WIDTHS])
        self.before, self.after = Residual(middle), Residual(middle)
        self.attention = Attention(middle)
        self.grow = nn.ModuleList([nn.Conv2d(b, a, 1) for a, b in itertools.pairwise(WIDTHS)])
        self.up = nn.ModuleList([Residual(full), Residual(half), Residual(quarter)])
        self.logits = nn.Conv2d(full, WEIGHT_SCALE**2, 3, padding=1)
        self.trunk = Trunk(channels + 2 * full)
        self.residual = nn.Conv2d(TRUNK, channels, 3, padding=1)
        self.synthesis = nn.Conv2d(TRUNK, WEIGHT_SCALE**2, 3, padding=1)
        self.sharpness = nn.Parameter(torch.tensor(4.0))
        for layer in (self.logits, self.residual, self.synthesis):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast(Tensor, layer.bias))
        nn.init.constant_(cast(Tensor, self.synthesis.bias), -2.0)

    def forward(self, latents: Tensor, shares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Latents (B, slots, C, h, w), shares (B, slots); h and w multiples of 8.

        Returns:
            Fused latent (B, C, h, w); weights (B, slots, 4 h, 4 w), sum 1 over slots; share of the
            decoded picture in the faithful one (B, 4 h, 4 w), [0, 1].
        """
        slots = latents.shape[1]
        flat = latents.flatten(0, 1)
        # Components beyond the block's mean and slope carry focus.
        energy = functional.avg_pool2d(
            functional.pad(flat[:, 9:].square().sum(1, keepdim=True), (2, 2, 2, 2), "replicate"),
            5,
            1,
        )
        log_energy = (energy + 1e-5).log()
        grouped = _by_slot(log_energy, slots)
        lead = (grouped - grouped.amax(1, keepdim=True)).flatten(0, 1)
        x = self.stem(torch.cat([flat, 0.2 * log_energy, lead], 1))
        skips = []
        for level in range(3):
            x = self.exchange[level](self.down[level](x), slots)
            skips.append(x)
            x = self.shrink[level](x)
        x = self.after(self.attention(self.exchange[3](self.before(x), slots), shares))
        for level in (2, 1, 0):
            x = functional.interpolate(self.grow[level](x), scale_factor=2.0, mode="nearest")
            x = self.up[level](x + skips[level])
        coarse = functional.interpolate(
            self.sharpness * lead, scale_factor=float(WEIGHT_SCALE), mode="bilinear"
        )
        logits = (coarse + functional.pixel_shuffle(self.logits(x), WEIGHT_SCALE))[:, 0]
        logits = _by_slot(logits, slots) + shares.log()[:, :, None, None]
        weights = logits.softmax(1)
        cell = functional.avg_pool2d(weights, WEIGHT_SCALE)[:, :, None]
        features = _by_slot(x, slots)
        chosen = (cell * latents).sum(1)
        pooled = torch.cat([chosen, (cell * features).sum(1), features.amax(1)], 1)
        y = self.trunk(pooled)
        synthesis = functional.pixel_shuffle(self.synthesis(y), WEIGHT_SCALE)[:, 0].sigmoid()
        return chosen + self.residual(y), weights, synthesis


class Decoder(nn.Module):
    """The transposed linear transform plus a network that removes block edges.

    Args:
        basis: (C, 192), as of the encoder.
        mean: (192,), as of the encoder.
    """

    def __init__(self, basis: Tensor, mean: Tensor) -> None:
        super().__init__()
        channels = basis.shape[0]
        self.linear = nn.Conv2d(channels, 3 * SCALE**2, 1).requires_grad_(False)
        with torch.no_grad():
            self.linear.weight.copy_(basis.T[..., None, None])
            cast(Tensor, self.linear.bias).copy_(mean)
        self.coarse = nn.Sequential(nn.Conv2d(channels, 64, 3, padding=1), Residual(64))
        self.fine = nn.Sequential(
            nn.Conv2d(64, 4 * 24, 1), nn.PixelShuffle(2), Residual(24), Residual(24)
        )
        self.detail = nn.Conv2d(24, 3 * 16, 3, padding=1)
        nn.init.zeros_(self.detail.weight)
        nn.init.zeros_(cast(Tensor, self.detail.bias))

    def forward(self, latent: Tensor) -> Tensor:
        """(B, C, h, w) to (B, 3, 8 h, 8 w), display-encoded, not clipped."""
        plain = functional.pixel_shuffle(self.linear(latent), SCALE)
        detail = self.detail(functional.silu(self.fine(self.coarse(latent))))
        return plain + functional.pixel_shuffle(detail, 4)
