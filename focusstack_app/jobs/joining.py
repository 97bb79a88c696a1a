"""Results of one scene on each other, so that one can be painted into another.

Their frames become one stack; what a pixel comes from is said by its position in that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import Depth, FusionResult, Placement, Provenance
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth import repainted
from focusstack_app.engine.resampling import covered, resample, warped
from focusstack_app.engine.retouch import Layer

_EDGE_PX = 4  # of a resampled picture: the kernel reaches over its border there


class _Pose(NamedTuple):
    """How a frame is seen from a reference.

    Attributes:
        matrix: (3, 3); takes pixel centres of the reference to those of the frame.
        gains: (3,); the frame times these has the exposure of the reference.
        moved: Whether it has to be resampled; else it fits as it is.
    """

    matrix: NDArray[np.float64]
    gains: NDArray[np.float64]
    moved: bool

    def then(self, farther: _Pose) -> _Pose:
        """What is seen from this frame as `farther` says, seen from the reference."""
        return _Pose(
            farther.matrix @ self.matrix, farther.gains * self.gains, farther.moved or self.moved
        )

    def back(self) -> _Pose:
        """The reference seen from the frame."""
        inverse = np.asarray(np.linalg.inv(self.matrix), np.float64)
        return _Pose(inverse, 1 / self.gains, self.moved)


_SAME = _Pose(np.eye(3), np.ones(3), moved=False)


def lies_on(result: FusionResult, other: FusionResult) -> bool:
    """Whether another result can be laid on one: it has the colour space and a common frame.

    One of the two references is to be a frame of both, and to have a place of its own.
    """
    return result.icc_profile == other.icc_profile and _seen(result, other) is not None


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


def laid_over(result: FusionResult, other: FusionResult, stack: Stack, progress: Progress) -> Layer:
    """Another result as it lies on `result`; where it shows nothing, the layer is `result`.

    Args:
        result: Gives size and place.
        other: Lies on it; resampled where its reference does not fit that of `result` as it is.
        stack: Has the frames of both.
        progress: Only checked for cancelling.

    Raises:
        Cancelled: If the user stopped the job.
    """
    layer, pose = layer_of(other, stack), _seen(result, other)
    assert pose is not None
    if pose.moved:
        return _resampled(result, other, layer, pose, layer_of(result, stack).copy(), progress)
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
    provenance = Provenance(*painted[1:])
    made = replace(
        result,
        picture=painted.pixels,
        provenance=provenance,
        depth=_depth_of(result, provenance, Stack(sources)),
        retouched=True,
    )
    if sources == own:
        return made
    known = [(source, next(r for r in (result, *others) if _has(r, source))) for source in sources]
    poses = [_pose_in(result, maker, source) for source, maker in known]
    placement = Placement(
        np.stack([pose.matrix for pose in poses]),
        np.stack([pose.gains for pose in poses]),
        tuple(index for index, pose in enumerate(poses) if pose.moved),
        *_corner(result),
    )
    joined = Stack(sources, sources.index(_reference(result.request.stack)))
    request = replace(result.request, stack=joined, registration=None, slab=None)
    return replace(made, request=request, placement=placement, registration=None)


def _depth_of(result: FusionResult, painted: Provenance, stack: Stack) -> Depth | None:
    """What is known about the depth of a result that was painted on, by positions in a stack."""
    if result.depth is None or result.provenance is None:
        return None
    depth, before = result.depth, result.provenance
    if stack.sources != result.request.stack.sources:
        places = _positions(result.request.stack, stack)
        moved = np.interp(depth.position, np.arange(len(places)), places).astype(np.float32)
        depth = replace(depth, position=moved)
        before = replace(before, source_index=places[before.source_index])
    return repainted(depth, before, painted)


def _reference(stack: Stack) -> FrameSource:
    return stack.sources[stack.reference]


def _has(result: FusionResult, source: FrameSource) -> bool:
    return source in result.request.stack.sources


def _pose(result: FusionResult, source: FrameSource) -> _Pose:
    """A frame of a result, seen from its reference."""
    placement = result.placement
    if placement is None:
        return _SAME
    index = result.request.stack.sources.index(source)
    return _Pose(
        placement.frame_from_reference[index], placement.gains[index], index in placement.moved
    )


def _seen(result: FusionResult, other: FusionResult) -> _Pose | None:
    """The reference of another result, seen from that of a result; None where nobody knows."""
    mine, its = (_reference(made.request.stack) for made in (result, other))
    if mine == its:
        return _SAME
    for maker, frame in ((result, its), (other, mine)):
        if not _has(maker, frame) or _is_doubtful(maker, frame):
            continue
        pose = _pose(maker, frame)
        if not pose.moved:
            return _SAME
        return pose if maker is result else pose.back()
    return None


def _is_doubtful(result: FusionResult, source: FrameSource) -> bool:
    """Whether a frame only has the place of its neighbour."""
    known = result.registration
    return known is not None and result.request.stack.sources.index(source) in known.doubtful


def _pose_in(result: FusionResult, maker: FusionResult, source: FrameSource) -> _Pose:
    """A frame of another result, or of this one, seen from the reference of a result."""
    pose = _pose(maker, source)
    between = _seen(result, maker) if maker is not result else _SAME
    return between.then(pose) if between is not None and between.moved else pose


def _resampled(
    result: FusionResult,
    other: FusionResult,
    layer: Layer,
    pose: _Pose,
    whole: Layer,
    progress: Progress,
) -> Layer:
    """Another result as the reference of a result would have seen it.

    Args:
        result: Gives size and place.
        other: What is resampled.
        layer: The same, with positions in the common stack.
        pose: Its reference, seen from that of `result`.
        whole: Of `result`; takes the pixels.
        progress: Only checked for cancelling.
    """
    (top, left), (its_top, its_left) = _corner(result), _corner(other)
    (height, width), its_size = whole.pixels.shape[:2], layer.pixels.shape[:2]
    source = _reference(other.request.stack)
    frame = np.zeros((source.height_px, source.width_px, 3), np.uint16)
    frame[its_top : its_top + its_size[0], its_left : its_left + its_size[1]] = layer.pixels
    seen = resample(frame, pose.matrix, pose.gains, frame, progress)
    there = _shift(-its_left, -its_top) @ pose.matrix @ _shift(left, top)
    inner = its_size[0] - 2 * _EDGE_PX, its_size[1] - 2 * _EDGE_PX
    shown = covered(height, width, _shift(-_EDGE_PX, -_EDGE_PX) @ there, inner)
    np.copyto(whole.pixels, seen[top : top + height, left : left + width], where=shown[..., None])
    maps: tuple[tuple[NDArray[Any], NDArray[Any]], ...] = (
        (whole.source_index, layer.source_index),
        (whole.confidence, layer.confidence),
        (whole.synthesised, layer.synthesised),
    )
    for plane, its in maps:
        progress.checkpoint()
        nearest = warped(its.astype(np.float32), there, (height, width), cv2.INTER_NEAREST)
        np.copyto(plane, nearest.astype(plane.dtype), where=shown)
    return whole


def _shift(right_px: int, down_px: int) -> NDArray[np.float64]:
    """(3, 3) that moves points."""
    return np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px], [0.0, 0.0, 1.0]])


def _corner(result: FusionResult) -> tuple[int, int]:
    """First row and column of the reference that a result shows."""
    placement = result.placement
    return (placement.top_px, placement.left_px) if placement is not None else (0, 0)


def _positions(stack: Stack, joined: Stack) -> NDArray[np.uint16]:
    """(N,) position in `joined` of each frame of `stack`; 0 where it is not in it."""
    places = {source: index for index, source in enumerate(joined.sources)}
    return np.array([places.get(source, 0) for source in stack.sources], np.uint16)
