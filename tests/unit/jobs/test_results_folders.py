from __future__ import annotations

from pathlib import Path

import pytest

from focusstack_app.core.errors import OutputError
from focusstack_app.jobs.results_folders import BatchTarget, check_apart, results_folders


def test_folders_are_made_and_those_that_stay_empty_go(tmp_path: Path) -> None:
    target = BatchTarget(tmp_path / "out", depth_dir=tmp_path / "maps")
    with results_folders(target):
        assert all(folder.is_dir() for folder in target.folders)
        (tmp_path / "out" / "a.tif").touch()
    assert (tmp_path / "out").is_dir()
    assert not (tmp_path / "maps").exists()


def test_a_folder_in_the_other_goes_with_it(tmp_path: Path) -> None:
    with results_folders(BatchTarget(tmp_path / "out", depth_dir=tmp_path / "out" / "maps")):
        assert (tmp_path / "out" / "maps").is_dir()
    assert not (tmp_path / "out").exists()


def test_results_do_not_go_among_frames(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    target = BatchTarget(tmp_path / "out", provenance_dir=tmp_path / "a")
    check_apart(target, [tmp_path / "b"])
    with pytest.raises(OutputError, match="holds frames"):
        check_apart(target, [tmp_path / "b", tmp_path / "x" / ".." / "a"])


def test_a_folder_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        check_apart(BatchTarget(tmp_path / "no" / "out"), [])
