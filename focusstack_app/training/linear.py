"""The linear transform that the autoencoder starts from: principal components of 8 x 8 blocks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 8


def principal_components(
    photographs: Sequence[Path], channels: int, blocks_each: int = 4000, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Principal components of random 8 x 8 blocks, full size and reduced.

    Args:
        photographs: Picture files, display-encoded RGB.
        channels: Number of components kept.
        blocks_each: Blocks taken from each photograph.
        seed: Of the random positions.

    Raises:
        ValueError: If a file is no picture.

    Returns:
        Orthonormal rows (channels, 192) over (channel, row, column), in order of falling variance,
        and the mean block (192,), grey levels only (the same for every pixel and channel).
    """
    rng = np.random.default_rng(seed)
    covariance: NDArray[np.float64] = np.zeros((3 * BLOCK * BLOCK,) * 2)
    total, count = 0.0, 0
    for path in photographs:
        picture = cv2.imread(str(path))
        if picture is None:
            raise ValueError(f"{path} is no picture")
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        reduction = rng.uniform(0.5, 1.0)
        picture = cv2.resize(
            picture, None, fx=reduction, fy=reduction, interpolation=cv2.INTER_AREA
        )
        rows = rng.integers(0, picture.shape[0] - BLOCK, blocks_each)
        columns = rng.integers(0, picture.shape[1] - BLOCK, blocks_each)
        blocks = np.stack(
            [picture[r : r + BLOCK, c : c + BLOCK] for r, c in zip(rows, columns, strict=True)]
        )
        flat = blocks.transpose(0, 3, 1, 2).reshape(blocks_each, -1) / 255.0
        total += flat.sum()
        count += flat.size
        centred = flat - 0.5
        covariance += np.asarray(centred.T @ centred, dtype=np.float64)
    _, vectors = np.linalg.eigh(covariance)
    basis = vectors[:, ::-1][:, :channels].T
    return basis.astype(np.float32), np.full(3 * BLOCK * BLOCK, total / count, np.float32)
