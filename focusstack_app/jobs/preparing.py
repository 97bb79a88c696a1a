"""What a fusion begins with, whatever its mode: the frames, aligned, and what the model sees there.

A render makes it and lets go of it; a `Viewport` keeps it, for many parts and for the render.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from focusstack_app.core.errors import DeviceError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import Align, FusionRequest, Placement, Registration
from focusstack_app.core.kinds import as_float16
from focusstack_app.core.message import message
from focusstack_app.core.model import Card, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import register, rescaled
from focusstack_app.engine.defocus import focus_of_frames
from focusstack_app.engine.diagnose import Finding, Trouble, diagnose
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.focus_order import focus_order
from focusstack_app.engine.latent_fusion import Recall, anew
from focusstack_app.engine.matching import Known
from focusstack_app.engine.motion import Motion
from focusstack_app.engine.overview import Choice, Overview, choice_of, noise_of
from focusstack_app.engine.resampling import common_area
from focusstack_app.engine.veil import Focus
from focusstack_app.io.faults import shown
from focusstack_app.io.spool import Held, Spool, meanwhile
from focusstack_app.jobs.advice import advice, doubtful_advice, left_out_advice
from focusstack_app.jobs.placing import Aligned, Clock, Prepared, strays
from focusstack_app.jobs.reading import KeptFrames, read_frames, read_ordered
from focusstack_app.jobs.remembered import Remembered


@dataclass(slots=True, eq=False)
class Encoded:
    """What a model sees in prepared frames.

    Attributes:
        model: It.
        focus: Of the frames, see `look_over`.
        overview: Of the frames.
        motion: What moved.
        latents: Of the frames; of the first of them, as long as they are not all encoded.
        recall: Gives its tiles, see `fuse_latents`.
        stays: Whether it is used again afterwards.
        failed: Whether a device has failed at it: a render begins again with the model then.
    """

    model: FusionModel
    focus: Focus
    overview: Overview
    motion: Motion | None
    latents: list[Held]
    recall: Recall = anew
    stays: bool = False
    failed: bool = False


def registers(request: FusionRequest) -> bool:
    """Whether it is still to be found where the frames lie."""
    return request.align is Align.AUTO and request.registration is None


def no_card(frames: Sequence[Planes]) -> None:
    """Where frames go that stay on the processor."""


def prepare(
    request: FusionRequest,
    spool: Spool,
    clock: Clock,
    progress: Progress,
    card_for: Callable[[Sequence[Planes]], Card | None] = no_card,
    remembered: Remembered | None = None,
    keeps: KeptFrames | None = None,
) -> Prepared:
    """Read the frames, put them in the order of their focus, and find where they lie.

    Those that are too dark or too bright to be matched, or show something else, are left out and
    named: one black frame would be taken for most of the picture. What is fused of a slab is not
    looked at again: that was done with the whole stack.

    Args:
        request: What to do.
        spool: Keeps the frames.
        clock: Told what it takes.
        progress: Reported on the calling thread.
        card_for: The card on which frames are registered, if any; asked once they are read.
        remembered: What is known of the frames from before, and takes what is found.
        keeps: The frames that were read before, and takes those that are read.

    Raises:
        ValueError: If it is not known where the frames of a slab lie.
        InputError: If a frame cannot be read.
        OutputError: If there is no room for temporary files.
        Cancelled: If the user stopped the job.
    """
    if request.slab is not None:
        return _slab_prepared(request, spool, clock, progress)
    with meanwhile(spool.keep) as keep_proxy:  # what is stopped may go on in the same spool
        # What is known from before, such as from the preview, is not looked for again.
        read = 0.2 if registers(request) else 0.6
        with clock("read"):
            ordered, frames, proxies, icc_profile, warnings = read_frames(
                request, spool, progress.sub(0.0, read), remembered, keeps, keep_proxy
            )
        if len(frames) == 1:
            warning = message("There is one frame only: it is returned as it is.")
            return Prepared(request, frames, icc_profile, Aligned(_whole(frames), [warning]), [])
        card = card_for(frames) if registers(ordered) else None
        pairs = remembered.pairs if remembered is not None else None
        finding = progress.sub(read, 1.0)

        def registered(stack: Stack, proxies: Sequence[Planes], progress: Progress) -> Registration:
            return _registered(stack, proxies, spool, progress, card, pairs)

        with clock("align"):
            aligned = _found(
                ordered, ordered.registration, frames, proxies, registered, finding.sub(0.0, 0.9)
            )
            unlike = aligned.unlike
            if unlike and len(unlike) < len(frames) - 1:
                for held in (frames, proxies):
                    for index in unlike:
                        held[index].drop()
                with meanwhile(spool.keep) as keep:
                    kept = _kept_in_order(request, ordered, unlike, proxies, keep, pairs, finding)
                ordered, known, told = _left(ordered, aligned, kept)
                frames, proxies = ([held[index] for index in kept] for held in (frames, proxies))
                aligned = _found(ordered, known, frames, proxies, registered, finding.sub(0.9, 1.0))
                aligned.warnings[:0] = told
        aligned.warnings.extend(warnings)
        if ordered is not request and not _as_given(ordered.stack, request.stack):
            aligned.warnings.append(
                message(
                    "The frames did not come in the order of their focus. They were put into it, "
                    "from {first} to {last}; the depth map counts them so.",
                    first=shown(ordered.stack.sources[0].path.name),
                    last=shown(ordered.stack.sources[-1].path.name),
                )
            )
        astray = [*aligned.placement.moved] if aligned.placement is not None else []
        return Prepared(ordered, frames, icc_profile, aligned, astray)


def _kept_in_order(
    request: FusionRequest,
    ordered: FusionRequest,
    unlike: Container[int],
    proxies: Sequence[Planes],
    keep: Callable[[NDArray[Any]], Held],
    pairs: Known | None,
    progress: Progress,
) -> list[int]:
    """The frames that are not `unlike`, in the order of their focus.

    It is looked for anew, from the order in which they came: the others may have misled it.
    """
    given, now = request.stack.sources, ordered.stack.sources
    kept = [index for index in range(len(now)) if index not in unlike]
    kept.sort(key=lambda index: given.index(now[index]))
    order = focus_order([proxies[index] for index in kept], progress, keep, pairs)
    return [kept[position] for position in order]


def _left(
    request: FusionRequest, aligned: Aligned, kept: Sequence[int]
) -> tuple[FusionRequest, Registration | None, list[str]]:
    """What is left of a request: the frames that are kept, in that order.

    Returns:
        The request, where its frames lie (None where that was found by another reference), and what
        is told of the others.
    """
    stack, known = request.stack.taken(kept), None
    told = left_out_advice(request.stack, aligned.unlike)
    if request.stack.reference in aligned.unlike:
        told.append(
            message(
                "{file} is the reference instead: the other frames are fitted to it.",
                file=shown(stack.sources[stack.reference].path.name),
            )
        )
    elif aligned.registration is not None:
        known = aligned.registration.taken(kept)
    given = known if request.registration is not None else None
    return replace(request, stack=stack, registration=given), known, told


def _slab_prepared(
    request: FusionRequest, spool: Spool, clock: Clock, progress: Progress
) -> Prepared:
    """Read the frames of a slab, and the reference: they lie as all frames of the stack do."""
    if registers(request):
        raise ValueError("it is not known where the frames of the slab lie")
    stack, known, positions = request.stack, request.registration, request.positions
    needed = sorted({*positions, stack.reference})
    read = replace(
        request,
        stack=stack.taken(needed),
        registration=known and known.taken(needed),
        slab=None,
    )
    with clock("read"):
        frames, icc_profile = read_ordered(read, spool, progress, narrow=not stack.all_raw)
    base = None if stack.reference in positions else frames.pop(needed.index(stack.reference))
    aligned = Aligned(_whole(frames), [])
    if request.align is Align.AUTO and known is not None:
        inside, placement = placement_of(request, rescaled(known, _size_px(frames)))
        aligned = Aligned(inside, [], placement, known)
    moved = aligned.placement.moved if aligned.placement is not None else ()
    astray = [index - positions.start for index in moved if index in positions]
    return Prepared(request, frames, icc_profile, aligned, astray, base)


def _as_given(stack: Stack, given: Stack) -> bool:
    """Whether frames of a stack are in the order in which they came."""
    places = [given.sources.index(source) for source in stack.sources]
    return places == sorted(places)


class Looked(NamedTuple):
    """What is found of frames reduced in size.

    Attributes:
        focus: See `focus_of_frames`.
        motion: As there.
        choice: See `choice_of`.
    """

    focus: Focus
    motion: Motion | None
    choice: Choice


def look_over(
    model: FusionModel,
    frames: Sequence[Planes],
    overlap: float,
    keep: Callable[[NDArray[Any]], Held],
    clock: Clock,
    progress: Progress,
) -> Looked:
    """What is found of frames reduced in size."""
    with meanwhile(keep) as keep_meanwhile:
        with clock("defocus"):
            focus, motion = focus_of_frames(
                model, frames, overlap, progress.sub(0.0, 0.8), keep_meanwhile
            )
            if motion is not None:
                motion = motion._replace(alike=[keep(plane[:]) for plane in motion.alike])
        with clock("encode"):
            choice = choice_of(model, frames, overlap, progress.sub(0.8, 1.0), keep_meanwhile)
            choice = choice._replace(weights=[keep(plane[:]) for plane in choice.weights])
        return Looked(focus, motion, choice)


def encode(
    model: FusionModel,
    frames: Sequence[Planes],
    looked: Looked,
    keep: Callable[[NDArray[Any]], Held],
    clock: Clock,
    progress: Progress,
) -> Encoded:
    """The rest of what a model sees in frames: their noise, and their latents."""
    with clock("encode"):
        overview = Overview(*looked.choice, *noise_of(model, frames, progress.sub(0.0, 0.1)))
        encoded = Encoded(model, looked.focus, overview, looked.motion, [])
        add_latents(encoded, frames, keep, progress.sub(0.1, 1.0))
        return encoded


def add_latents(
    encoded: Encoded,
    frames: Sequence[Planes],
    keep: Callable[[NDArray[Any]], Held],
    progress: Progress,
) -> None:
    """Encode the frames whose latents are missing; see `encode_frame`."""
    latents = encoded.latents
    while (done := len(latents)) < len(frames):
        # Half precision errs by a few hundredths of an 8-bit step, and takes half the memory.
        latent = as_float16(encode_frame(encoded.model, frames[done], progress))
        if len(latents) == done:  # or who was let in at a checkpoint has done it
            latents.append(keep(latent))
        progress.report(len(latents) / len(frames), message("Encoding"))


def _found(
    request: FusionRequest,
    known: Registration | None,
    frames: Sequence[Planes],
    proxies: Sequence[Planes],
    registered: Callable[[Stack, Sequence[Planes], Progress], Registration],
    progress: Progress,
) -> Aligned:
    """Find where the frames lie on the reference, if it is not known, and what is wrong.

    Args:
        request: Its stack has the frames, in their order.
        known: Where they lie, where that is known.
        frames: They.
        proxies: The same for alignment.
        registered: Finds where they lie.
        progress: Reported on the calling thread.
    """
    stack = request.stack
    if request.align is Align.OFF:
        findings = diagnose(proxies, None, stack.reference, progress)
        return Aligned(_whole(frames), advice(stack, findings), unlike=_unlike(findings))
    full = known if known is not None else registered(stack, proxies, progress)
    found = rescaled(full, _size_px(frames))
    warnings = doubtful_advice(stack, found.doubtful)
    findings = diagnose(proxies, found, stack.reference, progress)
    told = [f for f in findings if f.trouble is Trouble.LIGHT or f.frame not in found.doubtful]
    warnings += advice(stack, told)
    inside, placement = placement_of(request, found)
    return Aligned(inside, warnings, placement, full, _unlike(findings))


def _size_px(frames: Sequence[Planes]) -> tuple[int, int]:
    """(height, width) of frames, as they were read."""
    height, width = frames[0].shape[:2]
    return height, width


def _whole(frames: Sequence[Planes]) -> tuple[slice, slice]:
    """All rows and columns of frames."""
    height, width = _size_px(frames)
    return slice(0, height), slice(0, width)


def _unlike(findings: Sequence[Finding]) -> dict[int, Trouble]:
    """The frames that do not belong to the others, in order, and why."""
    found: dict[int, Trouble] = {}
    for trouble in (Trouble.FOREIGN, Trouble.LIGHT):
        found |= {finding.frame: trouble for finding in findings if finding.trouble is trouble}
    return dict(sorted(found.items()))


def placement_of(
    request: FusionRequest, found: Registration
) -> tuple[tuple[slice, slice], Placement]:
    """What of the reference becomes the picture, and how the frames lie there."""
    moved = strays(found, request.stack.reference)
    height, width = found.size_px
    inside = common_area(found, moved) if request.crop else (slice(0, height), slice(0, width))
    corner = inside[0].start, inside[1].start
    return inside, Placement(found.frame_from_reference, found.gains, tuple(moved), *corner)


def _registered(
    stack: Stack,
    proxies: Sequence[Planes],
    spool: Spool,
    progress: Progress,
    card: Card | None,
    pairs: Known | None,
) -> Registration:
    """Where the frames lie; the processor finds it, too, where a card fails at it."""
    size_px = stack.sources[stack.reference].size_px[::-1]

    def on(card: Card | None) -> Registration:
        with meanwhile(spool.keep) as keep:
            return register(proxies, stack.reference, size_px, progress, keep, card, pairs)

    if card is not None:
        with suppress(DeviceError), card.errors():
            return on(card)
        card.rest()
    return on(None)
