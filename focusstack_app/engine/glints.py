"""Glints that the fusion leaves out: small bright spots on what is sharp around them.

Out of focus a glint is a disc or a ring. For a few cells amid a part whose frame it is sure of, the
network may take another frame, with the dark middle of such a ring: the glint is hollow in the
result, or gone. Those holes of a weight are found by morphological closing, and the glints of the
frame by opening (the top-hat of Meyer, 1979). Both go along lines in four directions, and all of
them must agree: what is longer than a line is no spot, but a hair or an edge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from focusstack_app.core.kinds import as_float32, namespace, zeros
from focusstack_app.core.model import FloatArray
from focusstack_app.core.planes import Planes
from focusstack_app.core.region import Region
from focusstack_app.engine.pixels import cell_means, grey, to_float

_DIRECTIONS = (0, 1), (1, 0), (1, 1), (1, -1)
# Cells from the middle of a line to its ends: what is longer than twice that is no spot.
_HOLE_REACH, _GLINT_REACH = 2, 4
_BORDER_CELLS = 2 * _GLINT_REACH  # of the picture, where no spot is looked for
_LACKING = 0.3, 0.7  # of the weight: no hole, and surely one
_ABOVE = 0.06, 0.16  # what is around, display-encoded: no glint, and surely one
_LIGHT = 0.5, 0.7  # of a glint


def left_out_glints(
    weight: Planes, corner: tuple[int, int], frame: Planes, cells: Region, cell_px: int
) -> FloatArray | None:
    """Where a frame has glints that its weight leaves out.

    Args:
        weight: Of the frame, on a grid of cells, in [0, 1].
        corner: First row and column of the grid that it covers.
        frame: (H, W, 3) uint8 or uint16, display-encoded.
        cells: The part that is asked for.
        cell_px: Edge of a cell.

    Returns:
        (h, w) of the part, in [0, 1]; None where there are none. What is next to the border of the
        picture is not looked at.
    """
    height, width = (-(-length // cell_px) for length in frame.shape[:2])
    whole, border = Region(0, 0, height, width), _BORDER_CELLS
    if min(height, width) <= 2 * border:
        return None
    looked_at = Region(border, border, height - border, width - border)
    if not cells.overlaps(looked_at):
        return None
    inner = cells.grown(0, looked_at)
    top, left = corner
    around = inner.grown(2 * _HOLE_REACH, whole).seen_from(Region(top, left, top + 1, left + 1))
    own = as_float32(weight[around.slices])
    lacking = _without_spots(own, _HOLE_REACH, dark=True) - _middle(own, 2 * _HOLE_REACH)
    holes = _ramp(lacking, _LACKING)
    if not holes.max() > 0:
        return None
    seen = inner.grown(2 * _GLINT_REACH, whole).scaled(cell_px).slices
    light = cell_means(grey(to_float(frame[seen])), cell_px)
    shown = _middle(light, 2 * _GLINT_REACH)
    above = shown - _without_spots(light, _GLINT_REACH, dark=False)
    glints = holes * _ramp(above, _ABOVE) * _ramp(shown, _LIGHT)
    if not glints.max() > 0:
        return None
    found = zeros(glints, (cells.height, cells.width))
    found[inner.seen_from(cells).slices] = glints
    return found


def _without_spots(plane: FloatArray, reach: int, *, dark: bool) -> FloatArray:
    """(h - 4 reach, w - 4 reach): a plane closed where it is dark, or opened where it is bright."""
    xp = namespace(plane)
    first, then = (xp.maximum, xp.minimum) if dark else (xp.minimum, xp.maximum)
    found: Any = None
    for step in _DIRECTIONS:
        along = _along(_along(plane, step, reach, first), step, reach, then)
        found = along if found is None else then(found, along)
    without: FloatArray = found
    return without


def _along(
    plane: FloatArray, step: tuple[int, int], reach: int, most: Callable[[Any, Any], Any]
) -> FloatArray:
    """(h - 2 reach, w - 2 reach): greatest or least values of lines in a direction."""
    height, width = (length - 2 * reach for length in plane.shape)
    found: Any = None
    for at in range(-reach, reach + 1):
        down, across = (reach + at * one for one in step)
        there = plane[down : down + height, across : across + width]
        found = there if found is None else most(found, there)
    along: FloatArray = found
    return along


def _middle(plane: FloatArray, border: int) -> FloatArray:
    """A plane without its border."""
    return plane[border:-border, border:-border]


def _ramp(values: FloatArray, ends: tuple[float, float]) -> FloatArray:
    """0 up to one end, 1 from the other one on."""
    nothing, all_of_it = ends
    share: FloatArray = namespace(values).clip((values - nothing) / (all_of_it - nothing), 0, 1)
    return share
