"""From the decoded fusion back to source pixels: faithful and strict compositing.

Per pixel, a source frame counts by the weight that the fusion gave it and by how well it agrees
with the decoded fusion in a small window. Faithful mode then takes off the veil that a defocused
foreground lays over what is sharp behind it, and takes the decoded (synthesised) pixel where the
network says that no frame is as good; strict mode does neither.
The picture is made in bands of rows, frames folded in one at a time, so that memory does not grow
with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from focusstack_app.core.fusion import Provenance
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.pixels import to_float

WINDOW_SIGMA_PX = 2.0
_HALO_PX = 8  # that the window reaches
_BAND_PX = 256
_FLOOR = 1e-6
_MEAN = np.full((1, 3), 1 / 3, np.float32)
_DARKEST = 1e-4
_INVISIBLE = 1 / 512  # a share of the result that is not worth the work
_VISIBLE = 0.1  # a change of colour, display-encoded, that counts as made by the network


def composite(
    fusion: LatentFusion,
    frames: Sequence[Planes],
    *,
    agreement_rmse: float,
    synthesise: bool,
    progress: Progress,
) -> tuple[FloatArray, Provenance]:
    """Weigh source pixels by the fusion's choice and their agreement with the decoded picture.

    Args:
        fusion: Decoded picture and weights of N frames.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded.
        agreement_rmse: Distance from the decoded picture that still counts as agreement.
        synthesise: Take off the veil, and take decoded pixels where the fusion says so (faithful),
            or neither (strict).
        progress: Reported per band.

    Returns:
        The picture, (H, W, 3) float32, not clipped, and its provenance.
    """
    height, width = fusion.picture.shape[:2]
    variance = np.float32(2.0 * agreement_rmse**2)
    picture = np.zeros((height, width, 3), np.float32)
    provenance = _empty_provenance(height, width)
    for top, bottom in _bands(height):
        above, below = max(0, top - _HALO_PX), min(height, bottom + _HALO_PX)
        own = slice(top - above, bottom - above)
        guide = fusion.picture[above:below]
        total = np.zeros((bottom - top, width), np.float32)
        strongest = np.zeros((bottom - top, width), np.float32)
        band = picture[top:bottom]
        source = provenance.source_index[top:bottom]
        unveil, made = (
            _enlarged(plane, fusion.cell_px, top, bottom, width)
            if synthesise
            else np.zeros_like(total)
            for plane in fusion.mix
        )
        veiled = bool(unveil.max() > _INVISIBLE)
        carrier = np.zeros_like(band if veiled else band[:0])
        for index, frame in enumerate(frames):
            progress.checkpoint()
            pixels = to_float(frame[above:below])
            error = cv2.GaussianBlur(_squared_distance(pixels, guide), (0, 0), WINDOW_SIGMA_PX)[own]
            weight = _enlarged(fusion.weights[index], fusion.cell_px, top, bottom, width)
            weight = (weight + _FLOOR) / (1.0 + error / variance) ** 2
            _accumulate(band, weight, pixels[own])
            total += weight
            wins = weight > strongest
            source[wins] = index
            np.copyto(strongest, weight, where=wins)
            if veiled:
                share = _enlarged(fusion.carriers[index], fusion.cell_px, top, bottom, width)
                _accumulate(carrier, share, pixels[own])
        band /= total[..., None]
        provenance.confidence[top:bottom] = np.rint(strongest / total * 255)
        if synthesise:
            lifted = made[..., None] * (guide[own] - band)
            if veiled:
                change = _unveiled(fusion, carrier, top, bottom) - band
                lifted += unveil[..., None] * change
                made = made + unveil * np.minimum(np.abs(change).mean(axis=2) / _VISIBLE, 1)
            band += lifted
            provenance.synthesised[top:bottom] = np.rint(np.clip(made, 0, 1) * 255)
        progress.report(bottom / height, "Compositing")
    return picture, provenance


def _squared_distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """(H, W) mean over the colours; several times faster than NumPy's."""
    difference = cv2.subtract(one, other)
    cv2.multiply(difference, difference, dst=difference)
    return np.asarray(cv2.transform(difference, _MEAN), dtype=np.float32)


def _accumulate(total: FloatArray, weight: FloatArray, pixels: FloatArray) -> None:
    """Add (H, W) weights times (H, W, 3) pixels in place."""
    cv2.accumulateProduct(cv2.merge((weight, weight, weight)), pixels, total)


def _unveiled(fusion: LatentFusion, carrier: FloatArray, top: int, bottom: int) -> FloatArray:
    """Rows `top` to `bottom` of what lies behind the veil, (rows, W, 3), display-encoded."""
    width = carrier.shape[1]
    opacity, *light = (
        _enlarged(plane, fusion.cell_px, top, bottom, width) for plane in fusion.veil
    )
    behind = (np.square(carrier) - np.stack(light, axis=-1)) / (1 - opacity[..., None])
    return np.asarray(np.sqrt(np.clip(behind, _DARKEST, 1)))


def generative_provenance(fusion: LatentFusion) -> Provenance:
    """The origin map of the decoded picture itself: the frame with the largest weight."""
    height, width = fusion.picture.shape[:2]
    provenance = _empty_provenance(height, width)
    provenance.synthesised[:] = 255
    for top, bottom in _bands(height):
        strongest = np.full((bottom - top, width), -1.0, np.float32)
        for index, weights in enumerate(fusion.weights):
            weight = _enlarged(weights, fusion.cell_px, top, bottom, width)
            wins = weight > strongest
            provenance.source_index[top:bottom][wins] = index
            np.copyto(strongest, weight, where=wins)
        provenance.confidence[top:bottom] = np.rint(np.clip(strongest, 0, 1) * 255)
    return provenance


def _empty_provenance(height: int, width: int) -> Provenance:
    return Provenance(
        np.zeros((height, width), np.uint16),
        np.zeros((height, width), np.uint8),
        np.zeros((height, width), np.uint8),
    )


def _bands(height: int) -> Iterator[tuple[int, int]]:
    """First and last row of each band."""
    return ((top, min(height, top + _BAND_PX)) for top in range(0, height, _BAND_PX))


def _enlarged(weights: Planes, cell_px: int, top: int, bottom: int, width: int) -> FloatArray:
    """Rows `top` to `bottom` of (h, w) weights at pixel resolution; `top` is on the grid."""
    first = max(0, top // cell_px - 1)
    part = weights[first : -(-bottom // cell_px) + 1]
    full = cv2.resize(
        np.asarray(part, dtype=np.float32),
        (part.shape[1] * cell_px, part.shape[0] * cell_px),
        interpolation=cv2.INTER_LINEAR,
    )
    start = top - first * cell_px
    return np.asarray(full[start : start + bottom - top, :width], dtype=np.float32)
