"""The ONNX Runtime back end of a fusion model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from focusstack_app.core.errors import DeviceMemoryError, ModelError
from focusstack_app.core.model import FloatArray, Fused, ModelManifest
from focusstack_app.inference.manifest import read_verified
from focusstack_app.inference.weights import weights_beside

if TYPE_CHECKING:
    from focusstack_app.core.fusion import DeviceChoice

_OUT_OF_MEMORY = ("out of memory", "failed to allocate", "bad_alloc", "bfcarena")


class OnnxModel:
    """A `FusionModel` of three ONNX graphs.

    Args:
        manifest: Of the model folder; every file is checked before it is loaded.
        choice: "auto" takes CUDA where ONNX Runtime can start it, else the CPU.

    Raises:
        ModelError: If a file is damaged, or "cuda" was asked for and cannot be had.
    """

    def __init__(self, manifest: ModelManifest, choice: DeviceChoice) -> None:
        import onnxruntime

        self.manifest = manifest
        available = onnxruntime.get_available_providers()
        providers = ["CPUExecutionProvider"]
        if choice != "cpu" and "CUDAExecutionProvider" in available and _cuda_starts():
            providers.insert(0, "CUDAExecutionProvider")

        def session(name: str) -> Any:
            content = read_verified(manifest, name)
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            if weights := weights_beside(manifest, name):
                values = map(onnxruntime.OrtValue.ortvalue_from_numpy, weights.values())
                options.add_external_initializers(list(weights), list(values))
            try:
                return onnxruntime.InferenceSession(content, options, providers=providers)
            except Exception as error:  # ONNX Runtime's errors share no base class
                raise ModelError(
                    f"The model file {manifest.folder / name} cannot be loaded ({error}).",
                    "Install the model again.",
                ) from error

        self._encoder = session("encoder.onnx")
        self._fusion = session("fusion.onnx")
        self._decoder = session("decoder.onnx")
        on_cuda = "CUDAExecutionProvider" in self._fusion.get_providers()
        if choice == "cuda" and not on_cuda:
            raise ModelError(
                "CUDA is not available to ONNX Runtime on this machine.",
                "Use --device cpu, or install an NVIDIA driver with CUDA and cuDNN.",
            )
        self.device = "CUDA" if on_cuda else "CPU"

    def encode(self, pixels: FloatArray) -> FloatArray:
        """See `FusionModel.encode`."""
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
        latent: FloatArray = _run(self._encoder, {"pixels": planes})[0][0]
        return latent

    def fuse(self, latents: FloatArray, shares: FloatArray) -> Fused:
        """See `FusionModel.fuse`."""
        inputs = {"latents": latents[None], "shares": shares[None]}
        return Fused(*(output[0] for output in _run(self._fusion, inputs)))

    def decode(self, latent: FloatArray) -> FloatArray:
        """See `FusionModel.decode`."""
        planes = _run(self._decoder, {"latent": latent[None]})[0][0]
        return np.ascontiguousarray(planes.transpose(1, 2, 0))


def _cuda_starts() -> bool:
    """Whether the CUDA libraries that ONNX Runtime needs can be loaded here."""
    import ctypes

    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def _run(session: Any, inputs: dict[str, FloatArray]) -> list[FloatArray]:
    try:
        outputs: list[FloatArray] = session.run(None, inputs)
    except Exception as error:
        if any(words in str(error).lower() for words in _OUT_OF_MEMORY):
            raise DeviceMemoryError(
                "The device ran out of memory.", "Close other programs or use --device cpu."
            ) from error
        raise
    return outputs
