"""What is asked of a fusion and what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.slabs import Slab

DEFAULT_MODEL_ID = "vaeedof-base"

DeviceChoice = Literal["auto", "cpu", "cuda", "directml", "coreml", "torch-cuda", "torch-cpu"]


class Method(StrEnum):
    """How frames become one picture."""

    VAEEDOF = "vaeedof"
    PYRAMID = "pyramid"


class Mode(StrEnum):
    """Where the pixels of a VAEEDOF result come from."""

    FAITHFUL = "faithful"
    STRICT = "strict"
    GENERATIVE = "generative"


class Align(StrEnum):
    """Whether frames are registered before fusion.

    OFF takes the pixels of each frame as they lie. The frames are counted in the order of their
    focus all the same: which frame is which depends on what is sharp in it, not on its place.
    """

    AUTO = "auto"
    OFF = "off"


def new_request_id() -> str:
    """A fresh identity for a request."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where the frames of a stack lie.

    Attributes:
        frame_from_reference: (N, 3, 3) float64; takes pixel centres of the reference to those of
            frame i, in full-size pixels.
        gains: (N, 3) float64; frame i times its gains has the reference's exposure and white
            balance, display-encoded.
        doubtful: Frames that could not be registered to most of the others; they have the place of
            the one beside them.
        size_px: (height, width) of the full-size frames.
    """

    frame_from_reference: NDArray[np.float64]
    gains: NDArray[np.float64]
    doubtful: tuple[int, ...]
    size_px: tuple[int, int]

    def equals(self, other: Registration | None) -> bool:
        """Whether another one puts every frame at the same place."""
        return self is other or (
            other is not None
            and np.array_equal(self.frame_from_reference, other.frame_from_reference)
            and np.array_equal(self.gains, other.gains)
            and (self.doubtful, self.size_px) == (other.doubtful, other.size_px)
        )

    def taken(self, positions: Sequence[int]) -> Registration:
        """That of the frames at these positions, in this order; itself for all in order."""
        if list(positions) == list(range(len(self.gains))):
            return self
        return replace(
            self,
            frame_from_reference=self.frame_from_reference[list(positions)],
            gains=self.gains[list(positions)],
            doubtful=tuple(n for n, old in enumerate(positions) if old in self.doubtful),
        )


@dataclass(frozen=True, slots=True)
class FusionRequest:
    """Everything that one fusion depends on, captured when it is asked for.

    Attributes:
        stack: The frames.
        method: Method.
        mode: Source of the pixels (VAEEDOF only).
        align: Registration.
        registration: Where the frames lie, if that is known; it is not estimated then.
        crop: Leave out the borders that some aligned frame does not show.
        overlap: Share of a tile that overlaps its neighbour, 0 to 0.5.
        device: Compute device.
        model_id: Model folder name (VAEEDOF only).
        memory_bytes: What the job may use; 40 % of the free memory by default. Beyond it, arrays
            go to temporary files.
        temporary_folder: Where these are made; see `io.spool.temporary_folder` for the default.
        max_side_px: For previews: frames are reduced so that the longer side is at most this.
        rough: For previews that are soon replaced: frames are registered as exactly as shows at
            that size, and not compared with what the model makes of them.
        slab: Fuse only these frames, where they lie in the picture of all. The stack is then in the
            order of its focus, without what does not belong, and registered if it is to be.
        request_id: Identity, for latest-wins previews.

    Raises:
        ValueError: If `overlap` is outside its range, or `registration` or `slab` is not of this
            stack.
    """

    stack: Stack
    method: Method = Method.VAEEDOF
    mode: Mode = Mode.FAITHFUL
    align: Align = Align.AUTO
    registration: Registration | None = None
    crop: bool = True
    overlap: float = 0.25
    device: DeviceChoice = "auto"
    model_id: str = DEFAULT_MODEL_ID
    memory_bytes: int | None = None
    temporary_folder: Path | None = None
    max_side_px: int | None = None
    rough: bool = False
    slab: Slab | None = None
    request_id: str = field(default_factory=new_request_id)

    def __post_init__(self) -> None:
        """Check the overlap, the registration and the slab."""
        if not 0.0 <= self.overlap <= 0.5:
            raise ValueError(f"overlap must be 0 to 0.5, not {self.overlap}")
        if self.registration is not None:
            matrices = self.registration.frame_from_reference
            if len(matrices) != len(self.stack) or not np.allclose(
                matrices[self.stack.reference], np.eye(3)
            ):
                raise ValueError("the registration is of other frames, or of another reference")
        if self.slab is not None and self.slab.stop > len(self.stack):
            raise ValueError("the slab is of a longer stack")

    @property
    def positions(self) -> range:
        """Where the frames that are fused stand in the stack."""
        slab = self.slab
        return range(len(self.stack)) if slab is None else range(slab.start, slab.stop)

    @property
    def sources(self) -> tuple[FrameSource, ...]:
        """The frames that are fused."""
        return self.stack.sources[self.positions.start : self.positions.stop]

    def alike_but_mode(self, other: FusionRequest) -> bool:
        """Whether another one differs in nothing but the mode, and in what changes no pixel.

        That is its identity, and how much memory may be used; and it may know where the frames lie
        by another object.
        """
        own, asked = self.registration, other.registration
        known_alike = own.equals(asked) if own is not None else asked is None
        return known_alike and self._but_mode() == other._but_mode()

    def _but_mode(self) -> FusionRequest:
        return replace(
            self,
            mode=Mode.FAITHFUL,
            request_id="",
            memory_bytes=None,
            temporary_folder=None,
            registration=None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """Where every pixel of a result came from.

    Attributes:
        source_index: (H, W) uint16, position in the stack of the frame that contributed most.
        confidence: (H, W) uint8, 255 where one frame alone gave the pixel.
        synthesised: (H, W) uint8, how much of the pixel no frame has: 255 where the network made
            it, or changed the frames' colour by a tenth of the full range or more; 0 in strict
            mode.
    """

    source_index: NDArray[np.uint16]
    confidence: NDArray[np.uint8]
    synthesised: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """What a fusion says about the depth of a picture, in cells that cover it evenly.

    Attributes:
        position: (h, w) float32, place in the stack of what is seen, between frames too.
        sure: (h, w) uint8, 255 where that is certain.
    """

    position: NDArray[np.float32]
    sure: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What a preview found of its frames as a whole.

    Attributes:
        size_px: (height, width) of the frames in it.
        focus: See `engine.defocus.focus_of_frames`.
        overview: What `engine.overview.Choice` has.
        motion: What `engine.motion.Motion` has; None where nothing moved.
    """

    size_px: tuple[int, int]
    focus: NDArray[np.float64]
    overview: tuple[Any, ...]
    motion: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the frames of a stack lie in a result.

    Attributes:
        frame_from_reference: (N, 3, 3) float64; takes pixel centres of the reference to those of
            frame i.
        gains: (N, 3) float64; frame i times its gains has the reference's exposure.
        moved: Frames that were resampled; the others fit as they are.
        top_px: First row of the reference that the picture shows.
        left_px: First column of the reference that the picture shows.
    """

    frame_from_reference: NDArray[np.float64]
    gains: NDArray[np.float64]
    moved: tuple[int, ...]
    top_px: int = 0
    left_px: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FusionResult:
    """A fused picture and the story of its making.

    Attributes:
        request: What was asked, with the frames in the order of their focus: positions in the
            stack are those in its stack.
        picture: (H, W, 3) uint16, display-encoded in the reference frame's colour space.
        icc_profile: The reference frame's profile, if it has one.
        provenance: Per-pixel origin; None for the one-frame case.
        depth: What the fusion says about depth; where it is None, the provenance alone does.
        nearest_first: Whether the first frame is focused nearest; None where nothing tells it.
        sight: Of previews of VAEEDOF, what serves a closer look.
        timings_s: Seconds per stage, wall clock.
        cpu_s: The same of processor time, all threads of the process.
        device: Where it was computed.
        model: Model id and version, or the method's name.
        peak_memory_bytes: Peak resident memory of the process.
        spooled_bytes: What went to temporary files.
        warnings: One line each, for the photographer.
        placement: Where the frames lie in the picture; None where they lie as they are.
        registration: Where the frames lie, in full-size pixels; None where they were taken as they
            lie.
        registration_reused: Whether that was known before and not estimated again.
        retouched: Whether something was painted into it by hand.
        reused: Stages, named as in `timings_s`, whose outcome was at hand from a look at the
            preview. They took nothing.
        reused_tiles: How many tiles of the stage "fuse" were at hand, too.
    """

    request: FusionRequest
    picture: NDArray[np.uint16]
    icc_profile: bytes | None
    provenance: Provenance | None
    timings_s: Mapping[str, float]
    device: str
    model: str
    peak_memory_bytes: int
    spooled_bytes: int = 0
    warnings: tuple[str, ...] = ()
    placement: Placement | None = None
    registration: Registration | None = None
    registration_reused: bool = False
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    retouched: bool = False
    reused: tuple[str, ...] = ()
    reused_tiles: int = 0
    depth: Depth | None = None
    nearest_first: bool | None = None
    sight: Sight | None = None

    def registration_of(self, stack: Stack) -> Registration | None:
        """Where the frames of another stack lie, in its order; None if one was not fused."""
        sources = self.request.stack.sources
        if self.registration is None or not set(sources).issuperset(stack.sources):
            return None
        return self.registration.taken([sources.index(source) for source in stack.sources])
