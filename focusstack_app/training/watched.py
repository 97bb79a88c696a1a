"""A model that tells how often its parts were called, and how long they took."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from focusstack_app.core.model import Card, FloatArray, Fused, FusionModel, ModelManifest


@dataclass(slots=True)
class Part:
    """What one part of the network did.

    Attributes:
        calls: How often it was called.
        tiles: What it computed, in whole tiles.
        tiles_of: The same by the number of frames in each.
        seconds: Wall clock in which at least one call ran.
        gmac: Multiply-accumulates per tile, in 10^9; the mean.
    """

    calls: int = 0
    tiles: float = 0.0
    tiles_of: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    gmac: float = 0.0

    @property
    def gmac_s(self) -> float:
        """Reached, in 10^9 multiply-accumulates per second."""
        return self.gmac * self.tiles / self.seconds if self.seconds else 0.0


class WatchedModel:
    """A `FusionModel` that counts and times what another one does."""

    def __init__(self, model: FusionModel, parts: dict[str, Part]) -> None:
        self._model = model
        self._parts = parts
        self._tile_px = model.manifest.tile_px
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._since_s: dict[str, float] = {}

    @property
    def manifest(self) -> ModelManifest:
        """See `FusionModel`."""
        return self._model.manifest

    @property
    def device(self) -> str:
        """See `FusionModel`."""
        return self._model.device

    @property
    def calls_at_once(self) -> int:
        """See `FusionModel`."""
        return self._model.calls_at_once

    @property
    def card(self) -> Card | None:
        """See `FusionModel`."""
        return self._model.card

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `FusionModel`."""
        return self._model.warnings

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        """See `FusionModel`."""
        lighter = self._model.fallback(reason, out_of_memory=out_of_memory)
        return None if lighter is None else WatchedModel(lighter, self._parts)

    def encode(self, pixels: FloatArray) -> FloatArray:
        """See `FusionModel`."""
        with self._watched("encoder", *pixels.shape[:2]):
            return self._model.encode(pixels)

    def fuse(self, latents: FloatArray) -> Fused:
        """See `FusionModel`."""
        scale = self.manifest.scale
        *tiles, frames, _, height, width = latents.shape
        with self._watched("fusion", math.prod(tiles) * height * scale, width * scale, frames):
            return self._model.fuse(latents)

    def decode(self, latent: FloatArray) -> FloatArray:
        """See `FusionModel`."""
        scale = self.manifest.scale
        with self._watched("decoder", latent.shape[1] * scale, latent.shape[2] * scale):
            return self._model.decode(latent)

    @contextmanager
    def _watched(self, name: str, height_px: int, width_px: int, frames: int = 1) -> Iterator[None]:
        with self._lock:
            part = self._parts.setdefault(name, Part())
            if not self._running[name]:
                self._since_s[name] = time.perf_counter()
            self._running[name] += 1
        yield
        with self._lock:
            self._running[name] -= 1
            if not self._running[name]:
                part.seconds += time.perf_counter() - self._since_s[name]
            part.calls += 1
            tiles = height_px * width_px / self._tile_px**2
            part.tiles += tiles
            part.tiles_of[frames] = part.tiles_of.get(frames, 0.0) + tiles
