"""Rendered samples on disk, and batches of them with the faults of real stacks."""

from __future__ import annotations

import dataclasses
import functools
import math
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.core.ahead import ahead
from focusstack_app.inference.network import SCALE
from focusstack_app.training.faults import with_faults
from focusstack_app.training.synthesis import PLAIN, PROCESSOR, eight_bits, make_sample

SAMPLE_PX = 256
CROP_PX = 192  # that a training step sees, wherever it lies on the grid of blocks
_THREADS = 4  # that prepare batches for a card


def render_samples(
    photographs: Sequence[Path],
    out: Path,
    *,
    count: int,
    seed: int,
    size_px: tuple[int, int] = (SAMPLE_PX, SAMPLE_PX),
    matting: float = 0.0,
    plain: float = PLAIN,
    place: torch.device = PROCESSOR,
) -> None:
    """Render the samples of a seed that are not there yet, each (height, width) `size_px`.

    `matting` is the share of them that are parts of scenes of MattingMFIF, `plain` that with a
    background without detail. `place` says where frames are rendered.
    """
    out.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path = out / f"{seed}_{index:05d}.npz"
        if not path.exists():
            rng = np.random.default_rng([seed, index])
            sample = make_sample(photographs, rng, size_px, matting, plain, place)
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


def batches(
    samples: Path, batch: int, rng: np.random.Generator, place: torch.device, crop_px: int = CROP_PX
) -> Iterator[Batch]:
    """Random batches of stacks of equal length for ever, prepared while the last one is used.

    Samples that are rendered meanwhile are taken up.

    Args:
        samples: Their folder.
        batch: Stacks in each.
        rng: Decides everything.
        place: Where they are wanted.
        crop_px: Side of the part of each sample, a multiple of 64.
    """

    def wanted() -> Iterator[tuple[list[Path], np.random.Generator]]:
        looked = -math.inf
        while True:
            if time.monotonic() - looked > 30:
                groups, looked = by_frame_count(samples.glob("*.npz")), time.monotonic()
                sizes = np.array([len(group) for group in groups.values()])
            equal = groups[int(rng.choice(list(groups), p=sizes / sizes.sum()))]
            yield [equal[i] for i in rng.integers(0, len(equal), batch)], rng.spawn(1)[0]

    threads = 1 if place.type == "cpu" else _THREADS
    return ahead(lambda one: batch_of(*one, place, crop_px), wanted(), threads)


def batch_of(
    paths: Sequence[Path],
    rng: np.random.Generator | None,
    place: torch.device = PROCESSOR,
    crop_px: int = CROP_PX,
) -> Batch:
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
        loaded = [_varied(sample, rng, crop_px) for sample in loaded]

    def put(name: str) -> Tensor:
        return torch.from_numpy(np.stack([sample[name] for sample in loaded])).to(place)

    stacks = [planes_of(sample["frames"], place) for sample in loaded]
    latents = target = None
    if "latents" in loaded[0]:
        latents = torch.from_numpy(
            np.stack([s["latents"][slots] for s, slots in zip(loaded, chosen, strict=True)])
        )
        latents, target = latents.to(place).float(), put("target").float()
    elif rng is not None:
        stacks = [with_faults(stack, rng) for stack in stacks]
    focus = [np.float32(s["focus"][slots]) for s, slots in zip(loaded, chosen, strict=True)]
    return Batch(
        torch.stack([s[torch.from_numpy(i)] for s, i in zip(stacks, chosen, strict=True)]),
        torch.from_numpy(np.stack(chosen)).to(place),
        planes_of(np.stack([sample["truth"] for sample in loaded]), place),
        put("owner").long(),
        torch.from_numpy(np.stack(focus)).to(place),
        latents,
        target,
    )


def _slots_of(frames: int, count: int, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """The number of the frame in each of `count` slots."""
    if rng is None:
        return np.arange(count) % frames
    spare = rng.integers(0, frames, count - frames)
    return rng.permutation(np.concatenate([np.arange(frames), spare]))


def _varied(
    sample: dict[str, NDArray[Any]], rng: np.random.Generator, crop_px: int
) -> dict[str, NDArray[Any]]:
    """A part of a sample, the one of four with most to learn."""
    stack, truth = sample["frames"], sample["truth"]
    side = min(crop_px, truth.shape[0])
    corners = rng.integers(0, (truth.shape[0] - side) // SCALE + 1, (4, 2)) * SCALE
    if "latents" not in sample:
        corners = rng.integers(0, truth.shape[0] - side + 1, (4, 2))
    top, left = _hardest_of(corners, stack, truth, side)
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
    return {
        "frames": np.rot90(stack, turn, (1, 2))[:, :, ::flip, colours],
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
        faulty = with_faults(planes_of(frames), np.random.default_rng([number, 5]))
        latents = encode(torch.cat([faulty, planes_of(truth)[None]])).half().numpy()
        frames = eight_bits(faulty.movedim(1, -1))
        part = out / f"{path.stem}.part"
        with part.open("wb") as file:
            np.savez(
                file, frames=frames, truth=truth, owner=owner, focus=focus, latents=latents[:-1],
                target=latents[-1],
            )  # fmt: skip
        part.replace(out / path.name)


def _hardest_of(
    corners: NDArray[np.int64], stack: NDArray[np.uint8], truth: NDArray[np.uint8], side: int
) -> tuple[int, int]:
    """The corner of the crop in which most is as no frame shows it: there is most to learn."""
    step = 4
    small = truth[::step, ::step].astype(np.int16)
    errors = np.abs(stack[:, ::step, ::step].astype(np.int16) - small).mean(3, dtype=np.float32)
    hardness = np.minimum(errors.min(0), 25.0)
    sums = [hardness[t : t + side // step, u : u + side // step].sum() for t, u in corners // step]
    top, left = corners[int(np.argmax(sums))]
    return int(top), int(left)


def planes_of(pixels: NDArray[Any], place: torch.device = PROCESSOR) -> Tensor:
    """(..., H, W, 3) uint8 to (..., 3, H, W) float32 in [0, 1]."""
    channels_last = torch.from_numpy(np.ascontiguousarray(pixels)).to(place)
    return channels_last.movedim(-1, -3).contiguous().float() / 255
