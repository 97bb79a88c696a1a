from __future__ import annotations

import numpy as np

from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.training.watched import Part, WatchedModel
from tests.helpers.models import IdentityModel


def test_calls_are_counted_in_tiles() -> None:
    parts: dict[str, Part] = {}
    model = WatchedModel(IdentityModel(), parts)
    latent = model.encode(np.zeros((32, 128, 3), np.float32))
    model.decode(latent[:, :, :8])
    assert (parts["encoder"].calls, parts["encoder"].tiles) == (1, 1.0)
    assert (parts["decoder"].calls, parts["decoder"].tiles) == (1, 0.5)


def test_tiles_that_are_fused_together_count_each() -> None:
    class OfTiles(IdentityModel):
        """Takes several tiles, as on a card."""

        def fuse(self, latents: FloatArray) -> Fused:
            return super().fuse(latents[0])

    parts: dict[str, Part] = {}
    model = WatchedModel(OfTiles(), parts)
    model.fuse(np.zeros((5, 3, 192, 8, 8), np.float32))
    model.fuse(np.zeros((1, 2, 192, 8, 8), np.float32))
    assert (parts["fusion"].calls, parts["fusion"].tiles) == (2, 6.0)
    assert parts["fusion"].tiles_of == {3: 5.0, 2: 1.0}
