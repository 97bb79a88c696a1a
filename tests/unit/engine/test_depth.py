from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import Depth, Provenance
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth import cut, depth_of, repainted

HEIGHT, WIDTH = 160, 240
CELLS = HEIGHT // 2, WIDTH // 2
COUNT = 7


def _shares(place: NDArray[np.float32], width: float) -> list[NDArray[np.float32]]:
    """What each frame counts where something lies at a place in the stack."""
    each = [np.exp(-(((place - number) / width) ** 2)) for number in range(COUNT)]
    total = np.sum(each, axis=0)
    return [share / total for share in each]


def _origin(index: NDArray[np.uint16], confidence: NDArray[np.uint8] | None = None) -> Provenance:
    alone = np.full(index.shape, 255, np.uint8) if confidence is None else confidence
    return Provenance(index, alone, np.zeros(index.shape, np.uint8))


def _read(place: NDArray[np.float32], origin: Provenance) -> Depth:
    weights, carriers = _shares(place, 0.8), _shares(place, 0.4)
    return depth_of(weights, carriers, origin, place.shape, Progress())


def _full(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    return cells.repeat(2, axis=0).repeat(2, axis=1)


def test_a_ramp_is_read_between_the_frames() -> None:
    ramp = np.tile(np.linspace(0.6, 5.4, CELLS[1], dtype=np.float32), (CELLS[0], 1))
    index = np.rint(_full(ramp)).astype(np.uint16)
    depth = _read(ramp, _origin(index))
    assert np.abs(depth.position - ramp).max() < 0.1
    assert (depth.sure > 200).all()
    assert np.abs(index - _full(ramp)).mean() > 0.2  # what it was


def test_what_the_pixels_do_not_agree_with_is_not_sure() -> None:
    place = np.full(CELLS, 6, np.float32)
    index = np.full((HEIGHT, WIDTH), 6, np.uint16)
    index[:, : WIDTH // 3] = 2
    sure = _read(place, _origin(index)).sure
    assert (sure[:, : CELLS[1] // 3 - 20] == 0).all()
    assert (sure[:, CELLS[1] // 3 + 20 :] > 250).all()


def _patch_with_islands() -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """A ground at 2 with a patch at 6 in it, of which a seventh came from frame 6."""
    place = np.full(CELLS, 2, np.float32)
    place[15:65, 20:100] = 6
    index = np.full((HEIGHT, WIDTH), 2, np.uint16)
    for top in (50, 96):
        for left in (60, 110, 156):
            index[top : top + 26, left : left + 22] = 6
    return place, index


def test_islands_that_agree_with_a_wrong_patch_are_not_sure() -> None:
    place, index = _patch_with_islands()
    sure = _read(place, _origin(index)).sure
    assert (sure[18:62, 23:97] == 0).all()
    assert (sure[:, :12] > 200).all()


def test_pixels_of_several_frames_do_not_speak_against_a_patch() -> None:
    """Beside a subject before plain ground pixels come from frames that hold less of a halo."""
    place, index = _patch_with_islands()
    alone = np.where(index == 6, 255, 10).astype(np.uint8)
    alone[:30], alone[:, :40], alone[:, 200:] = 255, 255, 255
    sure = _read(place, _origin(index, alone)).sure
    islands = (index[::2, ::2] == 6) & (place == 6)
    assert (sure[islands] > 200).mean() > 0.8
    assert (sure[28:36, 33:38] > 200).all()


def test_a_part_has_the_depth_of_its_place() -> None:
    place = np.arange(80, dtype=np.float32)[:, np.newaxis] + np.zeros((80, 120), np.float32)
    depth = Depth(place, np.full((80, 120), 7, np.uint8))
    part = cut(depth, (160, 240), (slice(21, 101), slice(3, 240)))
    assert part.position.shape == part.sure.shape == (40, 118)
    assert np.abs(2 * part.position[:, 0] - np.arange(21, 101, 2)).max() <= 1
    whole = cut(depth, (160, 240), (slice(0, 160), slice(None)))
    np.testing.assert_array_equal(whole.position, place)


def test_what_was_painted_has_the_depth_of_its_frame() -> None:
    def origin(index: int, confidence: int) -> Provenance:
        sizes = HEIGHT, WIDTH
        return Provenance(
            np.full(sizes, index, np.uint16),
            np.full(sizes, confidence, np.uint8),
            np.zeros(sizes, np.uint8),
        )

    before, after = origin(2, 99), origin(2, 99)
    after.source_index[:, :100], after.confidence[:, :100] = 4, 255
    depth = Depth(np.full(CELLS, 1.7, np.float32), np.full(CELLS, 50, np.uint8))
    painted = repainted(depth, before, after)
    assert (painted.position[:, :50] == 4).all()
    assert (painted.sure[:, :50] == 255).all()
    np.testing.assert_array_equal(painted.position[:, 50:], depth.position[:, 50:])
    np.testing.assert_array_equal(painted.sure[:, 50:], depth.sure[:, 50:])


def test_cancel_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    place = np.ones(CELLS, np.float32)
    shares = _shares(place, 0.5)
    with pytest.raises(Cancelled):
        depth_of(shares, shares, _origin(np.ones((HEIGHT, WIDTH), np.uint16)), CELLS, progress)
