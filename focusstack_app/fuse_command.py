"""`focusstack fuse` and `focusstack demo`: one stack, and what lies beside its picture."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import NamedTuple

from focusstack_app.arguments import (
    DEMO_OUTPUT,
    beside_picture,
    fusion_request,
    known_alignment,
    output_options,
)
from focusstack_app.console import DONE, ProgressDisplay, cancelled_by_signals, say, warn
from focusstack_app.core.assets import resources_dir
from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.naming import free_path, unused
from focusstack_app.core.output import FileFormat, format_of
from focusstack_app.core.places import is_folder
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import list_images
from focusstack_app.jobs.alignment import save_alignment
from focusstack_app.jobs.disk_room import DiskRoom, Load
from focusstack_app.jobs.export import FUSION_SHARE, check_size, check_targets, export_result
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import OpenedStack, open_stack, with_reference
from focusstack_app.jobs.report import facts, slab_facts, write_report
from focusstack_app.jobs.slabs import export_slabs, slab_paths

_WHOLE_SHARE = 0.45  # of the progress where slabs follow: they have more frames in all


class _Slab(NamedTuple):
    """What is left of a slab that is written; its pixels are not kept."""

    path: Path
    facts: dict[str, object]
    warnings: Sequence[str]


def fuse(args: argparse.Namespace) -> int:
    """Fuse the stack that is named; returns the exit code."""
    opened = with_reference(open_stack(args.inputs), args.reference)
    request, export = fusion_request(opened.stack, args), args.settings.export
    suffix = export.format.suffixes[0]
    output = args.output or free_path(request, export.name, export.folder, suffix)
    return _fuse_to(opened, output, args)


def demo(args: argparse.Namespace) -> int:
    """Fuse the bundled stack; returns the exit code."""
    folder = resources_dir() / "demo"
    frames = list_images(folder) if is_folder(folder) else []
    frames = [path for path in frames if path.name.startswith("frame_")]
    if not frames:
        raise InputError("The demo stack is missing.", "Install focusstack_app again.")
    output = args.output or (DEMO_OUTPUT if args.overwrite else unused(DEMO_OUTPUT))
    return _fuse_to(open_stack(frames), output.resolve(), args)


def _fuse_to(opened: OpenedStack, output: Path, args: argparse.Namespace) -> int:
    paths = slab_paths(output, opened.stack, *args.slabs) if args.slabs is not None else []
    _check_files(opened.stack, output, paths, args)
    stack, known = known_alignment(opened.stack, args)
    request = replace(fusion_request(stack, args), registration=known)
    bits = output_options(args).bits_in(format_of(output) or FileFormat.TIFF)
    _check_room(stack, output.parent, 1 + len(paths), bits)
    started = time.monotonic()
    result, slabs = _fuse_and_export(request, output, paths, args)
    if args.save_alignment is not None:
        assert result.registration is not None
        save_alignment(
            args.save_alignment,
            result.request.stack,
            result.registration,
            left_out=_left_out(opened.stack, result.request.stack),
            overwrite=args.overwrite,
        )
    seconds = time.monotonic() - started
    again = (
        f"{source.path} is left out, as it was when the alignment was saved."
        for source in _left_out(opened.stack, stack)
    )
    of_slabs = (warning for slab in slabs for warning in slab.warnings)
    fused = dict.fromkeys((*result.warnings, *of_slabs))  # slabs repeat those of the whole
    warnings = [*opened.warnings, *again, *fused]
    for warning in warnings:
        warn(warning)
    if args.json is not None:
        report = facts(result) | {
            "warnings": warnings,
            "output": str(output),
            "provenance": _text(args.provenance),
            "depth": _text(args.depth),
            "stereo": _text(args.stereo),
            "slabs": [slab.facts for slab in slabs],
            "seconds": round(seconds, 3),
        }
        write_report(args.json, report, overwrite=args.overwrite)
    height, width = result.picture.shape[:2]
    more = ""
    if slabs:
        more = f" and {len(slabs)} slabs, {slabs[0].path} to {slabs[-1].path.name}"
    say(
        f"Wrote {output}{more} ({width} x {height} pixels, {bits} bit) in {seconds:.1f} s "
        f"on {result.device} with {result.model}"
    )
    return DONE


def _check_files(
    stack: Stack, output: Path, slabs: Sequence[Path], args: argparse.Namespace
) -> None:
    reports = [path for path in (args.json, args.save_alignment) if path is not None]
    check_targets(output, **beside_picture(args), others=[*slabs, *reports], sources=stack.sources)
    check_size(output, stack.sources)


def _check_room(stack: Stack, folder: Path, pictures: int, bits: int) -> None:
    picture_bytes = 3 * bits // 8 * prod(stack.sources[stack.reference].size_px)
    DiskRoom().check(Load({folder: pictures * picture_bytes}, 0))


def _fuse_and_export(
    request: FusionRequest, output: Path, slabs: list[Path], args: argparse.Namespace
) -> tuple[FusionResult, list[_Slab]]:
    """Make all pictures; they appear together, or none does."""
    options = output_options(args)
    display = ProgressDisplay(sys.stderr)
    progress = Progress(display)
    of_whole = progress.sub(0.0, _WHOLE_SHARE if slabs else 1.0)
    made = []
    with cancelled_by_signals(progress), display, ExitStack() as together:
        result = fuse_stack(request, of_whole.sub(0.0, FUSION_SHARE))
        export_result(
            result,
            output,
            options=options,
            **beside_picture(args),
            progress=of_whole.sub(FUSION_SHARE, 1.0),
            together=together,
        )
        if slabs:
            for slab, path in export_slabs(
                result,
                slabs,
                args.slabs,
                options=options,
                overwrite=args.overwrite,
                progress=progress.sub(_WHOLE_SHARE, 1.0),
                together=together,
            ):
                made.append(_Slab(path, slab_facts(slab, path), slab.warnings))
    return result, made


def _left_out(given: Stack, fused: Stack) -> list[FrameSource]:
    there = set(fused.sources)
    return [source for source in given.sources if source not in there]


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
