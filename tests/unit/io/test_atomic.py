from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from focusstack_app.core.errors import Cancelled, OutputError, OutputExistsError
from focusstack_app.io.atomic import check_place, folder_for, output_error, replacing


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_program_left_is_removed_after_a_day(tmp_path: Path) -> None:
    killed, running = (tmp_path / f".focusstack-{digit * 12}.tif" for digit in "ab")
    other = tmp_path / ".focusstack-notes.txt"
    for path in (killed, running, other):
        path.touch()
    for path in (killed, other):
        os.utime(path, (0, 0))
    with replacing(tmp_path / "a.tif", overwrite=False) as temporary:
        temporary.write_bytes(b"new")
    assert sorted(tmp_path.iterdir()) == sorted([running, other, tmp_path / "a.tif"])


def test_the_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.tif"
    with replacing(target, overwrite=False) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".tif"
        temporary.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert _names(tmp_path) == ["out.tif"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    error=st.sampled_from([Cancelled, KeyboardInterrupt, ValueError, SystemExit, MemoryError]),
    existing=st.booleans(),
    written=st.binary(max_size=100),
)
def test_any_failure_leaves_everything_as_it_was(
    tmp_path: Path, error: type[BaseException], existing: bool, written: bytes
) -> None:
    target = tmp_path / "out.tif"
    target.unlink(missing_ok=True)
    if existing:
        target.write_bytes(b"before")
    before = _names(tmp_path)

    def write_and_fail() -> None:
        with replacing(target, overwrite=True) as temporary:
            temporary.write_bytes(written)
            raise error

    with pytest.raises(error):
        write_and_fail()
    assert _names(tmp_path) == before
    assert not existing or target.read_bytes() == b"before"


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.tif"
    target.write_bytes(b"before")
    with (
        pytest.raises(OutputExistsError, match=r"out\.tif already exists"),
        replacing(target, overwrite=False),
    ):
        pytest.fail("the block must not run")
    assert target.read_bytes() == b"before"
    assert _names(tmp_path) == ["out.tif"]


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.tif"

    def write_while_another_does() -> None:
        with replacing(target, overwrite=False) as temporary:
            temporary.write_bytes(b"ours")
            target.write_bytes(b"theirs")

    with pytest.raises(OutputExistsError):
        write_while_another_does()
    assert target.read_bytes() == b"theirs"
    assert _names(tmp_path) == ["out.tif"]


def test_a_file_that_appears_in_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Path.hardlink_to

    def too_late(path: Path, temporary: Path) -> None:
        path.write_bytes(b"of another program")
        link(path, temporary)

    monkeypatch.setattr(Path, "hardlink_to", too_late)
    target = tmp_path / "out.tif"
    with (
        pytest.raises(OutputExistsError, match="already exists"),
        replacing(target, overwrite=False) as temporary,
    ):
        temporary.write_bytes(b"ours")
    assert target.read_bytes() == b"of another program"
    assert _names(tmp_path) == ["out.tif"]


def test_a_disk_without_second_names_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path, _temporary: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    with replacing(tmp_path / "out.tif", overwrite=False) as temporary:
        temporary.write_bytes(b"whole")
    assert _names(tmp_path) == ["out.tif"]
    assert (tmp_path / "out.tif").read_bytes() == b"whole"


def test_overwriting_replaces(tmp_path: Path) -> None:
    target = tmp_path / "out.tif"
    target.write_bytes(b"before")
    with replacing(target, overwrite=True) as temporary:
        temporary.write_bytes(b"after")
        assert target.read_bytes() == b"before"
    assert target.read_bytes() == b"after"


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    target, plain = tmp_path / "out.tif", tmp_path / "plain"
    plain.touch()
    with replacing(target, overwrite=False) as temporary:
        temporary.write_bytes(b"x")
    assert target.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing/out.tif", "its folder does not exist"),
        ("file/out.tif", "its folder is not a folder"),
        ("folder", "is a folder"),
        ("", "is a folder"),
        ("x" * 300 + ".tif", "the name is too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match=words), replacing(tmp_path / name, overwrite=True):
        pytest.fail("the block must not run")
    assert _names(tmp_path) == ["file", "folder"]


def test_the_root_folder_is_a_folder() -> None:
    with pytest.raises(OutputError, match="is a folder"), replacing(Path("/"), overwrite=True):
        pytest.fail("the block must not run")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_read_only_folder(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    with (
        pytest.raises(OutputError, match="not permitted"),
        replacing(locked / "out.tif", overwrite=False),
    ):
        pytest.fail("the block must not run")


def test_a_full_disk_is_an_output_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="the disk is full") as caught,
        replacing(tmp_path / "out.tif", overwrite=False),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert "out.tif" in caught.value.message
    assert caught.value.hint
    assert _names(tmp_path) == []


def test_an_output_error_of_the_block_passes(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="too large"),
        replacing(tmp_path / "out.tif", overwrite=False),
    ):
        raise OutputError("too large")
    assert _names(tmp_path) == []


