"""Planes at scattered points for PyTorch's tensors: the counterparts of `engine.points`."""

# ruff: noqa: D103 - counterparts have the docstrings of what they serve

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

_TAPS = 8  # of the Lanczos kernel


def gradient(planes: Tensor) -> tuple[Tensor, Tensor]:
    across, down = torch.zeros_like(planes), torch.zeros_like(planes)
    torch.sub(planes[..., 2:], planes[..., :-2], out=across[..., 1:-1])
    torch.sub(planes[..., 2:, :], planes[..., :-2, :], out=down[..., 1:-1, :])
    return across.div_(2), down.div_(2)


def averaged(planes: Tensor, reach: int) -> Tensor:
    around, side = functional.pad(planes, (reach,) * 4, mode="replicate"), 2 * reach + 1
    return functional.avg_pool2d(functional.avg_pool2d(around, (side, 1), 1), (1, side), 1)


def indices(mask: Tensor) -> Tensor:
    return mask.flatten().nonzero()[:, 0]


def taken(planes: Tensor, index: Tensor) -> Tensor:
    return planes.flatten(1).gather(1, index).double()


def seen_at(x: Tensor, y: Tensor, planes: Sequence[Tensor]) -> tuple[Tensor, ...]:
    column, row = x.floor(), y.floor()
    right, below = (x - column).float(), (y - row).float()
    column, row = column.long(), row.long()
    first, *others = planes
    values = [_weighed(first, column, row, _lanczos(right), _lanczos(below))]
    across, down = (torch.stack([1 - part, part], -1) for part in (right, below))
    values += [_weighed(lot, column, row, across, down) for lot in others]
    return tuple(one.double() for one in values)


def medians(values: Tensor, known: Tensor) -> NDArray[Any]:
    # Of an even number the lower one in the middle, not the mean of both.
    return values.where(known, torch.nan).nanmedian(1)[0].cpu().numpy()


def normal_equations(
    slopes: Tensor, weight: Tensor, residual: Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    each = slopes.transpose(0, 1)
    right = torch.cat([each, residual[:, None]], 1).transpose(1, 2)
    both = ((each * weight[:, None]) @ right).cpu().numpy()
    return both[..., :-1], both[..., -1]


def _weighed(planes: Tensor, column: Tensor, row: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """(N, K) sums over the neighbours of points, by (N, K, taps) weights; borders repeated."""
    taps = across.shape[-1]
    before, after = taps // 2 - 1, taps // 2
    around = functional.pad(planes[None], (before, after, before, after), mode="replicate")[0]
    windows = around.unfold(1, taps, 1).unfold(2, taps, 1)
    which = torch.arange(len(planes), device=planes.device)[:, None]
    height, width = planes.shape[1:]
    seen = windows[which, row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return ((seen * across[..., None, :]).sum(-1) * down).sum(-1)


def _lanczos(share: Tensor) -> Tensor:
    """(..., 8) weights of the pixels around a place, by how far it lies beyond the fourth."""
    half = _TAPS // 2
    away = share[..., None] - torch.arange(1 - half, half + 1, device=share.device)
    weights = torch.sinc(away) * torch.sinc(away / half)
    return weights / weights.sum(-1, keepdim=True)
