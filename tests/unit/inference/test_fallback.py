from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.model import FusionModel
from focusstack_app.inference.fallback import on_processor, smaller_tiles, tiles_warning
from tests.helpers.models import MeanModel, fake_manifest


def test_tiles_are_halved_down_to_what_the_network_was_trained_on() -> None:
    manifest = replace(fake_manifest(tile_px=512), folder=Path("models") / "here")
    smaller = smaller_tiles(manifest)
    assert smaller == replace(manifest, tile_px=256)
    assert smaller_tiles(smaller) is None


def test_the_size_of_the_tiles_is_told() -> None:
    assert "tiles of 256 px" in tiles_warning(256)


class _OnCard(MeanModel):
    """Has a processor to fall back to."""

    def fallback(self, reason: str, *, out_of_memory: bool) -> FusionModel | None:
        assert not out_of_memory
        return MeanModel() if "gone" in reason else None


def test_the_processor_goes_on_unless_it_has_failed_itself() -> None:
    lost = DeviceError("The card is gone.")
    assert type(on_processor(_OnCard(), lost)) is MeanModel
    with pytest.raises(DeviceError, match="gone"):
        on_processor(MeanModel(), lost)
