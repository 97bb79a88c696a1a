"""Frames resampled on a card: the counterpart of `engine.resampling.resample`."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core.progress import Progress
from focusstack_app.inference.tensors import (
    NEARLY_WHITE,
    exposed,
    extended,
    few,
    mirrored_twice,
    rounded,
    to_float,
)

_TAPS = 8  # of the Lanczos kernel
_MARGIN = 2 * _TAPS  # px around what is resampled
_KERNEL_BLOCK = 32, 8
_BAND_PX = 1024  # rows that are resampled at once
_INSIDE_PX = 0.01  # as far outside is inside: transforms are not exact


def resample(
    frame: Tensor,
    frame_from_reference: NDArray[np.float64],
    gains: NDArray[np.float64],
    beside: Tensor,
    progress: Progress,
) -> Tensor:
    """See `engine.resampling.resample`."""
    kernel = _kernel_of(frame.device) if frame.is_cuda else None
    if kernel is None:
        return resampled_in_steps(frame, frame_from_reference, gains, beside, progress)
    progress.checkpoint()
    height, width = frame.shape[:2]
    moved = torch.empty((height, width, 3), dtype=torch.uint16, device=frame.device)
    matrix = torch.from_numpy(np.ascontiguousarray(frame_from_reference)).to(frame.device)
    frame, beside = frame.contiguous(), beside.contiguous()
    kernel(
        grid=(-(-width // _KERNEL_BLOCK[0]), -(-height // _KERNEL_BLOCK[1]), 1),
        block=(*_KERNEL_BLOCK, 1),
        args=[
            frame, frame.element_size(), beside, beside.element_size(), moved, matrix,
            few(gains, frame.device), height, width,
        ],
    )  # fmt: skip
    return moved


@functools.cache
def _kernel_of(device: torch.device) -> Any:
    """The function of lanczos.cu; None where it cannot be compiled: PyTorch's steps do as well."""
    try:
        with torch.cuda.device(device):
            return torch.cuda._compile_kernel(kernel_source(), "resample")
    except (AttributeError, OSError, RuntimeError):
        return None


def kernel_source() -> str:
    """The text of lanczos.cu with its constants."""
    source = Path(__file__).with_name("lanczos.cu").read_text(encoding="utf-8")
    return f"#define OUTSIDE_PX {_INSIDE_PX}\n#define NEARLY_WHITE {NEARLY_WHITE}f\n{source}"


def resampled_in_steps(
    frame: Tensor,
    frame_from_reference: NDArray[np.float64],
    gains: NDArray[np.float64],
    beside: Tensor,
    progress: Progress,
) -> Tensor:
    """The same by PyTorch's steps: across first, then down, by eight and eight taps.

    See Catmull and Smith, "3-D transformations of images in scanline order", 1980. Across, a row
    of the frame is drawn to the columns of the result, each for that row of the result which looks
    there.
    """
    height, width = frame.shape[:2]
    h = frame_from_reference / frame_from_reference[2, 2]
    columns = torch.arange(width, device=frame.device, dtype=torch.float64)[None]

    def place(rows: Tensor) -> tuple[Tensor, Tensor]:
        """Where the frame has what the result has in some rows."""
        w = h[2, 0] * columns + h[2, 1] * rows + 1
        x = (h[0, 0] * columns + h[0, 1] * rows + h[0, 2]) / w
        return x, (h[1, 0] * columns + h[1, 1] * rows + h[1, 2]) / w

    def bands() -> Iterator[tuple[slice, Tensor]]:
        for top in range(0, height, _BAND_PX):
            progress.checkpoint()
            bottom = min(height, top + _BAND_PX)
            rows = torch.arange(top, bottom, device=frame.device, dtype=torch.float64)
            yield slice(top, bottom), rows[:, None]

    across = torch.empty((height, width, 3), device=frame.device)
    for band, rows in bands():
        seen_by = (h[1, 0] * columns + h[1, 2] - rows * (h[2, 0] * columns + 1)) / (
            rows * h[2, 1] - h[1, 1]
        )
        source = extended(to_float(frame[band]), (0, 0), (_MARGIN, _MARGIN), mirrored_twice)
        x, _ = place(seen_by)
        across[band] = _drawn(source, x, 1)
    moved = torch.empty((height, width, 3), dtype=torch.uint16, device=frame.device)
    source = extended(across, (_MARGIN, _MARGIN), (0, 0), mirrored_twice)
    for band, rows in bands():
        x, y = place(rows)
        there = exposed(_drawn(source, y, 0), gains.tolist())
        inside = (
            (x > -_INSIDE_PX) & (x < width - 1 + _INSIDE_PX)
            & (y > -_INSIDE_PX) & (y < height - 1 + _INSIDE_PX)
        )  # fmt: skip
        there = torch.where(inside[..., None], there, to_float(beside[band]))
        moved[band] = rounded(there, (1.0, 1.0, 1.0))
    return moved


def _drawn(source: Tensor, at: Tensor, axis: int) -> Tensor:
    """Lines of (H, W, 3), extended by a margin, at other places along one axis (Lanczos).

    Args:
        source: With the margin.
        at: (h, w) float64 places without it; beyond half of it they are as good as any.
        axis: Along which.
    """
    half = _MARGIN // 2
    at = at.clamp(-half, source.shape[axis] - 2 * _MARGIN - 1 + half)
    first = at.floor()
    share = (at - first).float()
    height, width = at.shape
    lines = first.to(torch.int32) + _MARGIN
    if axis == 0:
        other = torch.arange(width, device=at.device, dtype=torch.int32)[None]
        index, step = lines * width + other, width
    else:
        other = torch.arange(height, device=at.device, dtype=torch.int32)[:, None]
        index, step = lines + other * source.shape[1], 1
    index = index.flatten()
    pixels = source.reshape(-1, 3)
    total, weights = torch.zeros((height * width, 3), device=at.device), torch.zeros_like(share)
    for tap in range(1 - _TAPS // 2, _TAPS // 2 + 1):
        away = share - tap
        weight = torch.sinc(away) * torch.sinc(away / (_TAPS // 2))
        weights += weight
        total.addcmul_(weight.reshape(-1, 1), pixels.index_select(0, index + tap * step))
    return (total / weights.reshape(-1, 1)).reshape(height, width, 3)
