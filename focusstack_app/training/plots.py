"""The paper's figures 4 and 6 and the course of a training, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from focusstack_app.training.metrics import DIFFICULTIES, Patch, psnr


def plot_difficulty(groups: Sequence[Patch], path: Path) -> None:
    """PSNR of each method against the difficulty of patches (paper, figure 4)."""
    difficulty = [group.difficulty for group in groups]
    lines = {
        method: (difficulty, [psnr(group.mse[method]) for group in groups])
        for method in groups[0].mse
    }
    _draw(lines, path, "RMSE of the best that the frames offer", "PSNR (dB)", logarithmic=True)


def plot_times(seconds: Mapping[str, Mapping[int, float]], path: Path) -> None:
    """Time of each method against the number of frames (paper, figure 6)."""
    lines = {
        method: ([float(count) for count in times], list(times.values()))
        for method, times in seconds.items()
    }
    _draw(lines, path, "frames", "seconds", logarithmic=False)


def plot_training(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Loss and validation over the steps.

    Args:
        rows: Of a run's table: "step", "loss" (empty where nothing was trained), PSNR in dB.
        path: PNG.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 7), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    trained = [row for row in rows if row["loss"]]
    above.plot([int(row["step"]) for row in trained], [float(row["loss"]) for row in trained])
    above.set_ylabel("loss")
    steps = [int(row["step"]) for row in rows]
    for name in [name for name in rows[0] if name not in ("step", "loss")]:
        below.plot(steps, [float(row[name]) for row in rows], marker="o", markersize=3, label=name)
    below.set_xlabel("steps")
    below.set_ylabel("PSNR (dB)")
    below.legend()
    for axes in (above, below):
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(path, dpi=100)


def _draw(
    lines: Mapping[str, tuple[list[float], list[float]]],
    path: Path,
    across: str,
    up: str,
    *,
    logarithmic: bool,
) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for method, (x, y) in lines.items():
        axes.plot(x, y, marker="o", markersize=3.5, label=method)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    if logarithmic:
        axes.set_xscale("symlog", linthresh=DIFFICULTIES[0])
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)
