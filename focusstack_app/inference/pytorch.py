"""The PyTorch back end of a fusion model: the same weights in `inference.network`.

Import it where it is needed: PyTorch takes seconds to import and is not in the base installation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.message import message
from focusstack_app.core.model import Card, FloatArray, Fused, FusionModel, ModelManifest
from focusstack_app.inference.card import TorchCard
from focusstack_app.inference.fallback import (
    OTHER_DEVICE,
    failure,
    out_of_memory,
    processor_warning,
    smaller_tiles,
    tiles_warning,
)
from focusstack_app.inference.manifest import read_verified
from focusstack_app.inference.network import Decoder, Encoder, FusionModule, Selection
from focusstack_app.inference.onnx import MOST_CALLS, OnnxModel
from focusstack_app.inference.slots import filled_slots, of_frames
from focusstack_app.inference.tensors import as_tensor, few

Part = Callable[..., Tensor | tuple[Tensor, ...]]

_HALF_SINCE = (7, 0)  # compute capability of the first cards with fast half precision
_MOST_RECORDINGS = 24  # of different sizes; tiles have one, what lies at a border others


class TorchModel:
    """A `FusionModel` whose weights come from its ONNX graphs.

    On a card, convolutions and products are computed in half precision where the card is fast at
    it, and what it does for one size of input is recorded once and played back.

    Args:
        manifest: Of the model folder; every file is checked before it is read.
        place: "cuda" or "cpu".

    Raises:
        ModelError: If a file is missing or damaged.
        DeviceError: If PyTorch cannot use the card, or the model has another network than ours.
    """

    def __init__(self, manifest: ModelManifest, place: str) -> None:
        self.manifest = self._whole = manifest
        self.warnings: tuple[str, ...] = ()
        # What is between its calls is the processor's: several threads prepare and take over.
        self.calls_at_once = MOST_CALLS if place == "cuda" else 1
        self._turn = threading.Lock()
        self._half = False
        if place == "cuda":
            if not torch.cuda.is_available():
                raise DeviceError(
                    message("The installed PyTorch finds no NVIDIA graphics card that it can use."),
                    OTHER_DEVICE,
                )
            self.device = f"CUDA ({torch.cuda.get_device_name()}, PyTorch)"
            self._half = torch.cuda.get_device_capability() >= _HALF_SINCE
        else:
            self.device = "CPU (PyTorch)"
        self._place = torch.device(place)
        self.card: Card = TorchCard(self._place, self._errors)
        self._recordings: dict[tuple[object, ...], _Recording] = {}
        encoder, fusion, decoder = _network(manifest)
        with self._errors():
            self._encoder, self._fusion, self._decoder = (
                part.eval().to(self._place, memory_format=torch.channels_last)  # type: ignore[call-overload]
                for part in (encoder, fusion, decoder)
            )

    def encode(self, pixels: FloatArray) -> FloatArray:
        """See `FusionModel.encode`."""
        if isinstance(pixels, Tensor):
            return self._there(self._encoder, pixels.permute(2, 0, 1)[None])[0][0]
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        return self._run(self._encoder, planes)[0]

    def fuse(self, latents: FloatArray) -> Fused:
        """See `FusionModel.fuse`."""
        frames = latents.shape[-4]
        slots = frames if self._place.type == "cpu" else self.manifest.slots  # one size is recorded
        filled, shares = filled_slots(latents, slots)
        if isinstance(filled, Tensor):
            tiles = filled if filled.ndim == 5 else filled[None]
            known = few(shares, filled.device).expand(len(tiles), -1)
            fused = Fused(*self._there(self._fusion, tiles, known))
            fused = fused if filled.ndim == 5 else Fused(*(part[0] for part in fused))
        else:
            fused = Fused(*self._run(self._fusion, filled, shares))
        return of_frames(fused, frames)

    def decode(self, latent: FloatArray) -> FloatArray:
        """See `FusionModel.decode`."""
        if isinstance(latent, Tensor):
            return self._there(self._decoder, latent[None])[0][0].permute(1, 2, 0)
        return np.ascontiguousarray(self._run(self._decoder, latent)[0].transpose(1, 2, 0))

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        """See `FusionModel.fallback`."""
        if self._place.type == "cpu":
            return None
        self._recordings.clear()
        torch.cuda.empty_cache()
        smaller = smaller_tiles(self.manifest) if out_of_memory else None
        if smaller is None:
            return OnnxModel(self._whole, warnings=(processor_warning(reason),))
        model = copy(self)
        model.manifest = smaller
        model._recordings = {}
        model.warnings = (tiles_warning(smaller.tile_px),)
        return model

    def _run(self, part: Part, *inputs: FloatArray) -> list[FloatArray]:
        with self._errors(), torch.no_grad():
            given = [as_tensor(one)[None] for one in inputs]
            if self._place.type == "cpu":
                tensors = _all(part(*given))
            else:
                with self._turn:
                    tensors = [tensor.cpu() for tensor in self._on_card(part, given)]
            return [tensor[0].numpy() for tensor in tensors]

    def _there(self, part: Part, *given: Tensor) -> list[Any]:
        """The same for tensors of the card, with their axis of tiles; they do not leave it."""
        with self._errors(), torch.no_grad():
            if self._place.type == "cpu":
                return _all(part(*given))
            with self._turn:
                if part is self._encoder:  # one step; a recording would keep whole frames
                    return self._half_precision(part)(*given)
                return [tensor.clone() for tensor in self._on_card(part, given)]

    def _on_card(self, part: Part, given: Sequence[Tensor]) -> list[Tensor]:
        """The outputs, until it is called again."""
        key = part, *(one.shape for one in given)
        recording = self._recordings.get(key)
        if recording is None and len(self._recordings) < _MOST_RECORDINGS:
            recording = _Recording(self._half_precision(part), given, self._place)
            self._recordings[key] = recording
        if recording is not None:
            return recording(given)
        return self._half_precision(part)(*(one.to(self._place) for one in given))

    def _half_precision(self, part: Part) -> Callable[..., list[Tensor]]:
        """The part in half precision where the card is fast at it, with results in single."""

        def computed(*given: Tensor) -> list[Tensor]:
            # A recording would keep weights of the cache that are gone when it is played.
            with torch.autocast("cuda", torch.float16, enabled=self._half, cache_enabled=False):
                return [tensor.float() for tensor in _all(part(*given))]

        return computed

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise out_of_memory() from error
        except RuntimeError as error:
            if self._place.type == "cpu":
                raise
            raise failure(self.device, error) from error


class _Recording:
    """What a card does for inputs of one size: one start instead of one for each of its kernels.

    Args:
        computed: What to record.
        given: Inputs of that size.
        place: The card.
    """

    def __init__(
        self, computed: Callable[..., list[Tensor]], given: Sequence[Tensor], place: torch.device
    ) -> None:
        self._inputs = own_memory(given, place)
        aside = torch.cuda.Stream(place)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(place))
        with torch.cuda.stream(aside):
            for _ in range(2):  # libraries choose their kernels
                computed(*self._inputs)
        torch.cuda.current_stream(place).wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._outputs = computed(*self._inputs)

    def __call__(self, given: Sequence[Tensor]) -> list[Tensor]:
        """Its outputs on the card, until it is called again."""
        for own, one in zip(self._inputs, given, strict=True):
            own.copy_(one)
        self._graph.replay()
        return self._outputs


def own_memory(given: Sequence[Tensor], place: torch.device) -> list[Tensor]:
    """Copies there that can be written to, whatever the tensors share among themselves or others.

    What is recorded reads its inputs from where they lay; the later ones are written there.
    """
    return [torch.empty(one.shape, dtype=one.dtype, device=place).copy_(one) for one in given]


def _all(outputs: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


def weights_of(graph: bytes) -> dict[str, Tensor]:
    """The weights of an exported graph by their names in torch, without extra axes.

    Args:
        graph: An ONNX file.
    """
    model = onnx.load_model_from_string(graph)
    weights = {
        weight.name: torch.from_numpy(onnx.numpy_helper.to_array(weight).copy())
        for weight in model.graph.initializer
        if weight.data_location != onnx.TensorProto.EXTERNAL
    }
    for node in model.graph.node:  # of equal weights one is kept
        if node.op_type == "Identity" and node.input[0] in weights:
            weights[node.output[0]] = weights[node.input[0]]
    return weights


def load_weights(part: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give a part of the network the weights of its graph.

    Raises:
        KeyError: If the graph lacks one.
    """
    part.load_state_dict(
        {name: weights[name].reshape(value.shape) for name, value in part.state_dict().items()}
    )


def _network(manifest: ModelManifest) -> tuple[nn.Module, nn.Module, nn.Module]:
    """Encoder, fusion module and decoder of the shipped kind of model."""
    graphs = [
        weights_of(read_verified(manifest, f"{name}.onnx"))
        for name in ("encoder", "fusion", "decoder")
    ]
    try:
        basis = graphs[0]["kernel"].flatten(1)
        nothing = torch.zeros(basis.shape[1])
        parts = Encoder(basis, nothing), FusionModule(Selection(basis)), Decoder(basis, nothing)
        for part, weights in zip(parts, graphs, strict=True):
            load_weights(part, weights)
    except (KeyError, RuntimeError) as error:
        raise DeviceError(
            message(
                "The model {id} has another network than PyTorch is given here ({error}).",
                id=manifest.id,
                error=error,
            ),
            message("Choose another device."),
        ) from error
    return parts