def test_a_network_drive_that_went_away_is_told(tmp_path: Path) -> None:
    gone = OSError(errno.ENOTCONN, "Transport endpoint is not connected")
    with (
        pytest.raises(OutputError, match="Transport endpoint is not connected") as caught,
        replacing(tmp_path / "a.tif", overwrite=False),
    ):
        raise gone
    assert caught.value.hint == "Is its disk, card or network drive still connected?"


@pytest.mark.parametrize("error", [None, Cancelled, ValueError])
@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("filled", [False, True])
def test_a_folder_that_was_made_in_vain_goes_again(
    tmp_path: Path, error: type[BaseException] | None, existing: bool, filled: bool
) -> None:
    folder = tmp_path / "out"
    if existing:
        folder.mkdir()

    def write() -> None:
        with folder_for(folder):
            assert folder.is_dir()
            if filled:
                (folder / "picture.tif").touch()
            if error is not None:
                raise error

    if error is None:
        write()
    else:
        with pytest.raises(error):
            write()
    assert folder.exists() == (error is None or existing or filled)
    assert (folder / "picture.tif").exists() == filled


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "gone" / "out", tmp_path / "file"):
        with pytest.raises(OutputError) as caught, folder_for(path):
            raise AssertionError("there is no such folder")
        assert path.name in caught.value.message


def _in_use(times: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """What Windows says while another program has a file open."""
    left = itertools.repeat(True, times)

    def busy(change: Callable[..., object]) -> Callable[..., object]:
        def attempt(path: Path, *values: object, **named: object) -> object:
            if next(left, False):
                error = PermissionError(errno.EACCES, "The process cannot access the file")
                error.winerror = 32  # type: ignore[attr-defined]  # of Windows only
                raise error
            return change(path, *values, **named)

        return attempt

    return busy


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_virus_scanner_that_looks_into_the_file_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    monkeypatch.setattr(Path, "replace", _in_use(3)(Path.replace))
    monkeypatch.setattr(Path, "unlink", _in_use(3)(Path.unlink))
    with replacing(tmp_path / "out.tif", overwrite=overwrite) as temporary:
        temporary.write_bytes(b"new")
    assert _names(tmp_path) == ["out.tif"]


def test_what_is_scanned_just_as_the_writing_fails_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "unlink", _in_use(3)(Path.unlink))
    with pytest.raises(Cancelled), replacing(tmp_path / "out.tif", overwrite=True):
        raise Cancelled
    assert _names(tmp_path) == []


def test_a_picture_that_is_open_elsewhere_is_kept_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.tif"
    target.write_bytes(b"before")
    monkeypatch.setattr("focusstack_app.core.patience._PATIENCE_S", 0.05)
    monkeypatch.setattr(Path, "replace", _in_use(1000)(Path.replace))
    with (
        pytest.raises(OutputError, match=r"out\.tif cannot be written: another program has it"),
        replacing(target, overwrite=True) as temporary,
    ):
        temporary.write_bytes(b"new")
    assert target.read_bytes() == b"before"
    assert _names(tmp_path) == ["out.tif"]


def test_a_path_that_is_too_long_for_windows_is_called_so(tmp_path: Path) -> None:
    missing = FileNotFoundError(errno.ENOENT, "No such file or directory")
    folder = tmp_path / ("x" * 200)
    folder.mkdir()
    long = folder / f"{'y' * 40}.tif"
    assert "the name is too long" in output_error(long, missing).message
    assert "its folder does not exist" in output_error(tmp_path / "no" / "a.tif", missing).message


def test_a_place_is_tried_before_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_place(tmp_path / "out.tif")
    assert _names(tmp_path) == []
    target = tmp_path / "there.tif"
    target.write_bytes(b"before")
    check_place(target)
    assert target.read_bytes() == b"before"
    monkeypatch.setattr("focusstack_app.core.patience._PATIENCE_S", 0.05)
    monkeypatch.setattr(Path, "rename", _in_use(1000)(Path.rename))
    with pytest.raises(OutputError, match="another program has it open"):
        check_place(target)
    monkeypatch.setattr(os, "open", _refused)
    with pytest.raises(OutputError, match="writing there is not permitted"):
        check_place(tmp_path / "out.tif")
    assert _names(tmp_path) == ["there.tif"]


def _refused(*_: object) -> int:
    raise PermissionError(errno.EACCES, "Permission denied")
