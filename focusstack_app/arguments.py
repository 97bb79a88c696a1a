"""What the command line understands, and what is asked by it; the preferences give the defaults."""

from __future__ import annotations

import argparse
import typing
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from focusstack_app import __version__
from focusstack_app.argument_types import path as _path
from focusstack_app.argument_types import seconds as _seconds
from focusstack_app.argument_types import slabs as _slabs
from focusstack_app.core.errors import FocusStackError, InputError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    Align,
    FusionRequest,
    Method,
    Mode,
    Registration,
)
from focusstack_app.core.naming import TOKENS
from focusstack_app.core.output import (
    Carried,
    ColourSpace,
    FileFormat,
    OutputOptions,
    Stereo,
    StereoKind,
)
from focusstack_app.options import add_fusion_options, add_output_options, add_stereo_options
from focusstack_app.settings.schema import Settings

DEMO_OUTPUT = Path("focusstack-demo.tif")

_SUFFIXES = ".tif, .png, .jpg, .webp, .jxl or .dng"

_COMMANDS = """\
commands (without one, the window opens):
  focusstack fuse INPUT... [-o OUT] fuse one stack: its files, their folder, or a project
  focusstack batch PARENT -o DIR    fuse every sub-folder of a folder
  focusstack demo                   fuse the bundled demo stack
  focusstack models list|verify|install
  focusstack COMMAND --help         options of a command

A file or folder that is named like a command is given as ./fuse.
exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled"""


def window_parser() -> argparse.ArgumentParser:
    """Without a command: paths to open in the window."""
    parser = argparse.ArgumentParser(
        prog="focusstack",
        usage="focusstack [PATH ...]\n       focusstack fuse|batch|demo|models ...",
        description="Focus stacking: many partly sharp frames in, one sharp picture out.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"focusstack {__version__}")
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=_path, help="files or a folder to open"
    )
    parser.set_defaults(command="window")
    return parser


def command_parser(settings: Settings) -> argparse.ArgumentParser:
    """All commands; `command` says which it is.

    Args:
        settings: Where the defaults of options come from.
    """
    parser = argparse.ArgumentParser(prog="focusstack")
    commands = parser.add_subparsers(required=True)

    fuse = commands.add_parser("fuse", help="fuse one stack", description="Fuse one stack.")
    fuse.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        type=_path,
        help="the frames in order, their folder, or a project (.fstack)",
    )
    fuse.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=_path,
        help=f"picture to write: {_SUFFIXES} (default: beside the frames, as Export names it)",
    )
    add_fusion_options(fuse, settings.fusion, maps="file")
    fuse.add_argument(
        "--reference",
        metavar="FRAME",
        type=_path,
        help="the frame that the others are aligned to (default: the first)",
    )
    fuse.add_argument(
        "--alignment",
        metavar="PATH",
        type=_path,
        help="place the frames as this file says, from --save-alignment",
    )
    fuse.add_argument(
        "--save-alignment",
        metavar="PATH",
        type=_path,
        help="JSON file for where the frames lie, to be used again",
    )
    fuse.add_argument(
        "--slabs",
        metavar="FRAMES[:OVERLAP]",
        type=_slabs,
        help="also fuse so many frames at a time, to OUT-slab-01, OUT-slab-02 ... beside the "
        "picture; OVERLAP of them are in the next slab, too (default: a third)",
    )
    add_stereo_options(fuse)
    add_output_options(fuse, settings.export, overwrite="replace files that exist")
    fuse.set_defaults(command="fuse")

    batch = commands.add_parser(
        "batch",
        help="fuse many stacks",
        description="Fuse every sub-folder of PARENT (or PARENT itself) into one picture in "
        "OUTDIR. Pictures that exist are skipped: run the same command again to go on.",
    )
    batch.add_argument("parent", metavar="PARENT", type=_path, help="the folder of the stacks")
    batch.add_argument(
        "-o",
        "--output",
        metavar="OUTDIR",
        type=_path,
        required=True,
        help="folder of the results",
    )
    batch.add_argument(
        "--format",
        choices=[str(kind) for kind in FileFormat],
        default=str(settings.export.format),
        help="what the pictures are written as (default: %(default)s)",
    )
    batch.add_argument(
        "--name",
        metavar="TEMPLATE",
        default=settings.export.batch_name,
        help="names of the pictures; in braces: " + ", ".join(TOKENS) + " (default: %(default)s)",
    )
    batch.add_argument(
        "--split",
        action="store_true",
        help="split a folder where times, focus or size say that a new stack begins",
    )
    batch.add_argument(
        "--watch",
        action="store_true",
        help="go on looking at PARENT, split as by --split, and fuse stacks as they come, until "
        "Ctrl-C",
    )
    batch.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_seconds,
        default=float(settings.export.batch_wait_s),
        help="with --watch: a stack of which nothing came for so long is complete "
        "(default: %(default)g)",
    )
    batch.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )
    add_fusion_options(batch, settings.fusion, maps="folder")
    add_output_options(batch, settings.export, overwrite="make pictures anew that exist")
    batch.set_defaults(command="batch")

    demo = commands.add_parser(
        "demo", help="fuse the bundled stack", description="Fuse the bundled demo stack."
    )
    demo.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=_path,
        help=f"picture to write: {_SUFFIXES} (default: {DEMO_OUTPUT}, numbered if that exists)",
    )
    add_fusion_options(demo, settings.fusion, maps="file")
    add_stereo_options(demo)
    add_output_options(demo, settings.export, overwrite="replace files that exist")
    demo.set_defaults(command="demo", alignment=None, save_alignment=None, slabs=None)

    models = commands.add_parser(
        "models", help="list, verify or install models", description="Manage fusion models."
    )
    actions = models.add_subparsers(required=True)
    listing = actions.add_parser("list", help="what is installed")
    listing.set_defaults(command="models list")
    verify = actions.add_parser("verify", help="compare the files with their checksums")
    verify.add_argument("ids", metavar="ID", nargs="*", help="models (default: all)")
    verify.set_defaults(command="models verify")
    install = actions.add_parser("install", help="copy a model folder to your data folder")
    install.add_argument("folder", metavar="FOLDER", type=_path, help="a folder with a model.json")
    install.set_defaults(command="models install")
    return parser


