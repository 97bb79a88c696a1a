from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.known_pairs import KnownPairs
from focusstack_app.jobs.opening import open_stack
from tests.helpers.stacks import write_stack


def test_a_stack_without_a_frame_is_fused_as_if_it_were_new(tmp_path: Path) -> None:
    write_stack(tmp_path, 5, width_px=300, height_px=200)
    request = FusionRequest(open_stack([tmp_path]).stack, method=Method.PYRAMID)
    pairs = KnownPairs()
    fuse_stack(request, Progress(), pairs=pairs)
    before = len(pairs)
    assert before
    fewer = replace(request, stack=request.stack.taken([0, 1, 3, 4]))
    found, anew = fuse_stack(fewer, Progress(), pairs=pairs), fuse_stack(fewer, Progress())
    assert found.registration is not None
    assert found.registration.equals(anew.registration)
    np.testing.assert_array_equal(found.picture, anew.picture)
    assert found.warnings == anew.warnings
    # Frames 1 and 3: where they lie, in the small copies too, and their perspective.
    assert len(pairs) - before == 3


def test_the_oldest_pairs_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focusstack_app.jobs.known_pairs._MOST", 3)
    pairs = KnownPairs()
    for number in range(5):
        pairs[number] = str(number)
    pairs[3] = "again"
    assert dict(pairs) == {2: "2", 3: "again", 4: "4"}
