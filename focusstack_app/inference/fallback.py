"""What is tried next when a device fails, and how the photographer is told."""

from __future__ import annotations

from dataclasses import replace

from focusstack_app.core.errors import DeviceError, DeviceMemoryError
from focusstack_app.core.message import joined, message
from focusstack_app.core.model import FusionModel, ModelManifest

OTHER_DEVICE = message("Choose automatic or the processor as the device.")
PROCESSOR = message("Choose the processor as the device.")

# The network was trained on crops of this size; smaller ones see too little of the picture.
LEAST_TILE_PX = 256


def smaller_tiles(manifest: ModelManifest) -> ModelManifest | None:
    """The same model in tiles of half the edge; None if they would be too small."""
    tile_px = manifest.tile_px // 2
    return replace(manifest, tile_px=tile_px) if tile_px >= LEAST_TILE_PX else None


def out_of_memory() -> DeviceMemoryError:
    """Says that the device has too little memory."""
    return DeviceMemoryError(
        message("The device ran out of memory."),
        message("Close other programs, or choose the processor as the device."),
    )


def failure(device: str, error: Exception) -> DeviceError:
    """Says that a device cannot do what it is for."""
    return DeviceError(
        message("{device} fails ({error}).", device=device, error=first_line(error)), PROCESSOR
    )


def first_line(error: Exception) -> str:
    """What an error says, short enough for a message."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(". ")


def tiles_warning(tile_px: int) -> str:
    """Says that smaller tiles were taken."""
    return message(
        "The graphics card ran out of memory; the picture was fused in tiles of {tile_px} px.",
        tile_px=tile_px,
    )


def processor_warning(reason: str) -> str:
    """Says that the processor was taken.

    Args:
        reason: In whole sentences.
    """
    return joined(message("The graphics card could not be used; the processor was used."), reason)


def on_processor(model: FusionModel, error: DeviceError) -> FusionModel:
    """What goes on after an error. Tiles stay as large: parts must fit those that are there.

    Raises:
        DeviceError: That error, if it was the processor's.
    """
    processor = model.fallback(error.message, out_of_memory=False)
    if processor is None:
        raise error
    return processor
