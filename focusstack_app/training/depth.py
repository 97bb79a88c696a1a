"""How good the depth map is, where the depth is known: in rendered scenes.

    python -m focusstack_app.training.depth SCENE... [--method vaeedof|pyramid]

Each scene (see `scenes`) is fused as its frames lie. Errors are in steps from frame to frame, of
the map, and of the frame that each pixel came from: everywhere, and at the edges of the true depth.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import Align, FusionRequest, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.maps import depth_map
from focusstack_app.jobs.opening import open_stack
from focusstack_app.training import lens
from focusstack_app.training.layers import lens_scene
from focusstack_app.training.scene import SceneSpec

EDGE_PX = 4


def true_places(scene: lens.Scene) -> NDArray[np.float64]:
    """(H, W) place in the stack of what the pinhole sees, between frames too.

    What lies beyond the first or the last frame is there.
    """
    order = np.argsort(scene.focus)
    places = np.interp(lens.seen(scene), np.asarray(scene.focus)[order], order.astype(float))
    return np.asarray(places, np.float64)


def at_edges(truth: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(H, W) what lies within `EDGE_PX` of a place where the true depth jumps by over a step."""
    beside = np.ones((3, 3), np.uint8)
    jumps = (cv2.dilate(truth, beside) - cv2.erode(truth, beside) > 1).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * EDGE_PX + 1, 2 * EDGE_PX + 1))
    return np.asarray(cv2.dilate(jumps, disc)).view(np.bool_)


def errors(places: NDArray[Any], truth: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The mean, what 95 % of the pixels keep below, and the share of those above one step.

    The last one is that share at edges; not a number where there are none.
    """
    away, edges = np.abs(places - truth), at_edges(truth)
    far = away > 1
    at = float(far[edges].mean()) if edges.any() else float("nan")
    return float(away.mean()), float(np.quantile(away, 0.95)), float(far.mean()), at


def measure(folder: Path, method: Method) -> tuple[tuple[float, float, float, float], ...]:
    """Errors of the frame that pixels came from, and of the map.

    Raises:
        ValueError: If the frames were not taken in the order of their names.
    """
    stack = open_stack(sorted(folder.glob("frame_*"))).stack
    result = fuse_stack(FusionRequest(stack, method, align=Align.OFF), Progress())
    if result.provenance is None or result.request.stack != stack:
        raise ValueError(f"{folder}: the frames are not in the order of their focus")
    truth = true_places(lens_scene(SceneSpec.from_json((folder / "scene.json").read_text("utf-8"))))
    places = depth_map(result) / 65535 * (len(stack) - 1)
    return errors(result.provenance.source_index, truth), errors(places, truth)


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.depth")
    parser.add_argument("scenes", type=Path, nargs="+")
    parser.add_argument("--method", type=Method, choices=list(Method), default=Method.VAEEDOF)
    args = parser.parse_args(argv)
    head = "mean | 95 % | above one step | at edges"
    lines = [f"| scene | frame: {head} | map: {head} |", "|---|" + "---|" * 8]
    each = [measure(path, args.method) for path in args.scenes]
    mean_of_all = np.ma.masked_invalid(each).mean(axis=0).filled(np.nan)
    names = [*(path.name for path in args.scenes), "mean"]
    for name, row in zip(names, [*each, mean_of_all], strict=True):
        cells = [
            f"{mean:.3f} | {most:.2f} | {100 * far:.1f} % | {100 * at:.1f} %"
            for mean, most, far, at in row
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
