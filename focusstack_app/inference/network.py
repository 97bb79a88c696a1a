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
WIDTHS = (48, 64, 80, 96)
TRUNK_WIDTHS = (96, 128, 128)
DECODER_REACH = 6  # cells: three convolutions of whole cells and five of half ones


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
        with torch.autocast(pixels.device.type, enabled=False):
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


class Selection(nn.Module):
    """The latent of a picture whose 2 x 2 pixel cells come from several latents.

    Decoding, choosing and encoding again are all linear: nothing of the frames is lost where one
    of them is chosen, and a block that an edge divides keeps both sides sharp.

    Args:
        basis: (C, 192) orthonormal rows, as of the encoder; in order of falling variance.
    """

    def __init__(self, basis: Tensor) -> None:
        super().__init__()
        self.channels = basis.shape[0]
        fine = WEIGHT_SCALE
        inner = SCALE // fine
        by_cell = basis.reshape(-1, 3, fine, inner, fine, inner).permute(0, 2, 4, 1, 3, 5)
        self.register_buffer("rows", by_cell.reshape(-1, 3 * SCALE**2, 1, 1).contiguous())

    def forward(self, latents: Tensor, weights: Tensor) -> Tensor:
        """Latents (B, slots, C, h, w), weights (B, slots, 4 h, 4 w) to (B, C, h, w)."""
        rows = cast(Tensor, self.rows)
        slots, inner = latents.shape[1], SCALE // WEIGHT_SCALE
        blocks = functional.conv2d(latents.flatten(0, 1), rows.transpose(0, 1))
        shares = functional.pixel_unshuffle(weights, WEIGHT_SCALE)
        height, width = latents.shape[3:]
        blocks = blocks.reshape(-1, slots, WEIGHT_SCALE**2, 3 * inner**2, height, width)
        shares = shares.reshape(-1, slots, WEIGHT_SCALE**2, height, width)
        return functional.conv2d((blocks * shares[:, :, :, None]).sum(1).flatten(1, 2), rows)

    def energy(self, latents: Tensor) -> Tensor:
        """(B, C, h, w) to (B, 1, h, w): components beyond a block's mean and slope carry focus."""
        return _window_mean(latents[:, 9:].square().sum(1, keepdim=True))


class CellSelection(nn.Module):
    """The same for latents of any other autoencoder, which only whole cells can be chosen of.

    Args:
        channels: C.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, latents: Tensor, weights: Tensor) -> Tensor:
        """Latents (B, slots, C, h, w), weights (B, slots, 4 h, 4 w) to (B, C, h, w)."""
        shares = functional.avg_pool2d(weights, WEIGHT_SCALE)
        return (latents * shares[:, :, None]).sum(1)

    def energy(self, latents: Tensor) -> Tensor:
        """(B, C, h, w) to (B, 1, h, w): latents of what is out of focus change little."""
        return _window_mean((latents - _window_mean(latents)).square().sum(1, keepdim=True))


def _window_mean(planes: Tensor) -> Tensor:
    """Mean of 5 x 5 cells, repeated beyond the border."""
    return functional.avg_pool2d(functional.pad(planes, (2, 2, 2, 2), "replicate"), 5, 1)


def _softmax(x: Tensor) -> Tensor:
    """Over axis 1, where ONNX Runtime's own took 8 % of the module's time."""
    x = x.float()
    grown = (x - x.amax(1, keepdim=True)).exp()
    return grown / grown.sum(1, keepdim=True)


def fine_plane(cells: Tensor) -> Tensor:
    """(B, 16, h, w), each channel a place in a cell, to (B, 1, 4 h, 4 w), without a lattice.

    What is the same at one place in all cells around, and not on the smooth surface through the
    means of the cells, is of the layer's own making: it shows as dots where frames are mixed.
    """
    smooth = functional.interpolate(
        cells.mean(1, keepdim=True), scale_factor=float(WEIGHT_SCALE), mode="bilinear"
    )
    rest = cells - functional.pixel_unshuffle(smooth, WEIGHT_SCALE)
    return functional.pixel_shuffle(cells - _window_mean(rest), WEIGHT_SCALE)


class Trunk(nn.Module):
    """What happens once for all slots: a U-Net that sees the chosen picture.

    It corrects the fused latent where no frame is sharp, and says where such a correction, or the
    frame from which the veil of a defocused foreground was taken, is better than the chosen pixel.

    Args:
        width_in: Channels of the pooled slots.
    """

    def __init__(self, width_in: int) -> None:
        super().__init__()
        full, half, quarter = TRUNK_WIDTHS
        self.stem = nn.Conv2d(width_in, full, 1)
        self.before = Residual(full)
        self.shrink = nn.ModuleList(
            [nn.Conv2d(a, b, 3, 2, 1) for a, b in itertools.pairwise(TRUNK_WIDTHS)]
        )
        self.low = nn.ModuleList([Residual(half), Residual(quarter)])
        self.grow = nn.ModuleList([nn.Conv2d(b, a, 1) for a, b in itertools.pairwise(TRUNK_WIDTHS)])
        self.low_after = Residual(half)
        self.after = nn.Sequential(Residual(full), Residual(full))

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, width_in, h, w) to (B, TRUNK_WIDTHS[0], h, w); h and w multiples of 4."""
        x = self.before(self.stem(pooled))
        half = self.low[0](self.shrink[0](x))
        quarter = self.grow[1](self.low[1](self.shrink[1](half)))
        half = half + functional.interpolate(quarter, scale_factor=2.0, mode="nearest")
        half = self.grow[0](self.low_after(half))
        x = x + functional.interpolate(half, scale_factor=2.0, mode="nearest")
        return functional.silu(self.after(x))


