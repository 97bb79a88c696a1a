"""Random scenes from photographs and procedural mattes, as training and test samples."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from focusstack_app.engine.pixels import to_linear
from focusstack_app.training import lens, lens_torch
from focusstack_app.training.lens import LENS_POINTS, Array, Layer, Scene, owners
from focusstack_app.training.pictures import read_rgb
from focusstack_app.training.srgb import display_encoded

MARGIN_PX = 48
PLAIN = 0.35  # how many backgrounds have no detail
_PLAIN_SUBJECT = 0.08
PROCESSOR = torch.device("cpu")


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A rendered stack.

    Attributes:
        frames: (N, H, W, 3) uint8, sRGB-encoded.
        truth: (H, W, 3) uint8, sRGB-encoded, everything sharp.
        owner: (H, W) uint8, the frame that is focused nearest to what is seen.
        focus: (N,) float32, of each frame in px of blur, larger is nearer: their differences are
            the radii of the discs of confusion.
    """

    frames: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    owner: NDArray[np.uint8]
    focus: Array


def make_sample(
    photographs: Sequence[Path],
    rng: np.random.Generator,
    size_px: tuple[int, int],
    matting: float = 0.0,
    plain: float = PLAIN,
    place: torch.device = PROCESSOR,
) -> Sample:
    """A small scene of its own kind, or a part of a scene of MattingMFIF.

    Args:
        photographs: Textures, sRGB-encoded picture files.
        rng: Decides everything.
        size_px: (height, width).
        matting: How probable a part of MattingMFIF is, [0, 1].
        plain: How probable a background without detail is, [0, 1].
        place: Where it is rendered.
    """
    make = _matting_part if matting > 0 and rng.random() < matting else _varied
    scene, points = make(photographs, rng, size_px, plain)
    noise = rng.uniform(0, 0.008) * (rng.random() < 0.5)
    if place.type == "cpu":
        lights, light = lens.render(scene, points)
        frames, truth = torch.from_numpy(np.stack(lights)), torch.from_numpy(light)
    else:
        frames, truth = lens_torch.render(scene, place, points)
    grain = torch.Generator(place).manual_seed(int(rng.integers(2**31)))
    spread = torch.randn(frames.shape, generator=grain, device=place)
    return Sample(
        eight_bits(display_encoded(frames) + noise * spread),
        eight_bits(display_encoded(truth)),
        owners(scene),
        np.array(scene.focus, np.float32),
    )


def _matting_part(
    photographs: Sequence[Path], rng: np.random.Generator, size_px: tuple[int, int], plain: float
) -> tuple[Scene, int]:
    """What lies around a subject's outline in a picture of 1200 x 900 px of MattingMFIF.

    Five subjects and a background at the distances of `scenes.matting_scene`, a frame for each.
    Most textures are enlarged, as cut-outs are: they have no detail of single pixels.
    """
    height, width = (side + 2 * MARGIN_PX for side in size_px)
    blur_px = float(np.exp(rng.uniform(np.log(10), np.log(50))))  # per dioptre
    depths = np.sort(rng.uniform(0.25, 1.0, 5))[::-1]
    corner = rng.uniform(0, 1, 2) * [1200 - size_px[1], 900 - size_px[0]] - MARGIN_PX
    nearby, layers = int(rng.integers(5)), []
    for index, depth in enumerate(depths):
        light = _light(photographs, rng, (height, width), (0.5, 2.2), _PLAIN_SUBJECT)
        radius = rng.uniform(0.4, 0.85) * 900 / 2
        centre = rng.uniform(0.08, 0.92, 2) * [1200, 900] - corner
        if index == nearby:
            angle, middle = rng.uniform(0, 2 * np.pi), np.array([width, height]) / 2
            centre = middle + radius * np.array([np.cos(angle), np.sin(angle)])
            centre += rng.uniform(-60, 60, 2)
        if rng.random() < 0.8:
            big = np.zeros((height * 2, width * 2), np.uint8)
            _body(big, rng, 2 * radius, 2 * centre)
            matte = _reduced(big)
        else:
            matte = random_matte(rng, height, width)
        layers.append(_layer(light, matte, np.array([depth * blur_px, 0, 0, 0, 0, 0])))
    far = rng.uniform(0.1, 0.15) * blur_px
    light = _light(photographs, rng, (height, width), (0.6, 1.4), plain)
    whole = np.ones((height, width), np.float32)
    layers.append(_layer(light, whole, np.array([far, 0, 0, 0, 0, 0])))
    focus = [*(float(depth * blur_px) for depth in depths), far]
    rng.shuffle(focus)
    return Scene(tuple(layers), tuple(focus), MARGIN_PX), 2 * LENS_POINTS


