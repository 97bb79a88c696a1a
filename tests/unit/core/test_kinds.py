from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from focusstack_app.core import kinds


class _Sheet:
    """An array of another kind."""

    def __init__(self, values: object) -> None:
        self.values = np.asarray(values)


def test_a_function_serves_numpy_and_its_counterpart_the_other_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "NAMES", set())

    @kinds.by_kind
    def doubled(array: Any, times: int = 1) -> Any:
        return array * 2 * times

    def doubled_there(array: _Sheet, times: int = 1) -> _Sheet:
        return _Sheet(array.values * 2 * times)

    doubled_there.__name__ = "doubled"
    kinds.serve(_Sheet, [doubled_there])
    np.testing.assert_array_equal(doubled(np.array([1, 2])), [2, 4])
    there = doubled(_Sheet([1, 2]), times=3)
    assert isinstance(there, _Sheet)
    np.testing.assert_array_equal(there.values, [6, 12])
    assert sorted(kinds.NAMES) == ["doubled"]


def test_what_has_no_counterpart_is_numpy() -> None:
    array = np.ones((2, 2), np.float16)
    assert kinds.namespace(array) is np
    assert not kinds.on_card(array)
    assert kinds.zeros(array, (3, 4)).dtype == np.float32
    assert kinds.zero_indices(array, (3,)).dtype == np.uint16
    assert kinds.zero_bytes(array, (3,)).dtype == np.uint8
    assert kinds.as_float32(array).dtype == np.float32
    assert kinds.as_float16(np.ones(2)).dtype == np.float16
    assert kinds.on_host(array) is array
