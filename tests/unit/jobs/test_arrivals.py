from __future__ import annotations

import os
from pathlib import Path

import pytest

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.arrivals import PATIENCE_S, FolderLook, Lookout
from tests.helpers.stacks import write_stack, write_z_stack


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def lookout(tmp_path: Path, clock: _Clock) -> Lookout:
    return Lookout([tmp_path], exclude=[tmp_path / "stacked"], wait_s=10.0, clock=clock)


def _only_folder(lookout: Lookout) -> FolderLook:
    (look,) = lookout.look(Progress()).folders
    return look


def test_a_header_is_read_once_a_file_is_still(
    tmp_path: Path, lookout: Lookout, clock: _Clock
) -> None:
    path = write_stack(tmp_path, 1)[0]
    assert _only_folder(lookout).read == {path: None}
    clock.now_s += 2.0
    found = _only_folder(lookout).read[path]
    assert isinstance(found, tuple)
    assert found[0].size_px == (96, 64)
    path.write_bytes(path.read_bytes() + b"more")
    clock.now_s += 1.0
    look = _only_folder(lookout)
    assert (look.read, look.changed_s) == ({path: None}, clock.now_s)


def test_what_cannot_be_read_is_tried_again_for_a_while(
    tmp_path: Path, lookout: Lookout, clock: _Clock
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"")
    lookout.look(Progress())
    for wait_s in (5.0, PATIENCE_S):
        clock.now_s += wait_s
        assert isinstance(_only_folder(lookout).read[path], InputError)


def test_a_file_may_hold_several_frames(tmp_path: Path, lookout: Lookout, clock: _Clock) -> None:
    path = write_z_stack(tmp_path / "wing.tif", 3)
    lookout.look(Progress())
    clock.now_s += 5.0
    found = _only_folder(lookout).read[path]
    assert isinstance(found, tuple)
    assert len(found) == 3


def test_folders_that_are_empty_or_gone_are_no_error(tmp_path: Path, lookout: Lookout) -> None:
    assert lookout.look(Progress()).folders == ()
    gone = tmp_path / "gone"
    seen = Lookout([gone], exclude=[], wait_s=1.0).look(Progress())
    assert (seen.folders, seen.away) == ((), (gone,))


def test_results_are_not_looked_at(tmp_path: Path, lookout: Lookout) -> None:
    write_stack(tmp_path / "stacked", 2)
    assert lookout.look(Progress()).notes == ()  # of nothing else
    write_stack(tmp_path / "beetle", 2)
    for told in (["because results go there"], []):  # once
        seen = lookout.look(Progress())
        assert [look.folder.name for look in seen.folders] == ["beetle"]
        assert [note.split(", ")[1].rstrip(".") for note in seen.notes] == told


def test_what_lies_beside_sub_folders_is_told(tmp_path: Path, lookout: Lookout) -> None:
    write_stack(tmp_path, 2)
    write_stack(tmp_path / "beetle", 2)
    (note,) = lookout.look(Progress()).notes
    assert "left out" in note


def test_the_order_in_which_files_come_is_noticed(
    tmp_path: Path, lookout: Lookout, clock: _Clock
) -> None:
    paths = write_stack(tmp_path / "card", 3)
    (tmp_path / "in").mkdir()
    seen = []
    lookout = Lookout([tmp_path / "in"], exclude=[], wait_s=10.0, clock=clock)
    for path in (paths[0], paths[2], paths[1]):
        path.rename(tmp_path / "in" / path.name)
        seen.append(_only_folder(lookout).in_order)
        clock.now_s += 1.0
    clock.now_s += 10.0
    assert [*seen, _only_folder(lookout).in_order] == [True, True, False, True]


@pytest.mark.parametrize("relative", [False, True])
def test_what_comes_back_counts_as_new(
    tmp_path: Path, clock: _Clock, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    write_stack(tmp_path / "in", 1)
    monkeypatch.chdir(tmp_path)
    parent = Path("in") if relative else tmp_path / "in"
    lookout = Lookout([parent], exclude=[], wait_s=10.0, clock=clock)
    lookout.look(Progress())
    (tmp_path / "in").rename(tmp_path / "away")
    lookout.look(Progress())
    (tmp_path / "away").rename(tmp_path / "in")
    clock.now_s += 50.0
    assert _only_folder(lookout).changed_s == clock.now_s


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_is_no_file_is_passed_over(tmp_path: Path, lookout: Lookout) -> None:
    write_stack(tmp_path, 1)
    os.mkfifo(tmp_path / "pipe.jpg")
    assert len(_only_folder(lookout).files) == 1


@pytest.mark.parametrize("name", [".a.jpg.Xy12", "a.jpg.part", "a.crdownload"])
def test_names_of_what_is_copied_are_known(
    tmp_path: Path, lookout: Lookout, clock: _Clock, name: str
) -> None:
    write_stack(tmp_path, 1)
    (tmp_path / name).write_bytes(b"x")
    assert _only_folder(lookout).under_way_s == clock.now_s
    clock.now_s += 20.0
    assert _only_folder(lookout).under_way_s is None


def test_a_look_can_be_stopped(tmp_path: Path, lookout: Lookout) -> None:
    write_stack(tmp_path, 1)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        lookout.look(progress)


def test_a_sub_folder_that_comes_later_takes_nothing_from_the_folder(
    tmp_path: Path, lookout: Lookout
) -> None:
    first = write_stack(tmp_path, 2)
    lookout.look(Progress())
    write_stack(tmp_path / "rejects", 2)
    arrivals = lookout.look(Progress())
    assert [look.folder for look in arrivals.folders] == [tmp_path, tmp_path / "rejects"]
    assert [file.path for file in arrivals.folders[0].files] == first
    assert arrivals.notes == ()


def test_beside_sub_folders_only_later_pictures_count(tmp_path: Path, lookout: Lookout) -> None:
    write_stack(tmp_path / "beetle", 2)
    (old,) = write_stack(tmp_path, 1)
    arrivals = lookout.look(Progress())
    assert [look.folder for look in arrivals.folders] == [tmp_path / "beetle"]
    assert arrivals.notes == (f"The pictures that lie directly in {tmp_path} are left out.",)
    new = old.with_name("new.png")
    new.write_bytes(old.read_bytes())
    arrivals = lookout.look(Progress())
    assert [look.folder for look in arrivals.folders] == [tmp_path, tmp_path / "beetle"]
    assert [file.path for file in arrivals.folders[0].files] == [new]


def test_a_folder_of_which_a_stack_was_taken_counts_beside_its_sub_folders(tmp_path: Path) -> None:
    write_stack(tmp_path, 2)
    write_stack(tmp_path / "beetle", 2)
    lookout = Lookout([tmp_path], exclude=[], wait_s=10.0, flat={tmp_path})
    folders = [look.folder for look in lookout.look(Progress()).folders]
    assert folders == [tmp_path, tmp_path / "beetle"]


def test_what_comes_at_once_into_an_empty_folder_counts(tmp_path: Path, lookout: Lookout) -> None:
    lookout.look(Progress())
    write_stack(tmp_path, 2)
    write_stack(tmp_path / "beetle", 2)
    folders = [look.folder for look in lookout.look(Progress()).folders]
    assert folders == [tmp_path, tmp_path / "beetle"]
