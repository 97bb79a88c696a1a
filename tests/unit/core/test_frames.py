from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.frames import Frame, FrameSource, Stack, nearest

SOURCE = FrameSource(Path("a.png"), "png", 6, 4, 8)


def test_size_is_width_then_height() -> None:
    assert SOURCE.size_px == (6, 4)


def test_pixels_of_a_frame_cannot_be_changed() -> None:
    frame = Frame(SOURCE, np.zeros((4, 6, 3), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0, 0] = 1


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 4), (4, 6, 1)])
def test_a_frame_has_three_channels(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(H, W, 3\)"):
        Frame(SOURCE, np.zeros(shape, np.uint8))


def test_a_frame_has_8_or_16_bits() -> None:
    with pytest.raises(ValueError, match="uint8 or uint16"):
        Frame(SOURCE, np.zeros((4, 6, 3), np.float32))  # type: ignore[arg-type]


def test_a_stack_has_at_least_one_frame() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Stack(())


@pytest.mark.parametrize("reference", [-1, 2])
def test_the_reference_is_one_of_the_frames(reference: int) -> None:
    with pytest.raises(ValueError, match="not one of 2"):
        Stack((SOURCE, SOURCE), reference)


def test_the_length_of_a_stack_is_its_number_of_frames() -> None:
    assert len(Stack((SOURCE, SOURCE), 1)) == 2


@pytest.mark.parametrize(
    ("positions", "reference"), [([0, 1, 2, 3, 4], 1), ([3, 1], 1), ([4, 2, 0], 1), ([0, 4], 0)]
)
def test_some_of_a_stack_keep_the_reference_or_the_nearest(
    positions: list[int], reference: int
) -> None:
    sources = [replace(SOURCE, path=Path(f"{number}.png")) for number in range(5)]
    some = Stack(tuple(sources), reference=1).taken(positions)
    assert some.sources == tuple(sources[position] for position in positions)
    assert some.reference == reference


def test_a_stack_knows_whether_all_of_it_is_raw() -> None:
    raw = replace(SOURCE, kind="raw")
    assert Stack((raw, raw)).all_raw
    assert not Stack((raw, SOURCE)).all_raw


def test_of_two_that_are_as_near_the_first_counts() -> None:
    assert nearest([1, 3, 7], 5) == 3
    assert nearest([7, 3], 5) == 7
    assert nearest([2], 9) == 2
