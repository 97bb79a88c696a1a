"""The network's choice where the full size shows no detail: looked at from further away.

Before a plain background all frames look alike but for the veil of the defocused subject, which
darkens or lightens its surroundings: a halo, if a frame with it is taken. At full size the veil may
be wider than what the network sees at once. Reduced, the subject and its veil lie side by side, and
the network takes the frame that has the subject sharp, and so no veil beside it. Its choice on
reduced frames therefore holds where those that it would rather take at full size show nothing but
noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.ahead import ahead
from focusstack_app.core.kinds import as_float16, as_float32, namespace, on_card
from focusstack_app.core.message import message
from focusstack_app.core.model import FloatArray, FusionModel
from focusstack_app.core.planes import Planes
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.engine.filters import filtered, gaussian, looked_up, seen_in_cells
from focusstack_app.engine.pixels import cell_means, grey, to_float
from focusstack_app.engine.reduced import fuse_reduced
from focusstack_app.engine.resampling import PATCH_PX

DETAIL_CELLS = 12  # that bear on the detail of a cell, on each side
_SIDE_PX = 256  # of the reduced frames
_BASE_CELLS, _WINDOW_CELLS = 2.0, 3.0  # sigmas: of what is no detail, and of the window
_SQUARES = 8  # patches of a frame, at most, down and across, in which noise is measured
_LEVELS = 16  # of brightness
# White noise keeps its variance under this kernel; slopes and curves leave nothing (Immerkaer,
# "Fast noise variance estimation", 1996).
_GRAIN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / np.float32(6)
_COARSE = 6.0  # how much more of the noise is left in cells than of white noise, at most
_NO_GRAIN = 1e-12
_LEAST_NOISE = 0.0015  # standard deviation of cells, display-encoded
_MOST_NOISE = 3.0  # times that of the middle level
_QUIET = 0.2  # the share of a picture, of each brightness, that shows nothing but noise
_ENOUGH_CELLS = 500
_PLAIN, _DETAILED = 2.0, 4.0  # times the variance of the noise
_NOTHING = 1e-6  # of a weight
_COMMON = 2.0  # how much more detail counts that two frames show: next to no noise is in it


class Detail(NamedTuple):
    """What a part of a frame shows, each (h, w) in cells.

    Attributes:
        fine: Fine detail and noise, display-encoded.
        noise: The variance of noise that such brightness has.
        variance: Of the fine detail around each cell, noise included.
        over_noise: The same as a multiple of its noise; more, where the frames beside show it, too.
    """

    fine: FloatArray
    noise: FloatArray
    variance: FloatArray
    over_noise: FloatArray

    def at_least(self, variance: FloatArray) -> Detail:
        """The same where there surely is so much detail."""
        seen = namespace(variance).maximum(self.over_noise, variance / self.noise)
        return self._replace(over_noise=seen)


class Overview(NamedTuple):
    """The choice of the network on reduced frames, and the noise of the frames.

    Attributes:
        weights: N of (h, w) float16, sum 1, over the whole frames.
        cell_px: Height and width of their cells in pixels of the frames.
        noise: (16,) variance of noise in cells of the fusion's grid, by their brightness,
            display-encoded.
        coarseness: That variance as a multiple of the finest grain of noise; 0 where it is unknown.
    """

    weights: Sequence[Planes]
    cell_px: tuple[float, float]
    noise: FloatArray
    coarseness: float

    def weight(self, index: int, part: Region, cell_px: int = 1) -> FloatArray:
        """(h, w): the weight of a frame in a part of the picture, in cells of an edge."""
        return seen_in_cells(self.weights[index][:], self.cell_px, part, cell_px)

    def taken(self, indices: Sequence[int]) -> Overview:
        """That of some of the frames; what the others had is shared out among them."""
        planes = [as_float32(self.weights[index][:]) for index in indices]
        total = sum(planes[1:], start=planes[0]) + _NOTHING
        return self._replace(weights=[plane / total for plane in planes])

    def details(self, shades: Iterable[FloatArray], cell_px: int) -> Iterator[Detail]:
        """For each frame, its detail in cells.

        Noise depends on more than brightness: on colour, and on what the camera made of it. So
        where there is more grain, up to what the noisiest brightness has, there may be more noise.
        Fine texture looks like that, too. But frames that follow each other show the same texture
        and not the same noise, so that what they have in common tells.

        Args:
            shades: (H, W) grey, the same part of all frames in the order of their focus.
            cell_px: Edge of a cell of the fusion's grid.
        """
        levels = (np.arange(_LEVELS) + 0.5) / _LEVELS
        before: Detail | None = None
        for grey_frame in shades:
            means = cell_means(grey_frame, cell_px)
            fine = _fine(means)
            noise = looked_up(gaussian(means, _WINDOW_CELLS), levels, self.noise)
            most, xp = noise, namespace(noise)
            if self.coarseness:
                grain = self.coarseness * _grain(grey_frame, cell_px)
                most = xp.maximum(noise, xp.clip(grain, None, float(self.noise.max())))
            variance = _windowed(fine * fine)
            detail = Detail(fine, noise, variance, variance / most)
            if before is not None:
                common = _COMMON * _windowed(before.fine * fine)
                yield before.at_least(common)
                detail = detail.at_least(common)
            before = detail
        if before is not None:
            yield before


class Choice(NamedTuple):
    """The choice of the network on reduced frames.

    Attributes:
        weights: See `Overview`.
        cell_px: As there.
    """

    weights: Sequence[Planes]
    cell_px: tuple[float, float]


class Noise(NamedTuple):
    """The noise of frames.

    Attributes:
        noise: See `Overview`.
        coarseness: As there.
    """

    noise: FloatArray
    coarseness: float


def overview_of(
    model: FusionModel,
    frames: Sequence[Planes],
    overlap: float,
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes] = np.asarray,
) -> Overview:
    """Let the network choose among reduced frames, and measure their noise.

    Args:
        model: The model.
        frames: N of (H, W, 3) uint8 or uint16, display-encoded, aligned.
        overlap: Share of a tile that overlaps its neighbour.
        progress: Reported per frame and tile.
        keep: Puts away what grows with the number of frames.

    Raises:
        DeviceMemoryError: If the device has too little memory.
        Cancelled: If the user stopped the job.
    """
    choice = choice_of(model, frames, overlap, progress.sub(0.0, 0.8), keep)
    return Overview(*choice, *noise_of(model, frames, progress.sub(0.8, 1.0)))


def choice_of(
    model: FusionModel,
    frames: Sequence[Planes],
    overlap: float,
    progress: Progress,
    keep: Callable[[NDArray[Any]], Planes],
) -> Choice:
    """Let the network choose among reduced frames; see `overview_of`."""
    cell_px = model.manifest.scale // model.manifest.weight_scale
    stage = message("Encoding")
    fusion, size, _ = fuse_reduced(model, frames, _SIDE_PX, overlap, stage, progress, keep)
    height, width = frames[0].shape[:2]
    rows, columns = (-(-side // cell_px) for side in size[::-1])
    return Choice(
        [keep(as_float16(plane[:rows, :columns])) for plane in fusion.weights],
        (height / size[1] * cell_px, width / size[0] * cell_px),
    )


def noise_of(model: FusionModel, frames: Sequence[Planes], progress: Progress) -> Noise:
    """Measure the noise of frames, in some patches of each; see `overview_of`."""
    cell_px = model.manifest.scale // model.manifest.weight_scale
    measured: list[tuple[NDArray[np.float64], float]] = []
    threads = 0 if on_card(frames[0]) else None
    with closing(ahead(lambda frame: _noise_of(frame, cell_px), frames, threads)) as each:
        for found in each:
            measured.append(found)
            progress.report(len(measured) / len(frames), message("Encoding"))
    noise, multiples = zip(*measured, strict=True)
    multiple = float(np.median(multiples))
    return Noise(_agreed(noise), multiple if multiple < _most_coarse(cell_px) else 0.0)


def plainness(over_noise: FloatArray) -> FloatArray:
    """In [0, 1], from detail as a multiple of noise: 1 where there is none."""
    plain: FloatArray = namespace(over_noise).clip(
        (_DETAILED - over_noise) / (_DETAILED - _PLAIN), 0, 1
    )
    return plain


def _energy(means: FloatArray) -> FloatArray:
    """(h, w) variance of the fine detail around each cell."""
    fine = _fine(means)
    return _windowed(fine * fine)


def _fine(means: FloatArray) -> FloatArray:
    """(h, w) what is finer than slopes and soft edges."""
    return means - gaussian(means, _BASE_CELLS)


def _windowed(products: FloatArray) -> FloatArray:
    """(h, w) mean around each cell."""
    return gaussian(products, _WINDOW_CELLS)


def _grain(shades: FloatArray, cell_px: int) -> FloatArray:
    """(h, w) variance of the finest grain around each cell of (H, W) grey."""
    grain = filtered(shades, _GRAIN)
    return gaussian(cell_means(grain * grain, cell_px), _WINDOW_CELLS)


def _most_coarse(cell_px: int) -> float:
    """How much more than its finest grain the variance of noise can be; texture is more."""
    return (_COARSE / cell_px) ** 2


def _noise_of(frame: Planes, cell_px: int) -> tuple[NDArray[np.float64], float]:
    """(16,) variance in the quietest parts of a frame by brightness; NaN where it has too few.

    Where all is textured, the quietest parts show more than noise. Their finest grain, which is
    lost with the focus, tells how much noise there can be. What multiple of that grain they show
    comes with it.
    """
    squares = [
        grey(to_float(frame[top : top + PATCH_PX, left : left + PATCH_PX]))
        for top in _spaced(frame.shape[0])
        for left in _spaced(frame.shape[1])
    ]
    xp = namespace(squares[0])
    shades = xp.stack(squares, 2)
    means = cell_means(shades, cell_px)
    energy, grain = _energy(means), _grain(shades, cell_px)
    level = xp.clip(means * _LEVELS, 0, _LEVELS - 0.5)
    noise, multiples = np.full(_LEVELS, np.nan), []
    for index in range(_LEVELS):
        here = (level >= index) & (level < index + 1)
        if int(here.sum()) >= _ENOUGH_CELLS:
            finest = max(float(xp.quantile(grain[here], _QUIET)), _NO_GRAIN)
            multiples.append(float(xp.quantile(energy[here], _QUIET)) / finest)
            noise[index] = min(multiples[-1], _most_coarse(cell_px)) * finest
    return noise, float(np.median(multiples)) if multiples else math.inf


def _spaced(length: int) -> list[int]:
    """Where whole patches begin that are spread over a length."""
    count = max(1, length // PATCH_PX)
    return [PATCH_PX * int(at) for at in np.linspace(0, count - 1, min(_SQUARES, count)).round()]


def _agreed(noise: Sequence[NDArray[np.float64]]) -> FloatArray:
    """(16,) what the quietest frames say, the most defocused ones; within bounds.

    Brightness that none has gets that beside it.
    """
    levels, found = np.arange(_LEVELS), np.full(_LEVELS, _LEAST_NOISE**2)
    table = np.stack(noise)
    known = np.flatnonzero(~np.isnan(table).all(axis=0))
    if len(known):
        quiet = np.nanquantile(table[:, known], _QUIET, axis=0)
        found = np.interp(levels, known, quiet)
    most = max(_LEAST_NOISE**2, _MOST_NOISE**2 * float(np.median(found)))
    return np.asarray(np.clip(found, _LEAST_NOISE**2, most), np.float32)
