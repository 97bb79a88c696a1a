from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from focusstack_app.inference.fallback import smaller_tiles, tiles_warning
from tests.helpers.models import fake_manifest


def test_tiles_are_halved_down_to_what_the_network_was_trained_on() -> None:
    manifest = replace(fake_manifest(tile_px=512), folder=Path("models") / "here")
    smaller = smaller_tiles(manifest)
    assert smaller == replace(manifest, tile_px=256)
    assert smaller_tiles(smaller) is None


def test_the_size_of_the_tiles_is_told() -> None:
    assert "tiles of 256 px" in tiles_warning(256)