def _varied(
    photographs: Sequence[Path], rng: np.random.Generator, size_px: tuple[int, int], plain: float
) -> tuple[Scene, int]:
    """A scene of one to five layers; two to seven frames focused on them or in even steps.

    Where the background is plain, it is often far behind, and frames are focused there.
    """
    height, width = size_px
    count = int(rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.35, 0.3, 0.15, 0.1]))
    reach = float(np.exp(rng.uniform(np.log(2), np.log(45))))  # px of blur, nearest to farthest
    depths = np.sort(rng.uniform(0, reach, count))[::-1]
    depths[0], depths[-1] = reach, 0.0
    bare = float(count > 1 and rng.random() < plain)
    behind = float(np.exp(rng.uniform(np.log(5), np.log(120)))) * bare
    depths[-1] -= behind
    layers = []
    whole = height + 2 * MARGIN_PX, width + 2 * MARGIN_PX
    for index in range(count):
        last = index == count - 1
        light = _light(photographs, rng, whole, (0.45, 1.0), bare if last else _PLAIN_SUBJECT)
        matte = np.ones(whole, np.float32) if last else random_matte(rng, *whole)
        slope = rng.normal(0, 0.2 * reach / count, 5) * (rng.random() < 0.4 or count == 1)
        depth = np.concatenate([[depths[index]], slope * [1, 1, 0.4, 0.4, 0.4]])
        layers.append(_layer(light, matte, depth))
    if count > 1 and rng.random() < 0.7:  # a frame per layer, more on what lies outside the view
        wanted = max(count, int(rng.choice([2, 3, 4, 5, 6, 7], p=[0.1, 0.1, 0.1, 0.15, 0.4, 0.15])))
        focus = [float(d + rng.normal(0, 0.08)) for d in depths]
        low = -0.5 * reach - behind
        focus += rng.uniform(low, 1.5 * reach + 0.5 * behind, wanted - count).tolist()
    else:  # a rail: even steps through the whole depth
        steps = int(rng.integers(4, 8)) if count > 1 else int(rng.integers(2, 8))
        focus = np.linspace(-0.1 * reach - rng.uniform(0, behind), 1.1 * reach, steps).tolist()
    rng.shuffle(focus)
    return Scene(tuple(layers), tuple(focus), MARGIN_PX), LENS_POINTS


