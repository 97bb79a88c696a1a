from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.stacks import write_stack


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder of frames."""
    write_stack(tmp_path / "frames")
    return tmp_path / "frames"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
