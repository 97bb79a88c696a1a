"""A graphics card that whole stacks stay on, from their frames to the picture.

Here PyTorch's tensors become a kind of arrays that the engine computes with (`core.kinds`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core import kinds
from focusstack_app.inference import points, tensors
from focusstack_app.inference.lanczos import resample


class TorchCard:
    """A place for the frames of a stack (`core.model.Card`).

    Args:
        place: Of PyTorch.
        errors: A block in which the place's errors become `DeviceError`.
    """

    def __init__(
        self, place: torch.device, errors: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._place = place
        self.errors = errors
        # All the digits of float32 count where much is taken from much.
        torch.backends.cudnn.allow_tf32 = False

    def room_bytes(self) -> int:
        """What is free there: nothing on a card that fails.

        Nor on the processor, where arrays of NumPy do as well.
        """
        if self._place.type == "cpu":
            return 0
        try:
            free, _ = torch.cuda.mem_get_info(self._place)
        except RuntimeError:
            return 0
        unused = torch.cuda.memory_reserved(self._place) - torch.cuda.memory_allocated(self._place)
        return int(free + unused)

    def rest(self) -> None:
        """Give the driver back what PyTorch keeps for the next arrays: other programs need it."""
        if self._place.type == "cuda":
            with suppress(RuntimeError):  # it failed, and the job knows
                torch.cuda.empty_cache()

    def put(self, array: NDArray[Any]) -> Tensor:
        """A copy of an array there."""
        tensor = tensors.as_tensor(array)
        if self._place.type == "cpu":
            return tensor.clone()
        return tensor.pin_memory().to(self._place, non_blocking=True)


kinds.serve(
    Tensor,
    (
        resample,
        tensors.namespace,
        tensors.zeros,
        tensors.zero_indices,
        tensors.zero_bytes,
        tensors.as_float32,
        tensors.as_float64,
        tensors.as_float16,
        tensors.of_kind,
        tensors.on_host,
        tensors.to_float,
        tensors.to_uint16,
        tensors.grey,
        tensors.cell_means,
        tensors.gaussian,
        tensors.gaussian_around,
        tensors.filtered,
        tensors.box,
        tensors.eroded,
        tensors.dilated,
        tensors.enlarged,
        tensors.shrunk,
        tensors.stretched,
        tensors.outer,
        tensors.looked_up,
        tensors.padded_below,
        tensors.times,
        tensors.least,
        tensors.accumulate,
        tensors.blend,
        tensors.squared_distance,
        points.gradient,
        points.averaged,
        points.indices,
        points.taken,
        points.seen_at,
        points.medians,
        points.normal_equations,
    ),
)
