from __future__ import annotations

import time

import numpy as np
import pytest

from focusstack_app.core.fusion import Registration
from focusstack_app.jobs.placing import Clock, outward, strays


def test_a_clock_adds_up_what_a_stage_takes_also_when_it_fails() -> None:
    clock = Clock()

    def fail() -> None:
        with clock("wait"):
            time.sleep(0.02)
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            fail()
    assert clock.timings_s["wait"] >= 0.04
    assert clock.cpu_s.keys() == clock.timings_s.keys() == {"wait"}


@pytest.mark.parametrize(
    ("reference", "order"),
    [(0, [1, 2, 3]), (3, [2, 1, 0]), (1, [2, 3, 0]), (-1, [0, 1, 2, 3]), (-6, [0, 1, 2, 3]),
     (4, [3, 2, 1, 0]), (9, [3, 2, 1, 0])],
)  # fmt: skip
def test_frames_come_after_their_neighbour_towards_the_reference(
    reference: int, order: list[int]
) -> None:
    assert outward(reference, 4) == order


def test_frames_that_fit_are_no_strays() -> None:
    matrices, gains = np.stack([np.eye(3)] * 4), np.ones((4, 3))
    matrices[0, 0, 2], gains[3, 1] = 1.0, 1.05
    assert strays(Registration(matrices, gains, (), (40, 60)), 2) == [3, 0]
