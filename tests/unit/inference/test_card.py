"""Counterparts compute what the engine's functions compute: on the processor, and on a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from focusstack_app.core import kinds
from focusstack_app.core.errors import DeviceMemoryError
from focusstack_app.core.fusion import DEFAULT_MODEL_ID, Mode, Provenance
from focusstack_app.core.kinds import on_host
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.core.srgb import encoded
from focusstack_app.engine import composite, filters, glints, latent_fusion, pixels, resampling
from focusstack_app.engine.depth import depth_of
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.motion import Motion
from focusstack_app.engine.overview import Overview
from focusstack_app.inference.card import TorchCard
from focusstack_app.inference.lanczos import resampled_in_steps
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.pytorch import TorchModel
from tests.unit.inference import test_points

Put = Callable[[NDArray[Any]], Any]
RNG = np.random.default_rng(0)
PLANE = RNG.random((61, 70), np.float32)
COLOURS = RNG.random((61, 70, 3), np.float32)
FOURS = RNG.random((61, 70, 4), np.float32)
BYTES = RNG.integers(0, 256, (61, 70, 3), np.uint8)
WORDS = RNG.integers(0, 65536, (61, 70, 3), np.uint16)
KERNEL = RNG.random((5, 5), np.float32)
TABLE = (np.arange(16) + 0.5) / 16, RNG.random(16, np.float32)
PART = np.array([[0.3, 0, -0.4], [0, 0.2, 3.0]])
RAMPS = RNG.random(6), RNG.random(7)

CASES: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = [
    (pixels.to_float, (BYTES,), ()),
    (pixels.to_float, (WORDS,), ()),
    (pixels.to_uint16, (1.2 * COLOURS - 0.1,), ([0.9, 1.0, 1.1],)),
    (pixels.to_linear, (BYTES,), ()),
    (pixels.to_linear, (WORDS,), ()),
    (encoded, (COLOURS,), ()),
    (pixels.grey, (COLOURS,), ()),
    (pixels.cell_means, (PLANE,), (2,)),
    (pixels.cell_means, (FOURS,), (4,)),
    (filters.gaussian, (PLANE,), (2.0,)),
    (filters.gaussian, (PLANE[:5, :6],), (3.0,)),
    (filters.gaussian_around, (PLANE,), (4.0,)),
    (filters.gaussian_around, (COLOURS[..., :2],), (4.0,)),
    (filters.filtered, (PLANE,), (KERNEL,)),
    (filters.filtered, (FOURS,), (KERNEL,)),
    (filters.box, (PLANE,), (3,)),
    (filters.eroded, (PLANE,), (3,)),
    (filters.dilated, (PLANE,), (4,)),
    (filters.enlarged, (PLANE,), (2,)),
    (filters.enlarged, (FOURS,), (2,)),
    (filters.shrunk, (BYTES,), ((23, 20),)),
    (filters.shrunk, (WORDS,), ((35, 30),)),
    (filters.stretched, (PLANE.astype(np.float16),), (PART, (200, 220))),
    (filters.outer, (PLANE,), RAMPS),
    (filters.looked_up, (PLANE,), TABLE),
    (filters.padded_below, (BYTES,), (3, 0)),
    (filters.padded_below, (WORDS,), (70, 5)),
    (filters.times, (COLOURS, PLANE), ()),
    (filters.least, (COLOURS,), ()),
    (filters.squared_distance, (COLOURS, COLOURS[::-1].copy()), ()),
    (kinds.zeros, (PLANE,), ((2, 3),)),
    (kinds.zero_indices, (PLANE,), ((2, 3),)),
    (kinds.zero_bytes, (PLANE,), ((2, 3),)),
    (kinds.as_float32, (PLANE.astype(np.float16),), ()),
    (kinds.as_float64, (PLANE,), ()),
    (kinds.as_float16, (PLANE,), ()),
    (kinds.on_host, (WORDS,), ()),
]
ELSEWHERE = {"namespace", "accumulate", "blend", "resample", "of_kind"}
POINTS = {case[0].__name__ for case in test_points.CASES} | test_points.ELSEWHERE

PLACES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]


def _placed(place: str) -> Put:
    return TorchModel(find_model(DEFAULT_MODEL_ID), place).card.put


@pytest.fixture(params=PLACES, scope="module")
def put(request: pytest.FixtureRequest) -> Put:
    return _placed(request.param)


def test_every_function_by_kind_has_a_case() -> None:
    engine = (composite, latent_fusion)  # loaded: their functions are known
    assert engine
    assert {case[0].__name__ for case in CASES} | ELSEWHERE | POINTS == kinds.NAMES | {
        "encoded",  # these two are written for all kinds
        "to_linear",
    }


@pytest.mark.parametrize(
    ("function", "arrays", "more"),
    CASES,
    ids=[f"{case[0].__name__}-{number}" for number, case in enumerate(CASES)],
)
def test_the_counterpart_computes_the_same(
    put: Put,
    function: Callable[..., Any],
    arrays: tuple[NDArray[Any], ...],
    more: tuple[Any, ...],
) -> None:
    expected = function(*arrays, *more)
    there = function(*map(put, arrays), *more)
    mine = on_host(there)
    assert mine.shape == expected.shape
    if np.issubdtype(expected.dtype, np.integer):
        assert np.abs(mine.astype(int) - expected.astype(int)).max() <= 1
    else:
        # OpenCV looks at places between cells in steps of 1/32.
        tolerance = 0.03 if function is filters.stretched else 2e-6
        np.testing.assert_allclose(mine, expected, atol=tolerance)
        assert mine.dtype == expected.dtype


def test_sums_are_made_in_place(put: Put) -> None:
    expected, total = COLOURS.copy(), put(COLOURS)
    filters.accumulate(expected, PLANE, COLOURS)
    filters.accumulate(total, put(PLANE), put(COLOURS))
    np.testing.assert_allclose(on_host(total), expected, atol=1e-6)
    sums = [PLANE.copy() for _ in range(3)]
    there = [put(PLANE) for _ in range(3)]
    filters.blend(PLANE, COLOURS.transpose(2, 0, 1)[:2], sums)
    filters.blend(put(PLANE), put(COLOURS.transpose(2, 0, 1)[:2]), there)
    for one, other in zip(there, sums, strict=True):
        np.testing.assert_allclose(on_host(one), other, atol=1e-6)


@pytest.mark.parametrize("tilt", [0.0, 4e-6])
def test_frames_are_resampled_alike(put: Put, tilt: float) -> None:
    """A smooth picture, turned, grown, moved and tilted; what it lacks comes from its neighbour."""
    y, x = np.mgrid[0:300, 0:400]
    waves = np.stack([np.sin(x / 7 + y / 11 + phase) for phase in range(3)], axis=2)
    frame = np.rint(30000 + 25000 * waves).astype(np.uint16)
    beside = np.full((300, 400, 3), 99, np.uint8)
    matrix = np.array([[1.0213, 0.0307, -4.31], [-0.0307, 1.0213, 6.73], [tilt, -tilt, 1.0]])
    gains = np.array([0.9, 1.0, 1.02])
    expected = resampling.resample(frame, matrix, gains, beside, Progress())
    mine = on_host(resampling.resample(put(frame), matrix, gains, put(beside), Progress()))
    assert mine.dtype == np.uint16
    assert (mine == 99 * 257).all(axis=2).sum() > 1000
    steps = resampled_in_steps(put(frame), matrix, gains, put(beside), Progress())
    np.testing.assert_allclose(on_host(steps).astype(int), mine.astype(int), atol=150)
    # OpenCV samples in steps of 1/32 px; waves differ by 25000 / 7 per px at most.
    assert np.abs(mine.astype(int) - expected.astype(int)).max() < 25000 / 7 / 32 * 1.5
    difference = np.abs(mine.astype(int) - expected.astype(int))
    assert difference.mean() < 40


def test_what_is_burnt_out_stays_white_when_it_is_resampled(put: Put) -> None:
    white = np.full((64, 96, 3), 65535, np.uint16)
    white[:, 48:] = 50_000
    matrix = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    gains = np.array([0.8, 0.9, 1.0])
    there = on_host(resampling.resample(put(white), matrix, gains, put(white), Progress()))
    assert (there[8:56, 8:36] == 65535).all()
    expected = np.broadcast_to(50_000 * gains, (48, 30, 3))
    np.testing.assert_allclose(there[8:56, 60:90], expected, atol=20)


def test_a_full_card_is_told_apart() -> None:
    card = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu").card
    with pytest.raises(DeviceMemoryError), card.errors():
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_the_processor_keeps_its_frames() -> None:
    card = TorchModel(find_model(DEFAULT_MODEL_ID), "cpu").card
    assert isinstance(card, TorchCard)
    assert card.room_bytes() == 0


@pytest.mark.gpu
def test_a_real_card_has_room_and_takes_frames() -> None:
    card = TorchModel(find_model(DEFAULT_MODEL_ID), "cuda").card
    assert card.room_bytes() > 1e9
    assert card.put(WORDS).device.type == "cuda"


@pytest.mark.parametrize("mode", list(Mode))
def test_pictures_are_composited_alike(put: Put, mode: Mode) -> None:
    """With veils before it, with parts that have no detail, and where something moved."""
    rng = np.random.default_rng(1)
    height, width, count = 320, 416, 4
    grid = height // 2, width // 2
    scene = rng.random((height, width, 3), np.float32)
    scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), 1.0), np.float32)
    scene[:, :150] = 0.5
    frames = [
        np.rint(65535 * np.clip(cv2.GaussianBlur(scene, (0, 0), 0.5 + index), 0, 1)).astype(
            np.uint16
        )
        for index in range(count)
    ]
    weights, carriers = (
        [_smooth(rng, *grid) for _ in range(count)] for _ in range(2)
    )  # fmt: skip
    for planes in (weights, carriers):
        total = np.sum(planes, axis=0)
        planes[:] = [plane / total for plane in planes]
    mix = np.stack([0.4 * _smooth(rng, *grid), 0.4 * _smooth(rng, *grid)])
    fusion = LatentFusion(scene, weights, [c.astype(np.float16) for c in carriers], mix, 2)
    far = [_smooth(rng, 40, 52).astype(np.float16) for _ in range(count)]
    noise = np.full(16, 1e-4, np.float32)
    overview = Overview(far, (8.0, 8.0), noise, 0.3)
    focus = np.array([9.0, 6.0, 3.0, 0.0])
    area, shown = np.zeros((80, 104), np.uint8), np.full((80, 104), -1, np.int32)
    area[20:50, 50:90], shown[20:50, 50:90] = 255, 2
    alike = [np.where(area > 0, 80 * index, 255).astype(np.uint8) for index in range(count)]
    motion = Motion(area, shown, alike, (4.0, 4.0))

    def made(fusion: LatentFusion, frames: list[Any], overview: Overview) -> tuple[Any, Provenance]:
        return composite.composite(
            fusion, frames, focus=focus, agreement_rmse=0.02, mode=mode, progress=Progress(),
            overview=overview, motion=motion,
        )  # fmt: skip

    expected, provenance = made(fusion, frames, overview)
    there = LatentFusion(
        put(fusion.picture), [put(plane) for plane in weights],
        [put(np.asarray(plane)) for plane in fusion.carriers], put(mix), 2,
    )  # fmt: skip
    picture, other = made(
        there, list(map(put, frames)), overview._replace(weights=list(map(put, far)))
    )
    difference = np.abs(on_host(picture) - expected)
    assert difference.max() < 0.02
    assert difference.mean() < 2e-4
    assert (on_host(other.source_index) != provenance.source_index).mean() < 0.01
    for mine, theirs in (
        (other.confidence, provenance.confidence),
        (other.synthesised, provenance.synthesised),
    ):
        assert np.abs(on_host(mine).astype(int) - theirs).mean() < 0.5
    if mode is Mode.FAITHFUL:
        assert provenance.synthesised.mean() > 1, "something is lifted"


def test_glints_are_found_as_on_the_processor(put: Put) -> None:
    weight, frame = np.ones((60, 80), np.float32), np.full((120, 160, 3), 60, np.uint8)
    weight[24:28, 35:39], frame[48:56, 70:78] = 0.1, 250
    weight[40:43, 20:22], frame[80:86, 40:44] = 0, 200
    cells = Region(10, 10, 50, 70)
    expected = glints.left_out_glints(weight, (0, 0), frame, cells, 2)
    found = glints.left_out_glints(put(weight), (0, 0), put(frame), cells, 2)
    assert expected is not None
    np.testing.assert_allclose(on_host(found), expected, atol=1e-5)


def test_the_depth_is_the_same(put: Put) -> None:
    rng = np.random.default_rng(2)
    weights, carriers = ([_smooth(rng, 61, 70) for _ in range(5)] for _ in range(2))
    index = rng.integers(0, 5, (121, 139))
    alone = rng.integers(0, 256, (121, 139)).astype(np.uint8)
    origin, on_card = (
        Provenance(place(index.astype(whole)), place(alone), place(np.zeros_like(alone)))
        for place, whole in ((np.asarray, np.uint16), (put, np.int32))
    )
    cells = (61, 70)
    expected = depth_of(weights, carriers, origin, cells, Progress())
    there = depth_of(list(map(put, weights)), list(map(put, carriers)), on_card, cells, Progress())
    np.testing.assert_allclose(there.position, expected.position, atol=1e-4)
    assert np.abs(there.sure.astype(int) - expected.sure).max() <= 1
    assert expected.sure.max() > 0


def _smooth(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """(height, width) in [0.05, 1] that changes slowly."""
    coarse = rng.random((5, 6), np.float32)
    return np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), 0.05, 1)
