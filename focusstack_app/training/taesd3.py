"""The paper's own autoencoder: TAESD3, distilled from that of Stable Diffusion 3 (section 3).

The weights (`taesd3_encoder.safetensors`, `taesd3_decoder.safetensors`, MIT licence, by Ollin Boer
Bohan) are not ours to ship: they are read from a folder. Keys are the layers' numbers in sequence,
as in the files that their author publishes. The pixels' range is [0, 1] on both sides; diffusers'
`AutoencoderTiny` takes and gives [-1, 1] and does this same conversion before its first and after
its last layer.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

CHANNELS, WIDTH, SCALE = 16, 64, 8
# Pixels around a latent cell that it depends on: convolutions of 3 x 3 at 1/1, 1/2, 1/4 and 1/8
# (4 + 1 + 9 x 2 + 2 + 9 x 4 + 4 + 9 x 8 + 8), rounded up to whole cells.
HALO_PX = 152
# Latent cells around a pixel that it depends on: 1 + 9 + 10 / 2 + 10 / 4 + 5 / 8.
DECODER_REACH = 19
LICENCE = "MIT"


def _conv(width_in: int, width_out: int, *, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(width_in, width_out, 3, stride=stride, padding=1, bias=bias)


class Block(nn.Module):
    """Three convolutions, a skip and a ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            _conv(WIDTH, WIDTH), nn.ReLU(), _conv(WIDTH, WIDTH), nn.ReLU(), _conv(WIDTH, WIDTH)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        return cast(Tensor, (self.conv(x) + x).relu())


class Clamp(nn.Module):
    """Latents softly limited to [-3, 3]."""

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        return 3 * torch.tanh(x / 3)


class Encoder(nn.Sequential):
    """(B, 3, H, W) display-encoded [0, 1] to (B, 16, H / 8, W / 8)."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [_conv(3, WIDTH), Block()]
        for _ in range(3):
            down = _conv(WIDTH, WIDTH, stride=2, bias=False)
            layers += [down, Block(), Block(), Block()]
        super().__init__(*layers, _conv(WIDTH, CHANNELS))


class Decoder(nn.Sequential):
    """(B, 16, h, w) to (B, 3, 8 h, 8 w), display-encoded, about [0, 1], not clipped."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [Clamp(), _conv(CHANNELS, WIDTH), nn.ReLU()]
        for _ in range(3):
            up = _conv(WIDTH, WIDTH, bias=False)
            layers += [Block(), Block(), Block(), nn.Upsample(scale_factor=2), up]
        super().__init__(*layers, Block(), _conv(WIDTH, 3))


def weights_file(folder: Path, part: str) -> Path:
    """Where the weights of "encoder" or "decoder" lie in a folder."""
    return folder / f"taesd3_{part}.safetensors"


def load(folder: Path) -> tuple[Encoder, Decoder]:
    """Encoder and decoder with their weights, in float32.

    Args:
        folder: With `taesd3_encoder.safetensors` and `taesd3_decoder.safetensors`.

    Raises:
        OSError: If a file is missing.
        RuntimeError: If it does not fit.
    """
    encoder, decoder = Encoder(), Decoder()
    for name, part in (("encoder", encoder), ("decoder", decoder)):
        weights = load_file(weights_file(folder, name))
        part.load_state_dict({key: value.float() for key, value in weights.items()})
        part.requires_grad_(False).eval()
    return encoder, decoder
