"""What is wrong with a stack, told before the long work: from registered proxies, no model.

The proxies are compared block by block: the energy of the Laplacian of a block along the stack is
its focus curve (Nayar and Nakagawa, "Shape from focus", 1994).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import Registration
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import LEAST_GAIN, MOST_GAIN, exposures, rescaled
from focusstack_app.engine.chain import correlation
from focusstack_app.engine.opencv import in_our_threads_only
from focusstack_app.engine.pixels import reduced_to, to_float
from focusstack_app.engine.resampling import warped

_BLOCK_PX = 32
_SAME_RMSE = 1e-3  # a quarter of an 8-bit step: the same picture, encoded twice
_JUMP_EV = 0.3
_NEARLY_SHARPEST = 0.35  # of a block's largest energy
_FLOOR = 1e-6  # energy of a block without texture
_WIDE_STEP = 0.2  # what neighbours share, against what they share elsewhere in the stack
_AFAR_PX = 100  # longer side of copies in which focus hardly shows
_ALIKE = 0.6  # correlation of such copies of two frames of a stack
_LEAST_FRAMES = 5  # to know what is usual in a stack


class Trouble(StrEnum):
    """What can be wrong with a frame."""

    DUPLICATE = "duplicate"
    EXPOSURE = "exposure"
    LIGHT = "light"
    FOREIGN = "foreign"
    NOWHERE_SHARP = "nowhere sharp"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the photographer should know.

    Attributes:
        trouble: What.
        frame: Index in the stack.
        amount: Of EXPOSURE and LIGHT in EV, brighter is positive; else 0.
    """

    trouble: Trouble
    frame: int
    amount: float = 0.0


@in_our_threads_only()
def diagnose(
    proxies: Sequence[Planes],
    registration: Registration | None,
    reference: int,
    progress: Progress,
) -> list[Finding]:
    """Look for frames that do not belong in the stack, and for missing ones.

    Args:
        proxies: Of `align.proxy_of`, one per frame.
        registration: Of these proxies; None where the frames are taken as they lie.
        reference: Index of the reference frame.
        progress: Only checked for cancelling.

    Returns:
        DUPLICATE: the frame shows what the one before it shows. EXPOSURE: it was brighter or
        darker than the reference, and is matched: only told of registered frames. LIGHT: too much
        to be matched. FOREIGN: it shows something else than the others. NOWHERE_SHARP: no part of
        the picture is sharp in it. GAP: the step from the frame before it is much wider than the
        others.

    Raises:
        Cancelled: If the user stopped the job.
    """
    findings = []
    energies = []
    size_px = proxies[0].shape[0], proxies[0].shape[1]
    moved = None if registration is None else rescaled(registration, size_px)
    if registration is not None:
        gains = registration.gains
    else:  # nothing is matched, but a frame without the flash would spoil the picture all the same
        still = np.broadcast_to(np.eye(3), (len(proxies), 3, 3))
        gains = exposures(proxies, still, reference, progress)

    def seen(index: int) -> tuple[bool, NDArray[np.float64]]:
        """Whether a frame shows what the one before it shows; its block energies."""
        proxy = to_float(proxies[index][:])
        energy = _block_energies(proxy, moved, index)
        if index == 0:
            return False, energy
        difference = to_float(proxies[index - 1][:])
        np.subtract(proxy, difference, out=difference)
        np.square(difference, out=difference)
        return bool(np.sqrt(difference.mean()) < _SAME_RMSE), energy

    for index, (again, energy) in enumerate(ahead(seen, range(len(proxies)))):
        progress.checkpoint()
        if again:
            findings.append(Finding(Trouble.DUPLICATE, index))
        own = gains[index]
        stops = -2 * float(np.log2(own.mean()))  # light is about the square of encoded values
        if (own <= LEAST_GAIN).all() or (own >= MOST_GAIN).all():
            findings.append(Finding(Trouble.LIGHT, index, stops))
        elif registration is not None and index != reference and abs(stops) > _JUMP_EV:
            findings.append(Finding(Trouble.EXPOSURE, index, stops))
        energies.append(energy)
    unlike = [f for f in findings if f.trouble is Trouble.LIGHT]
    if 2 * len(unlike) > len(proxies):  # then it is the reference that is unlike the others
        findings = [f for f in findings if f not in unlike]
        findings.append(Finding(Trouble.LIGHT, reference, -unlike[0].amount))
    if moved is not None:
        findings += _foreign(proxies, moved, progress)
    curves = np.stack(energies)
    unsharp = _nowhere_sharp(curves)
    odd = {finding.frame for finding in unsharp}
    odd.update(registration.doubtful if registration is not None else ())
    return [*findings, *unsharp, *_gaps(curves, odd)]


