"""The contract of a fusion model: what it takes, what it gives, what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The card and contract of a model folder (`model.json`).

    Attributes:
        id: Folder name and command-line name.
        version: Of the weights.
        kind: Input contract; "vaeedof-set-5" is the only one so far, others are refused.
        latent_channels: C.
        scale: Pixels per latent cell in each direction (8).
        slots: Frames fused at once, at most (7).
        weight_scale: Cells of the slot-weight grid per latent cell in each direction.
        tile_px: Edge of a tile that fusion and decoding were trained for.
        decoder_reach: How many latent cells away a pixel's latent may lie and still change it when
            decoded.
        reconstruction_rmse: Measured error of encode + decode, display-encoded [0, 1].
        agreement_rmse: How far a source pixel may lie from the decoded fusion before it counts
            less; the weights were trained with it.
        encoder_halo_px: How far around a latent cell the pixels lie that it depends on, in whole
            cells.
        licence: SPDX name.
        sha256: File name to hex digest of every file that is loaded.
        card: Everything else: data, command, steps, hardware, validation.
    """

    id: str
    version: str
    kind: str
    latent_channels: int
    scale: int
    slots: int
    weight_scale: int
    tile_px: int
    decoder_reach: int
    reconstruction_rmse: float
    agreement_rmse: float
    encoder_halo_px: int
    licence: str
    sha256: Mapping[str, str]
    card: Mapping[str, object]
    folder: Path


class Fused(NamedTuple):
    """The result of fusing the latents of some frames.

    Attributes:
        latent: (C, h, w) float32.
        weights: (frames, h * weight_scale, w * weight_scale) float32, non-negative, sum 1 over
            frames: how much each of them contributes where.
        carriers: As `weights`: what of the scene is in focus in which frame, be it seen or hidden
            there by the veil of a nearer subject.
        mix: (2, h * weight_scale, w * weight_scale) float32, [0, 1], sum at most 1: share of the
            carriers, freed of their veil, and of the decoded picture in the faithful result; of the
            latter less where it says no more than the autoencoder's own error.
    """

    latent: FloatArray
    weights: FloatArray
    carriers: FloatArray
    mix: FloatArray


class Card(Protocol):
    """Where whole stacks can lie so that all that is done to them is done there."""

    def room_bytes(self) -> int:
        """How much fits there now."""
        ...

    def put(self, array: NDArray[Any]) -> Any:
        """The same as an array of its kind (`core.kinds`)."""
        ...

    def rest(self) -> None:
        """Give back what nothing needs there for now."""
        ...

    def errors(self) -> AbstractContextManager[None]:
        """A block in which what goes wrong there is a `DeviceError`."""
        ...


class FusionModel(Protocol):
    """A loaded model. Calls are made from `calls_at_once` threads at a time, at most."""

    @property
    def manifest(self) -> ModelManifest:
        """Declared facts."""
        ...

    @property
    def device(self) -> str:
        """Where it runs, for people: "CPU", "CUDA (NVIDIA ...)"."""
        ...

    @property
    def calls_at_once(self) -> int:
        """From how many threads it is used best."""
        ...

    @property
    def card(self) -> Card | None:
        """Takes arrays, which the model then takes and gives too; None if it has no such place."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the photographer should know of where it runs; one line each."""
        ...

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        """What the picture is started again with after a `DeviceError`; drop this model then.

        Args:
            reason: What the error says.
            out_of_memory: Whether less memory would have been enough.

        Returns:
            The same model with smaller tiles, or on the processor, whose `warnings` say so; None
            if this one ran on the processor.
        """
        ...

    def encode(self, pixels: FloatArray) -> FloatArray:
        """Encode a picture of any size whose sides are multiples of `scale`.

        Args:
            pixels: (H, W, 3) float32, display-encoded RGB, [0, 1].

        Returns:
            (C, H / scale, W / scale) float32 latent. Valid to call in chunks of whole cells:
            a latent cell depends on its own pixels and `encoder_halo_px` around them.
        """
        ...

    def fuse(self, latents: FloatArray) -> Fused:
        """Fuse up to `slots` different frames of one tile.

        Args:
            latents: (frames, C, h, w) float32; h and w multiples of 8. On a `card` also (tiles,
                frames, C, h, w): all of the result has that axis, too, then.

        Returns:
            Everything of `Fused`. None of it depends on the order of the frames.
        """
        ...

    def decode(self, latent: FloatArray) -> FloatArray:
        """Decode one tile, or a part of it that is `decoder_reach` larger than what is looked at.

        Args:
            latent: (C, h, w) float32.

        Returns:
            (h * scale, w * scale, 3) float32, display-encoded RGB, about [0, 1], not clipped.
        """
        ...
