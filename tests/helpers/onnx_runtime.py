"""An ONNX Runtime whose execution providers are known without a graphics card."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from focusstack_app.core.model import FloatArray, Fused, ModelManifest
from tests.helpers.models import CHANNELS, SLOTS, IdentityModel, fake_manifest

PARTS = ("encoder", "fusion", "decoder")
CUDA = "CUDAExecutionProvider"
DIRECTML = "DmlExecutionProvider"
CPU = "CPUExecutionProvider"

Behaviour = Callable[[FloatArray], FloatArray]


def written_manifest(folder: Path, tile_px: int = 64) -> ModelManifest:
    """A model folder whose files hold the name of what they are; `FakeOnnxRuntime` reads it."""
    digests = {}
    for part in PARTS:
        (folder / f"{part}.onnx").write_text(part)
        digests[f"{part}.onnx"] = hashlib.sha256(part.encode()).hexdigest()
    return replace(fake_manifest(tile_px=tile_px), folder=folder, sha256=digests)


class FakeOnnxRuntime:
    """What this program uses of the module `onnxruntime`; computes as `IdentityModel` does.

    Args:
        providers: Those that it has beside the processor's.
        behaves: What becomes of the results of those; may raise.
        starts: Whether sessions get them.
        missing_library: What `preload_dlls` cannot load.
        any_tile: Whether the graph of the fusion takes tiles of any size.
    """

    cuda_version = "13.0"

    class OrtValue:
        """Memory of a card."""

        def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
            self.array = np.empty(shape, dtype)

        @classmethod
        def ortvalue_from_shape_and_type(
            cls, shape: tuple[int, ...], dtype: np.dtype[Any], memory: str
        ) -> FakeOnnxRuntime.OrtValue:
            assert memory == "cuda"
            return cls(shape, dtype)

        def update_inplace(self, array: FloatArray) -> None:
            self.array[:] = array

    def __init__(
        self,
        providers: Sequence[str] = (CUDA,),
        behaves: Behaviour = lambda result: result,
        starts: bool | Exception = True,
        missing_library: str = "",
        any_tile: bool = True,
    ) -> None:
        self._providers = [*providers, CPU]
        self._behaves = behaves
        self._starts = starts
        self._missing_library = missing_library
        self._any_tile = any_tile
        self.sessions: list[tuple[str, str]] = []

    def get_available_providers(self) -> list[str]:
        return self._providers

    def set_default_logger_severity(self, _severity: int) -> None:
        pass

    def preload_dlls(self) -> None:
        if self._missing_library:
            sys.stdout.write(f"Failed to load {self._missing_library}: no such file\n")

    def SessionOptions(self) -> _Options:  # noqa: N802 - named as in ONNX Runtime
        return _Options()

    def InferenceSession(  # noqa: N802 - named as in ONNX Runtime
        self,
        content: bytes,
        options: _Options,
        *,
        providers: list[tuple[str, Any]],
        enable_fallback: bool,
    ) -> _Session:
        assert not enable_fallback
        names = [name for name, _ in providers]
        assert set(names) <= set(self._providers)
        if names != [CPU]:
            if isinstance(self._starts, Exception):
                raise self._starts
            if not self._starts:
                names = [CPU]
        self.sessions.append((content.decode(), names[0]))
        part = content.decode().partition(" ")[0]
        cells = options.sides.get("width", 0) if self._any_tile else 64
        return _Session(part, names, self._behaves, cells)


class _Options(SimpleNamespace):
    def __init__(self) -> None:
        super().__init__()
        self.sides: dict[str, int] = {}
        self.entries: dict[str, str] = {}

    def add_session_config_entry(self, name: str, value: str) -> None:
        self.entries[name] = value

    def add_free_dimension_override_by_name(self, name: str, size: int) -> None:
        self.sides[name] = size


class _Session:
    def __init__(self, part: str, providers: list[str], behaves: Behaviour, cells: int) -> None:
        self._part = part
        self._cells = cells
        self._providers = providers
        self._behaves = behaves if providers[0] != CPU else lambda result: result

    def get_providers(self) -> list[str]:
        return self._providers

    def get_inputs(self) -> list[SimpleNamespace]:
        assert self._part == "fusion"
        return [SimpleNamespace(shape=[1, SLOTS, CHANNELS, self._cells, self._cells])]

    def get_outputs(self) -> list[SimpleNamespace]:
        names = Fused._fields if self._part == "fusion" else ("result",)
        return [SimpleNamespace(name=name) for name in names]

    def io_binding(self) -> _Binding:
        return _Binding()

    def run_with_iobinding(self, binding: _Binding) -> None:
        inputs = {name: value.array for name, value in binding.inputs.items()}
        binding.results = self._computed(inputs)
        assert len(binding.outputs) == len(binding.results)

    def run(self, _names: None, inputs: dict[str, FloatArray]) -> list[FloatArray]:
        assert self._providers[0] != CUDA  # its memory is bound
        return self._computed(inputs)

    def _computed(self, inputs: dict[str, FloatArray]) -> list[FloatArray]:
        model = IdentityModel()
        if self._part == "encoder":
            pixels = inputs["pixels"][0].transpose(1, 2, 0)
            return [self._behaves(model.encode(np.ascontiguousarray(pixels))[None])]
        if self._part == "decoder":
            picture = model.decode(inputs["latent"][0])
            return [self._behaves(picture.transpose(2, 0, 1)[None])]
        assert inputs["latents"].shape[-2:] == (self._cells, self._cells)
        latents, shares = inputs["latents"][0], inputs["shares"][0]
        assert len(latents) == len(shares)
        assert len(latents) == SLOTS or self._providers[0] == CPU
        fused = model.fuse(latents)
        for planes in (fused.weights, fused.carriers):  # all frames weigh the same
            planes[:] = (shares / shares.sum())[:, None, None]
        return [self._behaves(plane[None]) for plane in fused]


class _Binding:
    def __init__(self) -> None:
        self.inputs: dict[str, FakeOnnxRuntime.OrtValue] = {}
        self.outputs: list[str] = []
        self.results: list[FloatArray] = []

    def bind_ortvalue_input(self, name: str, value: FakeOnnxRuntime.OrtValue) -> None:
        self.inputs[name] = value

    def bind_output(self, name: str, memory: str) -> None:
        assert memory == "cuda"
        self.outputs.append(name)

    def copy_outputs_to_cpu(self) -> list[FloatArray]:
        return [result.copy() for result in self.results]