def _block_energies(
    proxy: FloatArray, registration: Registration | None, index: int
) -> NDArray[np.float64]:
    """(blocks,) mean energy of the Laplacian in each block of a proxy, registered at its size."""
    plane = np.asarray(cv2.cvtColor(proxy, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    if registration is not None:
        height, width = plane.shape
        matrix = registration.frame_from_reference[index]
        gain = np.float32(registration.gains[index].mean())
        plane = warped(plane * gain, matrix, (height, width), cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(plane, (0, 0), 0.8)
    energy = np.square(cv2.Laplacian(smooth, cv2.CV_32F))
    height, width = (max(1, side // _BLOCK_PX) for side in energy.shape)
    return cv2.resize(energy, (width, height), interpolation=cv2.INTER_AREA).ravel().astype(float)


def _foreign(
    proxies: Sequence[Planes], registration: Registration, progress: Progress
) -> list[Finding]:
    """Frames that could not be registered and look unlike those beside them.

    What is only blurred, or shows little, looks like them from afar.
    """
    found = []
    sure = [index for index in range(len(proxies)) if index not in registration.doubtful]

    def from_afar(index: int) -> FloatArray:
        proxy = to_float(proxies[index][:])
        height, width = proxy.shape[:2]
        there = warped(
            np.asarray(cv2.cvtColor(proxy, cv2.COLOR_RGB2GRAY), np.float32),
            registration.frame_from_reference[index], (height, width), cv2.INTER_LINEAR,
        )  # fmt: skip
        return reduced_to(there, _AFAR_PX)

    for index in registration.doubtful:
        progress.checkpoint()
        own = from_afar(index)
        beside = sorted(sure, key=lambda other: abs(other - index))[:2]
        if beside and max(correlation(own, from_afar(other)) for other in beside) < _ALIKE:
            found.append(Finding(Trouble.FOREIGN, index))
    return found


def _nowhere_sharp(curves: NDArray[np.float64]) -> list[Finding]:
    """Frames that come near the sharpest one in no textured block."""
    best = curves.max(axis=0)
    textured = best > max(_FLOOR, float(np.quantile(best, 0.3)))
    if not textured.any():
        return []
    near = (curves[:, textured] > _NEARLY_SHARPEST * best[textured]).any(axis=1)
    return [Finding(Trouble.NOWHERE_SHARP, int(index)) for index in np.flatnonzero(~near)]


def _gaps(curves: NDArray[np.float64], odd: Collection[int]) -> list[Finding]:
    """Steps over which less is sharp in both frames than is usual in this stack.

    Steps from and to odd frames are not looked at: those are told of as they are.
    """
    count = len(curves)
    if count < _LEAST_FRAMES:
        return []
    best = curves.max(axis=0)
    peak = curves.argmax(axis=0)
    textured = best > max(_FLOOR, float(np.quantile(best, 0.3)))
    shared = np.full(count - 1, np.nan)
    for step in range(count - 1):
        here = textured & ((peak == step) | (peak == step + 1))
        if here.sum() >= 8 and not {step, step + 1}.intersection(odd):
            pair = curves[step : step + 2, here]
            shared[step] = np.median(pair.min(axis=0) / pair.max(axis=0))
    known = shared[~np.isnan(shared)]
    if len(known) < _LEAST_FRAMES - 1:
        return []
    usual = float(np.median(known))
    return [
        Finding(Trouble.GAP, step + 1)
        for step in range(count - 1)
        if shared[step] < _WIDE_STEP * usual
    ]
