"""The veil that a defocused foreground lays over what is sharp behind it, taken off.

What a frame shows beside a nearer subject is (1 - a) B + V: the sharp background B, and over it the
subject blurred to discs, with the opacity a and the light V. Another frame shows the subject sharp.
Its matte and its light, spread over discs of the right radius, are a and V (the model of partial
occlusion of Asada, Fujiwara and Matsuyama, "Seeing behind occluding edges", 1998), so B can be had.
All of it in linear light.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.kinds import namespace, zeros
from focusstack_app.core.model import FloatArray
from focusstack_app.core.srgb import encoded
from focusstack_app.engine.filters import (
    accumulate,
    box,
    enlarged,
    eroded,
    filtered,
    gaussian_around,
    least,
    times,
)
from focusstack_app.engine.pixels import cell_means

Focus = NDArray[np.float64]

LEAST_RADIUS_PX = 1.5  # below it nothing is veiled, from twice as much on all is
MOST_RADIUS_PX = 128.0
DENSEST_VEIL = 0.8
_LEAST_LIGHT = 0.05  # share of what a frame shows that is left at least
_ALIKE, _ALIKE_PX = 0.1, 0.5  # difference of radii, as a share or in px
_LARGE = 8.0  # cells
_AROUND = 3  # cells around one that must be able to hold its veil
_FAMILIAR = 12.0  # cells, sigma of what is around one, for the colours that occur there
_PATCH = 4  # cells around one whose colours are asked together
CREDIBLE_CELLS = 3 * round(_FAMILIAR) + _PATCH + 2 * _AROUND  # that bear on what is `credible`
_SHOWN = 0.5  # share from which a frame counts as shown
_UNVEILED = 0.25  # opacity from which a place tells nothing of the colours around
_ENOUGH = 0.1  # share of what is around that must tell
_VARIETY = 0.15  # of colours there is at least, as ratios (natural logarithms)
_ALIEN = 3.0  # standard deviations from the colours around at which half is doubted
_DARK = 0.002  # linear light that is lost in noise
_DARKEST = 1e-4
_FARTHEST = 400.0  # square of a distance in standard deviations
_FLOOR = 1e-6
_SUBSAMPLES = 8


@functools.lru_cache(512)
def disc(radius: float) -> FloatArray:
    """A disc of a radius in cells as an odd square kernel of sum 1, smooth at its border."""
    reach = math.ceil(radius + 0.5)
    at = (np.arange((2 * reach + 1) * _SUBSAMPLES) + 0.5) / _SUBSAMPLES - reach - 0.5
    inside = (np.square(at)[:, None] + np.square(at) <= radius**2).astype(np.float32)
    side = 2 * reach + 1
    kernel = inside.reshape(side, _SUBSAMPLES, side, _SUBSAMPLES).mean(axis=(1, 3))
    return np.asarray(kernel / kernel.sum(), np.float32)


def blurred(planes: FloatArray, radius: float) -> FloatArray:
    """(H, W) or (H, W, C) spread over discs of a radius in cells, mirrored at the borders.

    Large discs are drawn on a grid of half the size, as often as it takes: it does not show.
    """
    if radius > _LARGE:
        height, width = planes.shape[:2]
        return enlarged(blurred(cell_means(planes, 2), radius / 2), 2)[:height, :width]
    return filtered(planes, disc(round(radius, 2)))


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is sharp in one frame, on a grid of cells.

    Attributes:
        focus: Of the frame, in px of blur; larger is nearer.
        light: (h, w, 3) float32 of the whole frame, linear.
        matte: (h, w) float32, what is sharp in it.
    """

    focus: float
    light: FloatArray
    matte: FloatArray

    @functools.cached_property
    def planes(self) -> FloatArray:
        """(h, w, 4): the light times the matte; the matte."""
        matte = self.matte[..., None]
        both: FloatArray = namespace(matte).concatenate([self.light * matte, matte], 2)
        return both

    def part(self, rows: slice, columns: slice) -> Sheet:
        """The same in some rows and columns."""
        return replace(self, light=self.light[rows, columns], matte=self.matte[rows, columns])


class _Front(NamedTuple):
    """Sheets that are about equally near: the radius of their discs in px, and their planes."""

    radius: float
    planes: FloatArray


