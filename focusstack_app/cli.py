"""The command line: `focusstack` opens the window; `fuse`, `batch`, `demo`, `models` do not.

Exit codes: 0 done, 1 failed (one line on stderr: what, and what to do), 2 wrong usage,
130 cancelled. Everything heavy is imported where it is used, so that `--help` is quick and the
commands need no Qt.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from focusstack_app.arguments import (
    DEMO_OUTPUT,
    beside_picture,
    command_parser,
    fusion_request,
    known_alignment,
    output_options,
    window_parser,
    with_project,
)
from focusstack_app.console import (
    CANCELLED,
    DONE,
    FAILED,
    ProgressDisplay,
    cancelled_by_signals,
    complain,
    finish_standard_streams,
    one_line,
    open_standard_streams,
    say,
    warn,
)
from focusstack_app.core.assets import resources_dir
from focusstack_app.core.errors import (
    Cancelled,
    FocusStackError,
    InputError,
    ModelError,
)
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.memory import keep_freed_memory
from focusstack_app.core.naming import free_path
from focusstack_app.core.output import (
    FileFormat,
    format_of,
)
from focusstack_app.core.pages import file_of
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.progress import Progress
from focusstack_app.settings.store import SettingsStore

if TYPE_CHECKING:
    from focusstack_app.jobs.opening import OpenedStack

_WHOLE_SHARE = 0.45  # of the progress where slabs follow: they have more frames in all
COMMANDS = ("fuse", "batch", "demo", "models")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; those of the process by default.

    Returns:
        The exit code.

    Raises:
        SystemExit: With 2 for wrong usage, with 0 after `--help` and `--version`.
    """
    open_standard_streams()
    keep_freed_memory()
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        finish_standard_streams()


def _run(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        loaded = SettingsStore().load()
        parsed = command_parser(loaded.settings).parse_args(arguments)
        parsed.settings = loaded.settings
        for problem in loaded.problems:
            warn(f"preferences: {problem}")
    else:
        parsed = window_parser().parse_args(arguments)
    try:
        if parsed.command == "fuse":
            parsed = with_project(parsed, arguments)
        return _RUN[parsed.command](parsed)
    except FocusStackError as error:
        complain(one_line(error))
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        complain("Cancelled; nothing was written.")
        return CANCELLED


def _window(args: argparse.Namespace) -> int:
    for path in args.paths:
        if not is_there(path) and not is_there(file_of(path)):
            near = difflib.get_close_matches(str(path), COMMANDS, n=1)
            hint = f"Did you mean the command {near[0]}?" if near else "Check the name."
            raise InputError(f"{_shown(path)} does not exist.", hint)
    headless = not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if sys.platform.startswith("linux") and headless:
        raise FocusStackError(
            "There is no display for the window.", "Use focusstack fuse or focusstack batch."
        )
    try:
        from focusstack_app.ui.app import main as open_window
    except ImportError as error:
        raise FocusStackError(
            f"The window cannot start: {error}.",
            "Install Qt's system libraries (the README names them), or use focusstack fuse.",
        ) from error
    return open_window(args.paths)


def _fuse(args: argparse.Namespace) -> int:
    from focusstack_app.jobs.opening import open_stack, with_reference

    opened = with_reference(open_stack(args.inputs), args.reference)
    request, export = fusion_request(opened.stack, args), args.settings.export
    suffix = export.format.suffixes[0]
    output = args.output or free_path(request, export.name, export.folder, suffix)
    return _fuse_to(opened, output, args)


def _demo(args: argparse.Namespace) -> int:
    from focusstack_app.io.probe import list_images
    from focusstack_app.jobs.opening import open_stack

    folder = resources_dir() / "demo"
    frames = list_images(folder) if is_folder(folder) else []
    frames = [path for path in frames if path.name.startswith("frame_")]
    if not frames:
        raise InputError("The demo stack is missing.", "Install focusstack_app again.")
    output = args.output or (DEMO_OUTPUT if args.overwrite else _free_name(DEMO_OUTPUT))
    return _fuse_to(open_stack(frames), output.resolve(), args)


def _fuse_to(opened: OpenedStack, output: Path, args: argparse.Namespace) -> int:
    from focusstack_app.jobs.alignment import save_alignment
    from focusstack_app.jobs.disk_room import DiskRoom, Load
    from focusstack_app.jobs.export import FUSION_SHARE, check_size, check_targets, export_result
    from focusstack_app.jobs.fuse import fuse_stack
    from focusstack_app.jobs.report import facts, slab_facts, write_report
    from focusstack_app.jobs.slabs import export_slabs, slab_paths

    slabs = slab_paths(output, opened.stack, *args.slabs) if args.slabs is not None else []
    files = beside_picture(args)
    check_targets(
        output,
        **files,
        others=[*slabs, *(path for path in (args.json, args.save_alignment) if path is not None)],
        sources=opened.stack.sources,
    )
    check_size(output, opened.stack.sources)
    stack, known = known_alignment(opened.stack, args)
    request, options = (
        replace(fusion_request(stack, args), registration=known),
        output_options(args),
    )
    kind, size_px = format_of(output) or FileFormat.TIFF, stack.sources[stack.reference].size_px
    picture_bytes = 3 * options.bits_in(kind) // 8 * prod(size_px)
    DiskRoom().check(Load({output.parent: (1 + len(slabs)) * picture_bytes}, 0))
    started = time.monotonic()
    display = ProgressDisplay(sys.stderr)
    progress = Progress(display)
    made, of_slabs = [output], list[dict[str, object]]()
    with cancelled_by_signals(progress), display, ExitStack() as together:
        of_whole = progress.sub(0.0, _WHOLE_SHARE if slabs else 1.0)
        result = fuse_stack(request, of_whole.sub(0.0, FUSION_SHARE))
        export_result(
            result,
            output,
            options=options,
            **files,
            progress=of_whole.sub(FUSION_SHARE, 1.0),
            together=together,
        )
        warnings = list(result.warnings)
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
                made.append(path)
                of_slabs.append(slab_facts(slab, path))
                warnings += [warning for warning in slab.warnings if warning not in warnings]
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
        f"{_shown(source.path)} is left out, as it was when the alignment was saved."
        for source in _left_out(opened.stack, stack)
    )
    warnings = [*opened.warnings, *again, *warnings]
    for warning in warnings:
        warn(warning)
    if args.json is not None:
        report = facts(result) | {
            "warnings": warnings,
            "output": str(output),
            "provenance": _text(args.provenance),
            "depth": _text(args.depth),
            "stereo": _text(args.stereo),
            "slabs": of_slabs,
            "seconds": round(seconds, 3),
        }
        write_report(args.json, report, overwrite=args.overwrite)
    height, width = result.picture.shape[:2]
    bits = options.bits_in(kind)
    more = f" and {len(of_slabs)} slabs, {_shown(made[1])} to {made[-1].name}" if slabs else ""
    say(
        f"Wrote {_shown(output)}{more} ({width} x {height} pixels, {bits} bit) in {seconds:.1f} s "
        f"on {result.device} with {result.model}"
    )
    return DONE


