"""How sharp a frame is, place by place: what a curve along the stack is drawn from.

The measure is the energy of the Laplacian (Nayar and Nakagawa, "Shape from focus", 1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np

from focusstack_app.core.frames import Pixels
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.pixels import to_float

CELL_PX = 8
_REACH_CELLS = 1.5  # of the window around a place, standard deviation
_FLOOR = 0.002  # of a place without texture: half an 8-bit step
_CLEARLY = 1.15  # times what is usual along the stack


def sharpness_map(pixels: Pixels) -> FloatArray:
    """Sharpness of a frame in cells of `CELL_PX` pixels.

    Args:
        pixels: (H, W, 3) uint8 or uint16, display-encoded; the full frame or a proxy.

    Returns:
        (ceil(H / CELL_PX), ceil(W / CELL_PX)) float32: root mean square of the Laplacian of the
        brightness around each cell, of values in [0, 1].
    """
    plane = cv2.GaussianBlur(cv2.cvtColor(to_float(pixels), cv2.COLOR_RGB2GRAY), (0, 0), 0.8)
    energy = np.square(cv2.Laplacian(plane, cv2.CV_32F))
    height, width = (-(-side // CELL_PX) for side in energy.shape)
    cells = cv2.resize(energy, (width, height), interpolation=cv2.INTER_AREA)
    around = cv2.GaussianBlur(cells, (0, 0), _REACH_CELLS, borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.sqrt(around), np.float32)


def sharpness_at(cells: FloatArray, across: float, down: float) -> float:
    """Sharpness at a place.

    Args:
        cells: Of `sharpness_map`.
        across: Place as a share of the width, 0 to 1.
        down: Place as a share of the height, 0 to 1.
    """
    height, width = cells.shape
    row, column = int(down * height), int(across * width)
    return float(cells[min(max(row, 0), height - 1), min(max(column, 0), width - 1)])


def sharpest(curve: Sequence[float]) -> int | None:
    """Index of the sharpest frame at a place; None where no frame stands out.

    Args:
        curve: Of `sharpness_at`, one value per frame.
    """
    if not curve:
        return None
    best = int(np.argmax(curve))
    stands_out = curve[best] > max(_FLOOR, _CLEARLY * median(curve))
    return best if stands_out else None
