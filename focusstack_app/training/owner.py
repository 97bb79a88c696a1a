"""What teaches the carriers: which frame is focused on what is seen."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor

from focusstack_app.training.samples import Batch

_OUTLINE_PX = 24
_DETAIL_PX, _DETAIL = 15, 0.006  # standard deviation in a window, display-encoded


def owner_loss(carriers: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of the carriers with the frame that is focused nearest to what is seen.

    What is near an outline counts most: there the veil begins. The outline itself, which belongs to
    two frames, does not count, nor does the farthest where it has no detail: no frame shows how far
    it is, and it lays no veil over anything.
    """
    cell = batch.owner.shape[-1] // carriers.shape[-1]
    owner = batch.owner[:, ::cell, ::cell]
    right = (batch.slots[:, :, None, None] == owner[:, None]).float()
    probable = (carriers * right).sum(1).clamp_min(1e-4)
    nowhere = _plain_and_farthest(batch)[:, ::cell, ::cell]

    def several(reach: int) -> Tensor:
        seen = functional.max_pool2d(right, 2 * reach + 1, 1, reach)
        return (seen > right).any(1)

    weight = torch.where(several(_OUTLINE_PX // cell), 1.0, 0.2) * ~several(1) * ~nowhere
    return -(weight * probable.log()).sum() / weight.sum().clamp_min(1)


def _plain_and_farthest(batch: Batch) -> Tensor:
    """(B, H, W) where what is seen is the farthest of all and has no detail."""
    seen = torch.stack([batch.owner == number for number in range(int(batch.slots.max()) + 1)], 1)
    own = torch.stack([batch.slots == number for number in range(seen.shape[1])], 1)
    focus = (own * batch.focus[:, None]).sum(2) / own.sum(2).clamp_min(1)
    there = seen.any(3).any(2)
    first = torch.where(there, focus, math.inf).argmin(1)
    farthest = seen[torch.arange(len(seen), device=seen.device), first]

    def mean(planes: Tensor) -> Tensor:
        return functional.avg_pool2d(planes, _DETAIL_PX, 1, _DETAIL_PX // 2)

    # Without the outline, whose pixels show two things.
    inner = 1 - functional.max_pool2d(1 - farthest[:, None].float(), 5, 1, 2)
    grey = batch.truth.mean(1, keepdim=True)
    share = mean(inner).clamp_min(1e-3)
    spread = mean(inner * grey.square()) / share - (mean(inner * grey) / share).square()
    return farthest & (spread[:, 0] < _DETAIL**2)
