"""How long a stack is waited for whose frames take long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.proposal import propose_stacks
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.watch import Watch
from tests.helpers.stacks import write_timed_stack


@pytest.mark.parametrize(("exposure_s", "wait_s"), [(None, 120.0), (30.0, 5 * 2 + 30.0)])
def test_an_exposure_is_waited_for_and_is_no_pause(
    tmp_path: Path, exposure_s: float | None, wait_s: float
) -> None:
    write_timed_stack(tmp_path / "in", [0, 32, 64])
    (stack,) = propose_stacks([tmp_path / "in"], Progress())
    given = replace(
        stack, sources=tuple(replace(source, exposure_s=exposure_s) for source in stack.sources)
    )
    target = BatchTarget(tmp_path / "out")
    watch = Watch(target, FusionRequest, [tmp_path / "in"], 20.0, [given], clock=lambda: 0.0)
    (waiting,) = watch.look(Progress()).waiting
    assert waiting.due_s == wait_s
