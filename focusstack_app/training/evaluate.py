"""Measure fusion methods on scenes whose sharp picture is known.

    python -m focusstack_app.training.evaluate SCENES... --json OUT --difficulty PNG --times PNG

A scene is an .npz of `train samples` (not one that a model was trained on), or a folder with
`frame_*` pictures and `truth/pinhole.*`. Frames are taken as they are: nothing is registered.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from focusstack_app.core.fusion import DEFAULT_MODEL_ID, DeviceChoice, Mode
from focusstack_app.core.model import FloatArray, FusionModel, ModelManifest
from focusstack_app.core.progress import Progress
from focusstack_app.engine.composite import composite
from focusstack_app.engine.defocus import focus_of_frames
from focusstack_app.engine.encode import encode_frame
from focusstack_app.engine.latent_fusion import fuse_latents
from focusstack_app.engine.overview import overview_of
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.pyramid import fuse_pyramid
from focusstack_app.inference.backend import open_model
from focusstack_app.inference.manifest import find_model, load_manifest
from focusstack_app.training.metrics import (
    EASY_RMSE,
    LEFT_OUT,
    Patch,
    as_table,
    by_difficulty,
    measure,
    patches,
    perceptual,
    smooth,
    source_errors,
)
from focusstack_app.training.pictures import read_rgb
from focusstack_app.training.plots import plot_difficulty, plot_times
from focusstack_app.training.scene import SceneSpec

METHODS = ("vaeedof", "strict", "generative", "pyramid", "laplacian", "mean", "oracle")
BEST_SEVEN = "best-seven"
TIMED_FRAMES = (2, 3, 4, 5, 6, 7)


def load_scene(path: Path) -> tuple[list[FloatArray], FloatArray]:
    """Frames and truth of a scene, each (H, W, 3) float32, display-encoded.

    Raises:
        ValueError: If it has no frames or no truth, or one of them is no picture.
    """
    if path.is_dir():
        truths = sorted(path.glob("truth/pinhole.*"))
        pictures = [*sorted(path.glob("frame_*")), *truths[:1]]
        if len(pictures) < 2 or not truths:
            raise ValueError(f"{path} has no frame_* or no truth/pinhole.*")
        planes = [read_rgb(picture) for picture in pictures]
    else:
        with np.load(path, allow_pickle=False) as sample:
            planes = [*sample["frames"], sample["truth"]]
    floats = [np.ascontiguousarray(plane, dtype=np.float32) / np.float32(255) for plane in planes]
    return floats[:-1], floats[-1]


def laplacian_selection(frames: Sequence[FloatArray]) -> FloatArray:
    """Per pixel the frame with the largest Laplacian energy in a Gaussian window of 4 px."""
    return _picked(
        frames, [-smooth(np.square(cv2.Laplacian(f, -1)).sum(axis=2), 4.0) for f in frames]
    )


def oracle_selection(frames: Sequence[FloatArray], truth: FloatArray) -> FloatArray:
    """Per pixel the frame that is nearest to the truth in a Gaussian window of 2 px."""
    return _picked(frames, source_errors(frames, truth))


def best_frames(frames: Sequence[FloatArray], truth: FloatArray, count: int) -> list[int]:
    """The frames that together show most of the truth, each the one that adds most."""
    errors = source_errors(frames, truth)
    chosen: list[int] = []
    least = np.full(truth.shape[:2], np.inf, np.float32)
    while len(chosen) < min(count, len(frames)):
        left = [i for i in range(len(frames)) if i not in chosen]
        chosen.append(min(left, key=lambda i: float(np.minimum(least, errors[i]).mean())))
        least = np.minimum(least, errors[chosen[-1]])
    return sorted(chosen)


def fuse(
    method: str, frames: Sequence[FloatArray], truth: FloatArray, model: FusionModel
) -> FloatArray:
    """The picture of a method, (H, W, 3) float32 in [0, 1]."""
    progress = Progress()
    if method == BEST_SEVEN:
        best = best_frames(frames, truth, model.manifest.slots)
        return fuse("vaeedof", [frames[i] for i in best], truth, model)
    if method == "mean":
        picture = np.mean(np.stack(frames), axis=0, dtype=np.float32)
    elif method == "oracle":
        picture = oracle_selection(frames, truth)
    elif method == "laplacian":
        picture = laplacian_selection(frames)
    elif method == "pyramid":
        picture = fuse_pyramid(frames.__getitem__, len(frames), progress)[0]
    else:
        stack = [to_uint16(frame) for frame in frames]
        latents = [encode_frame(model, frame, progress) for frame in stack]
        height, width = truth.shape[:2]
        fusion = fuse_latents(model, latents, (height, width), 0.25, progress)
        mode = Mode.FAITHFUL if method == "vaeedof" else Mode(method)
        focus, motion = focus_of_frames(model, stack, 0.25, progress)
        picture = composite(
            fusion,
            stack,
            focus=focus,
            overview=overview_of(model, stack, 0.25, progress),
            motion=motion,
            agreement_rmse=model.manifest.agreement_rmse,
            mode=mode,
            progress=progress,
        )[0]
    return np.clip(picture, 0, 1)


class SceneResult(NamedTuple):
    """What the methods make of one scene.

    Attributes:
        frames: Number of frames.
        hard: Share of the hard zone.
        rows: Method to figures.
        patches: See `metrics.patches`.
    """

    frames: int
    hard: float
    rows: dict[str, dict[str, float]]
    patches: list[Patch]


def evaluate_scene(
    path: Path, methods: Sequence[str], model: FusionModel, *, with_perceptual: bool = True
) -> SceneResult:
    """Fuse and measure one scene with each method."""
    frames, truth = load_scene(path)
    best = np.min(source_errors(frames, truth), axis=0)
    easy = best < EASY_RMSE**2
    rows, pictures = {}, {}
    for method in methods:
        start = time.perf_counter()
        pictures[method] = fuse(method, frames, truth, model)
        seconds = time.perf_counter() - start
        rows[method] = {**measure(pictures[method], truth, easy), "seconds": seconds}
        if with_perceptual:
            rows[method] |= perceptual(pictures[method], truth)
    return SceneResult(len(frames), float(1 - easy.mean()), rows, patches(best, pictures, truth))


def means(results: Sequence[SceneResult]) -> dict[str, dict[str, float]]:
    """Mean figures per method; zones that a scene lacks do not count."""
    return {
        method: {name: _mean([r.rows[method][name] for r in results]) for name in row}
        for method, row in results[0].rows.items()
    }


def evaluate(
    scenes: Sequence[Path],
    methods: Sequence[str],
    model: FusionModel,
    show: Callable[[str], None],
    *,
    with_perceptual: bool = True,
) -> list[SceneResult]:
    """Fuse and measure scenes; a line is shown after each."""
    results = []
    for path in scenes:
        result = evaluate_scene(path, methods, model, with_perceptual=with_perceptual)
        results.append(result)
        show(f"{path.name}: {result.frames} frames, {result.hard:.1%} hard")
    return results


def times(
    scene: Path, methods: Sequence[str], model: FusionModel, counts: Sequence[int] = TIMED_FRAMES
) -> dict[str, dict[int, float]]:
    """Seconds of each method by number of frames (paper, figure 6); a short stack repeats."""
    frames, truth = load_scene(scene)
    found: dict[str, dict[int, float]] = {method: {} for method in methods}
    for count in counts:
        stack = [frames[at % len(frames)] for at in range(count)]
        for method in methods:
            start = time.perf_counter()
            fuse(method, stack, truth, model)
            found[method][count] = time.perf_counter() - start
    return found


def kind_of(scene: Path) -> str | None:
    """The kind that a scene folder was rendered as, if it says so."""
    description = scene / "scene.json"
    if not description.exists():
        return None
    return SceneSpec.from_json(description.read_text(encoding="utf-8")).kind


def model_named(name: str) -> ModelManifest:
    """The model of a folder, or an installed one by its id.

    Raises:
        ModelError: If there is none.
    """
    folder = Path(name)
    return load_manifest(folder) if (folder / "model.json").exists() else find_model(name)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _picked(frames: Sequence[FloatArray], cost: Sequence[FloatArray]) -> FloatArray:
    best = np.argmin(np.stack(cost), axis=0)
    return np.asarray(np.take_along_axis(np.stack(frames), best[None, ..., None], 0)[0])


def _without_nan(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.evaluate")
    parser.add_argument("scenes", nargs="+", type=Path)
    parser.add_argument(
        "--methods",
        default=",".join(METHODS),
        help=f"(default: %(default)s) or {BEST_SEVEN}: vaeedof of the frames that show most",
    )
    parser.add_argument("--model", default=DEFAULT_MODEL_ID, help="installed id, or a model folder")
    parser.add_argument("--device", choices=typing.get_args(DeviceChoice), default="auto")
    parser.add_argument("--kind", choices=("matting", "continuous"), help="only scenes of it")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--difficulty", type=Path, help="plot of PSNR against patch difficulty")
    parser.add_argument("--times", type=Path, help="plot of time against the number of frames")
    parser.add_argument("--fast", action="store_true", help="without the measures of piq")
    args = parser.parse_args(argv)
    methods = args.methods.split(",")
    if unknown := set(methods) - {*METHODS, BEST_SEVEN}:
        parser.error(f"unknown methods: {', '.join(sorted(unknown))}")
    scenes = [path for path in args.scenes if args.kind is None or kind_of(path) == args.kind]
    if not scenes:
        parser.error(f"no scene of kind {args.kind}")
    manifest = model_named(args.model)
    model = open_model(manifest, args.device)
    results = evaluate(
        scenes,
        methods,
        model,
        lambda line: print(line, file=sys.stderr),  # noqa: T201 - progress
        with_perceptual=not args.fast,
    )
    figures = means(results)
    groups = by_difficulty([patch for result in results for patch in result.patches])
    timed = times(scenes[0], methods, model) if args.times is not None else {}
    print(as_table(figures))  # noqa: T201 - the command's result
    if args.difficulty is not None:
        plot_difficulty(groups, args.difficulty)
    if args.times is not None:
        plot_times(timed, args.times)
    if args.json is not None:
        report = {
            "model": f"{manifest.id} {manifest.version}",
            "device": model.device,
            "left_out": list(LEFT_OUT),
            "methods": figures,
            "scenes": {
                path.name: {"hard": r.hard, **r.rows}
                for path, r in zip(scenes, results, strict=True)
            },
            "difficulty": [group._asdict() for group in groups],
            "seconds_by_frames": timed,
        }
        args.json.write_text(json.dumps(_without_nan(report), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
