"""How exactly frames are registered, where it is known how they lie: rendered scenes lie still.

    python -m focusstack_app.training.registration SCENE_OR_STACK...

Each scene (see `scenes`) is registered as it is, moved as a lens and a hand move it, and moved by
a camera that tilts, too. Two numbers are told of each: how far the worst corner of the worst frame
is from its true place, and how far its pixels are, on average.

Of a real stack nobody knows how its frames lie. It is registered as it is, and moved as a hand
moves it (breathing would take other things out of the picture), and should be found to have moved
so: what both are wrong by in the same way is not seen. Its frames come in the order of their focus.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import proxy_of, register
from focusstack_app.engine.focus_order import focus_order
from focusstack_app.engine.pixels import to_float
from focusstack_app.engine.resampling import projected
from focusstack_app.engine.warps import Matrix, Similarity, unit_frame
from focusstack_app.io.read import read_frame
from focusstack_app.jobs.opening import open_stack
from focusstack_app.training.evaluate import load_scene

_BREATHING = 0.004  # from frame to frame
_SCALE, _TURN, _SHIFT_PX = 0.0005, 0.002, 4.0  # standard deviations
_SEEDS = (1, 2, 3)  # ways to move a real stack
_GRID = 25  # places along each side
_TILT_PX = 4.5  # what it moves a corner of the last frame by, about


def moved(
    frames: Sequence[FloatArray],
    seed: int = 1,
    *,
    tilt_px: float = 0.0,
    breathing: float = _BREATHING,
) -> tuple[list[FloatArray], list[NDArray[np.float64]]]:
    """Frames as a breathing lens in a hand would have taken them.

    Args:
        frames: (H, W, 3), of one size.
        seed: Decides how they move.
        tilt_px: What is left of the movement of a corner of the last frame, about, when the camera
            tilts evenly from the first frame on and the picture is moved back.
        breathing: How much larger the picture becomes from frame to frame.

    Returns:
        They, and (3, 3) from pixel centres of the first to those of each.
    """
    rng = np.random.default_rng(seed)
    height, width = frames[0].shape[:2]
    seen, transforms = [frames[0]], [np.eye(3)]
    to_unit, towards = unit_frame(height, width), np.random.default_rng(seed).normal(size=2)
    towards *= tilt_px / (max(height, width) / 2 * (len(frames) - 1) * np.hypot(*towards))
    for number, frame in enumerate(frames[1:], start=1):
        scale = 1 + breathing * number + rng.normal(0, _SCALE)
        shift = complex(*rng.normal(0, _SHIFT_PX, 2))
        matrix = Similarity(scale * np.exp(1j * rng.normal(0, _TURN)), shift).matrix(height, width)
        tilted = np.eye(3)
        tilted[2, :2] = number * towards
        matrix = matrix @ np.linalg.inv(to_unit) @ tilted @ to_unit
        matrix /= matrix[2, 2]
        there = cv2.warpPerspective(
            frame, matrix, (width, height),
            flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        seen.append(np.asarray(there, np.float32))
        transforms.append(matrix)
    return seen, transforms


class Errors(NamedTuple):
    """How far from their true places registration puts the pixels of each frame.

    Attributes:
        corner_px: (N,) at most, which is at a corner.
        mean_px: (N,) on average.
    """

    corner_px: NDArray[np.float64]
    mean_px: NDArray[np.float64]


def errors_of(frames: Sequence[FloatArray], transforms: Sequence[Matrix]) -> Errors:
    """Register frames, and look at a grid of their pixels.

    Args:
        frames: (H, W, 3), display-encoded, in focus order.
        transforms: The true ones, from the first frame.
    """
    height, width = frames[0].shape[:2]
    found = _registered(frames)
    across, down = (np.linspace(0, side - 1, _GRID) for side in (width, height))
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    errors = [
        np.hypot(*(projected(grid, own) - projected(grid, true)).T)
        for own, true in zip(found, transforms, strict=True)
    ]
    return Errors(np.max(errors, axis=1), np.mean(errors, axis=1))


def recovered(frames: Sequence[FloatArray]) -> Errors:
    """How exactly it is found how real frames were moved; of several ways to move them, the worst.

    Args:
        frames: (H, W, 3), display-encoded, in focus order.
    """
    as_they_are = _registered(frames)
    ways = []
    for seed in _SEEDS:
        there, matrices = moved(frames, seed, breathing=0.0)
        true = [matrix @ own for matrix, own in zip(matrices, as_they_are, strict=True)]
        ways.append(errors_of(there, true))
    return max(ways, key=lambda errors: float(errors.corner_px.max()))


def _registered(frames: Sequence[FloatArray]) -> Matrix:
    height, width = frames[0].shape[:2]
    proxies = [proxy_of(_eight_bits(frame)) for frame in frames]
    return register(proxies, 0, (height, width), Progress()).frame_from_reference


def _eight_bits(frame: FloatArray) -> NDArray[Any]:
    return np.round(255 * np.clip(frame, 0, 1)).astype(np.uint8)


def _cells(errors: Iterable[Iterable[float]]) -> str:
    return " | ".join(f"{corner:.2f}, {mean:.2f}" for corner, mean in errors)


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.registration")
    parser.add_argument("scenes", type=Path, nargs="+")
    args = parser.parse_args(argv)
    lines = ["| scene | frames | still, px | moved, px | tilted, px |", "|---|---|---|---|---|"]
    each = []
    for path in args.scenes:
        if path.is_dir() and not (path / "truth").exists():
            sources = open_stack([path]).stack.sources
            frames = [to_float(read_frame(source).pixels) for source in sources]
            order = focus_order([proxy_of(_eight_bits(frame)) for frame in frames], Progress())
            found = recovered([frames[index] for index in order])
            told = _cells([(found.corner_px.max(), found.mean_px.max())])
            lines.append(f"| {path.name} | {len(frames)} | | {told} | |")
            continue
        frames, _ = load_scene(path)
        still = errors_of(frames, [np.eye(3)] * len(frames))
        shaken = errors_of(*moved(frames))
        tilted = errors_of(*moved(frames, tilt_px=_TILT_PX))
        each.append([[of.max() for of in errors] for errors in (still, shaken, tilted)])
        lines.append(f"| {path.name} | {len(frames)} | {_cells(each[-1])} |")
    if each:
        lines.append(f"| mean of scenes | | {_cells(np.mean(each, axis=0))} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