def reach_px(focus: Focus, cell_px: int) -> int:
    """How far away a subject may lie and still bear on the veil over a pixel; 0 if none is."""
    known = focus[np.isfinite(focus)]
    widest = float(np.ptp(known)) if len(known) else 0.0
    if widest <= LEAST_RADIUS_PX:
        return 0
    return math.ceil(min(widest, MOST_RADIUS_PX)) + credible_px(cell_px)


def credible_px(cell_px: int) -> int:
    """How far around a pixel it is asked what is `credible`."""
    return (CREDIBLE_CELLS + 2) * cell_px


def veil_over(own: Sheet, sheets: Sequence[Sheet], cell_px: int) -> FloatArray | None:
    """The veil over a frame.

    Args:
        own: Of the frame.
        sheets: Of all frames; those that are not nearer do not count.
        cell_px: Edge of a cell of the grid in pixels.

    Returns:
        (h, w, 4) float32, light and opacity; None if nothing is in front.
    """
    fronts = _fronts(own, sheets)
    if not fronts:
        return None
    veil = zeros(own.matte, (*own.matte.shape, 4))
    for front in fronts:
        spread = blurred(front.planes, min(front.radius, MOST_RADIUS_PX) / cell_px)
        spread = spread * min((front.radius - LEAST_RADIUS_PX) / LEAST_RADIUS_PX, 1.0)
        accumulate(veil, 1 - veil[..., 3], spread)
    return veil


def lifted(light: FloatArray, veil: FloatArray) -> FloatArray:
    """What lies behind a veil, linear, (h, w, 3), from (h, w, 3) light as seen and (h, w, 4)."""
    xp = namespace(light)
    gain = 1 / (1 - xp.clip(veil[..., 3], None, DENSEST_VEIL))
    behind: FloatArray = xp.maximum(times(light - veil[..., :3], gain), _LEAST_LIGHT * light)
    return behind


def credible(own: Sheet, veil: FloatArray) -> FloatArray:
    """(h, w) in [0, 1]: whether it can be believed what lies behind the veil over a frame.

    Not where the veil has more light than the frame shows, or where what lies behind is of colours
    that do not occur around, where there is no veil: the subject is not lit, or not shaped, as this
    model of it says. A glint, say, shows one frame less than it sends into another.
    """
    ratio = least((own.light + _DARK) / (veil[..., :3] + _DARK))
    ratio = namespace(ratio).clip(ratio, None, 1) * _familiar(own, veil)
    ratio[own.matte < _SHOWN] = 1
    return box(eroded(ratio, _AROUND), _AROUND)


def _familiar(own: Sheet, veil: FloatArray) -> FloatArray:
    """(h, w) in [0, 1]: whether what lies behind a veil has colours that occur around there."""
    xp = namespace(veil)
    logs = xp.log(lifted(own.light, veil) + 2 * _DARK)
    hues = logs[..., ::2] - logs[..., 1:2]
    telling = own.matte * xp.clip(1 - veil[..., 3] / _UNVEILED, 0, None)
    known = gaussian_around(telling, _FAMILIAR)
    share = xp.clip(known, _FLOOR, None)[..., None]
    mean = gaussian_around(hues * telling[..., None], _FAMILIAR) / share
    squares = gaussian_around(xp.square(hues) * telling[..., None], _FAMILIAR) / share
    variance = xp.clip(squares - xp.square(mean), 0, None) + _VARIETY**2
    distance = xp.amax(xp.square(hues - mean) / variance, 2)
    distance = box(xp.clip(distance, None, _FARTHEST), _PATCH)
    alien = 1 - 1 / (1 + xp.square(distance / _ALIEN**2))
    familiar: FloatArray = 1 - xp.clip(known / _ENOUGH, None, 1) * alien
    return familiar


def _fronts(own: Sheet, sheets: Sequence[Sheet]) -> list[_Front]:
    """What is in front, nearest first; what is about as near as the last one is one with it."""
    fronts: list[_Front] = []
    for sheet in sorted(sheets, key=lambda sheet: -sheet.focus):
        radius = sheet.focus - own.focus
        if radius <= LEAST_RADIUS_PX:
            break
        last = fronts[-1] if fronts else None
        if last and last.radius - radius < max(_ALIKE_PX, _ALIKE * last.radius):
            fronts[-1] = last._replace(planes=last.planes + sheet.planes)
        else:
            fronts.append(_Front(radius, sheet.planes))
    return fronts


def from_linear(light: FloatArray) -> FloatArray:
    """Linear light, clipped to [0, 1], display-encoded."""
    there: FloatArray = encoded(namespace(light).clip(light, _DARKEST, None))
    return there
