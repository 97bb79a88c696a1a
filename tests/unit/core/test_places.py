from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from focusstack_app.core.places import is_folder, is_there, real

NEVER = Path("x" * 300)  # the system refuses to look it up, as it does on a disk that is gone


def test_what_cannot_be_looked_up_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert [is_there(path) for path in (tmp_path, tmp_path / "file", tmp_path / NEVER)] == [
        True,
        True,
        False,
    ]
    assert [is_folder(path) for path in (tmp_path, tmp_path / "file", tmp_path / NEVER)] == [
        True,
        False,
        False,
    ]


def test_links_are_followed_unless_they_lead_to_themselves(tmp_path: Path) -> None:
    there, link, loop = tmp_path / "there", tmp_path / "link", tmp_path / "loop"
    link.symlink_to(there)
    loop.symlink_to(loop)
    assert real(link / "a") == there / "a"
    assert real(loop).name == "loop"


def test_a_drive_that_goes_away_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: the network name is no longer available."""

    def gone(_path: Path) -> str:
        raise OSError(errno.EINVAL, "The specified network name is no longer available")

    monkeypatch.setattr(os.path, "realpath", gone)
    assert real(tmp_path / "there" / ".." / "a") == tmp_path / "a"
