"""From a frame to its latent, and what is lost on the way."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import namespace, on_card, zeros
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.filters import padded_below
from focusstack_app.engine.pixels import to_float

_ENCODE_PX = 512  # edge of what is encoded at once
_CARD_ENCODE_PX = 4096  # rows there


def padded_size(height: int, width: int, tile_px: int, scale: int) -> tuple[int, int]:
    """The size that a picture is padded to: whole cells, at least one tile."""
    return (
        max(tile_px, -(-height // scale) * scale),
        max(tile_px, -(-width // scale) * scale),
    )


def encode_frame(model: FusionModel, frame: Planes, progress: Progress) -> FloatArray:
    """Encode one frame in parts of whole cells, padded by reflection.

    Args:
        model: The model.
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        progress: Only checked for cancelling.

    Returns:
        (C, h, w) float32 latent of the padded frame.
    """
    manifest = model.manifest
    whole = _cells_of(model, frame)
    card = on_card(frame)
    rows = max(1, (_CARD_ENCODE_PX if card else _ENCODE_PX) // manifest.scale)
    # The layers of an encoder that looks beyond a cell would grow with the part.
    columns = whole.width if card and not manifest.encoder_halo_px else part_cells(model)
    parts = [
        Region(top, left, min(top + rows, whole.bottom), min(left + columns, whole.right))
        for top in range(0, whole.bottom, rows)
        for left in range(0, whole.right, columns)
    ]

    def encoded(part: Region) -> tuple[Region, FloatArray]:
        return part, encode_part(model, frame, part)

    latent: FloatArray | None = None
    with closing(ahead(encoded, parts, 0 if card else model.calls_at_once)) as made:
        for part, cells in made:
            progress.checkpoint()
            if latent is None:
                latent = zeros(cells, (cells.shape[0], whole.height, whole.width))
            latent[(slice(None), *part.slices)] = cells
    assert latent is not None
    return latent


def part_cells(model: FusionModel) -> int:
    """Rows and columns of what is encoded at once on the processor, in cells."""
    return max(1, _ENCODE_PX // model.manifest.scale)


def encode_part(model: FusionModel, frame: Planes, part: Region) -> FloatArray:
    """The same of a part of a frame.

    Args:
        model: The model.
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        part: Of the padded frame, in cells. What is encoded in other parts is the same, to the bit
            where the encoder looks at each cell alone.

    Returns:
        (C, h, w) float32.
    """
    manifest = model.manifest
    scale = manifest.scale
    halo = -(-manifest.encoder_halo_px // scale)
    around = part.grown(halo, _cells_of(model, frame))
    latent = model.encode(to_float(_mirrored(frame, around.scaled(scale))))
    return latent[(slice(None), *part.seen_from(around).slices)]


def _cells_of(model: FusionModel, frame: Planes) -> Region:
    """All cells of a frame, padded."""
    tile_px, scale = model.manifest.tile_px, model.manifest.scale
    height, width = padded_size(frame.shape[0], frame.shape[1], tile_px, scale)
    return Region(0, 0, height // scale, width // scale)


def _mirrored(frame: Planes, part: Region) -> NDArray[Any]:
    """A part of a frame that is mirrored below and on the right, the outermost pixels twice."""
    height, width = frame.shape[:2]
    # What lies beyond the border mirrors as much before it.
    top = max(0, min(part.top, 2 * height - part.bottom))
    left = max(0, min(part.left, 2 * width - part.right))
    pixels = frame[top : part.bottom, left : part.right]
    beyond = max(0, part.bottom - height), max(0, part.right - width)
    return padded_below(pixels, *beyond)[part.top - top :, part.left - left :]


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
