"""Pictures as training reads them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """A picture file as (H, W, 3) RGB, display-encoded.

    Raises:
        ValueError: If it is no picture.
    """
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} is no picture")
    return np.ascontiguousarray(picture[:, :, ::-1], np.uint8)
