"""Planes of two frames made equally sharp: what differs between them then is where they lie.

Defocus in linear light blurs evenly to all sides and moves nothing, but what is sharp in one frame
only has an outline that seems to grow or shrink beside the same one blurred, and misleads a
comparison by up to a pixel. So each plane is blurred where it is the sharper one, as much as brings
it closest to the other.

Where blur grows from place to place, it matters whose it is: light is spread by the blur of where
it comes from, and a pixel that is blurred by its own gets more from the side that is sharper. That
draws pictures of a slanted ground to one side, by a quarter of how fast the radius's square grows.
Where depth jumps, spreading errs more: what is nearer hides some of that light, and nobody knows
here what is. So both are done, and the mean is taken, but of places near such a jump.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from focusstack_app.core.kinds import as_float32, namespace, of_kind
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.filters import enlarged
from focusstack_app.engine.points import seen_at, smoothed
from focusstack_app.engine.warps import Warp

_REACHES_PX = (1, 2, 3, 4, 6, 9, 12)  # of squares that are averaged over twice: a ladder of blurs
# How much sharpness counts beside what is seen. By that alone, planes that do not lie on each other
# yet are most alike where one of them shows nothing.
_SHARPNESS = 3.0
_ROUNDING = 1e-7  # squares of light: where all is flat, nothing is blurred
_STEP_PX = 2  # between the places where planes are compared
_AROUND = 5  # steps: how far places are compared together
_SMOOTH = 3  # steps: how slowly blur changes
_WIDE = 9  # steps: how far around a jump of blur matters
_JUMP = 1.0  # steps of the ladder beside what is around, on the mean: light is not spread there
_LEAST_SHARE = 1e-6


def equally_sharp(
    templates: FloatArray, moved: FloatArray, placed: Warp
) -> tuple[FloatArray, FloatArray]:
    """Both planes of N pairs, each blurred where the other one is.

    Args:
        templates: (N, H, W), in linear light.
        moved: (N, H, W).
        placed: Where points of the templates lie on these, nearly.

    Returns:
        Two of (N, H, W).
    """
    xp = namespace(templates)
    sharp_to_soft, moved_to_soft = _ladder(templates), _ladder(moved)
    here = [planes[:, ::_STEP_PX, ::_STEP_PX] for planes in sharp_to_soft]
    size_px = templates.shape[1], templates.shape[2]
    brighter = templates.mean((1, 2)) / xp.clip(moved.mean((1, 2)), 1e-6, None)
    there = [
        planes * brighter[:, None, None] for planes in _seen(placed, moved_to_soft, size_px, 1)
    ]
    details, details_there = (
        [as_float32(_around((planes - own[-1]) ** 2) ** 0.5) for planes in own]
        for own in (here, there)
    )

    def unlike(step: int, step_there: int) -> FloatArray:
        """How much planes differ around each place, in what is seen and in how sharp it is."""
        apart = details[step] - details_there[step_there]
        return as_float32(_around((here[step] - there[step_there]) ** 2) + _SHARPNESS * apart**2)

    least = unlike(0, 0)
    # Steps of the ladder; below zero they are those of the moved plane.
    blur = as_float32(xp.zeros_like(least))
    for step in range(1, len(here)):
        for own, steps in ((step, (step, 0)), (-step, (0, step))):
            this = unlike(*steps)
            less = this < least - _ROUNDING
            blur, least = xp.where(less, float(own), blur), xp.where(less, this, least)
    blur = smoothed(blur, _SMOOTH)
    (of_moved,) = _seen(placed.back(), [xp.clip(-blur, 0, None)], size_px, _STEP_PX)
    return _blurred(sharp_to_soft, xp.clip(blur, 0, None)), _blurred(moved_to_soft, of_moved)


def _ladder(planes: FloatArray) -> list[FloatArray]:
    return [planes, *(smoothed(planes, reach) for reach in _REACHES_PX)]


def _around(planes: FloatArray) -> FloatArray:
    around = smoothed(planes, _AROUND)
    return around * (around > 0)  # what is rounded may be less than nothing


def _seen(
    placed: Warp,
    lots: Sequence[FloatArray],
    size_px: tuple[int, int],
    pitch_px: int,
) -> list[FloatArray]:
    """What lies at every second pixel of N planes, in each of several lots of N others.

    Args:
        placed: Where the planes lie on the others.
        lots: Of (N, h, w).
        size_px: (height, width) of the planes, and of the others.
        pitch_px: Between the values of the others.
    """
    height, width = size_px
    rows, columns = (np.arange(0, side, _STEP_PX, dtype=np.float64) for side in size_px)
    y, x = np.meshgrid(rows - (height - 1) / 2, columns - (width - 1) / 2, indexing="ij")
    every = np.ones((len(lots[0]), 1))
    places = placed.place(*(of_kind(lots[0], every * own.ravel()) for own in (x, y)))
    xp = namespace(lots[0])
    at_x, at_y = (
        xp.round(xp.clip(own + (side - 1) / 2, 0, side - 1) * (32 / pitch_px)) / 32
        for own, side in zip(places, (width, height), strict=True)
    )
    shape = len(lots[0]), len(rows), len(columns)
    return [as_float32(seen).reshape(shape) for seen in seen_at(at_x, at_y, lots)]


def _blurred(ladder: Sequence[FloatArray], blur: FloatArray) -> FloatArray:
    """(N, H, W) between the steps of a ladder of planes.

    Args:
        ladder: From sharp to soft.
        blur: (N, h, w) steps, at every second pixel.
    """
    xp, sharp = namespace(blur), ladder[0]
    height, width = sharp.shape[1:]

    def in_full(planes: FloatArray) -> FloatArray:
        full = xp.stack([enlarged(own, _STEP_PX)[:height, :width] for own in planes], 0)
        return as_float32(full)

    steps = in_full(blur)
    own = xp.clip(1 - steps, 0, 1)
    gathered, spread, share = sharp * own, sharp * own, own
    reached = float(steps.max())
    for step, (reach, planes) in enumerate(zip(_REACHES_PX, ladder[1:], strict=True), start=1):
        if step >= reached + 1:
            break
        own = xp.clip(1 - xp.abs(steps - step), 0, 1)
        light, lit = smoothed(sharp * own, reach), smoothed(own, reach)
        gathered, spread, share = gathered + planes * own, spread + light, share + lit
    uneven = smoothed(xp.abs(blur - smoothed(blur, _WIDE)), _WIDE)
    part = in_full(xp.clip(1 - uneven / _JUMP, 0, 1)) / 2
    blurred: FloatArray = gathered + part * (spread / xp.clip(share, _LEAST_SHARE, None) - gathered)
    return blurred
