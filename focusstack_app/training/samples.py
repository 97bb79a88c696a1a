"""Rendered samples on disk, and batches of them with the faults of real stacks."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core.ahead import ahead
from focusstack_app.inference.network import SCALE
from focusstack_app.training.synthesis import PLAIN, make_sample

T = TypeVar("T")
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
    plain: float = PLAIN,
) -> None:
    """Render the samples of a seed that are not there yet, each (height, width) `size_px`.

    `matting` is the share of them that are parts of scenes of MattingMFIF, `plain` that with a
    background without detail.
    """
    out.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path = out / f"{seed}_{index:05d}.npz"
        if not path.exists():
            rng = np.random.default_rng([seed, index])
            sample = make_sample(photographs, rng, size_px, matting, plain)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.savez(file, **dataclasses.asdict(sample))
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


class Batch(NamedTuple):
    """Stacks with as many slots as the largest has frames; smaller ones hold duplicates.

    Attributes:
        frames: (B, slots, 3, H, W), display-encoded.
        slots: (B, slots) number of the frame in each slot.
        truth: (B, 3, H, W), display-encoded.
        owner: (B, H, W) number of the frame that is focused nearest to what is seen.
        focus: (B, slots), px of blur, larger is nearer.
        latents: (B, slots, C, H / 8, W / 8) of the frames, where they are kept with the samples.
        target: (B, C, H / 8, W / 8) of the truth, same.
    """

    frames: Tensor
    slots: Tensor
    truth: Tensor
    owner: Tensor
    focus: Tensor
    latents: Tensor | None = None
    target: Tensor | None = None

    def to(self, place: torch.device) -> Batch:
        """The same on a device."""
        return Batch(
            self.frames.to(place),
            self.slots.to(place),
            self.truth.to(place),
            self.owner.to(place),
            self.focus.to(place),
            None if self.latents is None else self.latents.to(place),
            None if self.target is None else self.target.to(place),
        )


def batches(samples: Path, batch: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Random batches of stacks of equal length for ever, prepared while the last one is used.

    Samples that are rendered meanwhile are taken up.
    """
    groups: dict[int, list[Path]] = {}
    looked = -math.inf

    def prepared() -> Batch:
        nonlocal groups, looked
        if time.monotonic() - looked > 300:
            groups, looked = by_frame_count(samples.glob("*.npz")), time.monotonic()
        sizes = np.array([len(group) for group in groups.values()])
        equal = groups[int(rng.choice(list(groups), p=sizes / sizes.sum()))]
        return batch_of([equal[i] for i in rng.integers(0, len(equal), batch)], rng)

    return ahead(lambda _: prepared(), itertools.repeat(None), threads=1)


def batch_of(paths: Sequence[Path], rng: np.random.Generator | None) -> Batch:
    """Load samples.

    With `rng`, slots are shuffled, pictures cropped, turned, mirrored and recoloured, and the
    frames get the faults that cameras and hands add; but where latents are kept, pictures are only
    shuffled and cropped.
    """
    loaded = []
    for path in paths:
        with np.load(path, allow_pickle=False) as sample:
            loaded.append({name: sample[name] for name in sample.files})
    count = max(len(sample["frames"]) for sample in loaded)
    chosen = [_slots_of(len(sample["frames"]), count, rng) for sample in loaded]
    if rng is not None:
        loaded = [_varied(sample, rng) for sample in loaded]

    def slotted(name: str) -> NDArray[np.generic]:
        return np.stack([s[name][slots] for s, slots in zip(loaded, chosen, strict=True)])

    latents = target = None
    if "latents" in loaded[0]:
        latents = torch.from_numpy(slotted("latents")).float()
        target = torch.from_numpy(np.stack([sample["target"] for sample in loaded])).float()
    truths = np.stack([sample["truth"] for sample in loaded])
    return Batch(
        planes_of(slotted("frames")),
        torch.from_numpy(np.stack(chosen)),
        planes_of(truths),
        torch.from_numpy(np.stack([sample["owner"] for sample in loaded]).astype(np.int64)),
        torch.from_numpy(np.asarray(slotted("focus"), np.float32)),
        latents,
        target,
    )


def _slots_of(frames: int, count: int, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """The number of the frame in each of `count` slots."""
    if rng is None:
        return np.arange(count) % frames
    spare = rng.integers(0, frames, count - frames)
    return rng.permutation(np.concatenate([np.arange(frames), spare]))


def _varied(sample: dict[str, NDArray[Any]], rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """A part of a sample, the one of four with most to learn."""
    stack, truth = sample["frames"], sample["truth"]
    side = min(CROP_PX, truth.shape[0])
    corners = rng.integers(0, (truth.shape[0] - side) // SCALE + 1, (4, 2)) * SCALE
    if "latents" not in sample:
        corners = rng.integers(0, truth.shape[0] - side + 1, (4, 2))
    top, left = _hardest_of(corners, stack, truth)
    stack = stack[:, top : top + side, left : left + side]
    truth = truth[top : top + side, left : left + side]
    owner = sample["owner"][top : top + side, left : left + side]
    if "latents" in sample:  # they belong to these very pixels
        down, across = (slice(at // SCALE, (at + side) // SCALE) for at in (top, left))
        return {
            "frames": stack,
            "truth": truth,
            "owner": owner,
            "focus": sample["focus"],
            "latents": sample["latents"][..., down, across],
            "target": sample["target"][..., down, across],
        }
    turn, flip, colours = int(rng.integers(4)), int(rng.integers(2)) * 2 - 1, [0, 1, 2]
    rng.shuffle(colours)
    stack = np.rot90(stack, turn, (1, 2))[:, :, ::flip, colours]
    return {
        "frames": with_faults(stack, rng),
        "truth": np.rot90(truth, turn)[:, ::flip, colours],
        "owner": np.rot90(owner, turn)[:, ::flip],
        "focus": sample["focus"],
    }


def keep_latents(samples: Path, out: Path, encode: Callable[[Tensor], Tensor]) -> None:
    """Copy samples together with their latents, for an encoder that is slow; resumes.

    The frames get their faults now, once and for all.

    Args:
        samples: Folder of `render_samples`.
        out: Folder of the copies.
        encode: (B, 3, H, W), display-encoded, to (B, C, H / 8, W / 8).
    """
    out.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted(samples.glob("*.npz"))):
        if (out / path.name).exists():
            continue
        with np.load(path, allow_pickle=False) as sample:
            frames, truth = sample["frames"], sample["truth"]
            owner, focus = sample["owner"], sample["focus"]
        frames = with_faults(frames, np.random.default_rng([number, 5]))
        latents = encode(planes_of(np.concatenate([frames, truth[None]]))).half().numpy()
        part = out / f"{path.stem}.part"
        with part.open("wb") as file:
            np.savez(
                file, frames=frames, truth=truth, owner=owner, focus=focus, latents=latents[:-1],
                target=latents[-1],
            )  # fmt: skip
        part.replace(out / path.name)


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


def planes_of(pixels: NDArray[Any]) -> Tensor:
    """(..., H, W, 3) uint8 to (..., 3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.moveaxis(pixels, -1, -3).copy()).float() / 255
