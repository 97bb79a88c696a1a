from __future__ import annotations

import os
import subprocess
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import focusstack_app.inference.card  # noqa: F401 - makes tensors a kind of arrays
from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.progress import Progress
from focusstack_app.io.spool import Spool, default_budget_bytes, temporary_folder, unless_stopped
from tests.helpers.disk import files_of_at_most, needs_file_limits

ARRAY = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.mark.parametrize("limit", [0, 1000])
def test_an_array_comes_back_whole_and_in_parts(tmp_path: Path, limit: int) -> None:
    with Spool(limit, tmp_path) as spool:
        held = spool.keep(ARRAY.copy())
        assert held.shape == ARRAY.shape
        np.testing.assert_array_equal(held[:], ARRAY)
        np.testing.assert_array_equal(held[:, 1:3], ARRAY[:, 1:3])
        assert held[:].dtype == np.float32
        assert spool.spooled_bytes == (0 if limit else ARRAY.nbytes)
        assert bool(list(tmp_path.iterdir())) is (limit == 0)
    assert not list(tmp_path.iterdir())


def test_memory_first_then_files_and_what_is_dropped_makes_room(tmp_path: Path) -> None:
    with Spool(ARRAY.nbytes, tmp_path) as spool:
        first = spool.keep(ARRAY.copy())
        second = spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == ARRAY.nbytes
        second.drop()
        assert not list(tmp_path.glob("*/*"))
        first.drop()
        spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == ARRAY.nbytes
        with pytest.raises(ValueError, match="dropped"):
            first[:]


def test_a_smaller_limit_moves_arrays_to_disk_and_a_larger_one_takes_more(tmp_path: Path) -> None:
    with Spool(3 * ARRAY.nbytes, tmp_path) as spool:
        held = [spool.keep(ARRAY + number) for number in range(3)]
        spool.limit(2 * ARRAY.nbytes, held)
        assert spool.spooled_bytes == ARRAY.nbytes  # one is enough
        spool.limit(0, held[::-1])
        assert spool.spooled_bytes == 3 * ARRAY.nbytes
        for number, array in enumerate(held):
            np.testing.assert_array_equal(array[:], ARRAY + number)
        spool.limit(ARRAY.nbytes, held)
        fits, too_much = spool.keep(ARRAY.copy()), spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == 4 * ARRAY.nbytes
        spool.limit(0, [fits, too_much])
        assert spool.spooled_bytes == 5 * ARRAY.nbytes
        for array in (*held, fits, too_much):
            array.drop()
        assert not list(tmp_path.glob("*/*"))


def test_more_in_memory_than_a_new_limit_lets_nothing_in(tmp_path: Path) -> None:
    with Spool(2 * ARRAY.nbytes, tmp_path) as spool:
        first = spool.keep(ARRAY.copy())
        spool.limit(0, [])
        spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == ARRAY.nbytes
        first.drop()
        spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == 2 * ARRAY.nbytes


@pytest.mark.parametrize("limit", [0, 1000])
def test_nothing_is_held_after_the_block(tmp_path: Path, limit: int) -> None:
    array = ARRAY.copy()
    memory = weakref.ref(array)
    with Spool(limit, tmp_path) as spool:
        held = spool.keep(array)
        del array
    assert memory() is None
    with pytest.raises(ValueError, match="dropped"):
        held[:]


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Spool(0, tmp_path) as spool:
            spool.keep(ARRAY.copy())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_what_is_scanned_as_it_is_dropped_goes_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("of Windows")

    with Spool(0, tmp_path) as spool:
        held = spool.keep(ARRAY.copy())
        with monkeypatch.context() as scanner:
            scanner.setattr(Path, "unlink", refused)
            held.drop()
        with pytest.raises(ValueError, match="dropped"):
            held[:]
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed_and_a_living_ones_is_not(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pid = process.pid
    dead, alive = tmp_path / f"focusstack-{pid}-a", tmp_path / f"focusstack-{os.getpid()}-a"
    foreign = tmp_path / "focusstack-notes-of-mine"
    for folder in (dead, alive, foreign):
        folder.mkdir()
        (folder / "0").touch()
    with Spool(0, tmp_path):
        pass
    assert not dead.exists()
    assert (alive / "0").exists()
    assert (foreign / "0").exists()


def mounted(monkeypatch: pytest.MonkeyPatch, **kinds: str) -> None:
    """A Linux system with such file systems, by the names of their mount points."""
    places = {"root": "/", "tmp": "/tmp", "var": "/var/tmp"}
    mounts = [SimpleNamespace(mountpoint=places[at], fstype=kind) for at, kind in kinds.items()]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounts)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    monkeypatch.setattr("os.access", lambda *_: True)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("kinds", "there"),
    [
        ({"root": "ext4"}, "/tmp"),
        ({"root": "ext4", "tmp": "tmpfs"}, "/var/tmp"),
        ({"tmp": "tmpfs", "root": "ext4", "var": "btrfs"}, "/var/tmp"),
        ({"root": "tmpfs"}, "/tmp"),  # all is in memory
        ({"root": "ext4", "tmp": "tmpfs", "var": "ramfs"}, "/tmp"),
    ],
)
def test_temporary_files_go_to_a_disk(
    monkeypatch: pytest.MonkeyPatch, kinds: dict[str, str], there: str
) -> None:
    mounted(monkeypatch, **kinds)
    assert temporary_folder() == Path(there)


