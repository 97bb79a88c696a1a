from __future__ import annotations

from pathlib import Path

import pytest

from focusstack_app.core.errors import DiskFullError
from focusstack_app.jobs.disk_room import DiskRoom, Load
from tests.helpers.disk import FakeDisk, temporary_files_in

_MB = 1_000_000


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FakeDisk:
    return FakeDisk(monkeypatch, 100 * _MB)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    temporary_files_in(tmp_path, monkeypatch)
    return tmp_path


def _find_full(room: DiskRoom, load: Load, folder: Path) -> None:
    with pytest.raises(DiskFullError, match="full"), room.used_for(load):
        raise DiskFullError("It is full.", "", folder)


def test_results_on_one_disk_share_its_room(disk: FakeDisk, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    load = Load({tmp_path: 60 * _MB, tmp_path / "maps": 50 * _MB}, 0)
    with pytest.raises(
        DiskFullError, match="100 MB are free, and the results may take 110"
    ) as told:
        DiskRoom().check(load)
    assert told.value.folder == tmp_path / "maps"
    disk.free_bytes = 110 * _MB
    DiskRoom().check(load)


def test_a_folder_that_is_gone_is_told_by_others(tmp_path: Path) -> None:
    DiskRoom().check(Load({tmp_path / "gone": 10**15}, 0))


def test_drives_that_do_not_say_what_is_free_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"total": 0, "free": 0}))
    DiskRoom().check(Load({tmp_path: 10**15}, 0))


def test_temporary_files_that_found_no_room_are_tried_with_more(
    disk: FakeDisk, temporary: Path
) -> None:
    room, large = DiskRoom(), Load({}, 900 * _MB)
    room.check(large)  # how much of it stays in memory is not known
    _find_full(room, large, temporary)
    for as_large in (large, Load({}, 1000 * _MB)):
        with pytest.raises(DiskFullError, match=r"100 MB are free\. Temporary files need room"):
            room.check(as_large)
    room.check(Load({}, 800 * _MB))
    disk.free_bytes += 90 * _MB
    room.check(large)


@pytest.mark.usefixtures("disk")
def test_a_stack_whose_temporary_files_lie_elsewhere_is_begun(temporary: Path) -> None:
    room, elsewhere = DiskRoom(), temporary / "elsewhere"
    _find_full(room, Load({}, 900 * _MB), temporary)
    room.check(Load({}, 900 * _MB, elsewhere))
    _find_full(room, Load({}, 900 * _MB, elsewhere), elsewhere)
    with pytest.raises(DiskFullError, match=r"100 MB are free\. Temporary files need room"):
        room.check(Load({}, 900 * _MB, elsewhere))


def test_a_share_of_a_disk_that_was_full_is_tried_again_after_a_while(
    disk: FakeDisk, tmp_path: Path
) -> None:
    now_s = 0.0
    room, load = DiskRoom(lambda: now_s), Load({tmp_path: 10 * _MB}, 0)
    _find_full(room, load, tmp_path)  # though much is free
    with pytest.raises(DiskFullError, match=r"100 MB are free\. Make room"):
        room.check(load)
    now_s = 600.0
    room.check(load)
    assert disk.free_bytes == 100 * _MB
