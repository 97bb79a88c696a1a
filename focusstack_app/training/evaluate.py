"""Measure fusion methods on scenes whose sharp picture is known.

    python -m focusstack_app.training.evaluate SCENES... --json OUT

A scene is an .npz of `train samples` (not one that a model was trained on), or a folder with
`frame_*` pictures and `truth/pinhole.*`. Frames are taken as they are: nothing is registered.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.progress import Progress
from focusstack_app.engine.composite import composite
from focusstack_app.engine.latent_fusion import encode_frame, fuse_latents
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.engine.pyramid import fuse_pyramid
from focusstack_app.inference.manifest import find_model, load_manifest
from focusstack_app.inference.onnx import OnnxModel

SMOOTH_SIGMA_PX = 2.0
EASY_RMSE = 0.03  # some frame is as near to the truth as this: the rest is the hard zone
METHODS = ("vaeedof", "strict", "generative", "pyramid", "laplacian", "mean", "oracle")


def load_scene(path: Path) -> tuple[list[FloatArray], FloatArray]:
    """Frames and truth of a scene, each (H, W, 3) float32, display-encoded.

    Raises:
        ValueError: If it has no frames or no truth.
    """
    if path.is_dir():
        truths = sorted(path.glob("truth/pinhole.*"))
        pictures = [*sorted(path.glob("frame_*")), *truths[:1]]
        if len(pictures) < 2 or not truths:
            raise ValueError(f"{path} has no frame_* or no truth/pinhole.*")
        loaded = [cv2.imread(str(picture)) for picture in pictures]
        planes = [np.asarray(p, dtype=np.uint8)[:, :, ::-1] for p in loaded if p is not None]
    else:
        with np.load(path, allow_pickle=False) as sample:
            planes = [*sample["frames"], sample["truth"]]
    floats = [np.ascontiguousarray(plane, dtype=np.float32) / np.float32(255) for plane in planes]
    return floats[:-1], floats[-1]


def laplacian_selection(frames: Sequence[FloatArray]) -> FloatArray:
    """Per pixel the frame with the largest Laplacian energy in a Gaussian window of 4 px."""
    return _picked(
        frames, [-_smooth(np.square(cv2.Laplacian(f, -1)).sum(axis=2), 4.0) for f in frames]
    )


def oracle_selection(frames: Sequence[FloatArray], truth: FloatArray) -> FloatArray:
    """Per pixel the frame that is nearest to the truth in a Gaussian window of 2 px."""
    return _picked(frames, source_errors(frames, truth))


def source_errors(frames: Sequence[FloatArray], truth: FloatArray) -> list[FloatArray]:
    """(H, W) mean squared error of each frame in a Gaussian window of 2 px."""
    return [_smooth(np.square(f - truth).mean(axis=2), SMOOTH_SIGMA_PX) for f in frames]


def fuse(
    method: str, frames: Sequence[FloatArray], truth: FloatArray, model: FusionModel
) -> FloatArray:
    """The picture of a method, (H, W, 3) float32 in [0, 1]."""
    progress = Progress()
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
        picture = fusion.picture
        if method != "generative":
            picture = composite(
                fusion,
                stack,
                agreement_rmse=model.manifest.agreement_rmse,
                synthesise=method == "vaeedof",
                progress=progress,
            )[0]
    return np.clip(picture, 0, 1)


def measure(picture: FloatArray, truth: FloatArray, easy: NDArray[np.bool_]) -> dict[str, float]:
    """PSNR in dB over the whole picture and in both zones, and SSIM."""
    error = np.square(picture - truth, dtype=np.float64).mean(axis=2)
    zones = {"psnr": np.ones_like(easy), "psnr_easy": easy, "psnr_hard": ~easy}
    figures = {
        name: float(-10 * np.log10(error[zone].mean() + 1e-10)) if zone.any() else float("nan")
        for name, zone in zones.items()
    }
    return {**figures, "ssim": ssim(picture, truth)}


def ssim(picture: FloatArray, truth: FloatArray) -> float:
    """Mean structural similarity of the luminance (Wang et al. 2004, sigma 1.5)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (picture, truth))
    mean_x, mean_y = _smooth(x, 1.5), _smooth(y, 1.5)
    spread_x = _smooth(x * x, 1.5) - mean_x**2
    spread_y = _smooth(y * y, 1.5) - mean_y**2
    common = _smooth(x * y, 1.5) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    similarity = (2 * mean_x * mean_y + c1) * (2 * common + c2)
    similarity /= (mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2)
    return float(similarity.mean())


def evaluate(
    scenes: Sequence[Path],
    methods: Sequence[str],
    model: FusionModel,
    show: Callable[[str], None],
) -> dict[str, dict[str, float]]:
    """Mean figures per method over the scenes; zones that a scene lacks do not count."""
    rows: dict[str, list[dict[str, float]]] = {method: [] for method in methods}
    for path in scenes:
        frames, truth = load_scene(path)
        easy = np.min(source_errors(frames, truth), axis=0) < EASY_RMSE**2
        for method in methods:
            start = time.perf_counter()
            picture = fuse(method, frames, truth, model)
            seconds = time.perf_counter() - start
            rows[method].append({**measure(picture, truth, easy), "seconds": seconds})
        show(f"{path}: {len(frames)} frames, {1 - easy.mean():.1%} hard")
    return {
        method: {name: _mean([row[name] for row in found]) for name in found[0]}
        for method, found in rows.items()
    }


def as_table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| method | PSNR | SSIM | PSNR, easy zone | PSNR, hard zone | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for method, row in figures.items():
        lines.append(
            f"| {method} | {row['psnr']:.2f} | {row['ssim']:.4f} | {row['psnr_easy']:.2f} "
            f"| {row['psnr_hard']:.2f} | {row['seconds']:.2f} |"
        )
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _smooth(plane: NDArray[np.floating], sigma_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px))


def _picked(frames: Sequence[FloatArray], cost: Sequence[FloatArray]) -> FloatArray:
    best = np.argmin(np.stack(cost), axis=0)
    return np.asarray(np.take_along_axis(np.stack(frames), best[None, ..., None], 0)[0])


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.evaluate")
    parser.add_argument("scenes", nargs="+", type=Path)
    parser.add_argument("--methods", default=",".join(METHODS), help="(default: %(default)s)")
    parser.add_argument("--model", default=DEFAULT_MODEL_ID, help="installed id, or a model folder")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    methods = args.methods.split(",")
    if unknown := set(methods) - set(METHODS):
        parser.error(f"unknown methods: {', '.join(sorted(unknown))}")
    folder = Path(args.model)
    manifest = load_manifest(folder) if (folder / "model.json").exists() else find_model(args.model)
    figures = evaluate(args.scenes, methods, OnnxModel(manifest, "auto"), print)
    print(as_table(figures))  # noqa: T201 - the command's result
    if args.json is not None:
        facts = {"model": f"{manifest.id} {manifest.version}", "scenes": len(args.scenes)}
        args.json.write_text(json.dumps({**facts, "methods": figures}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
