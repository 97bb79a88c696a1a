"""How far a picture is from the truth: PSNR by zone, SSIM, and the measures of the paper.

Those of the paper's table 1 come from `piq` (Kastryulin et al. 2022). LPIPS, DISTS and PieAPP are
left out: their networks' weights would have to be downloaded.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core.model import FloatArray

LEFT_OUT = ("LPIPS", "DISTS", "PieAPP")
SMOOTH_SIGMA_PX = 2.0
EASY_RMSE = 0.03  # some frame is as near to the truth as this: the rest is the hard zone
PATCH_PX = 50  # of the plot against difficulty
DIFFICULTIES = (0.002, 0.004, 0.008, 0.016, 0.032, 0.064)
LEAST_SIDE_PX = 161  # for five scales of 11 px windows

# Key, module and function of piq, heading.
_PIQ = (
    ("ms_ssim", "ms_ssim", "multi_scale_ssim"),
    ("iw_ssim", "iw_ssim", "information_weighted_ssim"),
    ("haarpsi", "haarpsi", "haarpsi"),
    ("mdsi", "mdsi", "mdsi"),
    ("ms_gmsd", "gmsd", "multi_scale_gmsd"),
)
HEADINGS = {
    "psnr": "PSNR",
    "psnr_easy": "easy zone",
    "psnr_hard": "hard zone",
    "ssim": "SSIM",
    "ms_ssim": "MS-SSIM",
    "iw_ssim": "IW-SSIM",
    "haarpsi": "HaarPSI",
    "mdsi": "MDSI",
    "ms_gmsd": "MS-GMSD",
    "mse": "MSE",
    "seconds": "seconds",
}
DIGITS = {"psnr": 2, "psnr_easy": 2, "psnr_hard": 2, "mse": 6, "seconds": 2}


class Patch(NamedTuple):
    """One patch of a scene.

    Attributes:
        difficulty: RMSE between truth and the best that the frames offer, display-encoded.
        mse: Of each method there.
    """

    difficulty: float
    mse: dict[str, float]


def measure(picture: FloatArray, truth: FloatArray, easy: NDArray[np.bool_]) -> dict[str, float]:
    """PSNR in dB over the whole picture and in both zones, SSIM and MSE.

    Args:
        picture: (H, W, 3) float32, display-encoded, [0, 1].
        truth: Same.
        easy: (H, W), the easy zone.
    """
    error = np.square(picture - truth, dtype=np.float64).mean(axis=2)
    zones = {"psnr": np.ones_like(easy), "psnr_easy": easy, "psnr_hard": ~easy}
    figures = {
        name: psnr(float(error[zone].mean())) if zone.any() else float("nan")
        for name, zone in zones.items()
    }
    return {**figures, "ssim": ssim(picture, truth), "mse": float(error.mean())}


def psnr(mse: float) -> float:
    """In dB, of a range of 1; 100 at most."""
    return float(-10 * np.log10(mse + 1e-10))


def ssim(picture: FloatArray, truth: FloatArray) -> float:
    """Mean structural similarity of the luminance (Wang et al. 2004, sigma 1.5)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (picture, truth))
    mean_x, mean_y = smooth(x, 1.5), smooth(y, 1.5)
    spread_x = smooth(x * x, 1.5) - mean_x**2
    spread_y = smooth(y * y, 1.5) - mean_y**2
    common = smooth(x * y, 1.5) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    similarity = (2 * mean_x * mean_y + c1) * (2 * common + c2)
    similarity /= (mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2)
    return float(similarity.mean())


def perceptual(picture: FloatArray, truth: FloatArray) -> dict[str, float]:
    """MS-SSIM, IW-SSIM, HaarPSI, MDSI and MS-GMSD (paper, section 4).

    Args:
        picture: (H, W, 3) float32, display-encoded, [0, 1].
        truth: Same.

    Returns:
        By name; not a number where a picture is too small for a measure's scales.
    """
    x, y = (
        torch.from_numpy(np.ascontiguousarray(p.transpose(2, 0, 1)[None])) for p in (picture, truth)
    )
    small = min(truth.shape[:2]) < LEAST_SIDE_PX
    found = {}
    for name, module, function in _PIQ:
        if small and name in ("ms_ssim", "iw_ssim"):
            found[name] = float("nan")
            continue
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # piq 0.8 calls what newer torch releases deprecate
            found[name] = float(_piq(module, function)(x, y))
    return found


def _piq(module: str, function: str) -> Callable[[Tensor, Tensor], Tensor]:
    """A measure of piq without its package's `__init__`.

    That one imports torchvision, which must be of the very build of torch, for networks that are
    not used here.
    """
    if "piq" not in sys.modules:
        spec = importlib.util.find_spec("piq")
        if spec is None or spec.submodule_search_locations is None:
            raise ImportError("the measures of the paper need piq: pip install piq")
        package = types.ModuleType("piq")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["piq"] = package
    found: Callable[[Tensor, Tensor], Tensor] = getattr(
        importlib.import_module(f"piq.{module}"), function
    )
    return found


def source_errors(frames: Sequence[FloatArray], truth: FloatArray) -> list[FloatArray]:
    """(H, W) mean squared error of each frame in a Gaussian window of 2 px."""
    return [smooth(np.square(f - truth).mean(axis=2), SMOOTH_SIGMA_PX) for f in frames]


def patches(
    best: FloatArray, pictures: dict[str, FloatArray], truth: FloatArray, side_px: int = PATCH_PX
) -> list[Patch]:
    """The errors of methods by patch, with the patch's difficulty (paper, figure 4).

    Args:
        best: (H, W), the least of `source_errors`.
        pictures: Method to (H, W, 3) float32, display-encoded.
        truth: (H, W, 3).
        side_px: Of a patch; what is left at the right and below is not counted.
    """
    difficulty = _by_patch(best, side_px)
    errors = {
        method: _by_patch(np.square(picture - truth).mean(axis=2), side_px)
        for method, picture in pictures.items()
    }
    return [
        Patch(float(np.sqrt(score)), {m: float(e[at]) for m, e in errors.items()})
        for at, score in enumerate(difficulty)
    ]


def by_difficulty(found: Sequence[Patch], edges: Sequence[float] = DIFFICULTIES) -> list[Patch]:
    """Patches in groups of rising difficulty, the mean of each; a group without any is left out.

    Args:
        found: Patches.
        edges: Where the next group begins.
    """
    numbers = np.digitize([patch.difficulty for patch in found], edges)
    means = []
    for number in sorted(set(numbers.tolist())):
        group = [patch for patch, own in zip(found, numbers, strict=True) if own == number]
        mse = {m: float(np.mean([p.mse[m] for p in group])) for m in group[0].mse}
        means.append(Patch(float(np.mean([p.difficulty for p in group])), mse))
    return means


def _by_patch(plane: FloatArray, side_px: int) -> FloatArray:
    """Means of squares of a plane, row by row."""
    height, width = (side // side_px for side in plane.shape)
    part = plane[: height * side_px, : width * side_px]
    return np.asarray(part.reshape(height, side_px, width, side_px).mean(axis=(1, 3))).ravel()


def smooth(plane: NDArray[np.floating], sigma_px: float) -> FloatArray:
    """A plane in a Gaussian window."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px))


def as_table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as a Markdown table; columns that no method has are left out."""
    columns = [name for name in HEADINGS if any(name in row for row in figures.values())]
    lines = [
        "| method | " + " | ".join(HEADINGS[name] for name in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for method, row in figures.items():
        cells = [f"{row.get(name, float('nan')):.{DIGITS.get(name, 4)}f}" for name in columns]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
