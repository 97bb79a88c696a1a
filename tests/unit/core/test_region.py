from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.region import Region


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
