"""What cameras and hands do to the frames of a stack, as training sees it."""

from __future__ import annotations

import functools
import math

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

_BLOCK = 8
# The tables of annex K of ITU-T T.81, which encoders scale by the quality.
_LUMA = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101
72 92 95 98 112 100 103 99"""
_CHROMA = """
17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99"""
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def with_faults(frames: Tensor, rng: np.random.Generator) -> Tensor:
    """Noise, JPEG, drift of position and exposure, each on some stacks only; then 8 bits again.

    Args:
        frames: (N, 3, H, W) of one stack, display-encoded in [0, 1]; sides multiples of 16.
        rng: Decides everything.
    """
    noisy, compressed, moved, uneven = rng.random(4) < (0.25, 0.25, 0.2, 0.2)
    noise, quality = rng.uniform(0.002, 0.02), int(rng.integers(80, 98))
    seed, count = int(rng.integers(2**31)), len(frames)
    if moved:
        frames = _moved(frames, rng.normal(0, 0.3, (count, 2)))
    if uneven:
        gains = torch.from_numpy(np.exp(rng.normal(0, 0.01, count)).astype(np.float32))
        frames = frames * gains.to(frames.device)[:, None, None, None]
    if noisy:
        grain = torch.Generator(frames.device).manual_seed(seed)
        frames = frames + noise * torch.randn(frames.shape, generator=grain, device=frames.device)
    if compressed:
        frames = through_jpeg(_eight_bits(frames), quality)
    return _eight_bits(frames)


def _eight_bits(frames: Tensor) -> Tensor:
    return (frames * 255).round().clamp(0, 255) / 255


def _moved(frames: Tensor, shifts: NDArray[np.float64]) -> Tensor:
    """Each frame moved by its own (across, down) in pixels, bicubic."""
    height, width = frames.shape[2:]
    place = frames.device
    shift = torch.from_numpy(shifts.astype(np.float32)).to(place)[:, None, None]
    across = torch.arange(width, device=place).expand(height, width)
    down = torch.arange(height, device=place)[:, None].expand(height, width)
    at = torch.stack([across, down], 2) - shift
    at = (2 * at + 1) / torch.tensor([width, height], device=place) - 1
    return functional.grid_sample(
        frames, at, mode="bicubic", padding_mode="reflection", align_corners=False
    )


def through_jpeg(frames: Tensor, quality: int) -> Tensor:
    """What a JPEG of that quality with halved chroma gives back, clipped.

    Args:
        frames: (N, 3, H, W), display-encoded in [0, 1]; sides multiples of 16.
        quality: 1 to 100, as libjpeg counts.
    """
    turn = torch.tensor(_TO_YCC, device=frames.device)
    planes = torch.einsum("ij,njhw->nihw", turn, frames * 255)
    luma, chroma = planes[:, :1] - 128, functional.avg_pool2d(planes[:, 1:], 2)
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    luma, chroma = (
        _quantised(part, ((_table(table) * scale + 50) / 100).floor().clamp(1, 255))
        for part, table in ((luma, _LUMA), (chroma, _CHROMA))
    )
    chroma = functional.interpolate(chroma, scale_factor=2.0, mode="bilinear")
    planes = torch.cat([luma + 128, chroma], 1)
    back = torch.einsum("ij,njhw->nihw", torch.linalg.inv(turn.cpu()).to(frames.device), planes)
    return (back / 255).clamp(0, 1)


def _table(numbers: str) -> Tensor:
    return torch.tensor([float(number) for number in numbers.split()]).reshape(_BLOCK, _BLOCK)


def _quantised(planes: Tensor, steps: Tensor) -> Tensor:
    """Blocks of 8 x 8 to multiples of the steps in the frequencies of the cosine transform."""
    count, channels, height, width = planes.shape
    cosines = _cosines().to(planes.device)
    steps = steps.to(planes.device)
    blocks = planes.reshape(count, channels, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    blocks = blocks.transpose(3, 4)
    spectra = cosines @ blocks @ cosines.T
    spectra = (spectra / steps).round() * steps
    return (cosines.T @ spectra @ cosines).transpose(3, 4).reshape(planes.shape)


@functools.cache
def _cosines() -> Tensor:
    """(8, 8) orthonormal: DCT-II."""
    at = torch.arange(_BLOCK)
    rows = torch.cos(math.pi / _BLOCK * (at + 0.5) * at[:, None]) * math.sqrt(2 / _BLOCK)
    rows[0] /= math.sqrt(2)
    return rows
