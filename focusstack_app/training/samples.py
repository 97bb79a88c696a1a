"""Rendered samples on disk, and batches of them with the faults of real stacks."""

from __future__ import annotations

import functools
import math
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.training.synthesis import make_sample

SAMPLE_PX = 256
CROP_PX = 192  # that a training step sees, wherever it lies on the grid of blocks


def render_samples(
    photographs: Sequence[Path],
    out: Path,
    *,
    count: int,
    seed: int,
    size_px: tuple[int, int] = (SAMPLE_PX, SAMPLE_PX),
    matting: float = 0.0,
) -> None:
    """Render the samples of a seed that are not there yet, each (height, width) `size_px`.

    `matting` is the share of them that are parts of scenes of MattingMFIF.
    """
    out.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path = out / f"{seed}_{index:05d}.npz"
        if not path.exists():
            rng = np.random.default_rng([seed, index])
            sample = make_sample(photographs, rng, size_px, matting)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.savez(file, frames=sample.frames, truth=sample.truth)
            part.replace(path)


def by_frame_count(paths: Iterable[Path]) -> dict[int, list[Path]]:
    """The samples by the number of their frames: batches of equal stacks need no padding."""
    groups: dict[int, list[Path]] = {}
    for path in sorted(paths):
        groups.setdefault(_frame_count(path), []).append(path)
    return groups


@functools.cache
def _frame_count(path: Path) -> int:
    with zipfile.ZipFile(path) as sample, sample.open("frames.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        shape = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(file)[0]
    return int(shape[0])


def batches(
    samples: Path, batch: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Random batches of stacks of equal length for ever, prepared while the last one is used.

    Samples that are rendered meanwhile are taken up.
    """
    groups: dict[int, list[Path]] = {}
    looked = -math.inf

    def prepared() -> tuple[Tensor, Tensor, Tensor]:
        nonlocal groups, looked
        if time.monotonic() - looked > 300:
            groups, looked = by_frame_count(samples.glob("*.npz")), time.monotonic()
        sizes = np.array([len(group) for group in groups.values()])
        equal = groups[int(rng.choice(list(groups), p=sizes / sizes.sum()))]
        return batch_of([equal[i] for i in rng.integers(0, len(equal), batch)], rng)

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(prepared)
        while True:
            ready = coming.result()
            coming = pool.submit(prepared)
            yield ready


def batch_of(
    paths: Sequence[Path], rng: np.random.Generator | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Load samples as frames (B, slots, 3, H, W), frame numbers (B, slots), truth (B, 3, H, W).

    There are as many slots as the largest stack has frames; smaller ones are padded by duplicates.
    With `rng`, slots are shuffled, pictures cropped, turned, mirrored and recoloured, and the
    frames get the faults that cameras and hands add.
    """
    frames, numbers, truths = [], [], []
    loaded = []
    for path in paths:
        with np.load(path, allow_pickle=False) as sample:
            loaded.append((sample["frames"], sample["truth"]))
    count = max(len(stack) for stack, _ in loaded)
    for stack, truth in loaded:
        slots = np.arange(count) % len(stack)
        if rng is not None:
            spare = rng.integers(0, len(stack), count - len(stack))
            slots = rng.permutation(np.concatenate([np.arange(len(stack)), spare]))
            turn, flip, colours = int(rng.integers(4)), int(rng.integers(2)) * 2 - 1, [0, 1, 2]
            rng.shuffle(colours)
            side = CROP_PX if truth.shape[0] > CROP_PX else truth.shape[0]
            top, left = _hardest_of(
                rng.integers(0, truth.shape[0] - side + 1, (4, 2)), stack, truth
            )
            part = (slice(top, top + side), slice(left, left + side))
            stack = np.rot90(stack[:, *part], turn, (1, 2))[:, :, ::flip, colours]
            truth = np.rot90(truth[part], turn)[:, ::flip, colours]
            stack = with_faults(stack, rng)
        frames.append(stack[slots])
        numbers.append(slots)
        truths.append(truth)
    return _planes(np.stack(frames)), torch.from_numpy(np.stack(numbers)), _planes(np.stack(truths))


def _hardest_of(
    corners: NDArray[np.int64], stack: NDArray[np.uint8], truth: NDArray[np.uint8]
) -> tuple[int, int]:
    """The corner of the crop in which most is as no frame shows it: there is most to learn."""
    small = (truth.shape[1] // 4, truth.shape[0] // 4)
    errors = [
        cv2.resize(cv2.absdiff(frame, truth), small, interpolation=cv2.INTER_AREA).mean(axis=2)
        for frame in stack
    ]
    hardness = np.minimum(np.min(errors, axis=0), 25.0)
    side = min(CROP_PX, truth.shape[0]) // 4
    sums = [hardness[t : t + side, u : u + side].sum() for t, u in corners // 4]
    top, left = corners[int(np.argmax(sums))]
    return int(top), int(left)


def with_faults(stack: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Noise, JPEG, drift of position and exposure, each on some stacks only.

    Args:
        stack: (N, H, W, 3), sRGB-encoded.
        rng: Decides everything.
    """
    noisy, compressed, moved, uneven = rng.random(4) < (0.25, 0.25, 0.2, 0.2)
    noise, quality = rng.uniform(0.002, 0.02), int(rng.integers(80, 98))
    height, width = stack.shape[1:3]
    faulty = np.empty_like(stack)
    for frame, original in zip(faulty, stack, strict=True):
        frame[:] = original
        if moved:
            across, down = rng.normal(0, 0.3, 2)
            frame[:] = cv2.warpAffine(
                frame, np.array([[1, 0, across], [0, 1, down]]), (width, height),
                flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
        if noisy or uneven:
            gain = np.exp(rng.normal(0, 0.01)) if uneven else 1.0
            spread = rng.normal(0, 255 * noise, frame.shape) if noisy else 0.0
            frame[:] = np.rint(np.clip(gain * frame + spread, 0, 255))
        if compressed:
            code = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            frame[:] = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return faulty


def _planes(pixels: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.moveaxis(pixels, -1, -3).copy()).float() / 255
