"""From the decoded fusion back to source pixels: faithful and strict compositing.

Per pixel, a source frame counts by the weight that the fusion gave it and by how well it agrees
with the decoded fusion in a small window. Where the network says that no frame is as good as the
decoded (synthesised) pixel, faithful mode takes that one; strict mode never does.
Frames are folded in one at a time, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from focusstack_app.core.fusion import Provenance
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.latent_fusion import LatentFusion

WINDOW_SIGMA_PX = 2.0
_FLOOR = 1e-6


def composite(
    fusion: LatentFusion,
    read: Callable[[int], FloatArray],
    *,
    agreement_rmse: float,
    synthesise: bool,
    progress: Progress,
) -> tuple[FloatArray, Provenance]:
    """Weigh source pixels by the fusion's choice and their agreement with the decoded picture.

    Args:
        fusion: Decoded picture and weights of N frames.
        read: Gives frame i, (H, W, 3) float32, display-encoded, [0, 1]; called once per frame.
        agreement_rmse: Distance from the decoded picture that still counts as agreement.
        synthesise: Take decoded pixels where the fusion says so (faithful) or never (strict).
        progress: Reported per frame.

    Returns:
        The picture, (H, W, 3) float32, not clipped, and its provenance.
    """
    guide = fusion.picture
    height, width = guide.shape[:2]
    variance = np.float32(2.0 * agreement_rmse**2)
    total = np.zeros((height, width), np.float32)
    strongest = np.zeros((height, width), np.float32)
    source = np.zeros((height, width), np.uint16)
    picture = np.zeros((height, width, 3), np.float32)
    count = len(fusion.weights)
    for index in range(count):
        frame = read(index)
        error = cv2.GaussianBlur(
            np.square(frame - guide).mean(axis=2, dtype=np.float32), (0, 0), WINDOW_SIGMA_PX
        )
        weight = _enlarged(fusion.weights[index], fusion.cell_px, height, width)
        weight = (weight + _FLOOR) / (1.0 + error / variance) ** 2
        picture += weight[..., None] * frame
        total += weight
        wins = weight > strongest
        source[wins] = index
        np.copyto(strongest, weight, where=wins)
        progress.report((index + 1) / count, "Compositing")
    picture /= total[..., None]
    synthesised = np.zeros((height, width), np.float32)
    if synthesise:
        synthesised = _enlarged(fusion.synthesis, fusion.cell_px, height, width)
        picture += synthesised[..., None] * (guide - picture)
    return picture, Provenance(
        source,
        np.rint(strongest / total * 255).astype(np.uint8),
        np.rint(synthesised * 255).astype(np.uint8),
    )


def generative_provenance(fusion: LatentFusion) -> Provenance:
    """The origin map of the decoded picture itself: the frame with the largest weight."""
    height, width = fusion.picture.shape[:2]
    source = np.zeros((height, width), np.uint16)
    strongest = np.full((height, width), -1.0, np.float32)
    for index, weights in enumerate(fusion.weights):
        weight = _enlarged(weights, fusion.cell_px, height, width)
        wins = weight > strongest
        source[wins] = index
        np.copyto(strongest, weight, where=wins)
    confidence = np.rint(np.clip(strongest, 0, 1) * 255).astype(np.uint8)
    return Provenance(source, confidence, np.full((height, width), 255, np.uint8))


def _enlarged(weights: FloatArray, cell_px: int, height: int, width: int) -> FloatArray:
    """(h, w) weights at pixel resolution, cropped to the picture."""
    full = cv2.resize(
        weights,
        (weights.shape[1] * cell_px, weights.shape[0] * cell_px),
        interpolation=cv2.INTER_LINEAR,
    )
    return np.asarray(full[:height, :width], dtype=np.float32)
