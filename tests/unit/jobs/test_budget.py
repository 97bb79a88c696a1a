from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs import budget
from focusstack_app.jobs.budget import fits_in_memory, room_bytes, viewport_room
from focusstack_app.jobs.viewport import open_viewport
from tests.helpers.models import UnevenModel
from tests.unit.jobs.conftest import WIDTH_PX


def test_more_cores_leave_less_room(
    request_: FusionRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every thread has rows of its own in hand."""
    request_, rooms = replace(request_, method=Method.PYRAMID), []
    for threads in (2, 16):
        monkeypatch.setattr(budget, "MOST_THREADS", threads)
        rooms.append(room_bytes(request_, 2 * 10**9))
    assert rooms[0] - rooms[1] == 14 * 8_000 * WIDTH_PX


def test_no_more_than_the_budget_is_shared_out(request_: FusionRequest) -> None:
    room = viewport_room(request_)
    assert room.budget_bytes == request_.memory_bytes
    assert 0 < room.recent_bytes < room.frames_bytes
    assert room.frames_bytes + room.recent_bytes < room.budget_bytes
    assert viewport_room(replace(request_, memory_bytes=0)) == (0, 0, 0)


def test_what_fits_in_memory_needs_no_temporary_files(
    request_: FusionRequest, scratch: Path
) -> None:
    assert fits_in_memory(request_)
    assert not fits_in_memory(replace(request_, memory_bytes=600_000_000))
    viewport = open_viewport(request_, Progress(), lambda _: UnevenModel())
    viewport.finish(Progress())
    assert list(scratch.iterdir()) == []
    viewport.close()
