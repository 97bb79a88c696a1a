"""The frames of a stack from their files, in the order of their focus."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Frame, FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.message import message
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import PROXY_SIDE_PX
from focusstack_app.engine.focus_order import focus_order
from focusstack_app.engine.pixels import reduced_to
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import ADOBE_RGB, UNLABELLED
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.reduce import fitted_size, reduced
from focusstack_app.io.spool import Held, Spool, meanwhile
from focusstack_app.jobs.budget import budget_bytes
from focusstack_app.jobs.remembered import ReadFrame, Remembered

_NO_PIXELS = np.empty((0, 0, 3), np.uint8)
_FEWEST_READERS, _MOST_READERS = 2, 8  # at a time
_DECODING = 4  # times the memory of a frame that reading it takes, the frame itself included
_READING_SHARE = 0.3  # of the memory budget


class Kept(NamedTuple):
    """A frame that was read at full size and stays read, whatever becomes of who read it.

    Attributes:
        pixels: Its pixels.
        frame: What else it is.
    """

    pixels: Held
    frame: Frame

    @property
    def gone(self) -> bool:
        """Whether it was dropped, as one that does not belong to the others."""
        return self.pixels.dropped


KeptFrames = dict[FrameSource, Kept]


class FramesRead(NamedTuple):
    """The frames of a stack, in the order of their focus.

    Attributes:
        request: What was asked, with the frames in that order, or as it was where they came so.
        frames: The pixels of all frames.
        proxies: The same for alignment; none for a single frame.
        icc_profile: Of the reference.
        warnings: One line each.
    """

    request: FusionRequest
    frames: list[Held]
    proxies: list[Held]
    icc_profile: bytes | None
    warnings: list[str]


def read_frames(
    request: FusionRequest,
    spool: Spool,
    progress: Progress,
    remembered: Remembered | None = None,
    keeps: KeptFrames | None = None,
    keep_proxy: Callable[[NDArray[Any]], Held] | None = None,
) -> FramesRead:
    """Read everything, a few frames ahead, and put it in the order of the focus.

    Args:
        request: What to read.
        spool: Where it goes.
        progress: Reported per frame.
        remembered: What is known from before of frames that are read reduced.
        keeps: What lies in the spool of those that are read at full size, and takes what is read.
        keep_proxy: Keeps what is read for alignment; by default the spool does.
    """
    narrow = not request.stack.all_raw
    frames, proxies, read_as = _read(
        request,
        spool,
        progress,
        keep_proxy=(keep_proxy or spool.keep) if len(request.stack) > 1 else None,
        narrow=narrow,
        remembered=remembered,
        keeps=keeps,
    )
    icc_profile = read_as[request.stack.reference].icc_profile
    warnings = _colour_warnings(read_as, request.stack.reference)
    if not proxies:
        return FramesRead(request, frames, proxies, icc_profile, warnings)
    pairs = remembered.pairs if remembered is not None else None
    with meanwhile(spool.keep) as keep:
        order = focus_order(proxies, progress, keep, pairs)
    frames, proxies = ([held[index] for index in order] for held in (frames, proxies))
    return FramesRead(_in_order(request, order), frames, proxies, icc_profile, warnings)


def read_ordered(
    request: FusionRequest, spool: Spool, progress: Progress, *, narrow: bool
) -> tuple[list[Held], bytes | None]:
    """Read frames that are in the order of their focus.

    Args:
        request: Its frames are all that is read.
        spool: Where they go.
        progress: Reported per frame.
        narrow: RAW into sRGB, as where the stack that they are of has other files too.

    Returns:
        The pixels of all frames, and the profile of the reference.
    """
    frames, _, read_as = _read(request, spool, progress, narrow=narrow)
    return frames, read_as[request.stack.reference].icc_profile


def _read(
    request: FusionRequest,
    spool: Spool,
    progress: Progress,
    *,
    narrow: bool,
    keep_proxy: Callable[[NDArray[Any]], Held] | None = None,
    remembered: Remembered | None = None,
    keeps: KeptFrames | None = None,
) -> tuple[list[Held], list[Held], list[Frame]]:
    """The pixels of all frames, their proxies, and the frames without pixels."""
    side, with_proxies = request.max_side_px, keep_proxy is not None
    proxy_side = min(PROXY_SIDE_PX, side) if side is not None and request.rough else PROXY_SIDE_PX

    before = {source: kept for source, kept in (keeps or {}).items() if not kept.gone}
    left = dict(before)

    def read(source: FrameSource) -> ReadFrame:
        # A preview's registration serves the render too, and is found as exactly.
        if source in before:
            frame = replace(before[source].frame, pixels=before[source].pixels[:])
        elif side is None:
            frame = read_frame(source, narrow=narrow)
        else:
            frame = read_proxy(source, max(side, proxy_side), narrow=narrow)
        proxy = reduced_to(frame.pixels, proxy_side) if with_proxies else None
        pixels = frame.pixels
        if side is not None:
            pixels = reduced(pixels, fitted_size(*source.size_px, side))
        return ReadFrame(pixels, proxy, replace(frame, pixels=_NO_PIXELS))

    # A rough preview comes once, and whole frames are too many.
    known = remembered.frames if remembered and side is not None and not request.rough else None

    def recalled(source: FrameSource) -> ReadFrame:
        if known is None:
            return read(source)
        return known.recall(source, (side, with_proxies, narrow), lambda: read(source))

    if known is not None:
        known.begin(request.stack.sources)
    frames: list[Held] = []
    proxies: list[Held] = []
    read_as: list[Frame] = []
    sources = request.stack.sources
    readers = readers_of(request.stack, os.cpu_count() or 1, budget_bytes(request))
    progress.checkpoint()
    for index, (pixels, proxy, frame) in enumerate(ahead(recalled, sources, readers)):
        source = sources[index]
        if frames and pixels.shape != frames[0].shape:
            raise InputError(
                message(
                    "{file} is {width_px} x {height_px} px, the frames before it {before_width_px} "
                    "x {before_height_px}.",
                    file=source.path,
                    width_px=pixels.shape[1],
                    height_px=pixels.shape[0],
                    before_width_px=frames[0].shape[1],
                    before_height_px=frames[0].shape[0],
                ),
                message("Leave it out."),
            )
        if keep_proxy is not None and proxy is not None:
            proxies.append(keep_proxy(proxy))
        read_as.append(frame)
        kept_before = left.pop(source, None)  # it may come twice
        frames.append(kept_before.pixels if kept_before else spool.keep(pixels))
        if keeps is not None:
            keeps[source] = Kept(frames[-1], frame)
        progress.report((index + 1) / len(request.stack), message("Reading"))
    return frames, proxies, read_as


def read_some(
    request: FusionRequest,
    sources: Sequence[FrameSource],
    spool: Spool,
    kept: KeptFrames,
    progress: Progress,
) -> None:
    """Read those of some frames of a stack that are not kept yet, at full size.

    Raises:
        InputError: If one cannot be read.
        OutputError: If there is no room for temporary files.
        Cancelled: If the user stopped the job; what was read before is kept.
    """
    narrow = not request.stack.all_raw
    missing = [source for source in sources if source not in kept or kept[source].gone]
    readers = readers_of(request.stack, os.cpu_count() or 1, budget_bytes(request))
    with closing(ahead(lambda source: read_frame(source, narrow=narrow), missing, readers)) as read:
        for number, (source, frame) in enumerate(zip(missing, read, strict=True), start=1):
            kept[source] = Kept(spool.keep(frame.pixels), replace(frame, pixels=_NO_PIXELS))
            progress.report(number / len(missing), message("Reading"))


def readers_of(stack: Stack, cores: int, memory_bytes: int) -> int:
    """How many frames of a stack to read at a time: as many as there are cores and room for."""
    largest = max(
        source.width_px * source.height_px * 3 * source.bits // 8 for source in stack.sources
    )
    room = int(_READING_SHARE * memory_bytes) // (_DECODING * largest)
    return max(_FEWEST_READERS, min(_MOST_READERS, cores, room))


def _colour_warnings(frames: list[Frame], reference: int) -> list[str]:
    """A line where the numbers of a frame mean other colours than those of the reference."""
    spaces = [_space(frame) for frame in frames]
    odd = next((i for i, space in enumerate(spaces) if space != spaces[reference]), None)
    if odd is None:
        return []
    return [
        message(
            "{frame} has the colours of {space}, but {reference} those of {reference_space}, and "
            "they are not converted. Export all frames with the same profile.",
            frame=shown(frames[odd].source.path.name),
            space=spaces[odd],
            reference=shown(frames[reference].source.path.name),
            reference_space=spaces[reference],
        )
    ]


def _space(frame: Frame) -> str:
    """The colour space, by one name where programs give their profiles of it several."""
    name = frame.colour_space
    if name == UNLABELLED or "srgb" in name.casefold():
        return "sRGB"
    return ADOBE_RGB if ADOBE_RGB in name else name


def _in_order(request: FusionRequest, order: list[int]) -> FusionRequest:
    if order == sorted(order):
        return request
    stack, known = request.stack, request.registration
    return replace(
        request,
        stack=stack.taken(order),
        registration=known.taken(order) if known is not None else None,
    )