def test_the_place_that_was_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, root="ext4", tmp="tmpfs")
    monkeypatch.setenv("TMPDIR", "/tmp")
    assert temporary_folder() == Path("/tmp")


def test_without_a_place_to_write_beside_it_memory_is_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mounted(monkeypatch, root="ext4", tmp="tmpfs")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert temporary_folder() == Path("/tmp")


def test_what_was_left_in_the_usual_place_is_removed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, chosen = tmp_path / "usual", tmp_path / "chosen"
    monkeypatch.setenv("TMPDIR", str(usual))
    monkeypatch.setattr("tempfile.tempdir", str(usual))
    monkeypatch.setattr("psutil.pid_exists", lambda *_: False)
    left = [folder / "focusstack-7-a" for folder in (usual, chosen)]
    for folder in left:
        folder.mkdir(parents=True)
    with Spool(0, chosen):
        assert not any(folder.exists() for folder in left)


def test_a_disk_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with (
        Spool(0, tmp_path / "missing") as spool,
        pytest.raises(OutputError, match="missing"),
    ):
        spool.keep(ARRAY.copy())


@needs_file_limits
@pytest.mark.parametrize("limit", [0, ARRAY.nbytes])
def test_what_was_to_be_replaced_is_still_there_when_the_disk_is_full(
    tmp_path: Path, limit: int
) -> None:
    """And nothing is left of what had no room."""
    larger = np.concatenate([ARRAY, ARRAY])
    with Spool(limit, tmp_path) as spool:
        held = spool.keep(ARRAY.copy())
        before = list(tmp_path.glob("*/*"))
        with files_of_at_most(larger.nbytes // 2), pytest.raises(OutputError):
            spool.keep(larger, held)
        np.testing.assert_array_equal(held[:], ARRAY)
        assert list(tmp_path.glob("*/*")) == before
        again = spool.keep(larger, held)
        np.testing.assert_array_equal(again[:], larger)
        with pytest.raises(ValueError, match="dropped"):
            held[:]


def test_what_replaces_another_takes_its_room(tmp_path: Path) -> None:
    with Spool(ARRAY.nbytes, tmp_path) as spool:
        held = spool.keep(ARRAY.copy())
        held = spool.keep(ARRAY + 1, held)
        assert spool.spooled_bytes == 0
        held = spool.keep(np.concatenate([ARRAY, ARRAY]), held)
        assert spool.spooled_bytes == 2 * ARRAY.nbytes
        spool.keep(ARRAY.copy(), held)
        assert spool.spooled_bytes == 2 * ARRAY.nbytes
        assert not list(tmp_path.glob("*/*"))


def test_what_is_stopped_gives_its_room_back(tmp_path: Path) -> None:
    with Spool(0, tmp_path) as spool:
        with unless_stopped(spool.keep) as keep:
            held = keep(ARRAY.copy())
        progress = Progress()
        progress.cancel()
        with suppress(Cancelled), unless_stopped(spool.keep) as keep:
            keep(ARRAY.copy())
            progress.checkpoint()
        np.testing.assert_array_equal(held[:], ARRAY)
        assert len(list(tmp_path.glob("*/*"))) == 1


def test_the_default_budget_is_a_share_of_the_memory() -> None:
    assert 10**7 < default_budget_bytes() < 10**13


def test_what_lies_on_a_card_stays_there_until_it_is_dropped(tmp_path: Path) -> None:
    with Spool(0, tmp_path) as spool:
        held = spool.keep(torch.from_numpy(ARRAY.copy()))  # type: ignore[arg-type]
        assert held.shape == ARRAY.shape
        assert isinstance(held[:, 1:3], torch.Tensor)
        np.testing.assert_array_equal(held[:, 1:3], ARRAY[:, 1:3])
        assert spool.spooled_bytes == 0
        held.drop()
        with pytest.raises(ValueError, match="dropped"):
            held[:]
        spool.keep(ARRAY.copy())
        assert spool.spooled_bytes == ARRAY.nbytes, "it gave no room back that it had not taken"
