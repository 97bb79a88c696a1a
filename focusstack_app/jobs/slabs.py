"""Slabs of a stack, each of which lies exactly on the picture of the whole stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest, FusionResult, new_request_id
from focusstack_app.core.naming import slab_stem
from focusstack_app.core.output import OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.core.slabs import Slab, slabs_of
from focusstack_app.jobs.export import FUSION_SHARE, export_result
from focusstack_app.jobs.fuse import fuse_stack


def slab_requests(
    request: FusionRequest, frames: int, overlap: int, listed: Sequence[FrameSource] = ()
) -> list[FusionRequest]:
    """What is asked for the slabs of a stack.

    Args:
        request: For all of it, in the order of its focus and with its registration, if it has one.
        frames: Of a slab.
        overlap: How many of them the next slab has, too.
        listed: The frames of the stack and others. Where they are in the same order, slabs are
            named by the numbers of their frames there.
    """
    slabs: Sequence[Slab] = slabs_of(len(request.stack), frames, overlap)
    places = {source: number for number, source in enumerate(listed, start=1)}
    numbers = [places.get(source, 0) for source in request.stack.sources]
    if all(one < next_ for one, next_ in pairwise([0, *numbers])):
        slabs = [replace(s, listed=(numbers[s.start], numbers[s.stop - 1])) for s in slabs]
    return [replace(request, slab=slab, request_id=new_request_id()) for slab in slabs]


def slab_paths(output: Path, stack: Stack, frames: int, overlap: int) -> list[Path]:
    """Where the slabs of a stack go whose picture goes to `output`.

    Raises:
        InputError: If one slab would be the whole stack.
    """
    slabs = slabs_of(len(stack), frames, overlap)
    if len(slabs) == 1:
        raise InputError(
            f"The stack has {len(stack)} frames: one slab of {frames} is all of it.",
            "Choose fewer frames per slab.",
        )
    return [output.with_stem(slab_stem(output.stem, slab)) for slab in slabs]


def export_slabs(
    whole: FusionResult,
    paths: list[Path],
    cut: tuple[int, int],
    *,
    options: OutputOptions,
    overwrite: bool,
    progress: Progress,
    together: ExitStack,
) -> Iterator[tuple[FusionResult, Path]]:
    """Fuse the slabs of a stack and write them.

    Args:
        whole: The stack, fused: it tells how the frames lie.
        paths: Where to; more than are needed if frames were left out.
        cut: Frames of a slab, and how many of them the next one has, too.
        options: How the pictures are written.
        overwrite: Whether existing files may be replaced.
        progress: Reported on the calling thread.
        together: Takes the files that are written: they appear when it ends well.

    Yields:
        Each slab, and where it goes.

    Raises:
        FocusStackError: If a frame, the model, the device or a file cannot be used.
        Cancelled: If the user stopped the job.
    """
    requests = slab_requests(replace(whole.request, registration=whole.registration), *cut)
    for number, (request, path) in enumerate(zip(requests, paths, strict=False)):
        part = progress.sub(number / len(requests), (number + 1) / len(requests))
        slab = fuse_stack(request, part.sub(0.0, FUSION_SHARE))
        export_result(
            slab,
            path,
            options=options,
            overwrite=overwrite,
            progress=part.sub(FUSION_SHARE, 1.0),
            together=together,
        )
        yield slab, path
