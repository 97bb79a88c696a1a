"""Calls of ONNX Runtime whose inputs and outputs keep their place on a card (IO binding).

Fused latents come back all the same, as tiles are blended before they are decoded. Nothing is
recorded as a CUDA graph: ONNX Runtime allows that for calls from one thread only. The copies keep
the interpreter's lock: milliseconds for the widest strips.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from focusstack_app.core.model import FloatArray

_MOST_SIZES = 4  # tiles have one, what lies at a border others


class BoundSession:
    """A session that is run on memory of the device, for one thread at a time.

    The memory is taken once per size of the inputs, and kept for the sizes that were used last.

    Args:
        session: An `onnxruntime.InferenceSession`; the inputs' sizes alone decide the outputs'.
        memory: As ONNX Runtime calls the device: "cuda", or "cpu" where the processor computes.
    """

    def __init__(self, session: Any, memory: str) -> None:
        self.get_inputs = session.get_inputs
        # It does not know `self`: the memory must be free as soon as nobody holds this.
        self._place = lru_cache(_MOST_SIZES)(partial(_Place, session, memory))

    def run(self, _outputs: None, inputs: Mapping[str, FloatArray]) -> list[FloatArray]:
        """All outputs, as of `InferenceSession.run`; later calls do not change them.

        Args:
            inputs: All of them, by their names.

        Raises:
            Exception: Errors of ONNX Runtime share no base class.
        """
        # An array of another type would be refused by the run, and misread in memory for this one.
        place = self._place(*((name, one.shape, one.dtype) for name, one in inputs.items()))
        return place(inputs)


class _Place:
    """Memory for inputs of one size, and for what becomes of them.

    Args:
        session: What computes.
        memory: Of which device.
        inputs: Name, shape and type of each.
    """

    def __init__(
        self, session: Any, memory: str, *inputs: tuple[str, tuple[int, ...], np.dtype[Any]]
    ) -> None:
        import onnxruntime

        self._session = session
        self._binding = session.io_binding()
        self._inputs = {}
        for name, shape, dtype in inputs:
            value = onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, dtype, memory)
            self._binding.bind_ortvalue_input(name, value)
            self._inputs[name] = value
        for output in session.get_outputs():
            # The first run takes memory for it; the later ones find it there.
            self._binding.bind_output(output.name, memory)

    def __call__(self, inputs: Mapping[str, FloatArray]) -> list[FloatArray]:
        for name, value in self._inputs.items():
            # Older versions misread what is not contiguous.
            value.update_inplace(np.ascontiguousarray(inputs[name]))
        self._session.run_with_iobinding(self._binding)
        outputs: list[FloatArray] = self._binding.copy_outputs_to_cpu()
        return outputs