class FusionModule(nn.Module):
    """Seven latents in; out come the fused latent, the slot weights and what no frame shows.

    Weights are a softmax over slots of the focus energy that the latents carry plus a learned
    correction; the fused latent is that of the chosen cells plus a learned residual. All
    corrections start at zero.

    Args:
        selection: Of the autoencoder whose latents these are.
    """

    def __init__(self, selection: Selection | CellSelection) -> None:
        super().__init__()
        channels = selection.channels
        full, half, quarter, middle = WIDTHS
        self.selection = selection
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
        self.trunk = Trunk(2 * channels + 2 * full)
        self.residual = nn.Conv2d(TRUNK_WIDTHS[0], channels, 3, padding=1)
        self.carrier = nn.Conv2d(full, WEIGHT_SCALE**2, 3, padding=1)
        self.mix = nn.Conv2d(TRUNK_WIDTHS[0], 2 * WEIGHT_SCALE**2, 3, padding=1)
        self.sharpness = nn.Parameter(torch.tensor(4.0))
        for layer in (self.logits, self.carrier, self.residual, self.mix):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast(Tensor, layer.bias))
        nn.init.constant_(cast(Tensor, self.mix.bias), -4.0)

    def forward(self, latents: Tensor, shares: Tensor) -> tuple[Tensor, ...]:
        """Latents (B, slots, C, h, w), shares (B, slots); h and w multiples of 8.

        Returns:
            Fused latent (B, C, h, w); weights and carriers (B, slots, 4 h, 4 w), each of sum 1
            over slots; mix (B, 2, 4 h, 4 w), shares of the unveiled and of the decoded picture in
            the faithful one. `core.model.Fused` says what they mean.
        """
        slots = latents.shape[1]
        flat = latents.flatten(0, 1)
        log_energy = (self.selection.energy(flat) + 1e-5).log()
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
        weights, carriers = (
            _softmax(
                _by_slot((coarse + fine_plane(head(x)))[:, 0], slots)
                + shares.log()[:, :, None, None]
            )
            for head in (self.logits, self.carrier)
        )
        cell = functional.avg_pool2d(weights, WEIGHT_SCALE)[:, :, None]
        features = _by_slot(x, slots)
        with torch.autocast(latents.device.type, enabled=False):
            chosen = self.selection(latents, weights.float())
            seen = self.selection(latents, carriers.float())
        pooled = torch.cat([chosen, seen, (cell * features).sum(1), features.amax(1)], 1)
        y = self.trunk(pooled)
        mix = torch.cat([fine_plane(part) for part in self.mix(y).chunk(2, 1)], 1)
        mix = _softmax(torch.cat([torch.zeros_like(mix[:, :1]), mix], 1))[:, 1:]
        return chosen + self.residual(y), weights, carriers, mix


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
        with torch.autocast(latent.device.type, enabled=False):
            plain = functional.pixel_shuffle(self.linear(latent), SCALE)
        detail = self.detail(functional.silu(self.fine(self.coarse(latent))))
        return plain + functional.pixel_shuffle(detail, 4)
