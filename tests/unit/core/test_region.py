from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.region import Region, bounds


def test_size_and_slices_agree() -> None:
    region = Region(top=1, left=2, bottom=4, right=7)
    assert (
        np.zeros((10, 10, 3))[region.slices].shape == (region.height, region.width, 3) == (3, 5, 3)
    )


@pytest.mark.parametrize(
    ("top", "left", "bottom", "right"), [(-1, 0, 1, 1), (0, -1, 1, 1), (2, 0, 2, 1), (0, 3, 1, 2)]
)
def test_empty_and_negative_regions_are_refused(
    top: int, left: int, bottom: int, right: int
) -> None:
    with pytest.raises(ValueError, match="not a region"):
        Region(top, left, bottom, right)


def test_a_region_grows_inside_another_one() -> None:
    inside = Region(2, 3, 10, 20)
    assert Region(3, 10, 9, 12).grown(2, inside) == Region(2, 8, 10, 14)


@pytest.mark.parametrize(
    ("other", "overlapping"),
    [
        (Region(0, 0, 3, 3), True),
        (Region(0, 0, 2, 9), False),
        (Region(4, 0, 9, 9), False),
        (Region(0, 0, 9, 2), False),
        (Region(0, 5, 9, 9), False),
        (Region(3, 4, 9, 9), True),
    ],
)
def test_regions_that_touch_do_not_overlap(other: Region, overlapping: bool) -> None:
    region = Region(2, 2, 4, 5)
    assert region.overlaps(other) is other.overlaps(region) is overlapping


def test_the_same_rectangle_in_other_coordinates() -> None:
    region = Region(4, 6, 8, 9)
    assert region.seen_from(Region(3, 5, 100, 100)) == Region(1, 1, 5, 4)
    assert region.scaled(2) == Region(8, 12, 16, 18)
    assert bounds([region, Region(2, 7, 5, 20)]) == Region(2, 6, 8, 20)
