from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.srgb import decoded, encoded


def test_each_way_undoes_the_other() -> None:
    light = np.linspace(0, 1, 10_001)
    assert np.allclose(decoded(encoded(light)), light, atol=1e-12)
    assert np.allclose(encoded(decoded(light)), light, atol=1e-12)
    assert np.all(np.diff(encoded(light)) > 0)


@pytest.mark.parametrize(("light", "value"), [(0.0031308, 0.04045), (0.18, 0.4613), (1.0, 1.0)])
def test_known_values(light: float, value: float) -> None:
    assert encoded(np.float64(light)) == pytest.approx(value, abs=1e-4)


def test_what_is_too_bright_or_dark_is_cut_off() -> None:
    assert encoded(np.array([-0.5, 1.5])) == pytest.approx([0, 1])
