"""The linear transform that the autoencoder starts from: principal components of 8 x 8 blocks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.training.pictures import read_rgb

BLOCK = 8
_BLOCKS_EACH = 4000  # are taken of a photograph


def principal_components(
    photographs: Sequence[Path], channels: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Principal components of random 8 x 8 blocks, full size and reduced.

    Args:
        photographs: Picture files, display-encoded RGB.
        channels: Number of components kept.

    Raises:
        ValueError: If a file is no picture.

    Returns:
        Orthonormal rows (channels, 192) over (channel, row, column), in order of falling variance,
        and the mean block (192,), grey levels only (the same for every pixel and channel).
    """
    rng = np.random.default_rng(0)
    covariance: NDArray[np.float64] = np.zeros((3 * BLOCK * BLOCK,) * 2)
    total, count = 0.0, 0
    for path in photographs:
        picture = read_rgb(path)
        reduction = rng.uniform(0.5, 1.0)
        reduced = cv2.resize(
            picture, None, fx=reduction, fy=reduction, interpolation=cv2.INTER_AREA
        )
        rows = rng.integers(0, reduced.shape[0] - BLOCK, _BLOCKS_EACH)
        columns = rng.integers(0, reduced.shape[1] - BLOCK, _BLOCKS_EACH)
        blocks = np.stack(
            [reduced[r : r + BLOCK, c : c + BLOCK] for r, c in zip(rows, columns, strict=True)]
        )
        flat = blocks.transpose(0, 3, 1, 2).reshape(_BLOCKS_EACH, -1) / 255.0
        total += flat.sum()
        count += flat.size
        centred = flat - 0.5
        covariance += np.asarray(centred.T @ centred, dtype=np.float64)
    _, vectors = np.linalg.eigh(covariance)
    basis = vectors[:, ::-1][:, :channels].T
    return basis.astype(np.float32), np.full(3 * BLOCK * BLOCK, total / count, np.float32)