def _light(
    photographs: Sequence[Path],
    rng: np.random.Generator,
    size_px: tuple[int, int],
    scales: tuple[float, float],
    plain: float,
) -> Array:
    """Linear light of a layer, (H, W, 3): a part of a photograph, or what has no detail.

    What has none is a soft gradient, or a photograph far out of focus: paper, sky, a lamp, foliage
    far behind; at times four times as bright as what clips. No frame shows at which distance it is:
    it is best where the subject before it is sharp and lays no veil over it.

    Args:
        photographs: Textures.
        rng: Decides everything.
        size_px: (height, width).
        scales: Of photographs, see `random_part`.
        plain: How probable it is that there is no detail, [0, 1].
    """
    height, width = size_px
    if rng.random() >= plain:
        # Under its own light: at times a lamp, at times a shadow.
        usual = rng.random() < 0.75
        strength = rng.uniform(0.6, 1.2) if usual else np.exp(rng.uniform(np.log(0.05), np.log(2)))
        return to_linear(random_part(photographs, rng, height, width, scales)) * np.float32(
            strength
        )
    if rng.random() < 0.5:
        few = rng.uniform(0, 1, (*rng.integers(1, 4, 2), 3)).astype(np.float32)
        few = 1 - few * np.float32(rng.uniform(0.05, 1))  # from nearly grey to colourful
        light = cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR)
        light = cv2.GaussianBlur(light, (0, 0), width / 8)
    else:
        light = to_linear(random_part(photographs, rng, height, width, scales))
        light = cv2.GaussianBlur(light, (0, 0), np.exp(rng.uniform(np.log(10), np.log(60))))
    strength = np.exp(rng.uniform(np.log(0.1), np.log(4)))
    return np.asarray(light * np.float32(strength), dtype=np.float32)


def _layer(light: Array, matte: Array, depth: NDArray[np.float64]) -> Layer:
    """Light cut out by a matte."""
    rgba = np.concatenate([light * matte[..., None], matte[..., None]], 2)
    return Layer(rgba.astype(np.float32), depth.astype(np.float32))


def random_matte(rng: np.random.Generator, height: int, width: int) -> Array:
    """A random cut-out, (H, W) float32 in [0, 1].

    A body with or without fur, as people cut out of photographs, or leaves, hairs, twigs, a net
    or blobs.
    """
    big = np.zeros((height * 2, width * 2), np.uint8)
    scale = min(big.shape)
    kind = rng.choice(
        ["body", "leaves", "hairs", "twigs", "net", "blobs"], p=[0.5, 0.2, 0.08, 0.1, 0.04, 0.08]
    )
    if kind == "body":
        radius = scale * np.exp(rng.uniform(np.log(0.12), np.log(0.8)))
        _body(big, rng, radius, rng.uniform(-0.2, 1.2, 2) * big.shape[::-1])
    elif kind == "leaves":
        for _ in range(rng.integers(1, 6)):
            _leaf(big, rng, scale * rng.uniform(0.15, 1.4))
    elif kind == "hairs":
        for _ in range(rng.integers(5, 40)):
            _stroke(big, rng, scale * rng.uniform(0.2, 0.8), int(rng.integers(2, 7)))
    elif kind == "twigs":
        for _ in range(rng.integers(1, 6)):
            _stroke(big, rng, scale * rng.uniform(0.5, 1.4), int(rng.integers(10, 60)))
    elif kind == "net":
        step, angle = int(rng.integers(24, 90)), rng.uniform(0, 180)
        for offset in range(-2 * scale, 3 * scale, step):
            for turn in (angle, angle + 90):
                direction = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
                start = np.array(big.shape[::-1]) / 2 + offset * direction[::-1] * [-1, 1]
                a, b = start - 3 * scale * direction, start + 3 * scale * direction
                cv2.line(big, a.astype(int).tolist(), b.astype(int).tolist(), 255, 6, cv2.LINE_AA)
    else:
        coarse = rng.random((int(rng.integers(2, 10)), int(rng.integers(2, 10)))).astype(np.float32)
        field = cv2.resize(coarse, big.shape[::-1], interpolation=cv2.INTER_CUBIC)
        big[field > rng.uniform(0.55, 0.8)] = 255
    return _reduced(big)


