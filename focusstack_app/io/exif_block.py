"""EXIF for files that are no TIFF: a small TIFF without a picture (EXIF 2.32, section 4.5)."""

from __future__ import annotations

from focusstack_app.io.ifd import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    Tag,
    TagType,
    integers,
    packed_tiff,
)
from focusstack_app.io.metadata import ExportTags

_LONGEST_VALUE_BYTES = 8192  # all of it has to fit into the 64 KiB of a JPEG segment
_WIDTH, _HEIGHT = 40962, 40963


def exif_block(tags: ExportTags, width_px: int, height_px: int) -> bytes:
    """Metadata as PNG and WebP hold it, and JPEG after a mark of six bytes.

    Args:
        tags: What is known; values of more than 8 KiB are left out.
        width_px: Of the picture.
        height_px: Of the picture.
    """
    size = [
        integers(_WIDTH, TagType.LONG, [width_px]),
        integers(_HEIGHT, TagType.LONG, [height_px]),
    ]
    parts = {EXIF_DIRECTORY: [*_short(tags.exif), *size], GPS_DIRECTORY: _short(tags.gps)}
    return packed_tiff(_short(tags.image), parts)


def _short(tags: tuple[Tag, ...]) -> list[Tag]:
    return [tag for tag in tags if len(tag.data) <= _LONGEST_VALUE_BYTES]
