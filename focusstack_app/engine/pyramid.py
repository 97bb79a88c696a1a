"""Laplacian-pyramid fusion: the classical method, for the impatient.

Burt and Adelson (1983); selection by the energy of each band in a small window, as in Wang and
Chang, "A multi-focus image fusion method based on Laplacian pyramid" (2011). Frames are folded in
one at a time, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Provenance
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress

_ENERGY_SIGMA_PX = 2.0
_SOURCE_SIGMA_PX = 1.7  # on top of that, at half size: which frame counts as the source


def fuse_pyramid(
    read: Callable[[int], FloatArray], count: int, progress: Progress
) -> tuple[FloatArray, Provenance]:
    """Fuse frames by the strongest detail in each band.

    Args:
        read: Gives frame i, (H, W, 3) float32, display-encoded, [0, 1]; called once per frame.
        count: Number of frames.
        progress: Reported per frame.

    Returns:
        The picture, (H, W, 3) float32, not clipped, and its provenance (nothing is synthesised).
    """
    first = read(0)
    height, width = first.shape[:2]
    levels = max(1, int(np.log2(min(height, width))) - 3)
    bands: list[FloatArray] = []
    best: list[FloatArray] = []
    base_sum = np.zeros(())
    half = (max(1, width // 2), max(1, height // 2))
    source = np.zeros(half[::-1], np.uint16)
    strongest = np.full(half[::-1], -1.0, np.float32)
    runner_up = np.zeros(half[::-1], np.float32)
    for index in range(count):
        frame = first if index == 0 else read(index)
        progress.checkpoint()
        pyramid = _laplacian(frame, levels)
        for level, band in enumerate(pyramid[:-1]):
            progress.checkpoint()
            energy = _energy(band)
            if level == 0:
                sharpness = cv2.resize(energy, half, interpolation=cv2.INTER_AREA)
            if index == 0:
                bands.append(band)
                best.append(energy)
                continue
            stronger = cv2.compare(energy, best[level], cv2.CMP_GT)
            cv2.copyTo(band, stronger, bands[level])
            cv2.copyTo(energy, stronger, best[level])
        base_sum = base_sum + pyramid[-1]
        sharpness = cv2.GaussianBlur(sharpness, (0, 0), _SOURCE_SIGMA_PX)
        wins = sharpness > strongest
        runner_up = np.where(wins, strongest, np.maximum(runner_up, sharpness))
        source[wins] = index
        np.copyto(strongest, sharpness, where=wins)
        progress.report((index + 1) / count * 0.9, message("Fusing"))
    picture = np.asarray(base_sum / count, dtype=np.float32)
    for band in reversed(bands):
        picture = _expand(picture, band.shape)
        picture += band
        progress.checkpoint()
    margin = 1.0 - np.maximum(runner_up, 0.0) / (strongest + 1e-12)
    confidence = np.rint(np.clip(margin, 0, 1) * 255).astype(np.uint8)
    progress.report(1.0, message("Fusing"))
    full = (width, height)
    return picture, Provenance(
        np.asarray(cv2.resize(source, full, interpolation=cv2.INTER_NEAREST), np.uint16),
        np.asarray(cv2.resize(confidence, full, interpolation=cv2.INTER_NEAREST), np.uint8),
        np.zeros((height, width), np.uint8),
    )


def _laplacian(frame: FloatArray, levels: int) -> list[FloatArray]:
    """Bands from fine to coarse, the last one the reduced picture itself."""
    pyramid = []
    for _ in range(levels):
        reduced = np.asarray(cv2.pyrDown(frame), dtype=np.float32)
        band = _expand(reduced, frame.shape)
        pyramid.append(np.asarray(cv2.subtract(frame, band, dst=band), dtype=np.float32))
        frame = reduced
    return [*pyramid, frame]


def _expand(reduced: NDArray[np.floating], shape: tuple[int, ...]) -> FloatArray:
    up = cv2.pyrUp(np.asarray(reduced, dtype=np.float32), dstsize=(shape[1], shape[0]))
    return np.asarray(up, dtype=np.float32)


def _energy(band: FloatArray) -> FloatArray:
    """(H, W) energy of a band's luminance in a Gaussian window."""
    plane = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY)
    squared = cv2.multiply(plane, plane, dst=plane)
    return np.asarray(cv2.GaussianBlur(squared, (0, 0), _ENERGY_SIGMA_PX), dtype=np.float32)
