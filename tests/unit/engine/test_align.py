from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Registration
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import proxy_of, register, rescaled
from focusstack_app.engine.matching import pyramid
from focusstack_app.engine.pixels import to_float, to_uint16
from focusstack_app.engine.resampling import (
    common_area,
    moves,
    projected,
    resample,
    warped,
)
from focusstack_app.engine.veil import from_linear
from focusstack_app.engine.warps import Matrix, Similarity
from tests.helpers.stacks import defocused

SIZE = (320, 480)
EVEN = np.ones(3)


def _texture(seed: int = 0) -> FloatArray:
    """Smooth structure of several sizes, (320, 480, 3)."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((*SIZE, 3), np.float32)
    for step in (4, 12, 40):
        small = rng.random((SIZE[0] // step, SIZE[1] // step, 3)).astype(np.float32)
        picture += cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture / 3, 0, 1), dtype=np.float32)


def _stack(transforms: list[Similarity]) -> list[NDArray[np.uint16]]:
    """Frame i is the texture seen through transform i, sharp in its own band only."""
    frames = []
    for index, transform in enumerate(transforms):
        sharp = _texture()
        soft = to_float(defocused(_integers(sharp), 3.0))
        band = np.abs(np.linspace(0, len(transforms) - 1, SIZE[1]) - index) < 0.75
        picture = np.where(band[None, :, None], sharp, soft)
        matrix = transform.inverse().matrix(*SIZE)
        frames.append(
            _integers(
                cv2.warpAffine(
                    picture, matrix[:2], SIZE[::-1],
                    flags=cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP,
                    borderMode=cv2.BORDER_REFLECT,
                )
            )
        )  # fmt: skip
    return frames


def _integers(picture: NDArray[Any]) -> NDArray[np.uint16]:
    return to_uint16(np.asarray(picture, dtype=np.float32))


def _corner_error_px(found: Matrix, true: Matrix) -> float:
    corners = np.array([[x, y] for x in (0.0, SIZE[1] - 1) for y in (0.0, SIZE[0] - 1)])
    return float(np.hypot(*(projected(corners, found) - projected(corners, true)).T).max())


def _near_and_far(radius_px: float, lights: tuple[float, float]) -> list[NDArray[np.uint8]]:
    """Three round subjects before a ground of other light, focused on one and on the other.

    What is out of focus is spread over discs, in linear light: nothing moves.
    """
    matte = np.zeros((*SIZE, 1), np.float32)
    for centre, radius in (((250, 150), 106), ((96, 106), 36), ((384, 240), 40)):
        cv2.circle(matte, centre, radius, 1.0, -1, cv2.LINE_AA)
    subject, ground = (most * _texture(seed) for seed, most in enumerate(lights))
    side = 2 * int(radius_px) + 1
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.float32)

    def spread(light: FloatArray) -> FloatArray:
        blurred = cv2.filter2D(light, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred.reshape(light.shape), np.float32)

    near = matte * subject + (1 - matte) * spread(ground)
    far = spread(matte * subject) + (1 - spread(matte)) * ground
    return [np.round(255 * from_linear(light)).astype(np.uint8) for light in (near, far)]


@pytest.mark.parametrize(
    ("radius_px", "lights", "most_px"),
    [(6, (1, 0.06), 0.3), (12, (1, 0.06), 0.8), (12, (0.06, 1), 0.4), (12, (0.6, 0.6), 0.3)],
)
def test_what_is_out_of_focus_does_not_seem_to_grow(
    radius_px: float, lights: tuple[float, float], most_px: float
) -> None:
    frames = _near_and_far(radius_px, lights)
    found = register(frames, 0, SIZE, Progress())
    assert not found.doubtful
    assert _corner_error_px(found.frame_from_reference[1], np.eye(3)) < most_px


@pytest.mark.parametrize("reference", [0, 2])
def test_breathing_shift_and_turn_are_found(reference: int) -> None:
    transforms = [
        Similarity((1 + 0.008 * i) * complex(np.exp(0.002j * i)), complex(1.3 * i, -0.7 * i))
        for i in range(5)
    ]
    frames = _stack(transforms)
    found = register([proxy_of(f) for f in frames], reference, SIZE, Progress())
    assert found.doubtful == ()
    np.testing.assert_allclose(found.frame_from_reference[reference], np.eye(3), atol=1e-9)
    back = transforms[reference].inverse()
    for matrix, transform in zip(found.frame_from_reference, transforms, strict=True):
        assert _corner_error_px(matrix, transform.after(back).matrix(*SIZE)) < 0.3


@pytest.mark.parametrize("count", [3, 4, 12])
def test_a_camera_that_turns_to_the_side_is_followed(count: int) -> None:
    """With a wide lens (28 mm): corners move by up to 4 px from any similarity."""
    focal_px = 28 / 36 * SIZE[1]
    camera = np.array([[focal_px, 0, SIZE[1] / 2], [0, focal_px, SIZE[0] / 2], [0, 0, 1]])
    true = []
    for index in range(count):
        turned, _ = cv2.Rodrigues(np.array([-6.0, 9.0, 1.0]) / focal_px * index / (count - 1))
        true.append(camera @ turned @ np.linalg.inv(camera))
    still = _stack([Similarity(1 + 0j, 0j)] * count)
    frames = [
        _integers(warped(to_float(frame), np.linalg.inv(matrix), SIZE, cv2.INTER_LANCZOS4))
        for frame, matrix in zip(still, true, strict=True)
    ]
    found = register([proxy_of(f) for f in frames], 1, SIZE, Progress())
    for matrix, own in zip(found.frame_from_reference, true, strict=True):
        assert _corner_error_px(matrix, own @ np.linalg.inv(true[1])) < 0.5
    assert found.frame_from_reference[-1][2, :2].all()
    back = resample(frames[-1], found.frame_from_reference[-1], EVEN, frames[1], Progress())
    inner = (slice(20, -20), slice(20, -20))
    alone = resample(still[-1], np.linalg.inv(true[1]), EVEN, frames[1], Progress())
    assert np.abs(to_float(back) - to_float(alone))[inner].mean() < 0.004


def test_a_camera_that_stays_straight_keeps_its_similarity() -> None:
    transforms = [Similarity(complex(1 + 0.01 * i), complex(0.7 * i, 0.2 * i)) for i in range(4)]
    rng = np.random.default_rng(0)
    frames = [
        _integers(np.clip(to_float(f) + rng.normal(0, 0.01, f.shape), 0, 1))
        for f in _stack(transforms)
    ]
    found = register([proxy_of(f) for f in frames], 0, SIZE, Progress())
    assert not found.frame_from_reference[:, 2, :2].any()


def test_a_proxy_gives_transforms_of_the_full_size() -> None:
    frames = _stack([Similarity(1 + 0j, 0j), Similarity(1.01 + 0j, 4 - 2j)])
    halves = [cv2.resize(f, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for f in frames]
    found = register([proxy_of(_integers(h / 65535)) for h in halves], 0, SIZE, Progress())
    true = Similarity(1.01 + 0j, 4 - 2j).matrix(*SIZE)
    assert _corner_error_px(found.frame_from_reference[1], true) < 0.3


def test_a_rescaled_registration_takes_the_same_points_to_the_same_places() -> None:
    matrix = Similarity(1.02 * complex(np.exp(0.01j)), 4 - 2j).matrix(*SIZE)
    full = Registration(np.stack([np.eye(3), matrix]), np.ones((2, 3)), (), SIZE)
    small = rescaled(full, (80, 120))
    assert small.size_px == (80, 120)
    # The corner that four pixels share is the same point in both sizes.
    point, there = np.array([100 - 0.5, 60 - 0.5, 1]), np.array([25 - 0.5, 15 - 0.5, 1])
    expected = ((matrix @ point)[:2] + 0.5) / 4 - 0.5
    np.testing.assert_allclose((small.frame_from_reference[1] @ there)[:2], expected)
    back = rescaled(small, SIZE)
    np.testing.assert_allclose(back.frame_from_reference, full.frame_from_reference, atol=1e-9)


def test_a_long_stack_does_not_drift() -> None:
    transforms = [Similarity(complex(1 + 0.002 * i), complex(0.2 * i, 0)) for i in range(20)]
    found = register([proxy_of(f) for f in _stack(transforms)], 0, SIZE, Progress())
    last = transforms[-1].matrix(*SIZE)
    assert _corner_error_px(found.frame_from_reference[-1], last) < 0.1


def test_exposure_and_white_balance_are_matched_whatever_the_focus() -> None:
    first, second = _stack([Similarity(1 + 0j, 0j)] * 2)
    drift = np.array([1.1, 0.95, 1.0], np.float32)
    drifted = _integers(to_float(second) * drift)
    found = register([proxy_of(first), proxy_of(drifted)], 0, SIZE, Progress())
    np.testing.assert_allclose(found.gains[1], 1 / drift, atol=0.01)


@pytest.mark.parametrize("ground", [0.0, 0.03, 1.0])
@pytest.mark.parametrize("drift", [0.85, 1.18])
def test_exposure_is_matched_before_a_black_or_burnt_out_ground(
    ground: float, drift: float
) -> None:
    rng = np.random.default_rng(0)
    shown = np.zeros((*SIZE, 1), np.float32)
    shown[100:220, 160:320] = 1
    frames = []
    for gain in (1.0, drift):
        light = 0.7 * _texture() * shown + (1 - shown) * (ground if ground < 0.5 else 2.0)
        frames.append(_integers(light * gain + rng.normal(0, 0.005, light.shape)))
    found = register([proxy_of(f) for f in frames], 0, SIZE, Progress())
    np.testing.assert_allclose(found.gains[1], 1 / drift, rtol=0.01)


def test_a_frame_without_a_match_is_doubtful_and_keeps_its_neighbours_place() -> None:
    first, second = _stack([Similarity(1 + 0j, 0j), Similarity(1 + 0j, 3 + 0j)])
    blank = np.full_like(first, 32768)
    found = register([proxy_of(f) for f in (first, second, blank)], 0, SIZE, Progress())
    assert found.doubtful == (2,)
    np.testing.assert_allclose(
        found.frame_from_reference[2], found.frame_from_reference[1], atol=1e-6
    )


def _odd(kind: str, frame: NDArray[np.uint16]) -> NDArray[np.uint16]:
    if kind == "black":
        return np.zeros_like(frame)
    if kind == "another scene":
        return _integers(_texture(9))
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 25), np.uint16)


@pytest.mark.parametrize("odd", ["black", "another scene", "blurred"])
@pytest.mark.parametrize("at", [0, 3])
def test_a_frame_that_does_not_belong_leaves_the_others_in_their_places(odd: str, at: int) -> None:
    transforms = [Similarity(complex(1 + 0.002 * i), complex(5 * i, -2 * i)) for i in range(7)]
    frames = _stack(transforms)
    frames[at] = _odd(odd, frames[at])
    found = register([proxy_of(f) for f in frames], 6, SIZE, Progress())
    assert found.doubtful == (() if odd == "blurred" else (at,))
    for index in {*range(7)} - {at}:
        true = transforms[index].after(transforms[6].inverse()).matrix(*SIZE)
        assert _corner_error_px(found.frame_from_reference[index], true) < 0.5


def test_before_a_plain_ground_the_subject_decides_and_not_the_noise() -> None:
    transforms = [Similarity(complex(1 + 0.004 * i), complex(0, 2 * i)) for i in range(5)]
    rng = np.random.default_rng(0)
    across, down = np.arange(SIZE[1])[None] - 240, np.arange(SIZE[0])[:, None] - 160
    subject = np.where(np.hypot(across, down)[..., None] < 60, _texture(), np.float32(0.05))
    frames = []
    for index, transform in enumerate(transforms):
        soft = to_float(defocused(_integers(subject), 1 + 1.2 * index))
        matrix = transform.inverse().matrix(*SIZE)
        frame = warped(soft, matrix, SIZE, cv2.INTER_CUBIC)
        frames.append(_integers(frame + rng.normal(0, 0.01, frame.shape)))
    found = register([proxy_of(f) for f in frames], 0, SIZE, Progress())
    around = np.array([[x, y] for x in (200.0, 280.0) for y in (120.0, 200.0)])
    for index, transform in enumerate(transforms):
        there = projected(around, found.frame_from_reference[index])
        off = there - projected(around, transform.matrix(*SIZE))
        assert np.hypot(*off.T).max() < 0.22


def test_resampling_undoes_the_movement_and_borrows_the_border_from_the_neighbour() -> None:
    still = Similarity(1 + 0j, 0j)
    moved = Similarity(0.97 + 0j, 5 + 3j)  # shows less at two borders
    first, second = _stack([still, moved])
    second = _integers(second / 65535 / 1.2)
    back = resample(second, moved.matrix(*SIZE), np.full(3, 1.2), first, Progress())
    expected = np.where(
        np.abs(np.linspace(0, 1, SIZE[1]) - 1)[None, :, None] < 0.75,
        _texture(),
        to_float(defocused(_integers(_texture()), 3.0)),
    )
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(to_float(back) - expected)[inner].mean() < 0.004
    grown = Similarity(1.05 + 0j, 0j)
    border = resample(second, grown.matrix(*SIZE), EVEN, first, Progress())
    np.testing.assert_array_equal(border[0], first[0])


def test_resampling_can_be_cancelled() -> None:
    frame, progress = np.zeros((*SIZE, 3), np.uint16), Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        resample(frame, np.eye(3), EVEN, frame, progress)


def test_a_frame_that_lies_still_is_left_alone() -> None:
    assert not moves(Similarity(1 + 0j, 0.1 + 0j).matrix(*SIZE), EVEN * 1.003, *SIZE)
    assert moves(Similarity(1 + 0j, 0.4 + 0j).matrix(*SIZE), EVEN, *SIZE)
    assert moves(Similarity(1.002 + 0j, 0j).matrix(*SIZE), EVEN, *SIZE)
    assert moves(np.eye(3), EVEN * 1.01, *SIZE)


def test_registering_can_be_cancelled() -> None:
    progress = Progress(lambda _fraction, _stage: progress.cancel())
    with pytest.raises(Cancelled):
        register([_integers(_texture())] * 3, 0, SIZE, progress)


def test_many_threads_find_what_one_finds_and_look_at_what_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transforms = [Similarity((1 + 0.004 * i) + 0j, complex(1.1 * i, -0.6 * i)) for i in range(6)]
    proxies = [proxy_of(frame) for frame in _stack(transforms)]
    kept: list[NDArray[Any]] = []

    def keep(array: NDArray[Any]) -> NDArray[Any]:
        kept.append(array.copy())
        array[:] = np.nan
        return kept[-1]

    found = []
    for threads in (1, 5):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        found.append(register(proxies, 2, SIZE, Progress(), keep))
    one, many = found
    np.testing.assert_array_equal(one.frame_from_reference, many.frame_from_reference)
    np.testing.assert_array_equal(one.gains, many.gains)
    assert one.doubtful == many.doubtful == ()
    own = [plane for proxy in proxies for plane in pyramid(proxy)]
    for before, after in zip(own * 2, kept, strict=True):  # made once, and left as they are
        np.testing.assert_array_equal(before, after)


finite = st.floats(-20, 20)


@settings(deadline=None)
@given(scale=st.floats(0.8, 1.25), turn=st.floats(-0.5, 0.5), x=finite, y=finite)
def test_there_and_back_is_the_identity(scale: float, turn: float, x: float, y: float) -> None:
    there = Similarity(scale * complex(np.exp(1j * turn)), complex(x, y))
    z, t = there.inverse().after(there)
    assert abs(z - 1) < 1e-9
    assert abs(t) < 1e-9
    product = there.matrix(*SIZE) @ there.inverse().matrix(*SIZE)
    np.testing.assert_allclose(product, np.eye(3), atol=1e-9)


def test_the_common_area_shows_only_what_every_frame_shows() -> None:
    transforms = [Similarity(1 + 0j, 0j), Similarity(1 + 0j, 20 - 12j), Similarity(0.97 + 0j, 0j)]
    matrices = np.stack([t.matrix(*SIZE) for t in transforms])
    registration = Registration(matrices, np.ones((3, 3)), (), SIZE)
    rows, columns = common_area(registration, [1, 2])
    assert 12 <= rows.start <= 16
    assert rows.stop == SIZE[0]
    assert columns.start == 0
    assert SIZE[1] - 20 - 4 <= columns.stop <= SIZE[1] - 20
    assert common_area(registration, []) == (slice(0, SIZE[0]), slice(0, SIZE[1]))


def test_a_stack_with_little_in_common_is_not_cropped() -> None:
    far = Similarity(1 + 0j, complex(0.6 * SIZE[1], 0)).matrix(*SIZE)
    registration = Registration(np.stack([np.eye(3), far]), np.ones((2, 3)), (), SIZE)
    assert common_area(registration, [1]) == (slice(0, SIZE[0]), slice(0, SIZE[1]))
