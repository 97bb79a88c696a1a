from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from focusstack_app.core.errors import InputError, OutputExistsError
from focusstack_app.core.fusion import Align, Method, Mode
from focusstack_app.jobs.project import Project, load_project, save_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "shoot"
    folder.mkdir()
    frames = (folder / "b.jpg", tmp_path / "elsewhere" / "a.jpg")
    return Project(frames, (True, False), Method.PYRAMID, Mode.STRICT, Align.OFF, 0.4)


def test_what_is_saved_is_loaded(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "shoot" / "ant.fstack"
    save_project(path, project)
    assert load_project(path) == project
    paths = [frame["path"] for frame in json.loads(path.read_text())["frames"]]
    assert paths == ["b.jpg", "../elsewhere/a.jpg"]


def test_the_reference_is_kept_and_a_neighbour_stands_in_for_it(project: Project) -> None:
    first, second = project.frames
    path = first.with_name("ant.fstack")
    save_project(path, project)
    assert "reference" not in path.read_text()
    assert project.reference_taken is None
    project = replace(project, reference=second)
    save_project(path, project, overwrite=True)
    assert load_project(path) == project
    assert project.reference_taken == first  # the second is left out
    assert replace(project, included=(True, True)).reference_taken == second
    assert replace(project, included=(False, False)).reference_taken is None


def test_a_folder_that_moved_keeps_its_project(tmp_path: Path, project: Project) -> None:
    project = replace(project, frames=project.frames[:1], included=(True,))
    save_project(tmp_path / "shoot" / "ant.fstack", project)
    (tmp_path / "shoot").rename(tmp_path / "moved")
    loaded = load_project(tmp_path / "moved" / "ant.fstack")
    assert loaded.frames == (tmp_path / "moved" / "b.jpg",)


def test_a_project_is_replaced_only_where_that_was_asked_for(
    tmp_path: Path, project: Project
) -> None:
    path = tmp_path / "ant.fstack"
    save_project(path, project)
    with pytest.raises(OutputExistsError):
        save_project(path, project)
    save_project(path, replace(project, overlap=0.1), overwrite=True)
    assert load_project(path).overlap == 0.1


@pytest.mark.parametrize(
    "change",
    [
        {"frames": []},
        {"frames": [{"path": "a.jpg"}]},
        {"frames": 3},
        {"frames": [{"path": "", "included": True}]},
        {"frames": [{"path": "nul\0.jpg", "included": True}]},
        {"frames": [{"path": "x" * 256, "included": True}]},
        {"frames": [{"path": "\ud800", "included": True}]},
        {"method": "magic"},
        {"overlap": 0.9},
        {"overlap": None},
        {"overlap": float("nan")},
        {"overlap": 10**400},
        {"version": "one"},
    ],
)
def test_what_is_no_project_is_said(
    tmp_path: Path, project: Project, change: dict[str, Any]
) -> None:
    path = tmp_path / "ant.fstack"
    save_project(path, project)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match="not a project"):
        load_project(path)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"3", b"[" * 100_000, bytes(range(256))])
def test_other_files_are_no_projects(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "ant.fstack").write_bytes(data)
    with pytest.raises(InputError, match="not a project"):
        load_project(tmp_path / "ant.fstack")


def test_newer_and_missing_projects_are_named(tmp_path: Path) -> None:
    (tmp_path / "new.fstack").write_text('{"version": 2}')
    with pytest.raises(InputError, match="newer version"):
        load_project(tmp_path / "new.fstack")
    with pytest.raises(InputError, match="does not exist"):
        load_project(tmp_path / "gone.fstack")


def test_a_project_may_begin_with_the_mark_of_an_editor(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "ant.fstack"
    save_project(path, project)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_project(path).frames == project.frames


def test_of_a_file_beyond_all_reason_only_a_part_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ant.fstack"
    with path.open("wb") as file:
        file.truncate(2**36)  # a hole, which takes no disk; in memory it would
    with pytest.raises(InputError, match="not a project"):
        load_project(path)
