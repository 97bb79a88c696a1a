"""From a frame to its latent, and what is lost on the way."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import namespace, on_card
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.filters import padded_below
from focusstack_app.engine.pixels import to_float

_ENCODE_PX = 512
_CARD_ENCODE_PX = 4096


def padded_size(height: int, width: int, tile_px: int, scale: int) -> tuple[int, int]:
    """The size that a picture is padded to: whole cells, at least one tile."""
    return (
        max(tile_px, -(-height // scale) * scale),
        max(tile_px, -(-width // scale) * scale),
    )


def encode_frame(model: FusionModel, frame: Planes, progress: Progress) -> FloatArray:
    """Encode one frame in strips of whole cells, padded by reflection.

    Args:
        model: The model.
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        progress: Only checked for cancelling.

    Returns:
        (C, h, w) float32 latent of the padded frame.
    """
    manifest = model.manifest
    scale, halo = manifest.scale, manifest.encoder_halo_px
    height, width = padded_size(frame.shape[0], frame.shape[1], manifest.tile_px, scale)
    card = on_card(frame)
    step = max(scale, (_CARD_ENCODE_PX if card else _ENCODE_PX) // scale * scale)

    def encoded(top: int) -> FloatArray:
        bottom = min(top + step, height)
        first, last = max(0, top - halo), min(height, bottom + halo)
        # The last strip may lie in the padding altogether: it then repeats the last rows.
        start = min(first, max(0, frame.shape[0] - scale))
        part = frame[start:last]
        padded = padded_below(part, last - start - part.shape[0], width - part.shape[1])
        padded = padded[first - start :]
        latent = _encode_strip(model, padded)
        return latent[:, (top - first) // scale : (bottom - first) // scale]

    strips = []
    threads = 0 if card else model.calls_at_once
    with closing(ahead(encoded, range(0, height, step), threads)) as made:
        for strip in made:
            progress.checkpoint()
            strips.append(strip)
    latent: FloatArray = namespace(strips[0]).concatenate(strips, 1)
    return latent


def _encode_strip(model: FusionModel, rows: NDArray[Any]) -> FloatArray:
    """(C, h, w) of whole rows, a piece at a time where an encoder's layers would grow with them."""
    scale, halo = model.manifest.scale, model.manifest.encoder_halo_px
    if not halo:
        return model.encode(to_float(rows))
    width = rows.shape[1]
    pieces = []
    for left in range(0, width, _ENCODE_PX):
        right = min(left + _ENCODE_PX, width)
        first = max(0, left - halo)
        piece = model.encode(to_float(rows[:, first : right + halo]))
        pieces.append(piece[:, :, (left - first) // scale : (right - first) // scale])
    latent: FloatArray = namespace(pieces[0]).concatenate(pieces, 2)
    return latent


def reconstruction_error(model: FusionModel, pixels: Planes) -> tuple[FloatArray, float]:
    """The paper's safeguard (section 5): what encoding and decoding does to a picture.

    Args:
        model: The model.
        pixels: (H, W, 3) uint8 or uint16, display-encoded; at most one tile is looked at, the one
            in the middle.

    Returns:
        (h, w) float32 error per pixel, RMS over the colours, display-encoded, and its RMS. The
        model's manifest says what is usual.
    """
    edge = model.manifest.tile_px
    top, left = (max(0, (side - edge) // 2) for side in pixels.shape[:2])
    tile = pixels[top : top + edge, left : left + edge]
    latent = encode_frame(model, tile, Progress())
    xp = namespace(latent)
    decoded = xp.clip(model.decode(latent)[: tile.shape[0], : tile.shape[1]], 0, 1)
    squared = xp.square(decoded - to_float(tile)).mean(2)
    return xp.sqrt(squared), float(squared.mean()) ** 0.5
