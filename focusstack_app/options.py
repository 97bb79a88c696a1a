"""The options that several commands share."""

from __future__ import annotations

import argparse
import typing
from typing import Literal

from focusstack_app.argument_types import gigabytes as _gigabytes
from focusstack_app.argument_types import overlap as _overlap
from focusstack_app.argument_types import parallax as _parallax
from focusstack_app.argument_types import path as _path
from focusstack_app.argument_types import quality as _quality
from focusstack_app.core.fusion import Align, DeviceChoice, Method, Mode
from focusstack_app.core.output import USUAL_PARALLAX, Carried, ColourSpace, StereoKind
from focusstack_app.settings.schema import ExportSettings, FusionSettings


def add_fusion_options(
    parser: argparse.ArgumentParser, defaults: FusionSettings, *, maps: Literal["file", "folder"]
) -> None:
    """How a stack is fused, and what is written beside the picture."""
    place = {"file": "PATH", "folder": "DIR"}[maps]
    add = parser.add_argument
    add(
        "--method",
        choices=[str(method) for method in Method],
        default=str(defaults.method),
        help="learned fusion or Laplacian pyramid (default: %(default)s)",
    )
    add(
        "--mode",
        choices=[str(mode) for mode in Mode],
        default=str(defaults.mode),
        help="camera pixels, filled in where no frame is sharp; camera pixels only; or the "
        "network's picture (default: %(default)s)",
    )
    add(
        "--align",
        choices=[str(align) for align in Align],
        default=str(defaults.align),
        help="register the frames where needed, or leave them where they lie; either way they are "
        "counted in the order of their focus (default: %(default)s)",
    )
    add(
        "--crop",
        action=argparse.BooleanOptionalAction,
        default=defaults.crop,
        help="leave out the borders that some aligned frame does not show",
    )
    add(
        "--overlap",
        metavar="SHARE",
        type=_overlap,
        default=defaults.overlap,
        help="share of a tile that overlaps the next, 0 to 0.5 (default: %(default)s)",
    )
    add(
        "--device",
        choices=typing.get_args(DeviceChoice),
        default=defaults.device,
        help="where to compute (default: %(default)s)",
    )
    add("--model", metavar="ID", default=defaults.model, help="model (default: %(default)s)")
    add(
        "--memory",
        metavar="GB",
        type=_gigabytes,
        default=defaults.memory_bytes,
        help="what a fusion may use; beyond it, temporary files (default: 40 %% of what is free, "
        "or what the preferences say)",
    )
    add(
        "--temporary",
        metavar="FOLDER",
        type=_path,
        default=defaults.temporary_place,
        help="folder for temporary files (default: the system's, or what the preferences say)",
    )
    add("--provenance", metavar=place, type=_path, help=f"{maps} for the map of pixel origins")
    add(
        "--depth",
        metavar=place,
        type=_path,
        help=f"{maps} for the 16-bit depth map, filled in",
    )
    add("--json", metavar="PATH", type=_path, help="file for timings, device, memory, warnings")


def add_stereo_options(parser: argparse.ArgumentParser) -> None:
    """A stereo view of the picture."""
    add, kinds = parser.add_argument, [str(kind) for kind in StereoKind]
    add("--stereo", metavar="PATH", type=_path, help="file for a stereo view by the depth")
    add(
        "--stereo-kind",
        choices=kinds,
        default=kinds[0],
        help="a pair side by side, the same for crossed eyes, one picture for red-cyan glasses, or "
        "an animation that rocks (.webp or .gif) (default: %(default)s)",
    )
    add(
        "--parallax",
        metavar="PERCENT",
        type=_parallax,
        default=USUAL_PARALLAX,
        help="of the width: how far what is nearest moves against what is farthest between both "
        f"eyes (default: {USUAL_PARALLAX:.0%})".replace("%", "%%"),
    )
    add(
        "--nearest",
        choices=["first", "last"],
        help="the frame that is focused nearest (default: as measured, or else guessed)",
    )


def add_output_options(
    parser: argparse.ArgumentParser, defaults: ExportSettings, *, overwrite: str
) -> None:
    """How pictures are written."""
    parser.add_argument(
        "--bits",
        type=int,
        choices=[8, 16],
        default=defaults.bits,
        help="per channel, in TIFF, PNG and JPEG XL (default: %(default)s)",
    )
    parser.add_argument(
        "--quality",
        metavar="N",
        type=_quality,
        default=defaults.quality,
        help="of JPEG, WebP and JPEG XL, 1 to 100 (default: %(default)s)",
    )
    parser.add_argument(
        "--colour-space",
        choices=[str(space) for space in ColourSpace],
        default=str(defaults.colour_space),
        help="source keeps that of the frames (default: %(default)s)",
    )
    parser.add_argument(
        "--metadata",
        choices=[str(carried) for carried in Carried],
        default=str(defaults.metadata),
        help="what of the reference's goes into the file (default: %(default)s)",
    )
    parser.add_argument("--overwrite", action="store_true", help=overwrite)