def _batch(args: argparse.Namespace) -> int:
    from focusstack_app.batch_command import batch

    return batch(args)


def _models_list(_args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import (
        installed_models,
        missing_weights,
        unfinished_models,
    )

    for model in installed_models():
        say(f"{model.id}  version {model.version}  {model.licence}  {_shown(model.folder)}")
    for model in unfinished_models():
        lacking = " and ".join(missing_weights(model))
        say(f"{model.id}  version {model.version}  not installed: needs {lacking}")
    return DONE


def _models_verify(args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import installed_models, verify

    models = {model.id: model for model in installed_models()}
    unknown = [name for name in args.ids if name not in models]
    if unknown:
        raise ModelError(
            f"There is no model {unknown[0]}.", f"Installed: {', '.join(models) or 'none'}."
        )
    code = DONE
    for name in args.ids or models:
        try:
            verify(models[name])
        except ModelError as error:
            complain(one_line(error))
            code = FAILED
        else:
            say(f"{name}: intact")
    return code


def _models_install(args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import install

    model = install(args.folder)
    say(f"Installed {model.id} version {model.version} in {_shown(model.folder)}")
    return DONE


def _left_out(given: Stack, fused: Stack) -> list[FrameSource]:
    there = set(fused.sources)
    return [source for source in given.sources if source not in there]


def _free_name(path: Path) -> Path:
    """`path`, or its first numbered sibling that does not exist: name-2, name-3 ..."""
    free, number = path, 1
    while is_there(free):
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


def _shown(path: Path) -> str:
    from focusstack_app.io.faults import shown

    return shown(path)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


_RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "window": _window,
    "fuse": _fuse,
    "batch": _batch,
    "demo": _demo,
    "models list": _models_list,
    "models verify": _models_verify,
    "models install": _models_install,
}
