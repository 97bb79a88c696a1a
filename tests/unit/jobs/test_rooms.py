from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.rooms import fits_in_memory, rooms_of
from focusstack_app.jobs.viewport import open_viewport
from tests.helpers.disk import temporary_files_in
from tests.helpers.models import UnevenModel


def test_no_more_than_the_budget_is_shared_out(request_: FusionRequest) -> None:
    rooms = rooms_of(request_)
    assert rooms.budget_bytes == request_.memory_bytes
    assert 0 < rooms.recent_bytes < rooms.frames_bytes
    assert rooms.frames_bytes + rooms.recent_bytes < rooms.budget_bytes
    assert rooms_of(replace(request_, memory_bytes=0)) == (0, 0, 0)


def test_what_fits_in_memory_needs_no_temporary_files(
    request_: FusionRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    temporary_files_in(scratch, monkeypatch)
    assert fits_in_memory(request_)
    assert not fits_in_memory(replace(request_, memory_bytes=600_000_000))
    viewport = open_viewport(request_, Progress(), lambda _: UnevenModel())
    viewport.finish(Progress())
    assert list(scratch.iterdir()) == []
    viewport.close()
