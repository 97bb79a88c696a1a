"""Results of one scene on each other, so that one can be painted into another.

Their frames become one stack; what a pixel comes from is said by its position in that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionResult, Placement, Provenance
from focusstack_app.engine.retouch import Layer


def lies_on(result: FusionResult, other: FusionResult) -> bool:
    """Whether another result shows the scene in the same place, size and colour space.

    It does where its reference is that of `result`, or a frame that fits it as it is.
    """
    stack, reference = result.request.stack, _reference(other.request.stack)
    if reference not in stack.sources or result.icc_profile != other.icc_profile:
        return False
    index = stack.sources.index(reference)
    return index == stack.reference or not _moved(result, reference)


def joined_stack(result: FusionResult, others: Sequence[FusionResult]) -> Stack:
    """The frames of a result and of those that lie on it, each after its former neighbour."""
    stack = result.request.stack
    sources = list(stack.sources)
    for other in others:
        before = 0
        for source in other.request.stack.sources:
            if source not in sources:
                sources.insert(before, source)
            before = sources.index(source) + 1
    return Stack(tuple(sources), sources.index(_reference(stack)))


def layer_of(result: FusionResult, stack: Stack) -> Layer:
    """A result, to be painted or painted on.

    Args:
        result: Its pixels are not copied.
        stack: Has all of its frames; the layer's positions are those in it.
    """
    layer = Layer.of(result.picture, result.provenance)
    if stack.sources == result.request.stack.sources:
        return layer
    return layer._replace(source_index=_positions(result.request.stack, stack)[layer.source_index])


def laid_over(result: FusionResult, other: FusionResult, stack: Stack) -> Layer:
    """Another result as it lies on `result`; where it shows nothing, the layer is `result`.

    Args:
        result: Gives size and place.
        other: Lies on it.
        stack: Has the frames of both.
    """
    layer = layer_of(other, stack)
    top, left = (mine - its for mine, its in zip(_corner(result), _corner(other), strict=True))
    height, width = result.picture.shape[:2]
    if (top, left) == (0, 0) and other.picture.shape == result.picture.shape:
        return layer
    whole = layer_of(result, stack).copy()
    rows, columns = (
        slice(max(0, -start), min(size, its - start))
        for start, size, its in zip((top, left), (height, width), other.picture.shape, strict=False)
    )
    there = (
        slice(rows.start + top, rows.stop + top),
        slice(columns.start + left, columns.stop + left),
    )
    whole.put((rows, columns), layer.part(there))
    return whole


def painted_result(
    result: FusionResult, painted: Layer, stack: Stack, others: Sequence[FusionResult]
) -> FusionResult:
    """What was painted on a result, as a result; frames of others come in where they show.

    Args:
        result: What was painted on.
        painted: Takes its place; positions are those in `stack`.
        stack: Has the frames of `result` and of the others.
        others: What may have been painted, besides frames.
    """
    own = result.request.stack.sources
    sources = tuple(
        source
        for index, source in enumerate(stack.sources)
        if source in own or (painted.source_index == index).any()
    )
    if sources != stack.sources:
        table = _positions(stack, Stack(sources))
        painted = painted._replace(source_index=table[painted.source_index])
    made = replace(
        result, picture=painted.pixels, provenance=Provenance(*painted[1:]), retouched=True
    )
    if sources == own:
        return made
    known = [(source, next(r for r in (result, *others) if _has(r, source))) for source in sources]
    placement = Placement(
        np.stack([_pose(maker, source)[0] for source, maker in known]),
        np.stack([_pose(maker, source)[1] for source, maker in known]),
        tuple(index for index, (source, maker) in enumerate(known) if _moved(maker, source)),
        *_corner(result),
    )
    joined = Stack(sources, sources.index(_reference(result.request.stack)))
    request = replace(result.request, stack=joined, registration=None)
    return replace(made, request=request, placement=placement, registration=None)


def _reference(stack: Stack) -> FrameSource:
    return stack.sources[stack.reference]


def _has(result: FusionResult, source: FrameSource) -> bool:
    return source in result.request.stack.sources


def _moved(result: FusionResult, source: FrameSource) -> bool:
    """Whether a frame of a result was resampled."""
    index = result.request.stack.sources.index(source)
    return result.placement is not None and index in result.placement.moved


def _pose(
    result: FusionResult, source: FrameSource
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transform and gains of a frame of a result."""
    if result.placement is None:
        return np.eye(3), np.ones(3)
    index = result.request.stack.sources.index(source)
    return result.placement.frame_from_reference[index], result.placement.gains[index]


def _corner(result: FusionResult) -> tuple[int, int]:
    """First row and column of the reference that a result shows."""
    placement = result.placement
    return (placement.top_px, placement.left_px) if placement is not None else (0, 0)


def _positions(stack: Stack, joined: Stack) -> NDArray[np.uint16]:
    """(N,) position in `joined` of each frame of `stack`; 0 where it is not in it."""
    places = {source: index for index, source in enumerate(joined.sources)}
    return np.array([places.get(source, 0) for source in stack.sources], np.uint16)
