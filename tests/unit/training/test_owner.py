from __future__ import annotations

import pytest
import torch

from focusstack_app.training.owner import owner_loss
from focusstack_app.training.samples import Batch


@pytest.mark.parametrize(("detail", "counts"), [(0.0, False), (0.2, True)])
def test_a_plain_background_need_not_be_found_in_any_frame(detail: float, counts: bool) -> None:
    """The right half is the farthest; frame 1 is focused there."""
    torch.manual_seed(0)
    owner = torch.zeros(1, 64, 64, dtype=torch.int64)
    owner[..., 32:] = 1
    truth = torch.rand(1, 3, 64, 64)
    truth[..., 32:] = 0.6 + detail * (truth[..., 32:] - 0.5)
    slots, focus = torch.tensor([[0, 1, 0]]), torch.tensor([[20.0, 0.0, 20.0]])
    batch = Batch(torch.zeros(1, 3, 3, 64, 64), slots, truth, owner, focus)
    carriers = torch.full((1, 3, 32, 32), 1 / 3)
    carriers[:, :, :, :16] = torch.tensor([0.5, 0.0, 0.5])[:, None, None]
    carriers[:, :, :, 16:] = torch.tensor([0.4, 0.2, 0.4])[:, None, None]
    assert (float(owner_loss(carriers, batch)) > 0.5) is counts