def fusion_request(stack: Stack, args: argparse.Namespace) -> FusionRequest:
    """What is asked for a stack."""
    return FusionRequest(
        stack=stack,
        method=Method(args.method),
        mode=Mode(args.mode),
        align=Align(args.align),
        crop=args.crop,
        overlap=args.overlap,
        device=args.device,
        model_id=args.model,
        memory_bytes=args.memory,
        temporary_folder=args.temporary,
    )


def output_options(args: argparse.Namespace) -> OutputOptions:
    """How files are written."""
    settings: Settings = args.settings
    return replace(
        settings.export.options,
        bits=args.bits,
        quality=args.quality,
        colour_space=ColourSpace(args.colour_space),
        metadata=Carried(args.metadata),
    )


def beside_picture(args: argparse.Namespace) -> dict[str, typing.Any]:
    """Which files are written with a picture, as `jobs.export` has them."""
    first = None if args.nearest is None else args.nearest == "first"
    how = Stereo(args.stereo or Path(), StereoKind(args.stereo_kind), args.parallax, first)
    if args.stereo is None and how != Stereo(Path()):
        raise FocusStackError("No file is named for the stereo view.", "Add --stereo PATH.")
    stereo = how if args.stereo is not None else None
    return {
        "overwrite": args.overwrite,
        "provenance": args.provenance,
        "depth": args.depth,
        "stereo": stereo,
    }


def with_project(parsed: argparse.Namespace, arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments, of a project with its frames and with its choices where they name none."""
    from focusstack_app.jobs.project import PROJECT_SUFFIX, load_project

    if [path.suffix.lower() for path in parsed.inputs] != [PROJECT_SUFFIX]:
        return parsed
    project = load_project(parsed.inputs[0])
    fusion = replace(
        parsed.settings.fusion,
        method=project.method,
        mode=project.mode,
        align=project.align,
        overlap=project.overlap,
    )
    again = command_parser(replace(parsed.settings, fusion=fusion)).parse_args(arguments)
    again.settings = parsed.settings
    again.reference = again.reference or project.reference_taken
    again.inputs = [f for f, counts in zip(project.frames, project.included, strict=True) if counts]
    if not again.inputs:
        raise InputError(f"No frame of {parsed.inputs[0]} takes part.", "Check some in the window.")
    return again


def known_alignment(stack: Stack, args: argparse.Namespace) -> tuple[Stack, Registration | None]:
    """The frames and what `--alignment` says of them; refuses what cannot be read or saved."""
    from focusstack_app.jobs.alignment import frame_names, load_alignment

    if args.alignment is None and args.save_alignment is None:
        return stack, None
    if Align(args.align) is Align.OFF:
        raise FocusStackError("With --align off there is no alignment.", "Use --align auto.")
    if len(stack) == 1:
        raise InputError("One frame has no alignment.", "Name the other frames as well.")
    if args.save_alignment is not None:
        frame_names(stack)
    return load_alignment(args.alignment, stack) if args.alignment is not None else (stack, None)
