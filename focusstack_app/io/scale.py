"""How large is what a picture shows: microscopes say it where no other program looks."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path

import tifffile

_X_RESOLUTION, _Y_RESOLUTION = 282, 283
_PIXELS = re.compile(r"<(?:\w+:)?Pixels\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(PhysicalSize[XY](?:Unit)?)="([^"]*)"')
_USUAL_UNIT = "µm"  # of OME, where it names none
_CENTIMETRES = {
    **dict.fromkeys(("µm", "μm", "um", "micron", "microns", "micrometer", "\\u00b5m"), 1e-4),
    "pm": 1e-10,
    "nm": 1e-7,
    "mm": 0.1,
    "cm": 1.0,
    "m": 100.0,
    "inch": 2.54,
    "in": 2.54,
}
_LEAST, _MOST = 1e-3, 1e9  # what a RATIONAL holds to a thousandth


def pixels_per_cm(path: Path) -> tuple[float, float] | None:
    """How many pixels are a centimetre of the subject, across and down.

    Args:
        path: A TIFF file. What ImageJ and OME (schema of 2016, Pixels) say counts: ImageJ gives the
            unit of the resolution in words, OME the size of a pixel.

    Returns:
        None where neither says it, or it makes no sense.
    """
    found: tuple[float, ...] = ()
    with suppress(Exception), tifffile.TiffFile(path) as tif:  # damaged metadata say nothing
        if tif.is_ome:
            found = _of_ome(tif.ome_metadata or "")
        elif tif.is_imagej:
            found = _of_imagej(tif)
    if len(found) != 2 or not all(math.isfinite(n) and _LEAST <= n <= _MOST for n in found):
        return None
    return found[0], found[1]


def _of_ome(text: str) -> tuple[float, ...]:
    pixels = _PIXELS.search(text)
    said = dict(_ATTRIBUTE.findall(pixels.group())) if pixels is not None else {}
    return tuple(
        1 / (float(said[name]) * _CENTIMETRES[said.get(f"{name}Unit", _USUAL_UNIT)])
        for name in ("PhysicalSizeX", "PhysicalSizeY")
    )


def _of_imagej(tif: tifffile.TiffFile) -> tuple[float, ...]:
    unit = _CENTIMETRES[str((tif.imagej_metadata or {})["unit"]).lower()]
    tags = tif.pages.first.tags
    ratios = (tags[number].value for number in (_X_RESOLUTION, _Y_RESOLUTION))
    return tuple(above / below / unit for above, below in ratios)