def _reduced(canvas: NDArray[np.uint8]) -> Array:
    """A matte of half the size of its canvas."""
    size = (canvas.shape[1] // 2, canvas.shape[0] // 2)
    matte = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    return np.asarray(matte, dtype=np.float32) / np.float32(255)


def _body(
    canvas: NDArray[np.uint8], rng: np.random.Generator, radius: float, centre: NDArray[np.float64]
) -> None:
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    outline = np.ones_like(angle)
    roughness = rng.uniform(0.05, 0.5)
    for wave in range(1, 14):
        outline += roughness / wave * rng.normal() * np.cos(wave * angle + rng.uniform(0, 7))
    outline = radius * np.maximum(outline, 0.2)
    points = centre + outline[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    cv2.fillPoly(canvas, [points.astype(np.int32)], 255, cv2.LINE_AA)
    if rng.random() < 0.4:
        length, lean = radius * rng.uniform(0.05, 0.3), rng.normal(0, 0.6)
        for index in rng.integers(0, len(angle), int(rng.integers(40, 400))):
            turn = angle[index] + lean + rng.normal(0, 0.3)
            tip = points[index] + length * rng.uniform(0.3, 1) * np.array(
                [np.cos(turn), np.sin(turn)]
            )
            ends = points[index].astype(int).tolist(), tip.astype(int).tolist()
            cv2.line(canvas, *ends, 255, int(rng.integers(1, 4)), cv2.LINE_AA)


def _leaf(canvas: NDArray[np.uint8], rng: np.random.Generator, length: float) -> None:
    t = np.linspace(0, 1, 40)
    half = length * rng.uniform(0.1, 0.3) * np.sin(np.pi * t ** rng.uniform(0.6, 1.4))
    half *= 1 + 0.12 * np.sin(t * rng.uniform(10, 60))
    bend = rng.normal(0, 0.2) * length * t**2
    outline = np.concatenate(
        [np.stack([length * t, bend + half], 1), np.stack([length * t, bend - half], 1)[::-1]]
    )
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = outline @ turn + rng.random(2) * canvas.shape[::-1]
    cv2.fillPoly(canvas, [points.astype(np.int32)], 255, cv2.LINE_AA)


def _stroke(canvas: NDArray[np.uint8], rng: np.random.Generator, length: float, wide: int) -> None:
    angle = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.12, 24))
    steps = np.stack([np.cos(angle), np.sin(angle)], 1) * length / 24
    points = rng.random(2) * canvas.shape[::-1] + np.cumsum(steps, 0)
    for index in range(23):
        thickness = max(1, round(wide * (1 - 0.7 * index / 23)))
        a, b = points[index].astype(int).tolist(), points[index + 1].astype(int).tolist()
        cv2.line(canvas, a, b, 255, thickness, cv2.LINE_AA)


def random_part(
    photographs: Sequence[Path],
    rng: np.random.Generator,
    height: int,
    width: int,
    scales: tuple[float, float],
) -> NDArray[np.uint8]:
    """A random part of a random photograph, scaled at random, at times mirrored.

    Args:
        photographs: Picture files.
        rng: Decides everything.
        height: Of the part.
        width: Of the part.
        scales: Least and most; more where the photograph is too small.

    Returns:
        (height, width, 3) uint8, display-encoded RGB.

    Raises:
        ValueError: If a photograph cannot be read.
    """
    picture = _photograph(photographs[int(rng.integers(len(photographs)))])
    least = max(height / picture.shape[0], width / picture.shape[1])
    scale = max(least, rng.uniform(*scales))
    rows, columns = (
        min(round(side / scale), most)
        for side, most in zip((height, width), picture.shape, strict=False)
    )
    top = int(rng.integers(0, picture.shape[0] - rows + 1))
    left = int(rng.integers(0, picture.shape[1] - columns + 1))
    source = np.ascontiguousarray(picture[top : top + rows, left : left + columns])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = cv2.resize(source, (width, height), interpolation=interpolation)
    return np.asarray(part[:, ::-1] if rng.random() < 0.5 else part, dtype=np.uint8)


@functools.lru_cache(maxsize=128)
def _photograph(path: Path) -> NDArray[np.uint8]:
    """Its pixels; kept, because the next scenes want it again."""
    return read_rgb(path)


def eight_bits(display: Tensor) -> NDArray[np.uint8]:
    """Bytes of what is display-encoded in [0, 1], rounded and clipped, any shape."""
    return np.asarray((display * 255).round().clamp(0, 255).byte().cpu().numpy())
