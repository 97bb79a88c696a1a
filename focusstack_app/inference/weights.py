"""Weights that a model's graphs leave out because they are not ours to ship."""

from __future__ import annotations

import numpy as np

from focusstack_app.core.errors import ModelError
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, ModelManifest
from focusstack_app.inference.manifest import read_verified


def weights_beside(manifest: ModelManifest, graph: str) -> dict[str, FloatArray]:
    """The weights of a graph that lie in a file of their own.

    Args:
        manifest: Of the model folder; the file is checked before it is read.
        graph: "encoder.onnx" takes those of "..._encoder.safetensors".

    Returns:
        Name of the initialiser to float32 values; empty where the graph holds all its weights.

    Raises:
        ModelError: If the file is missing, damaged or of another format.
    """
    suffix = f"_{graph.removesuffix('.onnx')}.safetensors"
    for name in manifest.sha256:
        if name.endswith(suffix):
            try:
                return _floats(read_verified(manifest, name))
            except (ValueError, KeyError) as error:
                raise ModelError(
                    message(
                        "The model file {file} cannot be read ({error}).",
                        file=manifest.folder / name,
                        error=error,
                    ),
                    message("Install the model again."),
                ) from error
    return {}


def _floats(content: bytes) -> dict[str, FloatArray]:
    """Tensors of a safetensors file, widened to float32."""
    import safetensors

    return {
        name: _widened(tensor["data"], tensor["dtype"]).reshape(tensor["shape"])
        for name, tensor in safetensors.deserialize(content)  # type: ignore[no-untyped-call]
    }


def _widened(data: bytes, dtype: str) -> FloatArray:
    if dtype == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[dtype]).astype(np.float32)
