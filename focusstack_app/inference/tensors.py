"""The engine's functions of pixels for PyTorch's tensors: the counterparts of OpenCV's.

`card` serves them by their names; what they compute stands at the functions that they serve.
"""

# ruff: noqa: D103 - counterparts have the docstrings of what they serve

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

NEARLY_WHITE = 0.95  # see `engine.pixels.to_uint16`
_PARTS = 4  # in which a plane is convolved


def as_tensor(array: NDArray[Any]) -> Tensor:
    array = np.ascontiguousarray(array)
    # PyTorch warns of arrays that it could write to and must not.
    return torch.from_numpy(array if array.flags.writeable else array.copy())


# What all kinds have


def namespace(array: Tensor) -> Any:
    del array
    return torch


def zeros(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    return torch.zeros(shape, device=like.device)


def zero_indices(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    return torch.zeros(shape, dtype=torch.int32, device=like.device)


def zero_bytes(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    return torch.zeros(shape, dtype=torch.uint8, device=like.device)


def as_float32(array: Tensor) -> Tensor:
    return array.float()


def as_float64(array: Tensor) -> Tensor:
    return array.double()


def as_float16(array: Tensor) -> Tensor:
    return array.half()


def of_kind(like: Tensor, array: NDArray[Any]) -> Tensor:
    return as_tensor(array).to(like.device)


def on_host(array: Tensor) -> NDArray[Any]:
    return array.cpu().numpy()


# engine.pixels


def to_float(pixels: Tensor) -> Tensor:
    return pixels.to(torch.float32) / _full(pixels)


def to_uint16(picture: Tensor, gains: Sequence[float] = (1.0, 1.0, 1.0)) -> NDArray[np.uint16]:
    return rounded(picture, gains).cpu().numpy()


def grey(colours: Tensor) -> Tensor:
    return colours.mean(2)


def cell_means(picture: Tensor, cell_px: int) -> Tensor:
    down, across = (-side % cell_px for side in picture.shape[:2])
    whole = extended(picture, (0, down), (0, across), _repeated)
    return _from_planes(functional.avg_pool2d(_planes(whole), cell_px), picture)


def _full(pixels: Tensor) -> float:
    return 255.0 if pixels.dtype == torch.uint8 else 65535.0


def rounded(picture: Tensor, gains: Sequence[float]) -> Tensor:
    return (exposed(picture, gains) * 65535).clamp(0, 65535).round().to(torch.uint16)


def exposed(picture: Tensor, gains: Sequence[float]) -> Tensor:
    """Times the gains; what is burnt out stays white."""
    factors = few(np.asarray(gains), picture.device)
    if min(gains) >= 1:
        return picture * factors
    white = ((picture - NEARLY_WHITE) / (1 - NEARLY_WHITE)).clamp(0, 1)
    return picture * factors + white * (1 - factors).clamp(min=0)


# engine.filters


def gaussian(planes: Tensor, sigma: float) -> Tensor:
    return _blurred(planes, sigma, round(8 * sigma + 1) | 1, _mirrored)


def gaussian_around(planes: Tensor, sigma: float) -> Tensor:
    return _blurred(planes, sigma, 6 * round(sigma) + 1, _repeated)


def filtered(planes: Tensor, kernel: NDArray[np.float32]) -> Tensor:
    reach = kernel.shape[0] // 2
    around = extended(planes, (reach, reach), (reach, reach), _mirrored)
    return _from_planes(_convolved(_planes(around), few(kernel, planes.device)), planes)


def box(plane: Tensor, reach: int) -> Tensor:
    around = extended(plane, (reach, reach), (reach, reach), _repeated)
    return functional.avg_pool2d(around[None], 2 * reach + 1, 1)[0]


def eroded(plane: Tensor, reach: int) -> Tensor:
    return -functional.max_pool2d(-plane[None], 2 * reach + 1, 1, reach)[0]


def dilated(plane: Tensor, radius: int) -> Tensor:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    height = plane.shape[0]
    around = functional.pad(plane, (0, 0, radius, radius), value=-torch.inf)
    rows = []
    for first, row in enumerate(disc):
        reach = int(row.sum()) // 2
        part = around[first : first + height]
        rows.append(functional.max_pool2d(part[None], (1, 2 * reach + 1), 1, (0, reach))[0])
    return torch.stack(rows).amax(0)


def enlarged(planes: Tensor, factor: int) -> Tensor:
    full = functional.interpolate(
        _planes(planes), scale_factor=factor, mode="bilinear", align_corners=False
    )
    return _from_planes(full, planes)


def shrunk(frame: Tensor, size: tuple[int, int]) -> Tensor:
    width, height = size
    down, across = (
        _areas(old, new, frame.device)
        for old, new in zip(frame.shape[:2], (height, width), strict=True)
    )
    rows = down @ frame.to(torch.float32).flatten(1)
    means = across @ rows.reshape(height, frame.shape[1], 3)
    return means.round().to(frame.dtype)


def stretched(
    plane: Tensor, own_from_there: NDArray[np.float64], size_px: tuple[int, int]
) -> Tensor:
    lines = plane.float()
    for axis, (scale, shift) in enumerate(
        ((own_from_there[1, 1], own_from_there[1, 2]), (own_from_there[0, 0], own_from_there[0, 2]))
    ):
        at = torch.arange(size_px[axis], device=plane.device, dtype=torch.float64) * scale + shift
        at = at.clamp(0, lines.shape[axis] - 1)
        first = at.floor().long()
        other = (first + 1).clamp(max=lines.shape[axis] - 1)
        share = (at - first).float().reshape((-1, 1) if axis == 0 else (1, -1))
        one, two = lines.index_select(axis, first), lines.index_select(axis, other)
        lines = one + share * (two - one)
    return lines


def outer(like: Tensor, down: NDArray[np.float64], across: NDArray[np.float64]) -> Tensor:
    return few(down, like.device)[:, None] * few(across, like.device)


def looked_up(values: Tensor, levels: NDArray[np.float64], table: NDArray[np.float32]) -> Tensor:
    step = float(levels[1] - levels[0])
    at = ((values - float(levels[0])) / step).clamp(0, len(levels) - 1)
    first = at.floor().clamp(max=len(levels) - 2)
    entries = few(table, values.device)
    one, two = entries[first.long()], entries[first.long() + 1]
    return one + (at - first) * (two - one)


def padded_below(pixels: Tensor, down: int, across: int) -> Tensor:
    if down == across == 0:
        return pixels
    bits = pixels.view(torch.int16) if pixels.dtype == torch.uint16 else pixels
    return extended(bits, (0, down), (0, across), mirrored_twice).view(pixels.dtype)


def times(colours: Tensor, plane: Tensor) -> Tensor:
    return colours * plane[..., None]


def least(colours: Tensor) -> Tensor:
    return colours.amin(2)


def accumulate(total: Tensor, weight: Tensor, pixels: Tensor) -> None:
    total.addcmul_(weight[..., None], pixels)


def blend(alpha: Tensor, planes: Tensor, totals: Sequence[Tensor]) -> None:
    torch._foreach_add_(list(totals[: len(planes)]), list((alpha * planes).unbind()))


def squared_distance(one: Tensor, other: Tensor) -> Tensor:
    return (one - other).square().mean(2)


def _planes(picture: Tensor) -> Tensor:
    """(H, W) or (H, W, C) to (1, C, H, W)."""
    return picture[None, None] if picture.ndim == 2 else picture.permute(2, 0, 1)[None].contiguous()


def _from_planes(planes: Tensor, like: Tensor) -> Tensor:
    return planes[0, 0] if like.ndim == 2 else planes[0].permute(1, 2, 0).contiguous()


def _mirrored(at: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Indices within a length, for those beyond it: mirrored at the outermost."""
    if length == 1:
        return np.zeros_like(at)
    back = np.abs(at) % (2 * length - 2)
    return np.asarray(np.minimum(back, 2 * length - 2 - back), np.intp)


def mirrored_twice(at: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """The same with the outermost twice."""
    back = at % (2 * length)
    return np.minimum(back, 2 * length - 1 - back)


def _repeated(at: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """The same with the outermost repeated."""
    return np.clip(at, 0, length - 1)


def extended(
    picture: Tensor,
    down: tuple[int, int],
    across: tuple[int, int],
    border: Callable[[NDArray[np.intp], int], NDArray[np.intp]],
) -> Tensor:
    """(H, W, ...) with so many lines before and after."""
    for axis, (before, after) in enumerate((down, across)):
        if before or after:
            at = _lines(before, after, picture.shape[axis], border, picture.device)
            picture = picture.index_select(axis, at)
    return picture


@functools.lru_cache(256)
def _lines(
    before: int,
    after: int,
    length: int,
    border: Callable[[NDArray[np.intp], int], NDArray[np.intp]],
    device: torch.device,
) -> Tensor:
    return torch.from_numpy(border(np.arange(-before, length + after), length)).to(device)


def few(values: NDArray[Any], device: torch.device) -> Tensor:
    """Float32 values there that are asked for again and again."""
    return _kept(values.astype(np.float32).tobytes(), values.shape, device)


@functools.lru_cache(512)
def _kept(values: bytes, shape: tuple[int, ...], device: torch.device) -> Tensor:
    return torch.from_numpy(np.frombuffer(values, np.float32).reshape(shape).copy()).to(device)


@functools.lru_cache(64)
def _kernel(sigma: float, side: int, device: torch.device) -> Tensor:
    kernel = cv2.getGaussianKernel(side, sigma, cv2.CV_32F).ravel()
    return torch.from_numpy(np.asarray(kernel, np.float32)).to(device)


def _blurred(
    planes: Tensor,
    sigma: float,
    side: int,
    border: Callable[[NDArray[np.intp], int], NDArray[np.intp]],
) -> Tensor:
    reach = side // 2
    kernel = _kernel(sigma, side, planes.device)
    around = _planes(extended(planes, (reach, reach), (reach, reach), border))
    return _from_planes(_convolved(_convolved(around, kernel[:, None]), kernel[None]), planes)


def _convolved(planes: Tensor, kernel: Tensor) -> Tensor:
    """(1, C, H, W) with a kernel for each plane; without a border."""
    channels = planes.shape[1]
    if channels == 1:
        # One plane in four parts: as of four planes, which have a kernel that is made for them.
        height = planes.shape[2] - kernel.shape[0] + 1
        part = -(-height // _PARTS)
        below = _PARTS * part - height
        padded = functional.pad(planes[0, 0], (0, 0, 0, below))
        parts = padded.unfold(0, part + kernel.shape[0] - 1, part).transpose(1, 2)
        done = _convolved(parts[None].contiguous(), kernel)
        return done.reshape(1, 1, _PARTS * part, -1)[:, :, :height]
    return functional.conv2d(planes, kernel.expand(channels, 1, *kernel.shape), groups=channels)


@functools.lru_cache(16)
def _areas(old: int, new: int, device: torch.device) -> Tensor:
    """(new, old) shares of the old cells in the new ones along one side."""
    edges = np.arange(new + 1) * (old / new)
    first, last = edges[:-1, None], edges[1:, None]
    cells = np.arange(old)[None]
    shares = np.clip(np.minimum(last, cells + 1) - np.maximum(first, cells), 0, None)
    shares /= shares.sum(axis=1, keepdims=True)
    return torch.from_numpy(shares.astype(np.float32)).to(device)
